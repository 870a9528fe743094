import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  AGENT,
  startSystem,
  type AlertView,
  type Booking,
  type BookingRequest,
  type EmailView,
  type System,
} from '../src/system';

describe('when nobody answers', () => {
  let system: System;
  let emailsBefore: number;
  let alertsBefore: number;
  let agentCallsBefore: number;
  beforeAll(async () => {
    system = await startSystem();
  }, 90_000);
  afterAll(() => system.stop());

  const bookAndRemember = async () => {
    const booking = await system.book();
    emailsBefore = (await system.list('/_local/emails')).length;
    alertsBefore = (await system.list('/_local/alerts')).length;
    agentCallsBefore = (await system.callsTo(AGENT)).length;
    return booking;
  };

  const everybodyIsTold = async (booking: Booking & { client: BookingRequest }) => {
    const emails = (await system.list<EmailView>('/_local/emails')).slice(emailsBefore);
    expect(emails.flatMap((email) => email.to).toSorted()).toEqual(
      [booking.client.email, 'alex@example.com'].toSorted(),
    );
    const alerts = (await system.list<AlertView>('/_local/alerts')).slice(alertsBefore);
    expect(alerts).toHaveLength(1);
    expect(`${alerts[0]?.subject} ${alerts[0]?.message}`).toContain(booking.appointmentId);
    expect(`${alerts[0]?.subject} ${alerts[0]?.message}`).not.toContain(booking.client.phone);
    expect((await system.appointment(booking)).status).toBe('failed');
  };

  it.each([
    ['does not answer', 'no-answer', 'no-answer'],
    ['is busy', 'busy', 'busy'],
    ['has voicemail', 'voicemail', 'no-input'],
    ['answers but presses nothing', 'answer-silent', 'no-input'],
    ['cannot be reached', 'unreachable', 'unreachable'],
  ])('the agent %s: three attempts, the client is never rung, everybody is told', async (_what, behaviour, outcome) => {
    const booking = await bookAndRemember();
    await system.behaves(AGENT, behaviour, 3);

    await system.advanceTo(booking.startsAt);
    await system.advanceBy('PT10M');

    expect((await system.callsTo(AGENT)).length - agentCallsBefore).toBe(3);
    expect(await system.callsTo(booking.client.phone)).toEqual([]);
    const failed = (await system.eventsOf(booking.appointmentId)).filter((event) => event.detailType === 'CallFailed');
    expect(failed).toHaveLength(1);
    expect(failed[0]?.detail.data).toMatchObject({ leg: 'agent', reason: 'agent-unreachable' });
    expect(failed[0]?.detail.data['attempts']).toMatchObject([1, 2, 3].map((n) => ({ leg: 'agent', n, outcome })));
    await everybodyIsTold(booking);
  });

  it.each([
    ['does not answer', 'no-answer'],
    ['is busy', 'busy'],
    ['has voicemail', 'voicemail'],
  ])(
    'the client %s: three attempts, the waiting agent is told and released, everybody is told',
    async (_what, behaviour) => {
      const booking = await bookAndRemember();
      await system.behaves(AGENT, 'accept', 1);
      await system.behaves(booking.client.phone, behaviour, 3);

      await system.advanceTo(booking.startsAt);
      await system.advanceBy('PT10M');

      expect(await system.callsTo(booking.client.phone)).toHaveLength(3);
      expect((await system.callsTo(AGENT)).length - agentCallsBefore).toBe(1);
      const agent = await system.phone(AGENT);
      expect(agent?.state).toBe('idle');
      expect(agent?.heard.at(-1)).toBe(`We could not reach ${booking.client.name}. We are sorry. Goodbye.`);
      const failed = (await system.eventsOf(booking.appointmentId)).filter(
        (event) => event.detailType === 'CallFailed',
      );
      expect(failed.map((event) => event.detail.data)).toMatchObject([{ leg: 'client', reason: 'client-unreachable' }]);
      expect((await system.appointment(booking)).call).toMatchObject({
        outcome: 'failed',
        reason: 'client-unreachable',
        attempts: { agent: 1, client: 3 },
      });
      await everybodyIsTold(booking);
    },
  );

  it('the agent hangs up while waiting: the client is let go, the agent is phoned again, and they still talk', async () => {
    const booking = await bookAndRemember();
    const client = booking.client.phone;
    await system.behaves(AGENT, 'accept', 2);
    await system.advanceTo(booking.startsAt);
    expect((await system.phone(client))?.state).toBe('ringing');

    await system.person(AGENT, 'hangup');
    expect((await system.phone(client))?.state).toBe('idle');
    await system.behaves(client, 'accept', 1);
    await system.advanceBy('PT2M');

    expect((await system.callsTo(AGENT)).length - agentCallsBefore).toBe(2);
    expect((await system.appointment(booking)).status).toBe('connected');
    await system.person(client, 'hangup');
    expect((await system.appointment(booking)).call).toMatchObject({
      outcome: 'completed',
      attempts: { agent: 2, client: 2 },
    });
  });

  it('a second attempt that succeeds tells nobody of a failure', async () => {
    const booking = await bookAndRemember();
    await system.behaves(AGENT, 'busy', 1);
    await system.behaves(booking.client.phone, 'accept', 1);
    await system.advanceTo(booking.startsAt);
    await system.behaves(AGENT, 'accept', 1);

    await system.advanceBy('PT1M');

    expect((await system.appointment(booking)).status).toBe('connected');
    await system.person(AGENT, 'hangup');
    expect((await system.list('/_local/emails')).length).toBe(emailsBefore);
    expect((await system.list('/_local/alerts')).length).toBe(alertsBefore);
  });

  it('nothing lies in a dead-letter queue', async () => {
    expect(await system.list('/_local/dead-letters')).toEqual([]);
  });
});
