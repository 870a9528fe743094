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
import type { Agent } from '../domain/agent';
import type { Hold } from '../domain/claims';
import { book, particularsOf, type Appointment, type Time } from '../domain/appointment';
import { asked as askedToProve, type Proof } from '../domain/proof';
import { readTime } from '../domain/instants';
import { offered } from '../domain/slots';
import { agentsMeant, type Agents } from './agents';
import { createdBody, slotTaken } from './answers';
import { inFairOrder } from './choose-agent';
import { tagOf } from './confirm-appointment';
import { countedBy, tooManyBookings, type BookingLimits, type Counted } from './limits';
import { refuseAutomated } from './looks-automated';
import { nearestFree, type ClaimedBetween } from './nearest';
import { phoneFaults } from './phone-faults';
import { readWithTime } from './requested-time';
import { CreateAppointment, HoldId, IdempotencyKey, StartsAt } from './schemas';

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
  | { readonly kind: 'too-many'; readonly passed: readonly Counted[] }
  /** Another request with the same key came first; nothing was written. */
  | { readonly kind: 'answered-before'; readonly record: IdempotencyRecord };

export interface CreateAppointmentPorts {
  readonly agents: Agents;
  readonly judgePhone: JudgePhone;
  readonly limits: BookingLimits;
  /** A form that was filled in quicker was filled in by no person; 0 switches it off. */
  readonly formMinimumSeconds: number;
  /** What clients are asked to prove before they are phoned. */
  readonly toProve: readonly Proof[];
  readonly publicUrl: string;
  readonly linkKeys: () => Promise<LinkKeys>;
  readonly newAppointmentId: (now: Date) => string;
  /** Writes the appointment, its claims, its event, its counts and the record of its answer: all or nothing. */
  readonly create: (
    writing: {
      readonly appointment: Appointment;
      readonly event: OutgoingEvent;
      readonly counts: readonly Counted[];
      /** Whose claims are taken over. */
      readonly holdId?: string | undefined;
      readonly idempotency?: IdempotencyRecord | undefined;
    },
    now: Date,
  ) => Promise<CreateOutcome>;
  readonly answeredBefore: (key: string, now: Date) => Promise<IdempotencyRecord | undefined>;
  readonly findHold: (holdId: string) => Promise<Hold | undefined>;
  readonly claimedBetween: ClaimedBetween;
  readonly now: () => Date;
}

const AskedFor = z.object({
  agentId: z.unknown().optional(),
  holdId: z.unknown().optional(),
  startsAt: z.unknown().optional(),
});

/** Takes a booking. With one agent it is one write; whoever is free is found by reading the claims of those who offer the time. */
export function createAppointment(ports: CreateAppointmentPorts) {
  return async (request: HttpRequest): Promise<HttpAnswer> => {
    const now = ports.now();
    const key = request.headers['idempotency-key'];
    const read = await readOrAnswerAgain(ports, { json: request.json, key, now });
    if ('status' in read) return read;

    const { body, times, bodyHash, meant } = read;
    refuseAutomated(body.form, ports.formMinimumSeconds);
    const counts = countedBy(ports.limits, { ...body, address: request.sourceIp }, now);
    const keys = await ports.linkKeys();
    const appointmentId = ports.newAppointmentId(now);
    const { holdId } = body;
    for (const time of await inFairOrder(times, now.getTime(), holdId, ports.claimedBetween)) {
      const booked = book({ appointmentId, ...agreedIn(body, now) }, time, now);
      const appointment = askedToProve(booked, ports.toProve, tagOf(appointmentId, body.phone));
      const manageToken = signManageToken(keys, appointmentId, new Date(appointment.endsAt));
      const links = { manageUrl: manageUrl(ports.publicUrl, appointmentId, manageToken), manageToken };
      const answer = JSON.stringify(createdBody(appointment, links));
      const outcome = await ports.create(
        {
          appointment,
          event: AppointmentCreated.create(particularsOf(appointment), { occurredAt: now.toISOString() }),
          counts,
          holdId,
          ...(key !== undefined && { idempotency: { key, bodyHash, appointmentId, answer } }),
        },
        now,
      );
      if (outcome.kind === 'booked') return created({ appointmentId, answer });
      if (outcome.kind === 'answered-before') return answerAgain(outcome.record, bodyHash);
      if (outcome.kind === 'too-many') throw tooManyBookings(outcome.passed, now);
    }
    // Where nobody was free nothing was tried: it may have been this very request that took the time.
    const before = key === undefined ? undefined : await ports.answeredBefore(key, now);
    if (before) return answerAgain(before, bodyHash);
    const [first] = times;
    if (!first) throw new Error('a time that nobody offers was refused before');
    const question = { agents: meant, now: now.getTime(), holdId };
    throw slotTaken(await nearestFree(question, first.slot.start, ports.claimedBetween), first.clientZone);
  };
}

