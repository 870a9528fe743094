import type { Question } from '../src/domain/answer';
import { isFinal } from '../src/domain/outcome';
import { type CallPolicy, callPolicy } from '../src/domain/policy';
import type { Advanced, Attempt, Effect, Fact, Input, Leg, Session } from '../src/domain/session';
import { agenda } from './agenda';
import { THE_MACHINE, type Machine } from './machine';
import { BEHAVIOURS, stormyCarrier, type Behaviour } from './stormy-carrier';

/** How unreliable the world is; each a probability per occasion. */
export interface Weather {
  /** A callback never arrives. */
  readonly lost: number;
  /** A callback, a question or a message of a queue comes twice. */
  readonly duplicated: number;
  readonly jitterMs: number;
  /** A document cannot be had, however often it is asked for. */
  readonly twimlFails: number;
  /** A call must wait its turn, or for the carrier to take calls of the account again. */
  readonly putOff: number;
  /** Policy forbids to dial one of the two. */
  readonly forbidden: number;
  /** Right before a claim the client turns out to have something to prove, or to have proven it. */
  readonly unproven: number;
  /** Creates: 429; no connection; 4xx; 500; 503; connection reset; accepted and never answered. */
  readonly throttled: number;
  readonly unsent: number;
  readonly refused: number;
  readonly serverError: number;
  readonly unavailable: number;
  readonly reset: number;
  readonly timedOut: number;
  /** The process dies before, between or after any two things that it does. */
  readonly crash: number;
  /** Any other request to the carrier has no answer. */
  readonly apiFails: number;
  readonly stuckInQueue: number;
  /** A phone is held by somebody else's session. */
  readonly engaged: number;
}

export const CALM: Weather = {
  lost: 0,
  duplicated: 0,
  jitterMs: 200,
  twimlFails: 0,
  putOff: 0,
  forbidden: 0,
  unproven: 0,
  throttled: 0,
  unsent: 0,
  refused: 0,
  serverError: 0,
  unavailable: 0,
  reset: 0,
  timedOut: 0,
  crash: 0,
  apiFails: 0,
  stuckInQueue: 0,
  engaged: 0,
};

export const STORM: Weather = {
  lost: 0.2,
  duplicated: 0.2,
  jitterMs: 20_000,
  twimlFails: 0.05,
  putOff: 0.05,
  forbidden: 0.01,
  unproven: 0.01,
  throttled: 0.08,
  unsent: 0.02,
  refused: 0.02,
  serverError: 0.03,
  unavailable: 0.03,
  reset: 0.03,
  timedOut: 0.08,
  crash: 0.03,
  apiFails: 0.2,
  stuckInQueue: 0.03,
  engaged: 0.1,
};

export interface Ending {
  readonly session: Session;
  readonly published: readonly Fact[];
  readonly violations: readonly string[];
  /** Calls that the carrier placed for the session. */
  readonly placed: Readonly<Record<Leg, number>>;
  /** Whether both legs ever were in one conference at the same time. */
  readonly met: boolean;
  readonly steps: number;
}

export interface StormOptions {
  readonly seed: number;
  readonly weather: Weather;
  readonly policy?: Partial<CallPolicy>;
  /** What becomes of the appointment on the way; a moved one has a session of its own soon after. */
  readonly change?: { readonly as: 'cancelled' | 'moved'; readonly afterMs: number } | undefined;
  readonly behaviours?: readonly Behaviour[];
  readonly talkMs?: number;
  /** @default the one that is deployed */
  readonly machine?: Machine;
  /** Whether a call whose id was never learnt can be looked for. @default true */
  readonly canFind?: boolean;
  /** Told of every decision, for whoever wants to follow a session. */
  readonly trace?: (line: string) => void;
}

const STARTS_AT = Date.parse('2026-12-01T15:00:00Z');
const AGENT = '+12025550100';
const CLIENT = '+12025550123';
const client = { name: 'Ada', phone: CLIENT };
const RANK = ['reserved', 'submitted', 'live', 'ringing', 'answered', 'human', 'ended'];
/** A message whose handling died comes again when its queue's visibility time-out is over. */
const VISIBLE_AGAIN_MS = 180_000;
const MOST_STEPS = 20_000;

/** What a handler does, in pieces: each `yield` is a place where it waits for so many milliseconds, or dies. */
type Work = Generator<number, void>;

/**
 * Runs an appointment's call to its end against a carrier that does what it likes, queues that repeat and processes that
 * die. Everything follows from `seed`. What must never happen is noted as it happens.
 */
