import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AGENT, startSystem, type BookingRequest, type EmailView, type System } from '../src/system';

const HOUR_MS = 3_600_000;

describe('reminders, each in the language and the zone of whoever reads it', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem({ REMINDERS: '24h,1h', AGENT_LOCALE: 'es', FOLLOW_UP: 'true' });
  }, 90_000);
  afterAll(() => system.stop());

  /** A time two days ahead, so that both reminders are yet to come. */
  const farSlots = async () => {
    const from = await system.now();
    const day = (offset: number) => new Date(from.getTime() + offset * 24 * HOUR_MS).toISOString().slice(0, 10);
    const { slots } = await system.api.getAvailability({ from: day(2), to: day(9), timeZone: 'UTC' });
    return slots.map(({ startsAt }) => new Date(startsAt).toISOString());
  };
  const book = async (wishes: Partial<BookingRequest>, slot = 4) => {
    const startsAt = (await farSlots())[slot];
    if (startsAt === undefined) throw new Error('there is no time so far ahead');
    return system.book({ ...wishes, startsAt });
  };
  const manage = async (booking: { appointmentId: string; manageToken: string }, what: string, body: object) => {
    const answer = await system.request('POST', `/appointments/${booking.appointmentId}/${what}`, body, {
      authorization: `Bearer ${booking.manageToken}`,
    });
    await system.settle();
    expect(answer.status).toBe(200);
  };
  /** The mails since so many, of one kind: to whom, how many hours before `startsAt`, and what they say. */
  const mailsLike = async (words: RegExp, startsAt: string, since: number) =>
    (await system.list<EmailView>('/_local/emails')).slice(since).flatMap((email) =>
      words.test(email.subject)
        ? [
            {
              ...email,
              to: email.to.join(),
              hours: Math.round((new Date(email.at).getTime() - Date.parse(startsAt)) / HOUR_MS),
            },
          ]
        : [],
    );
  const sent = async () => (await system.list<EmailView>('/_local/emails')).length;
  const clock = (startsAt: string, timeZone: string) =>
    new Date(startsAt).toLocaleTimeString('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' });

  it('come a day and an hour before, and put nothing into the calendar', async () => {
    const since = await sent();
    const booking = await book({ locale: 'en-GB', timeZone: 'Asia/Tokyo' });
    await system.behaves(AGENT, 'no-answer');

    await system.advanceTo(booking.startsAt);

    const reminders = await mailsLike(/reminder|recordatorio/, booking.startsAt, since);
    const toClient = reminders.filter(({ to }) => to === booking.client.email);
    const toAgent = reminders.filter(({ to }) => to === 'alex@example.com');
    expect(toClient.map(({ hours }) => hours)).toEqual([-24, -1]);
    expect(toAgent.map(({ hours }) => hours)).toEqual([-24, -1]);
    expect(reminders.flatMap(({ attachments }) => attachments)).toEqual([]);
    for (const { subject, text, html } of toClient) {
      expect(subject).toMatch(/^Appointment with Alex Morgan: reminder for /);
      expect(text).toContain(`${clock(booking.startsAt, 'Asia/Tokyo')} (Asia/Tokyo, UTC+09:00)`);
      expect(html).toContain(booking.manageUrl);
    }
    for (const { subject, text, html } of toAgent) {
      expect(subject).toBe(toAgent[0]?.subject ?? '');
      expect(subject).toMatch(/^Cita con Ada Client \d+: recordatorio para el /);
      expect(text).toContain(`${clock(booking.startsAt, 'America/New_York')} (America/New_York, UTC-0`);
      expect(html).toContain('<html lang="es"');
      expect(html).not.toContain('/manage/');
    }
  }, 120_000);

  it('come of the new time only, once an appointment was moved', async () => {
    const since = await sent();
    const booking = await book({ locale: 'es-MX', timeZone: 'America/Mexico_City' }, 2);
    const later = (await farSlots()).at(-1) ?? '';
    await manage(booking, 'reschedule', { startsAt: later, timeZone: 'America/Mexico_City' });

    await system.advanceTo(later);

    const reminders = await mailsLike(/recordatorio/, later, since);
    const toClient = reminders.filter(({ to }) => to === booking.client.email);
    expect(toClient.map(({ hours }) => hours)).toEqual([-24, -1]);
    for (const { text } of toClient) {
      expect(text).toContain(`${clock(later, 'America/Mexico_City')} (America/Mexico_City, UTC-06:00)`);
      expect(text).not.toContain(`${clock(booking.startsAt, 'America/Mexico_City')} (`);
    }
    expect(await mailsLike(/reminder for/, later, since)).toEqual([]);
  }, 120_000);

  it('never come of what was called off', async () => {
    const since = await sent();
    const booking = await book({ locale: 'en' });
    await manage(booking, 'cancel', {});

    await system.advanceTo(new Date(Date.parse(booking.startsAt) + HOUR_MS));

    expect(await mailsLike(/reminder|recordatorio/, booking.startsAt, since)).toEqual([]);
    const cancellations = await mailsLike(/: cancelled|: cancelada/, booking.startsAt, since);
    expect(cancellations.map(({ to }) => to).toSorted()).toEqual([booking.client.email, 'alex@example.com'].toSorted());
  }, 120_000);

  it('of a call that could not be made the client is led to a page where it can be moved', async () => {
    const since = await sent();
    const booking = await book({ locale: 'en' });
    await system.behaves(AGENT, 'no-answer');

    await system.advanceTo(new Date(Date.parse(booking.startsAt) + HOUR_MS / 2));

    const mail = (await mailsLike(/could not connect/, booking.startsAt, since)).find(
      ({ to }) => to === booking.client.email,
    );
    expect(mail?.text).toContain(`Choose another time:\n${booking.manageUrl}`);
    const later = (await farSlots()).at(-1) ?? '';
    await manage(booking, 'reschedule', { startsAt: later, timeZone: 'Europe/Berlin' });
    expect((await system.appointment(booking)).status).toBe('scheduled');
  }, 120_000);

  it('after a call that took place both are written to once, where the operator chose so', async () => {
    const since = await sent();
    const booking = await book({ locale: 'en' }, 6);
    await system.behaves(AGENT, 'accept');
    await system.behaves(booking.client.phone, 'accept');

    await system.advanceTo(booking.startsAt);
    await system.advanceBy('PT7M');
    await system.person(booking.client.phone, 'hangup');
    await system.settle();

    expect((await system.appointment(booking)).status).toBe('completed');
    const mails = await mailsLike(/thank you for your call|la llamada tuvo lugar/, booking.startsAt, since);
    expect(mails.map(({ to }) => to).toSorted()).toEqual([booking.client.email, 'alex@example.com'].toSorted());
    expect(mails.map(({ text }) => /(You talked for|Hablaron): \d+ minut/.test(text))).toEqual([true, true]);
    expect(mails.flatMap(({ attachments }) => attachments)).toEqual([]);
  }, 120_000);
});
