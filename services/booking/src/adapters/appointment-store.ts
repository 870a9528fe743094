import { setTimeout } from 'node:timers/promises';
import {
  GetCommand,
  QueryCommand,
  TransactWriteCommand,
  type DynamoDBDocumentClient,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { cancellationCodes, eventItem } from '@appointments/runtime';
import * as z from 'zod';
import type { Told } from '../app/answers';
import { agendaKey, type ReadAgenda } from '../app/agenda';
import type { RecordOutcome, ApplyCallEventPorts } from '../app/apply-call-event';
import { busy } from '../app/answers';
import type { ChangePorts, SaveOutcome } from '../app/change-appointment';
import type { CreateAppointmentPorts, CreateOutcome, IdempotencyRecord } from '../app/create-appointment';
import type { HoldPorts } from '../app/hold-slot';
import type { Counted } from '../app/limits';
import type { ClaimedBetween } from '../app/nearest';
import { STATUSES, type Appointment, type HistoryEntry } from '../domain/appointment';
import { piecesOfHold, type Hold } from '../domain/claims';
import { PROOFS } from '../domain/proof';
import { piecesBetween, swap } from '../domain/slots';

type Action = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** An answer is repeated to the same Idempotency-Key for a day, as Stripe does it. */
const IDEMPOTENCY_SECONDS = 24 * 3600;
/** Claims on time long past are of no use to anyone. */
const CLAIM_SECONDS = 7 * 24 * 3600;
/** A transaction that met another one is written this many times in all. */
const TRIES = 8;
/** The first wait is this long at most, each further one twice as long, up to a quarter of a second. */
const FIRST_WAIT_MS = 8;
const LONGEST_WAIT_MS = 250;

/** Waits a random part of its time, so that those who met do not meet again. */
async function pauseAfterConflict(tried: number): Promise<void> {
  await setTimeout(Math.random() * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** tried));
}

/** A hold that ran out is of no use to anyone; its id may still be asked for a while. */
const HOLD_SECONDS = 24 * 3600;

const StoredAppointment = z.object({
  appointmentId: z.string(),
  version: z.number(),
  revision: z.number(),
  writes: z.number(),
  status: z.enum(STATUSES),
  startsAt: z.string(),
  endsAt: z.string(),
  durationMinutes: z.number(),
  claimedFrom: z.string(),
  claimedTo: z.string(),
  timeZone: z.string(),
  tzdb: z.string(),
  localStart: z.object({ client: z.string(), agent: z.string() }),
  client: z.object({
    name: z.string(),
    email: z.string(),
    phone: z.string(),
    locale: z.string(),
    smsConsent: z.boolean(),
  }),
  agent: z.object({
    agentId: z.string(),
    name: z.string(),
    email: z.string(),
    phone: z.string(),
    timeZone: z.string(),
  }),
  notes: z.string().optional(),
  callConsent: z.object({ at: z.string(), wording: z.string() }).optional(),
  proof: z
    .object({
      unproven: z.array(z.enum(PROOFS)),
      proven: z.array(z.enum(PROOFS)),
      codes: z.array(z.object({ number: z.string(), wrongTries: z.number() })),
    })
    .optional(),
  call: z
    .object({
      callSessionId: z.string(),
      outcome: z.enum(['completed', 'failed']).nullable(),
      reason: z.string().optional(),
      attempts: z.object({ agent: z.number(), client: z.number() }),
      connectedAt: z.string().optional(),
      durationSeconds: z.number().optional(),
    })
    .nullable(),
  createdAt: z.string(),
  firstStartsAt: z.string(),
});

const StoredEntry = z.object({ at: z.string(), type: z.string(), version: z.number(), text: z.string() });
const StoredClaim = z.object({ sk: z.string(), heldBy: z.string(), holdUntil: z.number().optional() });
const StoredHold = z.object({
  holdId: z.string(),
  agentId: z.string(),
  start: z.number(),
  end: z.number(),
  claimedFrom: z.number(),
  claimedTo: z.number(),
  until: z.number(),
});
const StoredRecord = z.object({
  key: z.string(),
  bodyHash: z.string(),
  appointmentId: z.string(),
  answer: z.string(),
  expiresAt: z.number(),
});

