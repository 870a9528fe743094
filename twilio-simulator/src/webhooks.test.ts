import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Laboratory } from '../test/laboratory';
import {
  AGENT,
  ALL_EVENTS,
  CLIENT,
  FROM,
  closeLaboratories,
  openLaboratory,
  response,
  unsound,
} from '../test/laboratory';
import { NoAnswer } from './transport';
import type { TransportRequest } from './transport';
import { webhookKindOf, webhookSchemas } from './webhook-schemas';
import { createOrder, createWebhooks, parseTarget } from './webhooks';

interface Recorded {
  readonly name: string;
  readonly params: Record<string, string>;
}
const file = readFileSync(join(__dirname, '../test/fixtures/twilio-webhooks.json'), 'utf8');
const { webhooks: recorded } = JSON.parse(file) as { webhooks: Recorded[] };
const recordedNames = (name: string) => Object.keys(recorded.find((one) => one.name === name)?.params ?? {}).toSorted();

let lab: Laboratory;
beforeEach(async () => {
  lab = await openLaboratory();
});
afterEach(async () => {
  await lab.world.quiet();
  expect(lab.app.received.filter(({ signed }) => !signed)).toEqual([]);
  // These two are sent by the tests themselves.
  expect(unsound(lab.app.received.filter(({ path }) => path !== '/hook' && path !== '/moved'))).toEqual([]);
});
afterEach(closeLaboratories);

const namesOf = (params: Record<string, string> | undefined) => Object.keys(params ?? {}).toSorted();

describe('the parameters of a webhook', () => {
  it('are those that were recorded at Twilio', async () => {
    lab.app.answer('/agent', response('<Gather numDigits="1" action="/join"/>'));
    lab.app.answer(
      '/join',
      response(
        `<Dial action="/after"><Conference waitUrl="" endConferenceOnExit="true" participantLabel="agent" statusCallback="/room"
          statusCallbackEvent="start end join leave mute">room</Conference></Dial>`,
      ),
    );
    lab.app.answer(
      '/client',
      response('<Dial><Conference waitUrl="" participantLabel="client">room</Conference></Dial>'),
    );
    lab.simulator.setBehaviour(AGENT, { behaviour: 'accept' });
    lab.simulator.setBehaviour(CLIENT, { behaviour: 'answer-silent' });
    const hooks = { statusCallback: `${lab.app.url}/status`, statusCallbackEvent: ALL_EVENTS };
    await lab.client.calls.create({ to: AGENT, from: FROM, url: `${lab.app.url}/agent`, ...hooks });
    await lab.world.quiet();
    await lab.client.calls.create({ to: CLIENT, from: FROM, url: `${lab.app.url}/client` });
    await lab.world.quiet();
    const [room] = await lab.client.conferences.list();
    await lab.client
      .conferences(room?.sid ?? '')
      .participants('client')
      .update({ muted: true });
    await lab.simulator.act(AGENT, { do: 'hangup' });
    await lab.world.quiet();
    lab.simulator.setBehaviour(AGENT, { behaviour: 'busy' });
    await lab.client.calls.create({ to: AGENT, from: FROM, url: `${lab.app.url}/agent`, ...hooks });
    await lab.world.quiet();

    const statuses = lab.app.at('/status').map(({ params }) => params);
    expect(namesOf(statuses[0])).toEqual(recordedNames('call-initiated'));
    expect(namesOf(statuses[1])).toEqual(recordedNames('call-ringing'));
    expect(namesOf(statuses[2])).toEqual(recordedNames('call-answered'));
    expect(namesOf(statuses[3])).toEqual(recordedNames('call-completed'));
    expect(namesOf(statuses.at(-1))).toEqual(recordedNames('call-busy'));
    const room$ = lab.app.at('/room').map(({ params }) => params);
    const event = (name: string) => namesOf(room$.find((params) => params['StatusCallbackEvent'] === name));
    expect(event('participant-join')).toEqual(recordedNames('conference-participant-join-1'));
    expect(event('conference-start')).toEqual(recordedNames('conference-start'));
    expect(event('participant-mute')).toEqual(recordedNames('conference-participant-mute'));
    expect(event('participant-leave')).toEqual(recordedNames('conference-participant-leave'));
    expect(event('conference-end')).toEqual(recordedNames('conference-end'));
    expect(namesOf(lab.app.at('/join')[0]?.params)).toEqual(expect.arrayContaining(recordedNames('gather-digits')));
  });
});

