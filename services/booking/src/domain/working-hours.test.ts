import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { parseWindows, parseWorkingHours, writeWindows, writeWorkingHours, type Window } from './working-hours';

function week(text: string): string[] {
  const parsed = parseWorkingHours(text);
  if (!parsed.ok) throw new Error(parsed.fault);
  const clock = (minutes: number) =>
    `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
  return parsed.hours.map((windows) =>
    windows.map((window: Window) => `${clock(window.from)}-${clock(window.to)}`).join(','),
  );
}

const nine = '09:00-17:00';

describe('working hours', () => {
  it.each([
    ['09:00-17:00', [nine, nine, nine, nine, nine, nine, nine]],
    ['Mon-Sun 09:00-17:00; Sat 10:00-12:00', [nine, nine, nine, nine, nine, '10:00-12:00', nine]],
    ['Mon-Fri 09:00-17:00', [nine, nine, nine, nine, nine, '', '']],
    ['mon,wed 09:00-17:00;', [nine, '', nine, '', '', '', '']],
    ['Sat-Mon 09:00-17:00', [nine, '', '', '', '', nine, nine]],
    ['Mon-Tue 13:00-17:00, 09:00-12:00', ['09:00-12:00,13:00-17:00', '09:00-12:00,13:00-17:00', '', '', '', '', '']],
    ['09:00-17:00; Sat,Sun off', [nine, nine, nine, nine, nine, '', '']],
    ['Mon 00:00-24:00', ['00:00-24:00', '', '', '', '', '', '']],
  ])('%j are read day by day, a later entry replacing an earlier one', (text, expected) => {
    expect(week(text)).toEqual(expected);
  });

  it.each([
    ['', 'it names no hours'],
    ['Mon-Fri', '"Mon-Fri": hours are written 09:00-17:00'],
    ['Mon-Fri 9-17', 'hours are written 09:00-17:00'],
    ['Mon-Fri 09:00-25:00', 'hours are written 09:00-17:00'],
    ['Mon-Fri 09:00-17:60', 'hours are written 09:00-17:00'],
    ['Mon-Fri 22:00-06:00', 'hours end after they begin, on the same day (24:00 at the latest)'],
    ['Mon-Fri 09:00-09:00', 'hours end after they begin'],
    ['Mon-Fri 09:02-17:00', 'hours begin and end on multiples of five minutes'],
    ['Mon-Fri 09:00-12:00,11:00-13:00', 'its windows overlap'],
    ['Mo-Fr 09:00-17:00', '"Mo-Fr" names no days'],
    ['Mon-Fri-Sun 09:00-17:00', 'names no days'],
    ['Mon off', 'it leaves no day with hours'],
    ['Mon 09:00-12:00; Mon 13:00-17:00', '"Mon 09:00-12:00" has no effect'],
  ])('%j are refused, saying why', (text, because) => {
    const parsed = parseWorkingHours(text);

    expect(parsed).toMatchObject({ ok: false, fault: expect.stringContaining(because) });
  });

  it('are read or refused, never anything else, and always in order and apart', () => {
    const piece = fc.constantFrom(
      'Mon',
      'Sun',
      'Tue-Fri',
      ' ',
      ';',
      ',',
      '-',
      '09:00-12:00',
      '13:00-17:00',
      'off',
      '24:00',
      '§',
    );

    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const parsed = parseWorkingHours(pieces.join(''));
        if (!parsed.ok) return expect(parsed.fault).toMatch(/^Working hours are written like/);
        for (const windows of parsed.hours) {
          windows.forEach((window, index) => {
            expect(window.from).toBeGreaterThanOrEqual(windows[index - 1]?.to ?? 0);
            expect(window.to).toBeGreaterThan(window.from);
          });
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('written working hours', () => {
  it.each([
    ['09:00-17:00', 'Mon-Sun 09:00-17:00'],
    ['fri,mon-tue 13:00-17:00,09:00-12:00', 'Mon-Tue,Fri 09:00-12:00,13:00-17:00'],
    ['Mon-Sun 09:00-17:00; Wed 10:00-24:00; Sat,Sun off', 'Mon-Tue,Thu-Fri 09:00-17:00; Wed 10:00-24:00'],
    ['Sat-Mon 00:00-00:05', 'Mon,Sat-Sun 00:00-00:05'],
    ['Mon 09:00-12:00,12:00-17:00', 'Mon 09:00-12:00,12:00-17:00'],
  ])('say %j as %j', (text, written) => {
    const parsed = parseWorkingHours(text);

    expect(parsed.ok && writeWorkingHours(parsed.hours)).toBe(written);
  });

  it('are read as the hours that they were written from', () => {
    const windows = fc
      .uniqueArray(fc.integer({ min: 0, max: 288 }), { maxLength: 8 })
      .map((pieces) => pieces.toSorted((a, b) => a - b).map((piece) => piece * 5))
      .map((times) => times.flatMap((from, at) => (at % 2 === 0 ? [{ from, to: times[at + 1] ?? from }] : [])))
      .map((made) => made.filter(({ from, to }) => from < to));
    const weeks = fc
      .array(windows, { minLength: 7, maxLength: 7 })
      .filter((days) => days.some(({ length }) => length > 0));

    fc.assert(
      fc.property(weeks, (hours) => {
        expect(parseWorkingHours(writeWorkingHours(hours))).toEqual({ ok: true, hours });
        for (const day of hours.filter(({ length }) => length > 0))
          expect(parseWindows(writeWindows(day))).toEqual(day);
      }),
    );
  });
});
