import type { Cause } from '@appointments/events';
import type { Reminder } from './reminders';
import type { Purpose, WakeUp } from './wake-up';
import { sameWallTimeBefore } from './wall-time';

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
  /** The wall time of the client at the start, with its offset, as booking resolved it. */
  readonly localStart: string;
  /** The client's zone: an IANA name. */
  readonly timeZone: string;
  /** When it was booked or moved; ISO, UTC. */
  readonly bookedAt: string;
  readonly cause?: Cause | undefined;
}

/** Why a reminder is not made. */
export type NotMade = 'past' | 'soon-after-booking' | 'not-before-start' | 'same-time-as-another';

export interface Plan {
  readonly wakeUps: readonly WakeUp[];
  readonly notMade: readonly { readonly purpose: Purpose; readonly because: NotMade }[];
}

/** The wake-ups one version of an appointment needs: its call always, however late, and those reminders that still tell something new. */
export function planFor(booking: Booking, reminders: readonly Reminder[], now: Date): Plan {
  const { appointmentId, version, startsAt, cause } = booking;
  const wakeUp = (purpose: Purpose, dueAtMs: number): WakeUp => ({
    appointmentId,
    version,
    purpose,
    dueAt: new Date(dueAtMs).toISOString(),
    cause,
  });
  const startsAtMs = Date.parse(startsAt);
  const soonestMs = Date.parse(booking.bookedAt) + QUIET_AFTER_BOOKING_MS;
  const wakeUps = [wakeUp('call', startsAtMs)];
  const notMade: { readonly purpose: Purpose; readonly because: NotMade }[] = [];
  for (const reminder of reminders) {
    const dueAtMs = dueAtOf(reminder, booking);
    const reminding = wakeUp(`reminder-${reminder.key}`, dueAtMs);
    const because = reasonAgainst();
    if (because === undefined) wakeUps.push(reminding);
    else notMade.push({ purpose: reminding.purpose, because });

    function reasonAgainst(): NotMade | undefined {
      if (dueAtMs >= startsAtMs) return 'not-before-start';
      if (dueAtMs < now.getTime()) return 'past';
      if (dueAtMs < soonestMs) return 'soon-after-booking';
      // Two offsets that come to the same instant, like 24h and 1d@wall on most days, are one reminder.
      return wakeUps.some(({ dueAt }) => dueAt === reminding.dueAt) ? 'same-time-as-another' : undefined;
    }
  }
  return { wakeUps, notMade };
}

function dueAtOf(reminder: Reminder, { startsAt, localStart, timeZone }: Booking): number {
  return 'beforeMs' in reminder
    ? Date.parse(startsAt) - reminder.beforeMs
    : sameWallTimeBefore({ localStart, timeZone }, reminder.daysBefore);
}

/** How a wake-up travels: by a schedule that fires at `at` (ISO, whole seconds), or straight by the delay queue. */
export type Route = { readonly by: 'delay' } | { readonly by: 'schedule'; readonly at: string };

export function routeOf(wakeUp: WakeUp, now: Date): Route {
  const dueAtMs = Date.parse(wakeUp.dueAt);
  if (dueAtMs - now.getTime() <= STRAIGHT_TO_DELAY_MS) return { by: 'delay' };
  const atMs = Math.floor((dueAtMs - SCHEDULE_AHEAD_MS) / 1000) * 1000;
  return { by: 'schedule', at: new Date(atMs).toISOString() };
}
