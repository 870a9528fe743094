import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AGENT, startSystem, type Booking, type EmailView, type System } from '../src/system';

const root = join(__dirname, '../..');
const HOUR = 3_600_000;
const { version, released } = JSON.parse(readFileSync(join(root, 'shared/runtime/src/zone-rules.json'), 'utf8')) as {
  version: string;
  released: string;
};

interface Line {
  readonly service: string;
  readonly function: string;
  readonly level: string;
  readonly message: string;
  readonly fields: Record<string, unknown>;
}

describe('when the rules of time zones change', () => {
  let system: System;
  let awsEndpoint: string;
  let table: string;
  beforeAll(async () => {
    system = await startSystem();
    awsEndpoint = (await system.request<{ awsEndpoint: string }>('GET', '/_local/health')).body.awsEndpoint;
    const { TableNames } = await dynamodb<{ TableNames: string[] }>('ListTables', {});
    table = TableNames.find((name) => name.includes('booking')) ?? '';
  }, 90_000);
  afterAll(() => system.stop());

  async function dynamodb<T>(operation: string, input: unknown): Promise<T> {
    const response = await fetch(awsEndpoint, {
      method: 'POST',
      headers: {
        'x-amz-target': `DynamoDB_20120810.${operation}`,
        'content-type': 'application/x-amz-json-1.0',
        // The laptop's database takes any credentials, as long as there are some.
        'x-amz-date': '20261123T120000Z',
        authorization:
          'AWS4-HMAC-SHA256 Credential=any/20261123/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=any',
      },
      body: JSON.stringify(input),
    });
    if (!response.ok) throw new Error(await response.text());
    return (await response.json()) as T;
  }

  /** Makes an appointment one that was resolved by rules in which New York's clocks were an hour behind what they are. */
  async function madeByOlderRules(booking: Booking): Promise<void> {
    const path = `/staff/appointments/${booking.appointmentId}`;
    const kept = (await staff<{ localStart: { agent: string } }>('GET', path)).body.localStart.agent;
    const wall = new Date(Date.parse(`${kept.slice(0, 19)}Z`) - HOUR).toISOString().slice(0, 19);
    const offset = `-${String(Number(kept.slice(20, 22)) + 1).padStart(2, '0')}:00`;
    await dynamodb('UpdateItem', {
      TableName: table,
      Key: { pk: { S: `apt#${booking.appointmentId}` }, sk: { S: 'appointment' } },
      UpdateExpression: 'SET localStart.#agent = :wall, tzdb = :tzdb',
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeNames: { '#agent': 'agent' },
      ExpressionAttributeValues: { ':wall': { S: `${wall}${offset}` }, ':tzdb': { S: '2025c' } },
    });
  }

  async function zones(...args: string[]): Promise<{ code: number | null; output: string }> {
    const child = spawn(process.execPath, [join(root, 'scripts/zones.mjs'), ...args], {
      env: { PATH: process.env['PATH'], PORT: new URL(system.url).port },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    await system.settle();
    return { code, output };
  }

  const staff = async <T>(method: string, path: string, body?: unknown) => {
    // Good for an hour of the clock that is moved here.
    const { token } = (await system.request<{ token: string }>('GET', '/_local/staff-token')).body;
    return system.request<T>(method, path, body, { authorization: `Bearer ${token}` });
  };
  const typesOf = async ({ appointmentId }: Booking) =>
    (await system.eventsOf(appointmentId)).map(({ detailType }) => detailType);
  const mailsTo = async (address: string) =>
    (await system.list<EmailView>('/_local/emails')).filter((email) => email.to.includes(address));
  const slotAt = async (hours: number) => {
    const day = new Date((await system.now()).getTime() + 24 * HOUR).toISOString().slice(0, 10);
    const first = (await system.slots()).find(({ startsAt }) => startsAt.startsWith(day));
    return new Date(Date.parse(first?.startsAt ?? '') + hours * HOUR).toISOString();
  };

  let booking: Awaited<ReturnType<System['book']>>;
  let other: Awaited<ReturnType<System['book']>>;

  it('appointments made by older ones move with the agent’s wall time, and both parties are mailed', async () => {
    booking = await system.book({ startsAt: await slotAt(2) });
    other = await system.book({ startsAt: await slotAt(4) });
    await madeByOlderRules(booking);
    const earlier = new Date(Date.parse(booking.startsAt) - HOUR);

    const dry = await zones('re-resolve', '--dry-run');
    expect(dry.output).toContain(
      "2 future appointments: 1 would move, 0 would change for the client's clock, 1 unchanged",
    );
    expect(dry.code).toBe(0);
    expect(await typesOf(booking)).toEqual(['AppointmentCreated']);

    const { code, output } = await zones('re-resolve');
    expect(output).toContain(`moved     ${booking.appointmentId}\n`);
    expect(output).toMatch(/agent +(\S+ \d\d:\d\d) -0\d:00 -> \1 -0\d:00 {2}America\/New_York \(agt_default\)\n/);
    expect(output).toMatch(/1 moved, 0 changed for the client's clock, 1 unchanged, 0 in conflict, 0 failed\.\n$/);
    expect(code).toBe(0);

    const events = await system.eventsOf(booking.appointmentId);
    expect(events.map(({ detailType }) => detailType)).toEqual(['AppointmentCreated', 'AppointmentRescheduled']);
    expect(events[1]?.detail.data).toMatchObject({
      appointmentVersion: 2,
      startsAt: earlier.toISOString(),
      previousStartsAt: new Date(booking.startsAt).toISOString(),
      tzdb: version,
    });
    expect(await typesOf(other)).toEqual(['AppointmentCreated']);
    const mails = await mailsTo(booking.client.email);
    const calendar = mails[1]?.attachments.find(({ contentType }) => contentType.startsWith('text/calendar'))?.text;
    expect(mails).toHaveLength(2);
    expect(calendar).toMatch(/SEQUENCE:1/);
    expect(calendar).toContain(earlier.toISOString().replaceAll(/[-:]|\.000/g, ''));
    expect((await mailsTo('alex@example.com')).filter(({ subject }) => /moved|new time/i.test(subject))).not.toEqual(
      [],
    );
  }, 60_000);

  it('once is enough, and the call comes at the new instant', async () => {
    const earlier = new Date(Date.parse(booking.startsAt) - HOUR);

    const again = await zones('re-resolve');
    expect(again.output).toMatch(/2 future appointments: 0 moved, .* 2 unchanged, 0 in conflict, 0 failed\.\n$/);
    expect(again.code).toBe(0);

    await system.behaves(AGENT, 'accept', 1);
    await system.behaves(booking.client.phone, 'accept', 1);
    await system.advanceTo(earlier);
    expect((await system.appointment(booking)).status).toBe('connected');
    expect((await system.callsTo(AGENT)).map(({ createdAt }) => createdAt.slice(0, 16))).toEqual([
      earlier.toISOString().slice(0, 16),
    ]);
    await system.person(AGENT, 'hangup');
    await staff('POST', `/staff/appointments/${other.appointmentId}/cancel`, {});
    await system.advanceTo(new Date(Date.parse(booking.startsAt) + HOUR));
    expect(await system.callsTo(booking.client.phone)).toHaveLength(1);
  }, 60_000);

  it('a new time that is taken is told as a conflict, nothing changes, and the command ends with 1', async () => {
    const blocked = await system.book({ startsAt: await slotAt(3) });
    const inTheWay = await system.book({ startsAt: await slotAt(2) });
    await madeByOlderRules(blocked);

    const { code, output } = await zones('re-resolve');

    expect(code).toBe(1);
    expect(output).toContain(`conflict  ${blocked.appointmentId}\n`);
    expect(output).toContain(`not moved: the new time is taken by ${inTheWay.appointmentId}\n`);
    expect(await typesOf(blocked)).toEqual(['AppointmentCreated']);
    expect(await system.appointment(blocked)).toMatchObject({ version: 1, status: 'scheduled' });
    // Left as it is, it would be told again below.
    await staff('POST', `/staff/appointments/${blocked.appointmentId}/cancel`, {});
    await system.settle();
  }, 60_000);

  it.each([
    [undefined, 401],
    ['Bearer of bad news', 401],
  ])('are no business of strangers (%s)', async (authorization, status) => {
    const answer = await system.request(
      'POST',
      '/staff/appointments/apt_1/re-resolve',
      {},
      authorization === undefined ? {} : { authorization },
    );

    expect(answer.status).toBe(status);
  });

  it('are named with their day in the log of each function that resolves times, and warned of when they have grown old', async () => {
    const spoken = async () =>
      (await system.list<Line>('/_local/logs')).filter(({ message }) => /zone rules/i.test(message));
    const first = await spoken();

    expect(new Set(first.map((line) => line.function))).toEqual(
      new Set(['create-appointment', 'get-availability', 'staff-appointments']),
    );
    for (const { level, fields } of first) {
      expect(level).toBe('INFO');
      expect(fields).toMatchObject({ tzdb: version, released });
    }

    await system.advanceTo(new Date(Date.parse(released) + 202 * 24 * HOUR));
    await system.restart();
    await system.slots();
    const warnings = (await spoken()).filter(({ level }) => level === 'WARN');
    expect(warnings.map((line) => [line.function, line.fields['ageDays']])).toEqual([['get-availability', 202]]);
  }, 90_000);

  it('nothing lies in a dead-letter queue', async () => {
    expect(await system.list('/_local/dead-letters')).toEqual([]);
  });
});
