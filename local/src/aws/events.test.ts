import {
  DeleteRuleCommand,
  EventBridgeClient,
  ListRulesCommand,
  ListTagsForResourceCommand,
  ListTargetsByRuleCommand,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  TestEventPatternCommand,
} from '@aws-sdk/client-eventbridge';
import { CreateQueueCommand, DeleteQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import recorded from '../../test/fixtures/aws-recorded-behaviour.json';
import { startTestCloud } from './test-cloud';
import type { TestCloud } from './test-cloud';
import type { RuleSpec } from './types';

const { cases } = recorded;
const EVENTS = 'events/test_events.py::TestEvents::';
const START = Date.UTC(2026, 11, 1, 15);
const QUEUE_ARN = 'arn:aws:sqs:us-east-1:000000000000:work';

interface PutEventsRecord {
  readonly 'put-events': { readonly Entries: readonly object[]; readonly FailedEntryCount: number };
}

describe('event buses', () => {
  let cloud: TestCloud;
  let events: EventBridgeClient;
  let queues: SQSClient;

  beforeEach(async () => {
    cloud = await startTestCloud(START);
    events = new EventBridgeClient(cloud.client);
    queues = new SQSClient(cloud.client);
    cloud.services.buses.declareBus('main');
    cloud.services.queues.declare({ name: 'work' });
  });
  afterEach(async () => {
    events.destroy();
    queues.destroy();
    await cloud.stop();
  });

  const rule = (more: Partial<RuleSpec> = {}) =>
    cloud.services.buses.declareRule({
      name: 'rule',
      busName: 'main',
      pattern: { source: ['core.update-account-command'] },
      enabled: true,
      targets: [{ id: 'target', arn: QUEUE_ARN }],
      ...more,
    });
  const entry = {
    EventBusName: 'main',
    Source: 'core.update-account-command',
    DetailType: 'core.update-account-command',
    Detail: JSON.stringify({ command: 'update-account', payload: { acc_id: '0a787ecb-4015', sf_id: 'baz' } }),
  };
  const put = (...entries: object[]) => events.send(new PutEventsCommand({ Entries: entries }));
  const bodies = (queue = 'work') =>
    cloud.services.queues.messages(queue).map(({ body }) => JSON.parse(body) as object);

  it('deliver an event twice, as two messages, where a rule does so by a fault; and once where the fault has no chance', async () => {
    rule();
    cloud.faults.set({ seed: 1, duplicate: 1 });
    await put(entry);
    cloud.faults.set({ seed: 1, throttle: 1 });
    await put(entry);

    const messages = cloud.services.queues.messages('work');
    const eventIds = bodies().map((body) => Reflect.get(body, 'id') as string);

    expect(new Set(messages.map(({ id }) => id)).size).toBe(3);
    expect(new Set(eventIds).size).toBe(2);
    expect(cloud.services.buses.events()).toHaveLength(2);
  });

  it('hold back what a rule delivers, so that a later event overtakes it', async () => {
    rule();
    cloud.faults.set({ seed: 1, reorder: 1, delaySeconds: 20 });
    await put({ ...entry, Detail: '{"n":1}' });
    cloud.faults.set({});
    await put({ ...entry, Detail: '{"n":2}' });
    const receive = () =>
      cloud.services.queues.receive('work', 10).map(({ body }) => (JSON.parse(body) as { detail: object }).detail);

    const before = receive();
    await cloud.advance(20_000);
    const after = receive();

    expect([before, after]).toEqual([[{ n: 2 }], [{ n: 1 }]]);
  });

  it.each<[keyof typeof cases, object]>([
    [`${EVENTS}test_put_events_without_source`, { Source: undefined }],
    [`${EVENTS}test_put_event_without_detail_type`, { DetailType: undefined }],
    [`${EVENTS}test_put_event_without_detail`, { Detail: undefined }],
    [`${EVENTS}test_put_event_malformed_detail[STRING]`, { Detail: 'a string' }],
    [`${EVENTS}test_put_event_malformed_detail[ARRAY]`, { Detail: '["an", "array"]' }],
    [`${EVENTS}test_put_event_malformed_detail[MALFORMED_JSON]`, { Detail: '{"a": ' }],
    [`${EVENTS}test_put_event_malformed_detail[SERIALIZED_STRING]`, { Detail: '"text"' }],
  ])('fails the one entry as AWS recorded in %s, and takes the others', async (name, wrong) => {
    const { Entries, FailedEntryCount } = await put({ ...entry, ...wrong }, entry);

    const expected = (cases[name].recorded as unknown as PutEventsRecord)['put-events'];
    expect(Entries).toEqual([expected.Entries[0], { EventId: expect.any(String) }]);
    expect(FailedEntryCount).toBe(expected.FailedEntryCount);
    expect(cloud.services.buses.events()).toHaveLength(1);
  });

  it('refuses more than ten entries, and more than a megabyte, as a whole', async () => {
    const expected = cases[`${EVENTS}test_put_event_with_too_big_detail`].recorded['put-events-too-big-detail-error'];

    const large = { ...entry, Detail: JSON.stringify({ a: 'x'.repeat(1_048_576) }) };
    const many = Array.from({ length: 11 }, () => entry);

    await expect(put(large)).rejects.toMatchObject({ name: expected.Error.Code, message: expected.Error.Message });
    await expect(put(...many)).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining(
        "at 'entries' failed to satisfy constraint: Member must have length less than or equal to 10",
      ),
    });
    expect(cloud.services.buses.events()).toEqual([]);
  });

  it('sends the envelope that AWS recorded to the queue of each rule that matches', async () => {
    rule();
    rule({ name: 'none', pattern: { source: ['another'] } });
    rule({ name: 'off', enabled: false });

    const { Entries } = await put(entry);

    const [message] =
      cases['events/test_events_targets.py::TestEventsTargetSqs::test_put_events_with_target_sqs'].recorded.message;
    expect(bodies()).toEqual([
      {
        ...message?.Body,
        id: Entries?.[0]?.EventId,
        account: '000000000000',
        region: 'us-east-1',
        time: '2026-12-01T15:00:00Z',
      },
    ]);
    expect(Object.keys(bodies()[0] ?? {})).toEqual(Object.keys(message?.Body ?? {}));
  });

  it('sends one event through two rules with one id', async () => {
    rule();
    rule({ name: 'other', pattern: { detail: { command: ['update-account'] } } });

    await put(entry);

    const ids = bodies().map((body) => ('id' in body ? body.id : ''));
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
  });

  it('takes the time that an entry gives, in whole seconds', async () => {
    await put({ ...entry, Time: new Date('2022-01-01T01:02:03.999Z'), Resources: ['arn:a'] });

    expect(cloud.services.buses.events()).toMatchObject([
      { seq: 1, busName: 'main', event: { time: '2022-01-01T01:02:03Z', resources: ['arn:a'] } },
    ]);
  });

  it('finds the bus by its ARN', async () => {
    await put({ ...entry, EventBusName: 'arn:aws:events:us-east-1:000000000000:event-bus/main' });

    expect(cloud.services.buses.events()).toHaveLength(1);
  });

  it('takes an event for a bus that does not exist, as AWS does, and warns', async () => {
    const warning = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});

    const { Entries, FailedEntryCount } = await put({ ...entry, EventBusName: 'nowhere' });

    expect(
      cases['events/test_events.py::TestEventBus::test_put_events_nonexistent_event_bus'].recorded['put-events'],
    ).toMatchObject({ FailedEntryCount });
    expect(Entries).toEqual([{ EventId: expect.any(String) }]);
    expect(warning).toHaveBeenCalledWith(expect.stringContaining('the bus nowhere, which does not exist'));
    warning.mockRestore();
  });

  it('lists what was put on custom buses by number, across a restart, and tells listeners', async () => {
    const heard: number[] = [];
    const stop = cloud.services.buses.onEvent(({ seq }) => heard.push(seq));
    await put(entry, entry, { ...entry, EventBusName: 'default' });
    stop();
    await put(entry);

    const again = await startTestCloud(START, cloud.store.kept);
    again.services.buses.declareBus('main');
    const client = new EventBridgeClient(again.client);
    await client.send(new PutEventsCommand({ Entries: [entry] }));

    expect(heard).toEqual([1, 2]);
    expect(again.services.buses.events(2).map(({ seq }) => seq)).toEqual([3, 4]);
    client.destroy();
    await again.stop();
  });

  it('acknowledges with one flush, after archive and queues are written', async () => {
    rule();
    cloud.store.stall();
    let answered = false;
    const putting = put(entry, entry).then(() => {
      answered = true;
    });
    while (cloud.services.queues.messages('work').length < 2) await cloud.turn();
    await cloud.turn();
    const before = answered;
    cloud.store.resume();
    await putting;

    expect(before).toBe(false);
    expect(cloud.store.writes()).toBe(4);
  });

  it('leaves an event for a target that is gone in the dead-letter queue of the target', async () => {
    const arn = 'arn:aws:sqs:us-east-1:000000000000:gone';
    rule({ targets: [{ id: 'a', arn, deadLetterArn: QUEUE_ARN }] });

    await put(entry);

    expect(cloud.services.queues.messages('work')).toMatchObject([
      {
        messageAttributes: {
          ERROR_CODE: { StringValue: 'QueueDoesNotExist' },
          RULE_ARN: { StringValue: 'arn:aws:events:us-east-1:000000000000:rule/main/rule' },
          TARGET_ARN: { StringValue: arn },
        },
      },
    ]);
  });

  describe('with a rule that leads to another bus', () => {
    const busArn = (name: string, account = '000000000000') => `arn:aws:events:us-east-1:${account}:event-bus/${name}`;
    const pattern = { source: ['core.update-account-command'] };
    beforeEach(() => {
      cloud.services.buses.declareBus('theirs');
      rule({ name: 'over', targets: [{ id: 'a', arn: busArn('theirs', '210987654321') }] });
    });

    it('pass the event on as it is to the rules there, and list it once', async () => {
      rule({ name: 'there', busName: busArn('theirs', '210987654321') });
      rule({ name: 'not there', busName: 'theirs', pattern: { source: ['another'] } });

      await put(entry);

      expect(bodies()).toEqual([expect.objectContaining({ source: entry.Source, account: '000000000000' })]);
      expect(bodies()).toEqual([expect.objectContaining({ id: cloud.services.buses.events()[0]?.event.id })]);
      expect(cloud.services.buses.events()).toHaveLength(1);
    });

    it('pass it on twice where a fault makes the rule do so', async () => {
      rule({ name: 'there', busName: 'theirs' });
      cloud.faults.set({ seed: 1, duplicate: 1 });

      await put(entry);

      // Twice over, and each of them into the queue twice.
      expect(bodies()).toHaveLength(4);
    });

    it('pass on to no third bus what came over from another', async () => {
      cloud.services.buses.declareBus('third');
      rule({ name: 'and on', busName: 'theirs', targets: [{ id: 'a', arn: busArn('third') }] });
      rule({ name: 'third', busName: 'third' });
      const warning = jest.spyOn(process, 'emitWarning').mockReturnValue();

      await put(entry);
      const said = warning.mock.calls.flat();
      warning.mockRestore();

      expect(bodies()).toEqual([]);
      expect(said).toEqual([expect.stringContaining('AWS does not')]);
    });

    it('leave it in the dead-letter queue of a target that is not there', async () => {
      cloud.services.queues.declare({ name: 'dead' });
      const deadLetterArn = 'arn:aws:sqs:us-east-1:000000000000:dead';
      rule({ name: 'lost', pattern, targets: [{ id: 'a', arn: busArn('nowhere'), deadLetterArn }] });

      await put(entry);

      expect(cloud.services.queues.messages('dead')).toEqual([
        expect.objectContaining({
          messageAttributes: expect.objectContaining({
            ERROR_CODE: { DataType: 'String', StringValue: 'ResourceNotFoundException' },
          }),
        }),
      ]);
    });
  });

  it('refuses rules that it cannot carry out', () => {
    const lambda = { id: 'a', arn: 'arn:aws:lambda:us-east-1:000000000000:function:f' };

    expect(() => rule({ targets: [lambda] })).toThrow('sends events to SQS queues and buses only');
    expect(() => rule({ busName: 'nowhere' })).toThrow('Event bus nowhere does not exist.');
    expect(() => rule({ pattern: { source: [] } })).toThrow(
      expect.objectContaining({ code: 'InvalidEventPatternException' }),
    );
    expect(() => rule({ busName: 'default', scheduleExpression: 'rate(10 seconds)' })).toThrow('ScheduleExpression');
  });

  it('runs a scheduled rule on its recurring timer, once after a pause, and keeps its rhythm', async () => {
    const declare = (target: TestCloud) => {
      target.services.buses.declareRule({
        name: 'tick',
        busName: 'default',
        scheduleExpression: 'rate(5 minutes)',
        enabled: true,
        targets: [{ id: 'a', arn: QUEUE_ARN }],
      });
      target.services.queues.declare({ name: 'work' });
    };
    declare(cloud);
    await cloud.advance(11 * 60_000);
    const first = bodies();
    const kinds = cloud.armed().map(({ kind }) => kind);

    const again = await startTestCloud(START + 62 * 60_000, cloud.store.kept);
    declare(again);
    await again.advance(4 * 60_000);
    const times = again.services.queues
      .messages('work')
      .map(({ body, sentAt }) => [JSON.parse(body).time, new Date(sentAt).toISOString()]);
    await again.stop();

    expect(kinds).toEqual(['recurring']);
    expect(first).toMatchObject([
      { 'detail-type': 'Scheduled Event', source: 'aws.events', time: '2026-12-01T15:05:00Z', detail: {} },
      { time: '2026-12-01T15:10:00Z' },
    ]);
    expect(times.slice(2)).toEqual([
      ['2026-12-01T15:15:00Z', '2026-12-01T16:02:00.000Z'],
      ['2026-12-01T16:05:00Z', '2026-12-01T16:05:00.000Z'],
    ]);
  });

  it('tests a pattern against any event, and refuses patterns as AWS does', async () => {
    const test = (pattern: string, event: string) =>
      events.send(new TestEventPatternCommand({ EventPattern: pattern, Event: event }));

    expect((await test('{"source": [{"prefix": "a"}]}', '{"source": "abc"}')).Result).toBe(true);
    expect((await test('{"source": ["a"]}', '{"source": "abc"}')).Result).toBe(false);
    await expect(test('{"source": "a"}', '{}')).rejects.toMatchObject({ name: 'InvalidEventPatternException' });
    await expect(test('{"source": ', '{}')).rejects.toMatchObject({
      name: 'InvalidEventPatternException',
      $metadata: { httpStatusCode: 400 },
    });
    await expect(test('{"source": ["a"]}', 'no JSON')).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('take rules that are made while they run, show them with their targets and tags, and forget them again', async () => {
    const name = 'sieve';
    const where = { EventBusName: 'main' };
    const { QueueUrl } = await queues.send(new CreateQueueCommand({ QueueName: 'caught' }));
    const { RuleArn } = await events.send(
      new PutRuleCommand({
        ...where,
        Name: name,
        EventPattern: '{"detail":{"command":["update-account"]}}',
        Tags: [{ Key: 'kind', Value: 'sieve' }],
      }),
    );
    await events.send(
      new PutTargetsCommand({
        ...where,
        Rule: name,
        Targets: [{ Id: 'queue', Arn: 'arn:aws:sqs:us-east-1:000000000000:caught' }],
      }),
    );

    await put(entry, { ...entry, Detail: '{}' });
    const { Rules } = await events.send(new ListRulesCommand(where));
    const { Targets } = await events.send(new ListTargetsByRuleCommand({ ...where, Rule: name }));
    const { Tags } = await events.send(new ListTagsForResourceCommand({ ResourceARN: RuleArn }));

    expect(bodies('caught')).toHaveLength(1);
    expect(Rules).toMatchObject([{ Name: name, Arn: RuleArn, State: 'ENABLED', EventBusName: 'main' }]);
    expect(Targets).toEqual([{ Id: 'queue', Arn: 'arn:aws:sqs:us-east-1:000000000000:caught' }]);
    expect(Tags).toEqual([{ Key: 'kind', Value: 'sieve' }]);
    await expect(events.send(new DeleteRuleCommand({ ...where, Name: name }))).rejects.toThrow(
      "Rule can't be deleted since it has targets.",
    );
    await events.send(new RemoveTargetsCommand({ ...where, Rule: name, Ids: ['queue'] }));
    await events.send(new DeleteRuleCommand({ ...where, Name: name }));
    await queues.send(new DeleteQueueCommand({ QueueUrl }));
    await put(entry);
    expect((await events.send(new ListRulesCommand(where))).Rules).toEqual([]);
    expect(cloud.services.queues.list().map((queue) => queue.name)).not.toContain('caught');
  });
});
