import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import installed from 'moment-timezone/data/packed/latest.json';
import {
  ageOfRules,
  endOfHours,
  firstInstantAtOrAfter,
  instantsOf,
  isoInZone,
  nearestInstants,
  offsetAt,
  offsetText,
  TZDB_RELEASED,
  TZDB_VERSION,
  zoneNamed,
  zoneNames,
  type Zone,
} from './zones';

function zone(name: string): Zone {
  const found = zoneNamed(name);
  if (!found) throw new Error(`no zone ${name}`);
  return found;
}

/** The offset by the runtime's own rules, which are older, in minutes. */
function offsetByIntl(name: string, instant: number): number {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' }).formatToParts(instant);
  const text = parts.find((part) => part.type === 'timeZoneName')?.value ?? '';
  const match = /^GMT(?:([+-])(\d{2}):(\d{2}))?$/.exec(text);
  if (!match) throw new Error(text);
  return (match[1] === '-' ? -1 : 1) * (Number(match[2] ?? 0) * 60 + Number(match[3] ?? 0));
}

const FROM = Date.UTC(2026, 0, 1);
const TO = Date.UTC(2028, 0, 1);
const local = (text: string) => Date.parse(`${text}Z`);

describe('zone rules', () => {
  it('are those of the installed data', () => {
    expect(TZDB_VERSION).toBe(installed.version);
    expect(TZDB_VERSION >= '2026f').toBe(true);
  });

  it('are old when more than 200 days have gone by since', () => {
    const after = (days: number) => new Date(Date.parse(TZDB_RELEASED) + days * 86_400_000);

    expect(ageOfRules(after(0))).toEqual({ days: 0, old: false });
    expect(ageOfRules(after(200.9))).toEqual({ days: 200, old: false });
    expect(ageOfRules(after(201))).toEqual({ days: 201, old: true });
  });

  it('know every name of the installed data, old names included', () => {
    const names = [
      ...installed.zones.map((packed) => packed.split('|')[0] ?? ''),
      ...installed.links.map((link) => link.split('|')[1] ?? ''),
    ];

    expect(zoneNames().toSorted()).toEqual([...new Set(names)].toSorted());
    expect(offsetAt(zone('Asia/Calcutta'), FROM)).toBe(330);
    expect(offsetAt(zone('UTC'), FROM)).toBe(0);
    expect(zoneNamed('Mars/Olympus')).toBeUndefined();
    expect(zoneNamed('constructor')).toBeUndefined();
    expect(zoneNamed('europe/berlin')).toBeUndefined();
  });

  it.each([
    'Europe/Berlin',
    'Europe/London',
    'America/New_York',
    'America/Sao_Paulo',
    'America/St_Johns',
    'Australia/Lord_Howe',
    'Pacific/Chatham',
    'Asia/Kolkata',
    'Asia/Kathmandu',
    'Africa/Cairo',
  ])('agree with the runtime’s on %s, where those are not out of date', (name) => {
    const known = zone(name);

    fc.assert(
      fc.property(fc.integer({ min: FROM, max: TO }), (instant) => {
        expect(offsetAt(known, instant)).toBe(offsetByIntl(name, instant));
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    // Permanent since 2026: what the runtime of these tests does not know yet.
    ['America/Vancouver', '2026-12-01T12:00:00Z', '-07:00'],
    ['Europe/Berlin', '2026-12-01T12:00:00Z', '+01:00'],
    ['Australia/Lord_Howe', '2026-12-01T12:00:00Z', '+11:00'],
    ['Australia/Lord_Howe', '2026-06-01T12:00:00Z', '+10:30'],
  ])('say that %s at %s is %s from UTC', (name, instant, offset) => {
    expect(offsetText(offsetAt(zone(name), Date.parse(instant)))).toBe(offset);
  });
});

describe('a wall time', () => {
  it('is shown back by the clocks at each of its instants, in every zone', () => {
    const names = zoneNames();

    fc.assert(
      fc.property(fc.constantFrom(...names), fc.integer({ min: FROM, max: TO }), (name, instant) => {
        const known = zone(name);
        const wall = instant + offsetAt(known, instant) * 60_000;
        const instants = instantsOf(known, wall);

        expect(instants).toContain(instant);
        for (const each of instants) expect(each + offsetAt(known, each) * 60_000).toBe(wall);
      }),
      { numRuns: 2000 },
    );
  });

  it('exists twice, once or never exactly as its clocks are put, at every change of every zone in 2026 and 2027', () => {
    let changes = 0;
    for (const name of zoneNames()) {
      const known = zone(name);
      known.untils.forEach((until, index) => {
        if (until < FROM || until >= TO) return;
        const before = known.offsets[index] ?? 0;
        const after = known.offsets[index + 1] ?? 0;
        const jump = Math.abs(after - before);
        if (jump === 0) return;
        changes += 1;
        const middle = until + Math.min(before, after) * 60_000 + (jump / 2) * 60_000;
        expect(instantsOf(known, middle)).toHaveLength(after > before ? 0 : 2);
        expect(instantsOf(known, middle - jump * 60_000)).toHaveLength(1);
        expect(instantsOf(known, middle + jump * 60_000)).toHaveLength(1);
      });
    }
    expect(changes).toBeGreaterThan(500);
  });

  it('in a gap of an hour has a neighbour an hour before and one after', () => {
    const newYork = zone('America/New_York');
    const gap = local('2027-03-14T02:30:00');

    expect(nearestInstants(newYork, gap).map((instant) => isoInZone(newYork, instant))).toEqual([
      '2027-03-14T01:30:00-05:00',
      '2027-03-14T03:30:00-04:00',
    ]);
    expect(isoInZone(newYork, firstInstantAtOrAfter(newYork, gap))).toBe('2027-03-14T03:00:00-04:00');
  });

  it('in Lord Howe’s gap of half an hour has neighbours half an hour away', () => {
    const lordHowe = zone('Australia/Lord_Howe');

    const nearest = nearestInstants(lordHowe, local('2026-10-04T02:15:00'));

    expect(nearest.map((instant) => isoInZone(lordHowe, instant))).toEqual([
      '2026-10-04T01:45:00+10:30',
      '2026-10-04T02:45:00+11:00',
    ]);
  });

  it('that is repeated has an earlier and a later instant', () => {
    const berlin = zone('Europe/Berlin');
    const repeated = local('2026-10-25T02:30:00');

    expect(isoInZone(berlin, firstInstantAtOrAfter(berlin, repeated))).toBe('2026-10-25T02:30:00+02:00');
    expect(isoInZone(berlin, endOfHours(berlin, repeated))).toBe('2026-10-25T02:30:00+01:00');
  });

  it('ends hours at its first reading where all that is repeated comes after it, and at the change where it is skipped', () => {
    const berlin = zone('Europe/Berlin');

    expect(isoInZone(berlin, endOfHours(berlin, local('2026-10-25T02:00:00')))).toBe('2026-10-25T02:00:00+02:00');
    expect(isoInZone(berlin, endOfHours(berlin, local('2026-10-25T03:00:00')))).toBe('2026-10-25T03:00:00+01:00');
    expect(isoInZone(berlin, endOfHours(berlin, local('2027-03-28T02:30:00')))).toBe('2027-03-28T03:00:00+02:00');
  });
});
