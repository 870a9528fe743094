import type { HttpMethod } from './records';

export interface Say {
  readonly verb: 'Say';
  readonly text: string;
  /** 0 means until interrupted. */
  readonly loop: number;
}
export interface Play {
  readonly verb: 'Play';
  readonly url: string;
  readonly loop: number;
}
/** `<Play digits="ww12">`: tones, where each `w` is half a second of silence. */
export interface PlayDigits {
  readonly verb: 'PlayDigits';
  readonly digits: string;
}
export interface Pause {
  readonly verb: 'Pause';
  readonly seconds: number;
}
export type Prompt = Say | Play | PlayDigits | Pause;

export interface Gather {
  readonly verb: 'Gather';
  readonly input: { readonly dtmf: boolean; readonly speech: boolean };
  /** Null: the document itself. */
  readonly action: string | null;
  readonly method: HttpMethod;
  readonly timeoutSeconds: number;
  readonly numDigits: number | null;
  readonly finishOnKey: string;
  readonly actionOnEmptyResult: boolean;
  /** Whether speech interrupts the prompts; a key always does. */
  readonly bargeIn: boolean;
  readonly prompts: readonly Prompt[];
}

/** How a call takes part in a room. */
export interface ConferenceAttributes {
  readonly name: string;
  readonly startConferenceOnEnter: boolean;
  readonly endConferenceOnExit: boolean;
  /** Null: Twilio's own hold music; empty: silence. */
  readonly waitUrl: string | null;
  readonly waitMethod: HttpMethod;
  readonly maxParticipants: number;
  readonly participantLabel: string | null;
  readonly muted: boolean;
  /** The call that this one coaches: the only one to hear it. */
  readonly coach: string | null;
  readonly statusCallback: string | null;
  readonly statusCallbackMethod: HttpMethod;
  readonly statusCallbackEvents: readonly string[];
}

/** A number to dial, and what is told of that call. */
export interface NumberAttributes {
  readonly number: string;
  /** The document that whoever answers hears before being connected; null: none. */
  readonly url: string | null;
  readonly method: HttpMethod;
  readonly statusCallback: string | null;
  readonly statusCallbackMethod: HttpMethod;
  readonly statusCallbackEvents: readonly string[];
}

interface AnyDial {
  readonly action: string | null;
  readonly method: HttpMethod;
  readonly timeLimitSeconds: number | null;
  readonly hangupOnStar: boolean;
}
export interface DialConference extends AnyDial {
  readonly verb: 'DialConference';
  readonly conference: ConferenceAttributes;
}
export interface DialNumber extends AnyDial {
  readonly verb: 'DialNumber';
  readonly timeoutSeconds: number;
  /** Null: the number that the call itself came from. */
  readonly callerId: string | null;
  readonly number: NumberAttributes;
}

export interface Redirect {
  readonly verb: 'Redirect';
  /** Null: the document itself. */
  readonly url: string | null;
  readonly method: HttpMethod;
}
export type Verb =
  | Prompt
  | Gather
  | DialConference
  | DialNumber
  | Redirect
  | { readonly verb: 'Hangup' }
  | { readonly verb: 'Reject' };
