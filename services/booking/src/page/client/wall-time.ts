/**
 * Times as the server wrote them. The offset in the text already is the zone's offset at that instant, so a wall time is
 * read off, never computed: browsers carry zone rules that are years apart.
 */
export interface Slot {
  readonly startsAt: string;
  readonly endsAt: string;
}

export interface WallTime {
  /** `YYYY-MM-DD` */
  readonly date: string;
  /** `HH:MM` */
  readonly time: string;
  /** `+HH:MM`, `-HH:MM`; `+00:00` for `Z`. */
  readonly offset: string;
}

export interface DaySlot {
  readonly slot: Slot;
  readonly wall: WallTime;
  /** The same wall time comes twice on this day, when clocks go back: only the offset tells the two apart. */
  readonly repeated: boolean;
}

export interface Day {
  readonly date: string;
  readonly slots: readonly DaySlot[];
}

const pattern = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;

/** The wall time that an offset time names, or undefined when the text is none. */
export function wallTimeOf(text: string): WallTime | undefined {
  const [, date, time, offset] = pattern.exec(text) ?? [];
  if (date === undefined || time === undefined || offset === undefined) return undefined;
  return { date, time, offset: offset === 'Z' || offset === '-00:00' ? '+00:00' : offset };
}

/** The wall time of an instant at a known offset. */
export function wallTimeAt(instant: string, offset: string): WallTime | undefined {
  const [, sign, hours, minutes] = /^([+-])(\d{2}):(\d{2})$/.exec(offset) ?? [];
  const at = Date.parse(instant);
  if (sign === undefined || Number.isNaN(at)) return undefined;
  const aheadMs = (Number(hours) * 60 + Number(minutes)) * 60_000 * (sign === '-' ? -1 : 1);
  return wallTimeOf(new Date(at + aheadMs).toISOString().replace('Z', offset));
}

/** `+05:30` as `UTC+5:30`, `-05:00` as `UTC−5`, with a true minus sign, which screen readers speak. */
export function offsetLabel(offset: string): string {
  const [, sign, hours, minutes] = /^([+-])(\d{2}):(\d{2})$/.exec(offset) ?? [];
  if (sign === undefined || (hours === '00' && minutes === '00')) return 'UTC';
  return `UTC${sign === '-' ? '−' : '+'}${Number(hours)}${minutes === '00' ? '' : `:${minutes}`}`;
}

export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** Slots under the days from `from`, a heading for each day even where it has none. */
export function groupByDay(slots: readonly Slot[], from: string, days: number): Day[] {
  const walls = slots.flatMap((slot) => {
    const wall = wallTimeOf(slot.startsAt);
    return wall === undefined ? [] : [{ slot, wall }];
  });
  return Array.from({ length: days }, (_, index) => {
    const date = addDays(from, index);
    const ofDay = walls.filter(({ wall }) => wall.date === date);
    const offsetsAt = new Map<string, Set<string>>();
    for (const { wall } of ofDay) offsetsAt.set(wall.time, (offsetsAt.get(wall.time) ?? new Set()).add(wall.offset));
    return {
      date,
      slots: ofDay
        .map(({ slot, wall }) => ({ slot, wall, repeated: (offsetsAt.get(wall.time)?.size ?? 0) > 1 }))
        .toSorted((a, b) => Date.parse(a.slot.startsAt) - Date.parse(b.slot.startsAt)),
    };
  });
}

/** Each offset that occurs, with the first day it was seen on: two of them when clocks change in between. */
export function offsetsOf(slots: readonly Slot[]): { offset: string; from: string }[] {
  const seen: { offset: string; from: string }[] = [];
  for (const { startsAt } of slots) {
    const wall = wallTimeOf(startsAt);
    if (wall !== undefined && seen.at(-1)?.offset !== wall.offset) seen.push({ offset: wall.offset, from: wall.date });
  }
  return seen;
}

/** The wall time printed as if it were UTC, so that only the words come from the browser, never the zone's rules. */
function format(date: string, time: string, locale: string, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' }).format(new Date(`${date}T${time}:00Z`));
}

export const formatTime = (wall: WallTime, locale: string): string =>
  format(wall.date, wall.time, locale, { timeStyle: 'short' });

export const formatDate = (date: string, locale: string): string =>
  format(date, '12:00', locale, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });

export const formatWeekday = (date: string, locale: string, weekday: 'long' | 'short' = 'long'): string =>
  format(date, '12:00', locale, { weekday });

export const formatDayAndMonth = (date: string, locale: string, month: 'long' | 'short' = 'long'): string =>
  format(date, '12:00', locale, { day: 'numeric', month });

/** `23–29 November 2026`, as the language writes a range. */
export function formatRange(from: string, to: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  }).formatRange(new Date(`${from}T12:00:00Z`), new Date(`${to}T12:00:00Z`));
}

/** The calendar day of an instant in a zone: only to choose which week to show first, so the browser's rules will do. */
export function dateIn(timeZone: string, instant: Date): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(
    instant,
  );
}

/**
 * The wall time of an appointment in its zone. With an offset in the text it is read off; a bare instant (`Z`) leaves
 * nothing but the browser's own rules.
 */
export function wallTimeIn(timeZone: string, text: string): WallTime | undefined {
  const asWritten = wallTimeOf(text);
  if (asWritten === undefined || !text.endsWith('Z') || timeZone === 'UTC' || timeZone === 'Etc/UTC') return asWritten;
  const parts = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'longOffset',
  }).formatToParts(new Date(text));
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.find((one) => one.type === type)?.value ?? '';
  const offset = part('timeZoneName')
    .replace(/^(GMT|UTC)/, '')
    .replace('−', '-');
  return {
    date: `${part('year')}-${part('month')}-${part('day')}`,
    time: `${part('hour')}:${part('minute')}`,
    offset: offset === '' ? '+00:00' : offset,
  };
}
