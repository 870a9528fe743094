import { describe, expect, it } from '@jest/globals';
import { spellDuration, spellOut, spellTries } from './local-time';

describe('a local start', () => {
  it.each([
    [
      '2026-12-01T16:00:00+01:00',
      'Europe/Berlin',
      'Tuesday, 1 December 2026, 16:00 (Europe/Berlin, UTC+01:00)',
      'Tue 1 Dec 2026, 16:00',
    ],
    [
      '2024-02-29T00:05:00-03:30',
      'America/St_Johns',
      'Thursday, 29 February 2024, 00:05 (America/St_Johns, UTC-03:30)',
      'Thu 29 Feb 2024, 00:05',
    ],
    ['2026-07-05T09:00:00.000Z', 'UTC', 'Sunday, 5 July 2026, 09:00 (UTC, UTC+00:00)', 'Sun 5 Jul 2026, 09:00'],
  ])('%s in %s is spelled out as it is given', (localStart, zone, when, whenShort) => {
    expect(spellOut(localStart, zone)).toEqual({ when, whenShort });
  });

  it('is believed where our own zone rules would say otherwise', () => {
    expect(spellOut('2030-07-01T16:00:00+01:00', 'Europe/Berlin').when).toBe(
      'Monday, 1 July 2030, 16:00 (Europe/Berlin, UTC+01:00)',
    );
  });

  it('without an offset is refused', () => {
    expect(() => spellOut('2026-12-01T16:00:00', 'Europe/Berlin')).toThrow();
  });
});

it.each([
  [30, '30 minutes'],
  [60, '1 hour'],
  [65, '1 hour 5 minutes'],
  [121, '2 hours 1 minute'],
])('%d minutes are spelled %j', (minutes, spelled) => {
  expect(spellDuration(minutes)).toBe(spelled);
});

it('tries are counted in words', () => {
  expect([0, 1, 2, 3].map(spellTries)).toEqual(['', 'once', 'twice', '3 times']);
});
