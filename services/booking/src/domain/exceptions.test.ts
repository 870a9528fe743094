import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { daysOffIn, exceptionsOf, isWithin, LONGEST_SPAN_DAYS, overridesIn, readSpan, writeSpan } from './exceptions';
import type { Agent } from './agent';
import { startOfDate } from './instants';
import { slotsBetween } from './slots';
import { parseWorkingHours, type Window } from './working-hours';
import { dateInZone, localTime, zoneNamed } from '@appointments/runtime/zones';

const MORNING: readonly Window[] = [{ from: 9 * 60, to: 12 * 60 }];
const day = (count: number) => new Date(Date.UTC(2026, 11, 1) + count * 86_400_000).toISOString().slice(0, 10);

describe('a span of days off', () => {
  it.each([
    ['2026-12-25', { from: '2026-12-25', to: '2026-12-25' }],
    ['2026-12-24/2027-01-02', { from: '2026-12-24', to: '2027-01-02' }],
    [' 2026-12-24 / 2027-01-02 ', { from: '2026-12-24', to: '2027-01-02' }],
    ['2028-02-29/2028-02-29', { from: '2028-02-29', to: '2028-02-29' }],
    ['2028-01-01/2028-12-31', { from: '2028-01-01', to: '2028-12-31' }],
  ])('%j is read', (text, span) => {
    expect(readSpan(text)).toEqual({ ok: true, span });
  });

  it.each([
    ['', 'must be a day of the calendar or a span of them, like 2026-12-25 or 2026-12-24/2027-01-02'],
    ['25.12.2026', 'must be a day of the calendar'],
    ['2026-02-29', 'must be a day of the calendar'],
    ['2026-12-24/2026-12-32', 'must be a day of the calendar'],
    ['2026-12-24/', 'must be a day of the calendar'],
    ['2026-12-24/2026-12-25/2026-12-26', 'must be a day of the calendar'],
    ['2026-12-25/2026-12-24', 'ends before it begins'],
    ['2026-01-01/2027-01-02', 'has more than 366 days'],
  ])('%j is refused, saying why', (text, because) => {
    expect(readSpan(text)).toEqual({ ok: false, fault: expect.stringContaining(because) });
  });

  it('is written as it is read, one day alone by itself', () => {
    expect(['2026-12-25/2026-12-25', '2026-12-24/2027-01-02'].map((text) => rewritten(text))).toEqual([
      '2026-12-25',
      '2026-12-24/2027-01-02',
    ]);
  });

  it('has its first and its last day, and none beside', () => {
    const span = { from: '2026-12-24', to: '2027-01-02' };

    expect(['2026-12-23', '2026-12-24', '2027-01-02', '2027-01-03'].map((date) => isWithin(span, date))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });
});

function rewritten(text: string): string {
  const read = readSpan(text);
  return read.ok ? writeSpan(read.span) : read.fault;
}

describe('the exceptions of an agent', () => {
  it('are the hours of single dates, in the order of the calendar', () => {
    const exceptions = exceptionsOf(
      [{ from: '2026-12-30', to: '2027-01-01' }],
      [
        { date: '2027-01-04', windows: MORNING },
        { date: '2026-12-24', windows: MORNING },
      ],
    );

    expect([...exceptions]).toEqual([
      ['2026-12-24', MORNING],
      ['2026-12-30', []],
      ['2026-12-31', []],
      ['2027-01-01', []],
      ['2027-01-04', MORNING],
    ]);
  });

  it('are told in as few spans as can be: neighbours together, overlapping ones once', () => {
    const exceptions = exceptionsOf(
      [
        { from: '2026-12-26', to: '2026-12-28' },
        { from: '2026-12-24', to: '2026-12-24' },
        { from: '2026-12-25', to: '2026-12-27' },
        { from: '2026-12-30', to: '2026-12-30' },
      ],
      [{ date: '2026-12-29', windows: MORNING }],
    );

    expect(daysOffIn(exceptions)).toEqual([
      { from: '2026-12-24', to: '2026-12-28' },
      { from: '2026-12-30', to: '2026-12-30' },
    ]);
    expect(overridesIn(exceptions)).toEqual([{ date: '2026-12-29', windows: MORNING }]);
  });

  it('are the same when they are told and made again, in spans that can be read', () => {
    const span = fc
      .tuple(fc.integer({ min: 0, max: 900 }), fc.integer({ min: 0, max: LONGEST_SPAN_DAYS - 1 }))
      .map(([first, more]) => ({ from: day(first), to: day(first + more) }));
    const dates = fc.uniqueArray(fc.integer({ min: 0, max: 1300 }).map(day), { maxLength: 5 });

    fc.assert(
      fc.property(fc.array(span, { maxLength: 6 }), dates, (spans, overridden) => {
        const exceptions = exceptionsOf(
          spans,
          overridden.map((date) => ({ date, windows: MORNING })),
        );

        const daysOff = daysOffIn(exceptions);
        const again = exceptionsOf(daysOff, overridesIn(exceptions));

        expect([...again]).toEqual([...exceptions]);
        expect(daysOff.map((one) => rewritten(writeSpan(one)))).toEqual(daysOff.map(writeSpan));
        expect(daysOff.length).toBeLessThanOrEqual(spans.length + overridden.length);
        for (const [index, { from }] of daysOff.entries())
          expect(startOfDate(from)).toBeGreaterThan(startOfDate(daysOff[index - 1]?.to ?? '2000-01-01') ?? NaN);
      }),
      { numRuns: 40 },
    );
  });
});

describe('the slots of an agent with exceptions', () => {
  const spans = fc.array(
    fc
      .tuple(fc.integer({ min: 0, max: 120 }), fc.integer({ min: 0, max: 20 }))
      .map(([first, more]) => ({ from: day(first), to: day(first + more) })),
    { maxLength: 4 },
  );
  const overridden = fc.uniqueArray(fc.integer({ min: 0, max: 140 }).map(day), { maxLength: 6 });
  const OVERRIDE: readonly Window[] = [
    { from: 6 * 60, to: 7 * 60 },
    { from: 20 * 60, to: 21 * 60 + 30 },
  ];
  // Auckland and Santiago change their clocks within these days, Kolkata never does.
  const zones = fc.constantFrom('America/New_York', 'Pacific/Auckland', 'America/Santiago', 'Asia/Kolkata');

  it('never fall on a day off, are the override’s on overridden days, and the weekday’s on all others', () => {
    fc.assert(
      fc.property(spans, overridden, zones, (off, dates, zoneName) => {
        const plain = agentIn(zoneName);
        const exceptions = exceptionsOf(
          off,
          dates.map((date) => ({ date, windows: OVERRIDE })),
        );
        const from = Date.parse('2026-12-01T00:00:00Z');
        const to = from + 140 * 86_400_000;

        const slots = slotsBetween({ ...plain, exceptions }, from, to);

        const dateOf = ({ start }: { start: number }) => dateInZone(plain.zone, start);
        const regular = slotsBetween(plain, from, to).filter((slot) => !exceptions.has(dateOf(slot)));
        expect(slots.filter((slot) => !exceptions.has(dateOf(slot)))).toEqual(regular);
        for (const slot of slots.filter((one) => exceptions.has(dateOf(one)))) {
          const minute = (localTime(plain.zone, slot.start) - (startOfDate(dateOf(slot)) ?? 0)) / 60_000;
          expect(dates).toContain(dateOf(slot));
          expect([360, 390, 1200, 1230, 1260]).toContain(minute);
        }
        for (const date of dates.filter((one) => one > '2026-12-01' && one < day(139)))
          expect(slots.filter((slot) => dateOf(slot) === date)).toHaveLength(5);
      }),
      { numRuns: 25 },
    );
  });

  function agentIn(zoneName: string): Agent {
    const zone = zoneNamed(zoneName);
    const hours = parseWorkingHours('Mon-Fri 09:00-12:00,13:00-17:00; Sat 10:00-12:00');
    if (!zone || !hours.ok) throw new Error(zoneName);
    return {
      agentId: 'agt_default',
      version: 0,
      name: 'Alex Morgan',
      email: 'alex@example.com',
      phone: '+12025550100',
      zone,
      workingHours: hours.hours,
      exceptions: new Map(),
      slotMinutes: 30,
      bufferBeforeMinutes: 0,
      bufferAfterMinutes: 0,
      minimumNoticeMinutes: 0,
      horizonDays: 60,
      active: true,
    };
  }
});
