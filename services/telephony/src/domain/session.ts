import type { AgentAnswered, CallCompleted, CallConnected, CallFailed, Cause, DataOf } from '@appointments/events';
import { isFinal, outcomeOf, type Outcome } from './outcome';
import type { CallPolicy } from './policy';

/*
 * The call, whole. A session is one appointment's call: facts that only rise, and one function, `advance`, that looks at all
 * of them and decides. No decision depends on the order in which facts arrived, nor on two of them having different times.
 *
 *   agent dialled ⇄ back-off → agent waits, client dialled ⇄ back-off → joined → completed
 *                                                                    ↘ agent told and released → failed
 *
 * Times are milliseconds since the epoch.
 */

export type Leg = 'agent' | 'client';

/** How far an attempt has come; it only rises, but for a claim whose call was surely never placed. `human` is: has pressed 1. */
export type Stage = 'reserved' | 'submitted' | 'live' | 'ringing' | 'answered' | 'human' | 'ended';
const RANK: Readonly<Record<Stage, number>> = {
  reserved: 0,
  submitted: 1,
  live: 2,
  ringing: 3,
  answered: 4,
  human: 5,
  ended: 6,
};

/** The same moment on our clock and, where it was told, on Twilio's; the two are never compared with each other. */
interface Moment {
  readonly ours: number;
  readonly carrier?: number | undefined;
}

export interface Attempt {
  /** `agent-2`: the leg, and the count within it. */
  readonly id: string;
  readonly leg: Leg;
  readonly n: number;
  /** E.164; forgotten when the session has closed. */
  readonly to?: string;
  readonly stage: Stage;
  /** How often its call was asked for; more than once only where it was surely not placed. */
  readonly creates: number;
  readonly reservedAt: number;
  /** It is not asked for before: the carrier took no more calls at the moment, or it waits its turn. */
  readonly notBefore?: number;
  /** Its turn among the calls of the account, where it had to wait for one. */
  readonly slotAt?: number;
  /** Since when the carrier has not taken it. */
  readonly refusedSince?: number;
  readonly claimedAt?: number;
  /** How long the carrier was expected to keep it in its queue. */
  readonly queueMs?: number;
  /** When it should be over or accepted; what is not then is ended. */
  readonly deadline?: number;
  /** When an attempt of which nobody knows counts as lost. An ambiguous one is never repeated before. */
  readonly hardDeadline?: number;
  /** When it is looked at next. */
  readonly watchAt: number;
  readonly callSid?: string;
  readonly rang?: Moment;
  readonly answered?: Moment;
  readonly humanAt?: number;
  readonly acceptedBy?: 'key' | 'amd';
  readonly endedAt?: number;
  /** The carrier's last word on the call. */
  readonly final?: { readonly status: string; readonly sipCode?: number | undefined; readonly moment: Moment };
  readonly ringSeconds?: number;
  readonly wrongKeys?: number;
  /** The telling of the last key: the carrier tells it again with the same one. */
  readonly keyTold?: string;
  readonly screened?: Outcome;
  /** The room it was sent to; for a client that of the agent who waited for them. */
  readonly room?: string;
  readonly announced?: true;
  readonly endAskedAt?: number;
  readonly gaveUp?: 'late' | 'unwanted';
  /** When it was told that the call does not come about. */
  readonly releasedAt?: number;
  readonly outcome?: Outcome;
  readonly billed?: true;
}

/** What the conferences of one agent attempt have told. */
export interface Room {
  readonly started?: true;
  /** When all have left, whoever enters next opens another conference of the same name, and may be alone in it. */
  readonly joined: readonly { readonly callSid: string; readonly conferenceSid?: string | undefined }[];
  readonly inProgress?: true;
  readonly askedAt?: number;
  readonly absentAt?: number;
  /** The attempts that have left, the first one first; not every client who accepted has met the agent. */
  readonly left: readonly string[];
}

export interface Person {
  readonly name: string;
  readonly phone: string;
  /** The language a client booked in, a BCP 47 tag. What was kept before there were words in it has none. */
  readonly locale?: string;
  /** When the appointment begins on the person's own clock, with its offset, as the booking gave it; absent like the locale. */
  readonly localStart?: string;
  /** What a client has yet to prove to be theirs (`email`, `phone`): until then nobody is dialled. */
  readonly unproven?: readonly string[];
  /** A client's number was proven otherwise than by a call. */
  readonly isPhoneProven?: true;
}

type Failure = DataOf<typeof CallFailed>['reason'];

export type Terminal = { readonly at: number } & (
  | { readonly type: 'completed' }
  | { readonly type: 'failed'; readonly leg: Leg | null; readonly reason: Failure }
);

export interface Session {
  readonly id: string;
  readonly appointmentId: string;
  readonly appointmentVersion: number;
  readonly startsAt: number;
  readonly startedAt: number;
  readonly cause?: Cause | undefined;
  /** Forgotten when the session has closed. */
  readonly people?: { readonly agent: Person; readonly client: Person };
  readonly attempts: readonly Attempt[];
  readonly rooms: Readonly<Record<string, Room>>;
  readonly calledOff?: 'cancelled' | 'superseded';
  /** A leg that no further attempt can reach. */
  readonly unreachable: { readonly agent?: true; readonly client?: true };
  readonly fault?: { readonly leg: Leg; readonly reason: 'rejected-by-policy' | 'carrier-error' };
  /** A phone that another session holds. */
  readonly engaged: { readonly [leg in Leg]?: { readonly since: number; readonly lookAt: number } };
  /** The carrier takes no call of the account at all, and a person was called to mend that. */
  readonly carrierDown?: true;
  readonly joined?: {
    readonly at: number;
    readonly room: string;
    readonly agentId: string;
    readonly clientId: string;
  };
  readonly terminal?: Terminal;
  /** Calls that are none of ours, or no longer: they are hung up. */
  readonly strays: readonly string[];
  /** Numbers that no other session may dial meanwhile. */
  readonly held: readonly string[];
  /** When the next wake-up comes. */
  readonly wakeAt?: number;
  /** Over, and no leg left: nothing will happen any more. */
  readonly closed: boolean;
}

