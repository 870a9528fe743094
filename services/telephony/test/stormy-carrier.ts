import type { Answer, Question } from '../src/domain/answer';
import { isFinal } from '../src/domain/outcome';
import type { CallPolicy } from '../src/domain/policy';
import type { Input, Leg } from '../src/domain/session';
import type { Weather } from './storm';

/** How a phone behaves, or whoever holds it. */
export type Behaviour =
  | 'accept'
  | 'silent'
  | 'wrong-key'
  | 'leave'
  | 'voicemail'
  | 'no-answer'
  | 'busy'
  | 'unreachable'
  | 'decline';
export const BEHAVIOURS: readonly Behaviour[] = [
  'accept',
  'accept',
  'accept',
  'accept',
  'silent',
  'wrong-key',
  'leave',
  'voicemail',
  'no-answer',
  'busy',
  'unreachable',
  'decline',
];

export interface Place {
  readonly sessionId: string;
  readonly attemptId: string;
  readonly leg: Leg;
}

export interface Call extends Place {
  readonly sid: string;
  readonly to: string;
  readonly createdAt: number;
  readonly behaviour: Behaviour;
  status: string;
  sipCode?: number;
  answeredBy?: string | undefined;
  /** Has pressed 1. */
  accepted?: true;
  conference?: Conference;
  /** Hears its last words, after which it is hung up. */
  told?: true;
}

/** One meeting in a room; when all have left, the next to enter the room opens another one. */
interface Conference {
  readonly sid: string;
  readonly room: string;
  readonly inside: Set<Call>;
}

/** What the carrier answers to a request for a call, and after how long. */
export type Created = { readonly afterMs: number } & (
  | { readonly type: 'created'; readonly callSid: string; readonly queueMs: number }
  | { readonly type: 'not-placed' | 'unknown' }
  | { readonly type: 'refused'; readonly outcome: 'invalid-number' | 'unreachable' | 'carrier-error' }
);

export interface Chances {
  readonly now: () => number;
  readonly later: (ms: number, run: () => void) => void;
  readonly chance: (probability: number) => boolean;
  readonly between: (low: number, high: number) => number;
  readonly pick: <T>(items: readonly T[]) => T;
}

/** Where the carrier's webhooks arrive. */
export interface Webhooks {
  readonly tell: (sessionId: string, input: Input) => void;
  /** `undefined`: there was no answer. */
  readonly ask: (sessionId: string, input: Input, attemptId: string, sid: string, what: Question) => Answer | undefined;
}

const FINAL_WORDS_MS = 4000;
/** Twilio asks for a document twice more, soon, when it gets none (`rc=2`). */
const TRIES = 3;

/**
 * A carrier of phones that do as they like, with webhooks that are lost, late, repeated and out of order, and answers that
 * are lost or never given. What must never happen to a phone is noted as `broken` when it happens.
 */
