import { count, log, measure, NotYet } from '@appointments/runtime';
import type { JudgePhone } from '@appointments/runtime/phone-rules';
import * as z from 'zod';
import { PROBE_MS, type Permission } from '../domain/line';
import type { CallPolicy } from '../domain/policy';
import { findAttempt, isOpen, isStillToEnd, type Attempt, type Input, type Leg, type Session } from '../domain/session';
import type { Addresses } from './addresses';
import type { Decide } from './decide';
import { documentFor, type Documents } from './hear-call';
import type { CarrierLine } from './line';
import { UNAVAILABLE, type CallState, type Carrier, type Sessions } from './ports';

const about = { sessionId: z.string(), appointmentId: z.string() };
const ofAttempt = { ...about, attemptId: z.string() };

/** What a session asks of the dialler. No number and no name: they are read from the session when it is done. */
export const DialCommand = z.discriminatedUnion('do', [
  z.object({ do: z.literal('create'), ...ofAttempt, creates: z.int().positive() }),
  z.object({ do: z.literal('end'), ...ofAttempt, callSid: z.string() }),
  z.object({ do: z.literal('release'), ...ofAttempt, callSid: z.string(), words: z.enum(['bad-news', 'apology']) }),
  z.object({ do: z.literal('fetch'), ...ofAttempt }),
  z.object({ do: z.literal('fetch-room'), ...about, room: z.string() }),
  z.object({ do: z.literal('end-stray'), ...about, callSid: z.string() }),
  z.object({ do: z.literal('bill'), ...ofAttempt, seconds: z.int().nonnegative() }),
]);
export type DialCommand = z.infer<typeof DialCommand>;

export interface DialPorts {
  readonly decide: Decide;
  readonly sessions: Pick<Sessions, 'load'>;
  readonly carrier: Carrier;
  readonly documents: Documents;
  readonly addresses: Addresses;
  /** The rules on numbers, asked again although booking asked them: the configuration may have changed since. */
  readonly mayDial: JudgePhone;
  readonly line: CarrierLine;
  readonly policy: CallPolicy;
  /** Calls that one number may have on one day (UTC), however many appointments it has. */
  readonly dailyCalls: Readonly<Record<Leg, number>>;
  /** Appointments for which a client's number is called on one day before it has ever accepted a call; 0 is no limit. */
  readonly unprovenAppointments: number;
  readonly now: () => Date;
}

/** The only function that talks to the carrier. */
export function dial(ports: DialPorts) {
  return async (command: DialCommand): Promise<void> => {
    switch (command.do) {
      case 'create':
        return create(ports, command);
      case 'end':
        return end(ports, command);
      case 'release':
        return release(ports, command);
      case 'fetch':
        return fetch(ports, command);
      case 'fetch-room':
        return fetchRoom(ports, command);
      case 'end-stray':
        return endStray(ports, command);
      case 'bill':
        return ports.line.bill(`${command.sessionId}/${command.attemptId}`, command.seconds);
      default:
        return command satisfies never;
    }
  };
}

type Of<Name extends DialCommand['do']> = Extract<DialCommand, { do: Name }>;

/**
 * Claims the attempt, and only then places its call: creating a call is not idempotent at the carrier. An attempt that was
 * claimed before is never placed again, whatever became of that claim.
 */