export type Input =
  | { readonly type: 'wake' }
  | { readonly type: 'people'; readonly agent: Person; readonly client: Person }
  | { readonly type: 'called-off'; readonly as: 'cancelled' | 'superseded' }
  | { readonly type: 'engaged'; readonly leg: Leg }
  | {
      readonly type: 'claim';
      readonly attemptId: string;
      readonly creates: number;
      /** The longest that a call was lately kept in the carrier's queue. @default 0 */
      readonly queueMs?: number;
    }
  | { readonly type: 'created'; readonly attemptId: string; readonly callSid: string; readonly queueMs: number }
  | { readonly type: 'not-placed'; readonly attemptId: string; readonly creates: number }
  | {
      /** It was not asked for: it waits its turn, or for the carrier to take calls of the account again. */
      readonly type: 'put-off';
      readonly attemptId: string;
      readonly creates: number;
      readonly until: number;
      readonly because: 'paced' | 'carrier-down';
    }
  | {
      /** It was asked for, to see whether the carrier takes calls of the account again; it does not. */
      readonly type: 'probe-refused';
      readonly attemptId: string;
      readonly creates: number;
      readonly until: number;
    }
  | {
      readonly type: 'refused';
      readonly attemptId: string;
      readonly outcome: 'invalid-number' | 'unreachable' | 'rejected-by-policy' | 'carrier-error';
    }
  /** Policy forbids that this leg is dialled at all, which is known before anybody was. */
  | { readonly type: 'forbidden'; readonly leg: Leg }
  | {
      readonly type: 'answered';
      readonly attemptId: string;
      readonly callSid: string;
      readonly answeredBy?: string | undefined;
    }
  | {
      readonly type: 'key';
      readonly attemptId: string;
      readonly callSid: string;
      /** Empty when nothing was pressed. */
      readonly digits: string;
      /** The same when the same key is told again. */
      readonly telling?: string | undefined;
    }
  | { readonly type: 'dial-ended'; readonly attemptId: string; readonly callSid: string }
  | {
      readonly type: 'status';
      readonly attemptId: string;
      readonly callSid: string;
      readonly status: string;
      readonly sipCode?: number | undefined;
      readonly at?: number | undefined;
    }
  | {
      readonly type: 'conference';
      readonly room: string;
      readonly event: 'start' | 'join' | 'leave' | 'end';
      readonly conferenceSid?: string | undefined;
      readonly callSid?: string | undefined;
      /** The participant hung up, rather than being dropped. */
      readonly hungUp?: boolean | undefined;
      readonly endedBy?: Leg | undefined;
    }
  | {
      readonly type: 'fetched';
      readonly attemptId: string;
      readonly found: null | {
        readonly callSid: string;
        readonly status: string;
      };
    }
  | { readonly type: 'room-fetched'; readonly room: string; readonly inProgress: boolean };

export type Fact =
  | { readonly event: 'AgentAnswered'; readonly data: DataOf<typeof AgentAnswered> }
  | { readonly event: 'CallConnected'; readonly data: DataOf<typeof CallConnected> }
  | { readonly event: 'CallCompleted'; readonly data: DataOf<typeof CallCompleted> }
  | { readonly event: 'CallFailed'; readonly data: DataOf<typeof CallFailed> };

export type Effect =
  | { readonly do: 'create'; readonly attemptId: string; readonly creates: number; readonly dueAt?: number }
  | { readonly do: 'end'; readonly attemptId: string; readonly callSid: string }
  | {
      readonly do: 'release';
      readonly attemptId: string;
      readonly callSid: string;
      readonly words: 'bad-news' | 'apology';
    }
  | { readonly do: 'fetch'; readonly attemptId: string }
  | { readonly do: 'fetch-room'; readonly room: string }
  | { readonly do: 'end-stray'; readonly callSid: string }
  /** A leg that was answered has ended: what it cost counts towards the day's limit. */
  | { readonly do: 'bill'; readonly attemptId: string; readonly seconds: number }
  | { readonly do: 'publish'; readonly fact: Fact }
  | { readonly do: 'wake'; readonly dueAt: number };

export interface Advanced {
  readonly session: Session;
  readonly effects: readonly Effect[];
}

/** SQS delays a message by fifteen minutes at most. */
const LONGEST_NAP_MS = 900_000;
/** A wake-up that comes this much early, by two clocks differing, counts as come. */
const WAKE_TOLERANCE_MS = 1000;
/** After its time limit a call is given these minutes before nobody asks for it any more. */
const AFTERLIFE_MS = 600_000;
/** A create command that nobody claimed for so long has been lost, and is sent again. */
const UNCLAIMED_MS = 60_000;

export function newSession(facts: {
  readonly id: string;
  readonly appointmentId: string;
  readonly appointmentVersion: number;
  readonly startsAt: number;
  readonly startedAt: number;
  readonly agent: Person;
  readonly client: Person;
  readonly cause?: Cause | undefined;
}): Session {
  const { agent, client, ...rest } = facts;
  return {
    ...rest,
    people: { agent, client },
    attempts: [],
    rooms: {},
    unreachable: {},
    engaged: {},
    strays: [],
    held: [],
    closed: false,
  };
}

/**
 * Records the inputs and decides: what the session is then, and what is to be done. A claim, and the answer to a call, come after
 * a decision of their own, because time or news may have ended what they are for.
 */
export function step(session: Session, inputs: readonly Input[], policy: CallPolicy, now: number): Advanced {
  const decideOn = (from: Session, some: readonly Input[]) =>
    advance(
      some.reduce((recorded, input) => record(recorded, input, policy, now), from),
      policy,
      now,
    );
  const needsDecision = ({ type }: Input) => type === 'claim' || type === 'answered';
  const later = inputs.filter(needsDecision);
  if (later.length === 0) return decideOn(session, inputs);
  const first = decideOn(
    session,
    inputs.filter((input) => !needsDecision(input)),
  );
  const last = decideOn(first.session, later);
  return { session: last.session, effects: [...first.effects, ...last.effects] };
}

/** The client's number that has accepted a call between the two, if one has. */
export function numberAccepted(before: Session | undefined, after: Session): string | undefined {
  const accepted = after.attempts.find(
    ({ id, leg, humanAt }) =>
      leg === 'client' && humanAt !== undefined && before && findAttempt(before, id)?.humanAt === undefined,
  );
  return accepted && before && findAttempt(before, accepted.id)?.to;
}

/** The agent who has accepted and is on the line. */
export function agentOnLine(session: Session): Attempt | undefined {
  return session.attempts.findLast(
    (attempt) => attempt.leg === 'agent' && attempt.stage === 'human' && attempt.releasedAt === undefined,
  );
}

export function isOpen(attempt: Attempt): boolean {
  return attempt.stage !== 'ended';
}

/** Whether an order to end a leg still stands: whoever has accepted since is not hung up for having been late. */
export function isStillToEnd(session: Session, attempt: Attempt): boolean {
  const isWanted = !session.terminal && !session.calledOff && attempt.releasedAt === undefined;
  return isOpen(attempt) && !(attempt.stage === 'human' && isWanted);
}

export function findAttempt(session: Session, attemptId: string): Attempt | undefined {
  return session.attempts.find((attempt) => attempt.id === attemptId);
}

