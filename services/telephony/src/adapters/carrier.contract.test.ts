import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createClock, createTwilioSimulator, type TwilioSimulator } from '@appointments/twilio-simulator';
import twilio from 'twilio';
import type { NewCall } from '../app/ports';
import { twilioCarrier } from './carrier';

/*
 * The dialler carries a narrow part of Twilio's client, put together by hand. Whatever it asks for, the whole client must ask
 * for in the same words, and both must understand the answer alike; else a change of the package has moved something below us.
 */

const ACCOUNT = `AC${'1'.repeat(32)}`;
const TOKEN = 'token';
const FROM = '+12025550199';
const TO = '+12025550123';
const TWIML = '<Response><Say>Goodbye.</Say><Hangup/></Response>';

interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly query: readonly (readonly [string, string])[];
  readonly form: readonly (readonly [string, string])[];
  readonly authorization: string | undefined;
  readonly contentType: string | undefined;
}

const sorted = (text: string) => [...new URLSearchParams(text)].toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));

/** Stands before the simulator and notes what passes. */
function recorder(target: () => string) {
  const exchanges: Exchange[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const url = new URL(request.url ?? '', 'http://recorder');
      const { authorization, 'content-type': contentType } = request.headers;
      exchanges.push({
        method: request.method ?? '',
        path: url.pathname,
        query: sorted(url.search),
        form: sorted(body),
        authorization,
        contentType: body === '' ? undefined : contentType?.split(';')[0],
      });
      void fetch(`${target()}${request.url}`, {
        method: request.method ?? 'GET',
        headers: { authorization: authorization ?? '', 'content-type': contentType ?? '' },
        ...(body !== '' && { body }),
      }).then(async (answer) => {
        response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
        response.end(await answer.text());
      });
    });
  });
  return { server, exchanges };
}

let simulator: TwilioSimulator;
let simulatorUrl: string;
let recorderUrl: string;
const { server, exchanges } = recorder(() => simulatorUrl);

beforeAll(async () => {
  simulator = createTwilioSimulator({
    accountSid: ACCOUNT,
    authToken: TOKEN,
    // Time stands still, so what waits in the carrier's queue is still there when it is asked for.
    ports: createClock({ speed: 0 }).ports,
    allowedFrom: [FROM],
    callsPerSecond: 1,
  });
  ({ url: simulatorUrl } = await simulator.listen());
  recorderUrl = await new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  });
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await simulator.close();
});
beforeEach(() => {
  exchanges.length = 0;
});

const narrow = (token = TOKEN) =>
  twilioCarrier({
    credentials: () => Promise.resolve({ accountSid: ACCOUNT, authToken: token }),
    from: FROM,
    baseUrl: recorderUrl,
  });
const whole = (token = TOKEN) => {
  const client = twilio(ACCOUNT, token);
  client.api.baseUrl = recorderUrl;
  return client;
};
const call = (to = TO): NewCall => ({
  to,
  url: 'https://app.example.com/calls/cs_1/client/1/answer#rc=2',
  fallbackUrl: 'https://app.example.com/sorry',
  statusCallback: 'https://app.example.com/calls/cs_1/client/1/status#rc=3&rp=all',
  ringSeconds: 20,
  timeLimitSeconds: 600,
  detectMachine: true,
});
const asWhole = ({ to, ringSeconds, timeLimitSeconds, url, fallbackUrl, statusCallback }: NewCall) => ({
  to,
  from: FROM,
  url,
  method: 'POST',
  fallbackUrl,
  fallbackMethod: 'GET',
  statusCallback,
  statusCallbackMethod: 'POST',
  statusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
  timeout: ringSeconds,
  timeLimit: timeLimitSeconds,
  machineDetection: 'Enable',
});
const placed = async () => {
  const result = await narrow().create(call());
  if (result.type !== 'created') throw new Error(`the call was not placed: ${result.type}`);
  return result.callSid;
};

