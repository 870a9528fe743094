import {
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import recorded from '../../test/fixtures/aws-recorded-behaviour.json';
import { createQueues } from './sqs';
import { createTestKernel, startTestCloud } from './test-cloud';
import type { TestCloud } from './test-cloud';

const SQS = 'sqs/test_sqs.py::TestSqsProvider::';
const { cases } = recorded;
const NOTHING = { $metadata: expect.anything() };

interface Failure {
  readonly Error: { readonly Code: string; readonly Message: string };
}
interface Thrown extends Partial<Failure> {
  readonly message?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

describe('queues on the wire', () => {
  let cloud: TestCloud;
  let sqs: SQSClient;
  let QueueUrl: string;

  beforeEach(async () => {
    cloud = await startTestCloud();
    sqs = new SQSClient(cloud.client);
    const { arn } = cloud.services.queues.declare({ name: 'work-dead' });
    QueueUrl = cloud.services.queues.declare({
      name: 'work',
      visibilityTimeoutSeconds: 60,
      redrive: { deadLetterTargetArn: arn, maxReceiveCount: 2 },
    }).url;
  });
  afterEach(async () => {
    sqs.destroy();
    await cloud.stop();
  });

  /** The error as the SDK throws it: name of the JSON protocol, code of the query protocol. */
  const failure = async (work: Promise<unknown>): Promise<{ Code: unknown; Message: unknown; status: unknown }> => {
    const error = await work.then(
      () => {
        throw new Error('it succeeded');
      },
      (thrown: Thrown) => thrown,
    );
    return {
      Code: error.Error?.Code,
      Message: error.message,
      status: error.$metadata?.httpStatusCode,
    };
  };
  const recordedError = (found: Failure | undefined) => ({
    Code: found?.Error.Code,
    Message: found?.Error.Message,
    status: 400,
  });
  const receive = async (more: object = {}) =>
    (await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, ...more }))).Messages ?? [];

  it('delivers what was sent, with body, attributes and digests that the SDK checks', async () => {
    const sent = await sqs.send(
      new SendMessageCommand({
        QueueUrl,
        MessageBody: 'Grüße, <agent> & "client" 😀',
        MessageAttributes: {
          text: { DataType: 'String', StringValue: 'é' },
          count: { DataType: 'Number', StringValue: '3' },
          bytes: { DataType: 'Binary.png', BinaryValue: new Uint8Array([0, 255, 7]) },
        },
        MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: 'Root=1-2-3' } },
      }),
    );

    const [message] = await receive({ MessageAttributeNames: ['All'], MessageSystemAttributeNames: ['All'] });

    expect(message).toMatchObject({
      MessageId: sent.MessageId,
      Body: 'Grüße, <agent> & "client" 😀',
      MD5OfMessageAttributes: sent.MD5OfMessageAttributes,
      MessageAttributes: { text: { StringValue: 'é' }, bytes: { BinaryValue: new Uint8Array([0, 255, 7]) } },
      Attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: String(Date.UTC(2026, 11, 1, 15)),
        AWSTraceHeader: 'Root=1-2-3',
      },
    });
  });

  it('computes the digest of attributes that AWS recorded', async () => {
    const before = cases[`${SQS}test_dead_letter_queue_message_attributes`].recorded['rec-pre-dlq'][0];
    const sent = await sqs.send(
      new SendMessageCommand({
        QueueUrl,
        MessageBody: 'message-1',
        MessageAttributes: { MyAttribute: { DataType: 'String', StringValue: 'foobar' } },
      }),
    );

    expect(sent.MD5OfMessageBody).toBe(before?.MD5OfBody);
    expect(sent.MD5OfMessageAttributes).toBe(before?.MD5OfMessageAttributes);
  });

  it('shows only the attributes that were asked for', async () => {
    const attribute = { DataType: 'String', StringValue: 'x' };
    await sqs.send(
      new SendMessageCommand({
        QueueUrl,
        MessageBody: 'a',
        MessageAttributes: { 'one.a': attribute, 'one.b': attribute, two: attribute },
      }),
    );

    const [message] = await receive({ MessageAttributeNames: ['one.*'], AttributeNames: ['SentTimestamp'] });

    expect(Object.keys(message?.MessageAttributes ?? {}).toSorted()).toEqual(['one.a', 'one.b']);
    expect(Object.keys(message?.Attributes ?? {})).toEqual(['SentTimestamp']);
  });

  it('refuses what AWS refuses, in its words', async () => {
    const entries = Array.from({ length: 20 }, (_, n) => ({ Id: String(n), MessageBody: 'a', ReceiptHandle: 'a' }));

    const many = failure(sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 11 })));
    const large = failure(sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a'.repeat(1_048_577) })));
    const empty = failure(sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: '' })));
    const sends = failure(sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries: entries })));
    const deletes = failure(sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries: entries })));
    const nowhere = failure(sqs.send(new GetQueueUrlCommand({ QueueName: 'nowhere' })));
    const nowhereUrl = failure(sqs.send(new SendMessageCommand({ QueueUrl: `${QueueUrl}-not`, MessageBody: 'a' })));

    const is = (name: keyof typeof cases, step: string) =>
      recordedError((cases[name].recorded as unknown as Record<string, Failure>)[step]);
    expect(await many).toEqual(
      is(`${SQS}test_send_receive_max_number_of_messages[sqs]`, 'send_max_number_of_messages'),
    );
    expect(await large).toEqual(is(`${SQS}test_send_oversized_message[sqs]`, 'send_oversized_message'));
    expect(await empty).toEqual(is(`${SQS}test_send_empty_message[sqs]`, 'send_empty_message'));
    expect(await sends).toEqual(
      is(`${SQS}test_too_many_entries_in_batch_request[sqs]`, 'test_too_many_entries_in_batch_request'),
    );
    expect(await deletes).toEqual(is(`${SQS}test_delete_message_batch_with_too_large_batch[sqs]`, 'error_response'));
    expect(await nowhere).toEqual(is(`${SQS}test_non_existent_queue`, 'queue-does-not-exist'));
    expect(await nowhereUrl).toEqual(is(`${SQS}test_non_existent_queue`, 'queue-does-not-exist-url'));
  });

  it('throws errors by the name that programs catch', async () => {
    await expect(sqs.send(new GetQueueUrlCommand({ QueueName: 'nowhere' }))).rejects.toMatchObject({
      name: 'QueueDoesNotExist',
    });
    await expect(sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: 'never given' }))).rejects.toMatchObject({
      name: 'ReceiptHandleIsInvalid',
    });
    await expect(sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a\u0000b' }))).rejects.toMatchObject({
      name: 'InvalidMessageContents',
    });
    await expect(
      sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a', DelaySeconds: 901 })),
    ).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  });

  it('answers an empty queue with nothing but metadata, as recorded', async () => {
    expect(await sqs.send(new ReceiveMessageCommand({ QueueUrl }))).toEqual(NOTHING);
    expect(cases[`${SQS}test_receive_empty_queue[sqs]`].recorded.empty_short_poll_resp).toEqual({
      ResponseMetadata: expect.anything(),
    });
  });

  it('fails the entries of a batch one by one', async () => {
    const answer = await sqs.send(
      new SendMessageBatchCommand({
        QueueUrl,
        Entries: [
          { Id: 'good', MessageBody: 'a' },
          { Id: 'bad', MessageBody: 'a', DelaySeconds: 1000 },
        ],
      }),
    );

    expect(answer.Successful).toMatchObject([{ Id: 'good', MD5OfMessageBody: '0cc175b9c0f1b6a831c399e269772661' }]);
    expect(answer.Failed).toMatchObject([{ Id: 'bad', SenderFault: true, Code: 'InvalidParameterValue' }]);
  });

  it('keeps a delayed message out of sight until its delay has passed', async () => {
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'later', DelaySeconds: 90 }));

    await cloud.advance(89_999);
    const early = await receive();
    await cloud.advance(1);
    const late = await receive();

    expect(early).toEqual([]);
    expect(late).toMatchObject([{ Body: 'later' }]);
    expect(cloud.armed()).toMatchObject([{ kind: 'visibility' }]);
  });

  it('wakes a long poll when a message comes', async () => {
    const polling = receive({ WaitTimeSeconds: 20 });
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'hello' }));

    expect(await polling).toMatchObject([{ Body: 'hello' }]);
  });

  it('gives a message back after its visibility time-out, later or sooner when that was changed', async () => {
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a' }));
    const [first] = await receive();
    await sqs.send(
      new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: first?.ReceiptHandle, VisibilityTimeout: 120 }),
    );

    await cloud.advance(119_000);
    const early = await receive();
    await cloud.advance(1000);
    const again = await receive({ MessageSystemAttributeNames: ['All'] });

    expect(early).toEqual([]);
    expect(again).toMatchObject([{ MessageId: first?.MessageId, Attributes: { ApproximateReceiveCount: '2' } }]);
  });

  it('lets a message be deleted after its time-out, but not by a handle that a later receive has replaced', async () => {
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a' }));
    const [first] = await receive({ VisibilityTimeout: 1 });
    await cloud.advance(1000);
    const [second] = await receive({ VisibilityTimeout: 1 });

    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: first?.ReceiptHandle }));
    const afterOld = cloud.services.queues.messages('work').length;
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: second?.ReceiptHandle }));

    expect(afterOld).toBe(1);
    expect(cloud.services.queues.messages('work')).toEqual([]);
  });

  it('moves a message whose receives are spent to the dead-letter queue, as AWS recorded it', async () => {
    const dead = (await sqs.send(new GetQueueUrlCommand({ QueueName: 'work-dead' }))).QueueUrl;
    const sent = await sqs.send(
      new SendMessageCommand({
        QueueUrl,
        MessageBody: 'message-1',
        MessageAttributes: { MyAttribute: { DataType: 'String', StringValue: 'foobar' } },
      }),
    );
    await receive();
    await cloud.advance(60_000);
    await receive();
    await cloud.advance(60_000);

    const [moved] = await receive({
      QueueUrl: dead,
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['All'],
    });

    const expected = cases[`${SQS}test_dead_letter_queue_message_attributes`].recorded['dlq-messages'][0];
    expect(await receive()).toEqual([]);
    expect(moved).toMatchObject({
      MessageId: sent.MessageId,
      Body: expected?.Body,
      MD5OfMessageAttributes: expected?.MD5OfMessageAttributes,
      MessageAttributes: expected?.MessageAttributes,
      Attributes: {
        // One more than recorded: there the queue allowed a single receive.
        ApproximateReceiveCount: '3',
        SentTimestamp: String(Date.UTC(2026, 11, 1, 15)),
        DeadLetterQueueSourceArn: 'arn:aws:sqs:us-east-1:000000000000:work',
      },
    });
  });

  it('tells its attributes, its address and its neighbours', async () => {
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a', DelaySeconds: 5 }));
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'b' }));

    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
    const { QueueUrls } = await sqs.send(new ListQueuesCommand({}));

    expect(Attributes).toMatchObject({
      QueueArn: 'arn:aws:sqs:us-east-1:000000000000:work',
      ApproximateNumberOfMessages: '1',
      ApproximateNumberOfMessagesDelayed: '1',
      VisibilityTimeout: '60',
    });
    expect(JSON.parse(Attributes?.['RedrivePolicy'] ?? '')).toMatchObject({ maxReceiveCount: 2 });
    expect(QueueUrls).toEqual([`${cloud.endpoint}/000000000000/work-dead`, `${cloud.endpoint}/000000000000/work`]);
    await sqs.send(new PurgeQueueCommand({ QueueUrl }));
    expect(cloud.services.queues.messages('work')).toEqual([]);
  });

  it('names an operation that it does not answer', async () => {
    const response = await fetch(cloud.endpoint, {
      method: 'POST',
      headers: { 'x-amz-target': 'AmazonSQS.StartMessageMoveTask', 'content-type': 'application/x-amz-json-1.0' },
      body: '{}',
    });

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      __type: 'UnknownOperationException',
      message: 'The laptop cloud does not answer AmazonSQS.StartMessageMoveTask.',
    });
  });

  it('acknowledges nothing before it is on disk', async () => {
    cloud.store.stall();
    let answered = false;
    const sending = sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a' })).then(() => {
      answered = true;
    });
    while (cloud.services.queues.messages('work').length === 0) await cloud.turn();
    await cloud.turn();
    const before = answered;

    cloud.store.resume();
    await sending;

    expect(before).toBe(false);
  });
});

