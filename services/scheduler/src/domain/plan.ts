import type { Cause } from '@appointments/events';
import type { Reminder } from './reminders';
import type { Purpose, WakeUp } from './wake-up';

/** EventBridge Scheduler is precise to the minute only, so its schedules are set this far ahead of what is due. */
export const SCHEDULE_AHEAD_MS = 120_000;
/** What is due within this time, or past, never becomes a schedule: it could be refused, or fire too late. */
export const STRAIGHT_TO_DELAY_MS = 150_000;
/** A reminder that would come sooner than this after the booking tells nobody anything new. */
export const QUIET_AFTER_BOOKING_MS = 30 * 60_000;

export interface Booking {
  readonly appointmentId: string;
  readonly version: number;
  /** ISO, UTC. */
  readonly startsAt: string;
  /** When it was booked or moved; ISO, UTC. */
  readonly bookedAt: string;
  readonly cause?: Cause | undefined;
}

export interface Plan {
  readonly wakeUps: readonly WakeUp[];
  /** Reminders for which there is no time left. */
  readonly notMade: readonly Purpose[];
}

/** The wake-ups one version of an appointment needs: its call always, however late, and those reminders that still tell something new. */
export function planFor(booking: Booking, reminders: readonly Reminder[]): Plan {
  const { appointmentId, version, startsAt, cause } = booking;
  const wakeUp = (purpose: Purpose, dueAtMs: number): WakeUp => ({
    appointmentId,
    version,
    purpose,
    dueAt: new Date(dueAtMs).toISOString(),
    cause,
  });
  const startsAtMs = Date.parse(startsAt);
  const earliestMs = Date.parse(booking.bookedAt) + QUIET_AFTER_BOOKING_MS;
  const offered = reminders.map((reminder) => wakeUp(`reminder-${reminder.key}`, startsAtMs - reminder.beforeMs));
  const inTime = (candidate: WakeUp) => Date.parse(candidate.dueAt) >= earliestMs;
  return {
    wakeUps: [wakeUp('call', startsAtMs), ...offered.filter(inTime)],
    notMade: offered.filter((candidate) => !inTime(candidate)).map((candidate) => candidate.purpose),
  };
}

/** How a wake-up travels: by a schedule that fires at `at` (ISO, whole seconds), or straight by the delay queue. */
export type Route = { readonly by: 'delay' } | { readonly by: 'schedule'; readonly at: string };

export function routeOf(wakeUp: WakeUp, now: Date): Route {
  const dueAtMs = Date.parse(wakeUp.dueAt);
  if (dueAtMs - now.getTime() <= STRAIGHT_TO_DELAY_MS) return { by: 'delay' };
  const atMs = Math.floor((dueAtMs - SCHEDULE_AHEAD_MS) / 1000) * 1000;
  return { by: 'schedule', at: new Date(atMs).toISOString() };
}
