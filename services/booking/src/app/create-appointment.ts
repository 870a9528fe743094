import { createHash } from 'node:crypto';
import { AppointmentCreated, type OutgoingEvent } from '@appointments/events';
import {
  manageUrl,
  Problem,
  signManageToken,
  type HttpAnswer,
  type HttpRequest,
  type LinkKeys,
} from '@appointments/runtime';
import type { JudgePhone } from '@appointments/runtime/phone-rules';
import * as z from 'zod';
import { agentOf, type Roster } from '../domain/agent';
import { book, particularsOf, type Appointment } from '../domain/appointment';
import { createdBody, slotTaken } from './answers';
import { nearestFree, type ClaimedBetween } from './nearest';
import { phoneFaults } from './phone-faults';
import { readWithTime } from './requested-time';
import { AgentId, CreateAppointment, IdempotencyKey } from './schemas';

/** What was answered to a request with an idempotency key; kept for 24 hours. */
export interface IdempotencyRecord {
  readonly key: string;
  readonly bodyHash: string;
  readonly appointmentId: string;
  readonly answer: string;
}

export type CreateOutcome =
  | { readonly kind: 'booked' }
  | { readonly kind: 'slot-taken' }
  /** Another request with the same key came first; nothing was written. */
  | { readonly kind: 'answered-before'; readonly record: IdempotencyRecord };

export interface CreateAppointmentPorts {
  readonly roster: Roster;
  readonly judgePhone: JudgePhone;
  readonly publicUrl: string;
  readonly linkKeys: () => Promise<LinkKeys>;
  readonly newAppointmentId: (now: Date) => string;
  /** Writes the appointment, its claims, its event and the record of its answer: all or nothing. */
  readonly create: (
    writing: {
      readonly appointment: Appointment;
      readonly event: OutgoingEvent;
      readonly idempotency?: IdempotencyRecord | undefined;
    },
    now: Date,
  ) => Promise<CreateOutcome>;
  readonly answeredBefore: (key: string, now: Date) => Promise<IdempotencyRecord | undefined>;
  readonly claimedBetween: ClaimedBetween;
  readonly now: () => Date;
}

const AskedAgent = z.object({ agentId: z.string() });

/** Takes a booking: one write, and no read before it. */
export function createAppointment(ports: CreateAppointmentPorts) {
  return async ({ json, headers }: HttpRequest): Promise<HttpAnswer> => {
    const now = ports.now();
    const key = headers['idempotency-key'];
    const read = await readOrAnswerAgain(ports, { json, key, now });
    if ('status' in read) return read;

    const { appointment, time, bodyHash } = read;
    const { appointmentId } = appointment;
    const manageToken = signManageToken(await ports.linkKeys(), appointmentId, new Date(appointment.endsAt));
    const links = { manageUrl: manageUrl(ports.publicUrl, appointmentId, manageToken), manageToken };
    const answer = JSON.stringify(createdBody(appointment, links));
    const outcome = await ports.create(
      {
        appointment,
        event: AppointmentCreated.create(particularsOf(appointment), { occurredAt: now.toISOString() }),
        ...(key !== undefined && { idempotency: { key, bodyHash, appointmentId, answer } }),
      },
      now,
    );
    if (outcome.kind === 'booked') return created({ appointmentId, answer });
    if (outcome.kind === 'answered-before') return answerAgain(outcome.record, bodyHash);
    const nearest = await nearestFree(time.agent, time.slot.start, now.getTime(), ports.claimedBetween);
    throw slotTaken(nearest, time.clientZone);
  };
}

interface Asked {
  readonly json: unknown;
  readonly key: string | undefined;
  readonly now: Date;
}

/** A request that came before may come again when its time has passed, or its number is called no more: what was answered then is answered now. */
async function readOrAnswerAgain(
  ports: CreateAppointmentPorts,
  asked: Asked,
): Promise<ReturnType<typeof readBooking> | HttpAnswer> {
  try {
    return readBooking(ports, asked);
  } catch (error) {
    const key = IdempotencyKey.safeParse(asked.key);
    // What its schema refuses has never been answered otherwise.
    const body = CreateAppointment.safeParse(asked.json);
    if (!(error instanceof Problem) || !key.success || !body.success) throw error;
    const record = await ports.answeredBefore(key.data, asked.now);
    if (!record) throw error;
    return answerAgain(record, hashOf(body.data));
  }
}

function readBooking({ roster, judgePhone, newAppointmentId }: CreateAppointmentPorts, { json, key, now }: Asked) {
  const agentId = AskedAgent.safeParse(json).data?.agentId;
  const agent = agentOf(roster, agentId);
  const keyFault = key === undefined ? undefined : IdempotencyKey.safeParse(key).error?.issues[0]?.message;
  const { body, time } = readWithTime(CreateAppointment, json, agent ?? roster[0], now, [
    ...phoneFaults(json, judgePhone),
    ...(agent || !AgentId.safeParse(agentId).success ? [] : [{ path: 'agentId', message: 'is no agent of ours' }]),
    ...(keyFault === undefined ? [] : [{ path: 'Idempotency-Key', message: keyFault }]),
  ]);
  const { name, email, phone, smsConsent = false, locale = 'en', notes } = body;
  const client = { name, email, phone, smsConsent, locale: Intl.getCanonicalLocales(locale)[0] ?? 'en' };
  const appointmentId = newAppointmentId(now);
  return {
    appointment: book({ appointmentId, client, ...(notes && { notes }) }, time, now),
    time,
    bodyHash: hashOf(body),
  };
}

function created(record: Pick<IdempotencyRecord, 'appointmentId' | 'answer'>): HttpAnswer {
  return {
    status: 201,
    headers: { location: `/appointments/${record.appointmentId}`, 'cache-control': 'no-store' },
    text: record.answer,
    correlationId: record.appointmentId,
  };
}

function answerAgain(record: IdempotencyRecord, bodyHash: string): HttpAnswer {
  if (record.bodyHash === bodyHash) {
    const answer = created(record);
    return { ...answer, headers: { ...answer.headers, 'idempotent-replayed': 'true' } };
  }
  throw new Problem({
    status: 422,
    slug: 'idempotency-key-reused',
    title: 'This Idempotency-Key was used for another body',
    errors: [{ path: 'Idempotency-Key', message: 'was used for another body within the last 24 hours' }],
  });
}

/** Says whether two bodies ask for the same, in whatever order their fields are. */
function hashOf(body: z.infer<typeof CreateAppointment>): string {
  const fields = Object.entries(body).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(fields)).digest('base64url');
}
