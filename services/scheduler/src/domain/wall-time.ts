import { firstInstantAtOrAfter, zoneNamed } from '@appointments/runtime/zones';

const DAY_MS = 86_400_000;

/**
 * The instant (milliseconds since 1970) at which the client's clocks show the appointment's wall time so many days before.
 * A wall time that does not exist on that day comes when the clocks have jumped over it; of one that comes twice it is the first.
 */
export function sameWallTimeBefore(
  start: { readonly localStart: string; readonly timeZone: string },
  days: number,
): number {
  const zone = zoneNamed(start.timeZone);
  // A zone that booking knew and these rules do not yet: as if its clocks stood still.
  if (zone === undefined) return Date.parse(start.localStart) - days * DAY_MS;
  const wall = Date.parse(`${start.localStart.slice(0, 'yyyy-mm-ddThh:mm:ss'.length)}Z`);
  return firstInstantAtOrAfter(zone, wall - days * DAY_MS);
}
