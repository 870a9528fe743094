import { createHash } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';

const table = DynamoDBDocumentClient.from(new DynamoDBClient());

/** So long after the last word on an appointment its entry is forgotten. */
const KEPT_DAYS = 400;

/** The parts of an entry. Each stands by itself: it comes from the newest word on it, whatever came in between. */
export type Part = 'details' | 'standing' | 'outcome';

/** What of any event an entry needs: which appointment, and when. */
interface Told {
  readonly metadata: { readonly eventId: string; readonly occurredAt: string };
  readonly data: { readonly appointmentId: string };
}

/** A contact's key: the same for the same person, and no address that could be read in a log or a metric. */
export function contactOf(email: string): string {
  return createHash('sha256').update(email.trim().toLowerCase()).digest('hex').slice(0, 32);
}

/**
 * Writes what an event says of a part, unless the entry knows that part from a word of the same rank or a higher one:
 * so it does no harm that events come twice, late and out of order.
 */
export async function note({ metadata, data }: Told, part: Part, rank: number, facts: object): Promise<void> {
  const keepUntil = Math.floor(Date.parse(metadata.occurredAt) / 1000) + KEPT_DAYS * 86_400;
  const fields = Object.entries({ ...facts, [`${part}Rank`]: rank, keepUntil });
  const update = new UpdateCommand({
    TableName: process.env['TABLE_NAME'],
    Key: { appointmentId: data.appointmentId },
    UpdateExpression: `SET ${fields.map(([name]) => `#${name} = :${name}`).join(', ')}`,
    ConditionExpression: `attribute_not_exists(#${part}Rank) OR #${part}Rank < :${part}Rank`,
    ExpressionAttributeNames: Object.fromEntries(fields.map(([name]) => [`#${name}`, name])),
    ExpressionAttributeValues: Object.fromEntries(fields.map(([name, value]) => [`:${name}`, value])),
  });
  const known = await table.send(update).then(
    () => false,
    (error: unknown) => {
      if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return true;
      throw error;
    },
  );
  say('INFO', known ? 'known already' : 'noted', {
    correlation_id: data.appointmentId,
    eventId: metadata.eventId,
    part,
  });
}

/** A log line: ids and parts, never a name or an address. */
export function say(level: 'INFO' | 'ERROR', message: string, more: Readonly<Record<string, unknown>>): void {
  console.log(JSON.stringify({ level, message, ...more }));
}
