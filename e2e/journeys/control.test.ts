import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { AGENT, startSystem, type AlertView, type CallView, type EventView, type System } from '../src/system';

// A limit and no wait: two suites may start their systems at once on two busy cores.
jest.setTimeout(60_000);

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());

interface Health {
  readonly awsEndpoint: string;
  readonly twilioAccountSid: string;
}
interface Now {
  readonly now: string;
}
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const move = (body: unknown) => system.request<Now>('POST', '/_local/clock', body);
const after = async (ms: number) => new Date((await system.now()).getTime() + ms).toISOString();

/** Asks a service of AWS as any SDK does, with credentials nobody gave. */
async function aws(target: string, body: unknown): Promise<{ readonly QueueUrls?: readonly string[] }> {
  const { body: health } = await system.request<Health>('GET', '/_local/health');
  const response = await fetch(health.awsEndpoint, {
    method: 'POST',
    headers: {
      'content-type': `application/x-amz-json-${target.startsWith('AmazonSQS') ? '1.0' : '1.1'}`,
      'x-amz-target': target,
      authorization: 'AWS4-HMAC-SHA256 Credential=ANYBODY/20261201/us-east-1/x/aws4_request, Signature=0',
    },
    body: JSON.stringify(body),
  });
  return (await response.json()) as { QueueUrls?: string[] };
}

describe('the clock', () => {
  it('stands exactly at the target it was sent to', async () => {
    const target = await after(3_723_000);

    expect((await move({ advanceTo: target })).body).toEqual({ now: target });
  });

  it('goes on by a duration, and only settles when that is none', async () => {
    const before = (await system.now()).getTime();

    const moved = await move({ advanceBy: 'P1DT2H' });
    const settled = await move({ advanceBy: 'PT0S' });

    expect(new Date(moved.body.now).getTime() - before).toBeGreaterThanOrEqual(26 * 3_600_000);
    expect(settled.status).toBe(200);
    expect(settled.body.now).toMatch(ISO);
  });

  it.each([
    ['the past', { advanceTo: '2020-01-01T00:00:00Z' }],
    ['backwards', { advanceBy: '-PT1S' }],
    ['a time that is none', { advanceTo: 'tomorrow' }],
    ['a duration that is none', { advanceBy: '5 minutes' }],
    ['two ways at once', { advanceBy: 'PT1S', toNextWakeUp: true }],
    ['nowhere', {}],
  ])('refuses to go to %s', async (_, body) => {
    expect((await move(body)).status).toBe(400);
  });

  it('refuses a move during a move', async () => {
    await system.book();

    const first = move({ advanceBy: 'P3D' });
    // A short one may come before it, or after: as long as it goes on, one meets it.
    let second = await move({ advanceBy: 'PT0S' });
    for (let tries = 0; tries < 20 && second.status === 200; tries += 1) second = await move({ advanceBy: 'PT0S' });

    expect(second.status).toBe(409);
    expect((await first).status).toBe(200);
  });

  it('stops at each wake-up on the way to a call, and says when none is ahead', async () => {
    expect((await move({ toNextWakeUp: true })).status).toBe(409);
    const booking = await system.book();
    const startsAt = new Date(booking.startsAt).getTime();

    const schedule = await move({ toNextWakeUp: true });
    const call = await move({ toNextWakeUp: true });

    expect(new Date(schedule.body.now).getTime()).toBe(startsAt - 120_000);
    expect(new Date(call.body.now).getTime()).toBe(startsAt);
    expect((await system.phone(AGENT))?.state).toBe('ringing');
    await system.request(
      'POST',
      `/appointments/${booking.appointmentId}/cancel`,
      {},
      {
        authorization: `Bearer ${booking.manageToken}`,
      },
    );
    await system.advanceBy('PT15M');
  });

  it('stands where it was put, also when the process is killed the moment it has answered', async () => {
    const { body } = await move({ advanceBy: 'PT10M' });
    const killedAt = Date.now();
    await system.restart('SIGKILL');

    const lost = new Date(body.now).getTime() + (Date.now() - killedAt) - (await system.now()).getTime();

    expect(lost).toBeLessThan(5_000);
  });
});

describe('the phones', () => {
  it.each(['+12125550001', '%2B12125550001', '12125550001'])('know a number written %s', async (written) => {
    const set = await system.request('PUT', `/_local/phones/${written}/behaviour`, { behaviour: 'busy' });

    expect(set.status).toBe(200);
    expect(await system.phone('+12125550001')).toEqual({
      number: '+12125550001',
      state: 'idle',
      callSid: null,
      with: [],
      heard: [],
    });
  });

  it.each(['abc', '+', '+0123456789', '%2B%2B12125550001', '%zz'])('refuse %s, which is no number', async (written) => {
    expect((await system.request('POST', `/_local/phones/${written}`, { do: 'answer' })).status).toBe(400);
    expect((await system.request('PUT', `/_local/phones/${written}/behaviour`, { behaviour: 'busy' })).status).toBe(
      400,
    );
  });

  it.each([
    ['answer', undefined],
    ['decline', undefined],
    ['hangup', undefined],
    ['press', '1'],
  ])('cannot %s while idle', async (action, digit) => {
    expect((await system.request('POST', '/_local/phones/+12125550001', { do: action, digit })).status).toBe(409);
  });

  it.each([
    ['no such thing', 'POST', '', { do: 'throw' }],
    ['a press of no key', 'POST', '', { do: 'press' }],
    ['no such behaviour', 'PUT', '/behaviour', { behaviour: 'shy' }],
    ['a behaviour for no calls', 'PUT', '/behaviour', { behaviour: 'busy', times: 0 }],
  ])('do not understand %s', async (_, method, path, body) => {
    expect((await system.request(method, `/_local/phones/+12125550001${path}`, body)).status).toBe(400);
  });

  it('behave as told for so many calls, and then as before', async () => {
    await system.behaves(AGENT, 'busy', 2);
    const booking = await system.book();

    await system.advanceTo(new Date(new Date(booking.startsAt).getTime() + 65_000));

    const since = new Date(booking.startsAt).toISOString();
    const calls = (await system.callsTo(AGENT)).filter((call) => call.createdAt >= since);
    expect(calls.map(({ status }) => status)).toEqual(['busy', 'busy', 'ringing']);
    await system.person(AGENT, 'decline');
    await system.settle();
  });
});

