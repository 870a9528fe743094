import * as z from 'zod';
import { firstInstantAtOrAfter, localTime, zoneNamed, type Zone } from './zones';

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1440;

/** Hours of the day in which nobody is texted, in minutes after midnight: `from` belongs to them, `until` does not. They may run over midnight. */
export interface QuietHours {
  readonly from: number;
  readonly until: number;
}

/** What US law leaves open for texts nobody has asked for at that moment: 8 to 21 o'clock where they are read (47 CFR 64.1200(c)(1)). */
export const DEFAULT_QUIET_HOURS = '21:00-08:00';

const SHAPE = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$/;

/** A setting like `21:00-08:00`, or `none`. */
export const QuietHoursSetting = z.string().transform((text, context): QuietHours | undefined => {
  if (text === 'none') return undefined;
  const [, fromHour, fromMinute, untilHour, untilMinute] = SHAPE.exec(text) ?? [];
  const from = Number(fromHour) * 60 + Number(fromMinute);
  const until = Number(untilHour) * 60 + Number(untilMinute);
  if (Number.isNaN(from) || from === until) {
    context.addIssue({ code: 'custom', message: 'must be two different times like 21:00-08:00, or none' });
    return z.NEVER;
  }
  return { from, until };
});

/** Where somebody's clocks are read: their zone, or, where these rules do not know it yet, the offset they were told a wall time with. */
export function clocksOf({ timeZone, localStart }: { readonly timeZone: string; readonly localStart: string }): Zone {
  const known = zoneNamed(timeZone);
  if (known) return known;
  const wall = Date.parse(`${localStart.slice(0, 'yyyy-mm-ddThh:mm:ss'.length)}Z`);
  return { name: timeZone, offsets: [(wall - Date.parse(localStart)) / MINUTE_MS], untils: [] };
}

/** Whether the clocks of the zone show quiet hours at `instant` (milliseconds since 1970). */
export function isQuiet(hours: QuietHours | undefined, zone: Zone, instant: number): boolean {
  if (hours === undefined) return false;
  const minute = minuteOfDay(zone, instant);
  const { from, until } = hours;
  return from < until ? minute >= from && minute < until : minute >= from || minute < until;
}

/** The last minute before the quiet hours that `instant` falls in; `instant` itself where it falls in none. */
export function lastMinuteBefore(hours: QuietHours | undefined, zone: Zone, instant: number): number {
  if (hours === undefined || !isQuiet(hours, zone, instant)) return instant;
  const minute = minuteOfDay(zone, instant);
  const sinceTheyBegan = (minute - hours.from + DAY_MINUTES) % DAY_MINUTES;
  const wallMinute = Math.floor(localTime(zone, instant) / MINUTE_MS);
  return firstInstantAtOrAfter(zone, (wallMinute - sinceTheyBegan) * MINUTE_MS) - MINUTE_MS;
}

function minuteOfDay(zone: Zone, instant: number): number {
  return Math.floor(localTime(zone, instant) / MINUTE_MS) % DAY_MINUTES;
}
