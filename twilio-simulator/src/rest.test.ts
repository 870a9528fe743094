import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Laboratory } from '../test/laboratory';
import {
  ACCOUNT,
  AGENT,
  ALL_EVENTS,
  CLIENT,
  FROM,
  TOKEN,
  createWorld,
  closeLaboratories,
  openLaboratory,
  response,
  sdk,
} from '../test/laboratory';
import { createTwilioSimulator } from './index';
import { faults, parametersOf, specification } from '../test/open-api';
import type { Exchanges } from '../test/watched-client';
import { watchedClient } from '../test/watched-client';

let lab: Laboratory;
beforeEach(async () => {
  lab = await openLaboratory({ allowedFrom: [FROM] });
  lab.app.answer('/voice', response('<Dial><Conference waitUrl="" participantLabel="agent">room</Conference></Dial>'));
});
afterEach(closeLaboratories);

const create = (more: Record<string, unknown> = {}, client = lab.client) =>
  client.calls.create({ to: AGENT, from: FROM, url: `${lab.app.url}/voice`, ...more });
const basic = `Basic ${Buffer.from(`${ACCOUNT}:${TOKEN}`).toString('base64')}`;
const api = (path: string, init: RequestInit = {}) =>
  fetch(`${lab.url}/2010-04-01/Accounts/${ACCOUNT}${path}`, {
    ...init,
    headers: { authorization: basic, connection: 'close' },
  });
const post = (path: string, form: Record<string, string>) =>
  api(path, { method: 'POST', body: new URLSearchParams(form) });

describe("Twilio's specification", () => {
  it('finds nothing wrong with any exchange between the SDK and the simulator', async () => {
    const exchanges: Exchanges = { count: 0, faults: [] };
    const client = watchedClient(lab.url, ACCOUNT, { user: ACCOUNT, password: TOKEN }, exchanges);
    lab.simulator.setBehaviour(AGENT, { behaviour: 'answer-silent' });
    lab.simulator.setBehaviour(CLIENT, { behaviour: 'answer-silent' });

    const call = await create(
      {
        statusCallback: `${lab.app.url}/status`,
        statusCallbackEvent: ALL_EVENTS,
        timeout: 20,
        timeLimit: 600,
        machineDetection: 'Enable',
        asyncAmd: 'true',
        asyncAmdStatusCallback: `${lab.app.url}/amd`,
      },
      client,
    );
    await lab.world.quiet();
    await client.calls(call.sid).fetch();
    await client.calls.list({ to: AGENT, from: FROM, status: 'in-progress', startTimeAfter: new Date(0) });
    const [waiting] = await client.conferences.list({ status: 'init', friendlyName: 'room' });
    const room = client.conferences(waiting?.sid ?? '');
    await room.fetch();
    await room.participants.create({ to: '+12025550166', from: FROM, label: 'called' });
    await room.participants.list();
    await room.participants('called').fetch();
    await room.participants(call.sid).fetch();
    await room.participants(call.sid).update({ muted: true, hold: true, holdUrl: `${lab.app.url}/hold` });
    await client.calls(call.sid).update({ twiml: response('<Pause length="9"/>') });
    const other = await create({ to: CLIENT }, client);
    await lab.world.quiet();
    const [second] = await client.conferences.list({ status: 'init' });
    await client
      .conferences(second?.sid ?? '')
      .participants(other.sid)
      .remove();
    await create({ to: '+12025550188' }, client);
    await lab.world.quiet();
    await client.conferences(second?.sid ?? '').update({ status: 'completed' });
    await client.conferences.list({ status: 'completed' });
    await client.calls(call.sid).update({ status: 'completed' });
    await lab.world.advance(60);
    await client.calls.list({ pageSize: 1 });
    await client.calls(call.sid).remove();

    expect(exchanges.faults).toEqual([]);
    expect(exchanges.count).toBeGreaterThanOrEqual(22);
  });

  it('would find a wrong SID, status, date, null, and a missing or unknown key', async () => {
    const { sid } = await create();
    const call = JSON.parse(await (await api(`/Calls/${sid}.json`)).text()) as Record<string, unknown>;
    const schema = { $ref: '#/components/schemas/api.v2010.account.call' };
    const { uri: _, ...withoutUri } = call;

    expect(faults(call, schema)).toEqual([]);
    for (const wrong of [
      { ...call, sid: 'CA1' },
      { ...call, status: 'in_progress' },
      { ...call, status: null },
      { ...call, date_created: '2026-03-12T11:48:25Z' },
      { ...call, price_unit: 7 },
      { ...call, extra: 1 },
      withoutUri,
    ]) {
      expect(faults(wrong, schema)).toHaveLength(1);
    }
  });

  it('has examples that fit, but for what its own examples leave out', () => {
    // Older examples lack keys that newer ones have; nothing else may be wrong with them.
    const wrong = Object.values(specification.paths)
      .flatMap((operations) => Object.values(operations))
      .filter((operation) => operation.responses !== undefined && !operation.operationId.includes('Event'))
      .flatMap((operation) => Object.values(operation.responses))
      .flatMap((answer) => Object.values(answer.content ?? {}))
      .flatMap(({ schema, examples }) => Object.values(examples ?? {}).flatMap(({ value }) => faults(value, schema)));

    expect(wrong.filter((fault) => !fault.endsWith(': missing'))).toEqual([]);
  });
});

