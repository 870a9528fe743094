import type { Question } from '../src/domain/answer';
import { isFinal } from '../src/domain/outcome';
import { CallPolicy } from '../src/domain/policy';
import type { Advanced, Effect, Fact, Input, Leg, Session } from '../src/domain/session';
import { THE_MACHINE, type Machine } from './machine';

/** How unreliable the world is; each a probability per occasion. */
export interface Weather {
  readonly lost: number;
  readonly duplicated: number;
  readonly jitterMs: number;
  readonly twimlFails: number;
  readonly createAnswerLost: number;
  readonly createFails: number;
  readonly throttled: number;
  readonly crash: number;
  readonly apiFails: number;
  readonly stuckInQueue: number;
  readonly engaged: number;
  readonly refused: number;
}

export const CALM: Weather = {
  lost: 0,
  duplicated: 0,
  jitterMs: 200,
  twimlFails: 0,
  createAnswerLost: 0,
  createFails: 0,
  throttled: 0,
  crash: 0,
  apiFails: 0,
  stuckInQueue: 0,
  engaged: 0,
  refused: 0,
};

export const STORM: Weather = {
  lost: 0.2,
  duplicated: 0.2,
  jitterMs: 20_000,
  twimlFails: 0.05,
  createAnswerLost: 0.08,
  createFails: 0.05,
  throttled: 0.08,
  crash: 0.03,
  apiFails: 0.2,
  stuckInQueue: 0.03,
  engaged: 0.1,
  refused: 0.02,
};

type Behaviour = 'accept' | 'silent' | 'wrong-key' | 'voicemail' | 'no-answer' | 'busy' | 'unreachable' | 'decline';
const BEHAVIOURS: readonly Behaviour[] = [
  'accept',
  'accept',
  'accept',
  'silent',
  'wrong-key',
  'voicemail',
  'no-answer',
  'busy',
  'unreachable',
  'decline',
];

interface Call {
  readonly sid: string;
  readonly attemptId: string;
  readonly leg: Leg;
  readonly behaviour: Behaviour;
  status: string;
  sipCode?: number;
  answeredBy?: string;
  room?: string;
  told?: boolean;
}

