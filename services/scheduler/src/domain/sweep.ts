import { isOpen, type Intent } from './wake-up';

/** SQS delays a message by fifteen minutes at most (SendMessage, DelaySeconds): what is due within them can be handed over. */
export const SWEEP_AHEAD_MS = 15 * 60_000;
/** What was handed over and is so late has got lost, or is not the worse for being woken twice. */
export const LOST_AFTER_MS = 60_000;

const DAY_MS = 86_400_000;

/** Which open wake-ups a sweep looks at: those due on these UTC days and not after `until` (ISO, UTC). */
export interface Sweep {
  readonly until: string;
  readonly days: readonly string[];
}

/**
 * Yesterday's are looked at too: a call is woken up to a day late. What an outage left behind from before that is history,
 * and the daily comparison tells of it.
 */
export function sweepAt(now: Date): Sweep {
  const until = new Date(now.getTime() + SWEEP_AHEAD_MS).toISOString();
  const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);
  return {
    until,
    days: [...new Set([day(now.getTime() - DAY_MS), day(now.getTime()), until.slice(0, 10)])],
  };
}

/** What a sweep does for a wake-up: `hand-over` what the delay queue does not have yet, `wake` what has got lost in it, or nothing. */
export function careFor(intent: Intent, now: Date): 'hand-over' | 'wake' | 'nothing' {
  const aheadMs = Date.parse(intent.dueAt) - now.getTime();
  if (!isOpen(intent) || aheadMs > SWEEP_AHEAD_MS) return 'nothing';
  if (intent.state === 'planned') return 'hand-over';
  return -aheadMs >= LOST_AFTER_MS ? 'wake' : 'nothing';
}