describe('the schemas of webhooks', () => {
  it.each(recorded.map(({ name, params }) => [name, params] as const))('fit what was recorded: %s', (_, params) => {
    const kind = webhookKindOf(params);

    expect(webhookSchemas[kind].schema.safeParse(params)).toMatchObject({ success: true });
  });

  it('find a parameter too many, one too few, and a value that Twilio never sends', () => {
    const { schema } = webhookSchemas.asyncAmd;
    const sound = recorded.find(({ name }) => name === 'async-amd-human')?.params ?? {};
    const { AnsweredBy: _, ...lacking } = sound;

    expect(schema.safeParse(sound).success).toBe(true);
    for (const wrong of [{ ...sound, Extra: '1' }, lacking, { ...sound, AnsweredBy: 'robot' }])
      expect(schema.safeParse(wrong).success).toBe(false);
  });

  it('name where Twilio documents them', () => {
    for (const { documentation } of Object.values(webhookSchemas))
      expect(documentation).toMatch(/^https:\/\/www\.twilio\.com\/docs\/voice\//);
  });
});

describe('the order of webhooks', () => {
  it('is one after another for one call, side by side for several, and busy until the last is answered', async () => {
    let busy = 0;
    const log: string[] = [];
    const answers = new Map<string, () => void>();
    const order = createOrder(() => {
      busy += 1;
      return () => void (busy -= 1);
    });
    const job = (name: string) => () =>
      new Promise<void>((resolve) => {
        log.push(name);
        answers.set(name, resolve);
      });
    const one = order('CA1', job('first of CA1'));
    const two = order('CA1', job('second of CA1'));
    const other = order('CA2', job('first of CA2'));
    await Promise.resolve();

    expect([log, busy]).toEqual([['first of CA1', 'first of CA2'], 3]);
    answers.get('first of CA1')?.();
    await one;
    await new Promise(setImmediate);
    expect([log.at(-1), busy]).toEqual(['second of CA1', 2]);
    answers.get('second of CA1')?.();
    answers.get('first of CA2')?.();
    await Promise.all([two, other]);
    await new Promise(setImmediate);
    expect(busy).toBe(0);
  });

  it('is not held up for ever by one that fails', async () => {
    const order = createOrder(() => () => undefined);

    const failed = order('CA1', () => Promise.reject(new Error('no')));
    const next = order('CA1', () => Promise.resolve('sent'));

    await expect(failed).rejects.toThrow('no');
    expect(await next).toBe('sent');
  });
});

describe('a webhook', () => {
  const webhook = (more: string) => ({
    url: `${lab.app.url}/hook?a=b${more}`,
    method: 'POST' as const,
    parameters: { A: '1', B: 'é &' },
  });
  const send = (more: string, method: 'GET' | 'POST' = 'POST') =>
    createWebhooks({ authToken: 'a-secret-token', transport: realTransport() })({ ...webhook(more), method });
  const realTransport = () => async (request: TransportRequest) => {
    const answer = await fetch(request.url, {
      method: request.method,
      headers: { ...request.headers, connection: 'close' },
      body: request.body,
      redirect: 'manual',
    });
    return { status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.text() };
  };

  it('is a signed form without the fragment, with headers of its own', async () => {
    await send('#rc=2');

    expect(lab.app.at('/hook')).toMatchObject([
      {
        method: 'POST',
        params: { A: '1', B: 'é &' },
        headers: {
          'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
          'user-agent': 'TwilioProxy/1.1',
          'i-twilio-idempotency-token': expect.stringMatching(/^[0-9a-f-]{36}$/),
        },
      },
    ]);
  });

  it('by GET carries its parameters in the query', async () => {
    await send('', 'GET');

    expect(lab.app.at('/hook')).toMatchObject([{ method: 'GET', params: { a: 'b', A: '1', B: 'é &' } }]);
  });

  it.each([
    ['#rc=3&rp=5xx', 4],
    ['#rc=3&rp=all', 4],
    ['#rc=2&rp=ct,rt,5xx', 3],
    ['#rc=3&rp=4xx', 1],
    ['#rc=3', 1],
    ['#rc=9&rp=all', 2],
    ['', 1],
  ])('that is answered 503 is sent as its fragment %s asks, with one token', async (fragment, times) => {
    lab.app.answer('/hook', { status: 503 });

    const answer = await send(fragment);

    expect(answer.status).toBe(503);
    expect(lab.app.at('/hook')).toHaveLength(times);
    expect(new Set(lab.app.at('/hook').map(({ headers }) => headers['i-twilio-idempotency-token'])).size).toBe(1);
  });

  it('is sent again once, by default, only when no connection stood', async () => {
    const tries: string[] = [];
    const failing = (phase: 'ct' | 'rt') =>
      createWebhooks({
        authToken: 'x',
        transport: () => {
          tries.push(phase);
          return Promise.reject(new NoAnswer(phase, 'no answer'));
        },
      });

    const answer = await failing('ct')(webhook(''));
    await failing('rt')(webhook(''));

    expect(tries).toEqual(['ct', 'ct', 'rt']);
    expect(answer).toMatchObject({ status: 0, failure: 'no answer' });
  });

  it('follows 301 and 302 by GET and leaves the form behind', async () => {
    lab.app.answer('/hook', { status: 302, location: '/moved?x=y' });
    lab.app.answer('/moved', response('<Hangup/>'));

    const answer = await send('');

    expect(lab.app.at('/moved')).toMatchObject([{ method: 'GET', params: { x: 'y' } }]);
    expect(answer.url).toBe(`${lab.app.url}/moved?x=y`);
  });

  it('reads its connection overrides from the fragment, within their bounds', () => {
    expect(parseTarget('https://example.com/a?b=c#ct=1500&rt=4000&tt=9000&rc=2&rp=ct,5xx')).toMatchObject({
      connectMs: 1500,
      readMs: 4000,
      totalMs: 9000,
      retries: 2,
      retryOn: ['ct', '5xx'],
    });
    expect(parseTarget('https://example.com/a#ct=1&rt=99999&rc=x&rp=never')).toMatchObject({
      connectMs: 5000,
      readMs: 15_000,
      totalMs: 15_000,
      retries: 1,
      retryOn: ['ct'],
    });
    expect(parseTarget('https://example.com/a?b=c#rc=1').url.href).toBe('https://example.com/a?b=c');
  });

  it('that fails is no matter for the call, only for the debugger', async () => {
    lab.app.answer('/status', { status: 500 });
    lab.simulator.setBehaviour(AGENT, { behaviour: 'busy' });
    const { sid } = await lab.client.calls.create({
      to: AGENT,
      from: FROM,
      url: `${lab.app.url}/voice`,
      statusCallback: `${lab.app.url}/status`,
    });
    await lab.world.quiet();

    expect(lab.simulator.calls()[0]?.status).toBe('busy');
    expect(lab.simulator.warnings()).toMatchObject([{ code: 11_200, callSid: sid }]);
  });

  it('to nobody fails without harm', async () => {
    lab.simulator.setBehaviour(AGENT, { behaviour: 'answer-silent' });

    const { sid } = await lab.client.calls.create({ to: AGENT, from: FROM, url: 'http://127.0.0.1:1/voice' });
    await lab.world.quiet();

    expect((await lab.client.calls(sid).fetch()).status).toBe('completed');
  });

  it('of one call arrives in the order of firing, however slow an answer is', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let arrived: () => void = () => undefined;
    const initiated = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    lab.app.answer('/status', async ({ params }) => {
      arrived();
      if (params['CallStatus'] === 'initiated') await held;
      return { status: 204 };
    });
    const { sid } = await lab.client.calls.create({
      to: AGENT,
      from: FROM,
      url: `${lab.app.url}/voice`,
      statusCallback: `${lab.app.url}/status`,
      statusCallbackEvent: ALL_EVENTS,
    });
    await lab.client.calls(sid).update({ status: 'completed' });
    await Promise.race([initiated, lab.world.quiet()]);
    expect(lab.statuses(sid)).toEqual(['initiated']);
    release();
    await lab.world.quiet();

    expect(lab.statuses(sid)).toEqual(['initiated', 'ringing', 'canceled']);
  });
});
