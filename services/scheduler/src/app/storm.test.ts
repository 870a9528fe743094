import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { received, world, type Fate } from '../../test/world';
import { parseReminders } from '../domain/reminders';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.parse('2026-12-01T12:00:00.000Z');
const iso = (ms: number) => new Date(ms).toISOString();
const appointmentId = 'apt_1';
const OFFSETS = { '2h': 2 * HOUR, '20m': 20 * MINUTE };

const history = fc.record({
  minutes: fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 4 }),
  ends: fc.boolean(),
  first: fc.array(fc.integer({ min: 0, max: 60 * 60 }), { minLength: 5, maxLength: 5 }),
  deliveries: fc.array(fc.record({ which: fc.nat(), atSeconds: fc.integer({ min: 0, max: 60 * 60 }) }), {
    maxLength: 8,
  }),
  crashes: fc.array(
    fc.record({
      effect: fc.oneof(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 600 })),
      when: fc.constantFrom('before' as const, 'after' as const),
    }),
    { maxLength: 4 },
  ),
  lagSeconds: fc.integer({ min: 0, max: 59 }),
  fates: fc.array(fc.constantFrom<Fate>('fires', 'fires-twice', 'stands', 'vanishes'), { maxLength: 15 }),
  compareAtMinutes: fc.integer({ min: 0, max: 1439 }),
  page: fc.integer({ min: 1, max: 5 }),
});
/** How often the table is swept. */
const SWEEP_MS = 5 * MINUTE;

type History = typeof history extends fc.Arbitrary<infer T> ? T : never;

/** Books at START, moves some times, and perhaps calls off, as the history has it; the world is not run yet. */
function happening(
  { minutes, ends, first, deliveries, crashes, lagSeconds, fates, compareAtMinutes, page }: History,
  more: Partial<Parameters<typeof world>[0]> = {},
) {
  const times = minutes.map((minute) => START + minute * MINUTE);
  const about = (version: number, startsAtMs: number) => ({
    appointmentId,
    appointmentVersion: version,
    revision: version,
    startsAt: iso(startsAtMs),
  });
  const events = [
    ...times.map((time, index) =>
      received(index === 0 ? 'AppointmentCreated' : 'AppointmentRescheduled', about(index + 1, time), iso(START)),
    ),
    ...(ends
      ? [
          received(
            'AppointmentCancelled',
            { appointmentId, appointmentVersion: times.length + 1, revision: times.length + 1 },
            iso(START),
          ),
        ]
      : []),
  ];
  const w = world({
    startsMs: START,
    reminders: parseReminders(Object.keys(OFFSETS).join(',')),
    crashes,
    schedulerLagMs: lagSeconds * 1000,
    fates,
    compareAtMs: compareAtMinutes * MINUTE,
    page,
    ...more,
  });
  const deliver = (index: number, atSeconds: number) => {
    const event = events[index];
    if (event) w.deliverBookingEvent(START + atSeconds * 1000, event);
  };
  events.forEach((_, index) => deliver(index, first[index] ?? 0));
  for (const { which, atSeconds } of deliveries) deliver(which % events.length, atSeconds);
  return { w, times, versionThatStands: ends ? undefined : times.length };
}

/** Nothing said twice, nothing early, no reminder after its appointment, and nothing for a version after a later one was heard of. */
function expectDecency({ w, times }: ReturnType<typeof happening>, graceMs: number) {
  const said = w.said.map(({ event }) => {
    const { appointmentVersion, reminder = 'call' } = event.detail.data;
    return `${reminder} of ${appointmentVersion}`;
  });
  expect(said).toEqual([...new Set(said)]);
  for (const { atMs, event } of w.said) {
    const { appointmentVersion: version, reminder } = event.detail.data;
    const startsAtMs = times[version - 1] ?? Infinity;
    const offsetMs = reminder === undefined ? 0 : (OFFSETS[reminder as keyof typeof OFFSETS] ?? NaN);
    expect(atMs).toBeGreaterThanOrEqual(startsAtMs - offsetMs - 1000);
    if (reminder !== undefined) expect(atMs).toBeLessThan(startsAtMs);
    for (let later = version + 1; later <= times.length + 1; later += 1) {
      const heardMs = w.heardMs.get(`${appointmentId}#${later}`);
      if (heardMs !== undefined) expect(atMs).toBeLessThanOrEqual(heardMs + graceMs);
    }
  }
  expect(w.delays.every((seconds) => seconds <= 900)).toBe(true);
}

