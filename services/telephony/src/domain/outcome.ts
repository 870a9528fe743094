import type { ATTEMPT_OUTCOMES } from '@appointments/events';

export type Outcome = (typeof ATTEMPT_OUTCOMES)[number];

/** How Twilio says that a call is over; the other statuses are `queued`, `initiated`, `ringing` and `in-progress`. */
const FINAL_STATUSES = new Set(['completed', 'busy', 'failed', 'no-answer', 'canceled']);

export function isFinal(status: string): boolean {
  return FINAL_STATUSES.has(status);
}

export interface CallEnd {
  /** Twilio's last word: `completed`, `busy`, `failed`, `no-answer` or `canceled`. */
  readonly status: string;
  readonly sipCode?: number | undefined;
  /** Somebody or something took the call. */
  readonly answered: boolean;
  /** It rang at all. */
  readonly rang: boolean;
  readonly ringSeconds: number;
  /** What screening found, if it found anything. */
  readonly screened?: Outcome | undefined;
  /** We hung up: because it took too long, or because it was no longer wanted. */
  readonly gaveUp?: 'late' | 'unwanted' | undefined;
}

/** Two seconds of tolerance on a ring time, because Twilio's timestamps are whole seconds. */
const RING_TOLERANCE_SECONDS = 2;

/** What became of an attempt that reached no person. `completed` alone says nothing: a voicemail completes a call too. */
export function outcomeOf(end: CallEnd, ringSeconds: number): Outcome {
  if (end.screened !== undefined) return end.screened;
  if (end.gaveUp === 'unwanted') return 'cancelled';
  if (end.answered || end.status === 'completed' || end.status === 'in-progress') return 'no-input';
  if (end.gaveUp === 'late') return end.rang ? 'no-answer' : 'carrier-error';
  switch (end.status) {
    case 'busy':
      return 'busy';
    case 'no-answer':
      return isDeclined(end, ringSeconds) ? 'declined' : 'no-answer';
    case 'canceled':
      return 'cancelled';
    default:
      return failureOf(end.sipCode);
  }
}

/** Twilio calls a rejected call `no-answer` too; one that ended well before the ring time was rejected. */
function isDeclined(end: CallEnd, ringSeconds: number): boolean {
  return end.sipCode === 603 || (end.rang && end.ringSeconds < ringSeconds - RING_TOLERANCE_SECONDS);
}

function failureOf(sipCode = 0): Outcome {
  if (sipCode === 486 || sipCode === 600) return 'busy';
  if (sipCode === 603) return 'declined';
  if (sipCode === 404 || sipCode === 410 || sipCode === 484 || sipCode === 604) return 'invalid-number';
  if (sipCode >= 500 && sipCode <= 599) return 'carrier-error';
  return 'unreachable';
}
