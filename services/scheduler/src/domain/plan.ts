import type { Cause } from '@appointments/events';
import { clocksOf, lastMinuteBefore, type QuietHours } from '@appointments/runtime/quiet-hours';
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
  /** Whether the client agreed to be texted. */
  readonly smsConsent: boolean;
  readonly cause?: Cause | undefined;
}

/** Why a reminder is not made. */
export type NotMade = 'past' | 'soon-after-booking' | 'not-before-start' | 'same-time-as-another';

export interface Plan {
  readonly wakeUps: readonly WakeUp[];
  readonly notMade: readonly { readonly purpose: Purpose; readonly because: NotMade }[];
}

/** What an operator chooses. */
export interface Reminding {
  readonly reminders: readonly Reminder[];
  /** When clients are not texted, by their own clocks. @default they always are */
  readonly quietHours?: QuietHours | undefined;
}

/**
 * The wake-ups one version of an appointment needs: its call always, however late, and those reminders that still tell something
 * new. A reminder whose text would come in quiet hours has one more, for the text alone, in the last minute before they begin.
 */
export function planFor(booking: Booking, { reminders, quietHours }: Reminding, now: Date): Plan {
  const { appointmentId, version, startsAt, cause } = booking;
  const startsAtMs = Date.parse(startsAt);
  const soonestMs = Date.parse(booking.bookedAt) + QUIET_AFTER_BOOKING_MS;
  const wakeUps: WakeUp[] = [];
  const notMade: { readonly purpose: Purpose; readonly because: NotMade }[] = [];

  const plan = (purpose: Purpose, dueAtMs: number, because?: NotMade): boolean => {
    if (because === undefined)
      wakeUps.push({ appointmentId, version, purpose, dueAt: new Date(dueAtMs).toISOString(), cause });
    else notMade.push({ purpose, because });
    return because === undefined;
  };
  const reasonAgainst = (dueAtMs: number): NotMade | undefined => {
    if (dueAtMs >= startsAtMs) return 'not-before-start';
    if (dueAtMs < now.getTime()) return 'past';
    if (dueAtMs < soonestMs) return 'soon-after-booking';
    // Two offsets that come to the same instant, like 24h and 1d@wall on most days, are one reminder.
    return wakeUps.some(({ dueAt }) => Date.parse(dueAt) === dueAtMs) ? 'same-time-as-another' : undefined;
  };

  plan('call', startsAtMs);
  const made = reminders
    .map((reminder) => ({ key: reminder.key, dueAtMs: dueAtOf(reminder, booking) }))
    .filter(({ key, dueAtMs }) => plan(`reminder-${key}`, dueAtMs, reasonAgainst(dueAtMs)));
  if (!booking.smsConsent) return { wakeUps, notMade };
  const clocks = clocksOf(booking);
  for (const { key, dueAtMs } of made) {
    const textAtMs = lastMinuteBefore(quietHours, clocks, dueAtMs);
    if (textAtMs < dueAtMs) plan(`text-${key}`, textAtMs, reasonAgainst(textAtMs));
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