/** A fresh room for each agent attempt, so that a late client can never meet an agent who has left. */
export function roomOf(session: Pick<Session, 'id'>, agentAttempt: Pick<Attempt, 'n'>): string {
  return `s-${session.id}-${agentAttempt.n}`;
}

export function latestStart(session: Session, policy: CallPolicy): number {
  return session.startsAt + policy.latestStartSeconds * 1000;
}

function patch(session: Session, attemptId: string, changes: Partial<Attempt>): Session {
  return {
    ...session,
    attempts: session.attempts.map((attempt) => (attempt.id === attemptId ? { ...attempt, ...changes } : attempt)),
  };
}

function without(session: Session, attempt: Attempt): Session {
  return { ...session, attempts: session.attempts.filter((other) => other.id !== attempt.id) };
}

function inRoom(session: Session, room: string, change: (room: Room) => Room): Session {
  return { ...session, rooms: { ...session.rooms, [room]: change(session.rooms[room] ?? { joined: [], left: [] }) } };
}

// ── Facts ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Adds what was learnt. The same input twice is the same session; nothing learnt is ever unlearnt. */
export function record(session: Session, input: Input, policy: CallPolicy, now: number): Session {
  switch (input.type) {
    case 'wake': {
      const { wakeAt, ...rest } = session;
      return wakeAt !== undefined && wakeAt <= now + WAKE_TOLERANCE_MS ? rest : session;
    }
    case 'people':
      return session.closed ? session : { ...session, people: { agent: input.agent, client: input.client } };
    case 'called-off':
      return session.terminal || session.joined || session.calledOff ? session : { ...session, calledOff: input.as };
    case 'engaged':
      return {
        ...session,
        engaged: {
          ...session.engaged,
          [input.leg]: {
            since: session.engaged[input.leg]?.since ?? now,
            lookAt: now + policy.engagedLookSeconds * 1000,
          },
        },
      };
    case 'claim':
      return recordClaim(session, input, policy, now);
    case 'created':
      return recordCreated(session, input);
    case 'not-placed':
      return recordNotPlaced(session, input, policy, now);
    case 'put-off':
      return recordPutOff(session, input, now);
    case 'probe-refused':
      return recordProbeRefused(session, input, now);
    case 'refused':
      return recordRefused(session, input, now);
    case 'forbidden':
      return { ...session, fault: session.fault ?? { leg: input.leg, reason: 'rejected-by-policy' } };
    case 'answered':
      return heard(session, input, policy, now, (known, attempt) =>
        recordAnswer(known, attempt, input.answeredBy, policy, now),
      );
    case 'key':
      return heard(session, input, policy, now, (known, attempt) => recordKey(known, attempt, input, policy, now));
    case 'dial-ended':
      return heard(session, input, policy, now, recordDialEnded);
    case 'status':
      return heard(session, input, policy, now, (known, attempt) => recordStatus(known, attempt, input, policy, now));
    case 'conference':
      return recordConference(session, input);
    case 'fetched':
      return recordFetched(session, input, policy, now);
    case 'room-fetched':
      if (!Object.hasOwn(session.rooms, input.room)) return session;
      return inRoom(session, input.room, (room) =>
        input.inProgress ? { ...room, inProgress: true } : { ...room, absentAt: now },
      );
    default:
      return input satisfies never;
  }
}

/**
 * The last step before the carrier is asked for a call. It comes after a decision ({@link step}), which withdraws every attempt
 * that is not wanted any more: so what is still reserved may be dialled. A claim is made once; a create command that comes
 * again, or after the reason for it has gone, finds nothing to claim.
 */
function recordClaim(
  session: Session,
  input: Extract<Input, { type: 'claim' }>,
  policy: CallPolicy,
  now: number,
): Session {
  const attempt = commanded(session, input, 'reserved');
  if (!attempt) return session;
  const { carrierDown: _mended, ...known } = session;
  return patch(known, attempt.id, { stage: 'submitted', ...submittedAt(now, policy, input.queueMs) });
}

/** The attempt of a create command, if it is still at the stage at which the command's word means something. */
function commanded(
  session: Session,
  { attemptId, creates }: { readonly attemptId: string; readonly creates: number },
  stage: 'reserved' | 'submitted',
): Attempt | undefined {
  const attempt = findAttempt(session, attemptId);
  return attempt?.stage === stage && attempt.creates === creates ? attempt : undefined;
}

/** Twilio may ring five seconds longer than it was asked to. */
const RING_BUFFER_SECONDS = 5;

/** A call whose create is unanswered may wait in the carrier's queue as long as others did lately, and still ring. */
function submittedAt(now: number, policy: CallPolicy, queueMs = 0) {
  const seconds = policy.ringSeconds + RING_BUFFER_SECONDS + policy.screeningSeconds + policy.marginSeconds;
  const deadline = now + queueMs + seconds * 1000;
  return {
    claimedAt: now,
    deadline,
    hardDeadline: deadline + policy.hardSeconds * 1000,
    watchAt: deadline,
    ...(queueMs > 0 && { queueMs }),
  };
}

function recordCreated(session: Session, input: Extract<Input, { type: 'created' }>): Session {
  const attempt = findAttempt(session, input.attemptId);
  if (!attempt || (attempt.callSid !== undefined && attempt.callSid !== input.callSid))
    return stray(session, input.callSid);
  const bound = attempt.callSid === undefined;
  if (bound && attempt.stage === 'ended') return stray(session, input.callSid);
  return patch(session, attempt.id, {
    callSid: input.callSid,
    ...(RANK[attempt.stage] < RANK.live && { stage: 'live' as const }),
    ...(attempt.stage === 'submitted' && queuedFor(attempt, input.queueMs)),
  });
}

/** A longer queue than was expected delays everything that was expected of this call. */
function queuedFor(attempt: Attempt, queueMs: number): Partial<Attempt> {
  const laterMs = queueMs - (attempt.queueMs ?? 0);
  if (laterMs <= 0) return {};
  return {
    queueMs,
    deadline: (attempt.deadline ?? 0) + laterMs,
    hardDeadline: (attempt.hardDeadline ?? 0) + laterMs,
    watchAt: attempt.watchAt + laterMs,
  };
}

/** The carrier did not take the call, surely: the same attempt is asked for again a little later, and claimed again then. */
function recordNotPlaced(
  session: Session,
  input: Extract<Input, { type: 'not-placed' }>,
  policy: CallPolicy,
  now: number,
): Session {
  const attempt = commanded(session, input, 'submitted');
  if (!attempt) return session;
  const refusedSince = attempt.refusedSince ?? now;
  if (now - refusedSince >= policy.throttledSeconds * 1000) return ended(session, attempt, 'carrier-error', now);
  const backOffMs = Math.min(16, 2 ** (attempt.creates - 1)) * 1000;
  return askedAgain(session, { ...attempt, refusedSince, notBefore: now + backOffMs }, now);
}