describe('a request', () => {
  it('needs the right account and token', async () => {
    await expect(create({}, sdk(lab.url, 'wrong'))).rejects.toMatchObject({ status: 401, code: 20_003 });
    const answer = await fetch(`${lab.url}/2010-04-01/Accounts/${ACCOUNT}/Calls.json`);
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Basic realm="Twilio API"']);
  });

  it('is understood with and without .json, and carries its own identifier', async () => {
    const { sid } = await create();

    for (const path of [`/Calls/${sid}`, `/Calls/${sid}.json`]) {
      const answer = await api(path);
      expect(await answer.json()).toMatchObject({ sid });
      expect(answer.headers.get('twilio-request-id')).toMatch(/^RQ[0-9a-f]{32}$/);
      expect(answer.headers.get('twilio-concurrent-requests')).toBe('1');
    }
  });

  it.each([
    ['no To', { to: '' }, 21_201],
    ['an invalid To', { to: '12025550100' }, 21_211],
    ['no From', { from: '' }, 21_213],
    ['an invalid From', { from: 'Alex' }, 21_212],
    ['a From of somebody else', { from: '+12025550123' }, 21_210],
    ['no document', { url: '' }, 21_205],
    ['a relative document', { url: '/voice' }, 21_205],
    ['a callback host with an underscore', { statusCallback: 'http://my_host/status' }, 21_609],
    ['a Timeout beyond 600', { timeout: 601 }, 20_001],
    ['recording', { record: true }, 20_001],
    ['digits to send', { sendDigits: '123' }, 20_001],
    ['detection of a kind that does not exist', { machineDetection: 'Maybe' }, 20_001],
  ])('to call with %s is refused', async (_, wrong, code) => {
    await expect(create(wrong)).rejects.toMatchObject({ status: 400, code });
    expect(lab.simulator.calls()).toEqual([]);
  });

  it('with a parameter that does not exist is refused by its name', async () => {
    const answer = await post('/Calls.json', {
      To: AGENT,
      From: FROM,
      Url: `${lab.app.url}/voice`,
      StatusCallbackURL: 'http://x',
    });

    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({
      code: 20_001,
      message: 'Unknown parameter: StatusCallbackURL',
      more_info: 'https://www.twilio.com/docs/errors/20001',
      status: 400,
    });
  });

  it.each([
    [
      '/Calls.json',
      'CreateCall',
      { Url: 'http://127.0.0.1/voice' },
      {
        Method: 'GET',
        FallbackMethod: 'GET',
        StatusCallbackMethod: 'GET',
        AsyncAmdStatusCallbackMethod: 'GET',
        StatusCallbackEvent: 'answered',
        Timeout: '20',
        TimeLimit: '60',
        MachineDetection: 'Enable',
        Record: 'false',
        AsyncAmd: 'true',
        CallReason: 'A talk',
      },
      [
        'ApplicationSid',
        'Byoc',
        'CallToken',
        'CallerId',
        'ClientNotificationUrl',
        'RecordingChannels',
        'RecordingStatusCallback',
        'RecordingStatusCallbackEvent',
        'RecordingStatusCallbackMethod',
        'RecordingTrack',
        'SendDigits',
        'SipAuthPassword',
        'SipAuthUsername',
        'Trim',
      ],
    ],
    [
      '/Conferences/any/Participants.json',
      'CreateParticipant',
      {},
      {
        StatusCallbackMethod: 'GET',
        WaitMethod: 'GET',
        ConferenceStatusCallbackMethod: 'GET',
        AmdStatusCallbackMethod: 'GET',
        StatusCallbackEvent: 'answered',
        ConferenceStatusCallbackEvent: 'start end',
        Label: 'one',
        Timeout: '20',
        TimeLimit: '60',
        MaxParticipants: '5',
        MachineDetection: 'Enable',
        ConferenceRecord: 'do-not-record',
      },
      [
        'Byoc',
        'CallToken',
        'CallerDisplayName',
        'CallerId',
        'ClientNotificationUrl',
        'ConferenceRecordingStatusCallback',
        'ConferenceRecordingStatusCallbackEvent',
        'ConferenceRecordingStatusCallbackMethod',
        'RecordingChannels',
        'RecordingStatusCallback',
        'RecordingStatusCallbackEvent',
        'RecordingStatusCallbackMethod',
        'RecordingTrack',
        'SipAuthPassword',
        'SipAuthUsername',
      ],
    ],
  ] as const)(
    'to %s knows every parameter of Twilio’s, and refuses exactly what its README says',
    async (path, operation, needed, values, refused) => {
      const thresholds = {
        MachineDetectionTimeout: '30',
        MachineDetectionSpeechThreshold: '2400',
        MachineDetectionSpeechEndThreshold: '1200',
        MachineDetectionSilenceTimeout: '5000',
      };
      const known: Readonly<Record<string, string>> = { ...thresholds, ...values };
      const refusals: string[] = [];
      const wrong: string[] = [];

      for (const name of parametersOf(operation)) {
        if (name in needed || name === 'To' || name === 'From' || name === 'CallSidToCoach') continue;
        const value =
          known[name] ??
          (/Url$|Callback$/.test(name) ? 'http://127.0.0.1/hook' : name === 'Twiml' ? '<Response/>' : 'false');
        const answer = await post(path, { To: AGENT, From: FROM, ...needed, [name]: value });
        if (answer.status === 201) continue;
        const { message } = (await answer.json()) as { message: string };
        (message === `${name} is not simulated` ? refusals : wrong).push(
          answer.status === 400 ? name : `${name}: ${answer.status}`,
        );
      }

      expect(refusals.toSorted()).toEqual(refused);
      expect(wrong).toEqual([]);
    },
  );

  it('for what does not exist is 20404', async () => {
    const none = `CA${'0'.repeat(32)}`;
    await expect(lab.client.calls(none).fetch()).rejects.toMatchObject({ status: 404, code: 20_404 });
    await expect(lab.client.conferences(none).fetch()).rejects.toMatchObject({ code: 20_404 });
    await expect(lab.client.conferences(none).participants('agent').fetch()).rejects.toMatchObject({ code: 20_404 });
    expect((await api('/Messages.json')).status).toBe(404);
    expect(
      (await fetch(`${lab.url}//nowhere`, { headers: { authorization: basic, connection: 'close' } })).status,
    ).toBe(404);
    expect((await api('/Calls/%E0%A4%A.json')).status).toBe(404);
  });
});

