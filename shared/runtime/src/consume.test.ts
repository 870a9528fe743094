import { describe, expect, it } from '@jest/globals';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import { CallDue, CallFailed } from '@appointments/events';
import * as z from 'zod';
import { consume, consumeMessages, handlingContext, NotYet, PermanentError, putBackDelaySeconds } from './index';

interface Sent {
  readonly QueueUrl: string;
  readonly MessageBody: string;
  readonly DelaySeconds?: number;
  readonly MessageAttributes?: Record<string, { StringValue: string }>;
}

function fakeQueues(failing = false) {
  const sent: Sent[] = [];
  const queues = {
    send: (command: { input: Sent }) => {
      if (failing) return Promise.reject(new Error('the queue is away'));
      sent.push(command.input);
      return Promise.resolve({});
    },
  } as unknown as SQSClient;
  return { sent, queues };
}

const NOW = new Date('2026-12-01T15:00:00.000Z');
const ports = (queues: SQSClient) => ({ queues, queueUrl: 'own', deadLetterQueueUrl: 'dead', now: () => NOW });

const envelope = (changes: Record<string, unknown> = {}) =>
  JSON.stringify({ source: CallDue.source, 'detail-type': CallDue.detailType, detail: CallDue.example, ...changes });

const record = (body: string, attributes: Record<string, string> = {}, messageId = 'm1'): SQSRecord => ({
  messageId,
  receiptHandle: 'r',
  body,
  attributes: {
    ApproximateReceiveCount: '1',
    SentTimestamp: '0',
    SenderId: 's',
    ApproximateFirstReceiveTimestamp: '0',
  },
  messageAttributes: Object.fromEntries(
    Object.entries(attributes).map(([key, stringValue]) => [key, { stringValue, dataType: 'Number' }]),
  ),
  md5OfBody: '',
  eventSource: 'aws:sqs',
  eventSourceARN: '',
  awsRegion: '',
});

describe('a consumer of the bus', () => {
  it('hands over the parsed event with its name, and knows its cause while handling it', async () => {
    const seen: unknown[] = [];
    const { queues } = fakeQueues();
    const handler = consume(
      [CallDue, CallFailed],
      (event) => Promise.resolve(void seen.push(event.detailType, event.data.appointmentId, handlingContext())),
      ports(queues),
    );

    const answer = await handler({ Records: [record(envelope())] });

    const { eventId, correlationId } = CallDue.example.metadata;
    expect(seen).toEqual([
      'CallDue',
      CallDue.example.data.appointmentId,
      { correlationId, cause: { eventId, hops: 0 }, replayName: undefined },
    ]);
    expect(answer).toEqual({ batchItemFailures: [] });
  });

  it('lets a record fail alone', async () => {
    const { queues, sent } = fakeQueues();
    const handler = consume(
      [CallDue],
      (event) => (event.data.appointmentVersion === 2 ? Promise.reject(new Error('a hiccup')) : Promise.resolve()),
      ports(queues),
    );
    const second = envelope({
      detail: { ...CallDue.example, data: { ...CallDue.example.data, appointmentVersion: 2 } },
    });

    const answer = await handler({
      Records: [record(envelope()), record(second, {}, 'm2'), record(envelope(), {}, 'm3')],
    });

    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'm2' }] });
    expect(sent).toEqual([]);
  });

  it.each([
    ['text that is not JSON', 'hello', 'not JSON'],
    ['JSON that is no event', '{}', 'not an event from the bus'],
    [
      'an event it does not subscribe to',
      envelope({ 'detail-type': 'Gossip' }),
      'no contract of this consumer is named Gossip from appointments.scheduler',
    ],
    [
      'an event from a source that may not say so',
      envelope({ source: 'appointments.booking' }),
      'no contract of this consumer is named CallDue from appointments.booking',
    ],
    [
      'an event that breaks its contract',
      envelope({ detail: { ...CallDue.example, data: {} } }),
      'CallDue: data.appointmentId: invalid_type; data.appointmentVersion: invalid_type; data.startsAt: invalid_type',
    ],
  ])('parks %s with its reason', async (_what, body, reason) => {
    const { queues, sent } = fakeQueues();

    const answer = await consume([CallDue], () => Promise.resolve(), ports(queues))({ Records: [record(body)] });

    expect(answer).toEqual({ batchItemFailures: [] });
    expect(sent).toEqual([
      {
        QueueUrl: 'dead',
        MessageBody: body,
        MessageAttributes: { reason: { DataType: 'String', StringValue: reason } },
      },
    ]);
  });

  it('masks telephone numbers and addresses in the reason it parks with', async () => {
    const { queues, sent } = fakeQueues();
    const handler = consume(
      [CallDue],
      () => Promise.reject(new PermanentError('cannot ring +12025550123 for ada@example.com')),
      ports(queues),
    );

    await handler({ Records: [record(envelope())] });

    expect(sent[0]?.MessageAttributes?.['reason']?.StringValue).toBe('cannot ring [phone] for [email]');
  });

  it('lets the record fail when it cannot be parked, so that it is not lost', async () => {
    const { queues } = fakeQueues(true);

    const answer = await consume(
      [CallDue],
      () => Promise.reject(new PermanentError('no')),
      ports(queues),
    )({ Records: [record(envelope())] });

    expect(answer.batchItemFailures).toEqual([{ itemIdentifier: 'm1' }]);
  });
});

