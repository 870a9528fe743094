import type { Calls } from './calls';
import type { Document, Source } from './documents';
import { hookOf, sourceOf } from './documents';
import { secondsBetween } from './format';
import type { SimulatorPorts } from './ports';
import type { CallRecord } from './records';
import { isLive } from './records';
import type { Stage } from './stage';
import type { Strand } from './strand';
import type { DialNumber } from './verbs';

const LONGEST_CALL_SECONDS = 14_400;

export interface NumberDialPorts {
  readonly ports: SimulatorPorts;
  readonly stage: Stage;
  readonly calls: () => Calls;
  /** Why a number must not be dialled, with the code of Twilio's warning; null where it may. */
  readonly refusal: (to: string, from: string) => { readonly code: number; readonly message: string } | null;
  readonly warn: (code: number, message: string, callSid: string) => void;
}

/** The calls that a `<Dial><Number>` made: who waits for them, and which are connected. */
export interface Bridges {
  readonly run: (strand: Strand, callSid: string, document: Document, verb: DialNumber) => Promise<Source | null>;
  /** Whether the call was dialled by one that waits to be connected with it. */
  readonly awaits: (childSid: string) => boolean;
  /** The called party is ready: both hear each other from now on. */
  readonly connect: (childSid: string) => void;
  /** The child is over for its parent, whose `<Dial>` goes on. */
  readonly release: (childSid: string) => void;
  /** The other end of a connected pair. */
  readonly partnerOf: (callSid: string) => string | null;
}

interface Bridge {
  readonly parentSid: string;
  connected: boolean;
  readonly onConnected: () => void;
  readonly over: () => void;
}

export function createBridges(deps: NumberDialPorts): Bridges {
  const { ports, stage } = deps;
  const bridges = new Map<string, Bridge>();

  const outcome = (child: CallRecord, bridged: boolean): Readonly<Record<string, string>> => {
    const status = isLive(child.status) ? 'completed' : child.status;
    if (status !== 'completed') return { DialCallStatus: status, DialCallSid: child.sid };
    const seconds = secondsBetween(child.answeredAt ?? ports.now(), child.endedAt ?? ports.now());
    return {
      DialCallStatus: status,
      DialCallSid: child.sid,
      DialCallDuration: String(seconds),
      DialBridged: String(bridged),
    };
  };

  return {
    run: async (strand, callSid, document, verb) => {
      const line = stage.line(callSid);
      const { number } = verb;
      const from = verb.callerId ?? stage.call(callSid).from;
      const action = hookOf(document, verb.action, verb.method);
      const then = (parameters: Readonly<Record<string, string>>): Source | null =>
        action === null ? null : sourceOf(document, action.url, action.method, parameters);
      const refused = deps.refusal(number.number, from);
      if (refused !== null) {
        deps.warn(refused.code, refused.message, callSid);
        return then({ DialCallStatus: 'failed' });
      }
      const { sid } = deps.calls().create({
        to: number.number,
        from,
        parentSid: callSid,
        voice: hookOf(document, number.url, number.method),
        twiml: null,
        fallback: null,
        statusCallback: hookOf(document, number.statusCallback, number.statusCallbackMethod),
        statusCallbackEvents: number.statusCallbackEvents,
        timeoutSeconds: verb.timeoutSeconds,
        timeLimitSeconds: LONGEST_CALL_SECONDS,
        machineDetection: null,
        asyncAmd: false,
        asyncAmdCallback: null,
      });
      line.dial = { action, childSid: sid };
      let connected = false;
      await strand.rest<null>((wake) => {
        let disarm: () => void = () => undefined;
        bridges.set(sid, {
          parentSid: callSid,
          connected: false,
          onConnected: () => {
            connected = true;
            if (verb.timeLimitSeconds === null) return;
            const at = ports.now() + verb.timeLimitSeconds * 1000;
            const run = (): void => deps.calls().end(sid, 'completed', 200);
            disarm = ports.arm({ at, kind: 'carrier', what: 'the time limit of a Dial', run });
          },
          over: () => wake(null),
        });
        if (verb.hangupOnStar) {
          line.onInput = (input) => {
            if (input.by === 'key' && input.key === '*') deps.calls().end(sid, 'completed', 200);
          };
        }
        deps.calls().dial(sid);
        return () => {
          disarm();
          line.onInput = null;
        };
      });
      line.dial = null;
      const child = stage.call(sid);
      return then(outcome(child, connected));
    },

    awaits: (childSid) => bridges.get(childSid)?.connected === false,

    connect: (childSid) => {
      const bridge = bridges.get(childSid);
      if (bridge === undefined) return;
      bridge.connected = true;
      bridge.onConnected();
    },

    release: (childSid) => {
      const bridge = bridges.get(childSid);
      bridges.delete(childSid);
      bridge?.over();
    },

    partnerOf: (callSid) => {
      const asChild = bridges.get(callSid);
      if (asChild !== undefined) return asChild.connected ? asChild.parentSid : null;
      for (const [childSid, { parentSid, connected }] of bridges)
        if (parentSid === callSid && connected) return childSid;
      return null;
    },
  };
}