describe('a fault asked for', () => {
  it.each([
    ['throttle', { status: 429, code: 20_429 }, 0],
    ['server-error', { status: 500, code: 20_500 }, 0],
    ['unavailable', { status: 503, code: 20_503 }, 0],
    ['drop-answer', { code: 'ECONNRESET' }, 1],
    ['error-after', { status: 500, code: 20_500 }, 1],
  ] as const)('to %s is answered so, and the call is made or not', async (fault, answer, made) => {
    const faulty = await openLaboratory({ fault: ({ method }) => (method === 'POST' ? fault : 'pass') });

    await expect(create({}, faulty.client)).rejects.toMatchObject(answer);
    await faulty.world.quiet();

    expect(faulty.simulator.calls()).toHaveLength(made);
    expect(faulty.simulator.calls().every(({ status }) => status === 'ringing')).toBe(true);
  });

  it('to hang keeps the connection open, does nothing, and holds nothing up', async () => {
    let arrives: () => void = () => undefined;
    const arrived = new Promise<void>((resolve) => (arrives = resolve));
    const faulty = await openLaboratory({
      fault: ({ method }) => {
        if (method === 'GET') return 'pass';
        arrives();
        return 'hang';
      },
    });
    const patience = new AbortController();
    const answer = fetch(`${faulty.url}/2010-04-01/Accounts/${ACCOUNT}/Calls.json`, {
      method: 'POST',
      signal: patience.signal,
      headers: { authorization: basic },
    });
    let answered = false;
    void answer.then(
      () => (answered = true),
      () => undefined,
    );

    await arrived;
    await faulty.world.advance(3600);
    // Another request is answered meanwhile.
    expect(await faulty.client.calls.list()).toEqual([]);
    patience.abort();

    await expect(answer).rejects.toThrow();
    expect(answered).toBe(false);
    expect(faulty.simulator.calls()).toEqual([]);
  });

  it('of the store leaves the outcome unknown rather than acknowledged', async () => {
    const { ports } = createWorld();
    const broken = await openLaboratory({ ports: { ...ports, flushed: () => Promise.reject(new Error('disk full')) } });

    await expect(create({}, broken.client)).rejects.toMatchObject({ code: 'ECONNRESET' });
    await broken.close();
  });
});

