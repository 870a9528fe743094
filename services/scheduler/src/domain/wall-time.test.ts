import { describe, expect, it } from '@jest/globals';
import { sameWallTimeBefore } from './wall-time';

const before = (localStart: string, timeZone: string, days = 1) =>
  new Date(sameWallTimeBefore({ localStart, timeZone }, days)).toISOString();

describe('the same wall time a day before', () => {
  it.each([
    ['an ordinary day', '2026-12-01T16:00:00+01:00', 'Europe/Berlin', '2026-11-30T15:00:00.000Z'],
    ['a day of 25 hours', '2026-10-25T16:00:00+01:00', 'Europe/Berlin', '2026-10-24T14:00:00.000Z'],
    ['a day of 23 hours', '2026-03-29T16:00:00+02:00', 'Europe/Berlin', '2026-03-28T15:00:00.000Z'],
    ['the second reading of a repeated hour', '2026-10-25T02:30:00+01:00', 'Europe/Berlin', '2026-10-24T00:30:00.000Z'],
    ['a zone of half hours', '2026-10-04T09:00:00+11:00', 'Australia/Lord_Howe', '2026-10-02T22:30:00.000Z'],
  ])('of %s', (_, localStart, timeZone, instant) => {
    expect(before(localStart, timeZone)).toBe(instant);
  });

  it('that does not exist comes when the clocks have jumped over it', () => {
    expect(before('2026-03-30T02:30:00+02:00', 'Europe/Berlin')).toBe('2026-03-29T01:00:00.000Z');
  });

  it('that comes twice is the first', () => {
    expect(before('2026-10-26T02:30:00+01:00', 'Europe/Berlin')).toBe('2026-10-25T00:30:00.000Z');
  });

  it('can be several days before', () => {
    expect(before('2026-10-26T16:00:00+01:00', 'Europe/Berlin', 2)).toBe('2026-10-24T14:00:00.000Z');
  });

  it('in a zone that is not known is so many times 24 hours before', () => {
    expect(before('2026-10-25T16:00:00+01:00', 'Mars/Olympus')).toBe('2026-10-24T15:00:00.000Z');
  });
});
