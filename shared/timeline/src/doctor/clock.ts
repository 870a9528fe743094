/** `15:00:00`, as the ISO time has it. */
export function clockOf(iso: string): string {
  return iso.slice('yyyy-mm-ddT'.length, 'yyyy-mm-ddT00:00:00'.length);
}

/** By how many days a clock's calendar is ahead of UTC's at the same moment: -1, 0 or 1. */
export function daysAhead(iso: string, utc: string): number {
  return (Date.parse(dateOf(iso)) - Date.parse(dateOf(utc))) / 86_400_000;
}

export function dateOf(iso: string): string {
  return iso.slice(0, 'yyyy-mm-dd'.length);
}

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** `Tuesday 2026-12-01`. */
export function dayOf(iso: string): string {
  const date = dateOf(iso);
  return `${DAYS[new Date(`${date}T00:00:00Z`).getUTCDay()]} ${date}`;
}
