import { createServer } from 'node:http';
import type { Calls } from './calls';
import { createCalls } from './calls';
import type { Conferences } from './conferences';
import { createConferences, isAbandoned, partnersOf } from './conferences';
import { InvalidActionError, PhoneCannotError } from './errors';
import { isE164, isoOrNull } from './format';
import type { Interpreter } from './interpreter';
import { createInterpreter } from './interpreter';
import type { BehaviourSetting } from './phones';
import { createPhones } from './phones';
import type { SimulatorPorts } from './ports';
import { randomSid } from './ports';
import type { CallRecord, PhoneRecord } from './records';
import { isLive, openStore } from './records';
import type { RestFault, RestRequest } from './rest';
import { createRestApi } from './rest';
import type { Transport } from './transport';
import { nodeTransport } from './transport';
import type { SendWebhook, Webhook, WebhookAnswer } from './webhooks';
import { createOrder, createWebhooks } from './webhooks';

export interface SimulatorOptions {
  readonly accountSid: string;
  /** Signs every webhook and opens the REST API. */
  readonly authToken: string;
  readonly ports: SimulatorPorts;
  /** Numbers the account owns or verified; any other From is refused with 21210. @default every number */
  readonly allowedFrom?: readonly string[];
  /** Creates beyond this rate wait in a queue and say so by `queue_time`. @default no pacing */
  readonly callsPerSecond?: number;
  /** Carries webhooks; tests and chaos put theirs here. @default HTTP */
  readonly transport?: Transport;
  /**
   * Asked before each REST request: `throttle` answers 429 and does nothing, `drop-answer` does the work and closes
   * the connection instead of answering, so that the client cannot know. @default every request passes
   */
  readonly fault?: (request: RestRequest) => RestFault;
}

export interface PhoneView {
  readonly number: string;
  readonly state: 'idle' | 'ringing' | 'in-call';
  readonly callSid: string | null;
  readonly with: readonly string[];
  readonly heard: readonly string[];
}
export interface CallView {
  readonly sid: string;
  readonly to: string;
  readonly from: string;
  readonly status: string;
  readonly url: string | null;
  readonly statusCallback: string | null;
  readonly answeredBy: string | null;
  readonly createdAt: string;
  readonly answeredAt: string | null;
  readonly endedAt: string | null;
}
export interface ConferenceView {
  readonly sid: string;
  readonly name: string;
  readonly status: 'init' | 'in-progress' | 'completed';
  readonly participants: readonly {
    readonly callSid: string;
    readonly number: string;
    readonly label: string | null;
    readonly joinedAt: string;
    readonly leftAt?: string;
  }[];
}
export interface WarningView {
  readonly at: string;
  readonly code: number;
  readonly message: string;
  readonly callSid: string | null;
}
export interface PhoneAction {
  readonly do: 'answer' | 'decline' | 'hangup' | 'press';
  readonly digit?: string;
}

export interface TwilioSimulator {
  /** Serves the REST API on 127.0.0.1; any free port when none is given. */
  readonly listen: (port?: number) => Promise<{ readonly url: string }>;
  readonly close: () => Promise<void>;
  /** After a restart of the process: every call that was live ends as `failed`, and says so; its rooms complete. */
  readonly recover: () => Promise<void>;
  /** Every number called or set so far, oldest first. */
  readonly phones: () => readonly PhoneView[];
  readonly calls: () => readonly CallView[];
  readonly conferences: () => readonly ConferenceView[];
  /** What Twilio's debugger would show: documents that failed, callbacks that nobody took. */
  readonly warnings: () => readonly WarningView[];
  /** What a person does with a phone. Throws PhoneCannotError or InvalidActionError. */
  readonly act: (number: string, action: PhoneAction) => Promise<void>;
  /** What a phone does by itself from its next call on. Throws InvalidActionError. */
  readonly setBehaviour: (number: string, behaviour: BehaviourSetting) => PhoneView;
  /** Calls `listener` after any visible change; the answer stops it. */
  readonly onChange: (listener: () => void) => () => void;
}

/** Older entries of the debugger give way. */
const MOST_WARNINGS = 1000;

