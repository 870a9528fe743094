import { createHash } from 'node:crypto';
import { GetCommand, QueryCommand, TransactWriteCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { cancellationCodes } from '@appointments/runtime';
import type { CountedCall, Sessions, SessionWrite, StoredSession, UnprovenCall } from '../app/ports';
import { dayOf } from '../domain/line';
import type { Leg, Session } from '../domain/session';

/** Longer than the archive keeps events: a replayed CallDue finds its session, and starts none again. */
const KEEP_SESSION_SECONDS = 60 * 24 * 3600;
/** Proof outlives the year between two calls of a client who is phoned every year. */
const KEEP_PROOF_SECONDS = 400 * 24 * 3600;
/** Longer than any call: what holds a number for so long has been lost. */
const LONGEST_HOLD_MS = 6 * 3_600_000;

/** Sessions as items of the service's table: each write is one transaction of facts, effects and held phones. */
export function sessionsIn(client: DynamoDBDocumentClient, table: string): Sessions {
  return {
    load: async (sessionId) => {
      const { Item } = await client.send(
        new GetCommand({ TableName: table, Key: { pk: `session#${sessionId}`, sk: 'session' }, ConsistentRead: true }),
      );
      return Item && parseSession(Item);
    },

    write: async (write, now) => {
      const items = itemsOf(write, table, now);
      try {
        await client.send(new TransactWriteCommand({ TransactItems: items.map(({ item }) => item) }));
        return 'written';
      } catch (error) {
        const codes = cancellationCodes(error);
        if (!codes) {
          if (error instanceof Error && error.name === 'TransactionConflictException') return 'contended';
          throw error;
        }
        // The appointment's word comes first, then whoever holds the phone, then who wrote before us.
        const failed = items.filter((_, index) => codes[index] === 'ConditionalCheckFailed');
        if (failed.some(({ guards }) => guards === 'appointment')) return 'overtaken';
        if (failed.some(({ guards }) => guards === 'revision')) return 'contended';
        const tooOften = failed.find(({ leg }) => leg !== undefined)?.leg;
        if (tooOften !== undefined) return { tooOften };
        if (failed.some(({ guards }) => guards === 'proof')) return 'unproven';
        const engaged = failed.find(({ number }) => number !== undefined)?.number;
        if (engaged !== undefined) return { engaged };
        if (codes.some((code) => code === 'TransactionConflict' || code === 'ConditionalCheckFailed'))
          return 'contended';
        throw error;
      }
    },

    isProven: async (number, now) => {
      const { Item } = await client.send(
        new GetCommand({ TableName: table, Key: proofKey(number), ConsistentRead: true }),
      );
      // What has expired is removed some time later: the time counts.
      return Item !== undefined && Number(Item['expiresAt']) > now.getTime() / 1000;
    },

    ofAppointment: async (appointmentId) => {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: 'pk = :pk and begins_with(sk, :session)',
          ExpressionAttributeValues: { ':pk': `appointment#${appointmentId}`, ':session': 'session#' },
          ConsistentRead: true,
        }),
      );
      return Items.map((item) => ({
        sessionId: String(item['sessionId']),
        appointmentVersion: Number(item['appointmentVersion']),
      }));
    },
  };
}

/** A day's count is of no use when the day is over everywhere. */
const KEEP_COUNT_SECONDS = 2 * 24 * 3600;

type TransactItem = NonNullable<ConstructorParameters<typeof TransactWriteCommand>[0]['TransactItems']>[number];

interface GuardedItem {
  readonly item: TransactItem;
  readonly guards?: 'revision' | 'appointment' | 'proof';
  /** The leg whose number may not be called too often. */
  readonly leg?: Leg;
  /** The number that the item holds. */
  readonly number?: string;
}

