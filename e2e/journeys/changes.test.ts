import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AGENT, startSystem, type Appointment, type Booking, type EmailView, type System } from '../src/system';

describe('when the appointment changes', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem();
  }, 90_000);
  afterAll(() => system.stop());

  const manage = (booking: Booking, action: string, body: unknown) =>
    system.request<Appointment>('POST', `/appointments/${booking.appointmentId}/${action}`, body, {
      authorization: `Bearer ${booking.manageToken}`,
    });

  const mailsTo = async (address: string) =>
    (await system.list<EmailView>('/_local/emails')).filter((email) => email.to.includes(address));
  const calendarOf = (email: EmailView | undefined) =>
    email?.attachments.find((part) => part.contentType.startsWith('text/calendar'))?.text ?? '';

  it('cancelled before the call: nobody is phoned, both are told, the calendar entry goes away, the slot is free again', async () => {
    const booking = await system.book();
    const callsBefore = (await system.list('/_local/calls')).length;

    const answer = await manage(booking, 'cancel', { reason: 'ill' });
    await system.settle();
    await system.advanceTo(booking.startsAt);
    await system.advanceBy('PT15M');

    expect(answer).toMatchObject({ status: 200, body: { status: 'cancelled', version: 2 } });
    expect(await system.list('/_local/calls')).toHaveLength(callsBefore);
    const mails = await mailsTo(booking.client.email);
    expect(mails).toHaveLength(2);
    expect(calendarOf(mails[1])).toMatch(/METHOD:CANCEL/);
    expect(calendarOf(mails[1])).toMatch(/SEQUENCE:1/);
    const uid = (text: string) => /UID:(.*)/.exec(text)?.[1];
    expect(uid(calendarOf(mails[1]))).toBe(uid(calendarOf(mails[0])));
  });

  it('a cancelled slot can be booked again', async () => {
    const first = await system.book();
    await manage(first, 'cancel', {});
    await system.settle();

    const second = await system.book({ startsAt: first.client.startsAt });

    expect(second.appointmentId).not.toBe(first.appointmentId);
    await manage(second, 'cancel', {});
    await system.settle();
  });

  it('moved before the call: it comes at the new time and not at the old', async () => {
    const booking = await system.book();
    const later = (await system.slots()).find(
      (slot) => new Date(slot.startsAt).getTime() > new Date(booking.startsAt).getTime() + 3_600_000,
    );
    const callsBefore = (await system.callsTo(AGENT)).length;

    const answer = await manage(booking, 'reschedule', {
      startsAt: new Date(later?.startsAt ?? '').toISOString(),
      timeZone: 'Europe/Berlin',
    });
    await system.settle();
    await system.advanceTo(booking.startsAt);
    await system.advanceBy('PT15M');
    expect(answer).toMatchObject({ status: 200, body: { status: 'scheduled', version: 2 } });
    expect(await system.callsTo(AGENT)).toHaveLength(callsBefore);

    await system.behaves(AGENT, 'accept', 1);
    await system.behaves(booking.client.phone, 'accept', 1);
    await system.advanceTo(later?.startsAt ?? '');
    expect((await system.appointment(booking)).status).toBe('connected');
    await system.person(AGENT, 'hangup');
    const moved = (await mailsTo(booking.client.email))[1];
    expect(calendarOf(moved)).toMatch(/METHOD:REQUEST/);
    expect(calendarOf(moved)).toMatch(/SEQUENCE:1/);
  });

  it('cancelled while the agent’s phone rings: it stops ringing, and nobody is mailed of a failure', async () => {
    const booking = await system.book();
    await system.advanceTo(booking.startsAt);
    expect((await system.phone(AGENT))?.state).toBe('ringing');
    const alertsBefore = (await system.list('/_local/alerts')).length;

    const answer = await manage(booking, 'cancel', {});
    await system.settle();

    expect(answer.status).toBe(200);
    expect((await system.phone(AGENT))?.state).toBe('idle');
    await system.advanceBy('PT15M');
    expect(await system.callsTo(booking.client.phone)).toEqual([]);
    const failed = (await system.eventsOf(booking.appointmentId)).filter((event) => event.detailType === 'CallFailed');
    expect(failed.map((event) => event.detail.data['reason'])).toEqual(['cancelled']);
    expect((await system.appointment(booking)).status).toBe('cancelled');
    expect(await mailsTo(booking.client.email)).toHaveLength(2);
    expect(await system.list('/_local/alerts')).toHaveLength(alertsBefore);
  });

  it('cancelled while the client’s phone rings: both phones are released', async () => {
    const booking = await system.book();
    await system.behaves(AGENT, 'accept', 1);
    await system.advanceTo(booking.startsAt);
    expect((await system.phone(booking.client.phone))?.state).toBe('ringing');

    await manage(booking, 'cancel', {});
    await system.settle();

    expect((await system.phone(booking.client.phone))?.state).toBe('idle');
    expect((await system.phone(AGENT))?.state).toBe('idle');
  });

  it('moved while the agent’s phone rings: the call stops and comes at the new time', async () => {
    const booking = await system.book();
    await system.advanceTo(booking.startsAt);
    const later = (await system.slots())[1];

    const answer = await manage(booking, 'reschedule', {
      startsAt: new Date(later?.startsAt ?? '').toISOString(),
      timeZone: 'Europe/Berlin',
    });
    await system.settle();
    expect(answer.status).toBe(200);
    expect((await system.phone(AGENT))?.state).toBe('idle');

    await system.behaves(AGENT, 'accept', 1);
    await system.behaves(booking.client.phone, 'accept', 1);
    await system.advanceTo(later?.startsAt ?? '');
    expect((await system.appointment(booking)).status).toBe('connected');
    await system.person(AGENT, 'hangup');
    const failures = (await system.eventsOf(booking.appointmentId)).filter(
      (event) => event.detailType === 'CallFailed',
    );
    expect(failures.map((event) => event.detail.data['reason'])).toEqual(['superseded']);
  });

  it('a conversation cannot be cancelled', async () => {
    const booking = await system.book();
    await system.behaves(AGENT, 'accept', 1);
    await system.behaves(booking.client.phone, 'accept', 1);
    await system.advanceTo(booking.startsAt);

    const answer = await manage(booking, 'cancel', {});

    expect(answer.status).toBe(409);
    expect((await system.phone(AGENT))?.with).toEqual([booking.client.phone]);
    await system.person(AGENT, 'hangup');
  });

  it('nothing lies in a dead-letter queue', async () => {
    expect(await system.list('/_local/dead-letters')).toEqual([]);
  });
});
