import { QueryCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { isConflict, NotYet, tableItems, type OutboxItem, type Write } from '@appointments/runtime';
import * as z from 'zod';
import type { Change, Remembered } from '../app/plan-wake-ups';
import type { OpenPorts, Position } from '../app/sweep-wake-ups';
import { dueDay, type Intent, type WakeUp } from '../domain/wake-up';
import { WakeUpMessage } from './wake-up-message';

/** Ninety days after an appointment nothing of the archive (thirty days) can speak of it any more. */
const KEEP_MS = 90 * 86_400_000;

const StateItem = z.object({
  version: z.int().positive(),
  cancelled: z.boolean(),
  startsAt: z.string().optional(),
  heardAt: z.string().optional(),
});
const IntentItem = WakeUpMessage.extend({ state: z.enum(['planned', 'handed-over', 'said', 'withdrawn', 'dropped']) });
/** What DynamoDB gives to go on from: the keys of an item and of its place in the index, all of them strings. */
const LastKey = z.record(z.string(), z.string()).optional();

/** Open intents by the UTC day on which they are due and by due time: those that are settled have no `dueDay`. */
export const BY_DUE_TIME = 'by-due-time';
/** The days that intents were ever due on, so that no open one is overlooked and no day is asked for in vain. */
export const DUE_DAYS = 'due-days';
/** A page of the index. */
const PAGE = 200;

const partition = (appointmentId: string) => `appointment#${appointmentId}`;
const intentKey = (wakeUp: WakeUp) => ({
  pk: partition(wakeUp.appointmentId),
  sk: `wake-up#${wakeUp.version}#${wakeUp.purpose}`,
});

/** The service's table: one item per appointment and one per wake-up, in one partition. */
export function wakeUpTable(client: DynamoDBDocumentClient, TableName: string, now: () => Date) {
  const expiresAt = (instant?: string) =>
    Math.floor((Math.max(now().getTime(), instant === undefined ? 0 : Date.parse(instant)) + KEEP_MS) / 1000);

  const items = tableItems(client, TableName);
  const write = async (...unit: readonly Write[]): Promise<boolean> => {
    try {
      return await items.write(...unit);
    } catch (error) {
      // Two copies of one message, or two versions, meet on an item all the time: the loser looks again in a second.
      throw isConflict(error) ? new NotYet('another change of the appointment is under way') : error;
    }
  };

  const knownDays = new Set<string>();

  /** Enters the days before there is anything due on them. One that lies ahead is entered once by each process. */
  async function enterDays(wakeUps: readonly WakeUp[]): Promise<void> {
    const days = [...new Set(wakeUps.map(dueDay))].filter((day) => !knownDays.has(day));
    await Promise.all(
      days.map((sk) => write({ Put: { Item: { pk: DUE_DAYS, sk, expiresAt: expiresAt(`${sk}T24:00:00Z`) } } })),
    );
    const today = dueDay({ dueAt: now().toISOString() });
    // A comparison forgets days that are past.
    for (const day of days) if (day >= today) knownDays.add(day);
  }

  return {
    async record(change: Change): Promise<boolean> {
      const { appointmentId, version, cancelled, startsAt, heardAt, wakeUps } = change;
      await enterDays(wakeUps);
      return write(
        {
          Update: {
            Key: { pk: partition(appointmentId), sk: 'appointment' },
            // A cancellation names no time: the one known stays.
            UpdateExpression: `SET version = :version, cancelled = :cancelled, heardAt = :heardAt, expiresAt = :expiresAt${startsAt === undefined ? '' : ', startsAt = :startsAt'}`,
            ConditionExpression: 'attribute_not_exists(version) OR version < :version',
            ExpressionAttributeValues: {
              ':version': version,
              ':cancelled': cancelled,
              ':heardAt': heardAt,
              ':expiresAt': expiresAt(startsAt),
              ...(startsAt !== undefined && { ':startsAt': startsAt }),
            },
          },
        },
        ...wakeUps.map((wakeUp) => ({
          Put: {
            Item: {
              ...intentKey(wakeUp),
              ...wakeUp,
              dueDay: dueDay(wakeUp),
              state: 'planned',
              expiresAt: expiresAt(startsAt),
            },
          },
        })),
      );
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

    async openOn(day: string, from: Position | undefined, until?: string): ReturnType<OpenPorts['openOn']> {
      const { Items = [], LastEvaluatedKey } = await client.send(
        new QueryCommand({
          TableName,
          IndexName: BY_DUE_TIME,
          KeyConditionExpression: `dueDay = :day${until === undefined ? '' : ' AND dueAt <= :until'}`,
          ExpressionAttributeValues: { ':day': day, ...(until !== undefined && { ':until': until }) },
          ExclusiveStartKey: from,
          Limit: PAGE,
        }),
      );
      return { intents: Items.map((item): Intent => IntentItem.parse(item)), next: LastKey.parse(LastEvaluatedKey) };
    },

    async mark(wakeUp: WakeUp, state: 'handed-over' | 'withdrawn' | 'dropped'): Promise<void> {
      const isOpen = state === 'handed-over';
      await write({
        Update: {
          Key: intentKey(wakeUp),
          UpdateExpression: `SET #state = :state${isOpen ? '' : ' REMOVE dueDay'}`,
          ConditionExpression: isOpen ? '#state = :planned' : '#state IN (:planned, :handedOver)',
          ExpressionAttributeNames: { '#state': 'state' },
          ExpressionAttributeValues: {
            ':state': state,
            ':planned': 'planned',
            ...(!isOpen && { ':handedOver': 'handed-over' }),
          },
        },
      });
    },

    async say(wakeUp: WakeUp, event: OutboxItem): Promise<boolean> {
      return write(
        {
          ConditionCheck: {
            Key: { pk: partition(wakeUp.appointmentId), sk: 'appointment' },
            ConditionExpression: 'version = :version AND cancelled = :no',
            ExpressionAttributeValues: { ':version': wakeUp.version, ':no': false },
          },
        },
        {
          Update: {
            Key: intentKey(wakeUp),
            // Whole, so that what was said reads as such also where the intent itself was gone.
            UpdateExpression:
              'SET #state = :said, appointmentId = :id, version = :version, purpose = :purpose, dueAt = :dueAt, expiresAt = if_not_exists(expiresAt, :expiresAt) REMOVE dueDay',
            ConditionExpression: 'attribute_not_exists(#state) OR #state IN (:planned, :handedOver)',
            ExpressionAttributeNames: { '#state': 'state' },
            ExpressionAttributeValues: {
              ':said': 'said',
              ':planned': 'planned',
              ':handedOver': 'handed-over',
              ':id': wakeUp.appointmentId,
              ':version': wakeUp.version,
              ':purpose': wakeUp.purpose,
              ':dueAt': wakeUp.dueAt,
              ':expiresAt': expiresAt(wakeUp.dueAt),
            },
          },
        },
        { Put: { Item: event } },
      );
    },
  };
}