describe('the lists', () => {
  it.each(['logs', 'events', 'emails', 'sms', 'alerts', 'phones', 'calls', 'conferences', 'dead-letters'])(
    'answer %s as an array',
    async (name) => {
      const answer = await system.request('GET', `/_local/${name}`);

      expect(answer.status).toBe(200);
      expect(Array.isArray(answer.body)).toBe(true);
    },
  );

  it('number events and lines, oldest first, and leave out those up to `after`', async () => {
    for (const name of ['events', 'logs']) {
      const all = (await system.list<{ seq: number }>(`/_local/${name}`)).map(({ seq }) => seq);
      const last = all.at(-1) ?? 0;

      expect(all.length).toBeGreaterThan(0);
      expect(all).toEqual(all.toSorted((a, b) => a - b));
      expect(await system.list(`/_local/${name}?after=${last}`)).toEqual([]);
    }
    expect((await system.request('GET', '/_local/events?after=x')).status).toBe(400);
  });

  it('stream events to who asks for a stream', async () => {
    const [first] = await system.list<EventView>('/_local/events');
    const stream = await fetch(`${system.url}/_local/events`, { headers: { accept: 'text/event-stream' } });
    const reader = stream.body?.getReader();
    let text = '';
    while (!text.includes('\ndata: ') || !text.endsWith('\n\n')) {
      const { value, done } = (await reader?.read()) ?? { done: true };
      if (done) break;
      text += Buffer.from(value ?? []).toString('utf8');
    }
    await reader?.cancel();

    expect(stream.headers.get('content-type')).toBe('text/event-stream');
    expect(JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? '{}')).toEqual(first);
  });

  it('tell what no function could handle, with the reason, and the alarm that told of it', async () => {
    const { QueueUrls } = await aws('AmazonSQS.ListQueues', {});
    const queue = QueueUrls?.find((url) => url.includes('-telephony-OnCallDueQueue'));

    await aws('AmazonSQS.SendMessage', { QueueUrl: queue, MessageBody: '{"poison":true}' });
    await system.settle();

    const [parked] = await system.list<Record<string, unknown>>('/_local/dead-letters');
    expect(parked).toMatchObject({
      queue: expect.stringContaining('-telephony-OnCallDueDeadLetters'),
      at: expect.stringMatching(ISO),
      reason: expect.stringMatching(/not an event/),
      body: '{"poison":true}',
    });
    const alerts = await system.list<AlertView>('/_local/alerts');
    expect(alerts.filter(({ subject }) => subject.includes('telephony-OnCallDue'))).toHaveLength(1);
  });
});

describe('what comes from strangers', () => {
  it.each(['//', '//host:99999/', 'http://[', '/%zz', '/_local/phones/%E0%A4%A'])(
    'does no harm as the request line %s',
    async (target) => {
      const answer = await new Promise<string>((resolve, reject) => {
        const socket = connect(Number(new URL(system.url).port), 'localhost', () =>
          socket.write(`GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`),
        );
        let text = '';
        socket.on('data', (chunk) => (text += chunk.toString()));
        socket.on('close', () => resolve(text));
        socket.on('error', reject);
      });

      expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
      expect((await system.request('GET', '/_local/health')).status).toBe(200);
    },
  );

  it('is refused where it pretends to be the carrier', async () => {
    const booking = await system.book();
    await system.advanceTo(booking.startsAt);
    const [call] = (await system.list<CallView>('/_local/calls')).slice(-1);
    const { body: health } = await system.request<Health>('GET', '/_local/health');
    const form = new URLSearchParams({
      CallSid: call?.sid ?? '',
      AccountSid: health.twilioAccountSid,
      CallStatus: 'busy',
    });
    const url = call?.statusCallback.split('#')[0] ?? '';

    const unsigned = await fetch(url, { method: 'POST', body: form });
    const forged = await fetch(url, { method: 'POST', body: form, headers: { 'x-twilio-signature': 'Zm9yZ2Vk' } });
    await system.settle();

    expect([unsigned.status, forged.status]).toEqual([403, 403]);
    expect((await system.phone(AGENT))?.state).toBe('ringing');
    expect((await system.eventsOf(booking.appointmentId)).map(({ detailType }) => detailType)).toEqual([
      'AppointmentCreated',
      'CallDue',
    ]);
  });

  it.each(['/_local/nothing', '/_local/', '/_local/phones/+12125550001/other'])('finds nothing at %s', async (path) => {
    const answer = await system.request<{ status: number }>('GET', path);

    expect(answer.status).toBe(404);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
  });
});
