import {
  AppointmentAmended,
  AppointmentCancelled,
  AppointmentRescheduled,
  type OutgoingEvent,
} from '@appointments/events';
import { checked, type Fault, type HttpAnswer, type HttpRequest } from '@appointments/runtime';
import type { JudgePhone } from '@appointments/runtime/phone-rules';
import * as z from 'zod';
import { atAnyNotice, type Agent } from '../domain/agent';
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
  type ChangedBy,
} from '../domain/appointment';
import { readTime } from '../domain/instants';
import { askedAgain, type Proof } from '../domain/proof';
import { zoneNamed } from '@appointments/runtime/zones';
import { agentsMeant, type Agents } from './agents';
import { appointmentBody, busy, privately, slotTaken, staffBody, stateForbids, type Told } from './answers';
import { authorise, noSuchAppointment, type AuthorisePorts } from './authorise';
import { tagOf, tooManyNumbers } from './confirm-appointment';
import { nearestFree, type ClaimedBetween } from './nearest';
import { phoneFaults } from './phone-faults';
import { readWithTime } from './requested-time';
import { AgentId, Amend, Cancel, Reschedule, StaffReschedule } from './schemas';
import { appointmentNamed } from './staff-appointments';

/** `overtaken`: somebody else wrote the appointment since it was read. */
export type SaveOutcome = 'saved' | 'overtaken' | 'slot-taken';

/** What a change does to the agent's claimed time. */
export type ClaimsChange = 'keep' | 'release' | 'swap';

/** Who asks for a change: which appointment they may change, and what they are told of it. */
export interface Asker {
  readonly by: Exclude<ChangedBy, 'system'>;
  /** @throws Problem where they may change none */
  readonly appointmentOf: (request: HttpRequest) => string | Promise<string>;
  readonly tell: (told: Told) => unknown;
  /** Whether they may give the appointment to another agent, and are held neither to notice nor to horizon. */
  readonly isStaff: boolean;
}

/** The client, whom the token of the manage link opens one appointment. */
export function client(ports: AuthorisePorts): Asker {
  return {
    by: 'client',
    appointmentOf: (request) => authorise(request, ports),
    tell: appointmentBody,
    isStaff: false,
  };
}

/** Staff, whom the API's authorizer has let in: every appointment is open to them. */
export const staff: Asker = { by: 'agent', appointmentOf: appointmentNamed, tell: staffBody, isStaff: true };

export interface ChangePorts {
  readonly now: () => Date;
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
  /** What clients are asked to prove before they are phoned. */
  readonly toProve: readonly Proof[];
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
  { tell }: Asker,
  appointmentId: string,
  decide: (appointment: Appointment, now: Date) => Decision | undefined | Promise<Decision | undefined>,
): Promise<HttpAnswer> {
  for (let tried = 0; tried < TRIES; tried++) {
    const now = ports.now();
    const told = await ports.read(appointmentId);
    if (!told) throw noSuchAppointment();
    const decision = await decide(told.appointment, now);
    if (!decision) return privately(tell(told));
    const { change, event, claims, whenTaken } = decision;
    const outcome = await ports.save({ before: told.appointment, change, event, claims }, now);
    if (outcome === 'saved') {
      const history = [...told.history, change.entry];
      return privately(tell({ appointment: change.appointment, history }));
    }
    if (outcome === 'slot-taken' && whenTaken) throw await whenTaken();
  }
  throw busy();
}

const DAY = 24 * 3_600_000;
const AskedAgent = z.object({ agentId: AgentId });

/** Moves an appointment to another time, and where staff ask for it to another agent; its id stays. */
export function rescheduleAppointment(ports: ReschedulePorts, asker: Asker) {
  const schema = asker.isStaff ? StaffReschedule : Reschedule;
  return async (request: HttpRequest): Promise<HttpAnswer> => {
    const appointmentId = await asker.appointmentOf(request);
    return change(ports, asker, appointmentId, async (appointment, now) => {
      const asked = schema.safeParse(request.json);
      // A repeated request to move there is no other move, and no other mail.
      if (appointment.status === 'scheduled' && asked.success && isThere(appointment, asked.data)) return undefined;
      const { agents, faults } = await agentFor(appointment, request.json, ports.agents, asker);
      const { times } = readWithTime(schema, request.json, agents, now, faults);
      if (!MAY_MOVE.includes(appointment.status)) throw stateForbids(appointment, 'moved');
      const [time] = times;
      if (!time) throw new Error('a time that nobody offers was refused before');
      const moved = move(appointment, time, asker.by, now);
      return {
        change: moved,
        event: AppointmentRescheduled.create(
          { ...particularsOf(moved.appointment), ...before(appointment, moved.appointment) },
          { occurredAt: now.toISOString() },
        ),
        claims: 'swap',
        whenTaken: async () => {
          const { start } = time.slot;
          // However far ahead staff ask, free times are looked for around it and before it, not for ever.
          const until = (start - now.getTime()) / DAY + 7;
          const looked = agents.map((agent) => ({ ...agent, horizonDays: Math.min(agent.horizonDays, until) }));
          const nearest = await nearestFree({ agents: looked, now: now.getTime() }, start, ports.claimedBetween);
          return slotTaken(nearest, time.clientZone);
        },
      };
    });
  };
}

