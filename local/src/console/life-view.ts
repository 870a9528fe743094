import { clockOf, daysAhead } from '@appointments/timeline/clock';

/** `15:00:00`; with the day's difference where the clock's calendar shows another day than UTC's at that instant: `04:00:00 +1`. */
export function clockIn(iso: string, utc = iso): string {
  const days = daysAhead(iso, utc);
  return `${clockOf(iso)}${days === 0 ? '' : days > 0 ? ' +1' : ' −1'}`;
}

/** `9 s late`, `20 min late`. */
export function late(seconds: number): string {
  if (seconds < 120) return `${seconds} s late`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min late`;
  return `${Math.round(seconds / 3600)} h late`;
}