const APPOINTMENT = 'appointment';
const HISTORY = 'history#';
/** The index of the table in which an agent's appointments stand by their time. */
const BY_AGENT = 'by-agent';
const appointmentKey = (appointmentId: string) => ({ pk: `apt#${appointmentId}`, sk: APPOINTMENT });
const claimKey = (agentId: string, piece: number) => ({ pk: `claims#${agentId}`, sk: new Date(piece).toISOString() });
const holdKey = (holdId: string) => ({ pk: `hold#${holdId}`, sk: 'hold' });
const countKey = (key: string) => ({ pk: `count#${key}`, sk: 'count' });
const recordKey = (key: string) => ({ pk: `idempotency#${key}`, sk: 'idempotency' });

export interface AppointmentStore {
  readonly create: CreateAppointmentPorts['create'];
  readonly answeredBefore: CreateAppointmentPorts['answeredBefore'];
  readonly claimedBetween: ClaimedBetween;
  readonly read: ChangePorts['read'];
  readonly save: ChangePorts['save'];
  readonly find: ApplyCallEventPorts['find'];
  readonly record: ApplyCallEventPorts['record'];
  readonly readAgenda: ReadAgenda;
  readonly hold: HoldPorts['hold'];
  readonly findHold: HoldPorts['findHold'];
  readonly releaseHold: HoldPorts['releaseHold'];
}

/**
 * Appointments in the service's one table: the appointment and its history under one key, one item per claimed five minutes
 * of an agent under the agent's, answers by idempotency key, and the outbox. What belongs together is written in one transaction.
 */
