import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startSystem, type AlertView, type Answer, type Booking, type EmailView, type System } from '../src/system';

interface Message {
  readonly version: number;
  readonly template: string;
  readonly channel: string;
  readonly recipient: string;
  readonly status: string;
  readonly history: readonly { readonly status: string; readonly reason?: string }[];
}

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());

const token = async () => (await system.request<{ token: string }>('GET', '/_local/staff-token')).body.token;

async function ask(appointmentId: string, query = ''): Promise<Answer<{ messages: Message[]; next?: string }>> {
  const headers = { authorization: `Bearer ${await token()}` };
  return system.request('GET', `/staff/appointments/${appointmentId}/messages${query}`, undefined, headers);
}
const messagesOf = async ({ appointmentId }: Pick<Booking, 'appointmentId'>) => {
  const { body } = await ask(appointmentId);
  return Object.fromEntries(
    body.messages.map(({ version, template, recipient, status, history }) => [
      `${version} ${template} ${recipient}`,
      [status, ...history.map(({ status, reason }) => (reason === undefined ? status : `${status} (${reason})`))],
    ]),
  );
};
const failures = async (appointmentId: string) =>
  (await system.eventsOf(appointmentId))
    .filter(({ detailType }) => detailType === 'NotificationFailed')
    .map(({ detail: { data } }) => [data['template'], data['recipient'], data['reason']]);
const alertsOn = async (appointmentId: string) =>
  (await system.list<AlertView>('/_local/alerts')).filter(({ message }) => message.includes(appointmentId));
const deadLetters = () => system.list('/_local/dead-letters');
const mailsTo = async (address: string) =>
  (await system.list<EmailView>('/_local/emails')).filter(({ to }) => to.includes(address));
const cancel = (booking: Booking) =>
  system.request(
    'POST',
    `/appointments/${booking.appointmentId}/cancel`,
    {},
    { authorization: `Bearer ${booking.manageToken}` },
  );

describe('what becomes of the mails of an appointment', () => {
  it('is shown to staff: who was sent what, and that it arrived', async () => {
    const booking = await system.book();
    await system.settle();

    expect(await messagesOf(booking)).toEqual({
      '1 confirmation client': ['delivered', 'sent', 'delivered'],
      '1 confirmation agent': ['delivered', 'sent', 'delivered'],
    });
    const { body: first } = await ask(booking.appointmentId, '?limit=1');
    const { body: rest } = await ask(booking.appointmentId, `?limit=1&cursor=${first.next}`);
    expect([first.messages.length, rest.messages.length, rest.next]).toEqual([1, 1, undefined]);
    expect(new Set([...first.messages, ...rest.messages].map(({ recipient }) => recipient)).size).toBe(2);
  });

  it('is shown to nobody else, and of no appointment that there is not', async () => {
    const booking = await system.book();
    const path = `/staff/appointments/${booking.appointmentId}/messages`;

    const answers = [
      await system.request('GET', path),
      await system.request('GET', path, undefined, { authorization: `Bearer ${booking.manageToken}` }),
      await ask('apt_none'),
      await ask(booking.appointmentId, '?limit=1000'),
    ];

    expect(answers.map(({ status }) => status)).toEqual([401, 401, 404, 400]);
    await cancel(booking);
    await system.settle();
  });
});

describe('an address that no mail reaches', () => {
  const address = 'bounce+ada@simulator.amazonses.com';

  it('is told on the bus and once to the operators, and gets no further mail; another address in its place does', async () => {
    const booking = await system.book({ email: address });
    await system.settle();

    expect(await messagesOf(booking)).toMatchObject({
      '1 confirmation client': ['bounced', 'sent', 'bounced (permanent-general)'],
      '1 confirmation agent': ['delivered', 'sent', 'delivered'],
    });
    expect(await failures(booking.appointmentId)).toEqual([['confirmation', 'client', 'bounced']]);
    expect(await alertsOn(booking.appointmentId)).toHaveLength(1);

    const [, later] = (await system.slots()).filter(
      ({ startsAt }) => Date.parse(startsAt) > Date.parse(booking.startsAt),
    );
    const headers = { authorization: `Bearer ${booking.manageToken}` };
    const moved = await system.request(
      'POST',
      `/appointments/${booking.appointmentId}/reschedule`,
      { startsAt: new Date(later?.startsAt ?? '').toISOString(), timeZone: 'Europe/Berlin' },
      headers,
    );
    await system.settle();

    expect(moved.status).toBe(200);
    expect(await mailsTo(address)).toHaveLength(1);
    expect(await messagesOf(booking)).toMatchObject({
      '2 moved client': ['failed', 'failed (address-bounced)'],
      '2 moved agent': ['delivered', 'sent', 'delivered'],
    });
    expect(await failures(booking.appointmentId)).toEqual([
      ['confirmation', 'client', 'bounced'],
      ['moved', 'client', 'address-bounced'],
    ]);

    await system.request(
      'POST',
      `/appointments/${booking.appointmentId}/amend`,
      { email: 'ada.amended@example.com' },
      headers,
    );
    await cancel(booking);
    await system.settle();

    expect((await mailsTo('ada.amended@example.com')).map(({ subject }) => subject)).toEqual([
      expect.stringMatching(/cancelled/i),
    ]);
    const alerts = await alertsOn(booking.appointmentId);
    expect(alerts).toHaveLength(1);
    expect(alerts[0]?.message).not.toMatch(/@/);
    expect(await deadLetters()).toEqual([]);
  });

  it('is not written to for another appointment either, and that is alarmed once more', async () => {
    const booking = await system.book({ email: address });
    await system.settle();

    expect(await mailsTo(address)).toHaveLength(1);
    expect(await failures(booking.appointmentId)).toEqual([['confirmation', 'client', 'address-bounced']]);
    expect(await alertsOn(booking.appointmentId)).toHaveLength(1);
    await cancel(booking);
    await system.settle();
    expect(await alertsOn(booking.appointmentId)).toHaveLength(1);
  });
});

it('whoever reported a mail as spam gets no other', async () => {
  const address = 'complaint+ada@simulator.amazonses.com';
  const booking = await system.book({ email: address });
  await system.settle();
  await cancel(booking);
  await system.settle();

  expect(await messagesOf(booking)).toMatchObject({
    '1 confirmation client': ['complained', 'sent', 'delivered', 'complained (abuse)'],
    '2 cancelled client': ['failed', 'failed (address-complained)'],
    '2 cancelled agent': ['delivered', 'sent', 'delivered'],
  });
  expect(await failures(booking.appointmentId)).toEqual([
    ['confirmation', 'client', 'complained'],
    ['cancelled', 'client', 'address-complained'],
  ]);
  expect(await mailsTo(address)).toHaveLength(1);
  expect(await deadLetters()).toEqual([]);
});

it('a mail whose answer was lost is known by its event to have gone, and goes once', async () => {
  await system.request('POST', '/_local/faults', { seed: 5, drop: 1 });
  const bookings = [await system.book(), await system.book()];
  await system.settle();
  await system.request('POST', '/_local/faults', {});
  await system.advanceBy('PT40M');

  for (const booking of bookings) {
    expect(await mailsTo(booking.client.email)).toHaveLength(1);
    expect(await messagesOf(booking)).toMatchObject({
      '1 confirmation client': ['delivered', 'sent', 'delivered'],
      '1 confirmation agent': ['delivered', 'sent', 'delivered'],
    });
  }
  expect(await deadLetters()).toEqual([]);
});
