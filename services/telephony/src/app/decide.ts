import { AgentAnswered, CallCompleted, CallConnected, CallFailed, type OutgoingEvent } from '@appointments/events';
import { eventItem, handlingContext, messageItem, type OutboxItem } from '@appointments/runtime';
import type { CallPolicy } from '../domain/policy';
import { overtakenBy } from '../domain/projection';
import {
  findAttempt,
  numberAccepted,
  step,
  type Advanced,
  type Effect,
  type Fact,
  type Input,
  type Leg,
  type Session,
} from '../domain/session';
import { peopleOf } from './people';
import type { CountedCall, Projections, Sessions, UnprovenCall } from './ports';

/** Somebody else wrote first, five times in a row: the queue, or Twilio, brings the input again. */
export class SessionContended extends Error {
  override readonly name = 'SessionContended';
}

const TRIES = 5;

export interface DecidePorts {
  readonly sessions: Sessions;
  readonly projections: Projections;
  readonly policy: CallPolicy;
  readonly now: () => Date;
  /** Waits a random moment before the next try; the longer, the more there were. @default not at all */
  readonly pause?: (tries: number) => Promise<void>;
}

export interface Decision {
  readonly before: Session;
  readonly after: Session;
  /** Why a claim was refused, where it was: its numbers have had their calls of the day, or without proof their appointments. */
  readonly refused?: 'too-often' | 'unproven';
}

export interface DecideOptions {
  /**
   * Reads the appointment again: newer names and numbers are used, and a session whose appointment was cancelled or moved
   * ends here, even where the event that says so is still under way. @default false
   */
  readonly refresh?: boolean;
  /** A claim counts its call against as many a day for each number, whatever appointment it is for. @default not counted */
  readonly dailyCalls?: Readonly<Record<Leg, number>>;
  /** Appointments for which a client's number may be called on one day before it has ever accepted a call; 0 is no limit. @default 0 */
  readonly unprovenAppointments?: number;
}

export type Decide = (sessionId: string, input: Input, options?: DecideOptions) => Promise<Decision | undefined>;

/**
 * Records one input, decides from the whole state and writes facts and effects in one transaction. Lost to another writer,
 * all of it is done again on what that one wrote, five times in all. Resolves `undefined` for a session nobody knows.
 * @throws {@link SessionContended}
 */
export function decideWith(ports: DecidePorts): Decide {
  return async (sessionId, input, options = {}) => {
    const engaged: Input[] = [];
    let wanted = input;
    let refused: Decision['refused'];
    for (let tries = 0; tries < TRIES; tries++) {
      if (tries > 0) await ports.pause?.(tries);
      const stored = await ports.sessions.load(sessionId);
      if (!stored) return undefined;
      const before = stored.session;
      const news = options.refresh === true ? await refresh(ports, before) : [];
      const now = ports.now();
      const advanced = step(before, [...news, wanted, ...engaged], ports.policy, now.getTime());
      const after = advanced.session;
      if (isSame(before, advanced)) return { before, after };
      const result = await ports.sessions.write(
        {
          ...writeOf(before, advanced, stored.revision, now),
          onlyWhileCurrent: wanted.type === 'claim' && !after.terminal,
          ...countedCalls(after, wanted, options),
          unproven: await unprovenCall(ports, after, wanted, options),
        },
        now,
      );
      if (result === 'written') return { before, after, ...(refused && { refused }) };
      if (result === 'unproven') {
        refused = 'unproven';
        wanted = forbidden(after, wanted, 'client');
      } else if (typeof result === 'object') {
        if ('engaged' in result) engaged.push(engagedInput(after, result.engaged));
        else {
          refused = 'too-often';
          wanted = forbidden(after, wanted, result.tooOften);
        }
      }
    }
    throw new SessionContended(`the session was written by others ${TRIES} times in a row`);
  };
}

/** The call that a claim is about to place, if it is counted; no agent is rung for a client who cannot be called any more. */
function countedCalls(
  after: Session,
  input: Input,
  { dailyCalls }: DecideOptions,
): { readonly counts?: CountedCall; readonly needs?: CountedCall } {
  if (input.type !== 'claim' || dailyCalls === undefined) return {};
  const attempt = findAttempt(after, input.attemptId);
  if (attempt?.stage !== 'submitted' || attempt.to === undefined) return {};
  const counted = (leg: Leg, number: string): CountedCall => ({ leg, number, dailyLimit: dailyCalls[leg] });
  const client = after.people?.client.phone;
  return {
    counts: counted(attempt.leg, attempt.to),
    ...(attempt.leg === 'agent' && client !== undefined && { needs: counted('client', client) }),
  };
}