describe('what cannot be handled yet', () => {
  it('goes back to its own queue with a delay, and is acknowledged', async () => {
    const { queues, sent } = fakeQueues();

    const answer = await consume(
      [CallDue],
      () => Promise.reject(new NotYet('no projection')),
      ports(queues),
    )({ Records: [record(envelope())] });

    expect(answer).toEqual({ batchItemFailures: [] });
    expect(sent).toEqual([
      {
        QueueUrl: 'own',
        MessageBody: envelope(),
        DelaySeconds: 1,
        MessageAttributes: {
          firstSeenAt: { DataType: 'Number', StringValue: String(NOW.getTime()) },
          putBacks: { DataType: 'Number', StringValue: '1' },
        },
      },
    ]);
  });

  it('waits 1, 2, 4 … seconds, sixty at most', () => {
    expect([0, 1, 2, 3, 4, 5, 6, 7, 50].map(putBackDelaySeconds)).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
  });

  it('keeps the time it was first seen, and is parked with its reason once its limit has passed', async () => {
    const { queues, sent } = fakeQueues();
    const handler = consume([CallDue], () => Promise.reject(new NotYet('no projection')), ports(queues));
    const justBefore = String(NOW.getTime() - 15 * 60_000 + 1);
    const atTheLimit = String(NOW.getTime() - 15 * 60_000);

    await handler({ Records: [record(envelope(), { firstSeenAt: justBefore, putBacks: '20' })] });
    await handler({ Records: [record(envelope(), { firstSeenAt: atTheLimit, putBacks: '20' })] });

    expect(
      sent.map((message) => [
        message.QueueUrl,
        message.DelaySeconds,
        message.MessageAttributes?.['firstSeenAt']?.StringValue,
        message.MessageAttributes?.['reason']?.StringValue,
      ]),
    ).toEqual([
      ['own', 60, justBefore, undefined],
      ['dead', undefined, undefined, 'no projection'],
    ]);
  });
});

describe('a consumer of its own messages', () => {
  it('parks what does not have their shape, naming the path', async () => {
    const { queues, sent } = fakeQueues();

    await consumeMessages(
      z.object({ sessionId: z.string() }),
      () => Promise.resolve(),
      ports(queues),
    )({ Records: [record('{"sessionId":7}')] });

    expect(sent[0]?.MessageAttributes?.['reason']?.StringValue).toBe(
      'not a message of this queue: sessionId: invalid_type',
    );
  });
});
