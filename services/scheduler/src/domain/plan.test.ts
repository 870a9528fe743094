import { describe, expect, it } from '@jest/globals';
import { planFor, routeOf } from './plan';
import { parseReminders } from './reminders';
import type { WakeUp } from './wake-up';

const cause = { eventId: 'AppointmentCreated:apt_1:1', hops: 0 };
const booking = {
  appointmentId: 'apt_1',
  version: 1,
  startsAt: '2026-12-01T15:00:00.000Z',
  bookedAt: '2026-11-22T12:00:00.000Z',
  cause,
};
const callAt = (dueAt: string): WakeUp => ({ appointmentId: 'apt_1', version: 1, purpose: 'call', dueAt });

describe('what an appointment is woken for', () => {
  it('is its call at the booked second, with the booking event as the cause', () => {
    expect(planFor(booking, [])).toEqual({
      wakeUps: [{ appointmentId: 'apt_1', version: 1, purpose: 'call', dueAt: '2026-12-01T15:00:00.000Z', cause }],
      notMade: [],
    });
  });

  it('is each reminder of the list too', () => {
    const { wakeUps } = planFor(booking, parseReminders('24h,1h'));

    expect(wakeUps.map((wakeUp) => [wakeUp.purpose, wakeUp.dueAt])).toEqual([
      ['call', '2026-12-01T15:00:00.000Z'],
      ['reminder-24h', '2026-11-30T15:00:00.000Z'],
      ['reminder-1h', '2026-12-01T14:00:00.000Z'],
    ]);
  });

  it('is no reminder that is past, or would come sooner than half an hour after the booking', () => {
    const { wakeUps, notMade } = planFor(
      { ...booking, bookedAt: '2026-12-01T13:30:01.000Z' },
      parseReminders('24h,1h,30m'),
    );

    expect(wakeUps.map((wakeUp) => wakeUp.purpose)).toEqual(['call', 'reminder-30m']);
    expect(notMade).toEqual(['reminder-24h', 'reminder-1h']);
  });

  it('is its call also when that is past', () => {
    const { wakeUps } = planFor({ ...booking, bookedAt: '2026-12-03T00:00:00.000Z' }, parseReminders('1h'));

    expect(wakeUps.map((wakeUp) => wakeUp.purpose)).toEqual(['call']);
  });
});

describe('how a wake-up travels', () => {
  const now = new Date('2026-12-01T14:00:00.000Z');

  it('is by a schedule two minutes ahead, in whole seconds, never rounded up', () => {
    expect(routeOf(callAt('2026-12-01T15:00:00.900Z'), now)).toEqual({
      by: 'schedule',
      at: '2026-12-01T14:58:00.000Z',
    });
  });

  it.each([
    ['2026-12-01T14:02:30.001Z', 'schedule'],
    ['2026-12-01T14:02:30.000Z', 'delay'],
    ['2026-12-01T14:00:10.000Z', 'delay'],
    ['2026-12-01T13:00:00.000Z', 'delay'],
  ])('when due at %s and it is 14:00:00, is by %s', (dueAt, by) => {
    expect(routeOf(callAt(dueAt), now).by).toBe(by);
  });
});