const calls = ({ w }: ReturnType<typeof happening>) =>
  w.said.filter(({ event }) => event.detailType === 'CallDue').map(({ event }) => event.detail.data.appointmentVersion);

describe('whatever is delivered twice, late, out of order, or cut off between any two effects, and whatever becomes of schedules', () => {
  it('the version that stands is called once, never early; no other is called after the later word was heard', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (drawn) => {
        const happened = happening(drawn);
        const { w, versionThatStands } = happened;

        await w.runUntil(START + 60 * HOUR);

        // A crash may cost a delivery its effect until it comes again, a minute later.
        expectDecency(happened, drawn.crashes.length * MINUTE);
        if (versionThatStands !== undefined) expect(calls(happened)).toContain(versionThatStands);
        expect(w.intents().filter(({ state }) => state === 'planned' || state === 'handed-over')).toEqual([]);
        expect([...w.schedules.keys()]).toEqual([]);
        expect(w.dead).toEqual([]);
      }),
      { numRuns: 150 },
    );
  }, 60_000);

  it('and where nothing is cut off, it is called within its second, though its schedule never fires, or by the next sweep where it was planned since the last', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (drawn) => {
        const happened = happening({ ...drawn, crashes: [] });
        const { w, times, versionThatStands } = happened;

        await w.runUntil(START + 24 * HOUR);

        for (const { atMs, event } of w.said) {
          const { appointmentVersion: version, reminder } = event.detail.data;
          const offsetMs = reminder === undefined ? 0 : (OFFSETS[reminder as keyof typeof OFFSETS] ?? NaN);
          const dueMs = (times[version - 1] ?? NaN) - offsetMs;
          const heardMs = w.heardMs.get(`${appointmentId}#${version}`) ?? NaN;
          expect(atMs - Math.max(dueMs, heardMs)).toBeGreaterThanOrEqual(0);
          // Between two sweeps nobody but its schedule knows of what was planned and is due by the next one.
          const isSweptInTime = dueMs - heardMs >= SWEEP_MS || dueMs - heardMs <= 150_000;
          expect(atMs - Math.max(dueMs, heardMs)).toBeLessThan(isSweptInTime ? 1000 : SWEEP_MS);
        }
        if (versionThatStands !== undefined) expect(calls(happened)).toContain(versionThatStands);
      }),
      { numRuns: 100 },
    );
  }, 60_000);

  it('what an outage of up to a day has kept from being said is said when it ends, but no reminder after its appointment', async () => {
    const outages = fc.record({
      afterMinutes: fc.integer({ min: 0, max: 300 }),
      minutes: fc.integer({ min: 1, max: 1440 }),
    });
    await fc.assert(
      fc.asyncProperty(history, outages, async (drawn, { afterMinutes, minutes }) => {
        const fromMs = START + afterMinutes * MINUTE;
        const outage = { fromMs, toMs: fromMs + minutes * MINUTE };
        const happened = happening(drawn, { outage });
        const { w, times, versionThatStands } = happened;

        await w.runUntil(START + 80 * HOUR);

        expectDecency(happened, drawn.crashes.length * MINUTE);
        // A call that is more than a day late is history; what crashed during its last minutes may become so.
        const isHistory = outage.toMs + 15 * MINUTE - (times.at(-1) ?? START) > 24 * HOUR;
        if (versionThatStands !== undefined && !isHistory) expect(calls(happened)).toContain(versionThatStands);
        expect(w.schedules.size).toBe(0);
      }),
      { numRuns: 100 },
    );
  }, 60_000);

  it('schedules that could not be deleted for half an hour, so that their events were given up, are gone within two days', async () => {
    await fc.assert(
      fc.asyncProperty(history, fc.integer({ min: 0, max: 60 }), async (drawn, fromMinute) => {
        const fromMs = START + fromMinute * MINUTE;
        const happened = happening(drawn, { deletesFail: { fromMs, toMs: fromMs + 30 * MINUTE } });
        const { w, versionThatStands } = happened;

        await w.runUntil(START + 60 * HOUR);

        expectDecency(happened, drawn.crashes.length * MINUTE);
        if (versionThatStands !== undefined) expect(calls(happened)).toContain(versionThatStands);
        expect(w.intents().filter(({ state }) => state === 'planned' || state === 'handed-over')).toEqual([]);
        expect(w.schedules.size).toBe(0);
      }),
      { numRuns: 100 },
    );
  }, 60_000);
});
