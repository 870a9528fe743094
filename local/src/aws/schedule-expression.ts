/** A wall time without a zone, as `at(...)` carries it. */
export interface WallTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

type DayTest = (day: { readonly year: number; readonly month: number; readonly day: number }) => boolean;

export type ScheduleExpression =
  | { readonly kind: 'at'; readonly wall: WallTime }
  | { readonly kind: 'rate'; readonly everyMs: number }
  | {
      readonly kind: 'cron';
      readonly minutes: readonly number[];
      readonly hours: readonly number[];
      readonly isDay: DayTest;
    };

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const UNIT_MS: Readonly<Record<string, number>> = { minute: MINUTE_MS, hour: 3_600_000, day: DAY_MS };
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const LAST_YEAR = 2199;

const daysIn = (year: number, month: number) => new Date(Date.UTC(year, month, 0)).getUTCDate();
/** Sunday is 1, as in AWS's cron. */
const weekdayOf = (year: number, month: number, day: number) =>
  new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 1;

/** The numbers a cron field allows; `undefined` when it is malformed. */
function numbersOf(field: string, least: number, most: number, names: readonly string[] = []): number[] | undefined {
  const numberOf = (text: string): number | undefined => {
    const named = names.indexOf(text.toUpperCase());
    const value = named === -1 ? (/^\d{1,4}$/.test(text) ? Number(text) : -1) : named + least;
    return value >= least && value <= most ? value : undefined;
  };
  const found = new Set<number>();
  for (const part of field.split(',')) {
    const [range = '', step, ...rest] = part.split('/');
    if (rest.length > 0 || (step !== undefined && !/^[1-9]\d{0,3}$/.test(step))) return undefined;
    const [from = '', to, ...more] = range.split('-');
    if (more.length > 0) return undefined;
    const first = range === '*' ? least : numberOf(from);
    const openEnded = range === '*' || (to === undefined && step !== undefined);
    const last = openEnded ? most : numberOf(to ?? from);
    if (first === undefined || last === undefined || last < first) return undefined;
    for (let n = first; n <= last; n += Number(step ?? 1)) found.add(n);
  }
  return [...found].toSorted((one, other) => one - other);
}

/** The weekday nearest to that day within its month. */
function nearestWorkday(year: number, month: number, day: number): number {
  const weekday = weekdayOf(year, month, day);
  if (weekday === 7) return day > 1 ? day - 1 : day + 2;
  if (weekday === 1) return day < daysIn(year, month) ? day + 1 : day - 2;
  return day;
}

function dayOfMonthTest(field: string): DayTest | undefined {
  if (field === 'L') return ({ year, month, day }) => day === daysIn(year, month);
  if (field === 'LW') return ({ year, month, day }) => day === nearestWorkday(year, month, daysIn(year, month));
  const workday = /^(\d{1,2})W$/.exec(field);
  if (workday !== null) {
    const wanted = Number(workday[1]);
    if (wanted < 1 || wanted > 31) return undefined;
    return ({ year, month, day }) => wanted <= daysIn(year, month) && day === nearestWorkday(year, month, wanted);
  }
  const days = numbersOf(field, 1, 31);
  return days && (({ day }) => days.includes(day));
}

function dayOfWeekTest(field: string): DayTest | undefined {
  const special = /^(\w{1,3}?)(?:L|#([1-5]))$/i.exec(field);
  if (field === 'L') return ({ year, month, day }) => weekdayOf(year, month, day) === 7;
  if (special !== null) {
    const weekday = numbersOf(special[1] ?? '', 1, 7, WEEKDAYS)?.[0];
    if (weekday === undefined) return undefined;
    const nth = special[2];
    return ({ year, month, day }) =>
      weekdayOf(year, month, day) === weekday &&
      (nth === undefined ? day + 7 > daysIn(year, month) : Math.ceil(day / 7) === Number(nth));
  }
  const weekdays = numbersOf(field, 1, 7, WEEKDAYS);
  return weekdays && (({ year, month, day }) => weekdays.includes(weekdayOf(year, month, day)));
}

function parseCron(text: string): ScheduleExpression | undefined {
  const [minuteField = '', hourField = '', monthDay = '', monthField = '', weekday = '', yearField = '', ...rest] =
    text.split(' ');
  const minutes = numbersOf(minuteField, 0, 59);
  const hours = numbersOf(hourField, 0, 23);
  const months = numbersOf(monthField, 1, 12, MONTHS);
  const years = numbersOf(yearField, 1970, LAST_YEAR);
  // Exactly one of the two day fields says nothing.
  if (rest.length > 0 || (monthDay === '?') === (weekday === '?')) return undefined;
  const dayTest = weekday === '?' ? dayOfMonthTest(monthDay) : dayOfWeekTest(weekday);
  if (!minutes || !hours || !months || !years || !dayTest) return undefined;
  return {
    kind: 'cron',
    minutes,
    hours,
    isDay: (day) => years.includes(day.year) && months.includes(day.month) && dayTest(day),
  };
}

function parseAt(text: string): ScheduleExpression | undefined {
  const parts = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})$/.exec(text)?.slice(1).map(Number);
  if (parts === undefined) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts;
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  return { kind: 'at', wall: { year, month, day, hour, minute, second } };
}