export function appointmentStore(
  client: DynamoDBDocumentClient,
  TableName: string,
  pause: (tried: number) => Promise<void> = pauseAfterConflict,
): AppointmentStore {
  /**
   * What each action of the transaction was refused for, or `undefined` when all of it was written. One that met another
   * transaction is written again a little later, unless there is nothing left to write: then it counts as refused.
   */
  async function write(
    actions: readonly Action[],
    isSettled: () => Promise<boolean> = async () => false,
  ): Promise<readonly string[] | undefined> {
    for (let tried = 0; tried < TRIES; tried++) {
      try {
        await client.send(new TransactWriteCommand({ TransactItems: [...actions] }));
        return undefined;
      } catch (error) {
        const codes = cancellationCodes(error);
        if (!codes) throw error;
        if (codes.includes('ConditionalCheckFailed')) return codes;
        if (!codes.includes('TransactionConflict')) throw error;
        if (await isSettled()) return codes;
        await pause(tried);
      }
    }
    throw busy();
  }

  const putAppointment = (appointment: Appointment): Action => ({
    Put: {
      TableName,
      Item: appointmentItem(appointment),
      ConditionExpression: 'attribute_not_exists(pk)',
    },
  });

  const overwriteAppointment = (before: Appointment, after: Appointment): Action => ({
    Put: {
      TableName,
      Item: appointmentItem(after),
      ConditionExpression: 'writes = :writes',
      ExpressionAttributeValues: { ':writes': before.writes },
    },
  });

  /** Free is also what a hold had until `now`, or what one of `holds` has. An appointment's claim has no end, and so is never free. */
  const ifFree = (now: Date, ...holds: readonly (string | undefined)[]) => {
    const known = holds.filter((holdId) => holdId !== undefined);
    return {
      ConditionExpression: [
        'attribute_not_exists(pk) OR holdUntil <= :now',
        ...known.map((_, place) => `heldBy = :hold${place}`),
      ].join(' OR '),
      ExpressionAttributeValues: {
        ':now': now.getTime(),
        ...Object.fromEntries(known.map((holdId, place) => [`:hold${place}`, holdId])),
      },
    };
  };

  const claim = (
    { appointmentId, agent, claimedTo }: Appointment,
    piece: number,
    now: Date,
    holdId?: string,
  ): Action => ({
    Put: {
      TableName,
      Item: {
        ...claimKey(agent.agentId, piece),
        kind: 'claim',
        heldBy: appointmentId,
        expiresAt: Math.floor(Date.parse(claimedTo) / 1000) + CLAIM_SECONDS,
      },
      ...ifFree(now, holdId),
    },
  });

  const addTo = ({ key, most, endsAt }: Counted): Action => ({
    Update: {
      TableName,
      Key: countKey(key),
      UpdateExpression: 'ADD #n :one SET kind = :kind, expiresAt = :expiresAt',
      ConditionExpression: 'attribute_not_exists(pk) OR #n < :most',
      ExpressionAttributeNames: { '#n': 'n' },
      ExpressionAttributeValues: {
        ':one': 1,
        ':most': most,
        ':kind': 'count',
        ':expiresAt': Math.ceil(endsAt / 1000) + 3600,
      },
    },
  });

  // A claim on time long past may have been removed already.
  const release = ({ appointmentId, agent }: Appointment, piece: number): Action => ({
    Delete: {
      TableName,
      Key: claimKey(agent.agentId, piece),
      ConditionExpression: 'attribute_not_exists(pk) OR heldBy = :me',
      ExpressionAttributeValues: { ':me': appointmentId },
    },
  });

  const keep = ({ appointmentId, agent }: Appointment, piece: number): Action => ({
    ConditionCheck: {
      TableName,
      Key: claimKey(agent.agentId, piece),
      ConditionExpression: 'heldBy = :me',
      ExpressionAttributeValues: { ':me': appointmentId },
    },
  });

  const putEntry = (appointmentId: string, entry: HistoryEntry, id: string): Action => ({
    Put: {
      TableName,
      Item: { pk: `apt#${appointmentId}`, sk: `${HISTORY}${entry.at}#${id}`, kind: 'history', ...entry },
      ConditionExpression: 'attribute_not_exists(pk)',
    },
  });

  async function answeredBefore(key: string, now: Date): Promise<IdempotencyRecord | undefined> {
    const { Item } = await client.send(new GetCommand({ TableName, Key: recordKey(key), ConsistentRead: true }));
    if (!Item) return undefined;
    const { expiresAt, ...record } = StoredRecord.parse(Item);
    // Expired items are removed some time later, or never: the time counts.
    return expiresAt > now.getTime() / 1000 ? record : undefined;
  }

  async function create(
    { appointment, event, counts, holdId, idempotency }: Parameters<AppointmentStore['create']>[0],
    now: Date,
  ): Promise<CreateOutcome> {
    const seconds = Math.floor(now.getTime() / 1000);
    const pieces = piecesOfAppointment(appointment);
    const first: Action[] = [
      ...(idempotency
        ? [
            {
              Put: {
                TableName,
                Item: {
                  ...recordKey(idempotency.key),
                  kind: 'idempotency',
                  ...idempotency,
                  expiresAt: seconds + IDEMPOTENCY_SECONDS,
                },
                ConditionExpression: 'attribute_not_exists(pk) OR expiresAt <= :now',
                ExpressionAttributeValues: { ':now': seconds },
              },
            },
          ]
        : []),
      putAppointment(appointment),
    ];
    const actions: Action[] = [
      ...first,
      ...counts.map(addTo),
      ...pieces.map((piece) => claim(appointment, piece, now, holdId)),
      ...(holdId === undefined ? [] : [{ Delete: { TableName, Key: holdKey(holdId) } }]),
      { Put: { TableName, Item: { ...eventItem(event, now) } } },
    ];
    const answered = async () => idempotency && answeredBefore(idempotency.key, now);
    const refused = await write(actions, async () => (await answered()) !== undefined);
    if (!refused) return { kind: 'booked' };
    const failed = (place: number) => refused[place] === 'ConditionalCheckFailed';
    // Ids are never made twice: if ours is there, an earlier try of this very request came through.
    if (failed(first.length - 1)) return { kind: 'booked' };
    if (idempotency && (failed(0) || !refused.includes('ConditionalCheckFailed'))) {
      const record = await answered();
      if (!record) throw busy();
      return { kind: 'answered-before', record };
    }
    const passed = counts.filter((_, place) => failed(first.length + place));
    return passed.length > 0 ? { kind: 'too-many', passed } : { kind: 'slot-taken' };
  }

  async function hold(held: Hold, replaces: string | undefined, now: Date): Promise<'held' | 'slot-taken'> {
    const { holdId, agentId, until } = held;
    const expiresAt = Math.ceil(until / 1000) + HOLD_SECONDS;
    const refused = await write([
      { Put: { TableName, Item: { ...holdKey(holdId), kind: 'hold', ...held, expiresAt } } },
      ...piecesOfHold(held).map((piece) => ({
        Put: {
          TableName,
          Item: { ...claimKey(agentId, piece), kind: 'claim', heldBy: holdId, holdUntil: until, expiresAt },
          // What has its own id is from an earlier try of this very request.
          ...ifFree(now, holdId, replaces),
        },
      })),
    ]);
    return refused ? 'slot-taken' : 'held';
  }

  async function releaseHold(held: Hold, kept: Hold | undefined): Promise<void> {
    const isKept = new Set(kept && kept.agentId === held.agentId ? piecesOfHold(kept) : []);
    // Where somebody has taken over a claim the hold had run out, and none of its claims is in anyone's way.
    await write([
      { Delete: { TableName, Key: holdKey(held.holdId) } },
      ...piecesOfHold(held)
        .filter((piece) => !isKept.has(piece))
        .map((piece) => ({
          Delete: {
            TableName,
            Key: claimKey(held.agentId, piece),
            ConditionExpression: 'attribute_not_exists(pk) OR heldBy = :me',
            ExpressionAttributeValues: { ':me': held.holdId },
          },
        })),
    ]);
  }

  async function save(
    { before, change, event, claims }: Parameters<AppointmentStore['save']>[0],
    now: Date,
  ): Promise<SaveOutcome> {
    const after = change.appointment;
    const old = piecesOfAppointment(before);
    const fresh = claims === 'swap' ? piecesOfAppointment(after) : [];
    const sameAgent = before.agent.agentId === after.agent.agentId;
    const { kept, released, claimed } =
      claims === 'keep'
        ? { kept: [], released: [], claimed: [] }
        : sameAgent
          ? swap(old, fresh)
          : { kept: [], released: old, claimed: fresh };
    const actions: Action[] = [
      overwriteAppointment(before, after),
      putEntry(after.appointmentId, change.entry, event.detail.metadata.eventId),
      { Put: { TableName, Item: { ...eventItem(event, now) } } },
      ...released.map((piece) => release(before, piece)),
      ...kept.map((piece) => keep(before, piece)),
      ...claimed.map((piece) => claim(after, piece, now)),
    ];
    const refused = await write(actions);
    if (!refused) return 'saved';
    if (refused[0] !== 'ConditionalCheckFailed') return 'slot-taken';
    return (await isWritten(after)) ? 'saved' : 'overtaken';
  }

  /** Whether what stands is this to the letter: then an earlier try of this very request came through. */
  async function isWritten(appointment: Appointment): Promise<boolean> {
    const stored = await find(appointment.appointmentId);
    return JSON.stringify(stored) === JSON.stringify(StoredAppointment.parse(appointment));
  }

  async function find(appointmentId: string): Promise<Appointment | undefined> {
    const { Item } = await client.send(
      new GetCommand({ TableName, Key: appointmentKey(appointmentId), ConsistentRead: true }),
    );
    return Item && StoredAppointment.parse(Item);
  }

  async function record({
    appointmentId,
    eventId,
    entry,
    before,
    after,
  }: Parameters<AppointmentStore['record']>[0]): Promise<RecordOutcome> {
    const refused = await write([
      putEntry(appointmentId, entry, eventId),
      ...(after ? [overwriteAppointment(before, after)] : []),
    ]);
    if (!refused) return 'recorded';
    return refused[0] === 'ConditionalCheckFailed' ? 'known' : 'overtaken';
  }

  return {
    create,
    answeredBefore,
    find,
    save,
    record,
    hold,
    releaseHold,

    findHold: async (holdId) => {
      const { Item } = await client.send(new GetCommand({ TableName, Key: holdKey(holdId), ConsistentRead: true }));
      return Item && StoredHold.parse(Item);
    },

    read: async (appointmentId): Promise<Told | undefined> => {
      const items = await queryAll({
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': `apt#${appointmentId}` },
      });
      const item = items.find(({ sk }) => sk === APPOINTMENT);
      return (
        item && {
          appointment: StoredAppointment.parse(item),
          history: items.filter(({ sk }) => sk !== APPOINTMENT).map((entry) => StoredEntry.parse(entry)),
        }
      );
    },

    readAgenda: async (agentId, { start, end, after }, limit) => {
      const items = await queryAll(
        {
          IndexName: BY_AGENT,
          KeyConditionExpression: 'agentId = :agentId AND agenda BETWEEN :from AND :to',
          ExpressionAttributeValues: {
            ':agentId': agentId,
            // A space sorts before whatever an id has, so nothing stands between a key and the key with a space behind it.
            ':from': after === undefined ? new Date(start).toISOString() : `${after} `,
            // An instant alone sorts before every key that begins with it.
            ':to': new Date(end).toISOString(),
          },
        },
        limit,
      );
      return items.map((item) => StoredAppointment.parse(item));
    },

    claimedBetween: async (agentId, from, to) => {
      const items = await queryAll({
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
        ExpressionAttributeValues: {
          ':pk': `claims#${agentId}`,
          ':from': claimKey(agentId, from).sk,
          ':to': claimKey(agentId, to).sk,
        },
        ProjectionExpression: 'sk, heldBy, holdUntil',
      });
      return items.map((item) => {
        const { sk, heldBy, holdUntil } = StoredClaim.parse(item);
        return { piece: Date.parse(sk), heldBy, until: holdUntil };
      });
    },
  };

  /** All items of a query, or the first `limit`; those of an index may lag a little behind what was written. */
  async function queryAll(
    query: {
      readonly IndexName?: string;
      readonly KeyConditionExpression: string;
      readonly ExpressionAttributeValues: Record<string, string>;
      readonly ProjectionExpression?: string;
    },
    limit?: number,
  ): Promise<Record<string, unknown>[]> {
    const items: Record<string, unknown>[] = [];
    let ExclusiveStartKey: Record<string, unknown> | undefined;
    do {
      const page = await client.send(
        new QueryCommand({
          TableName,
          ...query,
          ConsistentRead: query.IndexName === undefined,
          ...(limit !== undefined && { Limit: limit - items.length }),
          ...(ExclusiveStartKey && { ExclusiveStartKey }),
        }),
      );
      items.push(...(page.Items ?? []));
      ExclusiveStartKey = items.length === limit ? undefined : page.LastEvaluatedKey;
    } while (ExclusiveStartKey);
    return items;
  }
}

/** The item of an appointment, with the keys of the index `by-agent`. */
function appointmentItem(appointment: Appointment) {
  const { appointmentId, agent } = appointment;
  return {
    ...appointmentKey(appointmentId),
    kind: 'appointment',
    ...appointment,
    agentId: agent.agentId,
    agenda: agendaKey(appointment),
  };
}

function piecesOfAppointment({ claimedFrom, claimedTo }: Appointment): number[] {
  return piecesBetween(Date.parse(claimedFrom), Date.parse(claimedTo));
}
