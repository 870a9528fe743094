import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { deadLettersOf, type Life } from '@appointments/timeline/command';
import { AGENT, startSystem, type System } from '../src/system';

const COMMAND = join(__dirname, '../../scripts/doctor.mjs');

interface Health {
  readonly awsEndpoint: string;
  readonly awsRegion: string;
  readonly eventBusName: string;
}

describe('why did it fail?', () => {
  let system: System;
  let reach: { endpoint: string; region: string; credentials: { accessKeyId: string; secretAccessKey: string } };
  let bus: string;
  beforeAll(async () => {
    system = await startSystem();
    const { body } = await system.request<Health>('GET', '/_local/health');
    reach = {
      endpoint: body.awsEndpoint,
      region: body.awsRegion,
      credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    };
    bus = body.eventBusName;
  }, 90_000);
  afterAll(() => system.stop());

  const doctor = (...asked: string[]) =>
    new Promise<{ readonly code: number | null; readonly out: string; readonly err: string }>((resolve) => {
      const child = spawn(process.execPath, [COMMAND, ...asked], {
        env: { ...process.env, PORT: new URL(system.url).port },
      });
      let out = '';
      let err = '';
      child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
      child.on('close', (code) => resolve({ code, out, err }));
    });
  const lifeOf = async (appointmentId: string) =>
    (await system.request<Life>('GET', `/_local/appointments/${appointmentId}/life`)).body;

  it('tells of a client who did not answer: each call, on both clocks, and that this is the reason', async () => {
    const booking = await system.book();
    await system.behaves(AGENT, 'accept', 1);
    await system.behaves(booking.client.phone, 'no-answer', 3);
    await system.advanceTo(booking.startsAt);
    await system.advanceBy('PT15M');

    const { code, out } = await doctor(booking.appointmentId);

    expect(code).toBe(0);
    expect(out).toContain('The call failed: the client could not be reached.');
    expect(out).toMatch(/Call 1 to the agent: taken: 1 was pressed/);
    expect(out.match(/Call \d to the client: nobody answered, rang \d+ s/g)).toHaveLength(3);
    expect(out).toContain('Booked for ');
    expect(out).toMatch(/The confirmation e-mail to the client was delivered/);
    expect(out).toMatch(/The could-not-connect e-mail to the agent was sent/);
    expect(out).toContain('The client’s zone: Europe/Berlin; the agent’s: America/New_York.');
    for (const own of [booking.client.name, booking.client.email, booking.client.phone, AGENT])
      expect(out).not.toContain(own);
  });

  it('tells the command, which asks AWS, and the console, which asks the laptop, the same', async () => {
    const booking = await system.book();
    await system.request('POST', `/appointments/${booking.appointmentId}/cancel`, undefined, {
      authorization: `Bearer ${booking.manageToken}`,
    });
    await system.settle();

    const { out } = await doctor(booking.appointmentId, '--json');
    const { asOf: _, ...told } = JSON.parse(out) as Life;
    const { asOf: __, ...shown } = await lifeOf(booking.appointmentId);

    expect(told).toEqual(shown);
    expect(told).toMatchObject({
      status: 'cancelled',
      verdict: 'It was cancelled by the client, so nobody is phoned.',
      unread: [],
    });
  });

  it('finds what a queue gave up about an appointment, and nothing of another', async () => {
    const [booking, other] = [await system.book(), await system.book()];
    const broken = {
      metadata: {
        eventId: `AppointmentRescheduled:${booking.appointmentId}:2`,
        eventVersion: 1,
        occurredAt: (await system.now()).toISOString(),
        correlationId: booking.appointmentId,
        hops: 0,
      },
      data: { appointmentId: booking.appointmentId, appointmentVersion: 2 },
    };
    await new EventBridgeClient(reach).send(
      new PutEventsCommand({
        Entries: [
          {
            EventBusName: bus,
            Source: 'appointments.booking',
            DetailType: 'AppointmentRescheduled',
            Detail: JSON.stringify(broken),
          },
        ],
      }),
    );
    await system.settle();

    const { findings, lines } = await lifeOf(booking.appointmentId);
    const onAws = await deadLettersOf(reach, 'dev', booking.appointmentId);

    expect(lines.map(({ what }) => what)).toContainEqual(
      expect.stringMatching(/^AppointmentRescheduled, which cannot be read: .*data\.startsAt/),
    );
    expect(findings.map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/^AppointmentRescheduled was given up and lies in .*PlanWakeUpsDeadLetters/),
    );
    // Whatever the laptop shows of dead letters, SQS's own answers show too.
    expect(onAws.length).toBeGreaterThan(0);
    expect(onAws.map(({ queue, what }) => ({ queue, what }))).toContainEqual({
      queue: expect.stringContaining('PlanWakeUpsDeadLetters'),
      what: 'AppointmentRescheduled',
    });
    expect(await deadLettersOf(reach, 'dev', other.appointmentId)).toEqual([]);
  });

  it('tells of a mail that bounced, and of the client whom nothing reaches', async () => {
    const { appointmentId } = await system.book({ email: 'bounce@simulator.amazonses.com' });

    const { findings, lines } = await lifeOf(appointmentId);

    expect(lines.map(({ what }) => what)).toContainEqual(
      expect.stringMatching(/^The confirmation e-mail to the client bounced: permanent/),
    );
    expect(findings).toContainEqual({
      text: expect.stringMatching(/^The confirmation e-mail to the client did not arrive: bounced/),
      runbook: 'An address takes no mail',
    });
  });

  it('says that it knows nothing of an id that is none, and fails as a search does', async () => {
    const { code, out } = await doctor('apt_nobody');

    expect(code).toBe(1);
    expect(out).toContain('No appointment of this id is known.');
  });

  it.each([
    [['apt 1'], /"apt 1" is no appointment's id/],
    [[], /^Usage: npm run doctor -- <appointmentId>/],
    [['apt_1', '--url', 'https://book.example.com'], /token of scope "staff"/],
  ])('refuses %j in a sentence', async (asked, expected) => {
    const { code, err } = await doctor(...asked);

    expect(code).toBe(1);
    expect(err).toMatch(expected);
  });
});
