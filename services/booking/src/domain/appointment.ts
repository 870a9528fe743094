import type {
  AgentAnswered,
  AppointmentCreated,
  CallCompleted,
  CallConnected,
  CallFailed,
  DataOf,
} from '@appointments/events';
import type { Agent } from './agent';
import type { ProofAsked } from './proof';
import type { Slot } from './slots';
import { isoInZone, TZDB_VERSION, zoneNamed, type Zone } from '@appointments/runtime/zones';

export const STATUSES = ['scheduled', 'calling', 'connected', 'completed', 'failed', 'cancelled'] as const;
export type Status = (typeof STATUSES)[number];

/** How far an appointment has come: telephony's events move it by rank, never backwards. */
const RANK: Readonly<Record<Status, number>> = {
  scheduled: 0,
  calling: 1,
  connected: 2,
  completed: 3,
  failed: 3,
  cancelled: 4,
};

export interface Client {
  readonly name: string;
  readonly email: string;
  readonly phone: string;
  readonly locale: string;
  readonly smsConsent: boolean;
}

/** What is known of the call of the current version. */
export interface Call {
  readonly callSessionId: string;
  readonly outcome: 'completed' | 'failed' | null;
  readonly reason?: string | undefined;
  readonly attempts: { readonly agent: number; readonly client: number };
  readonly connectedAt?: string | undefined;
  readonly durationSeconds?: number | undefined;
}

/** That the client agreed to be phoned: when, and to which words. */
export interface CallConsent {
  readonly at: string;
  readonly wording: string;
}

export interface Appointment {
  readonly appointmentId: string;
  /** Rises with every change of the time or of whether there is one: create, move, cancel. */
  readonly version: number;
  /** Rises with every change, amendments included. */
  readonly revision: number;
  /** Rises with every write, the call's progress included; it guards a read that is written back. */
  readonly writes: number;
  readonly status: Status;
  /** UTC, as all instants here. */
  readonly startsAt: string;
  readonly endsAt: string;
  readonly durationMinutes: number;
  /** The agent's time that is claimed, buffers included. */
  readonly claimedFrom: string;
  readonly claimedTo: string;
  readonly timeZone: string;
  readonly tzdb: string;
  readonly localStart: { readonly client: string; readonly agent: string };
  readonly client: Client;
  readonly agent: {
    readonly agentId: string;
    readonly name: string;
    readonly email: string;
    readonly phone: string;
    readonly timeZone: string;
  };
  readonly notes?: string | undefined;
  readonly callConsent?: CallConsent | undefined;
  readonly proof?: ProofAsked | undefined;
  readonly call: Call | null;
  readonly createdAt: string;
  readonly firstStartsAt: string;
}

/** One thing that happened to an appointment, in words, without personal data. */
export interface HistoryEntry {
  readonly at: string;
  readonly type: string;
  readonly version: number;
  readonly text: string;
}

/** A time that was agreed on, with everything that follows from it. */
export interface Time {
  readonly slot: Slot;
  readonly agent: Agent;
  readonly clientZone: Zone;
}

const iso = (instant: number) => new Date(instant).toISOString();

function timed({ slot, agent, clientZone }: Time) {
  return {
    startsAt: iso(slot.start),
    endsAt: iso(slot.end),
    durationMinutes: (slot.end - slot.start) / 60_000,
    claimedFrom: iso(slot.start - agent.bufferBeforeMinutes * 60_000),
    claimedTo: iso(slot.end + agent.bufferAfterMinutes * 60_000),
    timeZone: clientZone.name,
    tzdb: TZDB_VERSION,
    localStart: { client: isoInZone(clientZone, slot.start), agent: isoInZone(agent.zone, slot.start) },
    agent: {
      agentId: agent.agentId,
      name: agent.name,
      email: agent.email,
      phone: agent.phone,
      timeZone: agent.zone.name,
    },
  };
}

export function book(
  booking: {
    readonly appointmentId: string;
    readonly client: Client;
    readonly notes?: string | undefined;
    readonly callConsent?: CallConsent | undefined;
  },
  time: Time,
  now: Date,
): Appointment {
  const times = timed(time);
  return {
    appointmentId: booking.appointmentId,
    version: 1,
    revision: 1,
    writes: 1,
    status: 'scheduled',
    ...times,
    client: booking.client,
    ...(booking.notes !== undefined && { notes: booking.notes }),
    ...(booking.callConsent && { callConsent: booking.callConsent }),
    call: null,
    createdAt: now.toISOString(),
    firstStartsAt: times.startsAt,
  };
}

