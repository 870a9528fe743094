import type { CallEvent } from './call-parameters';
import { statusParameters } from './call-parameters';
import type { Conferences } from './conferences';
import { PhoneCannotError } from './errors';
import type { Interpreter, Source } from './interpreter';
import type { Phones } from './phones';
import type { SimulatorPorts } from './ports';
import type { CallRecord, FinalStatus, Hook, Store } from './records';
import { isLive } from './records';
import type { Webhook } from './webhooks';

/** Twilio rings somewhat longer than it was asked to. */
const RING_BUFFER_SECONDS = 5;
/** A voicemail's recording ends. */
const VOICEMAIL_MS = 30_000;

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
}

export interface Calls {
  readonly get: (sid: string) => CallRecord | undefined;
  /** Records the call as queued; `dial` begins it once that is kept. */
  readonly create: (wanted: NewCall) => CallRecord;
  readonly dial: (sid: string) => void;
  readonly answer: (sid: string) => void;
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
    deps.interpreter().stop(sid);
    phones.free(call.to, sid);
    patch(sid, { status, endedAt: ports.now(), sipResponseCode });
    deps.conferences().leave(sid, 'participant_hung_up');
    fire(sid, 'completed');
  };

  const limit = (sid: string, seconds: number): void => {
    const { answeredAt } = patch(sid, { timeLimitSeconds: seconds });
    if (answeredAt !== null)
      arm(sid, 'time limit', answeredAt + seconds * 1000, 'carrier', () => end(sid, 'completed', 200));
  };

  const answer = (sid: string): void => {
    const before = store.calls.get(sid);
    if (before?.status !== 'ringing') throw new PhoneCannotError('The phone does not ring');
    disarm(sid, 'ring time-out');
    const answeredBy = before.machineDetection === null ? null : verdict(before);
    const call = patch(sid, {
      status: 'in-progress',
      answeredAt: ports.now(),
      answeredBy,
    });
    limit(sid, call.timeLimitSeconds);
    if (call.behaviour === 'voicemail') {
      arm(sid, 'end of the voicemail', ports.now() + VOICEMAIL_MS, 'phone', () => end(sid, 'completed', 200));
    }
    fire(sid, 'answered');
    deps
      .interpreter()
      .run(
        sid,
        call.voice === null
          ? { from: 'twiml', text: call.twiml ?? '' }
          : { from: 'url', hook: call.voice, parameters: {}, isFallback: false },
      );
    if (call.asyncAmd && call.asyncAmdCallback !== null && answeredBy !== null) {
      deps.notify(sid, {
        ...call.asyncAmdCallback,
        parameters: {
          CallSid: sid,
          AccountSid: deps.accountSid,
          AnsweredBy: answeredBy,
          // Told as Twilio's average, though no virtual time passes.
          MachineDetectionDuration: '4000',
        },
      });
    }
  };

  const ring = (sid: string): void => {
    const { timeoutSeconds } = patch(sid, { status: 'ringing' });
    arm(sid, 'ring time-out', ports.now() + (timeoutSeconds + RING_BUFFER_SECONDS) * 1000, 'carrier', () =>
      end(sid, 'no-answer', 487),
    );
    fire(sid, 'ringing');
  };

  const begin = (sid: string): void => {
    const call = store.calls.get(sid);
    if (call?.status !== 'queued') return;
    const engaged = phones.callOf(call.to) !== null;
    const behaviour = phones.takeBehaviour(call.to);
    patch(sid, { behaviour, dialledAt: ports.now() });
    fire(sid, 'initiated');
    if (engaged && behaviour !== 'unreachable') {
      end(sid, 'busy', 486);
      return;
    }
    phones.engage(call.to, sid);
    switch (behaviour) {
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
        ring(sid);
        answer(sid);
        break;
      default:
        behaviour satisfies never;
    }
  };

  return {
    get: (sid) => store.calls.get(sid),
    answer,
    end,
    limit,

    create: (wanted) => {
      const now = ports.now();
      const startsAt = deps.callsPerSecond === undefined ? now : Math.max(now, nextSlotAt);
      if (deps.callsPerSecond !== undefined) nextSlotAt = startsAt + 1000 / deps.callsPerSecond;
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

    dial: (sid) => {
      const call = store.calls.get(sid);
      if (call === undefined) return;
      if (call.queueTimeMs === 0) begin(sid);
      else arm(sid, 'turn in the queue', call.createdAt + call.queueTimeMs, 'carrier', () => begin(sid));
    },

    redirect: (sid, source, hooks) => {
      patch(sid, hooks);
      deps.interpreter().redirect(sid, source);
    },

    remove: (sid) => store.calls.delete(sid),
  };
}

/** What detection says: a person unless a voicemail answered. */
function verdict(call: CallRecord): string {
  if (call.behaviour !== 'voicemail') return 'human';
  return call.machineDetection === 'DetectMessageEnd' ? 'machine_end_beep' : 'machine_start';
}
