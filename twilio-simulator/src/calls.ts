import type { CallEvent } from './call-parameters';
import { statusParameters } from './call-parameters';
import type { Conferences } from './conferences';
import { detect, USUAL_DETECTION_MS } from './detection';
import type { Source } from './documents';
import { PhoneCannotError } from './errors';
import type { Interpreter } from './interpreter';
import type { Phones } from './phones';
import type { SimulatorPorts } from './ports';
import type { Behaviour, CallRecord, FinalStatus, Hook, Store } from './records';
import { isLive } from './records';
import type { Webhook } from './webhooks';

/** Twilio rings somewhat longer than it was asked to. */
const RING_BUFFER_SECONDS = 5;
/** A voicemail's recording ends, a fax gives up. */
const MACHINE_LISTENS_MS = 30_000;

export type NewCall = Pick<
  CallRecord,
  | 'to'
  | 'from'
  | 'voice'
  | 'twiml'
  | 'fallback'
  | 'statusCallback'
  | 'statusCallbackEvents'
  | 'timeoutSeconds'
  | 'timeLimitSeconds'
  | 'machineDetection'
  | 'asyncAmd'
  | 'asyncAmdCallback'
  | 'detectionTimeoutMs'
  | 'silenceTimeoutMs'
  | 'parentSid'
>;

export interface CallsPorts {
  readonly ports: SimulatorPorts;
  readonly accountSid: string;
  readonly store: Store;
  readonly phones: Phones;
  readonly conferences: () => Conferences;
  readonly interpreter: () => Interpreter;
  readonly newSid: (prefix: 'CA') => string;
  /** Sends a webhook of the call, after those fired before it; what becomes of it is nobody's concern but the debugger's. */
  readonly notify: (callSid: string, webhook: Webhook) => void;
  readonly callsPerSecond: number | undefined;
  /** How long detection of machines listens where the phone does not say. */
  readonly detectionMs: number;
}

export interface Calls {
  readonly get: (sid: string) => CallRecord | undefined;
  /** Records the call as queued; `dial` begins it once that is kept. */
  readonly create: (wanted: NewCall) => CallRecord;
  /** Has the call come into the room of these attributes when it is answered. */
  readonly bring: (sid: string, room: NonNullable<CallRecord['room']>) => void;
  readonly dial: (sid: string) => void;
  /** A person takes the phone up, or what else is named. */
  readonly answer: (sid: string, as?: Behaviour) => void;
  readonly end: (sid: string, status: FinalStatus, sipResponseCode?: number | null) => void;
  readonly redirect: (
    sid: string,
    source: Source,
    hooks: { readonly fallback?: Hook; readonly statusCallback?: Hook },
  ) => void;
  readonly limit: (sid: string, seconds: number) => void;
  readonly remove: (sid: string) => void;
}

