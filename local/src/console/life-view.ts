/** `15:00:00`; with the day's difference where the clock's calendar shows another day than UTC's at that instant: `04:00:00 +1`. */
export function clockIn(iso: string, utc = iso): string {
  const days = (Date.parse(iso.slice(0, 10)) - Date.parse(utc.slice(0, 10))) / 86_400_000;
  return `${iso.slice(11, 19)}${days === 0 ? '' : days > 0 ? ' +1' : ' −1'}`;
}

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** `Tuesday 2026-12-01`. */
export function dayIn(iso: string): string {
  const date = iso.slice(0, 10);
  return `${DAYS[new Date(`${date}T00:00:00Z`).getUTCDay()]} ${date}`;
}

/** `9 s late`, `20 min late`. */
export function late(seconds: number): string {
  if (seconds < 120) return `${seconds} s late`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min late`;
  return `${Math.round(seconds / 3600)} h late`;
}