/** What a claim needs of a client's number without proof: the limit is for whoever booked with somebody else's number. */
async function unprovenCall(
  ports: DecidePorts,
  after: Session,
  input: Input,
  { unprovenAppointments = 0 }: DecideOptions,
): Promise<UnprovenCall | undefined> {
  if (input.type !== 'claim' || unprovenAppointments === 0) return undefined;
  const attempt = findAttempt(after, input.attemptId);
  const client = after.people?.client;
  if (attempt?.stage !== 'submitted') return undefined;
  const number = attempt.leg === 'client' ? attempt.to : client?.phone;
  if (number === undefined || (client?.isPhoneProven && client.phone === number)) return undefined;
  if (await ports.sessions.isProven(number, ports.now())) return undefined;
  return { number, dailyAppointments: unprovenAppointments, rings: attempt.leg === 'client' };
}

/** The input in place of a claim whose number may not be called any more that day, or whose client's may not. */
function forbidden(after: Session, claim: Input, tooOften: Leg): Input {
  const attempt = claim.type === 'claim' ? findAttempt(after, claim.attemptId) : undefined;
  return attempt?.leg === tooOften
    ? { type: 'refused', attemptId: attempt.id, outcome: 'rejected-by-policy' }
    : { type: 'forbidden', leg: tooOften };
}

/** What the appointment says now that the session does not know yet. */
async function refresh(ports: DecidePorts, session: Session): Promise<readonly Input[]> {
  if (session.closed) return [];
  const stored = await ports.projections.load(session.appointmentId);
  if (!stored) return [];
  const overtaken = overtakenBy(stored.appointment, session.appointmentVersion);
  if (overtaken) return [{ type: 'called-off', as: overtaken }];
  const people = await peopleOf(stored.appointment, ports.projections);
  return people ? [{ type: 'people', ...people }] : [];
}

function isSame(before: Session, advanced: Advanced): boolean {
  return advanced.effects.length === 0 && JSON.stringify(before) === JSON.stringify(advanced.session);
}

/** The input that tells a session whose phone another session holds. */
export function engagedInput(session: Session, number: string): Input {
  return { type: 'engaged', leg: session.people?.agent.phone === number ? 'agent' : 'client' };
}

/** Facts and effects as one write; effects have ids of their own per write, so that each is sent once. */
export function writeOf(before: Session | undefined, advanced: Advanced, expected: number, now: Date) {
  const { session, effects } = advanced;
  const held = before?.held ?? [];
  return {
    session,
    expected,
    outbox: effects.map((effect, index) => outboxItem(session, effect, `${session.id}:${expected + 1}:${index}`, now)),
    hold: session.held.filter((number) => !held.includes(number)),
    free: held.filter((number) => !session.held.includes(number)),
    proves: numberAccepted(before, session),
  };
}

function outboxItem(session: Session, effect: Effect, id: string, now: Date): OutboxItem {
  const { id: sessionId, appointmentId } = session;
  switch (effect.do) {
    case 'publish':
      return eventItem(eventOf(session, effect.fact, now), now);
    case 'wake':
      return messageItem(
        {
          id,
          to: 'timers',
          body: { sessionId, appointmentId, dueAt: new Date(effect.dueAt).toISOString() },
          dueAt: new Date(effect.dueAt),
        },
        now,
      );
    case 'create': {
      const { dueAt, ...command } = effect;
      return messageItem(
        {
          id,
          to: 'dialler',
          body: { ...command, sessionId, appointmentId },
          ...(dueAt !== undefined && { dueAt: new Date(dueAt) }),
        },
        now,
      );
    }
    case 'end':
    case 'release':
    case 'fetch':
    case 'fetch-room':
    case 'end-stray':
    case 'bill':
      return messageItem({ id, to: 'dialler', body: { ...effect, sessionId, appointmentId } }, now);
    default:
      return effect satisfies never;
  }
}

function eventOf(session: Session, fact: Fact, now: Date): OutgoingEvent {
  const facts = { occurredAt: now.toISOString(), cause: handlingContext().cause ?? session.cause };
  switch (fact.event) {
    case 'AgentAnswered':
      return AgentAnswered.create(fact.data, facts);
    case 'CallConnected':
      return CallConnected.create(fact.data, facts);
    case 'CallCompleted':
      return CallCompleted.create(fact.data, facts);
    case 'CallFailed':
      return CallFailed.create(fact.data, facts);
    default:
      return fact satisfies never;
  }
}