describe('queues on a laptop', () => {
  const start = Date.UTC(2026, 11, 1, 15);
  const setUp = (kept?: Parameters<typeof createTestKernel>[1], now = start) => {
    const test = createTestKernel(now, kept);
    const queues = createQueues(test.kernel, () => 'http://127.0.0.1:4566');
    return { ...test, queues };
  };
  const declare = ({ queues }: ReturnType<typeof setUp>) => {
    const { arn } = queues.declare({ name: 'dead' });
    queues.declare({
      name: 'work',
      visibilityTimeoutSeconds: 60,
      redrive: { deadLetterTargetArn: arn, maxReceiveCount: 2 },
    });
  };

  it('refuses a message for a queue that was not declared', async () => {
    const { queues } = setUp();

    await expect(queues.send('work', { body: 'a' })).rejects.toMatchObject({ code: 'QueueDoesNotExist' });
  });

  it('calls a listener after the send, never within it, and once for all that came together', async () => {
    const test = setUp();
    declare(test);
    const batches: number[] = [];
    test.queues.onVisible('work', () => batches.push(test.queues.receive('work', 10).length));

    test.queues.enqueue('work', { body: 'a' });
    test.queues.enqueue('work', { body: 'b' });
    const within = [...batches];
    await test.turn();

    expect(within).toEqual([]);
    expect(batches).toEqual([2]);
  });

  it('keeps the cloud busy while a listener has not taken what is visible, and not for queues without one', async () => {
    const test = setUp();
    declare(test);
    test.queues.onVisible('work', () => {});

    test.queues.enqueue('work', { body: 'a' });
    test.queues.enqueue('dead', { body: 'b' });
    await test.turn();
    const waiting = test.held();
    const [message] = test.queues.receive('work', 10, { held: true });
    const taking = test.held();
    await test.turn();

    expect(waiting).toEqual(['messages visible in work']);
    // Still held in the turn that took it, so that the taker can begin a hold of its own.
    expect(taking).toEqual(['messages visible in work']);
    expect(message?.body).toBe('a');
    expect(test.held()).toEqual([]);
  });

  it('finds a listener for messages that were there before it', async () => {
    const test = setUp();
    declare(test);
    test.queues.enqueue('work', { body: 'a' });
    await test.turn();

    const seen: string[] = [];
    test.queues.onVisible('work', () => seen.push(...test.queues.receive('work', 10).map(({ body }) => body)));
    const within = [...seen];
    await test.turn();

    expect(within).toEqual([]);
    expect(seen).toEqual(['a']);
  });

  it('runs no visibility time-out while a function holds the message, and the whole of it after the release', async () => {
    const test = setUp();
    declare(test);
    test.queues.enqueue('work', { body: 'a' });
    const [message] = test.queues.receive('work', 1, { held: true });

    await test.advanceTo(start + 3_600_000);
    const whileHeld = test.queues.receive('work', 1);
    test.queues.release('work', message?.receiptHandle ?? '', 'Error: no');
    await test.advanceTo(start + 3_600_000 + 59_999);
    const early = test.queues.receive('work', 1);
    await test.advanceTo(start + 3_600_000 + 60_000);
    const late = test.queues.receive('work', 1);

    expect(whileHeld).toEqual([]);
    expect(early).toEqual([]);
    expect(late).toHaveLength(1);
    expect(test.queues.lastErrorOf(message?.messageId ?? '')).toBe('Error: no');
  });

  it('tells who listens of what arrives in the dead-letter queue, with the last error still known', async () => {
    const test = setUp();
    declare(test);
    const arrived: string[] = [];
    test.queues.onArrival('dead', ({ id, receiveCount }) => arrived.push(`${id} ${receiveCount}`));
    const { messageId } = await test.queues.send('work', { body: 'a' });

    for (let n = 1; n <= 2; n += 1) {
      const [message] = test.queues.receive('work', 1, { held: true });
      test.queues.release('work', message?.receiptHandle ?? '', `Error: ${n}`);
      await test.advanceTo(start + n * 60_000);
    }
    await test.turn();

    expect(arrived).toEqual([`${messageId} 2`]);
    expect(test.queues.lastErrorOf(messageId)).toBe('Error: 2');
    expect(test.queues.list()).toMatchObject([
      { name: 'dead', isDeadLetterQueue: true },
      { name: 'work', isDeadLetterQueue: false },
    ]);
  });

  it('ends a wait for messages when its real time is over', async () => {
    const test = setUp();
    declare(test);

    expect(await test.queues.waitVisible('work', 1)).toBe(false);
  });

  it('drops what is older than its retention', () => {
    const test = setUp();
    test.queues.declare({ name: 'short', retentionSeconds: 60 });
    test.queues.enqueue('short', { body: 'a' });

    return test.advanceTo(start + 60_000).then(() => {
      expect(test.queues.messages('short')).toEqual([]);
      expect(test.queues.receive('short', 1)).toEqual([]);
    });
  });

  it('finds its messages again after a restart, the held one after its visibility time-out', async () => {
    const before = setUp();
    declare(before);
    before.queues.enqueue('work', { body: 'visible' });
    before.queues.enqueue('work', { body: 'delayed', delaySeconds: 300 });
    before.queues.enqueue('work', { body: 'held' });
    before.queues.enqueue('work', { body: 'gone' });
    const [first, second, third] = before.queues.receive('work', 3, { held: true });
    await before.queues.remove('work', third?.receiptHandle ?? '');
    const kept = before.store.kept;

    const after = setUp(kept, start + 10_000);
    declare(after);
    const atOnce = after.queues.receive('work', 10).map(({ body }) => body);
    await after.advanceTo(start + 60_000);
    const later = after.queues
      .receive('work', 10)
      .map(({ body, attributes }) => [body, attributes['ApproximateReceiveCount']]);
    const kinds = after.armed().map(({ kind }) => kind);

    expect([first?.body, second?.body, third?.body]).toEqual(['visible', 'held', 'gone']);
    expect(atOnce).toEqual([]);
    expect(later).toEqual([
      ['visible', '2'],
      ['held', '2'],
    ]);
    expect(kinds.toSorted()).toEqual(['delayed-message', 'visibility', 'visibility']);
  });

  it('moves what was spent before a restart once the dead-letter queue is declared, whatever the order', async () => {
    const before = setUp();
    declare(before);
    before.queues.enqueue('work', { body: 'a' });
    before.queues.receive('work', 1, { visibilityTimeoutSeconds: 0 });
    await before.advanceTo(start + 1);
    before.queues.receive('work', 1, { held: true });

    const after = setUp(before.store.kept, start + 3_600_000);
    after.queues.declare({
      name: 'work',
      redrive: { deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:dead', maxReceiveCount: 2 },
    });
    await after.advanceTo(start + 3_600_001);
    const undeclared = after.queues.receive('work', 1);
    after.queues.declare({ name: 'dead' });
    await after.advanceTo(start + 3_600_002);

    expect(undeclared).toEqual([]);
    expect(after.queues.messages('work')).toEqual([]);
    expect(after.queues.messages('dead')).toMatchObject([{ body: 'a', receiveCount: 2 }]);
  });

  it('writes once per change and the body only when it is sent', async () => {
    const test = setUp();
    declare(test);

    test.queues.enqueue('work', { body: 'a'.repeat(1000) });
    const sent = test.store.writes();
    const [message] = test.queues.receive('work', 1, { held: true });
    const received = test.store.writes();
    const receipt = [...(test.store.kept.get('sqs-receipts/work')?.values() ?? [])].join('');
    await test.queues.remove('work', message?.receiptHandle ?? '');

    expect([sent, received]).toEqual([1, 2]);
    expect(receipt.length).toBeLessThan(120);
    expect([...test.store.kept.values()].every((collection) => collection.size === 0)).toBe(true);
  });

  it('loses no message, shows none that is hidden and ends each deleted or dead after exactly its receives', async () => {
    const command = fc.oneof(
      fc.record({ do: fc.constant('send' as const), delaySeconds: fc.integer({ min: 0, max: 20 }) }),
      fc.record({
        do: fc.constant('receive' as const),
        max: fc.integer({ min: 1, max: 4 }),
        held: fc.boolean(),
        seconds: fc.integer({ min: 0, max: 30 }),
      }),
      fc.record({ do: fc.constant('release' as const), which: fc.nat(50) }),
      fc.record({ do: fc.constant('delete' as const), which: fc.nat(50) }),
      fc.record({ do: fc.constant('change' as const), which: fc.nat(50), seconds: fc.integer({ min: 0, max: 30 }) }),
      fc.record({ do: fc.constant('advance' as const), seconds: fc.integer({ min: 0, max: 25 }) }),
      fc.record({ do: fc.constant('restart' as const) }),
    );

    await fc.assert(
      fc.asyncProperty(
        fc.array(command, { maxLength: 60, size: 'max' }),
        fc.integer({ min: 1, max: 4 }),
        async (commands, most) => {
          let test = setUp();
          let now = start;
          const open = () => {
            const { arn } = test.queues.declare({ name: 'dead' });
            test.queues.declare({ name: 'work', redrive: { deadLetterTargetArn: arn, maxReceiveCount: most } });
          };
          open();
          type Model = {
            visibleAt: number;
            receives: number;
            handle: string;
            held: number | undefined;
            ended: boolean;
          };
          const model = new Map<string, Model>();
          const deleted = new Set<string>();
          const all = () => [...model.values()].filter(({ ended }) => !ended);
          const settle = async () => {
            await test.advanceTo(now);
            for (const one of all()) {
              if (one.held === undefined && one.visibleAt <= now && one.receives >= most) one.ended = true;
            }
          };
          const take = (max: number, held: boolean, seconds: number) => {
            for (const { messageId, receiptHandle } of test.queues.receive('work', max, {
              held,
              visibilityTimeoutSeconds: seconds,
            })) {
              const one = model.get(messageId);
              expect(one).toBeDefined();
              if (one === undefined) continue;
              expect(one.ended).toBe(false);
              expect(one.held).toBeUndefined();
              expect(one.visibleAt).toBeLessThanOrEqual(now);
              expect(one.receives).toBeLessThan(most);
              one.receives += 1;
              one.handle = receiptHandle;
              one.visibleAt = now + seconds * 1000;
              one.held = held ? seconds : undefined;
            }
          };
          for (const step of commands) {
            if (step.do === 'send') {
              const { messageId } = test.queues.enqueue('work', { body: 'a', delaySeconds: step.delaySeconds });
              const visibleAt = now + step.delaySeconds * 1000;
              model.set(messageId, { visibleAt, receives: 0, handle: '', held: undefined, ended: false });
            } else if (step.do === 'receive') {
              take(step.max, step.held, step.seconds);
            } else if (step.do === 'advance') {
              now += step.seconds * 1000;
            } else if (step.do === 'restart') {
              test = setUp(test.store.kept, now);
              open();
              for (const one of all()) one.held = undefined;
            } else {
              const taken = all().filter(({ handle }) => handle !== '');
              const one = taken[step.which % Math.max(taken.length, 1)];
              if (one === undefined) continue;
              if (step.do === 'delete') {
                await test.queues.remove('work', one.handle);
                one.ended = true;
                for (const [id, each] of model) if (each === one) deleted.add(id);
              } else if (step.do === 'release') {
                test.queues.release('work', one.handle);
                if (one.held !== undefined) one.visibleAt = now + one.held * 1000;
                one.held = undefined;
              } else {
                const inSight = one.held === undefined && one.visibleAt <= now;
                test.queues.changeVisibility('work', one.handle, step.seconds);
                if (one.held !== undefined) one.held = step.seconds;
                else if (!inSight) one.visibleAt = now + step.seconds * 1000;
              }
            }
            await settle();
            const inWork = test.queues.messages('work').map(({ id }) => id);
            const live = [...model].flatMap(([id, { ended }]) => (ended ? [] : [id]));
            expect(inWork.toSorted()).toEqual(live.toSorted());
          }
          // From here on everything is received and never deleted: it must all end in the dead-letter queue.
          for (const one of all()) {
            if (one.held !== undefined) test.queues.release('work', one.handle);
            if (one.held !== undefined) one.visibleAt = now + one.held * 1000;
            one.held = undefined;
          }
          for (let round = 0; round <= most && all().length > 0; round += 1) {
            now += 30_000;
            await settle();
            take(1000, false, 10);
          }
          now += 30_000;
          await settle();
          expect(test.queues.messages('work')).toEqual([]);
          for (const { receiveCount } of test.queues.messages('dead')) expect(receiveCount).toBe(most);
          const undeleted = [...model].flatMap(([id]) => (deleted.has(id) ? [] : [id]));
          expect(
            test.queues
              .messages('dead')
              .map(({ id }) => id)
              .toSorted(),
          ).toEqual(undeleted.toSorted());
          expect(test.held()).toEqual([]);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('a queue whose deliveries go wrong', () => {
  const START = Date.UTC(2026, 11, 1, 15);
  const consumed = (kept?: Parameters<typeof createTestKernel>[1]) => {
    const test = createTestKernel(START, kept);
    const queues = createQueues(test.kernel, () => 'http://sqs.localhost');
    queues.declare({ name: 'work', visibilityTimeoutSeconds: 60 });
    queues.onVisible('work', () => undefined);
    return { ...test, queues };
  };
  const receiveAll = (queues: ReturnType<typeof createQueues>) => {
    const batches = [];
    for (let batch = queues.receive('work', 10); batch.length > 0; batch = queues.receive('work', 10))
      batches.push(batch);
    return batches;
  };

  it('delivers each message twice: the same message by another receipt, never both in one batch', () => {
    const { queues, faults } = consumed();
    faults.set({ seed: 1, duplicate: 1 });

    const sent = queues.enqueue('work', { body: 'a' });
    const batches = receiveAll(queues);

    expect(batches.map((batch) => batch.map(({ messageId, body }) => [messageId, body]))).toEqual([
      [[sent.messageId, 'a']],
      [[sent.messageId, 'a']],
    ]);
    expect(new Set(batches.flat().map(({ receiptHandle }) => receiptHandle)).size).toBe(2);
    expect(batches.flat().map(({ attributes }) => attributes['ApproximateReceiveCount'])).toEqual(['1', '1']);
  });

  it('keeps the second when the first was removed, also after a restart and when the fault has ended', async () => {
    const { queues, faults, store } = consumed();
    faults.set({ seed: 1, duplicate: 1 });
    const { messageId } = queues.enqueue('work', { body: 'a' });
    const [first] = queues.receive('work', 10);
    await queues.remove('work', first?.receiptHandle ?? '');
    faults.set({});

    const later = consumed(store.kept).queues;
    const again = receiveAll(later);
    await later.remove('work', again[0]?.[0]?.receiptHandle ?? '');

    expect(again.map((batch) => batch.map((message) => message.messageId))).toEqual([[messageId]]);
    expect(later.messages('work')).toEqual([]);
  });

  it('holds a message back, so that a later one overtakes it; nothing is visible or due meanwhile', async () => {
    const { queues, faults, advanceTo, armed, held, turn } = consumed();
    faults.set({ seed: 1, reorder: 1, delaySeconds: 30 });
    queues.enqueue('work', { body: 'first' });
    faults.set({});
    const [timer] = armed();
    await turn();
    const busyWhileHeldBack = held();
    queues.enqueue('work', { body: 'second' });

    const before = receiveAll(queues).flat();
    await advanceTo(START + 30_000);
    const after = receiveAll(queues).flat();

    expect(timer).toMatchObject({ kind: 'held-back' });
    expect(busyWhileHeldBack).toEqual([]);
    expect([before, after].map((batch) => batch.map(({ body }) => body))).toEqual([['second'], ['first']]);
  });

  it('adds to the delay that was asked for', () => {
    const { queues, faults, armed } = consumed();
    faults.set({ seed: 1, reorder: 1, delaySeconds: 30 });

    queues.enqueue('work', { body: 'a', delaySeconds: 10 });

    expect(armed()[0]?.at).toBeGreaterThan(START + 10_000);
    expect(armed()[0]?.at).toBeLessThanOrEqual(START + 40_000);
  });

  it('leaves a queue alone that no function works off, and every queue where the fault has no chance', () => {
    const { queues, faults } = consumed();
    queues.declare({ name: 'read-by-others' });
    faults.set({ seed: 1, duplicate: 1, reorder: 1 });
    queues.enqueue('read-by-others', { body: 'a' });
    faults.set({ seed: 1, drop: 1 });
    queues.enqueue('work', { body: 'b' });

    expect(queues.receive('read-by-others', 10)).toHaveLength(1);
    expect(receiveAll(queues).flat()).toHaveLength(1);
  });
});