/** The call may not be asked for now, and no attempt is spent on that. */
function recordPutOff(session: Session, input: Extract<Input, { type: 'put-off' }>, now: number): Session {
  const attempt = commanded(session, input, 'reserved');
  // Another copy of the command may have claimed it meanwhile, and placed its call.
  if (!attempt) return session;
  if (input.because === 'paced')
    return askedAgain(session, { ...attempt, notBefore: input.until, slotAt: input.until }, now);
  return askedAgain({ ...session, carrierDown: true }, { ...attempt, notBefore: input.until }, now);
}

function recordProbeRefused(session: Session, input: Extract<Input, { type: 'probe-refused' }>, now: number): Session {
  const attempt = commanded(session, input, 'submitted');
  if (!attempt) return session;
  return askedAgain({ ...session, carrierDown: true }, { ...attempt, notBefore: input.until }, now);
}

/** Back to a reserved attempt, whose next command is another one; the present one finds nothing to claim any more. */
function askedAgain(session: Session, attempt: Attempt, now: number): Session {
  const { claimedAt: _claimed, deadline: _deadline, hardDeadline: _hard, queueMs: _queued, ...rest } = attempt;
  const again: Attempt = { ...rest, stage: 'reserved', creates: attempt.creates + 1, watchAt: now };
  return {
    ...session,
    attempts: session.attempts.map((other) => (other.id === attempt.id ? again : other)),
  };
}

function recordRefused(session: Session, input: Extract<Input, { type: 'refused' }>, now: number): Session {
  const attempt = findAttempt(session, input.attemptId);
  if (!attempt || !isOpen(attempt) || attempt.callSid !== undefined) return session;
  // Policy is asked before a claim: where another copy of the command has claimed, its call may be under way.
  if (input.outcome === 'rejected-by-policy' && attempt.stage !== 'reserved') return session;
  const over = ended(session, attempt, input.outcome, now);
  if (input.outcome === 'invalid-number') return { ...over, unreachable: { ...over.unreachable, [attempt.leg]: true } };
  if (input.outcome === 'unreachable') return over;
  return { ...over, fault: over.fault ?? { leg: attempt.leg, reason: input.outcome } };
}

/**
 * A webhook about an attempt. The first call that is heard of is the attempt's (which heals a crash between placing it and
 * noting its id); any other is a stray, changes nothing, and is hung up.
 */
function heard(
  session: Session,
  about: { readonly attemptId: string; readonly callSid: string; readonly type: string; readonly status?: string },
  policy: CallPolicy,
  now: number,
  then: (session: Session, attempt: Attempt) => Session,
): Session {
  const attempt = findAttempt(session, about.attemptId);
  const isOver = about.status !== undefined && isFinal(about.status);
  if (!attempt || (attempt.callSid === undefined ? !isOpen(attempt) : attempt.callSid !== about.callSid))
    return isOver ? session : stray(session, about.callSid);
  if (attempt.callSid !== undefined) return then(session, attempt);
  const bound: Attempt = {
    ...attempt,
    callSid: about.callSid,
    // Evidently it was placed after all.
    ...(attempt.stage === 'reserved' && submittedAt(now, policy)),
    ...(RANK[attempt.stage] < RANK.live && { stage: 'live' as const }),
  };
  return then(patch(session, attempt.id, bound), bound);
}

function stray(session: Session, callSid: string): Session {
  return session.strays.includes(callSid) ? session : { ...session, strays: [...session.strays, callSid] };
}

function recordAnswer(
  session: Session,
  attempt: Attempt,
  answeredBy: string | undefined,
  policy: CallPolicy,
  now: number,
): Session {
  if (!isOpen(attempt)) return session;
  const answered = attempt.answered ?? { ours: now };
  const raised = RANK[attempt.stage] < RANK.answered ? { stage: 'answered' as const, answered } : { answered };
  // With no agent on the line a client hears an apology, and has time to.
  const isAlone = attempt.leg === 'client' && attempt.releasedAt === undefined && !agentOnLine(session);
  const known = patch(session, attempt.id, { ...raised, ...(isAlone && { releasedAt: now }) });
  const acceptance = policy.acceptance[attempt.leg];
  if (isAlone || attempt.releasedAt !== undefined || acceptance === 'keypress' || attempt.stage === 'human')
    return known;
  if (answeredBy === 'human') return accept(known, attempt, 'amd', policy, now);
  const machine = answeredBy === 'fax' ? 'fax' : answeredBy?.startsWith('machine') ? 'voicemail' : undefined;
  // With `either` a machine may still turn out to be a person, by pressing a key.
  if (acceptance === 'amd' || machine === 'fax') return patch(known, attempt.id, { screened: machine ?? 'no-input' });
  return known;
}

function recordKey(
  session: Session,
  attempt: Attempt,
  { digits, telling }: { readonly digits: string; readonly telling?: string | undefined },
  policy: CallPolicy,
  now: number,
): Session {
  if (!isOpen(attempt) || attempt.stage === 'human' || attempt.screened !== undefined) return session;
  if (telling !== undefined && telling === attempt.keyTold) return session;
  const known = patch(session, attempt.id, {
    stage: 'answered',
    answered: attempt.answered ?? { ours: now },
    ...(telling !== undefined && { keyTold: telling }),
  });
  if (digits === '1') return accept(known, attempt, 'key', policy, now);
  const wrongKeys = (attempt.wrongKeys ?? 0) + 1;
  if (digits === '' || wrongKeys > policy.wrongKeys)
    return patch(known, attempt.id, { wrongKeys, screened: 'no-input' });
  return patch(known, attempt.id, { wrongKeys });
}

/** The conference ended around somebody who is still on the line, so it was the other who left. */
function recordDialEnded(session: Session, attempt: Attempt): Session {
  if (attempt.room === undefined || attempt.stage !== 'human' || attempt.releasedAt !== undefined) return session;
  return leave(session, attempt.room, lastIn(session, attempt.room, attempt.leg === 'agent' ? 'client' : 'agent'));
}

