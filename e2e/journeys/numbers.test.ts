import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AGENT, newClient, startSystem, type Booking, type System } from '../src/system';

interface Problem {
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
}
interface LogLine {
  readonly service: string;
  readonly message: string;
  readonly fields: Record<string, unknown>;
}

/** Of the ranges that Ofcom keeps for drama, London's is one that British numbers really have. */
const LONDON = '+442079460958';

describe('numbers that may not be dialled', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem({ ALLOWED_COUNTRIES: 'US, GB' });
  }, 90_000);
  afterAll(() => system.stop());

  const bookWith = async (phone: string) =>
    system.request<Problem>('POST', '/appointments', {
      ...newClient(),
      phone,
      timeZone: 'Europe/Berlin',
      startsAt: new Date((await system.slots())[0]?.startsAt ?? '').toISOString(),
    });
  const amend = (booking: Booking, body: object) =>
    system.request<Problem>('POST', `/appointments/${booking.appointmentId}/amend`, body, {
      authorization: `Bearer ${booking.manageToken}`,
    });

  it.each([
    ['premium', '+19005550100', 'is a premium-rate number, which we do not call'],
    ['foreign', '+4915112345678', 'is a number in Germany, and we call only numbers in the US or the UK'],
    ['Jamaican', '+18765550123', 'is a number in Jamaica, and we call only numbers in the US or the UK'],
    ['satellite', '+881612345678', 'is a number of a satellite or worldwide network, which we do not call'],
    [
      'emergency',
      '+12029115550',
      'is the number of a public service, like emergency or directory assistance, and not of a person',
    ],
  ])('are refused at booking by what they are: %s', async (_what, phone, message) => {
    const answer = await bookWith(phone);

    expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: 'phone', message }] } });
  });

  it('a number of every allowed country is taken, and no appointment is amended to another', async () => {
    const booking = await system.book({ phone: LONDON });

    const answer = await amend(booking, { phone: '+4915112345678' });
    await system.settle();

    expect(answer.status).toBe(400);
    expect(answer.body.errors?.map((fault) => fault.path)).toEqual(['phone']);
    expect((await system.eventsOf(booking.appointmentId)).map((event) => event.detailType)).toEqual([
      'AppointmentCreated',
    ]);
    await system.request(
      'POST',
      `/appointments/${booking.appointmentId}/cancel`,
      {},
      {
        authorization: `Bearer ${booking.manageToken}`,
      },
    );
  });

  it('a number whose country is no longer allowed when the call is due is not dialled, nor the agent for it, and the call fails', async () => {
    const booking = await system.book({ phone: LONDON });
    await system.restart('SIGTERM', { ALLOWED_COUNTRIES: 'US' });
    await system.behaves(AGENT, 'accept', 1);

    await system.advanceTo(booking.startsAt);
    await system.advanceBy('PT2M');

    expect(await system.callsTo(AGENT)).toEqual([]);
    expect(await system.callsTo(LONDON)).toEqual([]);
    const failed = (await system.eventsOf(booking.appointmentId)).find((event) => event.detailType === 'CallFailed');
    expect(failed?.detail.data).toMatchObject({ leg: 'client', reason: 'rejected-by-policy' });
    expect(await system.appointment(booking)).toMatchObject({
      status: 'failed',
      call: { outcome: 'failed', reason: 'rejected-by-policy' },
    });
    const lines = (await system.list<LogLine>('/_local/logs')).filter((line) => line.message.includes('not dialled'));
    expect(lines.map((line) => [line.service, line.fields['reason']])).toEqual([['telephony', 'country-not-allowed']]);
    expect(JSON.stringify(lines)).not.toContain(LONDON.slice(1));
  }, 60_000);

  it('an agent whose phone would never be dialled is told at the start', async () => {
    await expect(startSystem({ AGENT_PHONE: LONDON })).rejects.toThrow(
      'AGENT_PHONE: is a number in the UK, and we call only numbers in the US; with GB in ALLOWED_COUNTRIES it would be called',
    );
  }, 60_000);
});
