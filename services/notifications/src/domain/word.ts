import { endsAtMs, type Particulars, type Projection, type State } from './projection';

/** What there is to say of one version of an appointment. */
export type Kind = 'confirmation' | 'moved' | 'cancelled' | 'reminder' | 'could-not-connect' | 'follow-up';

export interface Word {
  readonly appointmentId: string;
  readonly version: number;
  readonly kind: Kind;
  /** Which of an appointment's reminders it is: `24h`, `1h`. */
  readonly reminder?: string;
}

/** What tells the messages of one version apart. */
export function templateOf({ kind, reminder }: Pick<Word, 'kind' | 'reminder'>): string {
  return reminder === undefined ? kind : `${kind}-${reminder}`;
}

/** How telephony says that a call did not come about. */
export interface CallFailure {
  readonly version: number;
  readonly callSessionId: string;
  readonly leg: string | null;
  readonly reason: string;
  readonly attempts: readonly { readonly leg: string; readonly outcome: string }[];
}

/** How telephony says that the two have talked to each other. */
export interface CallSuccess {
  readonly version: number;
  readonly durationSeconds: number;
}

export type Decision =
  | { readonly is: 'say'; readonly word: Word; readonly state: State; readonly particulars: Particulars }
  /** There is nothing to say, and why. */
  | { readonly is: 'silence'; readonly because: string }
  /** What is needed has not come yet. */
  | { readonly is: 'not-yet'; readonly because: string };

/** Nobody is told of these: the later word goes in their place. */
const QUIET_FAILURES = new Set(['cancelled', 'superseded']);
/** A day after its end, word of what became of a call helps nobody. */
const CALL_NEWS_MS = 24 * 3_600_000;

/** The word that stands after a booking, a move or a cancellation of `version`: the newest known, also where it overtook the event. */
export function wordOnTime(appointmentId: string, version: number, known: Projection): Decision {
  const { state, particulars } = known;
  if (!state || state.version < version || !particulars)
    return { is: 'not-yet', because: `who and when of version ${version} is not known here` };
  if (state.cancelled) return say(appointmentId, 'cancelled', state, particulars);
  if (particulars.version < state.version)
    return { is: 'not-yet', because: `the local times of version ${state.version} are not known here` };
  return say(appointmentId, state.version === 1 ? 'confirmation' : 'moved', state, particulars);
}

/** What there is to say of a failed call: nothing once the appointment was moved or called off. */
export function wordOnFailure(appointmentId: string, failure: CallFailure, known: Projection): Decision {
  if (QUIET_FAILURES.has(failure.reason)) return { is: 'silence', because: `the call was ${failure.reason}` };
  const { state, particulars } = known;
  if (!state || state.version < failure.version || !particulars || particulars.version < failure.version)
    return { is: 'not-yet', because: `who and when of version ${failure.version} is not known here` };
  if (state.cancelled || state.version > failure.version)
    return { is: 'silence', because: 'the appointment was moved or called off' };
  return say(appointmentId, 'could-not-connect', state, particulars);
}

/** What there is to say once the two have talked to each other: nothing of a time that was moved or called off meanwhile. */
export function wordOnSuccess(appointmentId: string, success: CallSuccess, known: Projection, now: Date): Decision {
  const { state, particulars } = known;
  if (!state || state.version < success.version || !particulars || particulars.version < success.version)
    return { is: 'not-yet', because: `who and when of version ${success.version} is not known here` };
  if (state.cancelled || state.version > success.version)
    return { is: 'silence', because: 'the appointment was moved or called off' };
  if (isTooLate('follow-up', particulars, now)) return { is: 'silence', because: 'the call is a day ago' };
  return say(appointmentId, 'follow-up', state, particulars);
}

/** What there is to say when the time for a reminder has come: nothing of a time that has begun, was moved or called off. */
export function wordOnReminder(
  appointmentId: string,
  { version, reminder }: { readonly version: number; readonly reminder: string },
  known: Projection,
  now: Date,
): Decision {
  const { state, particulars } = known;
  if (!state || state.version < version || !particulars || particulars.version < version)
    return { is: 'not-yet', because: `who and when of version ${version} is not known here` };
  if (state.cancelled || state.version > version)
    return { is: 'silence', because: 'the appointment was moved or called off' };
  if (isTooLate('reminder', particulars, now)) return { is: 'silence', because: 'the appointment has begun' };
  return say(appointmentId, 'reminder', state, particulars, reminder);
}

function say(
  appointmentId: string,
  kind: Kind,
  state: State,
  particulars: Particulars,
  reminder?: string,
): Extract<Decision, { is: 'say' }> {
  const word = { appointmentId, version: state.version, kind, ...(reminder !== undefined && { reminder }) };
  return { is: 'say', word, state, particulars };
}

/** Whether a word no longer makes sense: a time is told until it is over, reminded of until it begins, what became of the call told for a day more. */
export function isTooLate(kind: Kind, particulars: Particulars, now: Date): boolean {
  if (kind === 'reminder') return now.getTime() >= Date.parse(particulars.startsAt);
  const isOfTheCall = kind === 'could-not-connect' || kind === 'follow-up';
  return now.getTime() >= endsAtMs(particulars) + (isOfTheCall ? CALL_NEWS_MS : 0);
}
