import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AGENT, startSystem, type EmailView, type EventView, type Slot, type System } from '../src/system';

const HOUR_MS = 3_600_000;

interface LogLine {
  readonly function: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

const linesOf = async (system: System, message: string) =>
  (await system.list<LogLine>('/_local/logs')).filter((line) => line.message === message);

/** Books these places in the list of free slots of the next ten days, which has sixteen a day. */
async function bookAt(system: System, places: readonly number[]) {
  const now = await system.now();
  const day = (offset: number) => new Date(now.getTime() + offset * 24 * HOUR_MS).toISOString().slice(0, 10);
  const { body } = await system.request<{ slots: Slot[] }>(
    'GET',
    `/availability?from=${day(2)}&to=${day(12)}&timeZone=UTC`,
  );
  const bookings = [];
  for (const place of places)
    bookings.push(await system.book({ startsAt: new Date(body.slots[place]?.startsAt ?? '').toISOString() }));
  return bookings;
}

const about = (events: readonly EventView[], detailType: string) =>
  events.filter((event) => event.detailType === detailType);

describe.each([1, 7, 24])('an outage of %d hours', (hours) => {
  let system: System;
  beforeEach(async () => {
    system = await startSystem({ REMINDERS: '24h,1h' });
  }, 90_000);
  afterEach(() => system.stop());

  it('sends no reminder after its appointment, and tells every call that could not be made as missed', async () => {
    const bookings = await bookAt(system, [0, 1, 2, 9, 17, 40]);
    await system.behaves(AGENT, 'no-answer');
    const startsAtMs = bookings.map(({ startsAt }) => new Date(startsAt).getTime());
    const firstMs = Math.min(...startsAtMs);
    // Down from half an hour before the first call on.
    await system.advanceTo(new Date(firstMs - HOUR_MS / 2));

    await system.outage(hours);

    const upMs = (await system.now()).getTime();
    await system.advanceTo(new Date(Math.max(...startsAtMs) + HOUR_MS));
    let missed = 0;
    for (const { appointmentId, startsAt } of bookings) {
      const events = await system.eventsOf(appointmentId);
      const startMs = new Date(startsAt).getTime();
      for (const reminder of about(events, 'ReminderDue'))
        expect(new Date(reminder.time).getTime()).toBeLessThan(startMs);
      expect(about(events, 'CallDue')).toHaveLength(1);
      const failures = about(events, 'CallFailed').map(({ detail }) => detail.data['reason']);
      expect(failures).toHaveLength(1);
      // Ten minutes late is the latest start; what is made up for within them rings in vain here.
      if (startMs + 10 * 60_000 < upMs) {
        expect(failures).toEqual(['missed']);
        missed += 1;
      } else if (startMs > upMs) {
        expect(failures).toEqual(['agent-unreachable']);
      }
    }
    expect(missed).toBeGreaterThan(0);
    const dead = await system.list<{ readonly reason: string }>('/_local/dead-letters');
    expect(dead.map(({ reason }) => reason)).toEqual([]);
  }, 120_000);
});

describe('reminders and the watch over wake-ups, on an ordinary day', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem({ REMINDERS: '24h,1d@wall,1h' });
  }, 90_000);
  afterAll(() => system.stop());

  it('remind once each, at their times, and nothing is overdue meanwhile', async () => {
    const [booking] = await bookAt(system, [3]);
    if (!booking) throw new Error('nothing was booked');
    const startMs = new Date(booking.startsAt).getTime();
    await system.behaves(AGENT, 'no-answer');

    // In a move of more than a day sweeps would run hourly.
    for (let left = startMs - (await system.now()).getTime(); left > 0; left -= 24 * HOUR_MS)
      await system.advanceTo(new Date(startMs - Math.max(0, left - 24 * HOUR_MS)));

    const due = (await system.eventsOf(booking.appointmentId)).filter(
      ({ source }) => source === 'appointments.scheduler',
    );
    expect(
      due.map(({ detailType, detail, time }) => [
        detailType,
        detail.data['reminder'],
        (new Date(time).getTime() - startMs) / HOUR_MS,
      ]),
    ).toEqual([
      ['ReminderDue', '24h', -24],
      ['ReminderDue', '1h', -1],
      ['CallDue', undefined, 0],
    ]);
    const mails = (await system.list<EmailView>('/_local/emails')).filter(({ subject }) =>
      subject.includes('reminder for'),
    );
    expect(
      mails.map(({ to, at, attachments }) => [
        to.join(),
        Math.round((new Date(at).getTime() - startMs) / HOUR_MS),
        attachments.length,
      ]),
    ).toEqual([
      [expect.any(String), -24, 0],
      [expect.any(String), -24, 0],
      [expect.any(String), -1, 0],
      [expect.any(String), -1, 0],
    ]);
    expect(new Set(mails.map(({ to }) => to.join()))).toEqual(new Set([booking.client.email, 'alex@example.com']));
    expect(await linesOf(system, 'Overdue wake-up woken')).toEqual([]);
  }, 120_000);

  it('remind nobody of what was called off', async () => {
    const [booking] = await bookAt(system, [20]);
    if (!booking) throw new Error('nothing was booked');
    const cancelled = await system.request(
      'POST',
      `/appointments/${booking.appointmentId}/cancel`,
      {},
      { authorization: `Bearer ${booking.manageToken}` },
    );
    expect(cancelled.status).toBe(200);

    await system.advanceTo(new Date(new Date(booking.startsAt).getTime() + HOUR_MS));

    const mails = await system.emailsAbout(booking.appointmentId);
    expect(mails.filter(({ subject }) => subject.includes('reminder'))).toEqual([]);
    expect(mails).not.toEqual([]);
  }, 120_000);

  it('compare the table with the schedules every night, and find them as they should be', async () => {
    await bookAt(system, [30]);

    await system.advanceBy('P2D');

    const compared = await linesOf(system, 'Schedules compared with the table');
    expect(compared.length).toBeGreaterThanOrEqual(2);
    expect(compared.map(({ fields }) => fields['found'])).toEqual(compared.map(() => 0));
    expect(compared.some(({ fields }) => Number(fields['schedules']) > 0)).toBe(true);
  }, 120_000);
});
