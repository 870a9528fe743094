import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Agent } from './agent';
import {
  freeSlots,
  GRID,
  nearestSlots,
  offered,
  piecesBetween,
  piecesOf,
  slotsBetween,
  slotsOfDate,
  swap,
  type Slot,
} from './slots';
import { parseWorkingHours } from './working-hours';
import { isoInZone, zoneNamed, zoneNames } from '@appointments/runtime/zones';

function agent(changes: { zone?: string; hours?: string } & Partial<Omit<Agent, 'zone' | 'workingHours'>> = {}): Agent {
  const { zone: name = 'America/New_York', hours = '09:00-17:00', ...rest } = changes;
  const zone = zoneNamed(name);
  const parsed = parseWorkingHours(hours);
  if (!zone || !parsed.ok) throw new Error(`${name} ${hours}`);
  return {
    agentId: 'agt_default',
    version: 0,
    name: 'Alex Morgan',
    email: 'alex@example.com',
    phone: '+12025550100',
    zone,
    workingHours: parsed.hours,
    slotMinutes: 30,
    bufferBeforeMinutes: 0,
    bufferAfterMinutes: 0,
    minimumNoticeMinutes: 0,
    horizonDays: 60,
    exceptions: new Map(),
    active: true,
    ...rest,
  };
}

const starts = (someone: Agent, slots: readonly Slot[]) => slots.map((slot) => isoInZone(someone.zone, slot.start));
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

describe('the slots of a day', () => {
  it('begin where the hours begin and end where they end', () => {
    const alex = agent({ slotMinutes: 45 });

    expect(starts(alex, slotsOfDate(alex, '2026-12-01'))).toEqual(
      ['09:00', '09:45', '10:30', '11:15', '12:00', '12:45', '13:30', '14:15', '15:00', '15:45'].map(
        (time) => `2026-12-01T${time}:00-05:00`,
      ),
    );
  });

  it('are those of its weekday, breaks left out', () => {
    const alex = agent({ hours: 'Mon-Fri 09:00-10:00,11:00-12:00; Sat 10:00-11:00' });

    expect(slotsOfDate(alex, '2026-12-04')).toHaveLength(4);
    expect(starts(alex, slotsOfDate(alex, '2026-12-05'))).toEqual([
      '2026-12-05T10:00:00-05:00',
      '2026-12-05T10:30:00-05:00',
    ]);
    expect(slotsOfDate(alex, '2026-12-06')).toEqual([]);
  });

  it.each([
    ['America/New_York', '2027-03-14', 46],
    ['America/New_York', '2026-11-01', 50],
    ['Australia/Lord_Howe', '2026-10-04', 47],
    ['Australia/Lord_Howe', '2027-04-04', 49],
    ['Europe/Berlin', '2026-12-01', 48],
  ])('of half an hour in %s on %s are %i, as long as the day is', (zone, date, count) => {
    expect(slotsOfDate(agent({ zone, hours: '00:00-24:00' }), date)).toHaveLength(count);
  });

  it('have no time on the clock that was skipped, and both of one that was repeated', () => {
    const alex = agent({ hours: '00:00-24:00' });

    const skipped = starts(alex, slotsOfDate(alex, '2027-03-14'));
    const repeated = starts(alex, slotsOfDate(alex, '2026-11-01'));

    expect(skipped.slice(2, 6).map((start) => start.slice(11))).toEqual([
      '01:00:00-05:00',
      '01:30:00-05:00',
      '03:00:00-04:00',
      '03:30:00-04:00',
    ]);
    expect(repeated.filter((start) => start.includes('T01:30'))).toEqual([
      '2026-11-01T01:30:00-04:00',
      '2026-11-01T01:30:00-05:00',
    ]);
  });

  it('lie on the five-minute grid, one after the other, none over another, in every zone around every change of its clocks', () => {
    const hours = ['00:00-24:00', '01:30-02:45,02:45-05:00', '09:00-17:00', '23:00-24:00'];
    for (const name of zoneNames()) {
      const zone = zoneNamed(name);
      const changes = (zone?.untils ?? []).filter(
        (until) => until >= Date.UTC(2026, 0, 1) && until < Date.UTC(2028, 0, 1),
      );
      for (const change of changes) {
        for (const text of hours) {
          const someone = agent({ zone: name, hours: text });
          const slots = slotsBetween(someone, change - 2 * DAY, change + 2 * DAY);
          slots.forEach((slot, index) => {
            const previous = slots[index - 1];
            if (
              slot.start % GRID !== 0 ||
              slot.end - slot.start !== 30 * MINUTE ||
              (previous && previous.end > slot.start)
            ) {
              throw new Error(`${name} ${text} ${isoInZone(someone.zone, slot.start)}`);
            }
          });
        }
      }
    }
  });
});

