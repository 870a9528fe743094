/** Hours on one day, in minutes since midnight of the wall clock. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/** The windows of each weekday, Monday first, in order and apart. */
export type WorkingHours = readonly (readonly Window[])[];

export type ParsedWorkingHours =
  | { readonly ok: true; readonly hours: WorkingHours }
  | { readonly ok: false; readonly fault: string };

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const CLOCK = /^(\d{2}):(\d{2})$/;
/** Time is claimed on a five-minute grid. */
const GRID_MINUTES = 5;

/**
 * Reads `Mon-Fri 09:00-12:00,13:00-17:00; Sat 10:00-12:00; Wed off`, the semicolon and comma of OpenStreetMap's
 * opening_hours: a later entry replaces the hours of the days it names, commas list several windows or days.
 * Without days an entry means every day. A day ends at 24:00 at the latest.
 */
export function parseWorkingHours(text: string): ParsedWorkingHours {
  const week: Window[][] = DAYS.map(() => []);
  const saidBy: number[] = DAYS.map(() => -1);
  const entries = text
    .split(';')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  if (entries.length === 0) return fault('it names no hours');
  for (const [place, entry] of entries.entries()) {
    const [first = '', ...others] = entry.split(/\s+/);
    const named = /^[A-Za-z]/.test(first);
    const days = named ? parseDays(first) : DAYS.map((_, day) => day);
    if (!days) return fault(`"${first}" names no days; write Mon, Mon-Fri or Mon,Wed`);
    const said = (named ? others : [first, ...others]).join('');
    const windows = said.toLowerCase() === 'off' ? [] : parseWindows(said);
    if (typeof windows === 'string') return fault(`"${entry}": ${windows}`);
    for (const day of days) {
      week[day] = windows;
      saidBy[day] = place;
    }
  }
  const silent = entries.findIndex((_, place) => !saidBy.includes(place));
  if (silent >= 0) {
    return fault(
      `"${entries[silent]}" has no effect: later entries replace it. Several windows of a day are joined by commas`,
    );
  }
  if (week.every((windows) => windows.length === 0)) return fault('it leaves no day with hours');
  return { ok: true, hours: week };
}

function fault(because: string): ParsedWorkingHours {
  return { ok: false, fault: `Working hours are written like "Mon-Fri 09:00-17:00; Sat 10:00-12:00": ${because}.` };
}

function parseDays(text: string): number[] | undefined {
  const days: number[] = [];
  for (const part of text.split(',')) {
    const [from, to, ...rest] = part.split('-').map((day) => DAYS.indexOf(capitalised(day)));
    if (from === undefined || from < 0 || to === -1 || rest.length > 0) return undefined;
    for (let day = from; ; day = (day + 1) % DAYS.length) {
      days.push(day);
      if (day === (to ?? from)) break;
    }
  }
  return days;
}

function capitalised(day: string): string {
  return `${day.slice(0, 1).toUpperCase()}${day.slice(1).toLowerCase()}`;
}

/** Reads the windows of one day, `09:00-12:00,13:00-17:00`: in order, or what is wrong with them. */
export function parseWindows(text: string): Window[] | string {
  const windows: Window[] = [];
  for (const part of text.split(',')) {
    const [from, to, ...rest] = part.split('-').map(minuteOf);
    if (from === undefined || to === undefined || rest.length > 0) return 'hours are written 09:00-17:00';
    if (from % GRID_MINUTES !== 0 || to % GRID_MINUTES !== 0) return 'hours begin and end on multiples of five minutes';
    if (from >= to) return 'hours end after they begin, on the same day (24:00 at the latest)';
    windows.push({ from, to });
  }
  windows.sort((a, b) => a.from - b.from);
  const overlap = windows.some((window, index) => index > 0 && window.from < (windows[index - 1]?.to ?? 0));
  return overlap ? 'its windows overlap' : windows;
}

/** Writes windows as {@link parseWindows} reads them. */
export function writeWindows(windows: readonly Window[]): string {
  return windows.map(({ from, to }) => `${clock(from)}-${clock(to)}`).join(',');
}

/** Writes hours as {@link parseWorkingHours} reads them; days with the same hours stand together, days without any are left out. */
export function writeWorkingHours(hours: WorkingHours): string {
  const daysOf = new Map<string, number[]>();
  for (const [day, windows] of hours.entries()) {
    if (windows.length === 0) continue;
    const text = writeWindows(windows);
    daysOf.set(text, [...(daysOf.get(text) ?? []), day]);
  }
  return [...daysOf].map(([text, days]) => `${writeDays(days)} ${text}`).join('; ');
}

/** `Mon-Wed,Fri` */
function writeDays(days: readonly number[]): string {
  const firsts = days.filter((day) => !days.includes(day - 1));
  const lasts = days.filter((day) => !days.includes(day + 1));
  return firsts
    .map((first, run) => (first === lasts[run] ? DAYS[first] : `${DAYS[first]}-${DAYS[lasts[run] ?? first]}`))
    .join(',');
}

function clock(minutes: number): string {
  return [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0')).join(':');
}

function minuteOf(text: string): number | undefined {
  const match = CLOCK.exec(text);
  if (!match) return undefined;
  const minutes = Number(match[1]) * 60 + Number(match[2]);
  return Number(match[2]) < 60 && minutes <= 24 * 60 ? minutes : undefined;
}