function accept(
  session: Session,
  attempt: Attempt,
  acceptedBy: 'key' | 'amd',
  policy: CallPolicy,
  now: number,
): Session {
  // After the end, or with the agent gone, a person was reached all the same: it is told that nothing comes of it.
  const agent = session.terminal || session.calledOff ? undefined : agentOnLine(session);
  const room =
    attempt.leg === 'agent' ? roomOf(session, attempt) : agent === undefined ? undefined : roomOf(session, agent);
  const accepted = patch(session, attempt.id, {
    stage: 'human',
    humanAt: now,
    acceptedBy,
    watchAt: now + policy.engagedWatchSeconds * 1000,
    ...(room === undefined ? { releasedAt: now } : { room }),
  });
  return room === undefined ? accepted : inRoom(accepted, room, (known) => known);
}

function recordStatus(
  session: Session,
  attempt: Attempt,
  told: { readonly status: string; readonly sipCode?: number | undefined; readonly at?: number | undefined },
  policy: CallPolicy,
  now: number,
): Session {
  const moment: Moment = { ours: now, carrier: told.at };
  if (isFinal(told.status)) {
    // A call has one end.
    if (!isOpen(attempt)) return session;
    const over: Attempt = { ...attempt, final: { status: told.status, sipCode: told.sipCode, moment } };
    return ended(patch(session, attempt.id, over), over, whatBecameOf(over, policy), now);
  }
  const progress = progressOf(attempt, told.status, moment);
  if (isOpen(attempt)) return patch(session, attempt.id, progress);
  // Said before the end and heard after it: the order in which words arrive is no fact about the call.
  if (attempt.final?.moment.carrier === undefined || told.at === undefined || isContradicted(told, attempt.final))
    return session;
  const { stage: _stays, ...learnt } = progress;
  const known: Attempt = { ...attempt, ...learnt };
  return patch(session, attempt.id, {
    ...learnt,
    outcome: whatBecameOf(known, policy),
    ringSeconds: span(known.rang, known.answered ?? attempt.final.moment),
  });
}

/** Only a call that was answered is completed. */
function isContradicted(told: { readonly status: string }, final: { readonly status: string }): boolean {
  return told.status === 'in-progress' && final.status !== 'completed';
}

/** What a word on a call that is not over adds. */
function progressOf(
  attempt: Attempt,
  status: string,
  moment: Moment,
): Pick<Partial<Attempt>, 'stage' | 'rang' | 'answered'> {
  const raised = (stage: Stage) => RANK[attempt.stage] < RANK[stage] && { stage };
  switch (status) {
    case 'ringing':
      return { rang: attempt.rang ?? moment, ...raised('ringing') };
    case 'in-progress':
      return {
        // The document's request has no timestamp; the callback's replaces it.
        answered:
          attempt.answered?.carrier === undefined
            ? { ours: attempt.answered?.ours ?? moment.ours, carrier: moment.carrier }
            : attempt.answered,
        ...raised('answered'),
      };
    default:
      return {};
  }
}

/** The outcome of a call that the carrier says is over, from all that is known of it. */
function whatBecameOf(attempt: Attempt, policy: CallPolicy): Outcome {
  if (attempt.humanAt !== undefined || !attempt.final) return attempt.outcome ?? 'human';
  const { status, sipCode, moment } = attempt.final;
  return outcomeOf(
    {
      status,
      sipCode,
      answered: attempt.answered !== undefined,
      rang: attempt.rang !== undefined,
      ringSeconds: span(attempt.rang, attempt.answered ?? moment),
      screened: attempt.screened,
      gaveUp: attempt.gaveUp,
    },
    policy.ringSeconds,
  );
}

function span(from: Moment | undefined, to: Moment): number {
  if (!from) return 0;
  const ms = from.carrier !== undefined && to.carrier !== undefined ? to.carrier - from.carrier : to.ours - from.ours;
  return Math.max(0, Math.round(ms / 1000));
}

function ended(session: Session, attempt: Attempt, outcome: Outcome, now: number): Session {
  const over = patch(session, attempt.id, {
    stage: 'ended',
    endedAt: now,
    outcome,
    ringSeconds: span(attempt.rang, attempt.answered ?? attempt.final?.moment ?? { ours: now }),
  });
  return attempt.room === undefined || attempt.releasedAt !== undefined ? over : leave(over, attempt.room, attempt);
}

/** The first of two to leave ended the conversation; the other was dropped by it. */
function leave(session: Session, room: string, attempt: Attempt | undefined): Session {
  if (!attempt) return session;
  return inRoom(session, room, (known) =>
    known.left.includes(attempt.id) ? known : { ...known, left: [...known.left, attempt.id] },
  );
}

/** The latest of a leg who was sent to a room. */
function lastIn(session: Session, room: string, leg: Leg): Attempt | undefined {
  return session.attempts.findLast((attempt) => attempt.leg === leg && attempt.room === room);
}

function hasJoined(room: Room, callSid: string, conferenceSid: string | undefined): boolean {
  return room.joined.some((joined) => joined.callSid === callSid && joined.conferenceSid === conferenceSid);
}

function recordConference(session: Session, input: Extract<Input, { type: 'conference' }>): Session {
  const { room, event, callSid, conferenceSid } = input;
  if (!Object.hasOwn(session.rooms, room)) return session;
  switch (event) {
    case 'start':
      return inRoom(session, room, (known) => ({ ...known, started: true }));
    case 'join':
      return inRoom(session, room, (known) =>
        callSid === undefined || hasJoined(known, callSid, conferenceSid)
          ? known
          : { ...known, joined: [...known.joined, { callSid, conferenceSid }] },
      );
    case 'leave':
      return input.hungUp === true
        ? leave(
            session,
            room,
            session.attempts.find((attempt) => attempt.callSid === callSid && attempt.room === room),
          )
        : session;
    case 'end':
      return input.endedBy === undefined ? session : leave(session, room, lastIn(session, room, input.endedBy));
    default:
      return event satisfies never;
  }
}

function recordFetched(
  session: Session,
  input: Extract<Input, { type: 'fetched' }>,
  policy: CallPolicy,
  now: number,
): Session {
  const attempt = findAttempt(session, input.attemptId);
  if (!attempt || !isOpen(attempt)) return session;
  if (input.found)
    return heard(session, { ...input.found, attemptId: attempt.id, type: 'fetched' }, policy, now, (known, bound) =>
      input.found ? recordStatus(known, bound, input.found, policy, now) : known,
    );
  // The carrier's records lag behind: "no such call" is believed only when the attempt could not be alive any more.
  if (attempt.hardDeadline === undefined || now < attempt.hardDeadline) return session;
  return ended(session, attempt, attempt.humanAt === undefined ? 'lost' : 'human', now);
}

// ── Decisions ───────────────────────────────────────────────────────────────────────────────────────────────────────

/** One look at a session, while it decides. */
interface Turn {
  session: Session;
  readonly effects: Effect[];
  /** Instants at which something will have to be decided again. */
  readonly waits: number[];
  readonly policy: CallPolicy;
  readonly now: number;
}

