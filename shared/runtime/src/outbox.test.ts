import { describe, expect, it } from '@jest/globals';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import { CallDue, CallFailed, ReminderDue, type OutgoingEvent } from '@appointments/events';
import {
  delaySecondsUntil,
  eventItem,
  messageItem,
  publishOutbox,
  PublishFailed,
  ReplayMayNotAct,
  within,
  type OutboxItem,
} from './index';

const NOW = new Date('2026-12-01T15:00:00.000Z');
const due = CallDue.create(CallDue.example.data, { occurredAt: NOW.toISOString() });

const record = (item: OutboxItem, sequence: string): DynamoDBRecord => ({
  eventName: 'INSERT',
  dynamodb: { SequenceNumber: sequence, NewImage: marshall(item) as never },
});

function outbox(publish: (events: readonly OutgoingEvent[]) => Promise<void> = () => Promise.resolve()) {
  const published: OutgoingEvent[] = [];
  const sent: unknown[] = [];
  const queues = {
    send: (command: { input: unknown }) => Promise.resolve(sent.push(command.input)),
  } as unknown as SQSClient;
  const handler = publishOutbox({
    contracts: [CallDue, CallFailed, ReminderDue],
    publish: async (events) => {
      await publish(events);
      published.push(...events);
    },
    queues,
    queueUrls: { timers: 'timers-url' },
    deadLetterQueueUrl: 'dead',
    now: () => NOW,
  });
  return { handler, published, sent };
}

describe('the outbox', () => {
  it('names its items after the fact, so that the same fact is one item', () => {
    expect(eventItem(due, NOW).pk).toBe(`outbox#CallDue:${CallDue.example.data.appointmentId}:1`);
  });

  it('keeps its items seven days', () => {
    expect(eventItem(due, NOW).expiresAt).toBe(NOW.getTime() / 1000 + 7 * 86_400);
  });

  it('refuses to act while a replay is handled, unless the replay is meant for real', () => {
    expect(() => within({ replayName: 'rebuild-1' }, () => eventItem(due, NOW))).toThrow(ReplayMayNotAct);
    expect(() =>
      within({ replayName: 'rebuild-1' }, () => messageItem({ id: 'x', to: 'timers', body: {} }, NOW)),
    ).toThrow(ReplayMayNotAct);
    expect(within({ replayName: 'for-real-1' }, () => eventItem(due, NOW)).to).toBe('bus');
  });
});

describe('the publisher', () => {
  it('carries an event as it was written', async () => {
    const { handler, published } = outbox();

    const answer = await handler({ Records: [record(eventItem(due, NOW), '1')] });

    expect(answer).toEqual({ batchItemFailures: [] });
    expect(published).toEqual([JSON.parse(JSON.stringify(due))]);
  });

  it('reports only what the bus did not take', async () => {
    const { handler } = outbox((events) =>
      Promise.reject(new PublishFailed([events.length - 1], ['ThrottlingException'])),
    );
    const other = CallDue.create({ ...CallDue.example.data, appointmentVersion: 2 }, { occurredAt: NOW.toISOString() });

    const answer = await handler({ Records: [record(eventItem(due, NOW), '1'), record(eventItem(other, NOW), '2')] });

    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: '2' }] });
  });

  it('parks an event that breaks its contract with its whole content, and carries the others', async () => {
    const { handler, published, sent } = outbox();
    const broken = { ...due, detail: { ...due.detail, data: { ...due.detail.data, startsAt: 'teatime' } } };

    const answer = await handler({ Records: [record(eventItem(broken, NOW), '1'), record(eventItem(due, NOW), '2')] });

    expect(answer).toEqual({ batchItemFailures: [] });
    expect(published).toHaveLength(1);
    expect(sent).toEqual([
      {
        QueueUrl: 'dead',
        MessageBody: JSON.stringify(broken),
        MessageAttributes: { reason: { DataType: 'String', StringValue: 'CallDue: data.startsAt: invalid_format' } },
      },
    ]);
  });

  it('parks an event more than eight hops from its first cause: AWS stops no loop through EventBridge', async () => {
    const { handler, published, sent } = outbox();
    const at = (hops: number) =>
      eventItem(
        CallDue.create(CallDue.example.data, {
          occurredAt: NOW.toISOString(),
          cause: { eventId: 'x', hops: hops - 1 },
        }),
        NOW,
      );

    await handler({ Records: [record(at(8), '1'), record(at(9), '2')] });

    expect(published).toHaveLength(1);
    expect(sent).toMatchObject([
      { QueueUrl: 'dead', MessageAttributes: { reason: { StringValue: '9 hops from its first cause: a loop' } } },
    ]);
  });

  it('parks an event that the bus would refuse for its size, and carries the others', async () => {
    const { handler, published, sent } = outbox();
    const attempts = Array.from({ length: 12_000 }, () => CallFailed.example.data.attempts).flat();
    const facts = { occurredAt: NOW.toISOString() };
    const huge = eventItem(CallFailed.create({ ...CallFailed.example.data, attempts }, facts), NOW);

    const answer = await handler({ Records: [record(huge, '1'), record(eventItem(due, NOW), '2')] });

    expect(answer.batchItemFailures).toEqual([]);
    expect(published).toHaveLength(1);
    expect(sent).toMatchObject([
      {
        QueueUrl: 'dead',
        MessageAttributes: {
          reason: { StringValue: expect.stringMatching(/^CallFailed: \d{7} bytes, and the bus takes 1048576/) },
        },
      },
    ]);
  });

  it('sends a message to the queue it names, no earlier than it is due', async () => {
    const { handler, sent } = outbox();
    const item = messageItem(
      { id: 't1', to: 'timers', body: { sessionId: 's' }, dueAt: new Date(NOW.getTime() + 19_001) },
      NOW,
    );

    await handler({ Records: [record(item, '1')] });

    expect(sent).toEqual([{ QueueUrl: 'timers-url', MessageBody: '{"sessionId":"s"}', DelaySeconds: 20 }]);
  });

  it('parks a message for a queue nobody knows', async () => {
    const { handler, sent } = outbox();

    await handler({ Records: [record(messageItem({ id: 't1', to: 'nowhere', body: {} }, NOW), '1')] });

    expect(sent).toMatchObject([
      { QueueUrl: 'dead', MessageAttributes: { reason: { StringValue: 'no queue is named nowhere' } } },
    ]);
  });
});

describe('a delay', () => {
  it('is rounded up to whole seconds, never negative, fifteen minutes at most', () => {
    const after = (ms: number) => delaySecondsUntil(new Date(NOW.getTime() + ms), NOW);

    expect([-5000, 0, 1, 1000, 1001, 900_000, 3_600_000].map(after)).toEqual([0, 0, 1, 1, 2, 900, 900]);
  });
});
