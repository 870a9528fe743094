import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AGENT, startSystem, type Booking, type BookingRequest, type EmailView, type System } from '../src/system';

interface TextView {
  readonly to: string;
  readonly text: string;
}
interface Confirmed {
  readonly unproven: readonly string[];
}
type Booked = Booking & { readonly client: BookingRequest; readonly unproven?: readonly string[] };

const MINUTES = 60_000;

const confirm = async (system: System, { appointmentId }: Booking, body: object) => {
  const answer = await system.request<Confirmed>('POST', `/appointments/${appointmentId}/confirm`, body);
  await system.settle();
  return answer;
};
const mailsTo = async (system: System, { client }: Booked) =>
  (await system.list<EmailView>('/_local/emails')).filter(({ to }) => to.includes(client.email));
const textsTo = async (system: System, phone: string) =>
  (await system.list<TextView>('/_local/sms')).filter(({ to }) => to === phone).map(({ text }) => text);
const tokenIn = (mail: EmailView | undefined) => /\/confirm\/apt_\w+#(\S+)/.exec(mail?.text ?? '')?.[1] ?? '';
const codeIn = (text: string | undefined) => /\d{6}/.exec(text ?? '')?.[0] ?? '';
const amend = (system: System, booking: Booking, body: object) =>
  system.request<Booked>('POST', `/appointments/${booking.appointmentId}/amend`, body, {
    authorization: `Bearer ${booking.manageToken}`,
  });
const typesOf = async (system: System, { appointmentId }: Booking) =>
  (await system.eventsOf(appointmentId)).map(({ detailType }) => detailType);
/** Past the booked time, long enough for a call to be made and to end. */
const throughTheCall = async (system: System, { startsAt }: Booking) => {
  await system.advanceTo(new Date(Date.parse(startsAt) + 5 * MINUTES));
  // Who talks is in no other call.
  if ((await system.phone(AGENT))?.state === 'in-call') await system.person(AGENT, 'hangup');
};
const expectNobodyRung = async (system: System, booking: Booked, callsBefore: number) => {
  const failure = (await system.eventsOf(booking.appointmentId)).find(({ detailType }) => detailType === 'CallFailed');
  expect(failure?.detail.data).toMatchObject({ leg: 'client', reason: 'rejected-by-policy', attempts: [] });
  expect(await system.list('/_local/calls')).toHaveLength(callsBefore);
};

describe('where clients must confirm their e-mail address', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem({ CONFIRM_EMAIL: 'true' });
    await system.behaves(AGENT, 'accept');
  }, 90_000);
  afterAll(() => system.stop());

  it('whoever does, by the link of the mail, is called', async () => {
    const booking: Booked = await system.book();
    await system.behaves(booking.client.phone, 'accept');
    const [mail] = await mailsTo(system, booking);

    const confirmed = await confirm(system, booking, { emailToken: tokenIn(mail) });
    await throughTheCall(system, booking);

    expect(booking.unproven).toEqual(['email']);
    expect(mail?.subject).toBe('Appointment with Alex Morgan: please confirm');
    expect(mail?.html).toContain(`/confirm/${booking.appointmentId}#`);
    expect(confirmed).toMatchObject({ status: 200, body: { unproven: [] } });
    expect(await typesOf(system, booking)).toEqual(
      expect.arrayContaining(['AppointmentAmended', 'CallDue', 'AgentAnswered', 'CallConnected']),
    );
  });

  it('whoever does not is not, nobody’s phone rings, and the mail says why', async () => {
    const booking: Booked = await system.book();
    const before = (await system.list('/_local/calls')).length;

    const byManageToken = await confirm(system, booking, { emailToken: booking.manageToken });
    await throughTheCall(system, booking);

    expect(byManageToken.status).toBe(404);
    await expectNobodyRung(system, booking, before);
    expect((await mailsTo(system, booking)).at(-1)?.text).toContain('Your e-mail address was not confirmed.');
  });

  it('an address that is changed is asked, and the former one’s link is worth nothing', async () => {
    const booking: Booked = await system.book();
    const [first] = await mailsTo(system, booking);
    const changed = { ...booking, client: { ...booking.client, email: 'new@example.com' } };

    await amend(system, booking, { email: 'new@example.com' });
    await system.settle();
    const old = await confirm(system, booking, { emailToken: tokenIn(first) });
    const [second] = await mailsTo(system, changed);
    const confirmed = await confirm(system, booking, { emailToken: tokenIn(second) });

    expect(old.status).toBe(404);
    expect(second?.subject).toBe('Appointment with Alex Morgan: please confirm your e-mail address');
    expect(second?.to).toEqual(['new@example.com']);
    expect(confirmed.body.unproven).toEqual([]);
  });
});

