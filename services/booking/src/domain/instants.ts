import { instantsOf, nearestInstants, offsetAt, type Zone } from '@appointments/runtime/zones';

const WRITTEN = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|z|[+-]\d{2}:?\d{2})?$/;
const DAY = /^(\d{4})-(\d{2})-(\d{2})$/;

/** What a written time turned out to be. */
export type ReadTime =
  | { readonly kind: 'instant'; readonly instant: number }
  | { readonly kind: 'not-a-time' }
  | { readonly kind: 'no-offset' }
  /** The zone has no such wall time with that offset; `nearest` are the instants that exist. */
  | { readonly kind: 'no-such-local-time'; readonly nearest: readonly number[]; readonly exists: boolean };

/** `2026-12-01T16:00:00+01:00` or `…Z`, ISO 8601 with an offset. */
export function readTime(text: string, zone: Zone | undefined): ReadTime {
  const match = WRITTEN.exec(text);
  if (!match) return { kind: 'not-a-time' };
  const [, year = '', month = '', day = '', hour = '', minute = '', second = '0', fraction = '', offset] = match;
  const date = startOfDate(`${year}-${month}-${day}`);
  if (date === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59)
    return { kind: 'not-a-time' };
  const milliseconds = Math.trunc(Number(`0.${fraction || '0'}`) * 1000);
  const local = date + ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000 + milliseconds;
  if (offset === undefined) return { kind: 'no-offset' };
  if (offset === 'Z' || offset === 'z') return { kind: 'instant', instant: local };
  const hours = Number(offset.slice(1, 3));
  const minutes = Number(offset.slice(-2));
  if (hours > 23 || minutes > 59) return { kind: 'not-a-time' };
  const east = (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
  const instant = local - east * 60_000;
  // Without a known zone the offset cannot be checked; that the zone is unknown is a fault of its own.
  if (!zone || offsetAt(zone, instant) === east) return { kind: 'instant', instant };
  return {
    kind: 'no-such-local-time',
    nearest: nearestInstants(zone, local),
    exists: instantsOf(zone, local).length > 0,
  };
}

/** Midnight of `YYYY-MM-DD` as wall time in milliseconds, or `undefined` when the calendar has no such day. */
export function startOfDate(text: string): number | undefined {
  const match = DAY.exec(text);
  if (!match) return undefined;
  const time = Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3]));
  // Date.UTC reads years below 100 as 19xx and rolls days over: what does not come back the same was no day.
  return new Date(time).toISOString().startsWith(`${text}T`) ? time : undefined;
}