/** Reads `at(…)`, `rate(…)` or `cron(…)`; `undefined` for what AWS refuses. */
export function parseScheduleExpression(expression: string): ScheduleExpression | undefined {
  const [, kind, inner = ''] = /^(at|rate|cron)\((.*)\)$/.exec(expression) ?? [];
  if (kind === 'cron') return parseCron(inner);
  if (kind === 'at') return parseAt(inner);
  const [, count, unit = ''] = /^([1-9]\d{0,8}) (minute|hour|day)s?$/.exec(inner) ?? [];
  const unitMs = UNIT_MS[unit];
  return kind === 'rate' && unitMs !== undefined ? { kind: 'rate', everyMs: Number(count) * unitMs } : undefined;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Throws a RangeError for a zone the runtime does not know. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(timeZone, format);
  }
  return format;
}

/** Whether the runtime knows the zone. */
export function isTimeZone(timeZone: string): boolean {
  try {
    formatOf(timeZone);
    return true;
  } catch {
    return false;
  }
}

const asUtc = ({ year, month, day, hour, minute, second }: WallTime) =>
  Date.UTC(year, month - 1, day, hour, minute, second);

/** The wall time of that instant, written as if it were UTC. */
function localMs(at: number, timeZone: string): number {
  const part: Record<string, number> = {};
  for (const { type, value } of formatOf(timeZone).formatToParts(at)) part[type] = Number(value);
  return Date.UTC(
    part['year'] ?? 0,
    (part['month'] ?? 1) - 1,
    part['day'] ?? 1,
    part['hour'] ?? 0,
    part['minute'] ?? 0,
    part['second'] ?? 0,
  );
}

/** The instant of a wall time: the first of two, and for one that does not exist the instant as far behind the gap. */
export function instantOf(wall: WallTime, timeZone: string): { readonly at: number; readonly exists: boolean } {
  const wanted = asUtc(wall);
  const offsets = [wanted - DAY_MS, wanted + DAY_MS].map((at) => localMs(at, timeZone) - at);
  const candidates = offsets.map((offset) => wanted - offset).toSorted((one, other) => one - other);
  const found = candidates.find((at) => localMs(at, timeZone) === wanted);
  return { at: found ?? wanted - (offsets[0] ?? 0), exists: found !== undefined };
}

/**
 * The first occurrence of a cron expression after an instant, exclusively; `undefined` when there is none left.
 * A wall time that does not exist is skipped, one that comes twice runs once.
 */
export function nextOfCron(
  cron: Extract<ScheduleExpression, { kind: 'cron' }>,
  after: number,
  timeZone: string,
): number | undefined {
  const start = new Date(localMs(after, timeZone));
  for (let midnight = Date.UTC(start.getUTCFullYear(), start.getUTCMonth(), start.getUTCDate()); ; midnight += DAY_MS) {
    const date = new Date(midnight);
    const day = { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
    if (day.year > LAST_YEAR) return undefined;
    if (!cron.isDay(day)) continue;
    for (const hour of cron.hours) {
      for (const minute of cron.minutes) {
        // Far enough below the start that no change of offset can lift it above.
        if (midnight + hour * 3_600_000 + minute * MINUTE_MS < start.getTime() - MINUTE_MS) continue;
        const { at, exists } = instantOf({ ...day, hour, minute, second: 0 }, timeZone);
        if (exists && at > after) return at;
      }
    }
  }
}

/** The next run after an instant; a rate counts from `anchor`, and runs that were missed are not made up for. */
export function nextRun(
  expression: Exclude<ScheduleExpression, { kind: 'at' }>,
  after: number,
  anchor: number,
  timeZone = 'UTC',
): number | undefined {
  if (expression.kind === 'cron') return nextOfCron(expression, after, timeZone);
  if (after < anchor) return anchor;
  return anchor + (Math.floor((after - anchor) / expression.everyMs) + 1) * expression.everyMs;
}