describe('where clients must confirm their number', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem({ CONFIRM_PHONE: 'true' });
    await system.behaves(AGENT, 'accept');
  }, 90_000);
  afterAll(() => system.stop());

  it('whoever does, by the code of the text, is called', async () => {
    const booking: Booked = await system.book({ locale: 'es' });
    await system.behaves(booking.client.phone, 'accept');
    const texts = await textsTo(system, booking.client.phone);

    const confirmed = await confirm(system, booking, { phoneCode: codeIn(texts[0]) });
    await throughTheCall(system, booking);

    expect(booking.unproven).toEqual(['phone']);
    expect(texts).toEqual([expect.stringMatching(/^Appointments: \d{6} es su clave para confirmar este teléfono\./)]);
    expect(confirmed).toMatchObject({ status: 200, body: { unproven: [] } });
    expect(await typesOf(system, booking)).toContain('CallConnected');
  });

  it('whoever enters wrong codes is not, and has no sixth try', async () => {
    const booking: Booked = await system.book();
    const code = codeIn((await textsTo(system, booking.client.phone))[0]);
    const before = (await system.list('/_local/calls')).length;

    const statuses = [];
    for (let n = 1; n <= 5; n++) {
      const phoneCode = String((Number(code) + n) % 1_000_000).padStart(6, '0');
      statuses.push((await confirm(system, booking, { phoneCode })).status);
    }
    const right = await confirm(system, booking, { phoneCode: code });
    await throughTheCall(system, booking);

    expect(statuses).toEqual([400, 400, 400, 400, 429]);
    expect(right.status).toBe(429);
    await expectNobodyRung(system, booking, before);
    expect((await mailsTo(system, booking)).at(-1)?.text).toContain(
      `The code that we texted to ${booking.client.phone} was not entered.`,
    );
  });

  it('a number that is changed gets a code of its own, and is the one that is called', async () => {
    const phone = '+12025550288';
    const booking: Booked = await system.book();
    await system.behaves(phone, 'accept');
    await confirm(system, booking, { phoneCode: codeIn((await textsTo(system, booking.client.phone))[0]) });

    const amended = await amend(system, booking, { phone });
    await system.settle();
    const texts = await textsTo(system, phone);
    await confirm(system, booking, { phoneCode: codeIn(texts[0]) });
    await throughTheCall(system, booking);

    expect(amended.body.unproven).toEqual(['phone']);
    expect(texts).toHaveLength(1);
    expect(await system.callsTo(booking.client.phone)).toEqual([]);
    expect(await system.callsTo(phone)).toHaveLength(1);
  });
});

describe('a number that has never accepted a call', () => {
  let system: System;
  beforeAll(async () => {
    // The calls of the day are not what is limited here.
    system = await startSystem({ DAILY_CALLS_PER_CLIENT: '50' });
    await system.behaves(AGENT, 'accept');
  }, 90_000);
  afterAll(() => system.stop());

  /** Appointments one after another on one day to come, as the calendars of UTC have it. */
  const aDayOfBookings = async (phone: string, howMany: number): Promise<readonly Booked[]> => {
    const slots = await system.slots();
    const tomorrow = new Date((await system.now()).getTime() + 24 * 60 * MINUTES).toISOString().slice(0, 10);
    const ofTheDay = slots
      .map(({ startsAt }) => new Date(startsAt).toISOString())
      .filter((at) => at.startsWith(tomorrow));
    const bookings: Booked[] = [];
    for (const startsAt of ofTheDay.slice(0, howMany)) bookings.push(await system.book({ phone, startsAt }));
    return bookings;
  };

  it('is rung for two appointments of a day, and for the third nobody is', async () => {
    const phone = '+12025550291';
    const [first, second, third] = await aDayOfBookings(phone, 3);
    if (!first || !second || !third) throw new Error('there are too few free times');
    await system.behaves(phone, 'busy');

    await throughTheCall(system, first);
    await throughTheCall(system, second);
    const callsToClient = (await system.callsTo(phone)).length;
    const before = (await system.list('/_local/calls')).length;
    await throughTheCall(system, third);

    expect(callsToClient).toBe(6);
    await expectNobodyRung(system, third, before);
    expect((await mailsTo(system, third)).at(-1)?.subject).toContain('could not connect');
  });

  it('is rung for more once it has accepted one', async () => {
    const phone = '+12025550292';
    const bookings = await aDayOfBookings(phone, 4);
    const conduct = ['busy', 'accept', 'busy', 'accept'];

    const rung: number[] = [];
    for (const [index, booking] of bookings.entries()) {
      await system.behaves(phone, conduct[index] ?? '');
      const before = (await system.callsTo(phone)).length;
      await throughTheCall(system, booking);
      rung.push((await system.callsTo(phone)).length - before);
    }

    expect(rung).toEqual([3, 1, 3, 1]);
    expect(await typesOf(system, bookings[3] as Booked)).toContain('CallConnected');
  });
});