/** Decides from the whole state what is done next. Asked again without news, it changes nothing. */
export function advance(session: Session, policy: CallPolicy, now: number): Advanced {
  const turn: Turn = { session, effects: [], waits: [], policy, now };
  if (session.closed) {
    hangUpStrays(turn);
    return turn;
  }
  forgetTheDead(turn);
  tellOfAgent(turn);
  join(turn);
  if (!turn.session.terminal) conclude(turn);
  if (!turn.session.terminal && !turn.session.joined) dial(turn);
  if (turn.session.terminal) windDown(turn);
  watch(turn);
  bill(turn);
  hangUpStrays(turn);
  rest(turn);
  return { session: turn.session, effects: turn.effects };
}

function change(turn: Turn, attempt: Attempt, changes: Partial<Attempt>): void {
  turn.session = patch(turn.session, attempt.id, changes);
}

function about(session: Session) {
  return {
    appointmentId: session.appointmentId,
    appointmentVersion: session.appointmentVersion,
    callSessionId: session.id,
  };
}

/** No call outlives its time limit by so much, whatever the carrier does not say. */
function forgetTheDead(turn: Turn): void {
  const longestMs = turn.policy.timeLimitSeconds * 1000 + AFTERLIFE_MS;
  for (const attempt of turn.session.attempts) {
    if (!isOpen(attempt) || attempt.hardDeadline === undefined) continue;
    if (turn.now >= attempt.hardDeadline + longestMs)
      turn.session = ended(turn.session, attempt, attempt.humanAt === undefined ? 'lost' : 'human', turn.now);
  }
}

function tellOfAgent(turn: Turn): void {
  for (const attempt of turn.session.attempts) {
    if (attempt.leg !== 'agent' || attempt.humanAt === undefined || attempt.announced || turn.session.terminal)
      continue;
    change(turn, attempt, { announced: true });
    turn.effects.push({
      do: 'publish',
      fact: {
        event: 'AgentAnswered',
        data: { ...about(turn.session), attempt: attempt.n, answeredAt: new Date(attempt.humanAt).toISOString() },
      },
    });
  }
}

/** The client who accepted last and was not told otherwise since. */
function clientInRoom(session: Session): (Attempt & { readonly room: string; readonly humanAt: number }) | undefined {
  const attempt = session.attempts.findLast(
    (candidate) => candidate.leg === 'client' && candidate.room !== undefined && candidate.releasedAt === undefined,
  );
  if (attempt?.room === undefined || attempt.humanAt === undefined) return undefined;
  return { ...attempt, room: attempt.room, humanAt: attempt.humanAt };
}

/** Joined needs evidence: two key presses prove two people, the conference proves that they hear each other. */
function join(turn: Turn): void {
  const { session, now } = turn;
  const client = clientInRoom(session);
  if (session.terminal || session.joined || !client) return;
  const agent = session.attempts.find((attempt) => attempt.leg === 'agent' && attempt.room === client.room);
  const room = session.rooms[client.room];
  if (!agent || !room) return;
  if (!room.started && !room.inProgress && !haveMet(room, agent, client)) return;
  turn.session = { ...session, joined: { at: now, room: client.room, agentId: agent.id, clientId: client.id } };
  turn.effects.push({
    do: 'publish',
    fact: {
      event: 'CallConnected',
      data: {
        ...about(session),
        attempts: { agent: tried(session, 'agent').length, client: tried(session, 'client').length },
        connectedAt: new Date(now).toISOString(),
        skewSeconds: (now - session.startsAt) / 1000,
      },
    },
  });
}

/** Both joined one conference: it ends when either leaves, so they were in it together. */
function haveMet(room: Room, agent: Attempt, client: Attempt): boolean {
  return room.joined.some(
    ({ callSid, conferenceSid }) =>
      callSid === agent.callSid && client.callSid !== undefined && hasJoined(room, client.callSid, conferenceSid),
  );
}

/** Ends that do not depend on who is dialled next. */
function conclude(turn: Turn): void {
  const { session, now } = turn;
  if (session.joined) return concludeConversation(turn, session.joined);
  if (session.calledOff) return fail(turn, null, session.calledOff);
  if (session.fault) return fail(turn, session.fault.leg, session.fault.reason);
  if (isUnproven(session)) return fail(turn, 'client', 'rejected-by-policy');
  const hardDeadline = Math.max(session.startsAt, session.startedAt) + turn.policy.sessionSeconds * 1000;
  // Somebody who has accepted may be talking by now, though nobody told: the limit on the leg ends that.
  const client = clientInRoom(session);
  if (client && isOpen(client) && agentOnLine(session)) return;
  if (now >= hardDeadline) return fail(turn, null, tooLong(session, 'timeout'));
  turn.waits.push(hardDeadline);
}

/** The client has something to prove; one whose phone rings already is not cut off for what they changed meanwhile. */
function isUnproven(session: Session): boolean {
  const isOnThePhone = openAttempts(session, 'client').some(({ stage }) => stage !== 'reserved');
  return (session.people?.client.unproven ?? []).length > 0 && !isOnThePhone;
}

/** Once joined, only a leg's end or the time limit ends the call. */
function concludeConversation(turn: Turn, joined: NonNullable<Session['joined']>): void {
  const { session, now, policy } = turn;
  const { left = [] } = session.rooms[joined.room] ?? {};
  const leaver = findAttempt(session, left.find((id) => id === joined.agentId || id === joined.clientId) ?? '');
  if (!leaver) return;
  const talkedMs = now - (leaver.answered?.ours ?? now);
  const byLimit = talkedMs >= (policy.timeLimitSeconds - 2) * 1000;
  turn.session = { ...session, terminal: { type: 'completed', at: now } };
  turn.effects.push({
    do: 'publish',
    fact: {
      event: 'CallCompleted',
      data: {
        ...about(session),
        durationSeconds: Math.max(0, Math.round((now - joined.at) / 1000)),
        endedBy: byLimit ? 'limit' : leaver.leg,
      },
    },
  });
}

function fail(turn: Turn, leg: Leg | null, reason: Failure): void {
  const { session, now } = turn;
  turn.session = { ...session, terminal: { type: 'failed', leg, reason, at: now } };
  turn.effects.push({
    do: 'publish',
    fact: { event: 'CallFailed', data: { ...about(session), leg, reason, attempts: attemptsToTell(session, reason) } },
  });
}

/** Whoever was waited for in vain because the carrier takes no calls is told that, and not that it was late. */
function tooLong(session: Session, otherwise: Failure): Failure {
  return session.carrierDown ? 'carrier-error' : otherwise;
}

