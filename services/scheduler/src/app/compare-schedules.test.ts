import { describe, expect, it } from '@jest/globals';
import { received, world, type Fate, type WorldOptions } from '../../test/world';
import { parseReminders } from '../domain/reminders';
import { compareSchedules } from './compare-schedules';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const START = Date.parse('2026-12-01T12:00:00.000Z');
const NIGHT = Date.parse('2026-12-02T03:17:00.000Z');
const iso = (ms: number) => new Date(ms).toISOString();

const created = (appointmentId: string, startsAtMs: number) =>
  received('AppointmentCreated', { appointmentId, startsAt: iso(startsAtMs) }, iso(START));
const strange = { appointmentId: 'apt_9', version: 1, purpose: 'call', dueAt: iso(START + DAY) } as const;
const cancelled = (appointmentId: string) =>
  received('AppointmentCancelled', { appointmentId, appointmentVersion: 2, revision: 2 }, iso(START));

/** A world without sweeps, in which comparisons are ordered by hand. */
function comparing(options: Partial<WorldOptions> = {}) {
  const w = world({ startsMs: START, ...options });
  return {
    w,
    book: (count: number, startsAtMs = START + 10 * DAY) => {
      for (let n = 1; n <= count; n += 1) w.deliverBookingEvent(START, created(`apt_${n}`, startsAtMs + n * MINUTE));
    },
    compare: (atMs = NIGHT) => w.compare(atMs, { run: iso(atMs), begins: true }),
  };
}

