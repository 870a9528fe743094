import { setImmediate } from 'node:timers/promises';
import { BatchWriteCommand, type DynamoDBDocumentClient, type TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { AppointmentCreated } from '@appointments/events';
import { appointmentStore } from '../src/adapters/appointment-store';
import type { Agent } from '../src/domain/agent';
import { book, particularsOf } from '../src/domain/appointment';
import { BOOKING } from './api';

/** DynamoDB takes so many items in one BatchWriteItem. */
const BATCH = 25;
const AT_ONCE = 16;

const CLIENT = { name: BOOKING.name, email: BOOKING.email, phone: BOOKING.phone, locale: 'en', smsConsent: false };

/**
 * Writes appointments that were made long ago, past ones too, as they stand in the table: the store says what their items
 * are. Their events are published, and no longer there.
 */
export async function plant(
  client: DynamoDBDocumentClient,
  TableName: string,
  times: Iterable<{ readonly agent: Agent; readonly start: number }>,
  now: Date,
): Promise<number> {
  let items: object[] = [];
  const store = appointmentStore(
    {
      send: async ({ input }: TransactWriteCommand) => {
        for (const { Put } of input.TransactItems ?? [])
          if (Put && Put.Item?.['kind'] !== 'outbox') items.push(Put.Item ?? {});
      },
    } as unknown as DynamoDBDocumentClient,
    TableName,
  );
  const write = async (batch: readonly object[]) => {
    let unwritten = batch.map((Item) => ({ PutRequest: { Item } }));
    while (unwritten.length > 0) {
      const answer = await client.send(new BatchWriteCommand({ RequestItems: { [TableName]: unwritten } }));
      unwritten = (answer.UnprocessedItems?.[TableName] ?? []) as typeof unwritten;
    }
  };
  const writeAll = async () => {
    const batches = Array.from({ length: Math.ceil(items.length / BATCH) }, (_, place) =>
      items.slice(place * BATCH, (place + 1) * BATCH),
    ).values();
    items = [];
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (const batch of batches) await write(batch);
      }),
    );
  };

  let planted = 0;
  for (const { agent, start } of times) {
    planted += 1;
    const slot = { start, end: start + agent.slotMinutes * 60_000 };
    const appointment = book(
      { appointmentId: `apt_planted_${planted}`, client: CLIENT },
      { slot, agent, clientZone: agent.zone },
      now,
    );
    const event = AppointmentCreated.create(particularsOf(appointment), { occurredAt: now.toISOString() });
    await store.create({ appointment, event, counts: [] }, now);
    if (items.length >= 4000) {
      await writeAll();
      await setImmediate();
    }
  }
  await writeAll();
  return planted;
}
