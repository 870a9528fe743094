import { createServer } from 'node:http';
import { createCallbacks } from './callbacks';
import type { Calls } from './calls';
import { createCalls } from './calls';
import type { Chaos } from './chaos';
import { createChaos } from './chaos';
import type { Conferences } from './conferences';
import { createConferences } from './conferences';
import { createControls } from './controls';
import type { Interpreter } from './interpreter';
import { createInterpreter } from './interpreter';
import { lagging } from './lag';
import { createNumberRules } from './numbers';
import type { SimulatorOptions } from './options';
import type { PhoneAction } from './people';
import { createPeople } from './people';
import type { BehaviourSetting } from './phones';
import { createPhones } from './phones';
import { randomSid } from './ports';
import { isLive, openStore } from './records';
import { createRestApi } from './rest';
import { isAbandoned } from './rooms';
import type { CallView, ConferenceView, PhoneView, WarningView } from './shown';
import { createShown, showCall, showConference } from './shown';
import { nodeTransport } from './transport';
import { createWebhooks } from './webhooks';

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
  /** Who hears whom right now: for each number in a conversation, the numbers that hear what is said there. */
  readonly earshot: () => Readonly<Record<string, readonly string[]>>;
  /** What each phone will do by itself when it is called next. */
  readonly behaviours: () => Readonly<Record<string, BehaviourSetting['behaviour']>>;
  readonly chaos: Chaos;
  /** Calls `listener` after any visible change; the answer stops it. */
  readonly onChange: (listener: () => void) => () => void;
}

/** Older entries of the debugger give way. */
const MOST_WARNINGS = 1000;
/** What a minute to a number in the United States cost in 2026, about. */
const PRICE_PER_MINUTE = 0.014;

/** The carrier: calls, conferences, phones and webhooks behind Twilio's own API. */
export function createTwilioSimulator(options: SimulatorOptions): TwilioSimulator {
  const { ports, accountSid, chaos = createChaos(), readLagMs = 0 } = options;
  const newSid = ports.newSid ?? randomSid;
  const kept = openStore(ports);
  const laggingCalls = lagging(kept.calls, readLagMs, ports.now);
  const laggingConferences = lagging(kept.conferences, readLagMs, ports.now);
  const store = { ...kept, calls: laggingCalls.written, conferences: laggingConferences.written };
  const phones = createPhones(store);
  const numbers = createNumberRules(options);

  let nextWarning = Math.max(-1, ...[...store.warnings.entries()].map(([key]) => Number(key))) + 1;
  const warn = (code: number, message: string, callSid: string | null): void => {
    store.warnings.put(String(nextWarning), { at: ports.now(), code, message, callSid });
    store.warnings.delete(String(nextWarning - MOST_WARNINGS));
    nextWarning += 1;
  };

  const network =
    options.transport === undefined ? nodeTransport() : { send: options.transport, close: () => undefined };
  const send = createWebhooks({ authToken: options.authToken, transport: network.send });
  const callbacks = createCallbacks({ ports, send, chaos, warn });

  const conferences: Conferences = createConferences({
    store,
    accountSid,
    now: ports.now,
    newSid,
    notify: ({ sid, statusCallback }, parameters) => {
      if (statusCallback !== null) callbacks.notify(sid, { ...statusCallback, parameters });
    },
    startMusic: (callSid, music) => interpreter.startMusic(callSid, music),
    stopMusic: (callSid) => interpreter.stopMusic(callSid),
    announce: (announcement) => interpreter.announce(announcement),
    stopAnnouncement: (place) => interpreter.stopAnnouncement(place),
    callOff: (callSid) => calls.end(callSid, 'canceled', 487),
  });
  const calls: Calls = createCalls({
    ports,
    accountSid,
    store,
    phones,
    newSid,
    notify: callbacks.notify,
    conferences: () => conferences,
    interpreter: () => interpreter,
    callsPerSecond: options.callsPerSecond,
    detectionMs: options.detectionMs ?? 0,
  });
  const interpreter: Interpreter = createInterpreter({
    ports,
    accountSid,
    phones,
    warn,
    request: callbacks.request,
    calls: () => calls,
    conferences: () => conferences,
    refusal: (to, from) => {
      const refused = numbers.refusal(to, from);
      return refused === null ? null : { code: refused.twiml, message: refused.message };
    },
    asksInterruptedAction: options.asksInterruptedAction ?? true,
  });
  const shown = createShown(store, phones, conferences, interpreter);
  const person = createPeople({ store, phones, calls, conferences, interpreter, earshotOf: shown.earshotOf });

  const simulator: TwilioSimulator = {
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
        callbacks.stop();
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

    phones: shown.phones,
    earshot: shown.earshot,
    calls: () => [...store.calls.values()].map(showCall),
    conferences: () => [...store.conferences.values()].map(showConference),
    warnings: () =>
      [...store.warnings.values()].map(({ at, ...warning }) => ({ at: new Date(at).toISOString(), ...warning })),

    act: async (number, action) => {
      const done = ports.begin('a person at a phone');
      try {
        person(number, action);
        await ports.flushed();
      } finally {
        done();
      }
    },

    setBehaviour: (number, behaviour) => {
      phones.set(number, behaviour);
      return shown.phone(number);
    },

    behaviours: () => Object.fromEntries(phones.all().map(({ number, behaviour }) => [number, behaviour])),

    chaos,
    onChange: kept.onChange,
  };

  const api = createRestApi({
    accountSid,
    authToken: options.authToken,
    apiKeys: options.apiKeys ?? [],
    fault: (request) => {
      const asked = options.fault?.(request) ?? 'pass';
      return asked === 'pass' ? chaos.faultOf(request) : asked;
    },
    ports,
    now: ports.now,
    store,
    seen: { calls: laggingCalls.seen, conferences: laggingConferences.seen },
    calls,
    conferences,
    numbers,
    pricePerMinute: options.pricePerMinute ?? PRICE_PER_MINUTE,
    newSid,
    warn,
  });
  const controls = options.controls && createControls(simulator, ports.now, options.controls);
  const server = createServer((incoming, outgoing) => {
    if (controls?.(incoming, outgoing) !== true) void api(incoming, outgoing);
  });
  return simulator;
}