describe('the comparison of table and schedules', () => {
  it('finds nothing where nothing is amiss, and says how much it has looked at', async () => {
    const { w, book, compare } = comparing({ reminders: parseReminders('24h') });

    book(3);
    compare();
    await w.runUntil(NIGHT + MINUTE);

    expect(w.comparison()).toMatchObject({
      next: { among: 'nothing' },
      schedules: 6,
      wakeUps: 6,
      found: 0,
      repaired: 0,
    });
    expect(w.schedules.size).toBe(6);
  });

  it('sets a schedule again that is missing, at the time it is to fire', async () => {
    const { w, book, compare } = comparing({ fates: ['fires', 'vanishes'] });

    book(3);
    compare();
    await w.runUntil(NIGHT + MINUTE);

    expect(w.comparison()).toMatchObject({ found: 1, repaired: 1 });
    expect(w.schedules.get('apt_2-call-v1')?.at).toBe(iso(START + 10 * DAY));
  });

  it('takes away the schedule of an appointment that was called off while none could be deleted', async () => {
    const { w, book, compare } = comparing({ deletesFail: { fromMs: START, toMs: START + HOUR } });

    book(2);
    w.deliverBookingEvent(START + MINUTE, cancelled('apt_1'));
    compare();
    await w.runUntil(NIGHT + MINUTE);

    expect(w.dead).toEqual(['AppointmentCancelled']);
    expect(w.comparison()).toMatchObject({ found: 1, repaired: 1 });
    expect([...w.schedules.keys()]).toEqual(['apt_2-call-v1']);
    expect(w.intents().map(({ state }) => state)).toEqual(['withdrawn', 'planned']);
  });

  it('takes away a schedule that no appointment here has, by what it would hand over and not by its name', async () => {
    const { w, book, compare } = comparing();

    book(1);
    await w.runUntil(START);
    w.schedules.set('by-hand', { wakeUp: strange, at: strange.dueAt });
    compare();
    await w.runUntil(NIGHT + MINUTE);

    expect([...w.schedules.keys()]).toEqual(['apt_1-call-v1']);
    expect(w.comparison()).toMatchObject({ schedules: 2, found: 1, repaired: 1 });
  });

  it('takes away a schedule that would hand over what is no wake-up', async () => {
    const { w, compare } = comparing();

    w.schedules.set('by-hand', { wakeUp: 'unreadable' as never, at: iso(START + DAY) });
    compare();
    await w.runUntil(NIGHT + MINUTE);

    expect(w.schedules.size).toBe(0);
    expect(w.comparison()).toMatchObject({ found: 1, repaired: 1 });
  });

  it('makes nothing of a schedule that has fired since it was listed', async () => {
    const { w, compare } = comparing();

    w.schedules.set('by-hand', { wakeUp: strange, at: strange.dueAt });
    w.schedules.get = () => undefined;
    compare();
    await w.runUntil(NIGHT + MINUTE);

    expect(w.comparison()).toMatchObject({ schedules: 1, found: 0 });
  });

  it('knows a schedule whose name was cut short by what it would hand over', async () => {
    const { w, compare } = comparing();
    const appointmentId = 'a'.repeat(64);

    w.deliverBookingEvent(START, created(appointmentId, START + 10 * DAY));
    compare();
    await w.runUntil(NIGHT + MINUTE);

    expect(w.comparison()).toMatchObject({ schedules: 1, found: 0 });
    expect(w.schedules.size).toBe(1);
  });

  it('leaves alone what is under way', async () => {
    const fates: readonly Fate[] = ['vanishes', 'fires'];
    const { w, book, compare } = comparing({ fates });

    book(2);
    compare(START + 14 * MINUTE);
    await w.runUntil(START + 15 * MINUTE);

    expect(w.comparison()).toMatchObject({ schedules: 1, wakeUps: 2, found: 0 });
  });

  it('leaves alone a schedule whose wake-up was said moments ago', async () => {
    const { w, compare } = comparing({ fates: ['stands'], compareAtMs: 0 });
    const startsAtMs = START + 2 * HOUR;

    w.deliverBookingEvent(START, created('apt_1', startsAtMs));
    compare(startsAtMs + 10 * MINUTE);
    await w.runUntil(startsAtMs + 11 * MINUTE);
    expect(w.comparison()).toMatchObject({ schedules: 1, found: 0 });
    compare(startsAtMs + 20 * MINUTE);
    await w.runUntil(startsAtMs + 21 * MINUTE);

    expect(w.comparison()).toMatchObject({ schedules: 1, found: 1, repaired: 1 });
    expect(w.schedules.size).toBe(0);
  });

  it('wakes what is open still from before the day that sweeps look back to', async () => {
    const startsAtMs = START + HOUR;
    const { w, compare } = comparing({ fates: ['stands'] });

    w.deliverBookingEvent(START, created('apt_1', startsAtMs));
    compare(START + 2 * DAY);
    await w.runUntil(START + 2 * DAY + HOUR);

    expect(w.said).toEqual([]);
    expect(w.intents().map(({ state }) => state)).toEqual(['dropped']);
    // Until it is sure that nothing is open on it, the day is not forgotten.
    expect([...w.days]).toEqual(['2026-12-01']);
  });

  it('forgets a day that is past once nothing is open on it', async () => {
    const { w, book, compare } = comparing();

    book(1, START + HOUR);
    book(2, START + 10 * DAY);
    compare(START + 3 * DAY);
    await w.runUntil(START + 3 * DAY + MINUTE);

    expect([...w.days]).toEqual(['2026-12-11']);
  });
});

