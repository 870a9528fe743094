import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createTwilioSimulator, realTimePorts, type TwilioSimulator } from '@appointments/twilio-simulator';
import { UNAVAILABLE, type NewCall } from '../app/ports';
import { twilioCarrier } from './carrier';

const ACCOUNT = `AC${'1'.repeat(32)}`;
const FROM = '+12025550199';
const TO = '+12025550123';
const credentials = () => Promise.resolve({ accountSid: ACCOUNT, authToken: 'token' });

/** What the app would answer: a document that waits, and every callback noted. */
function listener() {
  const heard: { readonly path: string; readonly form: URLSearchParams }[] = [];
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      heard.push({ path: request.url ?? '', form: new URLSearchParams(body) });
      response.setHeader('content-type', 'text/xml').end('<Response><Pause length="600"/></Response>');
    });
  });
  return { server, heard };
}

let simulator: TwilioSimulator;
let app: ReturnType<typeof listener>;
let appUrl: string;
let baseUrl: string;

const wanted = (to = TO): NewCall => ({
  to,
  url: `${appUrl}/answer#rc=2`,
  fallbackUrl: `${appUrl}/sorry`,
  statusCallback: `${appUrl}/status#rc=3&rp=all`,
  ringSeconds: 20,
  timeLimitSeconds: 600,
  detectMachine: false,
});
const listening = (server: Server) =>
  new Promise<string>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  });
const closed = (server: Server) =>
  new Promise<void>((resolve) => {
    server.closeAllConnections();
    server.close(() => resolve());
  });

beforeEach(async () => {
  app = listener();
  appUrl = await listening(app.server);
  simulator = createTwilioSimulator({
    accountSid: ACCOUNT,
    authToken: 'token',
    ports: realTimePorts(),
    allowedFrom: [FROM],
  });
  ({ url: baseUrl } = await simulator.listen());
});

afterEach(async () => {
  for (const { sid, status } of simulator.calls())
    if (['queued', 'ringing', 'in-progress'].includes(status)) await carrier().end(sid);
  await simulator.close();
  await closed(app.server);
});

const carrier = (more: { readonly baseUrl?: string; readonly from?: string; readonly token?: string } = {}) =>
  twilioCarrier({
    credentials:
      more.token === undefined
        ? credentials
        : () => Promise.resolve({ accountSid: ACCOUNT, authToken: more.token ?? '' }),
    from: more.from ?? FROM,
    baseUrl: more.baseUrl ?? baseUrl,
  });

async function placed(to = TO): Promise<string> {
  const result = await carrier().create(wanted(to));
  if (result.type !== 'created') throw new Error(`the call was ${result.type}`);
  return result.callSid;
}

describe('the carrier', () => {
  it('places a call and is told of every stage of it', async () => {
    const callSid = await placed();
    await simulator.act(TO, { do: 'answer' });
    await carrier().end(callSid);

    const told = () => app.heard.filter(({ path }) => path === '/status').map(({ form }) => form.get('CallStatus'));
    while (told().length < 4) await new Promise((resolve) => setImmediate(resolve));
    expect(told()).toEqual(['initiated', 'ringing', 'in-progress', 'completed']);
    expect(simulator.warnings()).toEqual([]);
  });

  it('says how a call stands, ends it, and says so of one that is over', async () => {
    const callSid = await placed();

    expect(await carrier().fetch(callSid)).toEqual({ callSid, status: 'ringing' });
    await simulator.act(TO, { do: 'answer' });
    expect(await carrier().end(callSid)).toMatchObject({ callSid, status: 'completed' });
    expect(await carrier().say(callSid, '<Response><Say>Hello</Say></Response>')).toBeNull();
    expect(await carrier().fetch(`CA${'0'.repeat(32)}`)).toBeNull();
  });

  it('says something to somebody on the line', async () => {
    const callSid = await placed();
    await simulator.act(TO, { do: 'answer' });

    await carrier().say(callSid, '<Response><Say>We are sorry.</Say><Hangup/></Response>');

    const heard = () => simulator.phones().find(({ number }) => number === TO)?.heard ?? [];
    while (heard().length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(heard()).toEqual(['We are sorry.']);
  });

  it('finds the newest call to a number among those of the span', async () => {
    await carrier().end(await placed());
    const callSid = await placed();
    const now = Date.now();

    expect(await carrier().find(TO, new Date(now - 1000), new Date(now + 60_000))).toMatchObject({ callSid });
    expect(await carrier().find(TO, new Date(now + 60_000), new Date(now + 90_000))).toBeNull();
    expect(await carrier().find('+12025550144', new Date(now - 1000), new Date(now + 60_000))).toBeNull();
  });

  it('knows no room that nobody is in', async () => {
    expect(await carrier().isRoomInProgress('s-cs_1_1-1')).toBe(false);
  });

  it.each([
    ['a number that does not exist', { to: '+1999' }, { type: 'refused', outcome: 'invalid-number' }],
    ['a caller that is not ours', { from: '+12025550111' }, { type: 'refused-account', code: 21210, surely: true }],
    ['credentials that do not fit', { token: 'other' }, { type: 'refused-account', code: 20003, surely: true }],
  ])('sorts %s', async (_, { to, ...more }: { to?: string; from?: string; token?: string }, result) => {
    expect(await carrier(more).create(wanted(to))).toEqual(result);
  });

  it.each([
    [429, { code: 20429 }, { type: 'not-placed' }],
    [500, { code: 20500 }, { type: 'unknown' }],
    [503, {}, { type: 'unknown' }],
    [400, { code: 21214 }, { type: 'refused', outcome: 'unreachable' }],
    [418, { code: 99_999 }, { type: 'refused-account', code: 99_999, surely: false }],
  ])('sorts an answer %s with %j', async (status, body, result) => {
    const server = createServer((_, response) =>
      response
        .writeHead(status, { 'content-type': 'application/json' })
        .end(JSON.stringify({ status, message: 'no', ...body })),
    );
    const url = await listening(server);

    const answer = await carrier({ baseUrl: url }).create(wanted());
    const ended = await carrier({ baseUrl: url }).end(`CA${'0'.repeat(32)}`);

    await closed(server);
    expect(answer).toEqual(result);
    expect(ended).toBe(UNAVAILABLE);
  });

  it('takes a carrier that nobody answers for as one that placed nothing', async () => {
    const server = createServer();
    const url = await listening(server);
    await closed(server);

    expect(await carrier({ baseUrl: url }).create(wanted())).toEqual({ type: 'not-placed' });
  });

  it('takes a connection that breaks after the request for a call that may have been placed', async () => {
    const server = createServer((request) => request.socket.destroy());
    const url = await listening(server);

    const answer = await carrier({ baseUrl: url }).create(wanted());

    await closed(server);
    expect(answer).toEqual({ type: 'unknown' });
  });
});