function attemptsToTell(session: Session, reason: Failure): DataOf<typeof CallFailed>['attempts'] {
  const told = session.attempts
    .filter((attempt) => attempt.stage !== 'reserved')
    .map((attempt) => ({
      leg: attempt.leg,
      n: attempt.n,
      outcome: attempt.outcome ?? (attempt.humanAt === undefined ? ('cancelled' as const) : ('human' as const)),
      startedAt: new Date(attempt.claimedAt ?? attempt.reservedAt).toISOString(),
      ringSeconds: attempt.ringSeconds ?? (attempt.rang && attempt.answered ? span(attempt.rang, attempt.answered) : 0),
    }));
  if (reason !== 'missed') return told;
  // Who was in another call all the while was never dialled; the reader should know why.
  const engaged = (['agent', 'client'] as const).flatMap((leg) => {
    const { since } = session.engaged[leg] ?? {};
    if (since === undefined) return [];
    return [
      {
        leg,
        n: told.filter((attempt) => attempt.leg === leg).length + 1,
        outcome: 'in-another-call' as const,
        startedAt: new Date(since).toISOString(),
        ringSeconds: 0,
      },
    ];
  });
  return [...told, ...engaged];
}

/** Attempts that count: those that rang somebody's phone, or may have. */
function tried(session: Session, leg: Leg): readonly Attempt[] {
  return session.attempts.filter((attempt) => attempt.leg === leg && attempt.stage !== 'reserved');
}

function isSpent(turn: Turn, leg: Leg): boolean {
  return turn.session.unreachable[leg] === true || tried(turn.session, leg).length >= turn.policy.attempts;
}

function openAttempts(session: Session, leg: Leg): readonly Attempt[] {
  return session.attempts.filter((attempt) => attempt.leg === leg && isOpen(attempt));
}

function dial(turn: Turn): void {
  const agent = agentOnLine(turn.session);
  if (agent) dialClient(turn, agent);
  else dialAgent(turn);
}

/** No agent is on the line: no client's phone rings, and the agent is dialled (again) while that makes sense. */
function dialAgent(turn: Turn): void {
  const abandoned = clientInRoom(turn.session);
  if (abandoned) {
    // They may have been talking, with word of it still under way.
    if (evidence(turn, abandoned) === 'awaited') return;
    release(turn, abandoned, 'apology');
  }
  for (const client of openAttempts(turn.session, 'client'))
    if (client.releasedAt === undefined) hangUp(turn, client, 'unwanted');
  const tooLateAt = latestStart(turn.session, turn.policy) + 1;
  for (const attempt of openAttempts(turn.session, 'agent'))
    if (attempt.stage === 'reserved') {
      // One that waits to be placed waits no longer than any other.
      if (turn.now >= tooLateAt) hangUp(turn, attempt, 'unwanted');
      else turn.waits.push(tooLateAt);
    }
  if (openAttempts(turn.session, 'agent').length > 0) return;

  const left = turn.session.attempts.findLast(({ leg }) => leg === 'agent')?.humanAt !== undefined;
  if (left && turn.policy.agentLeft === 'fail') return fail(turn, 'agent', 'agent-left');
  if (isSpent(turn, 'agent')) return fail(turn, 'agent', left ? 'agent-left' : 'agent-unreachable');
  if (turn.now >= tooLateAt) return fail(turn, null, tooLong(turn.session, 'missed'));
  turn.waits.push(tooLateAt);
  const apologised = openAttempts(turn.session, 'client');
  for (const client of apologised) if (client.releasedAt !== undefined) endAfterRelease(turn, client);
  if (apologised.length === 0) reserve(turn, 'agent');
}

/** The agent waits: the client is dialled (again), or the agent is told that nothing comes of it. */
function dialClient(turn: Turn, agent: Attempt): void {
  const client = clientInRoom(turn.session);
  const met = client?.room === agent.room ? client : undefined;
  const waitsUntil = (agent.humanAt ?? turn.now) + turn.policy.longestWaitSeconds * 1000;
  if (met) {
    const word = evidence(turn, met);
    // Only the carrier's denial ends what may be a conversation.
    if (word === 'absent' && turn.now >= waitsUntil) return fail(turn, null, 'timeout');
    if (isOpen(met) || word === 'awaited') return;
  }
  if (turn.now >= waitsUntil) return fail(turn, null, tooLong(turn.session, 'timeout'));
  turn.waits.push(waitsUntil);
  if (openAttempts(turn.session, 'client').length > 0) return;
  if (isSpent(turn, 'client')) return fail(turn, 'client', 'client-unreachable');
  reserve(turn, 'client');
}

/**
 * Whether the client's acceptance has led to a conversation is still awaited, or the conference is not there.
 * It tells of itself at once, as a rule; after a while it is asked for by name, and again as long as somebody is in it.
 */
function evidence(turn: Turn, client: { readonly room: string; readonly humanAt: number }): 'awaited' | 'absent' {
  const { askedAt, absentAt = 0 } = turn.session.rooms[client.room] ?? {};
  // What was asked before this client accepted was asked about another.
  const asked = askedAt !== undefined && askedAt > client.humanAt ? askedAt : undefined;
  const askAt =
    asked === undefined
      ? client.humanAt + turn.policy.evidenceSeconds * 1000
      : asked + turn.policy.repeatSeconds * 1000;
  const denied = asked !== undefined && absentAt >= asked;
  if (turn.now >= askAt) {
    if (asked !== undefined && !agentOnLine(turn.session)) return 'absent';
    turn.session = inRoom(turn.session, client.room, (known) => ({ ...known, askedAt: turn.now }));
    turn.effects.push({ do: 'fetch-room', room: client.room });
    turn.waits.push(turn.now + turn.policy.repeatSeconds * 1000);
    return denied ? 'absent' : 'awaited';
  }
  turn.waits.push(askAt);
  return denied ? 'absent' : 'awaited';
}

function retryAt(turn: Turn, leg: Leg): number {
  const attempts = tried(turn.session, leg);
  const last = attempts.at(-1);
  if (last?.endedAt === undefined) return turn.now;
  return last.endedAt + (turn.policy.backOffSeconds[attempts.length - 1] ?? 0) * 1000;
}

