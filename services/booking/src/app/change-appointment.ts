import {
  AppointmentAmended,
  AppointmentCancelled,
  AppointmentRescheduled,
  type OutgoingEvent,
} from '@appointments/events';
import { checked, type HttpAnswer, type HttpRequest } from '@appointments/runtime';
import type { JudgePhone } from '@appointments/runtime/phone-rules';
import {
  amend,
  cancel,
  MAY_AMEND,
  MAY_CANCEL,
  MAY_MOVE,
  move,
  particularsOf,
  type Appointment,
  type Change,
} from '../domain/appointment';
import { readTime } from '../domain/instants';
import { zoneNamed } from '@appointments/runtime/zones';
import type { Agents } from './agents';
import { appointmentBody, busy, privately, slotTaken, stateForbids, type Told } from './answers';
import { authorise, noSuchAppointment, type AuthorisePorts } from './authorise';
import { nearestFree, type ClaimedBetween } from './nearest';
import { phoneFaults } from './phone-faults';
import { readWithTime } from './requested-time';
import { Amend, Cancel, Reschedule } from './schemas';

/** `overtaken`: somebody else wrote the appointment since it was read. */
export type SaveOutcome = 'saved' | 'overtaken' | 'slot-taken';

/** What a change does to the agent's claimed time. */
export type ClaimsChange = 'keep' | 'release' | 'swap';

export interface ChangePorts extends AuthorisePorts {
  readonly read: (appointmentId: string) => Promise<Told | undefined>;
  /** Writes the changed appointment, its claims, its history and its event: all or nothing. */
  readonly save: (
    writing: {
      readonly before: Appointment;
      readonly change: Change;
      readonly event: OutgoingEvent;
      readonly claims: ClaimsChange;
    },
    now: Date,
  ) => Promise<SaveOutcome>;
}

export interface AmendPorts extends ChangePorts {
  readonly judgePhone: JudgePhone;
}

export interface ReschedulePorts extends ChangePorts {
  readonly agents: Agents;
  readonly claimedBetween: ClaimedBetween;
}

/** Somebody may write between our read and our write; five times in a row means that something is wrong. */
const TRIES = 5;

interface Decision {
  readonly change: Change;
  readonly event: OutgoingEvent;
  readonly claims: ClaimsChange;
  /** What to tell when the time that was asked for is taken. */
  readonly whenTaken?: () => Promise<Error>;
}

/** Reads, decides and writes what was decided unless the appointment was written in between; `undefined` decides for no change. */
async function change(
  ports: ChangePorts,
  appointmentId: string,
  decide: (appointment: Appointment, now: Date) => Decision | undefined | Promise<Decision | undefined>,
): Promise<HttpAnswer> {
  for (let tried = 0; tried < TRIES; tried++) {
    const now = ports.now();
    const told = await ports.read(appointmentId);
    if (!told) throw noSuchAppointment();
    const decision = await decide(told.appointment, now);
    if (!decision) return privately(appointmentBody(told));
    const { change, event, claims, whenTaken } = decision;
    const outcome = await ports.save({ before: told.appointment, change, event, claims }, now);
    if (outcome === 'saved') {
      const history = [...told.history, change.entry];
      return privately(appointmentBody({ appointment: change.appointment, history }));
    }
    if (outcome === 'slot-taken' && whenTaken) throw await whenTaken();
  }
  throw busy();
}

/** Moves an appointment to another time, with the same agent and the same id. */
export function rescheduleAppointment(ports: ReschedulePorts) {
  return async (request: HttpRequest): Promise<HttpAnswer> => {
    const appointmentId = await authorise(request, ports);
    return change(ports, appointmentId, async (appointment, now) => {
      const agent = await ports.agents.find(appointment.agent.agentId);
      const agents = agent ? [agent] : [];
      const asked = Reschedule.safeParse(request.json);
      // A repeated request to move there is no other move, and no other mail.
      if (appointment.status === 'scheduled' && asked.success && isThere(appointment, asked.data)) return undefined;
      const { times } = readWithTime(Reschedule, request.json, agents, now);
      if (!MAY_MOVE.includes(appointment.status)) throw stateForbids(appointment, 'moved');
      const [time] = times;
      if (!time) throw new Error('a time that nobody offers was refused before');
      const moved = move(appointment, time, now);
      return {
        change: moved,
        event: AppointmentRescheduled.create(
          { ...particularsOf(moved.appointment), previousStartsAt: appointment.startsAt },
          { occurredAt: now.toISOString() },
        ),
        claims: 'swap',
        whenTaken: async () =>
          slotTaken(
            await nearestFree({ agents, now: now.getTime() }, time.slot.start, ports.claimedBetween),
            time.clientZone,
          ),
      };
    });
  };
}

function isThere(appointment: Appointment, asked: { readonly startsAt: string; readonly timeZone: string }): boolean {
  const read = readTime(asked.startsAt, zoneNamed(asked.timeZone));
  return (
    read.kind === 'instant' &&
    read.instant === Date.parse(appointment.startsAt) &&
    asked.timeZone === appointment.timeZone
  );
}

/** Calls an appointment off and frees its time. */
export function cancelAppointment(ports: ChangePorts) {
  return async (request: HttpRequest): Promise<HttpAnswer> => {
    const appointmentId = await authorise(request, ports);
    const { reason } = checked(Cancel, request.json);
    return change(ports, appointmentId, (appointment, now) => {
      if (!MAY_CANCEL.includes(appointment.status)) throw stateForbids(appointment, 'cancelled');
      const cancelled = cancel(appointment, 'client', now);
      const { version, revision } = cancelled.appointment;
      return {
        change: cancelled,
        event: AppointmentCancelled.create(
          { appointmentId, appointmentVersion: version, revision, cancelledBy: 'client', ...(reason && { reason }) },
          { occurredAt: now.toISOString() },
        ),
        claims: 'release',
      };
    });
  };
}

/** Changes an appointment's particulars; its time and its version stay. */
export function amendAppointment(ports: AmendPorts) {
  return async (request: HttpRequest): Promise<HttpAnswer> => {
    const appointmentId = await authorise(request, ports);
    const amendment = checked(Amend, request.json, phoneFaults(request.json, ports.judgePhone));
    return change(ports, appointmentId, (appointment, now) => {
      if (!MAY_AMEND.includes(appointment.status)) throw stateForbids(appointment, 'amended');
      const amended = amend(appointment, amendment, now);
      return (
        amended && {
          change: amended,
          event: AppointmentAmended.create(particularsOf(amended.appointment), { occurredAt: now.toISOString() }),
          claims: 'keep',
        }
      );
    });
  };
}