describe('the comparison of a large group', () => {
  it('takes several runs, each with five lists at most and a second after the one before', async () => {
    const { w, book, compare } = comparing({ page: 2 });

    book(23);
    compare();
    // A run that begins at this instant is in it: lists 1 to 5, 6 to 10, 11 and 12 with the days.
    await w.runUntil(NIGHT);
    expect(w.comparison()).toMatchObject({ step: 1, next: { among: 'schedules' }, schedules: 10 });
    await w.runUntil(NIGHT + 999);
    expect(w.comparison()).toMatchObject({ step: 1 });
    await w.runUntil(NIGHT + 1000);
    expect(w.comparison()).toMatchObject({ step: 2, next: { among: 'schedules' }, schedules: 20 });
    await w.runUntil(NIGHT + 2000);

    expect(w.comparison()).toMatchObject({ step: 3, next: { among: 'nothing' }, schedules: 23, wakeUps: 23, found: 0 });
  });

  it('goes on among the days where it ended', async () => {
    const { w, book, compare } = comparing({ fates: [], page: 150 });

    book(900);
    compare();
    await w.runUntil(NIGHT);
    expect(w.comparison()).toMatchObject({ next: { among: 'schedules' } });
    await w.runUntil(NIGHT + 1000);
    expect(w.comparison()).toMatchObject({ next: { among: 'days', day: '2026-12-11' }, schedules: 900, wakeUps: 450 });
    await w.runUntil(NIGHT + MINUTE);

    expect(w.comparison()).toMatchObject({ next: { among: 'nothing' }, schedules: 900, wakeUps: 900, found: 0 });
    expect(w.schedules.size).toBe(900);
  });

  it('is gone on with by one of two runs that began one after the other', async () => {
    const { w, book, compare } = comparing({ page: 2 });

    book(23);
    compare();
    compare();
    await w.runUntil(NIGHT);
    expect(w.lists()).toBe(5);
    await w.runUntil(NIGHT + MINUTE);

    expect(w.comparison()).toMatchObject({ step: 3, schedules: 23, wakeUps: 23 });
    expect(w.lists()).toBe(12);
  });

  it('is gone on with by one of two runs that began at once', async () => {
    const never = () => Promise.reject(new Error('nothing is to be done'));
    const goneOn: string[] = [];
    const run = compareSchedules({
      standing: () => Promise.resolve(undefined),
      listSchedules: () => Promise.resolve({ names: [], next: 'more' }),
      keep: () => Promise.resolve(false),
      goOn: (name) => Promise.resolve(void goneOn.push(name)),
      now: () => new Date(NIGHT),
      appointmentIn: () => undefined,
      nameOf: () => '',
      handedOverBy: never,
      removeSchedule: never,
      dueDays: never,
      forgetDay: never,
      openOn: never,
      read: never,
      schedule: never,
      unschedule: never,
      delay: never,
      mark: never,
    });

    await run({ run: iso(NIGHT), begins: true });

    expect(goneOn).toEqual([]);
  });

  it('is not begun anew while the last one goes on', async () => {
    const { w, book, compare } = comparing({ page: 2 });

    book(23);
    compare();
    compare(NIGHT + 500);
    await w.runUntil(NIGHT + MINUTE);

    expect(w.comparison()).toMatchObject({ run: iso(NIGHT), step: 3 });
  });

  it('is begun anew where the last one has stood still', async () => {
    const { w, book, compare } = comparing({ page: 2, deletesFail: { fromMs: NIGHT, toMs: NIGHT + HOUR } });

    book(23);
    await w.runUntil(START);
    // In the last part of the first comparison, which is given up over it.
    w.schedules.set('z-by-hand', { wakeUp: strange, at: strange.dueAt });
    compare();
    compare(NIGHT + DAY);
    await w.runUntil(NIGHT + HOUR);
    expect(w.dead).toEqual(['compare']);
    expect(w.comparison()).toMatchObject({ run: iso(NIGHT), step: 2 });
    await w.runUntil(NIGHT + DAY + MINUTE);

    expect(w.comparison()).toMatchObject({
      run: iso(NIGHT + DAY),
      next: { among: 'nothing' },
      schedules: 24,
      found: 1,
    });
  });

  it('does nothing once it is done, or is not the one that was asked for', async () => {
    const { w, book, compare } = comparing();

    book(1);
    compare();
    await w.runUntil(NIGHT + MINUTE);
    const before = w.comparison();
    compare();
    w.compare(NIGHT + 2 * MINUTE, { run: iso(NIGHT), begins: false });
    w.compare(NIGHT + 2 * MINUTE, { run: iso(NIGHT + MINUTE), begins: false });
    w.compare(NIGHT + 2 * MINUTE, { run: iso(NIGHT - DAY), begins: true });
    await w.runUntil(NIGHT + HOUR);

    expect(w.comparison()).toBe(before);
  });

  it('takes back a schedule that it has set again for an appointment which was moved meanwhile', async () => {
    const { w, book, compare } = comparing({ fates: ['vanishes'] });

    book(1);
    await w.runUntil(NIGHT - MINUTE);
    compare();
    w.beforeScheduling(() => w.states.set('apt_1', { version: 2, cancelled: true, heardAt: iso(NIGHT) }));
    await w.runUntil(NIGHT + MINUTE);

    expect([...w.schedules.keys()]).toEqual([]);
    expect(w.comparison()).toMatchObject({ found: 1, repaired: 1 });
  });
});