describe('the slots of a span', () => {
  it('are those of all its days, each once, whatever zone and hour it begins in', () => {
    const span = fc.record({
      zone: fc.constantFrom(...zoneNames()),
      from: fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 11, 1) }),
      days: fc.integer({ min: 0, max: 5 }),
    });

    fc.assert(
      fc.property(span, ({ zone, from, days }) => {
        const someone = agent({ zone, hours: '00:00-24:00' });
        const slots = slotsBetween(someone, from, from + days * DAY);
        const wider = slotsBetween(someone, from - 3 * DAY, from + (days + 3) * DAY);

        expect(slots).toEqual(wider.filter((slot) => slot.start >= from && slot.start < from + days * DAY));
        expect(new Set(slots.map((slot) => slot.start)).size).toBe(slots.length);
      }),
      { numRuns: 200 },
    );
  });

  it('are exactly those that are offered when asked for one by one', () => {
    const alex = agent();
    const now = Date.UTC(2026, 10, 23, 12);
    const span = slotsBetween(alex, now, now + 3 * DAY);

    for (let start = now; start < now + 3 * DAY; start += GRID) {
      const offer = offered(alex, start, now);
      expect(offer.offered).toBe(span.some((slot) => slot.start === start && slot.start > now));
    }
  });
});

describe('claimed time', () => {
  it('covers an appointment and its buffers in pieces of five minutes', () => {
    const start = Date.UTC(2026, 11, 1, 15);
    const pieces = piecesOf({ start, end: start + 30 * MINUTE }, { bufferBeforeMinutes: 5, bufferAfterMinutes: 10 });

    expect(pieces.map((piece) => (piece - start) / MINUTE)).toEqual([-5, 0, 5, 10, 15, 20, 25, 30, 35]);
  });

  it('is kept, released and claimed by a move so that exactly the new time is held', () => {
    const span = fc.tuple(fc.nat(60), fc.integer({ min: 1, max: 48 })).map(([from, length]) => {
      const start = Date.UTC(2026, 11, 1) + from * GRID;
      return piecesBetween(start, start + length * GRID);
    });

    fc.assert(
      fc.property(span, span, (old, fresh) => {
        const { kept, released, claimed } = swap(old, fresh);

        expect(new Set([...kept, ...claimed])).toEqual(new Set(fresh));
        expect(new Set([...kept, ...released])).toEqual(new Set(old));
        expect(kept.length + claimed.length).toBe(fresh.length);
        expect(kept.length + released.length).toBe(old.length);
        // With the appointment, its history and its event: DynamoDB takes a hundred actions.
        expect(kept.length + released.length + claimed.length + 3).toBeLessThanOrEqual(99);
      }),
    );
  });

  it('of a single piece takes every slot that it touches', () => {
    const alex = agent({ bufferAfterMinutes: 5 });
    const slots = slotsOfDate(alex, '2026-12-01');
    const now = Date.UTC(2026, 10, 23);
    const claimed = new Set([slots[4]?.start ?? 0]);

    const free = freeSlots(alex, slots, claimed, now);

    expect(slots.filter((slot) => !free.includes(slot))).toEqual([slots[3], slots[4]]);
  });
});

describe('the nearest slots', () => {
  it('are told in the order of time, the earlier preferred where two are as near', () => {
    const slots = [0, 10, 20, 30, 40].map((start) => ({ start, end: start + 10 }));

    expect(nearestSlots(slots, 20, 2).map((slot) => slot.start)).toEqual([10, 20]);
    expect(nearestSlots(slots, 100, 2).map((slot) => slot.start)).toEqual([30, 40]);
  });
});
