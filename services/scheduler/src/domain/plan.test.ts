import { describe, expect, it } from '@jest/globals';
import { planFor, routeOf } from './plan';
import { parseReminders } from './reminders';
import type { WakeUp } from './wake-up';

const cause = { eventId: 'AppointmentCreated:apt_1:1', hops: 0 };
const booking = {
  appointmentId: 'apt_1',
  version: 1,
  startsAt: '2026-12-01T15:00:00.000Z',
  localStart: '2026-12-01T16:00:00+01:00',
  timeZone: 'Europe/Berlin',
  bookedAt: '2026-11-22T12:00:00.000Z',
  cause,
};
const heard = (bookedAt: string, list: string, now = bookedAt) =>
  planFor({ ...booking, bookedAt }, parseReminders(list), new Date(now));
const callAt = (dueAt: string): WakeUp => ({ appointmentId: 'apt_1', version: 1, purpose: 'call', dueAt });

describe('what an appointment is woken for', () => {
  it('is its call at the booked second, with the booking event as the cause', () => {
    expect(heard(booking.bookedAt, 'none')).toEqual({
      wakeUps: [{ appointmentId: 'apt_1', version: 1, purpose: 'call', dueAt: '2026-12-01T15:00:00.000Z', cause }],
      notMade: [],
    });
  });

  it('is each reminder of the list too', () => {
    const { wakeUps } = heard(booking.bookedAt, '24h,1h');

    expect(wakeUps.map((wakeUp) => [wakeUp.purpose, wakeUp.dueAt])).toEqual([
      ['call', '2026-12-01T15:00:00.000Z'],
      ['reminder-24h', '2026-11-30T15:00:00.000Z'],
      ['reminder-1h', '2026-12-01T14:00:00.000Z'],
    ]);
  });

  it('is no reminder that is past, or would come sooner than half an hour after the booking', () => {
    const { wakeUps, notMade } = heard('2026-12-01T13:30:01.000Z', '24h,1h,30m');

    expect(wakeUps.map((wakeUp) => wakeUp.purpose)).toEqual(['call', 'reminder-30m']);
    expect(notMade).toEqual([
      { purpose: 'reminder-24h', because: 'past' },
      { purpose: 'reminder-1h', because: 'soon-after-booking' },
    ]);
  });

  it('is a reminder that comes half an hour after the booking to the second', () => {
    expect(heard('2026-12-01T13:30:00.000Z', '1h').notMade).toEqual([]);
  });

  it('is no reminder that was due before the booking was heard of', () => {
    expect(heard('2026-12-01T12:00:00.000Z', '1h', '2026-12-01T14:00:00.000Z').notMade).toEqual([]);
    expect(heard('2026-12-01T12:00:00.000Z', '1h', '2026-12-01T14:00:00.001Z').notMade).toEqual([
      { purpose: 'reminder-1h', because: 'past' },
    ]);
  });

  it('is one reminder where two offsets come to the same instant', () => {
    const { wakeUps, notMade } = heard(booking.bookedAt, '24h,1d@wall');

    expect(wakeUps.map((wakeUp) => wakeUp.purpose)).toEqual(['call', 'reminder-24h']);
    expect(notMade).toEqual([{ purpose: 'reminder-1d-wall', because: 'same-time-as-another' }]);
  });

  it('is its call also when that is past', () => {
    const { wakeUps } = heard('2026-12-03T00:00:00.000Z', '1h');

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