interface Asked {
  readonly json: unknown;
  readonly key: string | undefined;
  readonly now: Date;
}

interface Booking {
  readonly body: z.infer<typeof CreateAppointment>;
  /** Who offers the time that is asked for; more than one where whoever is free will do. */
  readonly times: readonly Time[];
  readonly meant: readonly Agent[];
  readonly bodyHash: string;
}

/** A request that came before may come again when its time has passed, or its number is called no more: what was answered then is answered now. */
async function readOrAnswerAgain(ports: CreateAppointmentPorts, asked: Asked): Promise<Booking | HttpAnswer> {
  try {
    return await readBooking(ports, asked);
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

async function readBooking(ports: CreateAppointmentPorts, { json, key, now }: Asked): Promise<Booking> {
  const asked = AskedFor.safeParse(json).data;
  const holder = asked?.agentId === undefined ? await holderOf(ports, asked, now) : undefined;
  const { agents, faults } = holder
    ? { agents: [holder], faults: [] }
    : await agentsMeant(ports.agents, asked?.agentId);
  const keyFault = key === undefined ? undefined : IdempotencyKey.safeParse(key).error?.issues[0]?.message;
  const { body, times } = readWithTime(CreateAppointment, json, agents, now, [
    ...phoneFaults(json, ports.judgePhone),
    ...faults,
    ...(keyFault === undefined ? [] : [{ path: 'Idempotency-Key', message: keyFault }]),
  ]);
  return { body, times, meant: agents, bodyHash: hashOf(body) };
}

/**
 * A hold chooses the agent where the body does not: the one whose time is held and asked for, if they still offer it. One
 * that is not known, has run out, or is of another time chooses nobody and stops nobody.
 */
async function holderOf(
  ports: CreateAppointmentPorts,
  asked: z.infer<typeof AskedFor> | undefined,
  now: Date,
): Promise<Agent | undefined> {
  const named = HoldId.safeParse(asked?.holdId);
  const startsAt = StartsAt.safeParse(asked?.startsAt);
  if (!named.success || !startsAt.success) return undefined;
  const hold = await ports.findHold(named.data);
  const read = readTime(startsAt.data, undefined);
  if (!hold || hold.until <= now.getTime() || read.kind !== 'instant' || read.instant !== hold.start) return undefined;
  const agent = await ports.agents.find(hold.agentId);
  return agent?.active && offered(agent, hold.start, now.getTime()).offered ? agent : undefined;
}

/** The consent of who says no more than yes. */
const CONSENT = 'I agree to be phoned at this number for this appointment.';

function agreedIn(body: z.infer<typeof CreateAppointment>, now: Date) {
  const { name, email, phone, smsConsent = false, callConsent = false, locale = 'en', notes } = body;
  const client = { name, email, phone, smsConsent, locale: Intl.getCanonicalLocales(locale)[0] ?? 'en' };
  const wording = callConsent === true ? CONSENT : callConsent === false ? undefined : callConsent.wording;
  return {
    client,
    ...(notes && { notes }),
    ...(wording !== undefined && { callConsent: { at: now.toISOString(), wording } }),
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

/** Says whether two bodies ask for the same, in whatever order their fields are; how long the form took is no part of that. */
function hashOf(body: z.infer<typeof CreateAppointment>): string {
  const fields = Object.entries({ ...body, form: undefined }).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(fields)).digest('base64url');
}
