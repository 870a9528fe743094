import { describe, expect, it } from '@jest/globals';
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

  it('takes its schedule along when it is withdrawn, also one that a sweep has handed over', async () => {
    const w = world({ startsMs: START, compareAtMs: 0 });

    w.deliverBookingEvent(START, created(START + HOUR));
    w.deliverBookingEvent(START + 55 * MINUTE, cancelled(2));
    await w.runUntil(START + 54 * MINUTE);
    expect(w.intents().map(({ state }) => state)).toEqual(['handed-over']);
    await w.runUntil(START + 56 * MINUTE);

    expect(w.schedules.size).toBe(0);
    expect(w.intents().map(({ state }) => state)).toEqual(['withdrawn']);
  });

  it('comes on its second though its schedule never fires', async () => {
    const w = world({ startsMs: START, compareAtMs: 0, fates: ['vanishes'] });

    w.deliverBookingEvent(START, created(START + HOUR));
    await w.runUntil(START + 2 * HOUR);

    expect(calls(w)).toEqual([[1, iso(START + HOUR)]]);
  });

  it('that was called off, though its schedule could not be removed, comes to nothing and is open no more', async () => {
    const w = world({ startsMs: START, deletesFail: { fromMs: START, toMs: START + 2 * HOUR } });

    w.deliverBookingEvent(START, created(START + HOUR));
    w.deliverBookingEvent(START + MINUTE, cancelled(2));
    await w.runUntil(START + 2 * HOUR);

    expect(w.dead).toEqual(['AppointmentCancelled']);
    expect(w.said).toEqual([]);
    expect(w.intents().map(({ state }) => state)).toEqual(['withdrawn']);
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
  const reminded = (w: ReturnType<typeof world>) =>
    w.said
      .filter(({ event }) => event.detailType === 'ReminderDue')
      .map(({ atMs, event }) => [event.detail.data.reminder, iso(atMs)]);

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

  it('follow the client’s clocks where they are asked to, and elapsed time where not', async () => {
    // Berlin puts its clocks back in the night to Sunday, 25 October 2026: that day has 25 hours.
    const before = Date.parse('2026-10-20T12:00:00.000Z');
    const w = world({ startsMs: before, reminders: parseReminders('24h,1d@wall') });

    w.deliverBookingEvent(
      before,
      received(
        'AppointmentCreated',
        {
          appointmentId,
          startsAt: '2026-10-25T15:00:00.000Z',
          timeZone: 'Europe/Berlin',
          localStart: { client: '2026-10-25T16:00:00+01:00', agent: '2026-10-25T11:00:00-04:00' },
        },
        iso(before),
      ),
    );
    await w.runUntil(before + 10 * 24 * HOUR);

    expect(reminded(w)).toEqual([
      ['1d-wall', '2026-10-24T14:00:00.000Z'],
      ['24h', '2026-10-24T15:00:00.000Z'],
    ]);
  });

  it('that an outage has made late are said while they are of use, and once: the later one in place of the earlier', async () => {
    const outage = { fromMs: START + 20 * HOUR, toMs: START + 47.5 * HOUR };
    const w = world({ startsMs: START, reminders: parseReminders('24h,1h'), outage });

    w.deliverBookingEvent(START, created(START + 48 * HOUR));
    await w.runUntil(START + 72 * HOUR);

    expect(reminded(w)).toEqual([['1h', iso(outage.toMs)]]);
    expect(w.intents().find(({ purpose }) => purpose === 'reminder-24h')?.state).toBe('dropped');
  });

  it('are dropped once their appointment has begun, and its call is said however late', async () => {
    const outage = { fromMs: START + 20 * HOUR, toMs: START + 60 * HOUR };
    const w = world({ startsMs: START, reminders: parseReminders('24h,1h'), outage });

    w.deliverBookingEvent(START, created(START + 48 * HOUR));
    await w.runUntil(START + 72 * HOUR);

    expect(w.said.map(({ event }) => event.detailType)).toEqual(['CallDue']);
    expect(w.intents().map(({ state }) => state)).toEqual(['said', 'dropped', 'dropped']);
  });
});

describe('the text of a reminder that would come at night', () => {
  const NIGHT = { from: 21 * 60, until: 8 * 60 };
  const { client } = received('AppointmentCreated', {}, iso(START)).data as { client: object };
  // Seven in the morning in Berlin, four days on.
  const startsAt = '2026-12-05T06:00:00.000Z';
  const early = {
    appointmentId,
    startsAt,
    localStart: { client: '2026-12-05T07:00:00+01:00', agent: '2026-12-05T01:00:00-05:00' },
    client: { ...client, smsConsent: true },
  };
  const night = () => world({ startsMs: START, reminders: parseReminders('1h'), quietHours: NIGHT });
  const said = (w: ReturnType<typeof world>) =>
    w.said.map(({ atMs, event }) => {
      const { reminder, channels } = event.detail.data;
      return [event.detailType, reminder, channels, iso(atMs)];
    });

  it('is due the evening before, by text alone, and the reminder at its own time', async () => {
    const w = night();

    w.deliverBookingEvent(START, received('AppointmentCreated', early, iso(START)));
    await w.runUntil(START + 5 * 24 * HOUR);

    expect(said(w)).toEqual([
      ['ReminderDue', '1h', ['sms'], '2026-12-04T19:59:00.000Z'],
      ['ReminderDue', '1h', undefined, '2026-12-05T05:00:00.000Z'],
      ['CallDue', undefined, undefined, startsAt],
    ]);
    const ids = w.said.map(({ event }) => (event.detail.metadata as unknown as { eventId: string }).eventId);
    expect(ids.slice(0, 2)).toEqual(['ReminderDue:apt_1:1:1h:sms', 'ReminderDue:apt_1:1:1h']);
  });

  it('is withdrawn with its schedule when the appointment is moved to the day', async () => {
    const w = night();

    w.deliverBookingEvent(START, received('AppointmentCreated', early, iso(START)));
    w.deliverBookingEvent(
      START + HOUR,
      received(
        'AppointmentRescheduled',
        {
          ...early,
          appointmentVersion: 2,
          revision: 2,
          startsAt: '2026-12-05T12:00:00.000Z',
          localStart: { client: '2026-12-05T13:00:00+01:00', agent: '2026-12-05T07:00:00-05:00' },
        },
        iso(START + HOUR),
      ),
    );
    await w.runUntil(START + 5 * 24 * HOUR);

    expect(said(w)).toEqual([
      ['ReminderDue', '1h', undefined, '2026-12-05T11:00:00.000Z'],
      ['CallDue', undefined, undefined, '2026-12-05T12:00:00.000Z'],
    ]);
    expect(w.intents().find(({ purpose }) => purpose === 'text-1h')?.state).toBe('withdrawn');
    expect(w.schedules.size).toBe(0);
  });
});
