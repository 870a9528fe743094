import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AGENT, newClient, startSystem, type BookingRequest, type EmailView, type System } from '../src/system';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

interface TextView {
  readonly at: string;
  readonly to: string;
  readonly text: string;
}
interface Message {
  readonly channel: string;
  readonly status: string;
  readonly history: readonly { readonly reason?: string }[];
}
interface LogLine {
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

const textsTo = async (system: System, phone: string) =>
  (await system.list<TextView>('/_local/sms')).filter(({ to }) => to === phone);
const failuresOf = async (system: System, appointmentId: string) =>
  (await system.eventsOf(appointmentId))
    .filter(({ detailType }) => detailType === 'NotificationFailed')
    .map(({ detail }) => ['channel', 'template', 'reason'].map((field) => String(detail.data[field])).join(' '));
const answer = async (system: System, from: string, text: string) =>
  expect((await system.request('POST', '/_local/sms', { from, text })).status).toBe(200);
const alerts = (system: System) => system.list('/_local/alerts');
const deadLetters = (system: System) => system.list('/_local/dead-letters');

/** The first free time two days on or later. */
async function laterSlot(system: System, days = 2, place = 0): Promise<string> {
  const now = await system.now();
  const day = (offset: number) => new Date(now.getTime() + offset * DAY_MS).toISOString().slice(0, 10);
  const { slots } = await system.api.getAvailability({ from: day(days), to: day(days + 3), timeZone: 'UTC' });
  return new Date(slots[place]?.startsAt ?? '').toISOString();
}

describe('a client who agreed to texts', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem({ REMINDERS: '1h', QUIET_HOURS: 'none' });
  }, 90_000);
  afterAll(() => system.stop());
  const book = async (wishes: Partial<BookingRequest> = {}) =>
    system.book({ startsAt: await laterSlot(system), smsConsent: true, ...wishes });

  it('is texted what becomes of their appointment, each word once, in a few segments and in their language', async () => {
    const booking = await book({ locale: 'es' });
    const { phone } = booking.client;
    const movedTo = await laterSlot(system, 3, 3);
    await system.request(
      'POST',
      `/appointments/${booking.appointmentId}/reschedule`,
      { startsAt: movedTo, timeZone: 'Europe/Berlin' },
      { authorization: `Bearer ${booking.manageToken}` },
    );
    await system.settle();
    await system.behaves(AGENT, 'no-answer', 3);
    await system.advanceTo(new Date(Date.parse(movedTo) + HOUR_MS / 2));

    const texts = await textsTo(system, phone);
    expect(texts.map(({ text }) => /reservada|pasa al|es el|podido conectarle/.exec(text)?.[0])).toEqual([
      'reservada',
      'pasa al',
      'es el',
      'podido conectarle',
    ]);
    for (const { text } of texts) {
      expect(text).toMatch(/ Responda STOP para dejar de recibirlos\.$/);
      expect(text).not.toMatch(/\{\{|undefined/);
    }
    // Where the time can be changed, and the link is the one of the mail.
    const mail = (await system.list<EmailView>('/_local/emails')).findLast(({ to }) =>
      to.includes(booking.client.email),
    );
    const link = /http\S+\/manage\/\S+/.exec(texts[3]?.text ?? '')?.[0] ?? 'none';
    expect(mail?.text).toContain(link);
    expect(await failuresOf(system, booking.appointmentId)).toEqual([]);
  });

  it('is texted that it was called off, and then nothing more', async () => {
    const booking = await book();
    await system.request(
      'POST',
      `/appointments/${booking.appointmentId}/cancel`,
      {},
      { authorization: `Bearer ${booking.manageToken}` },
    );
    await system.advanceTo(new Date(Date.parse(booking.startsAt) + HOUR_MS));

    const texts = await textsTo(system, booking.client.phone);
    expect(texts).toHaveLength(2);
    expect(texts[1]?.text).toMatch(/is cancelled\. Nobody will phone you\. Reply STOP to get no more texts\.$/);
  });

  it('is named in no line of the log', async () => {
    const booking = await book();

    const lines = await system.list<LogLine>('/_local/logs');
    const accepted = lines.filter(({ message }) => message === 'Text accepted');
    expect(accepted.at(-1)?.fields).toMatchObject({ encoding: 'GSM-7', segments: 1 });
    expect(JSON.stringify(lines)).not.toContain(booking.client.phone);
  });

  it.each([
    ['as AWS hears it', 'STOP'],
    ['as only we hear it', 'Stop all.'],
  ])('and answers STOP, %s, is texted no more until they answer START; nobody is alarmed', async (_who, word) => {
    const first = await book();
    const { name, email, phone } = first.client;
    const before = (await alerts(system)).length;

    await answer(system, phone, word);
    const second = await book({ name, email, phone });
    const silent = await textsTo(system, phone);
    await answer(system, phone, 'START');
    await book({ name, email, phone });

    expect(silent).toHaveLength(1);
    expect(await failuresOf(system, second.appointmentId)).toEqual(['sms confirmation opted-out']);
    expect(await system.emailsAbout(second.appointmentId)).toHaveLength(2);
    expect(await textsTo(system, phone)).toHaveLength(2);
    expect([(await alerts(system)).length, await deadLetters(system)]).toEqual([before, []]);
    // Staff see why nothing came.
    const { body } = await system.request<{ messages: readonly Message[] }>(
      'GET',
      `/staff/appointments/${second.appointmentId}/messages`,
      undefined,
      { authorization: `Bearer ${(await system.request<{ token: string }>('GET', '/_local/staff-token')).body.token}` },
    );
    const text = body.messages.find(({ channel }) => channel === 'sms');
    expect([text?.status, text?.history.at(-1)?.reason]).toEqual(['failed', 'opted-out']);
  });

  it('may answer anything else without consequence', async () => {
    const first = await book();
    const { name, email, phone } = first.client;

    await answer(system, phone, 'Please cancel my appointment');
    await book({ name, email, phone });

    expect(await textsTo(system, phone)).toHaveLength(2);
  });

  it('cannot be somebody without a number', async () => {
    const { status } = await system.request('POST', '/_local/sms', { from: 'ACME', text: 'STOP' });

    expect(status).toBe(400);
  });
});

