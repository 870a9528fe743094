import type { OutboxItem } from '@appointments/runtime';
import type { Agent, Appointment } from '../domain/projection';
import type { Leg, Session } from '../domain/session';

export interface StoredSession {
  readonly session: Session;
  /** Rises with every write; the next one names it. */
  readonly revision: number;
}

export interface SessionWrite {
  readonly session: Session;
  /** The revision that was read; 0 for a new session. */
  readonly expected: number;
  /** What the facts have caused; written with them or not at all. */
  readonly outbox: readonly OutboxItem[];
  /** Numbers that this session holds from now on. */
  readonly hold: readonly string[];
  readonly free: readonly string[];
  /** The write stands only while the appointment is still at the session's version. */
  readonly onlyWhileCurrent: boolean;
  /** A call that is counted with the write, which stands only while the number has had fewer calls that day. */
  readonly counts?: CountedCall | undefined;
  /** A number that may still be called that day, or the write does not stand. */
  readonly needs?: CountedCall | undefined;
  /** A number without proof that is about to be called; the write stands only while it may be. */
  readonly unproven?: UnprovenCall | undefined;
  /** A client's number that has accepted a call: from now on it is proven. */
  readonly proves?: string | undefined;
}

export interface CountedCall {
  readonly leg: Leg;
  readonly number: string;
  readonly dailyLimit: number;
}

/** A number that never accepted a call of ours is called for a few appointments a day; that they are moved changes nothing. */
export interface UnprovenCall {
  readonly number: string;
  readonly dailyAppointments: number;
  /** Whether it is this very number that is called now, and not the agent's for its sake. */
  readonly rings: boolean;
}

/** `engaged` names the number that another session holds; `tooOften` the leg whose number has had its calls of the day, `unproven` that the client's has had its appointments. */
export type WriteResult =
  | 'written'
  | 'contended'
  | 'overtaken'
  | 'unproven'
  | { readonly tooOften: Leg }
  | { readonly engaged: string };

export interface Sessions {
  readonly load: (sessionId: string) => Promise<StoredSession | undefined>;
  readonly write: (write: SessionWrite, now: Date) => Promise<WriteResult>;
  /** Whether a client's number has ever accepted a call of ours; nobody accepts one while another session holds the number. */
  readonly isProven: (number: string, now: Date) => Promise<boolean>;
  /** The sessions that were ever started for an appointment. */
  readonly ofAppointment: (
    appointmentId: string,
  ) => Promise<readonly { readonly sessionId: string; readonly appointmentVersion: number }[]>;
}

export interface StoredAppointment {
  readonly appointment: Appointment;
  readonly revision: number;
}

export interface Projections {
  readonly load: (appointmentId: string) => Promise<StoredAppointment | undefined>;
  /** Resolves `false` when somebody else wrote meanwhile. */
  readonly write: (appointment: Appointment, expected: number, now: Date) => Promise<boolean>;
  readonly loadAgent: (agentId: string) => Promise<Agent | undefined>;
  /** Keeps the newest word on an agent. */
  readonly writeAgent: (agent: Agent) => Promise<void>;
}

export type CreateResult =
  | { readonly type: 'created'; readonly callSid: string; readonly queueMs: number }
  | { readonly type: 'not-placed' }
  | { readonly type: 'refused'; readonly outcome: 'invalid-number' | 'unreachable' }
  /** For a reason that no other attempt can mend; `surely` where it is the account's, and so everybody's. */
  | { readonly type: 'refused-account'; readonly code?: number | undefined; readonly surely: boolean }
  /** It may ring or not: only a webhook or the watchdog can tell. */
  | { readonly type: 'unknown' };

export interface CallState {
  readonly callSid: string;
  readonly status: string;
}

/** The carrier could not be asked, or did not answer; what was asked may be asked again. */
export const UNAVAILABLE = 'unavailable';
type Unavailable = typeof UNAVAILABLE;

export interface NewCall {
  readonly to: string;
  readonly url: string;
  readonly fallbackUrl: string;
  readonly statusCallback: string;
  readonly ringSeconds: number;
  readonly timeLimitSeconds: number;
  readonly detectMachine: boolean;
}

/** The carrier, as far as a session needs it. */
export interface Carrier {
  readonly create: (call: NewCall) => Promise<CreateResult>;
  /** Ends a call whatever it is doing; `null` when there is nothing to end. */
  readonly end: (callSid: string) => Promise<CallState | null | Unavailable>;
  /** Replaces what a call is hearing; `null` when nobody is there to hear it. */
  readonly say: (callSid: string, twiml: string) => Promise<CallState | null | Unavailable>;
  readonly fetch: (callSid: string) => Promise<CallState | null | Unavailable>;
  /** The newest call to `to` that was created in the span, for attempts whose id was never learnt. */
  readonly find: (to: string, from: Date, until: Date) => Promise<CallState | null | Unavailable>;
  readonly isRoomInProgress: (room: string) => Promise<boolean | Unavailable>;
}