async function create(ports: DialPorts, command: Of<'create'>): Promise<void> {
  const { sessionId, attemptId, creates } = command;
  const stored = await ports.sessions.load(sessionId);
  if (!stored) return;
  const attempt = findAttempt(stored.session, attemptId);
  if (attempt?.stage !== 'reserved' || attempt.creates !== creates) return;
  const permission = await mayCall(ports, command, attempt, stored.session);
  if (!permission) return;

  const claim = await ports.decide(
    sessionId,
    { type: 'claim', attemptId, creates, queueMs: permission.queueMs },
    { refresh: true, dailyCalls: ports.dailyCalls, unprovenAppointments: ports.unprovenAppointments },
  );
  const claimed = claim && findAttempt(claim.after, attemptId);
  if (claim?.refused) {
    count(claim.refused === 'unproven' ? 'CallsUnproven' : 'CallsTooOften');
    log.warn(`A number is not dialled: ${REFUSALS[claim.refused]}`, fields(command));
  }
  const wasReserved = claim && findAttempt(claim.before, attemptId)?.stage === 'reserved';
  if (!wasReserved || claimed?.stage !== 'submitted' || claimed.to === undefined || claim.after.terminal) return;
  measure('CallWait', ports.now().getTime() - claimed.reservedAt);

  const place = { sessionId, leg: claimed.leg, n: claimed.n };
  const result = await ports.carrier.create({
    to: claimed.to,
    url: ports.addresses.answer(place),
    fallbackUrl: ports.addresses.sorry(),
    statusCallback: ports.addresses.status(place),
    ringSeconds: ports.policy.ringSeconds,
    timeLimitSeconds: ports.policy.timeLimitSeconds,
    detectMachine: ports.policy.acceptance[claimed.leg] !== 'keypress',
  });
  log.info(`Call asked for: ${result.type}`, { ...fields(command), leg: claimed.leg, attempt: claimed.n });
  switch (result.type) {
    case 'created':
      await ports.decide(sessionId, {
        type: 'created',
        attemptId,
        callSid: result.callSid,
        queueMs: result.queueMs,
      });
      await ports.line.taken(result.queueMs);
      return;
    case 'not-placed':
      count('CallsThrottled');
      await ports.decide(sessionId, { type: 'not-placed', attemptId, creates });
      return;
    case 'refused':
      await ports.decide(sessionId, { type: 'refused', attemptId, outcome: result.outcome });
      return;
    case 'refused-account': {
      const { code, surely } = result;
      await ports.decide(
        sessionId,
        // A probe that was refused is no attempt: its session waits like all others.
        permission.probe
          ? { type: 'probe-refused', attemptId, creates, until: ports.now().getTime() + PROBE_MS }
          : { type: 'refused', attemptId, outcome: 'carrier-error' },
      );
      await ports.line.refused({ sessionId, code, surely });
      return;
    }
    case 'unknown':
      // Nothing is recorded: its first webhook, or the watchdog, tells what became of it.
      count('CallsUncertain');
      return;
    default:
      return result satisfies never;
  }
}

const REFUSALS = {
  'too-often': 'it has had its calls of the day',
  unproven: 'it never accepted a call, and has had its appointments of the day',
} as const;

/** Asks whether the numbers, the day's limits and the carrier allow the call now; what stands against it is recorded. */
async function mayCall(
  ports: DialPorts,
  command: Of<'create'>,
  { leg, to, slotAt }: Attempt,
  { people }: Session,
): Promise<Extract<Permission, { is: 'granted' }> | undefined> {
  const { sessionId, attemptId } = command;
  const refuse = () => ports.decide(sessionId, { type: 'refused', attemptId, outcome: 'rejected-by-policy' });
  if (to === undefined) return undefined;
  if (!isAllowed(ports, command, leg, to)) {
    await refuse();
    return undefined;
  }
  // No agent is rung for somebody who must not be called.
  if (leg === 'agent' && people && !isAllowed(ports, command, 'client', people.client.phone)) {
    await ports.decide(sessionId, { type: 'forbidden', leg: 'client' });
    return undefined;
  }
  const permission = await ports.line.ask({ leg, hasTurn: slotAt !== undefined });
  switch (permission.is) {
    case 'granted':
      return permission;
    case 'later':
      count(permission.because === 'paced' ? 'CallsPaced' : 'CallsHeldBack');
      log.info(`Call put off: ${permission.because}`, {
        ...fields(command),
        leg,
        until: new Date(permission.at).toISOString(),
      });
      await ports.decide(sessionId, putOff(command, permission.at, permission.because));
      return undefined;
    case 'refused':
      count('CallsOverSpendLimit');
      log.error("A number is not dialled: the day's money is spent", fields(command));
      await refuse();
      return undefined;
    default:
      return permission satisfies never;
  }
}

