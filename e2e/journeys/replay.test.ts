import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { tablesOf, type Tables } from '../src/tables';
import { command } from '../src/command';
import { startSystem, type Booking, type EmailView, type EventView, type System } from '../src/system';

let system: System;
let tables: Tables;
beforeAll(async () => {
  system = await startSystem({ REMINDERS: '24h' });
  tables = await tablesOf(system, 'notifications');
}, 90_000);
afterAll(async () => {
  tables.close();
  await system.stop();
});

const replay = (...args: string[]) => command(system, 'replay', ...args);

/** Everything that reaches people or other services. */
const effects = async () => ({
  emails: (await system.list<EmailView>('/_local/emails')).map(({ id }) => id),
  texts: await system.list('/_local/sms'),
  alerts: await system.list('/_local/alerts'),
  calls: await system.list('/_local/calls'),
  events: (await system.list<EventView>('/_local/events')).map(({ id }) => id),
  deadLetters: await system.list('/_local/dead-letters'),
});

async function moved(): Promise<Booking> {
  const booking = await system.book();
  const startsAt = (await system.slots()).at(-1)?.startsAt ?? '';
  await system.api.rescheduleAppointment(booking, { startsAt, timeZone: 'Europe/Berlin' });
  await system.settle();
  return booking;
}

/**
 * What a table holds of appointments and agents, without when each was written. A cancellation names no time: whether the
 * state knows the one that is off hangs on what came first, and nothing hangs on it.
 */
const projections = async () =>
  (await tables.items())
    .filter(({ sk }) => sk === 'appointment' || sk === 'agent')
    .map(({ expiresAt: _expiresAt, startsAt, ...item }) => (item['cancelled'] === true ? item : { ...item, startsAt }))
    .toSorted((a, b) => String(a['pk']).localeCompare(String(b['pk'])));

describe('a rebuild', () => {
  it('fills the projections that a service has lost, and mails, rings, publishes and schedules nothing', async () => {
    await moved();
    const cancelled = await system.book();
    await system.api.cancelAppointment(cancelled);
    await system.settle();
    const [before, done] = [await projections(), await effects()];
    await tables.remove(({ sk }) => sk === 'appointment' || sk === 'agent');
    expect(await projections()).toEqual([]);

    const { code, output } = await replay('--from', '1d', '--to-service', 'notifications');

    expect(output).toContain('All of it has been handled.');
    expect(code).toBe(0);
    expect(await projections()).toEqual(before);
    expect(before.length).toBeGreaterThan(1);
    expect(await effects()).toEqual(done);
  }, 120_000);

  it('of one appointment fills that one, and leaves what others lost', async () => {
    const [one, other] = [await system.book(), await system.book()];
    const before = await projections();
    const isLost = ({ pk }: Record<string, unknown>) =>
      String(pk).includes(one.appointmentId) || String(pk).includes(other.appointmentId);
    await tables.remove((item) => item['sk'] === 'appointment' && isLost(item));
    const done = await effects();

    const { code } = await replay('--appointment', one.appointmentId, '--to-service', 'notifications');

    expect(code).toBe(0);
    const lost = before.filter(({ pk }) => String(pk).includes(other.appointmentId));
    expect(await projections()).toEqual(before.filter((item) => !lost.includes(item)));
    expect(await effects()).toEqual(done);
    await replay('--appointment', other.appointmentId);
    expect(await projections()).toEqual(before);
  }, 120_000);
});

describe('a replay for real', () => {
  it('sends what was never sent, and nothing of what was', async () => {
    const booking = await moved();
    const done = await effects();
    // As if the word that it was moved had never gone to the client.
    await tables.remove(
      ({ pk, sk }) => String(pk).includes(booking.appointmentId) && /^message#2#[^#]*#email#client$/.test(String(sk)),
    );

    const refused = await replay('--from', '1d', '--to-service', 'notifications', '--for-real');
    expect(refused.code).toBe(1);
    expect(await effects()).toEqual(done);
    const phrase = /--confirm "([^"]+)"/.exec(refused.output)?.[1] ?? '';
    const { code, output } = await replay(
      '--from',
      '1d',
      '--to-service',
      'notifications',
      '--for-real',
      '--confirm',
      phrase,
    );

    expect(output).toContain('All of it has been handled.');
    expect(code).toBe(0);
    const after = await effects();
    expect({ ...after, emails: after.emails.slice(0, done.emails.length) }).toEqual(done);
    const again = (await system.emailsAbout(booking.appointmentId)).slice(-1);
    expect(after.emails).toHaveLength(done.emails.length + 1);
    expect(again.map(({ to, subject }) => [to, subject])).toEqual([
      [[expect.stringMatching(/^ada/)], expect.stringMatching(/moved|new time/i)],
    ]);
  }, 120_000);

  it('twice sends it once', async () => {
    await moved();
    const done = await effects();
    const args = ['--from', '1d', '--to-service', 'notifications,scheduler,telephony', '--for-real'];
    const phrase = /--confirm "([^"]+)"/.exec((await replay(...args)).output)?.[1] ?? '';

    const codes = [
      (await replay(...args, '--confirm', phrase)).code,
      (await replay(...args, '--confirm', phrase)).code,
    ];

    expect(codes).toEqual([0, 0]);
    expect(await effects()).toEqual(done);
  }, 120_000);
});
