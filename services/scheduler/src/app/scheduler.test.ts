import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { received, world } from '../../test/world';
import { parseReminders } from '../domain/reminders';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.parse('2026-12-01T12:00:00.000Z');
const iso = (ms: number) => new Date(ms).toISOString();
const appointmentId = 'apt_1';

const created = (startsAtMs: number) =>
  received('AppointmentCreated', { appointmentId, startsAt: iso(startsAtMs) }, iso(START));
const moved = (version: number, startsAtMs: number) =>
  received(
    'AppointmentRescheduled',
    { appointmentId, appointmentVersion: version, revision: version, startsAt: iso(startsAtMs) },
    iso(START),
  );
const cancelled = (version: number) =>
  received('AppointmentCancelled', { appointmentId, appointmentVersion: version, revision: version }, iso(START));

const calls = (w: ReturnType<typeof world>) =>
  w.said
    .filter(({ event }) => event.detailType === 'CallDue')
    .map(({ atMs, event }) => [event.detail.data.appointmentVersion, iso(atMs)]);

describe('the call of an appointment', () => {
  it.each([0, 1, 30_000, 59_000])('is due on its second when its schedule fires %d ms into the minute', async (lag) => {
    const w = world({ startsMs: START, schedulerLagMs: lag });

    w.deliverBookingEvent(START, created(START + HOUR));
    await w.runUntil(START + 2 * HOUR);

    const [first] = w.said;
    expect(w.said).toHaveLength(1);
    expect(first?.atMs).toBeGreaterThanOrEqual(START + HOUR);
    expect(first?.atMs).toBeLessThan(START + HOUR + 1000);
  });

  it('names the booking event as its cause', async () => {
    const w = world({ startsMs: START });

    w.deliverBookingEvent(START, created(START + HOUR));
    await w.runUntil(START + 2 * HOUR);

    expect(w.said[0]?.event.detail.metadata).toMatchObject({ causationId: 'AppointmentCreated:apt_1:1', hops: 1 });
  });

  it('that is ten seconds away goes by the delay queue alone', async () => {
    const w = world({ startsMs: START });

    w.deliverBookingEvent(START, created(START + 10_000));
    await w.runUntil(START + MINUTE);

    expect(calls(w)).toEqual([[1, iso(START + 10_000)]]);
    expect(w.delays).toEqual([10]);
  });

  it('that is past is due at once', async () => {
    const w = world({ startsMs: START });

    w.deliverBookingEvent(START, created(START - 23 * HOUR));
    await w.runUntil(START + MINUTE);

    expect(calls(w)).toEqual([[1, iso(START)]]);
  });

  it('that is older than a day is history', async () => {
    const w = world({ startsMs: START });

    w.deliverBookingEvent(START, created(START - 25 * HOUR));
    await w.runUntil(START + MINUTE);

    expect(calls(w)).toEqual([]);
  });

  it('is never due once the appointment is cancelled, and its schedule is gone', async () => {
    const w = world({ startsMs: START });

    w.deliverBookingEvent(START, created(START + HOUR));
    w.deliverBookingEvent(START + MINUTE, cancelled(2));
    await w.runUntil(START + 30 * MINUTE);
    const left = w.schedules.size;
    await w.runUntil(START + 2 * HOUR);

    expect(left).toBe(0);
    expect(calls(w)).toEqual([]);
  });

  it('follows a move, and the old time passes in silence', async () => {
    const w = world({ startsMs: START });

    w.deliverBookingEvent(START, created(START + HOUR));
    w.deliverBookingEvent(START + MINUTE, moved(2, START + 3 * HOUR));
    await w.runUntil(START + 4 * HOUR);

    expect(calls(w)).toEqual([[2, iso(START + 3 * HOUR)]]);
  });

  it('is withdrawn though its wake-up already lies in the delay queue', async () => {
    const w = world({ startsMs: START });

    w.deliverBookingEvent(START, created(START + HOUR));
    w.deliverBookingEvent(START + HOUR - 10_000, cancelled(2));
    await w.runUntil(START + 2 * HOUR);

    expect(calls(w)).toEqual([]);
  });

  it('is not planned when the cancellation was heard first', async () => {
    const w = world({ startsMs: START });

    w.deliverBookingEvent(START, cancelled(2));
    w.deliverBookingEvent(START + 1000, created(START + HOUR));
    await w.runUntil(START + 2 * HOUR);

    expect(w.schedules.size).toBe(0);
    expect(calls(w)).toEqual([]);
  });
});

