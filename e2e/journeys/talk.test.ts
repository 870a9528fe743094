import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AGENT, startSystem, type EmailView, type System } from '../src/system';

describe('the two talk', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem();
  }, 90_000);
  afterAll(() => system.stop());

  it('a booking is confirmed to the client with an invitation, and told to the agent, at once', async () => {
    const booking = await system.book();

    const emails = await system.list<EmailView>('/_local/emails');
    const toClient = emails.filter((email) => email.to.includes(booking.client.email));
    const toAgent = emails.filter((email) => email.to.includes('alex@example.com'));
    expect(toClient).toHaveLength(1);
    expect(toAgent).toHaveLength(1);
    expect(toClient[0]?.html).toContain(booking.manageUrl);
    expect(toClient[0]?.text).toContain('Europe/Berlin');
    const invitation = toClient[0]?.attachments.find((part) => part.contentType.startsWith('text/calendar'));
    expect(invitation?.text).toMatch(/METHOD:REQUEST/);
    expect(invitation?.text).toMatch(/SEQUENCE:0/);
    expect((await system.eventsOf(booking.appointmentId)).map((event) => event.detailType)).toEqual([
      'AppointmentCreated',
    ]);
    await system.request(
      'POST',
      `/appointments/${booking.appointmentId}/cancel`,
      {},
      { authorization: `Bearer ${booking.manageToken}` },
    );
    await system.settle();
  });

  it('agent takes the call and presses 1, client takes it and presses 1, and they are joined until the client hangs up', async () => {
    const booking = await system.book();
    const client = booking.client.phone;
    const callsBefore = (await system.callsTo(AGENT)).length;

    await system.advanceTo(new Date(new Date(booking.startsAt).getTime() - 1000));
    expect(await system.callsTo(AGENT)).toHaveLength(callsBefore);
    await system.advanceTo(booking.startsAt);
    expect((await system.phone(AGENT))?.state).toBe('ringing');

    await system.person(AGENT, 'answer');
    const heard = (await system.phone(AGENT))?.heard.join('\n');
    expect(heard).toContain(
      `Hello consultant. You have a scheduled appointment with ${booking.client.name}. They will be connected shortly. Please stay on the line.`,
    );
    expect(await system.phone(client)).toBeUndefined();

    await system.person(AGENT, 'press', '1');
    expect((await system.phone(client))?.state).toBe('ringing');
    expect((await system.phone(AGENT))?.heard.some((line) => line.startsWith('♪ '))).toBe(true);
    expect((await system.appointment(booking)).status).toBe('calling');

    await system.person(client, 'answer');
    expect((await system.phone(client))?.heard.join('\n')).toContain(
      `Hello ${booking.client.name}, thank you for choosing Appointments. Your consultant is ready to speak with you.`,
    );
    expect((await system.phone(client))?.with).toEqual([]);
    await system.person(client, 'press', '1');
    expect((await system.phone(client))?.with).toEqual([AGENT]);
    expect((await system.phone(AGENT))?.with).toEqual([client]);
    expect((await system.appointment(booking)).status).toBe('connected');

    await system.advanceBy('PT5M');
    await system.person(client, 'hangup');
    await system.settle();

    expect((await system.phone(AGENT))?.state).toBe('idle');
    const appointment = await system.appointment(booking);
    expect(appointment.status).toBe('completed');
    expect(appointment.call).toMatchObject({
      outcome: 'completed',
      attempts: { agent: 1, client: 1 },
      durationSeconds: 300,
    });
    const events = await system.eventsOf(booking.appointmentId);
    expect(events.map((event) => event.detailType)).toEqual([
      'AppointmentCreated',
      'CallDue',
      'AgentAnswered',
      'CallConnected',
      'CallCompleted',
    ]);
    expect(events.at(-1)?.detail.data).toMatchObject({ endedBy: 'client', durationSeconds: 300 });
  });

  it('the agent hangs up in conversation: the client is released and the call counts as completed', async () => {
    const booking = await system.book();
    await system.behaves(AGENT, 'accept', 1);
    await system.behaves(booking.client.phone, 'accept', 1);
    await system.advanceTo(booking.startsAt);
    expect((await system.appointment(booking)).status).toBe('connected');

    await system.advanceBy('PT90S');
    await system.person(AGENT, 'hangup');

    expect((await system.phone(booking.client.phone))?.state).toBe('idle');
    expect((await system.appointment(booking)).call).toMatchObject({ outcome: 'completed', durationSeconds: 90 });
    expect((await system.eventsOf(booking.appointmentId)).at(-1)?.detail.data).toMatchObject({ endedBy: 'agent' });
  });

  it('operators find the lines they look for, with the appointment and without personal data', async () => {
    const booking = await system.book();
    await system.behaves(AGENT, 'accept', 1);
    await system.behaves(booking.client.phone, 'accept', 1);
    await system.advanceTo(booking.startsAt);
    await system.person(AGENT, 'hangup');

    const logs = await system.list<{ message: string; correlationId?: string; fields: unknown; service: string }>(
      '/_local/logs',
    );
    const mine = logs
      .filter((line) => JSON.stringify(line).includes(booking.appointmentId))
      .map((line) => line.message);
    expect(mine).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^Starting appointment calls/),
        expect.stringMatching(/^Agent call status: /),
        expect.stringMatching(/^Client call status: /),
      ]),
    );
    const text = JSON.stringify(logs);
    expect(text).not.toContain(booking.client.phone);
    expect(text).not.toContain(booking.client.name);
    expect(text).not.toContain(booking.client.email);
  });

  it('nothing lies in a dead-letter queue', async () => {
    expect(await system.list('/_local/dead-letters')).toEqual([]);
  });
});
