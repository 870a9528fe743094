import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AGENT, startSystem, type System } from '../src/system';

describe('where machine detection says who is a person', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem({
      CALL_POLICY: JSON.stringify({
        attempts: 2,
        backOffSeconds: [30],
        acceptance: { agent: 'either', client: 'amd' },
      }),
    });
  }, 90_000);
  afterAll(() => system.stop());

  const told = async (appointmentId: string) =>
    (await system.eventsOf(appointmentId)).filter(({ source }) => source === 'appointments.telephony');

  it('two people are joined who pressed nothing', async () => {
    const booking = await system.book();
    await system.behaves(AGENT, 'answer-silent', 1);
    await system.behaves(booking.client.phone, 'answer-silent', 1);

    await system.advanceTo(booking.startsAt);
    await system.advanceBy('PT30S');
    await system.person(AGENT, 'hangup');

    expect((await told(booking.appointmentId)).map(({ detailType }) => detailType)).toEqual([
      'AgentAnswered',
      'CallConnected',
      'CallCompleted',
    ]);
    expect((await system.phone(AGENT))?.heard).toContain(
      `Hello consultant. You have a scheduled appointment with ${booking.client.name}. They will be connected shortly. Please stay on the line.`,
    );
  });

  it('a voicemail is known for one, as often as the policy tries, and never hears the agent', async () => {
    const booking = await system.book();
    await system.behaves(AGENT, 'accept', 1);
    await system.behaves(booking.client.phone, 'voicemail');

    await system.advanceTo(booking.startsAt);
    await system.advanceBy('PT5M');

    const failed = (await told(booking.appointmentId)).at(-1);
    expect(failed?.detail.data).toMatchObject({
      reason: 'client-unreachable',
      attempts: [
        { leg: 'agent', outcome: 'human' },
        { leg: 'client', n: 1, outcome: 'voicemail' },
        { leg: 'client', n: 2, outcome: 'voicemail' },
      ],
    });
    const rooms = await system.list<{ participants: readonly { number: string }[] }>('/_local/conferences');
    expect(rooms.flatMap(({ participants }) => participants).map(({ number }) => number)).not.toContain(
      booking.client.phone,
    );
  });

  it('a policy that breaks a promise is refused at the start, by name', async () => {
    await expect(startSystem({ CALL_POLICY: '{"attempts":4}' })).rejects.toThrow('CALL_POLICY: attempts: Too big');
  }, 60_000);
});