/** The life of calls: queued, ringing, answered, over; and what is told of it. */
export function createCalls(deps: CallsPorts): Calls {
  const { ports, store, phones } = deps;
  /** Ring time-outs, time limits and the like of each live call. */
  const timers = new Map<string, Map<string, () => void>>();
  let nextSlotAt = 0;

  const patch = (sid: string, changes: Partial<CallRecord>): CallRecord => {
    const call = store.calls.get(sid);
    if (call === undefined) throw new Error(`No call ${sid}`);
    const changed = { ...call, ...changes, updatedAt: ports.now() };
    store.calls.put(sid, changed);
    return changed;
  };
  const arm = (sid: string, name: string, at: number, kind: 'carrier' | 'phone', run: () => void): void => {
    disarm(sid, name);
    const own = timers.get(sid) ?? new Map<string, () => void>();
    timers.set(sid, own);
    own.set(name, ports.arm({ at, kind, what: `${name} of ${sid}`, run }));
  };
  const disarm = (sid: string, name: string): void => {
    timers.get(sid)?.get(name)?.();
    timers.get(sid)?.delete(name);
  };

  const fire = (sid: string, event: CallEvent): void => {
    const call = store.calls.get(sid);
    if (!call?.statusCallback || !call.statusCallbackEvents.includes(event)) return;
    patch(sid, { sequence: call.sequence + 1 });
    deps.notify(sid, {
      ...call.statusCallback,
      parameters: statusParameters(call, deps.accountSid, event, call.sequence, ports.now()),
    });
  };

  const end = (sid: string, status: FinalStatus, sipResponseCode: number | null = null): void => {
    const call = store.calls.get(sid);
    if (call === undefined || !isLive(call.status)) return;
    for (const stop of timers.get(sid)?.values() ?? []) stop();
    timers.delete(sid);
    phones.free(call.to, sid);
    patch(sid, { status, endedAt: ports.now(), sipResponseCode });
    deps.interpreter().stop(sid);
    deps.conferences().leave(sid, 'participant_hung_up');
    deps.conferences().uninvite(sid);
    fire(sid, 'completed');
  };

  const limit = (sid: string, seconds: number): void => {
    const { answeredAt } = patch(sid, { timeLimitSeconds: seconds });
    if (answeredAt !== null)
      arm(sid, 'time limit', answeredAt + seconds * 1000, 'carrier', () => end(sid, 'completed', 200));
  };

  /** What the call was made for: its document, its room, or its parent. */
  const start = (sid: string): void => {
    const call = store.calls.get(sid);
    if (call === undefined) return;
    if (call.room !== undefined) {
      const { attributes } = call.room;
      const dial = { verb: 'DialConference', action: null, method: 'POST', timeLimitSeconds: null } as const;
      const verbs = [{ ...dial, hangupOnStar: false, conference: attributes }];
      deps.interpreter().run(sid, { from: 'verbs', verbs });
    } else if (call.voice !== null) {
      deps.interpreter().run(sid, { from: 'url', hook: call.voice, parameters: {}, isFallback: false });
    } else if (call.twiml !== null) {
      deps.interpreter().run(sid, { from: 'twiml', text: call.twiml });
    } else if (call.parentSid !== undefined) {
      deps.interpreter().connect(sid);
    }
  };

  /** Detection holds the document back until it knows, or tells its own callback meanwhile. */
  const listenFirst = (call: CallRecord): void => {
    const { sid } = call;
    const { answeredBy, afterMs } = detect(call, deps.detectionMs);
    const tell = (): void => {
      if (call.asyncAmdCallback === null) return;
      // Where the verdict takes no virtual time, Twilio's average is told.
      const duration = String(afterMs === 0 ? USUAL_DETECTION_MS : afterMs);
      deps.notify(sid, {
        ...call.asyncAmdCallback,
        parameters: {
          CallSid: sid,
          AccountSid: deps.accountSid,
          AnsweredBy: answeredBy,
          MachineDetectionDuration: duration,
        },
      });
    };
    const known = (): void => {
      patch(sid, { answeredBy });
      if (call.asyncAmd) tell();
      else start(sid);
    };
    if (afterMs > 0) {
      arm(sid, 'machine detection', ports.now() + afterMs, 'carrier', known);
      if (call.asyncAmd) start(sid);
      return;
    }
    patch(sid, { answeredBy });
    start(sid);
    if (call.asyncAmd) tell();
  };

  const answer = (sid: string, as?: Behaviour): void => {
    if (store.calls.get(sid)?.status !== 'ringing') throw new PhoneCannotError('The phone does not ring');
    disarm(sid, 'ring time-out');
    const call = patch(sid, {
      status: 'in-progress',
      answeredAt: ports.now(),
      ...(as === undefined ? {} : { behaviour: as }),
    });
    limit(sid, call.timeLimitSeconds);
    if (call.behaviour === 'voicemail' || call.behaviour === 'fax') {
      const listens = (call.greetingMs ?? 0) + MACHINE_LISTENS_MS;
      arm(sid, `end of the ${call.behaviour}`, ports.now() + listens, 'phone', () => end(sid, 'completed', 200));
    }
    fire(sid, 'answered');
    if (call.machineDetection === null) start(sid);
    else listenFirst(call);
  };

  const ring = (sid: string): void => {
    const { timeoutSeconds, parentSid } = patch(sid, { status: 'ringing' });
    const rings = timeoutSeconds + (parentSid === undefined ? RING_BUFFER_SECONDS : 0);
    arm(sid, 'ring time-out', ports.now() + rings * 1000, 'carrier', () => end(sid, 'no-answer', 487));
    fire(sid, 'ringing');
  };

  const begin = (sid: string): void => {
    const call = store.calls.get(sid);
    if (call?.status !== 'queued') return;
    const engaged = phones.callOf(call.to) !== null;
    const manner = phones.takeManner(call.to);
    patch(sid, { ...manner, dialledAt: ports.now() });
    fire(sid, 'initiated');
    if (engaged && manner.behaviour !== 'unreachable') {
      end(sid, 'busy', 486);
      return;
    }
    phones.engage(call.to, sid);
    switch (manner.behaviour) {
      case 'busy':
        end(sid, 'busy', 486);
        break;
      case 'unreachable':
        end(sid, 'failed', 480);
        break;
      case 'manual':
      case 'no-answer':
        ring(sid);
        break;
      case 'accept':
      case 'answer-silent':
      case 'voicemail':
      case 'fax':
      case 'silence':
        ring(sid);
        answer(sid);
        break;
      default:
        manner.behaviour satisfies never;
    }
  };

  return {
    get: (sid) => store.calls.get(sid),
    answer,
    end,
    limit,

    create: (wanted) => {
      const now = ports.now();
      // Only creates by REST are counted: `<Dial>` is not paced.
      const rate = wanted.parentSid === undefined ? deps.callsPerSecond : undefined;
      const startsAt = rate === undefined ? now : Math.max(now, nextSlotAt);
      if (rate !== undefined) nextSlotAt = startsAt + 1000 / rate;
      const call: CallRecord = {
        ...wanted,
        sid: deps.newSid('CA'),
        status: 'queued',
        behaviour: 'manual',
        createdAt: now,
        updatedAt: now,
        dialledAt: null,
        answeredAt: null,
        endedAt: null,
        queueTimeMs: Math.ceil(startsAt - now),
        sequence: 0,
        answeredBy: null,
        sipResponseCode: null,
      };
      store.calls.put(call.sid, call);
      return call;
    },

    bring: (sid, room) => void patch(sid, { room }),

    dial: (sid) => {
      const call = store.calls.get(sid);
      if (call === undefined) return;
      if (call.queueTimeMs === 0) begin(sid);
      else arm(sid, 'turn in the queue', call.createdAt + call.queueTimeMs, 'carrier', () => begin(sid));
    },

    redirect: (sid, source, hooks) => {
      const { asyncAmd } = patch(sid, hooks);
      // A document that detection still held back will not run any more.
      if (!asyncAmd) disarm(sid, 'machine detection');
      deps.interpreter().redirect(sid, source);
    },

    remove: (sid) => store.calls.delete(sid),
  };
}