describe('reminders', () => {
  it('are said at their offsets, each once', async () => {
    const w = world({ startsMs: START, reminders: parseReminders('24h,1h') });

    w.deliverBookingEvent(START, created(START + 48 * HOUR));
    w.deliverBookingEvent(START + 5000, created(START + 48 * HOUR));
    await w.runUntil(START + 72 * HOUR);

    expect(w.said.map(({ atMs, event }) => [event.detailType, (atMs - START) / HOUR])).toEqual([
      ['ReminderDue', 24],
      ['ReminderDue', 47],
      ['CallDue', 48],
    ]);
  });
});

describe('whatever is delivered twice, late, out of order, or cut off between any two effects', () => {
  const history = fc.record({
    minutes: fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 4 }),
    ends: fc.boolean(),
    deliveries: fc.array(fc.record({ which: fc.nat(), atSeconds: fc.integer({ min: 0, max: 60 * 60 }) }), {
      maxLength: 8,
    }),
    first: fc.array(fc.integer({ min: 0, max: 60 * 60 }), { minLength: 5, maxLength: 5 }),
    crashes: fc.array(
      fc.record({
        effect: fc.integer({ min: 0, max: 40 }),
        when: fc.constantFrom('before' as const, 'after' as const),
      }),
      { maxLength: 4 },
    ),
    lagSeconds: fc.integer({ min: 0, max: 59 }),
  });

  it('the version that stands is called once, never early; no other is called after the later word was heard', async () => {
    await fc.assert(
      fc.asyncProperty(history, async ({ minutes, ends, deliveries, first, crashes, lagSeconds }) => {
        const times = minutes.map((minute) => START + minute * MINUTE);
        const events = [
          created(times[0] ?? START),
          ...times.slice(1).map((time, index) => moved(index + 2, time)),
          ...(ends ? [cancelled(times.length + 1)] : []),
        ];
        const w = world({ startsMs: START, crashes, schedulerLagMs: lagSeconds * 1000 });
        const heardMs = new Map<number, number>();
        const deliver = (index: number, atSeconds: number) => {
          const event = events[index];
          if (!event) return;
          const atMs = START + atSeconds * 1000;
          w.deliverBookingEvent(atMs, event);
          const version = event.data.appointmentVersion;
          heardMs.set(version, Math.min(atMs, heardMs.get(version) ?? Infinity));
        };
        events.forEach((_, index) => deliver(index, first[index] ?? 0));
        for (const { which, atSeconds } of deliveries) deliver(which % events.length, atSeconds);

        await w.runUntil(START + 24 * HOUR);

        const versions = w.said.map(({ event }) => event.detail.data.appointmentVersion);
        expect(new Set(versions).size).toBe(versions.length);
        for (const { atMs, event } of w.said) {
          const version = event.detail.data.appointmentVersion;
          expect(atMs).toBeGreaterThanOrEqual((times[version - 1] ?? Infinity) - 1000);
          // A crash may cost a delivery its effect until it comes again, a minute later.
          const grace = crashes.length * MINUTE;
          for (const [later, heard] of heardMs) if (later > version) expect(atMs).toBeLessThanOrEqual(heard + grace);
        }
        if (!ends) expect(versions).toContain(times.length);
        expect(w.delays.every((seconds) => seconds <= 150)).toBe(true);
        expect(w.schedules.size).toBe(0);
      }),
      { numRuns: 300 },
    );
  });
});
