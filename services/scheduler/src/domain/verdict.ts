import { reminderOf, type AppointmentState, type Intent, type WakeUp } from './wake-up';

/** A message may arrive this much before its time and still counts as due: queues count in whole seconds. */
export const COUNTS_AS_DUE_MS = 1000;
/** A call this late is history: it is logged, and nobody is woken. */
export const HISTORY_AFTER_MS = 24 * 3_600_000;

export type Verdict =
  /** Its time has come. */
  | { readonly is: 'due'; readonly startsAt: string }
  /** It came before its time and is to be delayed once more. */
  | { readonly is: 'early' }
  /** The appointment was moved or called off. */
  | { readonly is: 'stale' }
  /** It was said before. */
  | { readonly is: 'said' }
  /** The table does not know the appointment's version yet. */
  | { readonly is: 'unknown' }
  /** A reminder whose appointment has begun. */
  | { readonly is: 'too-late' }
  /** Older than a day. */
  | { readonly is: 'history' };

/** What becomes of a wake-up that arrived: the table decides, never the timer. */
export function verdictOn(
  wakeUp: WakeUp,
  state: AppointmentState | undefined,
  intent: Intent | undefined,
  now: Date,
): Verdict {
  const lateMs = now.getTime() - Date.parse(wakeUp.dueAt);
  if (lateMs < -COUNTS_AS_DUE_MS) return { is: 'early' };
  if (intent?.state === 'said') return { is: 'said' };
  if (state && (state.version > wakeUp.version || state.cancelled)) return { is: 'stale' };
  if (lateMs > HISTORY_AFTER_MS) return { is: 'history' };
  if (!state || state.version < wakeUp.version || state.startsAt === undefined) return { is: 'unknown' };
  if (reminderOf(wakeUp.purpose) !== undefined && now.getTime() >= Date.parse(state.startsAt))
    return { is: 'too-late' };
  return { is: 'due', startsAt: state.startsAt };
}