/** What both asked for; what they understood is compared by each test. */
const both = async <A, B>(ours: () => Promise<A>, theirs: () => Promise<B>) => {
  exchanges.length = 0;
  const understood = { narrow: await ours(), whole: await theirs() };
  const [one, other, ...more] = exchanges;
  expect(more).toEqual([]);
  expect(one).toEqual(other);
  return understood;
};

describe('the narrow client and the whole one', () => {
  it('place a call in the same words', async () => {
    const { narrow: ours, whole: theirs } = await both(
      () => narrow().create(call()),
      () => whole().calls.create(asWhole(call())),
    );

    expect(ours).toMatchObject({ type: 'created', callSid: expect.stringMatching(/^CA/) });
    expect(theirs.sid).toMatch(/^CA/);
    expect(exchanges[0]?.form).toEqual(
      expect.arrayContaining(['initiated', 'ringing', 'answered', 'completed'].map((e) => ['StatusCallbackEvent', e])),
    );
  });

  it('understand the queue alike', async () => {
    const { narrow: ours, whole: theirs } = await both(
      () => narrow().create(call()),
      () => whole().calls.create(asWhole(call())),
    );

    // At one call a second the later one waits a second longer.
    expect(ours).toMatchObject({ type: 'created', queueMs: Number(theirs.queueTime) - 1000 });
  });

  it('ask for a call alike', async () => {
    const callSid = await placed();

    const { narrow: ours, whole: theirs } = await both(
      () => narrow().fetch(callSid),
      () => whole().calls(callSid).fetch(),
    );

    expect(ours).toEqual({ callSid: theirs.sid, status: theirs.status });
  });

  it('end a call alike', async () => {
    const callSid = await placed();

    const { narrow: ours, whole: theirs } = await both(
      () => narrow().end(callSid),
      () =>
        whole()
          .calls(callSid)
          .update({ status: 'completed' })
          .catch((error: { code?: number }) => error),
    );

    expect(ours).toMatchObject({ status: 'canceled' });
    // It is over by then, and Twilio says so to whoever comes second.
    expect(theirs).toMatchObject({ code: 21220 });
  });

  it('replace what is heard alike, and are refused alike where nobody is on the line', async () => {
    const callSid = await placed();

    const { narrow: ours, whole: theirs } = await both(
      () => narrow().say(callSid, TWIML),
      () =>
        whole()
          .calls(callSid)
          .update({ twiml: TWIML })
          .catch((error: { code?: number }) => error),
    );

    expect(ours).toBeNull();
    expect(theirs).toMatchObject({ code: 21220 });
  });

  it('look for a call alike', async () => {
    const callSid = await placed();

    const { narrow: ours, whole: theirs } = await both(
      () => narrow().find(TO, new Date(Date.now() - 60_000), new Date(Date.now() + 60_000)),
      () => whole().calls.page({ to: TO, from: FROM, pageSize: 20 }),
    );

    expect(theirs.instances.map(({ sid }) => sid)).toContain(callSid);
    expect(theirs.instances.map(({ sid }) => sid)).toContain(ours === 'unavailable' ? '' : ours?.callSid);
  });

  it('look for a room alike', async () => {
    const { narrow: ours, whole: theirs } = await both(
      () => narrow().isRoomInProgress('s-cs_1-1'),
      () => whole().conferences.page({ friendlyName: 's-cs_1-1', status: 'in-progress', pageSize: 1 }),
    );

    expect(ours).toBe(false);
    expect(theirs.instances).toEqual([]);
  });

  it.each([
    ['a number that does not exist', '+1999', TOKEN, { type: 'refused', outcome: 'invalid-number' }, 21211],
    ['credentials that do not fit', TO, 'other', { type: 'refused-account', code: 20003, surely: true }, 20003],
  ] as const)('understand %s alike', async (_what, to, token, meaning, code) => {
    const { narrow: ours, whole: theirs } = await both(
      () => narrow(token).create(call(to)),
      () =>
        whole(token)
          .calls.create(asWhole(call(to)))
          .catch((error: { code?: number }) => error),
    );

    expect(ours).toEqual(meaning);
    expect(theirs).toMatchObject({ code });
  });
});