/** What a client may still do, by state. */
export const MAY_MOVE: readonly Status[] = ['scheduled', 'failed'];
export const MAY_CANCEL: readonly Status[] = ['scheduled', 'calling'];
export const MAY_AMEND: readonly Status[] = ['scheduled', 'calling', 'failed'];

/** Who changed an appointment: its client, staff for its agent, or nobody in person. */
export type ChangedBy = 'client' | 'agent' | 'system';

export interface Change {
  readonly appointment: Appointment;
  readonly entry: HistoryEntry;
}

export function move(appointment: Appointment, time: Time, by: ChangedBy, now: Date): Change {
  const version = appointment.version + 1;
  const moved: Appointment = {
    ...appointment,
    ...timed(time),
    version,
    revision: appointment.revision + 1,
    writes: appointment.writes + 1,
    status: 'scheduled',
    call: null,
  };
  return {
    appointment: moved,
    entry: {
      at: now.toISOString(),
      type: 'rescheduled',
      version,
      text: [
        `Moved by the ${by} from ${shown(appointment.startsAt, moved.timeZone)} to ${shown(moved.startsAt, moved.timeZone)}`,
        ...(moved.agent.agentId === appointment.agent.agentId ? [] : ['with another agent']),
      ].join(', '),
    },
  };
}

export function cancel(appointment: Appointment, by: ChangedBy, now: Date): Change {
  const version = appointment.version + 1;
  return {
    appointment: {
      ...appointment,
      version,
      revision: appointment.revision + 1,
      writes: appointment.writes + 1,
      status: 'cancelled',
    },
    entry: { at: now.toISOString(), type: 'cancelled', version, text: `Cancelled by the ${by}` },
  };
}

export interface Amendment {
  readonly name?: string | undefined;
  readonly email?: string | undefined;
  readonly phone?: string | undefined;
  readonly smsConsent?: boolean | undefined;
  /** An empty text takes the notes away. */
  readonly notes?: string | undefined;
}

/** The amended appointment, or `undefined` when the amendment says nothing new. */
export function amend(appointment: Appointment, amendment: Amendment, now: Date): Change | undefined {
  const { client } = appointment;
  const notes = amendment.notes === undefined ? appointment.notes : amendment.notes || undefined;
  const amended: Client = {
    ...client,
    name: amendment.name ?? client.name,
    email: amendment.email ?? client.email,
    phone: amendment.phone ?? client.phone,
    smsConsent: amendment.smsConsent ?? client.smsConsent,
  };
  const changed = [
    ...(['name', 'email', 'phone', 'smsConsent'] as const).filter((field) => amended[field] !== client[field]),
    ...(notes === appointment.notes ? [] : ['notes']),
  ];
  if (changed.length === 0) return undefined;
  const { notes: _old, ...rest } = appointment;
  return {
    appointment: {
      ...rest,
      client: amended,
      ...(notes !== undefined && { notes }),
      revision: appointment.revision + 1,
      writes: appointment.writes + 1,
    },
    entry: {
      at: now.toISOString(),
      type: 'amended',
      version: appointment.version,
      text: `Changed: ${changed.join(', ')}`,
    },
  };
}

/** What an event of booking's carries of an appointment. */
export function particularsOf(appointment: Appointment): DataOf<typeof AppointmentCreated> {
  const {
    appointmentId,
    version,
    revision,
    startsAt,
    durationMinutes,
    timeZone,
    localStart,
    tzdb,
    client,
    agent,
    notes,
    proof,
  } = appointment;
  return {
    appointmentId,
    appointmentVersion: version,
    revision,
    startsAt,
    durationMinutes,
    timeZone,
    localStart,
    tzdb,
    client,
    agent,
    ...(notes !== undefined && { notes }),
    ...(proof && proof.unproven.length > 0 && { unproven: [...proof.unproven] }),
    ...(proof && proof.proven.length > 0 && { proven: [...proof.proven] }),
  };
}

