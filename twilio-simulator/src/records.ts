import type { Collection, SimulatorPorts } from './ports';
import type { ConferenceAttributes } from './verbs';

export type CallStatus = 'queued' | 'ringing' | 'in-progress' | FinalStatus;
export type FinalStatus = 'completed' | 'busy' | 'failed' | 'no-answer' | 'canceled';
export type HttpMethod = 'GET' | 'POST';

export const behaviours = [
  'manual',
  'accept',
  'answer-silent',
  'no-answer',
  'busy',
  'voicemail',
  'unreachable',
  'fax',
  'silence',
] as const;
export type Behaviour = (typeof behaviours)[number];

/** An address Twilio would call, and how. */
export interface Hook {
  readonly url: string;
  readonly method: HttpMethod;
}

/** What a phone does when it is called, and for how long. */
export interface Manner {
  readonly behaviour: Behaviour;
  /** How long machine detection listens to whoever answers. */
  readonly detectionMs?: number;
  /** How long a voicemail's greeting lasts before it records. */
  readonly greetingMs?: number;
  /** Whether the greeting ends with a beep. @default true */
  readonly beep?: boolean;
}

/**
 * One call, as it is kept. Instants are virtual milliseconds. Its manner is what its phone does in this call,
 * taken from the phone's setting when it was dialled.
 */
export interface CallRecord extends Manner {
  readonly sid: string;
  readonly to: string;
  readonly from: string;
  readonly status: CallStatus;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly dialledAt: number | null;
  readonly answeredAt: number | null;
  readonly endedAt: number | null;
  readonly queueTimeMs: number;
  /** The call whose `<Dial>` dialled this one. */
  readonly parentSid?: string;
  /** The room that a participant created by REST is put into on answering. */
  readonly room?: { readonly conferenceSid: string; readonly attributes: ConferenceAttributes };
  /** What runs on answering. Null for a call that runs the `twiml` it was created with, or is only connected. */
  readonly voice: Hook | null;
  readonly twiml: string | null;
  readonly fallback: Hook | null;
  readonly statusCallback: Hook | null;
  readonly statusCallbackEvents: readonly string[];
  /** Fired status callbacks so far: the next SequenceNumber. */
  readonly sequence: number;
  readonly timeoutSeconds: number;
  readonly timeLimitSeconds: number;
  readonly machineDetection: 'Enable' | 'DetectMessageEnd' | null;
  readonly asyncAmd: boolean;
  readonly asyncAmdCallback: Hook | null;
  /** Detection of the message's end gives up after so long. @default 30 s */
  readonly detectionTimeoutMs?: number;
  /** Silence is taken for `unknown` after so long. @default 5 s */
  readonly silenceTimeoutMs?: number;
  readonly answeredBy: string | null;
  readonly sipResponseCode: number | null;
}

export interface ParticipantRecord {
  readonly callSid: string;
  readonly number: string;
  readonly label: string | null;
  readonly joinedAt: number;
  readonly updatedAt: number;
  readonly leftAt: number | null;
  readonly muted: boolean;
  readonly hold: boolean;
  readonly startConferenceOnEnter: boolean;
  readonly endConferenceOnExit: boolean;
  /** The call that this one coaches; it is the only one to hear it. */
  readonly coach?: string | null;
  /** What it hears while it waits for the room to start. */
  readonly waitUrl: string | null;
  readonly waitMethod: HttpMethod;
}

export interface ConferenceRecord {
  readonly sid: string;
  readonly name: string;
  readonly status: 'init' | 'in-progress' | 'completed';
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly startedAt: number | null;
  readonly maxParticipants: number;
  readonly statusCallback: Hook | null;
  readonly statusCallbackEvents: readonly string[];
  readonly sequence: number;
  readonly reasonEnded: string | null;
  readonly callSidEnding: string | null;
  readonly participants: readonly ParticipantRecord[];
  /** Calls that were created to come in and have not been answered yet. */
  readonly invited?: readonly string[];
}

/** A phone's setting. Whether it rings or talks follows from its call. */
export interface PhoneRecord extends Manner {
  readonly number: string;
  /** Calls for which the behaviour still holds; null until it is changed. */
  readonly times: number | null;
}

/** Something Twilio would put into its debugger: the caller notices nothing, or only an error message. */
export interface WarningRecord {
  readonly at: number;
  readonly code: number;
  readonly message: string;
  readonly callSid: string | null;
}

/** What the carrier keeps, and who is told when it changes. */
export interface Store {
  readonly calls: Collection<CallRecord>;
  readonly conferences: Collection<ConferenceRecord>;
  readonly phones: Collection<PhoneRecord>;
  readonly heard: Collection<{ readonly number: string; readonly line: string }>;
  readonly warnings: Collection<WarningRecord>;
  readonly onChange: (listener: () => void) => () => void;
}

/** Opens the kept state; every change to it calls the listeners. */
export function openStore(ports: SimulatorPorts): Store {
  const listeners = new Set<() => void>();
  const told = <T>(kept: Collection<T>): Collection<T> => ({
    get: (key) => kept.get(key),
    has: (key) => kept.has(key),
    values: () => kept.values(),
    entries: () => kept.entries(),
    get size() {
      return kept.size;
    },
    put: (key, value) => {
      kept.put(key, value);
      for (const listener of listeners) listener();
    },
    delete: (key) => {
      kept.delete(key);
      for (const listener of listeners) listener();
    },
  });
  return {
    calls: told(ports.collection<CallRecord>('calls')),
    conferences: told(ports.collection<ConferenceRecord>('conferences')),
    phones: told(ports.collection<PhoneRecord>('phones')),
    heard: told(ports.collection<{ number: string; line: string }>('heard')),
    warnings: told(ports.collection<WarningRecord>('warnings')),
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** True when the call rings, waits or talks. */
export function isLive(status: CallStatus): boolean {
  return status === 'queued' || status === 'ringing' || status === 'in-progress';
}
