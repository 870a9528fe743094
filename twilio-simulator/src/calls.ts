import { createAnswering } from './answering';
import type { CallEvent } from './call-parameters';
import { statusParameters } from './call-parameters';
import { createCallTimers } from './call-timers';
import type { Conferences } from './conferences';
import type { Source } from './documents';
import type { Interpreter } from './interpreter';
import type { Phones } from './phones';
import type { SimulatorPorts } from './ports';
import type { Behaviour, CallRecord, FinalStatus, Hook, Store } from './records';
import { isLive } from './records';
import type { Webhook } from './webhooks';

/** Twilio rings somewhat longer than it was asked to. */
const RING_BUFFER_SECONDS = 5;

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
  const timers = createCallTimers(ports);
  let nextSlotAt = 0;

  const patch = (sid: string, changes: Partial<CallRecord>): CallRecord => {
    const call = store.calls.get(sid);
    if (call === undefined) throw new Error(`No call ${sid}`);
    const changed = { ...call, ...changes, updatedAt: ports.now() };
    store.calls.put(sid, changed);
    return changed;
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
    timers.disarmAll(sid);
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
      timers.arm(sid, 'time limit', answeredAt + seconds * 1000, 'carrier', () => end(sid, 'completed', 200));
  };

  const answer = createAnswering({ ...deps, patch, end, fire, limit, arm: timers.arm, disarm: timers.disarm });

  const ring = (sid: string): void => {
    const { timeoutSeconds, parentSid } = patch(sid, { status: 'ringing' });
    const rings = timeoutSeconds + (parentSid === undefined ? RING_BUFFER_SECONDS : 0);
    timers.arm(sid, 'ring time-out', ports.now() + rings * 1000, 'carrier', () => end(sid, 'no-answer', 487));
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
      else timers.arm(sid, 'turn in the queue', call.createdAt + call.queueTimeMs, 'carrier', () => begin(sid));
    },

    redirect: (sid, source, hooks) => {
      const { asyncAmd } = patch(sid, hooks);
      // A document that detection still held back will not run any more.
      if (!asyncAmd) timers.disarm(sid, 'machine detection');
      deps.interpreter().redirect(sid, source);
    },

    remove: (sid) => store.calls.delete(sid),
  };
}
