import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AGENT, newClient, startSystem, type Booking, type EmailView, type Slot, type System } from '../src/system';

interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
  readonly nearest?: readonly Slot[];
}

describe('booking', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem();
  }, 90_000);
  afterAll(() => system.stop());

  const wish = async (changes: Record<string, unknown> = {}) => ({
    ...newClient(),
    timeZone: 'Europe/Berlin',
    startsAt: new Date((await system.slots())[0]?.startsAt ?? '').toISOString(),
    ...changes,
  });

  it('two clients at once for one slot: one gets it, the other hears what is near', async () => {
    const startsAt = new Date((await system.slots())[0]?.startsAt ?? '').toISOString();
    const wishes = [await wish({ startsAt }), await wish({ startsAt })];

    const answers = await Promise.all(
      wishes.map((body) => system.request<Booking & Problem>('POST', '/appointments', body)),
    );

    expect(answers.map((answer) => answer.status).toSorted((a, b) => a - b)).toEqual([201, 409]);
    const refused = answers.find((answer) => answer.status === 409);
    expect(refused?.headers.get('content-type')).toContain('application/problem+json');
    expect(refused?.body.type).toMatch(/\/slot-taken$/);
    expect(refused?.body.nearest?.length).toBeGreaterThan(0);
    expect(refused?.body.nearest?.length).toBeLessThanOrEqual(5);
    await system.settle();
  });

  it('a booking due in ten seconds is called in ten seconds', async () => {
    const slot = (await system.slots())[0];
    const startsAt = new Date(slot?.startsAt ?? '');
    await system.advanceTo(new Date(startsAt.getTime() - 10_000));
    const before = (await system.callsTo(AGENT)).length;

    const booking = await system.book({ startsAt: startsAt.toISOString() });
    expect(await system.callsTo(AGENT)).toHaveLength(before);
    await system.behaves(AGENT, 'accept', 1);
    await system.behaves(booking.client.phone, 'accept', 1);
    // The delay is counted in whole seconds, rounded up: the phone rings within two seconds, never before.
    await system.advanceTo(new Date(startsAt.getTime() + 2000));

    const calls = (await system.callsTo(AGENT)).slice(before);
    expect(calls).toHaveLength(1);
    const lateMs = new Date(calls[0]?.createdAt ?? '').getTime() - startsAt.getTime();
    expect(lateMs).toBeGreaterThanOrEqual(0);
    expect(lateMs).toBeLessThanOrEqual(2000);
    expect((await system.appointment(booking)).status).toBe('connected');
    await system.person(AGENT, 'hangup');
  });

  it('the same idempotency key books once and gets the same answer', async () => {
    const body = await wish();
    const key = { 'idempotency-key': 'form-1' };

    const answers = await Promise.all([1, 2, 3].map(() => system.request<Booking>('POST', '/appointments', body, key)));

    expect(answers.map((answer) => answer.status)).toEqual([201, 201, 201]);
    expect(new Set(answers.map((answer) => JSON.stringify(answer.body))).size).toBe(1);
    await system.settle();
    expect((await system.eventsOf(answers[0]?.body.appointmentId ?? '')).map((event) => event.detailType)).toEqual([
      'AppointmentCreated',
    ]);
  });

  it('names every fault of a booking in one answer', async () => {
    const answer = await system.request<Problem>('POST', '/appointments', {
      name: '',
      email: 'nowhere',
      phone: '555-0100',
      startsAt: 'soon',
      timeZone: 'Mars/Olympus',
      colour: 'blue',
    });

    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(new Set(answer.body.errors?.map((fault) => fault.path))).toEqual(
      new Set(['name', 'email', 'phone', 'startsAt', 'timeZone', 'colour']),
    );
  });

  it.each([
    ['malformed JSON', '{"name":', 400],
    ['a body that is no object', '[1]', 400],
    ['a body over 64 KB', JSON.stringify({ notes: 'x'.repeat(70_000) }), 413],
  ])('refuses %s', async (_what, body, status) => {
    expect((await system.request('POST', '/appointments', body)).status).toBe(status);
  });

  it('refuses a body that is not JSON by its type', async () => {
    expect(
      (await system.request('POST', '/appointments', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' }))
        .status,
    ).toBe(415);
  });

  it.each([
    ['a control character in the name', { name: 'Ada\u0007' }, 'name'],
    ['a name of the wrong type', { name: 7 }, 'name'],
    ['a number that cannot exist', { phone: '+1202' }, 'phone'],
    ['a time in the past', { startsAt: '2020-01-01T10:00:00Z' }, 'startsAt'],
    ['a time that is not offered', { startsAt: '2020-01-01T10:07:13Z' }, 'startsAt'],
    ['a time without an offset', { startsAt: '2030-01-01T10:00:00' }, 'startsAt'],
  ])('refuses %s at its field', async (_what, changes, path) => {
    const answer = await system.request<Problem>('POST', '/appointments', await wish(changes));

    expect(answer.status).toBe(400);
    expect(answer.body.errors?.map((fault) => fault.path)).toContain(path);
  });

  it('tells nobody whether an appointment exists', async () => {
    const booking = await system.book();
    const ask = (id: string, token?: string) =>
      system.request<Problem>(
        'GET',
        `/appointments/${id}`,
        undefined,
        token === undefined ? {} : { authorization: `Bearer ${token}` },
      );

    expect((await ask(booking.appointmentId)).status).toBe(401);
    const wrongToken = await ask(booking.appointmentId, 'v1.k1.1.forged');
    const unknown = await ask('apt_unknown', booking.manageToken);
    expect([wrongToken.status, unknown.status]).toEqual([404, 404]);
    expect({ ...wrongToken.body, instance: '', requestId: '' }).toEqual({
      ...unknown.body,
      instance: '',
      requestId: '',
    });
  });

  it('speaks and mails a name with markup in it as the name it is', async () => {
    const name = `<b>Ada</b> & "Bob" ${String.fromCodePoint(0x1f600)}`;
    const booking = await system.book({ name });
    // Calls of the bookings before are let pass unanswered.
    await system.advanceTo(new Date(new Date(booking.startsAt).getTime() - 60_000));
    await system.behaves(AGENT, 'accept', 1);
    await system.behaves(booking.client.phone, 'accept', 1);
    await system.advanceTo(booking.startsAt);

    expect((await system.phone(booking.client.phone))?.heard.join('\n')).toContain(`Hello ${name}, thank you`);
    const mail = (await system.list<EmailView>('/_local/emails')).find((email) =>
      email.to.includes(booking.client.email),
    );
    expect(mail?.html).not.toContain('<b>Ada</b>');
    expect(mail?.html).toContain('&lt;b&gt;Ada&lt;');
    await system.person(AGENT, 'hangup');
  });

  it('hears only signed webhooks', async () => {
    const [call] = await system.callsTo(AGENT);
    const forged = await fetch(call?.statusCallback.split('#')[0] ?? '', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': 'forged' },
      body: `CallSid=${call?.sid}&CallStatus=completed`,
    });

    expect(forged.status).toBe(403);
  });

  it('nothing lies in a dead-letter queue', async () => {
    expect(await system.list('/_local/dead-letters')).toEqual([]);
  });
});
