import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { isoInZone, zoneNamed, zoneNames, type Zone } from '@appointments/runtime/zones';
import { readTime, startOfDate } from './instants';

const FROM = Date.UTC(2026, 0, 1);
const TO = Date.UTC(2028, 0, 1);

function zone(name: string): Zone {
  const found = zoneNamed(name);
  if (!found) throw new Error(`no zone ${name}`);
  return found;
}

describe('a written time', () => {
  it('reads back as the instant it was written for, in every zone', () => {
    fc.assert(
      fc.property(fc.constantFrom(...zoneNames()), fc.integer({ min: FROM, max: TO }), (name, instant) => {
        const known = zone(name);
        const second = Math.floor(instant / 1000) * 1000;

        expect(readTime(isoInZone(known, second), known)).toEqual({ kind: 'instant', instant: second });
        expect(readTime(new Date(instant).toISOString(), known)).toEqual({ kind: 'instant', instant });
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['2026-12-01T16:00+01:00', 'instant'],
    ['2026-12-01T16:00:00+0100', 'instant'],
    ['2026-12-01T16:00:00.5Z', 'instant'],
    ['2026-12-01T16:00:00', 'no-offset'],
    ['2026-12-01T16:00:00-05:00', 'no-such-local-time'],
    ['2026-12-01', 'not-a-time'],
    ['2026-02-29T16:00:00Z', 'not-a-time'],
    ['2026-12-01T24:00:00Z', 'not-a-time'],
    ['2026-12-01T16:60:00Z', 'not-a-time'],
    ['2026-12-01T16:00:00+01:99', 'not-a-time'],
    ['0000-00-00T00:00:00Z', 'not-a-time'],
    ['', 'not-a-time'],
  ])('%j is %s', (text, kind) => {
    expect(readTime(text, zone('Europe/Berlin')).kind).toBe(kind);
  });

  it('never throws, whatever is written', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(readTime(text, undefined).kind).toEqual(expect.any(String));
        startOfDate(text);
      }),
    );
  });
});
