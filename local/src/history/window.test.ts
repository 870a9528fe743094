import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { readInstant, readWindow, type WindowFacts } from './window';

const NOW = Date.UTC(2026, 11, 1, 15, 0, 0, 500);
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const aws: WindowFacts = { now: NOW, retentionDays: 30, createdAt: NOW - 90 * DAY_MS, filesLate: true };
const laptop: WindowFacts = { ...aws, createdAt: NOW - HOUR_MS, filesLate: false };
const at = (text: string) => Date.parse(text);

describe('an instant', () => {
  it.each([
    ['now', NOW],
    ['2026-12-01T15:00:00Z', at('2026-12-01T15:00:00Z')],
    ['2026-12-01T16:00+01:00', at('2026-12-01T15:00:00Z')],
    ['2026-12-01', at('2026-12-01T00:00:00Z')],
    ['90m', at('2026-12-01T13:30:00Z')],
    ['3d', at('2026-11-28T15:00:00Z')],
  ])('is %s', (text, ms) => {
    expect(readInstant('--from', text, NOW)).toBe(ms);
  });

  it.each(['yesterday', '', '2026-13-01', '2026-12-01T15:00:00', '1.5h', '-1h', '15:00'])(
    'is not %j, and what is one is said',
    (text) => {
      expect(() => readInstant('--from', text, NOW)).toThrow(
        `--from ${JSON.stringify(text)} is no instant: write 2026-12-01T15:00:00Z`,
      );
    },
  );
});

describe('a window on AWS', () => {
  it('ends ten minutes ago unless told otherwise, and says why', () => {
    expect(readWindow({ from: '2h' }, aws)).toEqual({
      from: at('2026-12-01T13:00:00Z'),
      to: at('2026-12-01T14:50:00Z'),
      notes: [expect.stringContaining('AWS takes up to ten minutes to file an event')],
    });
  });

  it('that ends within the last ten minutes is refused with the end that it can have', () => {
    expect(() => readWindow({ from: '2h', to: 'now' }, aws)).toThrow(
      'some would be left out unseen. Say --to 2026-12-01 14:50:00Z, or try again after',
    );
  });

  it('that begins within the last ten minutes is refused with the time from which it can be had', () => {
    expect(() => readWindow({ from: '5m' }, aws)).toThrow('Try again after 2026-12-01 15:05:00Z');
  });

  it('of an archive made less than ten minutes ago is refused with the time from which it can be had', () => {
    expect(() => readWindow({ from: '2h' }, { ...aws, createdAt: at('2026-12-01T14:53:00Z') })).toThrow(
      'The archive was made at 2026-12-01 14:53:00Z, less than ten minutes ago',
    );
  });

  it('that begins before the archive was made says so', () => {
    expect(readWindow({ from: '9d' }, { ...aws, createdAt: at('2026-11-30T00:00:00Z') }).notes).toContain(
      'The archive was made at 2026-11-30 00:00:00Z and holds nothing from before.',
    );
  });
});

describe('a window on a laptop', () => {
  it('goes to this very second', () => {
    expect(readWindow({ from: '2h' }, laptop)).toEqual({
      from: at('2026-12-01T13:00:00Z'),
      to: at('2026-12-01T15:00:01Z'),
      notes: [],
    });
  });
});

describe.each([
  ['AWS', aws],
  ['a laptop', laptop],
])('a window on %s', (_, facts) => {
  it('that lies wholly past retention is refused: it cannot be brought back', () => {
    expect(() => readWindow({ from: '60d', to: '31d' }, facts)).toThrow(
      'the archive keeps 30 days: nothing from before 2026-11-01 15:00:00Z is left',
    );
  });

  it('that begins past retention begins with what is left, and says so', () => {
    const { from, notes } = readWindow({ from: '60d', to: '1d' }, facts);

    expect(from).toBe(at('2026-11-01T15:00:00Z'));
    expect(notes).toContain(
      'The archive keeps 30 days: it begins at 2026-11-01 15:00:00Z, not at 2026-10-02 15:00:00Z.',
    );
  });

  it.each([
    ['2h', '3h'],
    ['2h', '2h'],
  ])('from %s to %s is refused', (from, to) => {
    expect(() => readWindow({ from, to }, facts)).toThrow('nothing lies between them');
  });

  it('is never empty, never in the future and never older than what is kept', () => {
    const ago = fc
      .integer({ min: -2 * 24 * 60, max: 90 * 24 * 60 })
      .map((minutes) => new Date(NOW - minutes * 60_000).toISOString());
    fc.assert(
      fc.property(ago, fc.option(ago, { nil: undefined }), (from, to) => {
        let window;
        try {
          window = readWindow({ from, to }, facts);
        } catch (error) {
          expect(String(error)).toMatch(/^CannotDo: .*\.$/);
          return;
        }
        expect(window.from).toBeLessThan(window.to);
        expect(window.to).toBeLessThanOrEqual(NOW + 1000);
        expect(window.from).toBeGreaterThanOrEqual(NOW - 30 * DAY_MS - 1000);
      }),
    );
  });
});
