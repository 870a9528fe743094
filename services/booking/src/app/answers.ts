import type * as z from 'zod';
import { Problem, type HttpAnswer } from '@appointments/runtime';
import { createdEntry, type Appointment, type HistoryEntry } from '../domain/appointment';
import type { Slot } from '../domain/slots';
import { isoToSend, zoneNamed, type Zone } from '@appointments/runtime/zones';
import type {
  AppointmentAnswer,
  ConfirmedAnswer,
  CreatedAnswer,
  SlotAnswer,
  StaffAppointmentAnswer,
  StaffAppointmentWithHistoryAnswer,
} from './schemas';

/** An appointment with what happened to it, oldest first, without the entry of its creation. */
export interface Told {
  readonly appointment: Appointment;
  readonly history: readonly HistoryEntry[];
}

function inZone(timeZone: string, instant: string): string {
  const zone = zoneNamed(timeZone);
  return zone ? isoToSend(zone, Date.parse(instant)) : instant;
}

function common(appointment: Appointment) {
  const { appointmentId, version, status, startsAt, endsAt, timeZone, agent, proof } = appointment;
  return {
    appointmentId,
    version,
    status,
    startsAt: inZone(timeZone, startsAt),
    endsAt: inZone(timeZone, endsAt),
    timeZone,
    agent: { agentId: agent.agentId, name: agent.name },
    ...(proof && proof.unproven.length > 0 && { unproven: [...proof.unproven] }),
  };
}

function notesAndCall({ notes, call }: Appointment) {
  return {
    ...(notes !== undefined && { notes }),
    call: call && {
      outcome: call.outcome,
      ...(call.reason !== undefined && { reason: call.reason }),
      attempts: call.attempts,
      ...(call.connectedAt !== undefined && { connectedAt: call.connectedAt }),
      ...(call.durationSeconds !== undefined && { durationSeconds: call.durationSeconds }),
    },
  };
}

/** The appointment as it now stands, in its client's zone. */
export function appointmentBody({ appointment, history }: Told): z.infer<typeof AppointmentAnswer> {
  const { client } = appointment;
  return {
    ...common(appointment),
    client: { name: client.name, email: client.email, phone: client.phone },
    ...notesAndCall(appointment),
    history: [createdEntry(appointment), ...history],
  };
}

/** The appointment as staff see it: with both parties' particulars, and with what was agreed on. */
export function staffAppointmentBody(appointment: Appointment): z.infer<typeof StaffAppointmentAnswer> {
  const { revision, createdAt, durationMinutes, localStart, tzdb, client, agent, callConsent } = appointment;
  return {
    ...common(appointment),
    revision,
    createdAt,
    durationMinutes,
    localStart,
    tzdb,
    client,
    agent,
    ...(callConsent && { callConsent }),
    ...notesAndCall(appointment),
  };
}

export function staffBody({ appointment, history }: Told): z.infer<typeof StaffAppointmentWithHistoryAnswer> {
  return { ...staffAppointmentBody(appointment), history: [createdEntry(appointment), ...history] };
}

export function createdBody(
  appointment: Appointment,
  links: { readonly manageUrl: string; readonly manageToken: string },
): z.infer<typeof CreatedAnswer> {
  return { ...common(appointment), ...links };
}

/** What whoever proved something may see of the appointment: nobody's particulars. */
export function confirmedBody(appointment: Appointment): z.infer<typeof ConfirmedAnswer> {
  return { ...common(appointment), unproven: [...(appointment.proof?.unproven ?? [])] };
}

export function slotBody(slot: Slot, zone: Zone): z.infer<typeof SlotAnswer> {
  return { startsAt: isoToSend(zone, slot.start), endsAt: isoToSend(zone, slot.end) };
}

/** What is answered about a person's appointment is kept by no cache. */
export function privately(body: unknown): HttpAnswer {
  return { status: 200, headers: { 'cache-control': 'no-store' }, body };
}

export function slotTaken(nearest: readonly Slot[], zone: Zone): Problem {
  return new Problem({
    status: 409,
    slug: 'slot-taken',
    title: 'Somebody else has booked this time',
    errors: [{ path: 'startsAt', message: 'is taken' }],
    more: { nearest: nearest.map((slot) => slotBody(slot, zone)) },
  });
}

/** The state of the appointment forbids the change. */
export function stateForbids(appointment: Appointment, change: string): Problem {
  return new Problem({
    status: 409,
    slug: 'state-forbids',
    title: `An appointment that is ${appointment.status} cannot be ${change}`,
    more: { state: appointment.status },
  });
}

/** Other writes came between five times in a row: the same request may well succeed next time. */
export function busy(): Problem {
  return new Problem({
    status: 503,
    slug: 'busy',
    title: 'Too much is happening to this appointment or this time at once; try again',
    headers: { 'retry-after': '1' },
  });
}