interface Happening {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

export interface Ending {
  readonly session: Session;
  readonly published: readonly Fact[];
  readonly violations: readonly string[];
  readonly placed: Readonly<Record<Leg, number>>;
  readonly steps: number;
}

const STARTS_AT = Date.parse('2026-12-01T15:00:00Z');
const RANK = ['reserved', 'submitted', 'live', 'ringing', 'answered', 'human', 'ended'];

/**
 * Runs one session to its end against a carrier that does what it likes, and a queue that repeats and a process that dies.
 * Everything follows from `seed`. What must never happen is noted as it happens.
 */
export function runSession(options: {
  readonly seed: number;
  readonly weather: Weather;
  readonly policy?: Partial<CallPolicy>;
  readonly cancelAfterMs?: number | undefined;
  readonly behaviours?: readonly Behaviour[];
  readonly talkMs?: number;
  /** @default the one that is deployed */
  readonly machine?: Machine;
}): Ending {
  const { weather, behaviours = BEHAVIOURS } = options;
  const { agentOnLine, answerTo, findAttempt, newSession, step } = options.machine ?? THE_MACHINE;
  const policy = CallPolicy.parse({ timeLimitSeconds: 900, ...options.policy });
  const random = mulberry32(options.seed);
  const chance = (probability: number) => random() < probability;
  const between = (low: number, high: number) => low + Math.floor(random() * (high - low));
  const pick = <T>(items: readonly T[]): T => items[between(0, items.length)] as T;

  let now = STARTS_AT;
  let order = 0;
  const agenda: Happening[] = [];
  const later = (ms: number, run: () => void) => agenda.push({ at: now + ms, order: order++, run });
  const jitter = () => between(0, weather.jitterMs + 1);

  const calls = new Map<string, Call>();
  const rooms = new Map<string, Set<string>>();
  const published: Fact[] = [];
  const violations: string[] = [];
  const placed = { agent: 0, client: 0 };
  const visited = new Map<string, Set<Leg>>();
  const broken = (what: string) => violations.push(`${what} at +${(now - STARTS_AT) / 1000}s`);

  let session = newSession({
    id: 'cs_1_1',
    appointmentId: 'apt_1',
    appointmentVersion: 1,
    startsAt: STARTS_AT,
    startedAt: now,
    agent: { name: 'Alex', phone: '+12025550100' },
    client: { name: 'Ada', phone: '+12025550123' },
  });

  const feed = (input: Input): void => {
    let inputs: Input[] = [input];
    let outcome = step(session, inputs, policy, now);
    const isDialling = outcome.effects.find((effect) => effect.do === 'create');
    const isNew = isDialling && findAttempt(session, isDialling.attemptId) === undefined;
    if (isDialling && isNew && chance(weather.engaged)) {
      inputs = [input, { type: 'engaged', leg: isDialling.attemptId.startsWith('agent') ? 'agent' : 'client' }];
      outcome = step(session, inputs, policy, now);
    }
    checkStep(session, outcome, inputs);
    session = outcome.session;
    for (const effect of outcome.effects) carryOut(effect);
  };

  const checkStep = (before: Session, after: Advanced, inputs: readonly Input[]): void => {
    for (const attempt of before.attempts) {
      const then = findAttempt(after.session, attempt.id);
      if (attempt.stage === 'ended' && then?.stage !== 'ended') broken('I9: an ended attempt lives again');
      if (then === undefined && attempt.stage !== 'reserved') broken('I9: an attempt vanished');
      if (then && RANK.indexOf(then.stage) < RANK.indexOf(attempt.stage) && inputs[0]?.type !== 'not-placed')
        broken('I9: an attempt fell back');
    }
    if (new Set(after.session.attempts.map(({ id }) => id)).size !== after.session.attempts.length)
      broken('I9: an attempt is there twice');
    for (const leg of ['agent', 'client'] as const)
      if (after.session.attempts.filter((attempt) => attempt.leg === leg).length > 3) broken('I9: a fourth attempt');
    const again = step(after.session, inputs[0]?.type === 'engaged' ? [] : inputs.slice(0, 1), policy, now);
    if (
      again.effects.some((effect) => effect.do === 'publish' || (effect.do === 'create' && effect.dueAt === undefined))
    )
      broken(`I10: the same ${inputs[0]?.type} again published or dialled`);
    if (before.terminal && after.effects.some((effect) => effect.do === 'create')) broken('I5: dialled after the end');
  };

  const deliver = (make: () => void): void => {
    if (!chance(weather.lost)) later(jitter(), make);
    if (chance(weather.duplicated)) later(jitter() + between(0, 30_000), make);
  };

  const carryOut = (effect: Effect): void => {
    switch (effect.do) {
      case 'publish':
        published.push(effect.fact);
        if (effect.fact.event === 'CallConnected' && ![...visited.values()].some(({ size }) => size === 2))
          broken('connected, though no room was entered by both');
        break;
      case 'wake':
        later(Math.ceil((effect.dueAt - now) / 1000) * 1000, () => feed({ type: 'wake' }));
        break;
      case 'create': {
        const run = () => create(effect.attemptId, effect.creates);
        later(Math.max(0, (effect.dueAt ?? now) - now) + between(0, 500), run);
        if (chance(weather.duplicated)) later(between(0, 60_000), run);
        break;
      }
      case 'bill':
        break;
      case 'end':
      case 'end-stray':
        if (!chance(weather.apiFails))
          later(between(0, 500), () => {
            const call = calls.get(effect.callSid);
            if (call && !isFinal(call.status)) hangUp(call, call.status === 'in-progress' ? 'completed' : 'canceled');
          });
        break;
      case 'release':
        if (!chance(weather.apiFails))
          later(between(0, 500), () => {
            const call = calls.get(effect.callSid);
            if (call?.status !== 'in-progress') return;
            call.told = true;
            leaveRoom(call, false);
            later(4000, () => hangUp(call, 'completed'));
          });
        break;
      case 'fetch':
        if (!chance(weather.apiFails)) {
          const read = () => {
            const attempt = findAttempt(session, effect.attemptId);
            const call = attempt?.callSid
              ? calls.get(attempt.callSid)
              : [...calls.values()].find(({ attemptId }) => attemptId === effect.attemptId);
            return call ? { callSid: call.sid, status: call.status } : null;
          };
          // The carrier's answer may be as old as the request.
          const stale = read();
          const useStale = chance(0.3);
          later(between(0, 3000), () =>
            feed({ type: 'fetched', attemptId: effect.attemptId, found: useStale ? stale : read() }),
          );
        }
        break;
      case 'fetch-room':
        if (!chance(weather.apiFails))
          later(between(0, 500), () =>
            feed({ type: 'room-fetched', room: effect.room, inProgress: (rooms.get(effect.room)?.size ?? 0) === 2 }),
          );
        break;
      default:
        effect satisfies never;
    }
  };

  const create = (attemptId: string, creates: number): void => {
    if (chance(weather.crash)) return void later(60_000, () => create(attemptId, creates));
    const before = findAttempt(session, attemptId);
    feed({ type: 'claim', attemptId, creates });
    const attempt = findAttempt(session, attemptId);
    if (before?.stage !== 'reserved' || attempt?.stage !== 'submitted') return;
    if (chance(weather.crash)) return;
    if (chance(weather.throttled)) return feed({ type: 'not-placed', attemptId, creates });
    if (chance(weather.refused))
      return feed({ type: 'refused', attemptId, outcome: pick(['invalid-number', 'carrier-error']) });
    if (chance(weather.createFails)) return;
    const call = place(attemptId, attempt.leg);
    if (chance(weather.createAnswerLost) || chance(weather.crash)) return;
    later(between(0, 2000), () => feed({ type: 'created', attemptId, callSid: call.sid, queueMs: 0 }));
  };

  const place = (attemptId: string, leg: Leg): Call => {
    placed[leg] += 1;
    if (placed[leg] > 3) broken(`I2: a fourth call of the ${leg}`);
    if ([...calls.values()].some((call) => call.leg === leg && !isFinal(call.status)))
      broken(`I1: two live calls of the ${leg}`);
    if (session.terminal) broken('I5: placed after the end');
    if (leg === 'client' && !agentOnLine(session)) broken('I4: the client was dialled without an agent');
    const call: Call = {
      sid: `CA${calls.size + 1}`,
      attemptId,
      leg,
      behaviour: pick(behaviours),
      status: 'queued',
    };
    calls.set(call.sid, call);
    later(chance(weather.stuckInQueue) ? between(60_000, 420_000) : between(0, 1000), () => ring(call));
    return call;
  };

  const tell = (call: Call): void => {
    const { status, sipCode } = call;
    const at = Math.floor(now / 1000) * 1000;
    deliver(() => feed({ type: 'status', attemptId: call.attemptId, callSid: call.sid, status, sipCode, at }));
  };

  const hangUp = (call: Call, status: string, sipCode?: number): void => {
    if (isFinal(call.status)) return;
    call.status = status;
    if (sipCode !== undefined) call.sipCode = sipCode;
    leaveRoom(call, true);
    tell(call);
  };

  const ring = (call: Call): void => {
    if (isFinal(call.status)) return;
    if (call.behaviour === 'busy') return hangUp(call, 'busy', 486);
    if (call.behaviour === 'unreachable') return hangUp(call, 'failed', 480);
    call.status = 'ringing';
    tell(call);
    if (call.behaviour === 'decline') return void later(3000, () => hangUp(call, 'no-answer', 603));
    if (call.behaviour === 'no-answer')
      return void later((policy.ringSeconds + 5) * 1000, () => hangUp(call, 'no-answer', 487));
    later(between(500, 15_000), () => {
      if (isFinal(call.status)) return;
      call.status = 'in-progress';
      call.answeredBy = call.behaviour === 'voicemail' ? 'machine_start' : 'human';
      tell(call);
      later(policy.timeLimitSeconds * 1000, () => hangUp(call, 'completed'));
      if (call.behaviour === 'voicemail') later(30_000, () => hangUp(call, 'completed'));
      ask(call, 'answer');
    });
  };

  /** The carrier fetches a document and runs it. */
  const ask = (call: Call, question: Question, digits = ''): void => {
    later(between(0, 800), () => {
      if (call.status !== 'in-progress' || call.told) return;
      if (chance(weather.twimlFails)) return hangUp(call, 'completed');
      const base = { attemptId: call.attemptId, callSid: call.sid };
      const put = () =>
        feed(
          question === 'answer'
            ? { type: 'answered', ...base, answeredBy: call.answeredBy }
            : question === 'key'
              ? { type: 'key', ...base, digits }
              : { type: 'dial-ended', ...base },
        );
      put();
      if (chance(weather.duplicated)) put();
      const answer = answerTo(session, call.attemptId, call.sid, question);
      const again = answerTo(session, call.attemptId, call.sid, question);
      if (answer.say !== again.say) broken('the same question had two answers');
      switch (answer.say) {
        case 'greeting':
          later(between(1000, 8000), () => {
            if (call.behaviour === 'accept') return ask(call, 'key', '1');
            if (call.behaviour === 'wrong-key') return ask(call, 'key', '7');
            return void later(policy.keySeconds * 1000, () => ask(call, 'key'));
          });
          break;
        case 'conference':
          enter(call, answer.room);
          break;
        case 'apology':
        case 'bad-news':
          call.told = true;
          later(4000, () => hangUp(call, 'completed'));
          break;
        case 'hang-up':
          hangUp(call, 'completed');
          break;
        default:
          answer satisfies never;
      }
    });
  };

  const enter = (call: Call, room: string): void => {
    if (call.behaviour !== 'accept') broken('I6: something that did not press 1 entered the conference');
    if (call.leg === 'client' && !agentOnLine(session)) broken('I11: a client was sent to a room without an agent');
    const inside = rooms.get(room) ?? new Set<string>();
    rooms.set(room, inside);
    if ([...inside].some((sid) => calls.get(sid)?.leg === call.leg)) broken('I6: two of one leg in a room');
    inside.add(call.sid);
    visited.set(room, (visited.get(room) ?? new Set()).add(call.leg));
    call.room = room;
    deliver(() => feed({ type: 'conference', room, event: 'join', callSid: call.sid }));
    if (inside.size === 2) deliver(() => feed({ type: 'conference', room, event: 'start' }));
    const patienceMs = options.talkMs ?? between(2000, 400_000);
    later(patienceMs, () => hangUp(call, 'completed'));
  };

  const leaveRoom = (call: Call, hungUp: boolean): void => {
    const { room } = call;
    if (room === undefined) return;
    const inside = rooms.get(room);
    delete call.room;
    if (!inside?.delete(call.sid)) return;
    deliver(() => feed({ type: 'conference', room, event: 'leave', callSid: call.sid, hungUp }));
    deliver(() => feed({ type: 'conference', room, event: 'end', endedBy: call.leg }));
    for (const sid of inside) {
      const other = calls.get(sid);
      inside.delete(sid);
      if (!other) continue;
      delete other.room;
      ask(other, 'dialled');
    }
  };

  later(0, () => feed({ type: 'wake' }));
  if (options.cancelAfterMs !== undefined)
    later(options.cancelAfterMs, () => feed({ type: 'called-off', as: 'cancelled' }));

  let steps = 0;
  while (agenda.length > 0 && steps < 20_000) {
    agenda.sort((a, b) => a.at - b.at || a.order - b.order);
    const next = agenda.shift();
    if (!next) break;
    now = next.at;
    steps += 1;
    next.run();
  }
  if (steps >= 20_000) broken('I8: it never comes to rest');
  const terminals = published.filter(({ event }) => event === 'CallCompleted' || event === 'CallFailed');
  if (terminals.length !== 1) broken(`I3: ${terminals.length} terminal events`);
  if (!session.closed) broken('I8: the session is not closed');
  if ([...calls.values()].some((call) => !isFinal(call.status))) broken('I7: a call is alive at rest');
  if (session.held.length > 0) broken('a number is still held at rest');
  const connected = published.filter(({ event }) => event === 'CallConnected').length;
  if (terminals[0]?.event === 'CallCompleted' && connected !== 1) broken('completed without having been connected');
  return { session, published, violations, placed, steps };
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
