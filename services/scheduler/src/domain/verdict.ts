import { isByText, isOvertaken, reminderOf, type AppointmentState, type Intent, type WakeUp } from './wake-up';

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
  /** It was said, withdrawn or dropped before. */
  | { readonly is: 'settled' }
  /** The table does not know the appointment's version yet. */
  | { readonly is: 'unknown' }
  /** A reminder that comes too late to be of use. */
  | { readonly is: 'too-late'; readonly because: 'appointment-begun' | 'later-reminder-due' }
  /** A call older than a day. */
  | { readonly is: 'history' };

/** What becomes of a wake-up that arrived, by what the table knows of its appointment: the table decides, never the timer. */
export function verdictOn(
  wakeUp: WakeUp,
  state: AppointmentState | undefined,
  intents: readonly Intent[],
  now: Date,
): Verdict {
  const lateMs = now.getTime() - Date.parse(wakeUp.dueAt);
  if (lateMs < -COUNTS_AS_DUE_MS) return { is: 'early' };
  const ofVersion = intents.filter(({ version }) => version === wakeUp.version);
  const own = ofVersion.find(({ purpose }) => purpose === wakeUp.purpose)?.state;
  if (own === 'said' || own === 'withdrawn' || own === 'dropped') return { is: 'settled' };
  if (state && isOvertaken(wakeUp, state)) return { is: 'stale' };
  const isReminder = reminderOf(wakeUp.purpose) !== undefined;
  if (!isReminder && lateMs > HISTORY_AFTER_MS) return { is: 'history' };
  if (!state || state.version < wakeUp.version || state.startsAt === undefined) return { is: 'unknown' };
  if (isReminder) {
    if (now.getTime() >= Date.parse(state.startsAt)) return { is: 'too-late', because: 'appointment-begun' };
    if (ofVersion.some((other) => isLaterReminder(other, wakeUp, now)))
      return { is: 'too-late', because: 'later-reminder-due' };
  }
  return { is: 'due', startsAt: state.startsAt };
}

/** Nobody is reminded of one appointment twice in a breath: the later reminder, once it is due too, says it all, unless it is a text and this is more. */
function isLaterReminder({ purpose, dueAt }: Intent, than: WakeUp, now: Date): boolean {
  if (reminderOf(purpose) === undefined || (isByText(purpose) && !isByText(than.purpose))) return false;
  const dueAtMs = Date.parse(dueAt);
  return dueAtMs > Date.parse(than.dueAt) && dueAtMs <= now.getTime();
}
