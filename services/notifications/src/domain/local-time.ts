const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;

/** A wall time with its offset, as booking resolved it. */
const LOCAL = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}:\d{2})(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;

interface Spelled {
  /** `Tuesday, 1 December 2026, 16:00 (Europe/Berlin, UTC+01:00)` */
  readonly when: string;
  /** `Tue 1 Dec 2026, 16:00` */
  readonly whenShort: string;
}

/** Spells a wall time out as it is given; no zone is ever computed here. @throws when it is none */
export function spellOut(localStart: string, timeZone: string): Spelled {
  const match = LOCAL.exec(localStart);
  if (!match) throw new Error('a local start is not a wall time with its offset');
  const [, year = '', month = '', day = '', time = '', offset = ''] = match;
  const weekday = WEEKDAYS[new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDay()] ?? '';
  const monthName = MONTHS[Number(month) - 1] ?? '';
  return {
    when: `${weekday}, ${Number(day)} ${monthName} ${year}, ${time} (${timeZone}, UTC${offset === 'Z' ? '+00:00' : offset})`,
    whenShort: `${weekday.slice(0, 3)} ${Number(day)} ${monthName.slice(0, 3)} ${year}, ${time}`,
  };
}

/** `30 minutes`, `1 hour`, `1 hour 15 minutes`. */
export function spellDuration(minutes: number): string {
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  const part = (count: number, unit: string) => (count === 0 ? [] : [`${count} ${unit}${count === 1 ? '' : 's'}`]);
  return [...part(hours, 'hour'), ...part(rest, 'minute')].join(' ');
}

/** `once`, `twice`, `3 times`; nothing where nobody was phoned. */
export function spellTries(tries: number): string {
  if (tries === 0) return '';
  if (tries === 1) return 'once';
  return tries === 2 ? 'twice' : `${tries} times`;
}