function isAllowed(ports: DialPorts, command: Of<'create'>, leg: Leg, number: string): boolean {
  const verdict = ports.mayDial(number);
  if (!verdict.ok)
    log.warn('A number is not dialled: the rules on numbers forbid it', {
      ...fields(command),
      leg,
      reason: verdict.reason,
    });
  return verdict.ok;
}

function putOff({ attemptId, creates }: Of<'create'>, until: number, because: 'paced' | 'carrier-down'): Input {
  return { type: 'put-off', attemptId, creates, until, because };
}

async function end(ports: DialPorts, command: Of<'end'>): Promise<void> {
  const stored = await ports.sessions.load(command.sessionId);
  const attempt = stored && findAttempt(stored.session, command.attemptId);
  if (!attempt || !isStillToEnd(stored.session, attempt)) return;
  const state = await ports.carrier.end(command.callSid);
  // The session asks again until the call is over.
  await tell(ports, command, state === null ? await ports.carrier.fetch(command.callSid) : state);
}

/** How long the words still make sense; then the leg is hung up anyway. */
const RELEASE_LIMIT_MS = 20_000;

async function release(ports: DialPorts, command: Of<'release'>): Promise<void> {
  const stored = await ports.sessions.load(command.sessionId);
  const attempt = stored && findAttempt(stored.session, command.attemptId);
  if (!attempt || !isOpen(attempt)) return;
  const place = { sessionId: command.sessionId, leg: attempt.leg, n: attempt.n };
  const twiml = documentFor(ports.documents, { say: command.words }, place, stored.session.people);
  const state = await ports.carrier.say(command.callSid, twiml);
  if (state === UNAVAILABLE) throw new NotYet('the carrier could not be asked to tell somebody', RELEASE_LIMIT_MS);
  if (state === null) await tell(ports, command, await ports.carrier.fetch(command.callSid));
}

async function fetch(ports: DialPorts, command: Of<'fetch'>): Promise<void> {
  const attempt = await openAttempt(ports, command);
  if (!attempt) return;
  if (attempt.callSid !== undefined) return tell(ports, command, await ports.carrier.fetch(attempt.callSid));
  if (attempt.to === undefined || attempt.claimedAt === undefined || attempt.deadline === undefined) return;
  const found = await ports.carrier.find(attempt.to, new Date(attempt.claimedAt), new Date(attempt.deadline));
  await tell(ports, command, found);
}

async function fetchRoom(ports: DialPorts, command: Of<'fetch-room'>): Promise<void> {
  const inProgress = await ports.carrier.isRoomInProgress(command.room);
  if (inProgress === UNAVAILABLE) return warn(command);
  await ports.decide(command.sessionId, { type: 'room-fetched', room: command.room, inProgress });
}

async function endStray(ports: DialPorts, command: Of<'end-stray'>): Promise<void> {
  log.warn('A call that belongs to no open attempt is ended', fields(command));
  if ((await ports.carrier.end(command.callSid)) === UNAVAILABLE)
    throw new NotYet('the carrier could not be asked to end a stray call');
}

async function openAttempt(
  ports: DialPorts,
  command: { readonly sessionId: string; readonly attemptId: string },
): Promise<Attempt | undefined> {
  const stored = await ports.sessions.load(command.sessionId);
  const attempt = stored && findAttempt(stored.session, command.attemptId);
  return attempt && isOpen(attempt) ? attempt : undefined;
}

/** Records what the carrier says of a call. Without an answer nothing is: the session asks again by itself. */
async function tell(
  ports: DialPorts,
  command: DialCommand & { readonly attemptId: string },
  found: CallState | null | typeof UNAVAILABLE,
): Promise<void> {
  if (found === UNAVAILABLE) return warn(command);
  await ports.decide(command.sessionId, { type: 'fetched', attemptId: command.attemptId, found });
}

function warn(command: DialCommand): void {
  count('CarrierUnavailable');
  log.warn('The carrier could not be asked', fields(command));
}

function fields(command: DialCommand) {
  return { appointmentId: command.appointmentId, callSessionId: command.sessionId, command: command.do };
}
