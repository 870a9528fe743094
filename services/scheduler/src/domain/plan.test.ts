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
  smsConsent: false,
  cause,
};
const heard = (bookedAt: string, list: string, now = bookedAt) =>
  planFor({ ...booking, bookedAt }, { reminders: parseReminders(list) }, new Date(now));
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

describe('what a client who agreed to texts is woken for besides', () => {
  const NIGHT = { from: 21 * 60, until: 8 * 60 };
  const wakings = (changes: Partial<typeof booking>, list = '24h,1h', quietHours: typeof NIGHT | undefined = NIGHT) => {
    const given = { ...booking, smsConsent: true, ...changes };
    const { wakeUps, notMade } = planFor(
      given,
      { reminders: parseReminders(list), quietHours },
      new Date(given.bookedAt),
    );
    return { wakeUps: wakeUps.map(({ purpose, dueAt }) => `${purpose} ${dueAt}`), notMade };
  };
  // Seven in the morning of Tuesday in Berlin.
  const early = { startsAt: '2026-12-01T06:00:00.000Z', localStart: '2026-12-01T07:00:00+01:00' };
  const CALL_AND_REMINDERS = [
    'call 2026-12-01T06:00:00.000Z',
    'reminder-24h 2026-11-30T06:00:00.000Z',
    'reminder-1h 2026-12-01T05:00:00.000Z',
  ];

  it('is the text of each reminder that would come at night, in the last minute before', () => {
    expect(wakings(early)).toEqual({
      wakeUps: [...CALL_AND_REMINDERS, 'text-24h 2026-11-29T19:59:00.000Z', 'text-1h 2026-11-30T19:59:00.000Z'],
      notMade: [],
    });
  });

  it('is nothing by day, without quiet hours, or without their consent', () => {
    expect(wakings({}).wakeUps).toHaveLength(3);
    expect(wakings(early, '24h,1h', { from: 0, until: 1 }).wakeUps).toEqual(CALL_AND_REMINDERS);
    expect(
      planFor(
        { ...booking, ...early, smsConsent: true },
        { reminders: parseReminders('1h') },
        new Date(booking.bookedAt),
      ).wakeUps,
    ).toHaveLength(2);
    expect(wakings({ ...early, smsConsent: false }).wakeUps).toEqual(CALL_AND_REMINDERS);
  });

  it('is no text that would have had to go before the booking, or sooner than half an hour after', () => {
    expect(wakings({ ...early, bookedAt: '2026-11-30T21:00:00.000Z' }, '1h')).toEqual({
      wakeUps: ['call 2026-12-01T06:00:00.000Z', 'reminder-1h 2026-12-01T05:00:00.000Z'],
      notMade: [{ purpose: 'text-1h', because: 'past' }],
    });
    expect(wakings({ ...early, bookedAt: '2026-11-30T19:29:01.000Z' }, '1h').notMade).toEqual([
      { purpose: 'text-1h', because: 'soon-after-booking' },
    ]);
    expect(wakings({ ...early, bookedAt: '2026-11-30T19:29:00.000Z' }, '1h').notMade).toEqual([]);
  });

  it('is one text where two would come in the same minute', () => {
    expect(wakings(early, '2h,1h')).toEqual({
      wakeUps: [
        'call 2026-12-01T06:00:00.000Z',
        'reminder-2h 2026-12-01T04:00:00.000Z',
        'reminder-1h 2026-12-01T05:00:00.000Z',
        'text-2h 2026-11-30T19:59:00.000Z',
      ],
      notMade: [{ purpose: 'text-1h', because: 'same-time-as-another' }],
    });
  });

  it('is no text of a reminder that is not made itself', () => {
    expect(wakings({ ...early, bookedAt: '2026-11-30T12:00:00.000Z' }, '24h')).toEqual({
      wakeUps: ['call 2026-12-01T06:00:00.000Z'],
      notMade: [{ purpose: 'reminder-24h', because: 'past' }],
    });
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