/** What a move tells of the time before; and of the agent before, who has to hear of it where it is with somebody else now. */
function before({ startsAt, agent, localStart }: Appointment, after: Appointment) {
  const isHandedOver = agent.agentId !== after.agent.agentId;
  return {
    previousStartsAt: startsAt,
    ...(isHandedOver && { previousAgent: { ...agent, localStart: localStart.agent } }),
  };
}

/** The agent whose time a move is to claim, held to notice and horizon as the asker is; with what is wrong with whom they ask for. */
async function agentFor(
  { agent: { agentId } }: Appointment,
  json: unknown,
  agents: Agents,
  { isStaff }: Asker,
): Promise<{ readonly agents: readonly Agent[]; readonly faults: readonly Fault[] }> {
  const named = isStaff ? AskedAgent.safeParse(json).data?.agentId : undefined;
  if (named !== undefined) {
    const meant = await agentsMeant(agents, named);
    return { ...meant, agents: meant.agents.map(atAnyNotice) };
  }
  const agent = await agents.find(agentId);
  if (!agent) return { agents: [], faults: [] };
  return { agents: [isStaff ? atAnyNotice(agent) : agent], faults: faultsOfAgent(agent, isStaff) };
}

/** Whoever takes no new appointments takes no new times either; the appointment as it was made stands. */
function faultsOfAgent({ active, name }: Agent, isStaff: boolean): Fault[] {
  if (active) return [];
  const remedy = isStaff ? 'give it to another agent' : 'cancel it and book another';
  const message = `cannot be had: ${name} takes no new times. The appointment stands as it is; for another time ${remedy}`;
  return [{ path: 'startsAt', message }];
}

function isThere(appointment: Appointment, asked: z.infer<typeof StaffReschedule>): boolean {
  const read = readTime(asked.startsAt, zoneNamed(asked.timeZone));
  return (
    read.kind === 'instant' &&
    read.instant === Date.parse(appointment.startsAt) &&
    asked.timeZone === appointment.timeZone &&
    (asked.agentId ?? appointment.agent.agentId) === appointment.agent.agentId
  );
}

/** Calls an appointment off and frees its time. */
export function cancelAppointment(ports: ChangePorts, asker: Asker) {
  return async (request: HttpRequest): Promise<HttpAnswer> => {
    const appointmentId = await asker.appointmentOf(request);
    const { reason } = checked(Cancel, request.json);
    return change(ports, asker, appointmentId, (appointment, now) => {
      if (!MAY_CANCEL.includes(appointment.status)) throw stateForbids(appointment, 'cancelled');
      const cancelled = cancel(appointment, asker.by, now);
      const { version, revision } = cancelled.appointment;
      return {
        change: cancelled,
        event: AppointmentCancelled.create(
          { appointmentId, appointmentVersion: version, revision, cancelledBy: asker.by, ...(reason && { reason }) },
          { occurredAt: now.toISOString() },
        ),
        claims: 'release',
      };
    });
  };
}

/** Changes an appointment's particulars; its time and its version stay. */
export function amendAppointment(ports: AmendPorts, asker: Asker) {
  return async (request: HttpRequest): Promise<HttpAnswer> => {
    const appointmentId = await asker.appointmentOf(request);
    const amendment = checked(Amend, request.json, phoneFaults(request.json, ports.judgePhone));
    return change(ports, asker, appointmentId, (appointment, now) => {
      if (!MAY_AMEND.includes(appointment.status)) throw stateForbids(appointment, 'amended');
      const amended = amend(appointment, amendment, now);
      if (!amended) return undefined;
      const number = tagOf(appointmentId, amended.appointment.client.phone);
      const after = askedAgain(appointment, amended.appointment, ports.toProve, number);
      if (after === 'too-many-numbers') throw tooManyNumbers();
      return {
        change: { ...amended, appointment: after },
        event: AppointmentAmended.create(particularsOf(after), { occurredAt: now.toISOString() }),
        claims: 'keep',
      };
    });
  };
}
