import { QueryCommand, TransactWriteCommand, UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { cancellationCodes, isConditionFailed, NotYet, type OutboxItem } from '@appointments/runtime';
import * as z from 'zod';
import type { Change, Remembered } from '../app/plan-wake-ups';
import type { WakeUp } from '../domain/wake-up';
import { WakeUpMessage } from './wake-up-message';

/** Ninety days after an appointment nothing of the archive (thirty days) can speak of it any more. */
const KEEP_MS = 90 * 86_400_000;

const StateItem = z.object({
  version: z.int().positive(),
  cancelled: z.boolean(),
  startsAt: z.string().optional(),
});
const IntentItem = WakeUpMessage.extend({ state: z.enum(['planned', 'handed-over', 'said', 'withdrawn']) });

const partition = (appointmentId: string) => `appointment#${appointmentId}`;
const intentKey = (wakeUp: WakeUp) => ({
  pk: partition(wakeUp.appointmentId),
  sk: `wake-up#${wakeUp.version}#${wakeUp.purpose}`,
});

/** The service's table: one item per appointment and one per wake-up, in one partition. */
export function wakeUpTable(client: DynamoDBDocumentClient, TableName: string, now: () => Date) {
  const expiresAt = (instant?: string) =>
    Math.floor((Math.max(now().getTime(), instant === undefined ? 0 : Date.parse(instant)) + KEEP_MS) / 1000);

  return {
    async record(change: Change): Promise<boolean> {
      const { appointmentId, version, cancelled, startsAt, wakeUps } = change;
      const codes = await transact(client, {
        TransactItems: [
          {
            Update: {
              TableName,
              Key: { pk: partition(appointmentId), sk: 'appointment' },
              // A cancellation names no time: the one known stays.
              UpdateExpression: `SET version = :version, cancelled = :cancelled, expiresAt = :expiresAt${startsAt === undefined ? '' : ', startsAt = :startsAt'}`,
              ConditionExpression: 'attribute_not_exists(version) OR version < :version',
              ExpressionAttributeValues: {
                ':version': version,
                ':cancelled': cancelled,
                ':expiresAt': expiresAt(startsAt),
                ...(startsAt !== undefined && { ':startsAt': startsAt }),
              },
            },
          },
          ...wakeUps.map((wakeUp) => ({
            Put: {
              TableName,
              Item: { ...intentKey(wakeUp), ...wakeUp, state: 'planned', expiresAt: expiresAt(startsAt) },
            },
          })),
        ],
      });
      if (codes && codes[0] !== 'ConditionalCheckFailed')
        throw new Error(`the plan was not recorded: ${codes.join(', ')}`);
      return codes === undefined;
    },

    async read(appointmentId: string): Promise<Remembered> {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': partition(appointmentId) },
          ConsistentRead: true,
        }),
      );
      const states = Items.filter((item) => item['sk'] === 'appointment').map((item) => StateItem.parse(item));
      const intents = Items.filter((item) => item['sk'] !== 'appointment').map((item) => IntentItem.parse(item));
      return { state: states[0], intents };
    },

    async mark(wakeUp: WakeUp, state: 'handed-over' | 'withdrawn'): Promise<void> {
      try {
        await client.send(
          new UpdateCommand({
            TableName,
            Key: intentKey(wakeUp),
            UpdateExpression: 'SET #state = :state',
            ConditionExpression: state === 'handed-over' ? '#state = :planned' : '#state IN (:planned, :handedOver)',
            ExpressionAttributeNames: { '#state': 'state' },
            ExpressionAttributeValues: {
              ':state': state,
              ':planned': 'planned',
              ...(state === 'withdrawn' && { ':handedOver': 'handed-over' }),
            },
          }),
        );
      } catch (error) {
        if (!isConditionFailed(error)) throw conflictOr(error);
      }
    },

    async say(wakeUp: WakeUp, event: OutboxItem): Promise<boolean> {
      const codes = await transact(client, {
        TransactItems: [
          {
            ConditionCheck: {
              TableName,
              Key: { pk: partition(wakeUp.appointmentId), sk: 'appointment' },
              ConditionExpression: 'version = :version AND cancelled = :no',
              ExpressionAttributeValues: { ':version': wakeUp.version, ':no': false },
            },
          },
          {
            Update: {
              TableName,
              Key: intentKey(wakeUp),
              UpdateExpression: 'SET #state = :said',
              ConditionExpression: '#state <> :said',
              ExpressionAttributeNames: { '#state': 'state' },
              ExpressionAttributeValues: { ':said': 'said' },
            },
          },
          { Put: { TableName, Item: event } },
        ],
      });
      return codes === undefined;
    },
  };
}

/** Resolves the codes of a transaction that a condition refused, `undefined` when it went through. */
async function transact(
  client: DynamoDBDocumentClient,
  input: ConstructorParameters<typeof TransactWriteCommand>[0],
): Promise<readonly string[] | undefined> {
  try {
    await client.send(new TransactWriteCommand(input));
    return undefined;
  } catch (error) {
    const codes = cancellationCodes(error);
    if (codes?.includes('ConditionalCheckFailed')) return codes;
    throw conflictOr(error);
  }
}

/** Two copies of one message, or two versions, met on an item: the loser looks again in a second. */
function conflictOr(error: unknown): unknown {
  const met =
    cancellationCodes(error)?.includes('TransactionConflict') ||
    (error instanceof Error && error.name === 'TransactionConflictException');
  return met ? new NotYet('another change of the appointment is under way') : error;
}
