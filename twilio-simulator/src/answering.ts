import type { CallsPorts } from './calls';
import type { CallEvent } from './call-parameters';
import type { CallTimers } from './call-timers';
import { detect, USUAL_DETECTION_MS } from './detection';
import { PhoneCannotError } from './errors';
import type { Behaviour, CallRecord, FinalStatus } from './records';

/** A voicemail's recording ends, a fax gives up. */
const MACHINE_LISTENS_MS = 30_000;

export interface AnsweringPorts extends Pick<CallTimers, 'arm' | 'disarm'> {
  readonly ports: CallsPorts['ports'];
  readonly accountSid: string;
  readonly store: CallsPorts['store'];
  readonly interpreter: CallsPorts['interpreter'];
  readonly notify: CallsPorts['notify'];
  readonly detectionMs: number;
  readonly patch: (sid: string, changes: Partial<CallRecord>) => CallRecord;
  readonly end: (sid: string, status: FinalStatus, sipResponseCode?: number | null) => void;
  readonly fire: (sid: string, event: CallEvent) => void;
  readonly limit: (sid: string, seconds: number) => void;
}

/** What happens when a phone is taken up: by a person, or by what else is named. */
export function createAnswering(deps: AnsweringPorts): (sid: string, as?: Behaviour) => void {
  const { ports, accountSid, store, interpreter, notify, detectionMs, patch, end, fire, limit, arm, disarm } = deps;

  /** What the call was made for: its document, its room, or its parent. */
  const start = (sid: string): void => {
    const call = store.calls.get(sid);
    if (call === undefined) return;
    if (call.room !== undefined) {
      const { attributes } = call.room;
      const dial = { verb: 'DialConference', action: null, method: 'POST', timeLimitSeconds: null } as const;
      const verbs = [{ ...dial, hangupOnStar: false, conference: attributes }];
      interpreter().run(sid, { from: 'verbs', verbs });
    } else if (call.voice !== null) {
      interpreter().run(sid, { from: 'url', hook: call.voice, parameters: {}, isFallback: false });
    } else if (call.twiml !== null) {
      interpreter().run(sid, { from: 'twiml', text: call.twiml });
    } else if (call.parentSid !== undefined) {
      interpreter().connect(sid);
    }
  };

  /** Detection holds the document back until it knows, or tells its own callback meanwhile. */
  const listenFirst = (call: CallRecord): void => {
    const { sid } = call;
    const { answeredBy, afterMs } = detect(call, detectionMs);
    const tell = (): void => {
      if (call.asyncAmdCallback === null) return;
      // Where the verdict takes no virtual time, Twilio's average is told.
      const duration = String(afterMs === 0 ? USUAL_DETECTION_MS : afterMs);
      notify(sid, {
        ...call.asyncAmdCallback,
        parameters: {
          CallSid: sid,
          AccountSid: accountSid,
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

  return (sid, as) => {
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
}
