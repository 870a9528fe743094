import type { Conferences, Stay } from './conferences';
import type { Document, Source } from './documents';
import { hookOf, resolve, sourceOf } from './documents';
import type { SimulatorPorts } from './ports';
import type { Stage } from './stage';
import type { Strand } from './strand';
import type { DialConference } from './verbs';

export interface ConferenceDialPorts {
  readonly ports: SimulatorPorts;
  readonly stage: Stage;
  readonly conferences: () => Conferences;
  readonly warn: (code: number, message: string, callSid: string) => void;
}

/** Stays in the room until it is over for this call; the answer is the Dial's action, null where the next verb follows. */
export async function runConference(
  { ports, stage, conferences, warn }: ConferenceDialPorts,
  strand: Strand,
  callSid: string,
  document: Document,
  verb: DialConference,
): Promise<Source | null> {
  const line = stage.line(callSid);
  const room = verb.conference;
  const action = hookOf(document, verb.action, verb.method);
  const then = (parameters: Readonly<Record<string, string>>): Source | null =>
    action === null ? null : sourceOf(document, action.url, action.method, parameters);
  const over: { stay: Stay | null; wake: ((stay: Stay) => void) | null } = { stay: null, wake: null };
  const joined = conferences().join(
    callSid,
    stage.call(callSid).to,
    {
      ...room,
      waitUrl: room.waitUrl === null || room.waitUrl === '' ? room.waitUrl : resolve(document, room.waitUrl),
      statusCallback: room.statusCallback === null ? null : resolve(document, room.statusCallback),
    },
    (stay) => {
      over.stay = stay;
      over.wake?.(stay);
    },
  );
  if (joined === 'duplicate-label') {
    const label = String(room.participantLabel);
    warn(16025, `Conference ${room.name}: a participant labelled ${label} is there already`, callSid);
    return null;
  }
  if (joined === 'full') {
    warn(16020, `Conference ${room.name} is full`, callSid);
    return then({ DialCallStatus: 'failed' });
  }
  if (room.statusCallback !== null && room.statusCallbackEvents.length === 0) {
    warn(13240, 'statusCallback without statusCallbackEvent: nothing will be called', callSid);
  }
  line.dial = { action, childSid: null };
  const stay = await strand.rest<Stay>((wake) => {
    over.wake = wake;
    if (over.stay !== null) wake(over.stay);
    const leave = (): void => conferences().leave(callSid, 'participant_hung_up');
    const disarm =
      verb.timeLimitSeconds === null
        ? () => undefined
        : ports.arm({
            at: ports.now() + verb.timeLimitSeconds * 1000,
            kind: 'carrier',
            what: 'the time limit of a Dial',
            run: leave,
          });
    if (verb.hangupOnStar) line.onInput = (input) => (input.by === 'key' && input.key === '*' ? leave() : undefined);
    return () => {
      disarm();
      line.onInput = null;
    };
  });
  line.dial = null;
  // A conference has no child call: neither DialCallSid nor DialCallDuration are told.
  return then({ DialCallStatus: stay.failed ? 'failed' : 'answered', DialBridged: String(stay.bridged) });
}
