import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { clocksOf, isQuiet, lastMinuteBefore, QuietHoursSetting } from './quiet-hours';
import { isoInZone, offsetAt, zoneNamed, zoneNames, type Zone } from './zones';

const MINUTE = 60_000;
const NIGHT = { from: 21 * 60, until: 8 * 60 };
const zone = (name: string): Zone => {
  const found = zoneNamed(name);
  if (!found) throw new Error(name);
  return found;
};
const BERLIN = zone('Europe/Berlin');

describe('the setting', () => {
  it.each([
    ['21:00-08:00', NIGHT],
    ['00:00-06:30', { from: 0, until: 390 }],
    ['none', undefined],
  ])('%s is understood', (text, hours) => {
    expect(QuietHoursSetting.parse(text)).toEqual(hours);
  });

  it.each(['', '21-8', '21:00-21:00', '24:00-08:00', '21:60-08:00', '21:00 - 08:00', 'off'])(
    '%s is refused',
    (text) => {
      expect(QuietHoursSetting.safeParse(text).success).toBe(false);
    },
  );
});

describe('quiet hours over midnight', () => {
  it.each([
    ['2026-12-01T20:59:59+01:00', false],
    ['2026-12-01T21:00:00+01:00', true],
    ['2026-12-01T23:59:59+01:00', true],
    ['2026-12-02T00:00:00+01:00', true],
    ['2026-12-02T07:59:59+01:00', true],
    ['2026-12-02T08:00:00+01:00', false],
  ])('at %s: %s', (instant, quiet) => {
    expect(isQuiet(NIGHT, BERLIN, Date.parse(instant))).toBe(quiet);
  });

  it.each([
    ['2026-12-02T07:00:00+01:00', '2026-12-01T20:59:00+01:00'],
    ['2026-12-01T21:00:00+01:00', '2026-12-01T20:59:00+01:00'],
    ['2026-12-02T00:00:00+01:00', '2026-12-01T20:59:00+01:00'],
    // The night in which the clocks go back, and the one in which they go forward.
    ['2026-10-25T07:30:00+01:00', '2026-10-24T20:59:00+02:00'],
    ['2026-03-29T07:30:00+02:00', '2026-03-28T20:59:00+01:00'],
  ])('that hold %s have %s as the last minute before them', (instant, last) => {
    expect(isoInZone(BERLIN, lastMinuteBefore(NIGHT, BERLIN, Date.parse(instant)))).toBe(last);
  });

  it('leave every other instant as it is', () => {
    const noon = Date.parse('2026-12-01T12:00:00Z');

    expect(lastMinuteBefore(NIGHT, BERLIN, noon)).toBe(noon);
    expect(lastMinuteBefore(undefined, BERLIN, noon + 10 * 3_600_000)).toBe(noon + 10 * 3_600_000);
    expect(isQuiet(undefined, BERLIN, noon + 10 * 3_600_000)).toBe(false);
  });
});

it('where the zone is unknown the clocks are as the wall time was told', () => {
  const clocks = clocksOf({ timeZone: 'Mars/Olympus', localStart: '2026-12-01T16:00:00+05:30' });

  expect(isoInZone(clocks, Date.parse('2026-12-01T15:30:00Z'))).toBe('2026-12-01T21:00:00+05:30');
  expect(clocksOf({ timeZone: 'Europe/Berlin', localStart: '2026-12-01T16:00:00+01:00' })).toBe(BERLIN);
});

it('in every zone the minute before is not quiet and all from then on is, but where the clocks change in between', () => {
  const minute = fc.integer({ min: 0, max: 1439 });
  fc.assert(
    fc.property(
      fc.constantFrom(...zoneNames()),
      fc.integer({ min: Date.UTC(2026, 0) / MINUTE, max: Date.UTC(2027, 11) / MINUTE }),
      fc.tuple(minute, minute).filter(([from, until]) => from !== until),
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 5, maxLength: 5 }),
      (name, at, [from, until], places) => {
        const hours = { from, until };
        const clocks = zone(name);
        const instant = at * MINUTE;
        const last = lastMinuteBefore(hours, clocks, instant);
        if (!isQuiet(hours, clocks, instant)) {
          expect(last).toBe(instant);
          return;
        }

        expect(last).toBeLessThan(instant);
        expect(isQuiet(hours, clocks, last + MINUTE)).toBe(true);
        if (offsetAt(clocks, last) !== offsetAt(clocks, instant)) return;
        // Where until is a minute before from, the minute between is the only one that is open.
        expect(isQuiet(hours, clocks, last)).toBe(false);
        for (const place of places)
          expect(isQuiet(hours, clocks, last + MINUTE + place * (instant - last - MINUTE))).toBe(true);
      },
    ),
  );
});