function itemsOf(write: SessionWrite, table: string, now: Date): readonly GuardedItem[] {
  const { session, expected } = write;
  const expiresAt = Math.floor(now.getTime() / 1000) + KEEP_SESSION_SECONDS;
  const until = now.getTime() + LONGEST_HOLD_MS;
  const isNew = expected === 0;
  return [
    {
      guards: 'revision',
      item: {
        Put: {
          TableName: table,
          Item: {
            pk: `session#${session.id}`,
            sk: 'session',
            kind: 'session',
            revision: expected + 1,
            session,
            expiresAt,
          },
          ...(isNew
            ? { ConditionExpression: 'attribute_not_exists(pk)' }
            : { ConditionExpression: 'revision = :expected', ExpressionAttributeValues: { ':expected': expected } }),
        },
      },
    },
    ...(isNew
      ? [
          {
            item: {
              Put: {
                TableName: table,
                Item: {
                  pk: `appointment#${session.appointmentId}`,
                  sk: `session#${String(session.appointmentVersion).padStart(8, '0')}`,
                  kind: 'session-of-appointment',
                  sessionId: session.id,
                  appointmentVersion: session.appointmentVersion,
                  expiresAt,
                },
              },
            },
          },
        ]
      : []),
    ...(write.onlyWhileCurrent
      ? [
          {
            guards: 'appointment' as const,
            item: {
              ConditionCheck: {
                TableName: table,
                Key: { pk: `appointment#${session.appointmentId}`, sk: 'appointment' },
                ConditionExpression: 'stateVersion = :version and cancelled = :no',
                ExpressionAttributeValues: { ':version': session.appointmentVersion, ':no': false },
              },
            },
          },
        ]
      : []),
    ...write.hold.map((number) => ({
      number,
      item: {
        Put: {
          TableName: table,
          Item: {
            pk: `phone#${number}`,
            sk: 'held',
            kind: 'held-phone',
            sessionId: session.id,
            until,
            expiresAt: Math.ceil(until / 1000),
          },
          ConditionExpression: 'attribute_not_exists(pk) or sessionId = :me or #until < :now',
          ExpressionAttributeNames: { '#until': 'until' },
          ExpressionAttributeValues: { ':me': session.id, ':now': now.getTime() },
        },
      },
    })),
    ...(write.counts === undefined
      ? []
      : [{ leg: write.counts.leg, item: { Update: countOf(write.counts, table, now) } }]),
    ...(write.needs === undefined
      ? []
      : [{ leg: write.needs.leg, item: { ConditionCheck: stillCallable(write.needs, table, now) } }]),
    ...(write.unproven === undefined
      ? []
      : [{ guards: 'proof' as const, item: unprovenItem(write.unproven, session.appointmentId, table, now) }]),
    ...(write.proves === undefined
      ? []
      : [
          {
            item: {
              Put: {
                TableName: table,
                Item: {
                  ...proofKey(write.proves),
                  kind: 'proven-number',
                  provenAt: now.toISOString(),
                  expiresAt: Math.floor(now.getTime() / 1000) + KEEP_PROOF_SECONDS,
                },
              },
            },
          },
        ]),
    ...write.free.map((number) => ({
      item: { Delete: { TableName: table, Key: { pk: `phone#${number}`, sk: 'held' } } },
    })),
    ...write.outbox.map((item) => ({ item: { Put: { TableName: table, Item: { ...item } } } })),
  ];
}

/** Calls are counted by number and day, and by nothing of the appointment, so that moving it begins no new count. */
function stillCallable({ leg, number, dailyLimit }: CountedCall, TableName: string, now: Date) {
  return {
    TableName,
    Key: { pk: `phone#${number}`, sk: `calls#${leg}#${dayOf(now.getTime())}` },
    ConditionExpression: 'attribute_not_exists(calls) or calls < :limit',
    ExpressionAttributeValues: { ':limit': dailyLimit },
  };
}

function countOf(call: CountedCall, table: string, now: Date) {
  const condition = stillCallable(call, table, now);
  return {
    ...condition,
    UpdateExpression: 'ADD calls :one SET kind = :kind, expiresAt = :expiresAt',
    ExpressionAttributeValues: {
      ...condition.ExpressionAttributeValues,
      ':one': 1,
      ':kind': 'calls-of-a-day',
      ':expiresAt': Math.floor(now.getTime() / 1000) + KEEP_COUNT_SECONDS,
    },
  };
}

/** A number that was proven is kept for long, and so as a digest: it spares the table a list of numbers, though it is no secret. */
function proofKey(number: string) {
  return { pk: `proven#${createHash('sha256').update(number).digest('base64url')}`, sk: 'proven' };
}

/** The appointments of a day for which a number without proof was called, each counted once, however often it rang. */
function unprovenItem(
  { number, dailyAppointments, rings }: UnprovenCall,
  appointmentId: string,
  TableName: string,
  now: Date,
): TransactItem {
  const condition = {
    TableName,
    Key: { pk: `phone#${number}`, sk: `appointments#${dayOf(now.getTime())}` },
    ConditionExpression:
      'attribute_not_exists(appointments) or contains(appointments, :me) or size(appointments) < :limit',
    ExpressionAttributeValues: { ':me': appointmentId, ':limit': dailyAppointments },
  };
  if (!rings) return { ConditionCheck: condition };
  return {
    Update: {
      ...condition,
      UpdateExpression: 'ADD appointments :mine SET kind = :kind, expiresAt = :expiresAt',
      ExpressionAttributeValues: {
        ...condition.ExpressionAttributeValues,
        ':mine': new Set([appointmentId]),
        ':kind': 'appointments-of-a-day',
        ':expiresAt': Math.floor(now.getTime() / 1000) + KEEP_COUNT_SECONDS,
      },
    },
  };
}

/** The one place where what this service wrote itself is taken at its word. */
function parseSession(item: Readonly<Record<string, unknown>>): StoredSession {
  return { session: item['session'] as Session, revision: Number(item['revision']) };
}