/** The carrier: calls, conferences, phones and webhooks behind Twilio's own API. */
export function createTwilioSimulator(options: SimulatorOptions): TwilioSimulator {
  const { ports, accountSid } = options;
  const newSid = ports.newSid ?? randomSid;
  const store = openStore(ports);
  const phones = createPhones(store);
  const network =
    options.transport === undefined ? nodeTransport() : { send: options.transport, close: () => undefined };
  const send = createWebhooks({ authToken: options.authToken, transport: network.send });
  const inOrder = createOrder(ports.begin);

  let nextWarning = Math.max(-1, ...[...store.warnings.entries()].map(([key]) => Number(key))) + 1;
  const warn = (code: number, message: string, callSid: string | null): void => {
    store.warnings.put(String(nextWarning), { at: ports.now(), code, message, callSid });
    store.warnings.delete(String(nextWarning - MOST_WARNINGS));
    nextWarning += 1;
  };

  const request = (key: string, webhook: Webhook): Promise<WebhookAnswer> =>
    inOrder(key, () => sendSafely(ports, send, webhook));
  /** A callback whose answer means nothing; that it failed is a matter for the debugger. */
  const notify = (key: string, webhook: Webhook): void => {
    void request(key, webhook).then(({ status, failure }) => {
      if (status < 200 || status > 299) {
        warn(11_200, `A callback failed: ${failure ?? `status ${status}`}`, key.startsWith('CA') ? key : null);
      }
    });
  };

  const conferences: Conferences = createConferences({
    store,
    accountSid,
    now: ports.now,
    newSid,
    notify: ({ sid, statusCallback }, parameters) => {
      if (statusCallback !== null) notify(sid, { ...statusCallback, parameters });
    },
    startMusic: (callSid, room) => interpreter.startMusic(callSid, room),
    stopMusic: (callSid) => interpreter.stopMusic(callSid),
  });
  const calls: Calls = createCalls({
    ports,
    accountSid,
    store,
    phones,
    newSid,
    notify,
    conferences: () => conferences,
    interpreter: () => interpreter,
    callsPerSecond: options.callsPerSecond,
  });
  const interpreter: Interpreter = createInterpreter({
    ports,
    accountSid,
    phones,
    request,
    warn,
    call: calls.get,
    conferences: () => conferences,
    hangUp: (callSid) => calls.end(callSid, 'completed', 200),
  });
  const api = createRestApi({
    accountSid,
    authToken: options.authToken,
    allowedFrom: options.allowedFrom,
    fault: options.fault,
    ports,
    store,
    calls,
    conferences,
    newSid,
    warn,
  });
  const server = createServer((incoming, outgoing) => void api(incoming, outgoing));

  const showPhone = ({ number }: PhoneRecord): PhoneView => {
    const callSid = phones.callOf(number);
    const status = callSid === null ? undefined : store.calls.get(callSid)?.status;
    return {
      number,
      state: status === 'ringing' ? 'ringing' : status === 'in-progress' ? 'in-call' : 'idle',
      callSid,
      with: callSid === null ? [] : partnersOf(conferences.of(callSid), callSid),
      heard: [...phones.heardBy(number)],
    };
  };

  return {
    listen: (port = 0) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, '127.0.0.1', () => {
          server.off('error', reject);
          const address = server.address();
          if (address === null || typeof address === 'string') reject(new Error('The carrier has no port'));
          else resolve({ url: `http://127.0.0.1:${address.port}` });
        });
      }),

    close: () =>
      new Promise((resolve) => {
        network.close();
        server.close(() => resolve());
        server.closeAllConnections();
      }),

    recover: async () => {
      const done = ports.begin('ending the calls of an earlier run');
      try {
        for (const call of store.calls.values()) if (isLive(call.status)) calls.end(call.sid, 'failed');
        for (const conference of store.conferences.values()) {
          if (isAbandoned(conference, store)) conferences.end(conference.sid);
        }
        await ports.flushed();
      } finally {
        done();
      }
    },

    phones: () => phones.all().map(showPhone),
    calls: () => [...store.calls.values()].map(showCall),
    conferences: () =>
      [...store.conferences.values()].map(({ sid, name, status, participants }) => ({
        sid,
        name,
        status,
        participants: participants.map(({ callSid, number, label, joinedAt, leftAt }) => ({
          callSid,
          number,
          label,
          joinedAt: new Date(joinedAt).toISOString(),
          ...(leftAt === null ? {} : { leftAt: new Date(leftAt).toISOString() }),
        })),
      })),
    warnings: () =>
      [...store.warnings.values()].map(({ at, ...warning }) => ({ at: new Date(at).toISOString(), ...warning })),

    act: async (number, action) => {
      const done = ports.begin('a person at a phone');
      try {
        actOn(number, action);
        await ports.flushed();
      } finally {
        done();
      }
    },

    setBehaviour: (number, behaviour) => {
      phones.set(number, behaviour);
      return showPhone({ number, behaviour: behaviour.behaviour, times: null });
    },

    onChange: store.onChange,
  };

  function actOn(number: string, action: PhoneAction): void {
    if (!isE164(number)) throw new InvalidActionError(`${number} is no phone number: + and 7 to 15 digits are needed`);
    const callSid = phones.callOf(number);
    const status = callSid === null ? undefined : store.calls.get(callSid)?.status;
    const needs = (wanted: 'ringing' | 'in-progress'): string => {
      if (callSid !== null && status === wanted) return callSid;
      const state = status === 'ringing' ? 'is ringing' : status === 'in-progress' ? 'is in a call' : 'is idle';
      throw new PhoneCannotError(`${number} cannot ${action.do}: it ${state}`);
    };
    switch (action.do) {
      case 'answer':
        calls.answer(needs('ringing'));
        break;
      case 'decline':
        calls.end(needs('ringing'), 'no-answer', 603);
        break;
      case 'hangup':
        calls.end(needs('in-progress'), 'completed', 200);
        break;
      case 'press':
        if (!/^[0-9*#]$/.test(action.digit ?? '')) throw new InvalidActionError('digit must be one of 0 to 9, * and #');
        interpreter.press(needs('in-progress'), action.digit ?? '');
        break;
      default:
        throw new InvalidActionError('do must be one of answer, decline, hangup, press');
    }
  }
}

function showCall(call: CallRecord): CallView {
  return {
    sid: call.sid,
    to: call.to,
    from: call.from,
    status: call.status,
    url: call.voice?.url ?? null,
    statusCallback: call.statusCallback?.url ?? null,
    answeredBy: call.answeredBy,
    createdAt: new Date(call.createdAt).toISOString(),
    answeredAt: isoOrNull(call.answeredAt),
    endedAt: isoOrNull(call.endedAt),
  };
}

/** An address that cannot even be asked is a webhook that failed, not a fault of the simulator. */
async function sendSafely(ports: SimulatorPorts, send: SendWebhook, webhook: Webhook): Promise<WebhookAnswer> {
  try {
    // Nothing is told of a call before it is kept: a restart must not tell it differently.
    await ports.flushed();
    return await send(webhook);
  } catch (fault) {
    const failure = fault instanceof Error ? fault.message : String(fault);
    return { status: 0, contentType: '', body: '', url: webhook.url, failure };
  }
}