/** The first entry of every history; it follows from the appointment itself. */
export function createdEntry(appointment: Appointment): HistoryEntry {
  return {
    at: appointment.createdAt,
    type: 'created',
    version: 1,
    text: `Booked for ${shown(appointment.firstStartsAt, appointment.timeZone)}`,
  };
}

/** Telephony's word on a call, as it came over the bus. */
export type CallEvent =
  | { readonly detailType: 'AgentAnswered'; readonly data: DataOf<typeof AgentAnswered> }
  | { readonly detailType: 'CallConnected'; readonly data: DataOf<typeof CallConnected> }
  | { readonly detailType: 'CallCompleted'; readonly data: DataOf<typeof CallCompleted> }
  | { readonly detailType: 'CallFailed'; readonly data: DataOf<typeof CallFailed> };

/** What the history says of a call's event that occurred at `at`. */
export function callEntry(event: CallEvent, at: string): HistoryEntry {
  return { at, version: event.data.appointmentVersion, ...inWords(event) };
}

function inWords({ detailType, data }: CallEvent): Pick<HistoryEntry, 'type' | 'text'> {
  if (detailType === 'AgentAnswered') {
    return { type: 'agent-answered', text: `The agent took the call at attempt ${data.attempt}` };
  }
  if (detailType === 'CallConnected') return { type: 'call-connected', text: 'Agent and client were connected' };
  if (detailType === 'CallCompleted') {
    return { type: 'call-completed', text: `The call ended after ${data.durationSeconds} s` };
  }
  return { type: 'call-failed', text: `The call did not come about: ${data.reason}` };
}

/**
 * The appointment after telephony's event, or `undefined` when the event changes nothing but the history:
 * it tells of an older version, or of a cancelled appointment, or of what is already known.
 */
export function afterCallEvent(appointment: Appointment, event: CallEvent): Appointment | undefined {
  if (appointment.status === 'cancelled' || event.data.appointmentVersion !== appointment.version) return undefined;
  const reached = REACHED[event.detailType];
  const status = RANK[reached] > RANK[appointment.status] ? reached : appointment.status;
  const call = merged(appointment.call, event, status);
  if (status === appointment.status && JSON.stringify(call) === JSON.stringify(appointment.call)) return undefined;
  return { ...appointment, status, call, writes: appointment.writes + 1 };
}

/** How far an event says that the call has come. */
const REACHED: Readonly<Record<CallEvent['detailType'], Status>> = {
  AgentAnswered: 'calling',
  CallConnected: 'connected',
  CallCompleted: 'completed',
  CallFailed: 'failed',
};

/** What is known of the call after one more event; a later word in an earlier place only fills in what was missing. */
function merged(known: Call | null, event: CallEvent, status: Status): Call {
  const call: Call = known ?? {
    callSessionId: event.data.callSessionId,
    outcome: null,
    attempts: { agent: 0, client: 0 },
  };
  const atLeast = (agent: number, client: number) => ({
    agent: Math.max(call.attempts.agent, agent),
    client: Math.max(call.attempts.client, client),
  });
  const { detailType, data } = event;
  if (detailType === 'AgentAnswered') return { ...call, attempts: atLeast(data.attempt, 0) };
  if (detailType === 'CallConnected') {
    return { ...call, attempts: atLeast(data.attempts.agent, data.attempts.client), connectedAt: data.connectedAt };
  }
  if (detailType === 'CallCompleted') {
    if (status !== 'completed') return call;
    // A call that was completed was answered on both sides, also when that word is still under way.
    return { ...call, outcome: 'completed', attempts: atLeast(1, 1), durationSeconds: data.durationSeconds };
  }
  if (status !== 'failed') return call;
  const tried = (leg: string) => data.attempts.filter((attempt) => attempt.leg === leg).length;
  const attempts = atLeast(tried('agent'), tried('client'));
  return { ...call, outcome: 'failed', reason: data.reason, attempts };
}

/** An instant in the words of a zone; UTC where the zone is not known any more. */
function shown(instant: string, timeZone: string): string {
  const zone = zoneNamed(timeZone);
  return zone ? `${isoInZone(zone, Date.parse(instant))} (${timeZone})` : instant;
}
