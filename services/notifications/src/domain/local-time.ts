import { fillIn, spellCount, wordsIn, type Language } from './language';

/** A wall time with its offset, as booking resolved it. */
const LOCAL = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}:\d{2})(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;

interface Spelled {
  /** `Tuesday, 1 December 2026, 16:00 (Europe/Berlin, UTC+01:00)` */
  readonly when: string;
  /** `Tue 1 Dec 2026, 16:00` */
  readonly whenShort: string;
}

/** Spells a wall time out as it is given; no zone is ever computed here. @throws when it is none */
export function spellOut(localStart: string, timeZone: string, language: Language): Spelled {
  const match = LOCAL.exec(localStart);
  if (!match) throw new Error('a local start is not a wall time with its offset');
  const [, year = '', month = '', day = '', time = '', offset = ''] = match;
  const words = wordsIn(language);
  const weekday = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDay();
  const date = { day: String(Number(day)), year, time };
  return {
    when: fillIn(words.when, {
      ...date,
      weekday: words.weekdays[weekday] ?? '',
      month: words.months[Number(month) - 1] ?? '',
      timeZone,
      offset: offset === 'Z' ? '+00:00' : offset,
    }),
    whenShort: fillIn(words.whenShort, {
      ...date,
      weekday: words.weekdaysShort[weekday] ?? '',
      month: words.monthsShort[Number(month) - 1] ?? '',
    }),
  };
}

/** `30 minutes`, `1 hour`, `1 hour 15 minutes`. */
export function spellDuration(minutes: number, language: Language): string {
  const words = wordsIn(language);
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  return [
    ...(hours === 0 ? [] : [spellCount(language, words.hours, hours)]),
    ...(rest === 0 ? [] : [spellCount(language, words.minutes, rest)]),
  ].join(' ');
}

/** `once`, `twice`, `3 times`; nothing where nobody was phoned. */
export function spellTries(tries: number, language: Language): string {
  return tries === 0 ? '' : spellCount(language, wordsIn(language).tries, tries);
}
