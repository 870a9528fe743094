import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AGENT, startSystem, type EmailView, type EventView, type System } from '../src/system';

describe.each(['SIGTERM', 'SIGKILL'] as const)('a restart of the laptop cloud by %s', (signal) => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem();
  }, 90_000);
  afterAll(() => system.stop());

  it('between booking and call loses nothing: the call comes at its second', async () => {
    const booking = await system.book();
    const emails = await system.list<EmailView>('/_local/emails');
    const events = await system.list<EventView>('/_local/events');

    await system.restart(signal);

    expect(await system.list('/_local/emails')).toEqual(emails);
    expect(await system.list('/_local/events')).toEqual(events);
    await system.behaves(AGENT, 'accept', 1);
    await system.behaves(booking.client.phone, 'accept', 1);
    await system.advanceTo(booking.startsAt);
    expect((await system.appointment(booking)).status).toBe('connected');
    await system.person(AGENT, 'hangup');
    await system.settle();
    expect((await system.eventsOf(booking.appointmentId)).map((event) => event.detailType)).toEqual([
      'AppointmentCreated',
      'CallDue',
      'AgentAnswered',
      'CallConnected',
      'CallCompleted',
    ]);
  }, 90_000);

  it('while the agent’s phone rings ends that call as failed, and the next attempt still brings them together', async () => {
    const booking = await system.book();
    await system.advanceTo(booking.startsAt);
    expect((await system.phone(AGENT))?.state).toBe('ringing');

    await system.restart(signal);
    await system.behaves(AGENT, 'accept', 1);
    await system.behaves(booking.client.phone, 'accept', 1);
    await system.advanceBy('PT5M');

    expect((await system.appointment(booking)).status).toBe('connected');
    expect((await system.callsTo(AGENT)).at(-2)?.status).toBe('failed');
    await system.person(AGENT, 'hangup');
    expect((await system.appointment(booking)).call).toMatchObject({
      outcome: 'completed',
      attempts: { agent: 2, client: 1 },
    });
  }, 90_000);
});
