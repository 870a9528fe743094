import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AppointmentCreated, CallDue } from '@appointments/events';
import { AGENT, startSystem, type AlertView, type EmailView, type System } from '../src/system';

interface Health {
  readonly awsEndpoint: string;
  readonly eventBusName: string;
  readonly twilioAccountSid: string;
  readonly twilioAuthToken: string;
}

/** What an operator, or another system, does with AWS's own interface. */
async function aws(system: System, target: string, body: object): Promise<void> {
  const { awsEndpoint } = (await system.request<Health>('GET', '/_local/health')).body;
  const response = await fetch(awsEndpoint, {
    method: 'POST',
    headers: { 'x-amz-target': target, 'content-type': 'application/x-amz-json-1.1' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${target} answered ${response.status}: ${await response.text()}`);
  await system.settle();
}

const agentOf = (n: number) => `+1202555018${n}`;
const clientOf = (n: number) => `+1202555017${n}`;

/** Appointments of these agents, due now, told as the booking service and the scheduler tell them. */
async function dueAtOnce(system: System, numbers: readonly number[]): Promise<void> {
  const startsAt = (await system.now()).toISOString();
  const { eventBusName } = (await system.request<Health>('GET', '/_local/health')).body;
  const facts = { occurredAt: startsAt };
  const { agent, client } = AppointmentCreated.example.data;
  const put = (source: string, events: readonly { detailType: string; detail: object }[]) =>
    aws(system, 'AWSEvents.PutEvents', {
      Entries: events.map(({ detailType, detail }) => ({
        EventBusName: eventBusName,
        Source: source,
        DetailType: detailType,
        Detail: JSON.stringify(detail),
      })),
    });
  await put(
    'appointments.booking',
    numbers.map((n) =>
      AppointmentCreated.create(
        {
          ...AppointmentCreated.example.data,
          appointmentId: `apt_burst${n}`,
          startsAt,
          agent: { ...agent, agentId: `agt_${n}`, phone: agentOf(n) },
          client: { ...client, phone: clientOf(n) },
        },
        facts,
      ),
    ),
  );
  await put(
    'appointments.scheduler',
    numbers.map((n) => CallDue.create({ appointmentId: `apt_burst${n}`, appointmentVersion: 1, startsAt }, facts)),
  );
}

const failureOf = async (system: System, appointmentId: string) =>
  (await system.eventsOf(appointmentId)).find(({ detailType }) => detailType === 'CallFailed')?.detail.data;

describe('the calls of one client on one day', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem({ DAILY_CALLS_PER_CLIENT: '2' });
  }, 90_000);
  afterAll(() => system.stop());

  it('are as many as allowed: then the waiting agent is told, everybody is written to, and an alert is raised', async () => {
    const booking = await system.book();
    await system.behaves(AGENT, 'accept');
    await system.behaves(booking.client.phone, 'busy');

    await system.advanceTo(booking.startsAt);
    await system.advanceBy('PT5M');

    expect(await system.callsTo(booking.client.phone)).toHaveLength(2);
    expect(await failureOf(system, booking.appointmentId)).toMatchObject({
      leg: 'client',
      reason: 'rejected-by-policy',
      attempts: [
        { leg: 'agent', outcome: 'human' },
        { leg: 'client', n: 1, outcome: 'busy' },
        { leg: 'client', n: 2, outcome: 'busy' },
        { leg: 'client', n: 3, outcome: 'rejected-by-policy' },
      ],
    });
    expect((await system.phone(AGENT))?.heard.at(-1)).toBe(
      `We could not reach ${booking.client.name}. We are sorry. Goodbye.`,
    );
    expect((await system.phone(AGENT))?.state).toBe('idle');
    const mails = await system.list<EmailView>('/_local/emails');
    expect(mails.filter(({ to }) => to.includes(booking.client.email))).toHaveLength(2);
    const alerts = await system.list<AlertView>('/_local/alerts');
    expect(alerts.filter(({ message }) => message.includes(booking.appointmentId))).toHaveLength(1);
  });

  it('are not more for an appointment that is moved, and bookings are still taken and confirmed', async () => {
    const first = (await system.list<EmailView>('/_local/emails')).at(-1)?.to ?? [];
    const booking = await system.book({ phone: '+12025550299' });
    await system.behaves(booking.client.phone, 'busy');
    await system.advanceTo(booking.startsAt);
    await system.advanceBy('PT5M');
    const [next] = await system.slots();
    const moved = await system.request(
      'POST',
      `/appointments/${booking.appointmentId}/reschedule`,
      { startsAt: new Date(next?.startsAt ?? '').toISOString(), timeZone: 'UTC' },
      { authorization: `Bearer ${booking.manageToken}` },
    );

    await system.advanceTo(next?.startsAt ?? '');
    await system.advanceBy('PT5M');

    expect(first).not.toContain(booking.client.email);
    expect(moved.status).toBe(200);
    expect(await system.callsTo(booking.client.phone)).toHaveLength(2);
    const mails = await system.list<EmailView>('/_local/emails');
    expect(mails.filter(({ to }) => to.includes(booking.client.email)).length).toBeGreaterThanOrEqual(3);
  });
});

describe('a full hour', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem({ CALLS_PER_SECOND: '1' });
  }, 90_000);
  afterAll(() => system.stop());

  it('is dialled at the rate of the account, and everybody’s turn comes', async () => {
    await system.advanceBy('PT1S');
    for (let n = 0; n < 8; n++) await system.behaves(agentOf(n), 'no-answer');

    await dueAtOnce(system, [0, 1, 2, 3, 4, 5, 6, 7]);
    await system.advanceBy('PT15S');

    const calls = (await Promise.all(Array.from({ length: 8 }, (_, n) => system.callsTo(agentOf(n))))).flat();
    const times = calls.map(({ createdAt }) => Date.parse(createdAt)).toSorted((a, b) => a - b);
    expect(calls).toHaveLength(8);
    // Two seconds' worth is left to the carrier's own queue; from then on one a second.
    const [first = 0] = times;
    for (const [index, time] of times.entries()) expect(time - first).toBeGreaterThanOrEqual((index - 2) * 1000);
    expect((times.at(-1) ?? 0) - first).toBeLessThanOrEqual(7000);
  }, 60_000);
});

describe('a carrier that refuses the account', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem();
  }, 90_000);
  afterAll(() => system.stop());

  it('fails the call it refused, keeps the others waiting unspent, and calls them once it is mended', async () => {
    const health = (await system.request<Health>('GET', '/_local/health')).body;
    const store = (authToken: string) =>
      aws(system, 'secretsmanager.PutSecretValue', {
        SecretId: 'appointments/dev/twilio',
        SecretString: JSON.stringify({ accountSid: health.twilioAccountSid, authToken }),
      });
    await store('wrong-token-wrong-token');
    for (let n = 0; n < 3; n++) await system.behaves(agentOf(n), 'no-answer');

    await dueAtOnce(system, [0]);
    await dueAtOnce(system, [1, 2]);
    const whileDown = await Promise.all([0, 1, 2].map((n) => failureOf(system, `apt_burst${n}`)));
    await store(health.twilioAuthToken);
    // The credentials are kept in memory for five minutes.
    await system.advanceBy('PT9M');

    expect(whileDown).toEqual([
      expect.objectContaining({ reason: 'carrier-error', leg: 'agent' }),
      undefined,
      undefined,
    ]);
    for (const n of [1, 2]) {
      expect(await system.callsTo(agentOf(n))).not.toEqual([]);
      expect(await failureOf(system, `apt_burst${n}`)).toMatchObject({
        reason: 'agent-unreachable',
        attempts: [1, 2, 3].map((attempt) => ({ n: attempt, outcome: 'no-answer' })),
      });
    }
    expect(await system.callsTo(agentOf(0))).toEqual([]);
  }, 60_000);
});