export function runSession(options: StormOptions): Ending {
  const { weather, behaviours = BEHAVIOURS, talkMs, canFind = true } = options;
  const { agentOnLine, answerTo, findAttempt, isStillToEnd, newSession, step } = options.machine ?? THE_MACHINE;
  const policy = callPolicy().parse({ timeLimitSeconds: 900, ...options.policy });
  const random = mulberry32(options.seed);
  const chance = (probability: number) => probability > 0 && random() < probability;
  const between = (low: number, high: number) => low + Math.floor(random() * (high - low));
  const pick = <T>(items: readonly T[]): T => items[between(0, items.length)] as T;

  const future = agenda<() => void>(STARTS_AT);
  const later = (ms: number, run: () => void) => future.plan(ms, run);
  const violations: string[] = [];
  const broken = (what: string) => violations.push(`${what} at +${(future.now - STARTS_AT) / 1000}s`);

  // ── The table ─────────────────────────────────────────────────────────────────────────────────────────────────────

  const sessions = new Map<string, Session>();
  const decided = new Map<string, Fact[]>();
  const carried = new Set<Fact>();
  const held = new Map<string, string>();
  const billed = new Set<string>();
  const appointment = { version: 1, cancelled: false };

  const load = (id: string): Session => {
    const session = sessions.get(id);
    if (!session) throw new Error(`there is no session ${id}`);
    return session;
  };
  const overtaken = ({ appointmentVersion }: Session): readonly Input[] => {
    if (appointment.cancelled) return [{ type: 'called-off', as: 'cancelled' }];
    return appointment.version > appointmentVersion ? [{ type: 'called-off', as: 'superseded' }] : [];
  };

  /** One decision and its write: facts, effects and held phones together, or nothing. */
  const decide = (before: Session, inputs: readonly Input[]): Session => {
    const { id } = before;
    const told = [...inputs];
    let advanced = step(before, told, policy, future.now);
    for (let tries = 0; tries < 3; tries += 1) {
      const needed = advanced.session.held.filter((number) => !before.held.includes(number));
      const engaged =
        needed.find((number) => (held.get(number) ?? id) !== id) ??
        (needed.length > 0 && tries === 0 && chance(weather.engaged) ? pick(needed) : undefined);
      if (engaged === undefined) break;
      told.push({ type: 'engaged', leg: engaged === AGENT ? 'agent' : 'client' });
      advanced = step(before, told, policy, future.now);
    }
    const { session, effects } = advanced;
    options.trace?.(
      `+${(future.now - STARTS_AT) / 1000}s ${id} ${JSON.stringify(told)} → ${JSON.stringify(effects)} ${session.attempts.map((attempt) => `${attempt.id} ${attempt.stage}`).join(', ')}`,
    );
    checkStep(before, advanced, told);
    sessions.set(id, session);
    for (const number of before.held) if (!session.held.includes(number)) held.delete(number);
    for (const number of session.held) held.set(number, id);
    if (effects.length > 0) later(between(0, 300), () => carry(id, effects));
    return session;
  };
  const feed = (id: string, input: Input, refresh = false): Session => {
    const before = load(id);
    return decide(before, [...(refresh && !before.closed ? overtaken(before) : []), input]);
  };

  const checkStep = (before: Session, { session: after, effects }: Advanced, inputs: readonly Input[]): void => {
    const input = inputs.at(-1);
    for (const attempt of before.attempts) {
      const then = findAttempt(after, attempt.id);
      if (attempt.stage === 'ended' && then?.stage !== 'ended') broken('I9: an ended attempt lives again');
      // Only a call that was surely not placed leaves no trace.
      const stood = attempt.stage !== 'reserved' && input?.type !== 'not-placed' && input?.type !== 'probe-refused';
      if (stood && then === undefined) broken('I9: an attempt vanished');
      if (stood && then && RANK.indexOf(then.stage) < RANK.indexOf(attempt.stage)) broken('I9: an attempt fell back');
      if (attempt.stage === 'reserved' && then?.stage === 'submitted') {
        checkClaim(before, attempt);
        if (after.terminal) broken('I5: claimed in the write that ended it');
      }
    }
    if (new Set(after.attempts.map(({ id }) => id)).size !== after.attempts.length)
      broken('I9: an attempt is there twice');
    for (const leg of ['agent', 'client'] as const)
      if (after.attempts.filter((attempt) => attempt.leg === leg).length > 3) broken('I9: a fourth attempt');
    const isDialling = ({ do: what }: Effect) => what === 'create';
    const again = step(after, input ? [input] : [], policy, future.now);
    if (again.effects.some((effect) => effect.do === 'publish' || (effect.do === 'create' && !effect.dueAt)))
      broken(`I10: the same ${input?.type} again published or dialled`);
    if (before.terminal && effects.some(isDialling)) broken('I5: dialled after the end');
    for (const effect of effects) {
      if (effect.do === 'bill') {
        if (billed.has(`${after.id}/${effect.attemptId}`)) broken('a call was billed twice');
        billed.add(`${after.id}/${effect.attemptId}`);
      }
      if (effect.do !== 'publish') continue;
      decided.get(after.id)?.push(effect.fact);
      if (effect.fact.event === 'CallConnected' && !carrier.met.has(after.joined?.room ?? ''))
        broken('connected, though the two were never in one conference');
    }
  };

  const checkClaim = (session: Session, { leg }: Attempt): void => {
    if ((session.people?.client.unproven ?? []).length > 0) broken('dialled for a client who has something to prove');
    if (session.terminal) broken('I5: claimed after the end');
    if (leg === 'client' && !agentOnLine(session)) broken('I4: the client is dialled without an agent');
    if (overtaken(session).length > 0) broken('dialled for an appointment that was changed before');
  };

  // ── The publisher, and the queues ─────────────────────────────────────────────────────────────────────────────────

  /** Carries the effects of one write, in any order; dying in between it carries all of them again. */
  const carry = (id: string, effects: readonly Effect[]): void => {
    for (const effect of shuffled(effects)) {
      if (chance(weather.crash)) return later(between(500, 60_000), () => carry(id, effects));
      send(id, effect);
      if (chance(weather.duplicated)) send(id, effect);
    }
  };
  const shuffled = <T>(items: readonly T[]): readonly T[] => {
    const order = [...items];
    for (let index = order.length - 1; index > 0; index -= 1) {
      const other = between(0, index + 1);
      [order[index], order[other]] = [order[other] as T, order[index] as T];
    }
    return order;
  };

  const send = (id: string, effect: Effect): void => {
    switch (effect.do) {
      case 'publish':
        carried.add(effect.fact);
        return;
      case 'bill':
        return;
      case 'wake':
        return enqueue(Math.ceil((effect.dueAt - future.now) / 1000) * 1000, () => wake(id));
      case 'create':
        return enqueue((effect.dueAt ?? 0) - future.now, () => create(id, effect));
      case 'end':
        return enqueue(0, () => end(id, effect.attemptId, effect.callSid));
      case 'release':
        return enqueue(0, () => release(id, effect.attemptId, effect.callSid));
      case 'fetch':
        return enqueue(0, () => fetch(id, effect.attemptId));
      case 'fetch-room':
        return enqueue(0, () => fetchRoom(id, effect.room));
      case 'end-stray':
        return enqueue(0, () => endStray(effect.callSid));
      default:
        effect satisfies never;
    }
  };

  const enqueue = (delayMs: number, work: () => Work): void => later(delayMs + between(0, 500), () => handle(work));

  const handle = (work: () => Work): void => {
    const running = work();
    const go = (): void => {
      if (chance(weather.crash)) return later(VISIBLE_AGAIN_MS, () => handle(work));
      const { done, value } = running.next();
      if (done !== true) later(value, go);
      else if (chance(weather.crash)) later(VISIBLE_AGAIN_MS, () => handle(work));
    };
    go();
  };

  // ── The handlers, as src/app has them ─────────────────────────────────────────────────────────────────────────────

  const pause = () => between(0, 300);
  const openAttempt = (id: string, attemptId: string): Attempt | undefined => {
    const attempt = findAttempt(load(id), attemptId);
    return attempt?.stage === 'ended' ? undefined : attempt;
  };

  function* wake(id: string): Work {
    feed(id, { type: 'wake' }, true);
    yield 0;
  }

  function* create(id: string, { attemptId, creates }: Extract<Effect, { do: 'create' }>): Work {
    const reserved = openAttempt(id, attemptId);
    if (reserved?.stage !== 'reserved' || reserved.creates !== creates) return;
    yield pause();
    const isProbe = chance(weather.putOff);
    const because = isProbe && chance(0.5) ? 'carrier-down' : 'paced';
    const mustWait = because === 'carrier-down' || (reserved.slotAt === undefined && chance(weather.putOff));
    if (chance(weather.forbidden)) {
      const isOfClient = reserved.leg === 'agent' && chance(0.5);
      feed(
        id,
        isOfClient
          ? { type: 'forbidden', leg: 'client' }
          : { type: 'refused', attemptId, outcome: 'rejected-by-policy' },
      );
      return;
    }
    if (mustWait) {
      feed(id, { type: 'put-off', attemptId, creates, until: inAWhile(), because });
      return;
    }
    if (chance(weather.unproven)) {
      const unproven = chance(0.5) ? ['phone'] : [];
      feed(id, { type: 'people', agent: { name: 'Alex', phone: AGENT }, client: { ...client, unproven } });
    }
    yield pause();
    const before = findAttempt(load(id), attemptId);
    const claim: Input = { type: 'claim', attemptId, creates, queueMs: longestQueueMs() };
    const after = feed(id, claim, true);
    const claimed = findAttempt(after, attemptId);
    if (before?.stage !== 'reserved' || claimed?.stage !== 'submitted' || after.terminal) return;
    if (claimed.to === undefined) return;
    yield pause();
    const answer = carrier.create({ sessionId: id, attemptId, leg: claimed.leg }, claimed.to);
    yield answer.afterMs;
    if (answer.type === 'created') {
      feed(id, { type: 'created', attemptId, callSid: answer.callSid, queueMs: answer.queueMs });
      queued.push({ at: future.now, ms: answer.queueMs });
    }
    if (answer.type === 'not-placed') feed(id, { type: 'not-placed', attemptId, creates });
    if (answer.type === 'refused')
      feed(
        id,
        isProbe && answer.outcome === 'carrier-error'
          ? { type: 'probe-refused', attemptId, creates, until: inAWhile() }
          : { type: 'refused', attemptId, outcome: answer.outcome },
      );
  }

  const inAWhile = () => future.now + between(1000, 60_000);
  /** What the carrier told of its queue. */
  const queued: { readonly at: number; readonly ms: number }[] = [];
  const longestQueueMs = () =>
    queued.reduce((longest, { at, ms }) => (at > future.now - 900_000 ? Math.max(longest, ms) : longest), 0);

  function* end(id: string, attemptId: string, callSid: string): Work {
    const attempt = findAttempt(load(id), attemptId);
    if (!attempt || !isStillToEnd(load(id), attempt)) return;
    if (chance(weather.apiFails)) return;
    checkCut(id, callSid);
    const ended = carrier.end(callSid);
    yield pause();
    yield* tell(id, attemptId, ended ?? carrier.fetch(callSid));
  }

  function* release(id: string, attemptId: string, callSid: string): Work {
    if (!openAttempt(id, attemptId)) return;
    yield pause();
    // Tried again for as long as the words make sense.
    for (let tries = 0; tries < 4 && chance(weather.apiFails); tries += 1) yield 5000;
    checkCut(id, callSid);
    if (carrier.say(callSid) === null) yield* tell(id, attemptId, carrier.fetch(callSid));
  }

  /** Two people who talk are left alone, unless their appointment was called off before we knew that they had met. */
  const checkCut = (id: string, callSid: string): void => {
    if (carrier.isTalking(callSid) && !load(id).calledOff) broken('a conversation was cut short');
  };

  function* fetch(id: string, attemptId: string): Work {
    const attempt = openAttempt(id, attemptId);
    if (!attempt) return;
    yield pause();
    if (chance(weather.apiFails)) return;
    const { callSid, to, claimedAt, deadline } = attempt;
    if (callSid !== undefined) yield* tell(id, attemptId, carrier.fetch(callSid));
    else if (to !== undefined && claimedAt !== undefined && deadline !== undefined)
      yield* tell(id, attemptId, canFind ? carrier.find(to, claimedAt, deadline) : null);
  }

  function* fetchRoom(id: string, room: string): Work {
    if (chance(weather.apiFails)) return;
    const inProgress = carrier.isRoomInProgress(room);
    yield pause();
    feed(id, { type: 'room-fetched', room, inProgress });
  }

  function* endStray(callSid: string): Work {
    for (let tries = 0; tries < 10 && chance(weather.apiFails); tries += 1) yield 5000;
    carrier.end(callSid);
  }

  /** What the carrier said is some seconds old when it is recorded. */
  function* tell(id: string, attemptId: string, found: { callSid: string; status: string } | null): Work {
    yield between(0, 3000);
    feed(id, { type: 'fetched', attemptId, found });
  }

  const carrier = stormyCarrier(
    { now: () => future.now, later, chance, between, pick, weather, policy, behaviours, talkMs, broken },
    {
      tell: (id, input) => {
        // Not answered, it is told again, though not for ever (`rc=3`).
        const arrive = (tries: number): void => {
          if (chance(weather.crash)) return tries > 1 ? later(4000, () => arrive(tries - 1)) : undefined;
          feed(id, input);
          if (tries > 1 && chance(weather.crash)) later(4000, () => arrive(tries - 1));
        };
        arrive(4);
      },
      ask: (id, input, attemptId, callSid, question: Question) => {
        if (chance(weather.crash)) return undefined;
        const session = feed(id, input);
        if (chance(weather.crash)) return undefined;
        const answer = answerTo(session, attemptId, callSid, question);
        const again = answerTo(session, attemptId, callSid, question);
        if (answer.say !== again.say) broken('the same question had two answers');
        const attempt = findAttempt(session, attemptId);
        if (answer.say === 'conference' && attempt?.leg === 'client' && !agentOnLine(session))
          broken('I11: a client was sent to a room without an agent');
        return answer;
      },
    },
  );

  // ── The appointment ───────────────────────────────────────────────────────────────────────────────────────────────

  const start = (version: number): void => {
    const id = `cs_1_${version}`;
    if (sessions.has(id) || appointment.cancelled || appointment.version !== version) return;
    const session = newSession({
      id,
      appointmentId: 'apt_1',
      appointmentVersion: version,
      startsAt: future.now,
      startedAt: future.now,
      agent: { name: 'Alex', phone: AGENT },
      client,
    });
    decided.set(id, []);
    decide(session, []);
  };
  const due = (version: number): void => {
    start(version);
    if (chance(weather.duplicated)) later(between(0, 30_000), () => start(version));
  };

  function* callOff(as: 'cancelled' | 'superseded'): Work {
    for (const id of sessions.keys()) {
      if (load(id).appointmentVersion === appointment.version) continue;
      yield pause();
      feed(id, { type: 'called-off', as });
    }
  }

  due(1);
  const { change } = options;
  if (change)
    later(change.afterMs, () => {
      appointment.version += 1;
      appointment.cancelled = change.as === 'cancelled';
      enqueue(between(0, 5000), () => callOff(change.as === 'cancelled' ? 'cancelled' : 'superseded'));
      if (change.as === 'moved') later(between(0, 60_000), () => due(2));
    });

  let steps = 0;
  for (let run = future.next(); run && steps < MOST_STEPS; run = future.next()) {
    steps += 1;
    run();
  }

  // ── At rest ───────────────────────────────────────────────────────────────────────────────────────────────────────

  if (steps >= MOST_STEPS) broken('I8: it never comes to rest');
  const calls = [...carrier.calls.values()];
  if (calls.some((call) => !isFinal(call.status))) broken('I7: a call is alive at rest');
  if (held.size > 0) broken('a number is still held at rest');
  for (const session of sessions.values()) {
    const facts = decided.get(session.id) ?? [];
    const terminals = facts.filter(({ event }) => event === 'CallCompleted' || event === 'CallFailed');
    if (terminals.length !== 1) broken(`I3: ${terminals.length} terminal events`);
    if (facts.at(-1) !== terminals[0]) broken('I3: an event after the terminal one');
    if (facts.some((fact) => !carried.has(fact))) broken('I3: an event was never carried');
    if (!session.closed) broken('I8: the session is not closed');
    if (session.held.length > 0) broken('a number is still held at rest');
    const connected = facts.filter(({ event }) => event === 'CallConnected').length;
    if (terminals[0]?.event === 'CallCompleted' && connected !== 1) broken('completed without having been connected');
    for (const leg of ['agent', 'client'] as const)
      if (calls.filter((call) => call.sessionId === session.id && call.leg === leg).length > 3)
        broken(`I2: a fourth call of the ${leg}`);
    if (
      session.terminal?.type === 'failed' &&
      session.terminal.reason === 'timeout' &&
      session.terminal.at >= session.startedAt + policy.sessionSeconds * 1000
    )
      broken('I8: the session ran into its deadline');
  }
  const session = load('cs_1_1');
  const placedOf = (leg: Leg) => calls.filter((call) => call.sessionId === session.id && call.leg === leg).length;
  return {
    session,
    published: decided.get(session.id) ?? [],
    violations,
    placed: { agent: placedOf('agent'), client: placedOf('client') },
    met: carrier.met.size > 0,
    steps,
  };
}

function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
