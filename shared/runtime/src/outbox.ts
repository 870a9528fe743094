import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { AttributeValue as SdkAttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord, DynamoDBStreamEvent, DynamoDBBatchResponse } from 'aws-lambda';
import { ContractViolation, MAX_HOPS, type EventContract, type OutgoingEvent } from '@appointments/events';
import * as z from 'zod';
import { assertMayAct } from './context';
import { PublishFailed, tooLarge } from './publish';
import { count, flushMetrics, log } from './telemetry';

/** Outbox items stay a week, so that what was published can be published again. */
const KEEP_SECONDS = 7 * 24 * 3600;
/** SQS delays a message by fifteen minutes at most (SendMessage, DelaySeconds). */
export const MAX_DELAY_SECONDS = 900;

/** Built by the publisher alone: every function that acts writes such items, and need not build what only reads them. */
const outboxSchemas = () => ({
  item: z.object({
    pk: z.string(),
    kind: z.literal('outbox'),
    /** `bus`, or the name of a queue the publisher knows. */
    to: z.string(),
    body: z.string(),
    /** Not before then; ISO. */
    dueAt: z.string().optional(),
  }),
  busBody: z.object({ source: z.string(), detailType: z.string(), detail: z.unknown() }),
});
type Schemas = ReturnType<typeof outboxSchemas>;
type Outgoing = z.infer<Schemas['item']>;

export interface OutboxItem extends Outgoing {
  readonly sk: 'outbox';
  readonly expiresAt: number;
}

/** The item that carries an event to the bus; write it in the transaction of the record it tells of. */
export function eventItem(event: OutgoingEvent, now: Date): OutboxItem {
  assertMayAct(`publishing ${event.detailType}`);
  return item(event.detail.metadata.eventId, 'bus', event, now);
}

/** The item that carries a message to a queue of this service, at once or not before `dueAt`. `id` is deterministic: the same effect has the same id. */
export function messageItem(
  message: { readonly id: string; readonly to: string; readonly body: unknown; readonly dueAt?: Date },
  now: Date,
): OutboxItem {
  assertMayAct(`sending to ${message.to}`);
  return {
    ...item(message.id, message.to, message.body, now),
    ...(message.dueAt && { dueAt: message.dueAt.toISOString() }),
  };
}

function item(id: string, to: string, body: unknown, now: Date): OutboxItem {
  return {
    pk: `outbox#${id}`,
    sk: 'outbox',
    kind: 'outbox',
    to,
    body: JSON.stringify(body),
    expiresAt: Math.floor(now.getTime() / 1000) + KEEP_SECONDS,
  };
}

/** The seconds SQS is to wait so that a message comes no earlier than `dueAt`: rounded up, fifteen minutes at most. */
export function delaySecondsUntil(dueAt: Date, now: Date): number {
  return Math.min(MAX_DELAY_SECONDS, Math.max(0, Math.ceil((dueAt.getTime() - now.getTime()) / 1000)));
}

export interface OutboxPorts {
  readonly contracts: readonly EventContract[];
  readonly publish: (events: readonly OutgoingEvent[]) => Promise<void>;
  readonly queues: SQSClient;
  /** Queue URLs by the names that outbox items use. */
  readonly queueUrls: Readonly<Record<string, string>>;
  readonly deadLetterQueueUrl: string;
  readonly now: () => Date;
}

/**
 * Handles a table's stream: carries new outbox items to the bus and to the service's queues.
 * What breaks its contract, is too large for the bus, or is more than eight hops from its first cause, is parked with its whole content and passed over;
 * what the bus or a queue did not take is reported, and comes again.
 */
export function publishOutbox(ports: OutboxPorts) {
  const schemas = outboxSchemas();
  return async (event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    const failed = new Set<string>();
    const forBus: { sequence: string; event: OutgoingEvent }[] = [];
    try {
      await Promise.all(
        event.Records.map(async (record) => {
          const sequence = record.dynamodb?.SequenceNumber ?? '';
          try {
            const outgoing = readItem(record, schemas);
            if (outgoing.to !== 'bus') return await sendToQueue(ports, outgoing);
            const checked = checkEvent(ports.contracts, outgoing.body, schemas);
            if ('fault' in checked) return await park(ports, outgoing.body, checked.fault);
            forBus.push({ sequence, event: checked.event });
          } catch (error) {
            log.error('Outbox item was not carried', { error });
            failed.add(sequence);
          }
        }),
      );
      forBus.sort((a, b) => (BigInt(a.sequence || 0) < BigInt(b.sequence || 0) ? -1 : 1));
      try {
        await ports.publish(forBus.map((entry) => entry.event));
        if (forBus.length > 0) count('EventsPublished', forBus.length);
      } catch (error) {
        log.error('Events were not published', { error });
        const places = error instanceof PublishFailed ? error.failed : forBus.map((_, place) => place);
        for (const place of places) failed.add(forBus[place]?.sequence ?? '');
      }
      return { batchItemFailures: [...failed].map((itemIdentifier) => ({ itemIdentifier })) };
    } finally {
      flushMetrics();
    }
  };
}

function readItem(record: DynamoDBRecord, schemas: Schemas): Outgoing {
  return schemas.item.parse(unmarshall((record.dynamodb?.NewImage ?? {}) as Record<string, SdkAttributeValue>));
}

function checkEvent(
  contracts: readonly EventContract[],
  body: string,
  schemas: Schemas,
): { event: OutgoingEvent } | { fault: string } {
  const parsed = schemas.busBody.safeParse(JSON.parse(body));
  if (!parsed.success) return { fault: 'not an event' };
  const { source, detailType, detail } = parsed.data;
  const contract = contracts.find((candidate) => candidate.detailType === detailType && candidate.source === source);
  if (!contract) return { fault: `no contract of this service is named ${detailType}` };
  try {
    const checked = contract.check(detail);
    if (checked.metadata.hops > MAX_HOPS)
      return { fault: `${checked.metadata.hops} hops from its first cause: a loop` };
    const event = { source, detailType, detail: checked };
    const fault = tooLarge(event);
    return fault === undefined ? { event } : { fault: `${detailType}: ${fault}` };
  } catch (error) {
    if (error instanceof ContractViolation) return { fault: error.message };
    throw error;
  }
}

async function sendToQueue(ports: OutboxPorts, outgoing: Outgoing): Promise<void> {
  const QueueUrl = ports.queueUrls[outgoing.to];
  if (QueueUrl === undefined) return park(ports, outgoing.body, `no queue is named ${outgoing.to}`);
  const DelaySeconds = outgoing.dueAt === undefined ? 0 : delaySecondsUntil(new Date(outgoing.dueAt), ports.now());
  await ports.queues.send(new SendMessageCommand({ QueueUrl, MessageBody: outgoing.body, DelaySeconds }));
}

async function park(ports: OutboxPorts, body: string, reason: string): Promise<void> {
  log.error('Outbox item parked', { reason });
  count('OutboxItemsParked');
  await ports.queues.send(
    new SendMessageCommand({
      QueueUrl: ports.deadLetterQueueUrl,
      MessageBody: body,
      MessageAttributes: { reason: { DataType: 'String', StringValue: reason } },
    }),
  );
}