export function stormyCarrier(
  world: Chances & {
    readonly weather: Weather;
    readonly policy: CallPolicy;
    readonly behaviours: readonly Behaviour[];
    /** How long people stay in a conference. @default as they like */
    readonly talkMs?: number | undefined;
    readonly broken: (what: string) => void;
  },
  webhooks: Webhooks,
) {
  const { now, later, chance, between, pick, weather, policy, broken } = world;
  const calls = new Map<string, Call>();
  const rooms = new Map<string, Conference>();
  let conferences = 0;
  let tellings = 0;
  /** Rooms in which an agent and a client were at the same time. */
  const met = new Set<string>();

  const create = (place: Place, to: string): Created => {
    const afterMs = between(0, 2000);
    if (chance(weather.throttled) || chance(weather.unsent)) return { type: 'not-placed', afterMs };
    if (chance(weather.refused))
      return { type: 'refused', outcome: pick(['invalid-number', 'unreachable', 'carrier-error']), afterMs };
    // Whatever the failure says, the call may have been placed.
    if (chance(weather.serverError) || chance(weather.reset)) {
      if (chance(0.5)) placeCall(place, to);
      return { type: 'unknown', afterMs };
    }
    if (chance(weather.unavailable)) {
      if (chance(0.1)) placeCall(place, to);
      return { type: 'unknown', afterMs };
    }
    const { sid, queueMs } = placeCall(place, to);
    if (chance(weather.timedOut)) return { type: 'unknown', afterMs: 10_000 };
    return { type: 'created', callSid: sid, queueMs, afterMs };
  };

  const placeCall = (place: Place, to: string): { readonly sid: string; readonly queueMs: number } => {
    if ([...calls.values()].some((call) => call.to === to && !isFinal(call.status)))
      broken(`I1: two live calls of the ${place.leg}`);
    const call: Call = {
      ...place,
      sid: `CA${calls.size + 1}`,
      to,
      createdAt: now(),
      behaviour: pick(world.behaviours),
      status: 'queued',
    };
    calls.set(call.sid, call);
    const isStuck = chance(weather.stuckInQueue);
    const queueMs = isStuck ? between(60_000, 420_000) : between(0, 1000);
    later(queueMs, () => ring(call));
    // The carrier's own estimate, or none.
    return { sid: call.sid, queueMs: isStuck && chance(0.5) ? queueMs : 0 };
  };

  /** A callback: lost, or delivered once or twice, sooner or later. */
  const tell = (sessionId: string, input: Input): void => {
    const arrive = () => later(between(0, weather.jitterMs + 1), () => webhooks.tell(sessionId, input));
    if (!chance(weather.lost)) arrive();
    if (chance(weather.duplicated)) later(between(0, 30_000), arrive);
  };

  const tellStatus = (call: Call): void => {
    const { attemptId, sid: callSid, status, sipCode } = call;
    const at = Math.floor(now() / 1000) * 1000;
    tell(call.sessionId, { type: 'status', attemptId, callSid, status, sipCode, at });
  };

  const hangUp = (call: Call, status: string, sipCode?: number): void => {
    if (isFinal(call.status)) return;
    call.status = status;
    if (sipCode !== undefined) call.sipCode = sipCode;
    leave(call, true);
    tellStatus(call);
  };

  const ring = (call: Call): void => {
    if (isFinal(call.status)) return;
    if (call.behaviour === 'busy') return hangUp(call, 'busy', 486);
    if (call.behaviour === 'unreachable') return hangUp(call, 'failed', 480);
    call.status = 'ringing';
    tellStatus(call);
    if (call.behaviour === 'decline') return later(3000, () => hangUp(call, 'no-answer', 603));
    if (call.behaviour === 'no-answer')
      return later((policy.ringSeconds + 5) * 1000, () => hangUp(call, 'no-answer', 487));
    later(between(500, 15_000), () => pickUp(call));
  };

  const pickUp = (call: Call): void => {
    if (isFinal(call.status)) return;
    call.status = 'in-progress';
    tellStatus(call);
    later(policy.timeLimitSeconds * 1000, () => hangUp(call, 'completed'));
    if (call.behaviour === 'voicemail') later(30_000, () => hangUp(call, 'completed'));
    if (policy.acceptance[call.leg] === 'keypress') return ask(call, 'answer');
    // No detector takes a machine for a person here, though some do: then a machine is joined, and no rule of ours helps.
    call.answeredBy = pick(
      call.behaviour === 'voicemail'
        ? ['machine_start', 'machine_start', 'unknown']
        : ['human', 'human', 'human', 'unknown', 'machine_start'],
    );
    later(4000, () => ask(call, 'answer'));
  };

  const isListening = (call: Call) => call.status === 'in-progress' && call.told === undefined;

  const ask = (call: Call, question: Question, digits = ''): void => {
    const { attemptId, sid: callSid, answeredBy } = call;
    const about = { attemptId, callSid };
    if (question === 'answer') return fetchDocument(call, question, { type: 'answered', ...about, answeredBy });
    if (question === 'dialled') return fetchDocument(call, question, { type: 'dial-ended', ...about });
    fetchDocument(call, question, { type: 'key', ...about, digits, telling: `telling-${++tellings}` });
  };

  /** The carrier fetches a document, if need be again, and runs it a moment later, whatever has happened meanwhile. */
  const fetchDocument = (call: Call, question: Question, input: Input, tries = TRIES): void => {
    later(between(0, 800), () => {
      // Whoever was told something else in a conference has left it, and that is asked about all the same.
      const isIdle = call.told === true && question === 'dialled' && call.status === 'in-progress';
      if (!isListening(call) && !isIdle) return;
      if (tries === TRIES && chance(weather.twimlFails)) return hangUp(call, 'completed');
      const put = () => webhooks.ask(call.sessionId, input, call.attemptId, call.sid, question);
      if (chance(weather.duplicated)) put();
      const answer = put();
      if (chance(weather.duplicated)) later(between(0, 5000), put);
      if (answer || isIdle) return later(between(0, 800), () => answer && obey(call, answer));
      if (tries > 1) return later(1500, () => fetchDocument(call, question, input, tries - 1));
      call.told = true;
      later(FINAL_WORDS_MS, () => hangUp(call, 'completed'));
    });
  };

  const obey = (call: Call, answer: Answer): void => {
    if (!isListening(call)) return;
    switch (answer.say) {
      case 'greeting':
        return later(between(1000, 8000), () => react(call));
      case 'conference':
        return enter(call, answer.room);
      case 'apology':
      case 'bad-news':
        call.told = true;
        return later(FINAL_WORDS_MS, () => hangUp(call, 'completed'));
      case 'hang-up':
        return hangUp(call, 'completed');
      default:
        answer satisfies never;
    }
  };

  const react = (call: Call): void => {
    if (call.behaviour === 'leave') return hangUp(call, 'completed');
    if (call.behaviour === 'wrong-key') return ask(call, 'key', '7');
    if (call.behaviour !== 'accept') return later(policy.keySeconds * 1000, () => ask(call, 'key'));
    call.accepted = true;
    ask(call, 'key', '1');
  };

  const enter = (call: Call, room: string): void => {
    const isPerson = call.answeredBy === 'human' && policy.acceptance[call.leg] !== 'keypress';
    if (!call.accepted && !isPerson) broken('I6: something that did not press 1 entered the conference');
    const conference = rooms.get(room) ?? { sid: `CF${++conferences}`, room, inside: new Set() };
    rooms.set(room, conference);
    if ([...conference.inside].some(({ leg }) => leg === call.leg)) broken('I6: two of one leg in a room');
    conference.inside.add(call);
    call.conference = conference;
    tellRoom(call, conference, { event: 'join', callSid: call.sid });
    if (conference.inside.size === 2) {
      met.add(room);
      tellRoom(call, conference, { event: 'start' });
    }
    later(world.talkMs ?? between(2000, 400_000), () => hangUp(call, 'completed'));
  };

  /** Both documents end the conference when their participant leaves it, and the other is asked about. */
  const leave = (call: Call, hungUp: boolean): void => {
    const { conference } = call;
    if (!conference) return;
    rooms.delete(conference.room);
    tellRoom(call, conference, { event: 'leave', callSid: call.sid, hungUp });
    tellRoom(call, conference, { event: 'end', endedBy: call.leg });
    for (const one of conference.inside) {
      delete one.conference;
      if (!isFinal(one.status)) ask(one, 'dialled');
    }
    conference.inside.clear();
  };

  const tellRoom = (
    { sessionId }: Call,
    { sid: conferenceSid, room }: Conference,
    what: Pick<Extract<Input, { type: 'conference' }>, 'event' | 'callSid' | 'hungUp' | 'endedBy'>,
  ): void => tell(sessionId, { type: 'conference', room, conferenceSid, ...what });

  const stateOf = (call: Call | undefined) => call && { callSid: call.sid, status: call.status };

  return {
    calls,
    met,
    create,
    end: (callSid: string) => {
      const call = calls.get(callSid);
      if (!call || isFinal(call.status)) return null;
      hangUp(call, call.status === 'in-progress' ? 'completed' : 'canceled');
      return { callSid, status: call.status };
    },
    say: (callSid: string) => {
      const call = calls.get(callSid);
      if (call?.status !== 'in-progress') return null;
      call.told = true;
      leave(call, false);
      later(FINAL_WORDS_MS, () => hangUp(call, 'completed'));
      return { callSid, status: call.status };
    },
    fetch: (callSid: string) => stateOf(calls.get(callSid)) ?? null,
    /** The newest call to a number that was created in the span; whole seconds, and five more for the clocks. */
    find: (to: string, from: number, until: number) =>
      stateOf(
        [...calls.values()].findLast(
          (call) => call.to === to && call.createdAt >= from - 5000 && call.createdAt <= until,
        ),
      ) ?? null,
    isTalking: (callSid: string) => calls.get(callSid)?.conference?.inside.size === 2,
    isRoomInProgress: (room: string) => rooms.get(room)?.inside.size === 2,
  };
}