function reserve(turn: Turn, leg: Leg): void {
  const { session, now } = turn;
  const { agent, client } = session.engaged;
  const notBefore = Math.max(retryAt(turn, leg), agent?.lookAt ?? 0, client?.lookAt ?? 0);
  if (now < notBefore) {
    turn.waits.push(notBefore);
    return;
  }
  if (!session.people) return;
  const { agent: agentPerson, client: clientPerson } = session.people;
  const to = session.people[leg].phone;
  // No agent is rung for a client whose phone another session holds: each number has one open session.
  const needed = [agentPerson.phone, clientPerson.phone].filter((number) => !session.held.includes(number));
  const n = tried(session, leg).length + 1;
  const attempt: Attempt = {
    id: `${leg}-${n}`,
    leg,
    n,
    to,
    stage: 'reserved',
    creates: 1,
    reservedAt: now,
    watchAt: now + UNCLAIMED_MS,
  };
  turn.session = {
    ...session,
    attempts: [...session.attempts, attempt],
    held: [...session.held, ...new Set(needed)],
  };
  turn.effects.push({ do: 'create', attemptId: attempt.id, creates: 1 });
}

/** Tells somebody on the line that the call does not come about; they are hung up after the last word. */
function release(turn: Turn, attempt: Attempt, words: 'bad-news' | 'apology'): void {
  if (attempt.releasedAt !== undefined) return;
  change(turn, attempt, { releasedAt: turn.now });
  if (isOpen(attempt) && attempt.callSid !== undefined)
    turn.effects.push({ do: 'release', attemptId: attempt.id, callSid: attempt.callSid, words });
}

/** Asks the carrier to end a leg, and again until it has; one without an id is looked for first. */
function hangUp(turn: Turn, attempt: Attempt, why: 'late' | 'unwanted'): void {
  if (attempt.stage === 'reserved') {
    turn.session = without(turn.session, attempt);
    return;
  }
  if (!isOpen(attempt) || attempt.callSid === undefined) return;
  const againAt = (attempt.endAskedAt ?? Number.NEGATIVE_INFINITY) + turn.policy.repeatSeconds * 1000;
  if (turn.now < againAt) {
    turn.waits.push(againAt);
    return;
  }
  change(turn, attempt, { endAskedAt: turn.now, gaveUp: attempt.gaveUp ?? why });
  turn.effects.push({ do: 'end', attemptId: attempt.id, callSid: attempt.callSid });
  turn.waits.push(turn.now + turn.policy.repeatSeconds * 1000);
}

function endAfterRelease(turn: Turn, attempt: Attempt): void {
  const until = (attempt.releasedAt ?? turn.now) + turn.policy.releaseSeconds * 1000;
  if (turn.now < until) turn.waits.push(until);
  else hangUp(turn, attempt, 'unwanted');
}

/** Failures that an agent who waits is told of, rather than being cut off. */
const TOLD: ReadonlySet<string> = new Set(['client-unreachable', 'timeout', 'rejected-by-policy', 'carrier-error']);

/** The session is over: whoever is still on the line is told or hung up, until nobody is. */
function windDown(turn: Turn): void {
  const { terminal } = turn.session;
  if (terminal?.type === 'failed') {
    const agent = agentOnLine(turn.session);
    if (agent && TOLD.has(terminal.reason)) release(turn, agent, 'bad-news');
    const client = clientInRoom(turn.session);
    if (client && isOpen(client) && terminal.reason !== 'cancelled' && terminal.reason !== 'superseded')
      release(turn, client, 'apology');
  }
  for (const attempt of turn.session.attempts.filter(isOpen)) {
    if (attempt.releasedAt === undefined) hangUp(turn, attempt, 'unwanted');
    else endAfterRelease(turn, attempt);
  }
}

/** Looks at attempts whose word is overdue: webhooks are best effort. */
function watch(turn: Turn): void {
  for (const attempt of turn.session.attempts.filter(isOpen)) {
    if (attempt.stage === 'reserved') watchReserved(turn, attempt);
    else watchPlaced(turn, attempt);
  }
}

function watchReserved(turn: Turn, attempt: Attempt): void {
  const { now } = turn;
  if (now < attempt.watchAt) {
    turn.waits.push(attempt.watchAt);
    return;
  }
  // Put off, or its command was lost; which of its commands claims it does not matter.
  const dueAt = Math.max(now, attempt.notBefore ?? 0);
  const watchAt = dueAt + UNCLAIMED_MS;
  change(turn, attempt, { watchAt });
  turn.effects.push({
    do: 'create',
    attemptId: attempt.id,
    creates: attempt.creates,
    ...(dueAt > now && { dueAt }),
  });
  turn.waits.push(watchAt);
}

function watchPlaced(turn: Turn, attempt: Attempt): void {
  const { now, policy } = turn;
  const { deadline = 0 } = attempt;
  if (attempt.stage !== 'human' && attempt.callSid !== undefined) {
    // Neither accepted nor over in the time that both need.
    if (now >= deadline) hangUp(turn, attempt, 'late');
    else turn.waits.push(deadline);
  }
  if (now >= attempt.watchAt) {
    const againSeconds = attempt.stage === 'human' ? policy.engagedWatchSeconds : policy.repeatSeconds;
    change(turn, attempt, { watchAt: now + againSeconds * 1000 });
    turn.effects.push({ do: 'fetch', attemptId: attempt.id });
    turn.waits.push(now + againSeconds * 1000);
  } else turn.waits.push(attempt.watchAt);
}

/** What was answered costs by the minute until it ends; what only rang costs nothing (Twilio's prices). */
function bill(turn: Turn): void {
  for (const attempt of turn.session.attempts) {
    if (attempt.endedAt === undefined || attempt.answered === undefined || attempt.billed) continue;
    const seconds = span(attempt.answered, attempt.final?.moment ?? { ours: attempt.endedAt });
    change(turn, attempt, { billed: true });
    turn.effects.push({ do: 'bill', attemptId: attempt.id, seconds });
  }
}

function hangUpStrays(turn: Turn): void {
  for (const callSid of turn.session.strays) turn.effects.push({ do: 'end-stray', callSid });
  if (turn.session.strays.length > 0) turn.session = { ...turn.session, strays: [] };
}

/** Closes the session, or sees to it that it is woken when something is to be decided next. */
function rest(turn: Turn): void {
  const { session, now } = turn;
  if (session.terminal && session.attempts.every((attempt) => !isOpen(attempt))) {
    const { people: _people, wakeAt: _wakeAt, ...kept } = session;
    turn.session = {
      ...kept,
      closed: true,
      held: [],
      attempts: session.attempts.map(({ to: _to, ...attempt }) => attempt),
    };
    return;
  }
  if (turn.waits.length === 0) return;
  const needed = Math.min(now + LONGEST_NAP_MS, Math.max(now + 1, Math.min(...turn.waits)));
  const isArmed = session.wakeAt !== undefined && session.wakeAt > now && session.wakeAt <= needed;
  if (isArmed) return;
  turn.session = { ...session, wakeAt: needed };
  turn.effects.push({ do: 'wake', dueAt: needed });
}
