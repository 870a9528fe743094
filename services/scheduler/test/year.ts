import { isoInZone, localTime, zoneNamed, zoneNames, type Zone } from '@appointments/runtime/zones';
import { parseReminders } from '../src/domain/reminders';
import { received, world } from './world';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const START = Date.UTC(2027, 0, 1);
const iso = (ms: number) => new Date(ms).toISOString();

/** Whole numbers below `limit` out of a seed (mulberry32). */
function numbersFrom(seed: number) {
  let state = seed;
  return (limit: number) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}

/** A wake-up that was due, as it came. */
interface Outcome {
  readonly what: string;
  readonly appointmentId: string;
  readonly zone: string;
  readonly booked: string;
  readonly startsAt: string;
  /** Milliseconds after the instant at which it was due; `undefined` where it never came, though it should, or came though it should not. */
  readonly lateMs: number | undefined;
}

/**
 * Appointments booked at any time of a year, up to two months ahead or for the next minutes, by clients in all zones in
 * turn, each with a reminder 27 hours and one hour before and one at the same wall time the day before.
 */
export async function liveThroughYear(appointments: number, seed: number) {
  const zones = zoneNames().flatMap((name) => zoneNamed(name) ?? []);
  const below = numbersFrom(seed);
  const w = world({
    startsMs: START,
    reminders: parseReminders('27h,1d@wall,1h'),
    schedulerLagMs: below(60) * 1000,
    compareAtMs: 3 * HOUR,
    compareEveryDays: 30,
  });
  const booked = Array.from({ length: appointments }, (_, n) => {
    const zone = zones[n % zones.length];
    if (!zone) throw new Error('there are no zones');
    const bookedMs = START + below(365 * DAY);
    const aheadMs = below(60 * DAY) ** (below(2) === 0 ? 1 : 0.7);
    return { id: `apt_${n}`, zone, bookedMs, startsAtMs: Math.ceil((bookedMs + aheadMs) / MINUTE) * MINUTE };
  });
  for (const { id, zone, bookedMs, startsAtMs } of booked) {
    const local = isoInZone(zone, startsAtMs);
    const about = {
      appointmentId: id,
      startsAt: iso(startsAtMs),
      timeZone: zone.name,
      localStart: { client: local, agent: local },
    };
    w.deliverBookingEvent(bookedMs, received('AppointmentCreated', about, iso(bookedMs)));
  }

  await w.runUntil(START + 430 * DAY);

  const saidMs = new Map<string, number>();
  for (const { atMs, event } of w.said) {
    const { appointmentId, reminder = 'call' } = event.detail.data;
    saidMs.set(`${appointmentId} ${reminder}`, atMs);
  }
  const outcomes = booked.flatMap(({ id, zone, bookedMs, startsAtMs }): readonly Outcome[] => {
    const outcome = (what: string, dueMs: number, isWanted: boolean): readonly Outcome[] => {
      const atMs = saidMs.get(`${id} ${what}`);
      if (!isWanted && atMs === undefined) return [];
      const lateMs = isWanted && atMs !== undefined ? atMs - dueMs : undefined;
      return [{ what, appointmentId: id, zone: zone.name, booked: iso(bookedMs), startsAt: iso(startsAtMs), lateMs }];
    };
    const reminder = (what: string, dueMs: number) => outcome(what, dueMs, dueMs >= bookedMs + 30 * MINUTE);
    return [
      ...outcome('call', startsAtMs, true),
      ...reminder('27h', startsAtMs - 27 * HOUR),
      ...reminder('1h', startsAtMs - HOUR),
      ...reminder('1d-wall', whenClocksShow(zone, localTime(zone, startsAtMs) - DAY, startsAtMs - DAY)),
    ];
  });
  return { world: w, outcomes };
}

/** The first minute around an instant at which the clocks show that wall time, or have jumped over it: found by looking at the clocks. */
function whenClocksShow(zone: Zone, wall: number, aroundMs: number): number {
  for (let atMs = aroundMs - 3 * HOUR; ; atMs += MINUTE) if (localTime(zone, atMs) >= wall) return atMs;
}
