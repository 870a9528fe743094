import { appointmentsClient, isProblem, staffClient, type Attempt, type ProblemError } from '@appointments/client';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newClient, startSystem, type System } from '../src/system';

interface LogLine {
  readonly seq: number;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

describe('the API through its client', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem();
  }, 90_000);
  afterAll(() => system.stop());

  const staffToken = async () => (await system.request<{ token: string }>('GET', '/_local/staff-token')).body.token;
  const staff = () => staffClient({ baseUrl: system.url, token: staffToken });
  const wish = async (nth = 0) => ({
    ...newClient(),
    timeZone: 'Europe/Berlin',
    startsAt: (await system.slots())[nth]?.startsAt ?? '',
  });
  const problemOf = (work: Promise<unknown>): Promise<ProblemError> =>
    work.then(
      (answer) => {
        throw new Error(`answered ${JSON.stringify(answer)}`);
      },
      (error: unknown) => {
        if (!isProblem(error)) throw error;
        return error;
      },
    );

  it('every request is found in the log by the id in its answer', async () => {
    const attempts: Attempt[] = [];
    const api = appointmentsClient({ baseUrl: system.url, onAttempt: (attempt) => void attempts.push(attempt) });

    const booked = await api.createAppointment(await wish());
    await api.getAppointment(booked);
    await problemOf(api.amendAppointment(booked, { email: 'ada@' }));
    await problemOf(api.getAppointment({ ...booked, manageToken: 'v1.k1.1.x' }));
    await problemOf(api.getProblem({ slug: 'none' }));
    await api.cancelAppointment(booked);
    await system.settle();
    const lines = await system.list<LogLine>('/_local/logs');

    expect(attempts.map(({ status }) => status)).toEqual([201, 200, 400, 404, 404, 200]);
    for (const { requestId, status } of attempts) {
      const told = lines.filter(({ fields }) => fields['request_id'] === requestId);
      expect(told.map(({ fields }) => fields['status'])).toEqual([status]);
    }
  });

  it('what is wrong is told by a type that leads to words about it', async () => {
    const error = await problemOf(system.api.createAppointment({ ...(await wish()), phone: '1', timeZone: 'Mars' }));
    const explained = await fetch(error.type, { headers: { accept: 'text/html' } });

    expect(error.errors.map(({ path }) => path).toSorted()).toEqual(['phone', 'timeZone']);
    expect([explained.status, explained.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(await explained.text()).toContain('<code>invalid-request</code>');
  });

  it('an answer that was lost on its way is asked for again, and one appointment is made', async () => {
    const answers: number[] = [];
    const api = appointmentsClient({
      baseUrl: system.url,
      fetch: async (url, init) => {
        const response = await fetch(url, init);
        answers.push(response.status);
        if (answers.length > 1) return response;
        await response.body?.cancel();
        throw new TypeError('the connection was lost');
      },
    });
    const body = await wish(1);

    const booked = await api.createAppointment(body);
    await system.settle();
    const created = (
      await system.list<{ detailType: string; detail: { data: { client?: { email: string } } } }>('/_local/events')
    ).filter(
      ({ detailType, detail }) => detailType === 'AppointmentCreated' && detail.data.client?.email === body.email,
    );

    expect(answers).toEqual([201, 201]);
    expect(created).toHaveLength(1);
    expect(created[0]?.detail.data).toMatchObject({ appointmentId: booked.appointmentId });
  });

  it('availability that has not changed is not sent again', async () => {
    const statuses: (number | undefined)[] = [];
    const api = appointmentsClient({
      baseUrl: system.url,
      etags: new Map(),
      onAttempt: ({ status }) => void statuses.push(status),
    });
    // Far enough for no slot to pass while we ask.
    const day = new Date((await system.now()).getTime() + 20 * 86_400_000).toISOString().slice(0, 10);
    const query = { from: day, to: day, timeZone: 'Europe/Berlin' };

    const before = await api.getAvailability(query);
    const again = await api.getAvailability(query);
    const startsAt = before.slots[0]?.startsAt ?? '';
    await system.api.createAppointment({ ...newClient(), timeZone: query.timeZone, startsAt });
    const after = await api.getAvailability(query);

    expect(statuses).toEqual([200, 304, 200]);
    expect(again).toEqual(before);
    expect(after.slots).toEqual(before.slots.slice(1));
  });

  it('a time that is held is booked by whoever holds it', async () => {
    const { startsAt, timeZone, ...client } = await wish(3);

    const hold = await system.api.holdSlot({ startsAt, timeZone });
    const refused = await problemOf(system.api.createAppointment({ ...newClient(), startsAt, timeZone }));
    const booked = await system.api.createAppointment({ ...client, startsAt, timeZone, holdId: hold.holdId });
    const released = await system.api.releaseHold({ holdId: hold.holdId });

    expect(refused).toMatchObject({ slug: 'slot-taken', status: 409 });
    expect(refused.nearest.length).toBeGreaterThan(0);
    expect(booked.startsAt).toBe(hold.startsAt);
    expect(released).toBeUndefined();
  });

  it('staff read a list page after page as they read it at once', async () => {
    const now = (await system.now()).getTime();
    const day = (ahead: number) => new Date(now + ahead * 86_400_000).toISOString().slice(0, 10);
    const days = { from: day(0), to: day(30) };

    const whole = await staff().listStaffAppointments({ ...days, limit: 100 });
    const paged: unknown[] = [];
    for await (const appointment of staff().listStaffAppointments.each({ ...days, limit: 1 })) paged.push(appointment);

    expect(whole.appointments.length).toBeGreaterThan(2);
    expect(paged).toEqual(whole.appointments);
  });

  it('whom the gateway does not let in is told so in the same way, with the id of the request', async () => {
    const stranger = staffClient({ baseUrl: system.url, token: 'no token of ours' });

    const error = await problemOf(stranger.listStaffAppointments({ from: '2026-12-01', to: '2026-12-01' }));

    expect(error).toMatchObject({ slug: 'unauthorized', status: 401, type: 'about:blank', title: 'Unauthorized' });
    expect(error.requestId).toMatch(/^[\w-]+$/);
  });
});