describe('an account', () => {
  it('is opened by its API keys as by its token', async () => {
    const keyed = await openLaboratory({
      apiKeys: [{ sid: 'SK00000000000000000000000000000001', secret: 'key-secret' }],
    });
    const client = sdk(keyed.url, 'key-secret', 'SK00000000000000000000000000000001');

    expect(await client.calls.list()).toEqual([]);
    await expect(sdk(keyed.url, 'wrong', 'SK00000000000000000000000000000001').calls.list()).rejects.toMatchObject({
      code: 20_003,
    });
    expect(() =>
      createTwilioSimulator({
        accountSid: ACCOUNT,
        authToken: TOKEN,
        ports: keyed.world.ports,
        apiKeys: [{ sid: 'AC1', secret: 'x' }],
      }),
    ).toThrow('starts with SK');
  });

  it('may call only where it is allowed to', async () => {
    const local = await openLaboratory({ allowedCallingCodes: ['+1'] });

    await expect(create({ to: '+442079460000' }, local.client)).rejects.toMatchObject({ status: 400, code: 21_215 });
    await create({}, local.client);

    expect(local.simulator.calls()).toHaveLength(1);
    expect(() =>
      createTwilioSimulator({
        accountSid: ACCOUNT,
        authToken: TOKEN,
        ports: local.world.ports,
        allowedCallingCodes: ['US'],
      }),
    ).toThrow('allowedCallingCodes: US');
  });

  it('is told how many of its requests are under way', async () => {
    let passes: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (passes = resolve));
    let arrives: () => void = () => undefined;
    const arrived = new Promise<void>((resolve) => (arrives = resolve));
    let requests = 0;
    const flushed = () => {
      arrives();
      return (requests += 1) === 1 ? held : Promise.resolve();
    };
    const { ports } = createWorld();
    const slow = await openLaboratory({ ports: { ...ports, flushed } });
    const ask = () =>
      fetch(`${slow.url}/2010-04-01/Accounts/${ACCOUNT}/Calls.json`, {
        headers: { authorization: basic, connection: 'close' },
      });

    const first = ask();
    await arrived;
    const second = await ask();
    passes();

    expect(second.headers.get('twilio-concurrent-requests')).toBe('2');
    expect((await first).headers.get('twilio-concurrent-requests')).toBe('1');
  });
});

