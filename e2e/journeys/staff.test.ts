import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { StaffAppointment, StaffAppointments } from '@appointments/booking';
import { AGENT, startSystem, type EmailView, type System } from '../src/system';

describe('the staff', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem();
  }, 90_000);
  afterAll(() => system.stop());

  const tokenNow = async () => (await system.request<{ token: string }>('GET', '/_local/staff-token')).body.token;
  const ask = async <T = StaffAppointment>(method: string, path: string, body?: unknown, token?: string) =>
    system.request<T>(method, `/staff/appointments${path}`, body, {
      authorization: `Bearer ${token ?? (await tokenNow())}`,
    });
  const day = (instant: string) => new Date(instant).toISOString().slice(0, 10);
  const listOf = async (startsAt: string, more = '') =>
    (await ask<StaffAppointments>('GET', `?from=${day(startsAt)}&to=${day(startsAt)}${more}`)).body;
  const mailsTo = async (address: string) =>
    (await system.list<EmailView>('/_local/emails')).filter((email) => email.to.includes(address));
  const laterThan = async (startsAt: string) => {
    const slot = (await system.slots()).find(
      ({ startsAt: other }) => Date.parse(other) > Date.parse(startsAt) + 2 * 3_600_000,
    );
    return new Date(slot?.startsAt ?? '').toISOString();
  };

  it('sees every appointment of a day with both parties, page by page, and each with its history', async () => {
    const first = await system.book();
    const second = await system.book();

    const whole = await listOf(first.startsAt);
    const page = await listOf(first.startsAt, '&limit=1');
    const rest = await listOf(first.startsAt, `&limit=1&cursor=${page.next}`);
    const one = await ask('GET', `/${first.appointmentId}`);

    const { client } = first;
    expect(whole.appointments.map(({ appointmentId }) => appointmentId)).toEqual([
      first.appointmentId,
      second.appointmentId,
    ]);
    expect(whole.appointments[0]).toMatchObject({
      client: { name: client.name, email: client.email, phone: client.phone },
      agent: { agentId: 'agt_default', phone: AGENT },
    });
    expect([...page.appointments, ...rest.appointments]).toEqual(whole.appointments);
    expect(rest).not.toHaveProperty('next');
    expect(one).toMatchObject({ status: 200, body: { ...whole.appointments[0], history: [{ type: 'created' }] } });
    for (const { appointmentId } of [first, second]) await ask('POST', `/${appointmentId}/cancel`);
    await system.settle();
  });

  it('moves an appointment: the client is told, and is phoned at the new time and not at the old', async () => {
    const booking = await system.book();
    const startsAt = await laterThan(booking.startsAt);

    const moved = await ask('POST', `/${booking.appointmentId}/reschedule`, { startsAt, timeZone: 'Europe/Berlin' });
    await system.settle();
    await system.advanceTo(booking.startsAt);
    await system.advanceBy('PT15M');
    const callsAtOldTime = (await system.callsTo(AGENT)).length;
    await system.behaves(AGENT, 'accept', 1);
    await system.behaves(booking.client.phone, 'accept', 1);
    await system.advanceTo(startsAt);

    expect(moved).toMatchObject({ status: 200, body: { version: 2, status: 'scheduled' } });
    expect(callsAtOldTime).toBe(0);
    expect((await system.appointment(booking)).status).toBe('connected');
    expect((await mailsTo(booking.client.email)).map(({ subject }) => subject)).toEqual([
      expect.stringContaining('confirmed'),
      expect.stringContaining('moved'),
    ]);
    expect((await ask('GET', `/${booking.appointmentId}`)).body.history.map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/^Moved by the agent from /),
    );
    await system.person(AGENT, 'hangup');
  });

  it('cancels an appointment: the client hears that the agent did, and nobody is phoned', async () => {
    const booking = await system.book();
    const callsBefore = (await system.list('/_local/calls')).length;

    const cancelled = await ask('POST', `/${booking.appointmentId}/cancel`, { reason: 'Alex is ill' });
    const again = await ask('POST', `/${booking.appointmentId}/cancel`);
    await system.settle();
    await system.advanceTo(booking.startsAt);
    await system.advanceBy('PT15M');

    expect(cancelled).toMatchObject({ status: 200, body: { status: 'cancelled', version: 2 } });
    expect(again).toMatchObject({ status: 409, body: { state: 'cancelled' } });
    expect(await system.list('/_local/calls')).toHaveLength(callsBefore);
    expect((await system.eventsOf(booking.appointmentId)).at(-1)).toMatchObject({
      detailType: 'AppointmentCancelled',
      detail: { data: { cancelledBy: 'agent', reason: 'Alex is ill' } },
    });
    expect((await listOf(booking.startsAt)).appointments).toContainEqual(
      expect.objectContaining({ appointmentId: booking.appointmentId, status: 'cancelled' }),
    );
  });

  it('is nobody without a good token: neither with a client’s, nor with one that was changed, nor with one that ran out', async () => {
    const booking = await system.book();
    const token = await tokenNow();
    const [head = '', claims = '', signature = ''] = token.split('.');
    const forged = { ...(JSON.parse(Buffer.from(claims, 'base64url').toString()) as object), exp: 4_000_000_000 };
    const changed = [head, Buffer.from(JSON.stringify(forged)).toString('base64url'), signature].join('.');
    const path = `/${booking.appointmentId}`;

    const good = await ask('GET', path, undefined, token);
    const bad = [
      await system.request('GET', `/staff/appointments${path}`),
      await ask('GET', path, undefined, booking.manageToken),
      await ask('POST', `${path}/cancel`, {}, changed),
    ];
    const untouched = await system.appointment(booking);
    await system.advanceBy('PT61M');
    const late = await ask('GET', path, undefined, token);

    expect(good.status).toBe(200);
    for (const answer of [...bad, late])
      expect(answer).toMatchObject({ status: 401, body: { message: 'Unauthorized' } });
    expect(untouched.status).toBe('scheduled');
  });

  it('is throttled, as everybody is, where limits are set', async () => {
    await system.restart('SIGTERM', {
      ROUTE_LIMITS: JSON.stringify({ 'GET /staff/appointments/{appointmentId}': { ratePerSecond: 0.001, burst: 2 } }),
    });
    const token = await tokenNow();

    const answers = [];
    for (let n = 0; n < 3; n++) answers.push(await ask<unknown>('GET', '/apt_none', undefined, token));
    const other = await ask<unknown>('POST', '/apt_none/cancel', {}, token);

    expect(answers.map(({ status }) => status)).toEqual([404, 404, 429]);
    expect(answers[2]?.body).toEqual({ message: 'Too Many Requests' });
    expect(other.status).toBe(404);
  }, 60_000);
});
