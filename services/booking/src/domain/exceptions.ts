import { startOfDate } from './instants';
import type { Window } from './working-hours';

const DAY = 24 * 3_600_000;
/** No span of days off is longer than a leap year. */
export const LONGEST_SPAN_DAYS = 366;

/** Dates (`YYYY-MM-DD`), the first and the last included. */
export interface Span {
  readonly from: string;
  readonly to: string;
}

/** The hours of one date in place of those of its weekday. */
export interface Override {
  readonly date: string;
  readonly windows: readonly Window[];
}

export type ReadSpan = { readonly ok: true; readonly span: Span } | { readonly ok: false; readonly fault: string };

/** Reads `2026-12-25` or `2026-12-24/2027-01-02`, the ISO 8601 way to write an interval. */
export function readSpan(text: string): ReadSpan {
  const [from = '', to = from, ...rest] = text.split('/').map((date) => date.trim());
  const first = startOfDate(from);
  const last = startOfDate(to);
  if (first === undefined || last === undefined || rest.length > 0)
    return fault('must be a day of the calendar or a span of them, like 2026-12-25 or 2026-12-24/2027-01-02');
  if (last < first) return fault('ends before it begins');
  if (last - first >= LONGEST_SPAN_DAYS * DAY) return fault(`has more than ${LONGEST_SPAN_DAYS} days`);
  return { ok: true, span: { from, to } };
}

function fault(because: string): ReadSpan {
  return { ok: false, fault: because };
}

export function writeSpan({ from, to }: Span): string {
  return from === to ? from : `${from}/${to}`;
}

export function isWithin({ from, to }: Span, date: string): boolean {
  return date >= from && date <= to;
}

/** The hours of single dates, in the order of the calendar; none on a day off. */
export function exceptionsOf(
  daysOff: readonly Span[],
  overrides: readonly Override[],
): ReadonlyMap<string, readonly Window[]> {
  const hours = new Map<string, readonly Window[]>();
  for (const span of daysOff) for (const date of datesOf(span)) hours.set(date, []);
  for (const { date, windows } of overrides) hours.set(date, windows);
  return new Map([...hours].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function datesOf({ from, to }: Span): string[] {
  const dates = [from];
  for (let date = from; date < to; dates.push(date)) date = dayAfter(date);
  return dates;
}

function dayAfter(date: string): string {
  return new Date((startOfDate(date) ?? 0) + DAY).toISOString().slice(0, 10);
}

/** The days off among the exceptions, in as few spans as can be. */
export function daysOffIn(exceptions: ReadonlyMap<string, readonly Window[]>): Span[] {
  const spans: { from: string; to: string; days: number }[] = [];
  for (const [date, windows] of exceptions) {
    if (windows.length > 0) continue;
    const last = spans.at(-1);
    if (last && last.days < LONGEST_SPAN_DAYS && dayAfter(last.to) === date) {
      last.to = date;
      last.days += 1;
    } else spans.push({ from: date, to: date, days: 1 });
  }
  return spans.map(({ from, to }) => ({ from, to }));
}

/** The overridden days among the exceptions. */
export function overridesIn(exceptions: ReadonlyMap<string, readonly Window[]>): Override[] {
  return [...exceptions].filter(([, windows]) => windows.length > 0).map(([date, windows]) => ({ date, windows }));
}