describe('reading with a lag', () => {
  it('shows things as they were, and lists nothing that is newer', async () => {
    const lagging = await openLaboratory({ readLagMs: 2000 });
    lagging.simulator.setBehaviour(AGENT, { behaviour: 'answer-silent' });
    lagging.app.answer('/voice', response('<Dial><Conference waitUrl="">room</Conference></Dial>'));
    const { sid } = await lagging.client.calls.create({ to: AGENT, from: FROM, url: `${lagging.app.url}/voice` });
    await lagging.world.quiet();
    const status = async () => (await lagging.client.calls(sid).fetch()).status;
    const rooms = async () => (await lagging.client.conferences.list({ status: 'init' })).length;
    const listed = async () => (await lagging.client.calls.list()).length;
    const atFirst = [await status(), await listed(), await rooms()];

    await lagging.world.advance(2);
    const then = [await status(), await listed(), await rooms()];
    await lagging.simulator.act(AGENT, { do: 'hangup' });
    await lagging.world.advance(1.999);
    const almost = await status();
    await lagging.world.advance(0.001);

    expect(atFirst).toEqual(['queued', 0, 0]);
    expect(then).toEqual(['in-progress', 1, 1]);
    expect([almost, await status(), await rooms()]).toEqual(['in-progress', 'completed', 0]);
  });

  it('is no lag of what is done', async () => {
    const lagging = await openLaboratory({ readLagMs: 60_000 });
    const { sid } = await create({}, lagging.client);
    await lagging.world.quiet();

    expect(await lagging.client.calls(sid).update({ status: 'completed' })).toMatchObject({ status: 'canceled' });
    expect(await lagging.client.calls(sid).remove()).toBe(true);
    await expect(lagging.client.calls(sid).fetch()).rejects.toMatchObject({ code: 20_404 });
  });
});

describe('a price', () => {
  it('is null at first, and known a minute after a call that was answered', async () => {
    lab.simulator.setBehaviour(AGENT, { behaviour: 'answer-silent' });
    lab.simulator.setBehaviour(CLIENT, { behaviour: 'busy' });
    const [answered, busy] = [await create(), await create({ to: CLIENT })];
    await lab.world.advance(61);
    await lab.simulator.act(AGENT, { do: 'hangup' });
    const price = async ({ sid }: { sid: string }) => (await lab.client.calls(sid).fetch()).price;
    const atFirst = await price(answered);

    await lab.world.advance(60);

    expect([atFirst, await price(answered), await price(busy)]).toEqual([null, '-0.02800', null]);
  });
});