it('a client who did not agree is never texted', async () => {
  const system = await startSystem({ REMINDERS: '1h', QUIET_HOURS: 'none' });
  try {
    const booking = await system.book({ startsAt: await laterSlot(system) });
    await system.advanceTo(new Date(Date.parse(booking.startsAt) + HOUR_MS));

    expect(await system.list('/_local/sms')).toEqual([]);
  } finally {
    await system.stop();
  }
}, 90_000);

describe('at night where the client is', () => {
  // Their night is the consultant's day: whatever the season, 09:00 to 16:30 in New York is 22:00 to 06:30 in Tokyo.
  const timeZone = 'Asia/Tokyo';
  let system: System;
  let noonMs: number;
  beforeAll(async () => {
    system = await startSystem({ REMINDERS: '1h' });
    // Noon of tomorrow or the day after in Tokyo.
    noonMs = (Math.ceil((await system.now()).getTime() / DAY_MS) + 1) * DAY_MS + 3 * HOUR_MS;
    await system.advanceTo(new Date(noonMs));
  }, 90_000);
  afterAll(() => system.stop());

  it('no text comes: a reminder comes in the last minute before, and goes once', async () => {
    const booking = await system.book({ startsAt: await laterSlot(system), timeZone, smsConsent: true });
    const startsAtMs = Date.parse(booking.startsAt);
    await system.advanceTo(new Date(startsAtMs - HOUR_MS / 2));

    const [confirmation, reminder, ...more] = await textsTo(system, booking.client.phone);
    expect(confirmation?.text).toContain('is booked for');
    expect(reminder?.text).toContain('is on');
    // 20:59 in Tokyo.
    expect(reminder?.at).toMatch(/T11:59:0\d\.\d{3}Z$/);
    expect(startsAtMs - Date.parse(reminder?.at ?? '')).toBeLessThan(DAY_MS);
    expect(more).toEqual([]);
    const reminders = (await system.eventsOf(booking.appointmentId)).filter(
      ({ detailType }) => detailType === 'ReminderDue',
    );
    expect(reminders.map(({ detail }) => detail.data['channels'])).toEqual([['sms'], undefined]);
    // The client's; the agent's names no id.
    expect(
      (await system.emailsAbout(booking.appointmentId)).filter(({ subject }) => /reminder/.test(subject)),
    ).toHaveLength(1);
    expect(await failuresOf(system, booking.appointmentId)).toEqual([]);
  });

  it('what was booked at night is confirmed by mail alone, and that the text was suppressed is told without an alarm', async () => {
    const midnightMs = Math.ceil(((await system.now()).getTime() - 15 * HOUR_MS) / DAY_MS) * DAY_MS + 15 * HOUR_MS;
    await system.advanceTo(new Date(midnightMs));
    const before = (await alerts(system)).length;

    const booking = await system.book({ startsAt: await laterSlot(system), timeZone, smsConsent: true });

    expect(await textsTo(system, booking.client.phone)).toEqual([]);
    expect(await system.emailsAbout(booking.appointmentId)).toHaveLength(2);
    expect(await failuresOf(system, booking.appointmentId)).toEqual(['sms confirmation suppressed-quiet-hours']);
    expect([(await alerts(system)).length, await deadLetters(system)]).toEqual([before, []]);
  });
});

it('nobody is texted by mistake while answers get lost and messages come twice', async () => {
  const system = await startSystem({ REMINDERS: '1h', QUIET_HOURS: 'none' });
  try {
    const startsAt = await laterSlot(system);
    await system.request('POST', '/_local/faults', { seed: 7, duplicate: 0.3, drop: 0.3, throttle: 0.1 });
    const clients = Array.from({ length: 4 }, () => newClient());
    const bookings = [];
    for (const [place, client] of clients.entries())
      bookings.push(await system.book({ ...client, startsAt: await laterSlot(system, 2, place), smsConsent: true }));
    await system.advanceTo(new Date(Date.parse(startsAt) - DAY_MS / 2));
    await system.request('POST', '/_local/faults', {});
    await system.advanceBy('PT1H');

    for (const { appointmentId, client } of bookings) {
      const texts = await textsTo(system, client.phone);
      const unknown = (await failuresOf(system, appointmentId)).filter(
        (failure) => failure === 'sms confirmation unknown',
      );
      expect(texts.length).toBeLessThanOrEqual(1);
      // It came, or it was told that nobody knows.
      expect(texts.length + unknown.length).toBeGreaterThanOrEqual(1);
    }
  } finally {
    await system.stop();
  }
}, 120_000);