describe('calls', () => {
  it('are answered as queued and dialled only then', async () => {
    const call = await create();

    expect(call).toMatchObject({
      status: 'queued',
      queueTime: '0',
      direction: 'outbound-api',
      price: null,
      startTime: null,
    });
    expect(call.toFormatted).toBe('(202) 555-0100');
  });

  it('are listed newest first, page by page, by what was asked', async () => {
    const made: string[] = [];
    for (const to of ['+12025550111', '+12025550112', '+12025550113', '+12025550111'])
      made.push((await create({ to })).sid);
    await lab.world.quiet();

    expect((await lab.client.calls.list()).map(({ sid }) => sid)).toEqual(made.toReversed());
    expect((await lab.client.calls.list({ pageSize: 1 })).map(({ sid }) => sid)).toEqual(made.toReversed());
    expect((await lab.client.calls.list({ to: '+12025550111', limit: 1 })).map(({ sid }) => sid)).toEqual([made[3]]);
    expect(await lab.client.calls.list({ status: 'busy' })).toHaveLength(1);
    expect(await lab.client.calls.list({ startTime: new Date(lab.world.now()) })).toHaveLength(4);
    expect(await lab.client.calls.list({ startTimeAfter: new Date(lab.world.now() + 1000) })).toEqual([]);
    expect(await lab.client.calls.list({ startTimeBefore: new Date(lab.world.now() + 1000) })).toHaveLength(4);
  });

  it('that ring are ended as canceled, those answered as completed', async () => {
    const ringing = await create({ statusCallback: `${lab.app.url}/status` });
    await lab.world.quiet();
    expect(await lab.client.calls(ringing.sid).update({ status: 'completed' })).toMatchObject({ status: 'canceled' });
    await lab.world.quiet();
    expect(lab.statuses(ringing.sid)).toEqual(['canceled']);

    lab.simulator.setBehaviour(AGENT, { behaviour: 'answer-silent' });
    const answered = await create();
    await lab.world.quiet();
    expect(await lab.client.calls(answered.sid).update({ status: 'canceled' })).toMatchObject({
      status: 'in-progress',
    });
    expect(await lab.client.calls(answered.sid).update({ status: 'completed' })).toMatchObject({
      status: 'completed',
      duration: '0',
    });
  });

  it('that are not in progress cannot be redirected, and one that is over cannot be ended', async () => {
    const { sid } = await create();
    await lab.world.quiet();
    const call = lab.client.calls(sid);
    const notInProgress = {
      status: 400,
      code: 21_220,
      message: expect.stringContaining('Call is not in-progress. Cannot redirect.'),
    };

    await expect(call.update({ twiml: '<Response/>' })).rejects.toMatchObject(notInProgress);
    await call.update({ status: 'completed' });
    await expect(call.update({ status: 'completed' })).rejects.toMatchObject(notInProgress);
    await expect(call.update({ url: `${lab.app.url}/voice` })).rejects.toMatchObject(notInProgress);
  });

  it('take a new time limit, and a new status callback only with a new document', async () => {
    lab.simulator.setBehaviour(AGENT, { behaviour: 'answer-silent' });
    const { sid } = await create();
    await lab.world.quiet();
    const call = lab.client.calls(sid);

    await expect(call.update({ statusCallback: `${lab.app.url}/status` })).rejects.toMatchObject({ status: 400 });
    await expect(call.update({ url: `${lab.app.url}/voice`, twiml: '<Response/>' })).rejects.toMatchObject({
      status: 400,
    });
    await call.update({ url: `${lab.app.url}/voice`, statusCallback: `${lab.app.url}/status` });
    await call.update({ timeLimit: 30 });
    await lab.world.advance(30);

    expect(lab.statuses(sid)).toEqual(['completed']);
  });

  it('can be deleted when they are over', async () => {
    const { sid } = await create();
    await lab.world.quiet();
    await expect(lab.client.calls(sid).remove()).rejects.toMatchObject({ status: 400 });

    await lab.client.calls(sid).update({ status: 'completed' });
    await lab.world.quiet();

    expect(await lab.client.calls(sid).remove()).toBe(true);
    await expect(lab.client.calls(sid).fetch()).rejects.toMatchObject({ code: 20_404 });
  });
});

describe('a queue of calls', () => {
  it('is paced by calls per second and says how long each waits', async () => {
    const paced = await openLaboratory({ callsPerSecond: 1 });
    const to = ['+12025550111', '+12025550112', '+12025550113'];
    const calls = [];
    for (const number of to) calls.push(await create({ to: number }, paced.client));
    expect(calls.map(({ queueTime }) => queueTime)).toEqual(['0', '1000', '2000']);

    await paced.world.advance(1);
    const states = paced.simulator.calls().map(({ status }) => status);
    await paced.client.calls(calls[2]?.sid ?? '').update({ status: 'completed' });
    await paced.world.advance(5);

    expect(states).toEqual(['ringing', 'ringing', 'queued']);
    expect(paced.simulator.calls().map(({ status }) => status)).toEqual(['ringing', 'ringing', 'canceled']);
    await paced.close();
  });
});
