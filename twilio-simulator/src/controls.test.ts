import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Laboratory, World } from '../test/laboratory';
import { AGENT, CLIENT, FROM, closeLaboratories, createWorld, openLaboratory, response } from '../test/laboratory';
import { createClock } from './clock';

let lab: Laboratory;
let world: World;
beforeEach(async () => {
  world = createWorld();
  const clock = createClock({ startAt: world.now(), speed: 0 });
  lab = await openLaboratory({
    ports: clock.ports,
    controls: { clock, file: (path) => (path === '/' ? { type: 'text/html', body: '<p>page</p>' } : undefined) },
  });
  lab.app.answer('/voice', response('<Gather numDigits="1" input="dtmf speech" action="/given"/>'));
  lab.app.answer('/given', response('<Pause length="60"/>'));
});
afterEach(closeLaboratories);

interface State {
  readonly now: string;
  readonly speed: number;
  readonly error?: string;
  readonly phones: { readonly number: string; readonly state: string }[];
  readonly chaos: { readonly seed: number; readonly callbacks: Record<string, number>; readonly planned: unknown[] };
}
async function control(method: string, path: string, body?: unknown): Promise<State & { readonly status: number }> {
  const answer = await fetch(`${lab.url}${path}`, {
    method,
    headers: { connection: 'close', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, ...((await answer.json()) as State) };
}
const call = () => lab.client.calls.create({ to: AGENT, from: FROM, url: `${lab.app.url}/voice` });
const phone = (body: unknown, number = AGENT) => control('POST', `/_simulator/phones/${number}`, body);
const given = () => lab.app.at('/given').map(({ params }) => params['Digits'] ?? params['SpeechResult']);

describe('the controls over HTTP', () => {
  it('do with a phone what a person does', async () => {
    await call();
    expect((await phone({ do: 'hangup' })).status).toBe(409);
    expect((await phone({ do: 'answer' })).phones).toMatchObject([{ number: AGENT, state: 'in-call' }]);
    await control('POST', '/_simulator/clock', { advanceSeconds: 0 });
    await phone({ do: 'press', digit: '7' }, AGENT.slice(1));
    await control('POST', '/_simulator/clock', { advanceSeconds: 60 });
    await call();
    await phone({ do: 'answer' });
    await control('POST', '/_simulator/clock', { advanceSeconds: 0 });
    await phone({ do: 'say', text: 'Seven.' });
    await control('POST', '/_simulator/clock', { advanceSeconds: 0 });

    expect(given()).toEqual(['7', 'Seven.']);
  });

  it('set what a phone does by itself', async () => {
    const set = (behaviour: unknown) => control('PUT', `/_simulator/phones/${AGENT}/behaviour`, behaviour);
    expect((await set({ behaviour: 'asleep' })).error).toContain('behaviour');
    expect((await set({ behaviour: 'busy', often: 2 })).status).toBe(400);
    expect(await set({ behaviour: 'busy', times: 1 })).toMatchObject({ behaviours: { [AGENT]: 'busy' } });

    await call();
    await control('POST', '/_simulator/clock', { advanceSeconds: 0 });

    expect(lab.simulator.calls()[0]?.status).toBe('busy');
  });

  it('disturb callbacks, plan failures, and calm everything', async () => {
    await control('POST', '/_simulator/chaos/callbacks', { drop: 1 });
    const state = await control('POST', '/_simulator/chaos/rest', { fault: 'throttle', times: 2, method: 'POST' });
    expect(state.chaos).toMatchObject({
      seed: lab.simulator.chaos.seed,
      callbacks: { drop: 1 },
      planned: [{ fault: 'throttle', times: 2, method: 'POST' }],
    });
    await expect(call()).rejects.toMatchObject({ status: 429 });
    await control('DELETE', '/_simulator/chaos');

    expect((await call()).status).toBe('queued');
    expect(lab.simulator.chaos.callbackFaults().drop).toBe(0);
  });

  it('move the clock and change its speed', async () => {
    const before = await control('GET', '/_simulator/state');
    const moved = await control('POST', '/_simulator/clock', { advanceSeconds: 90 });
    const faster = await control('POST', '/_simulator/clock', { speed: 10 });
    const frozen = await control('POST', '/_simulator/clock', { speed: 0 });

    expect(Date.parse(moved.now) - Date.parse(before.now)).toBe(90_000);
    expect([before.speed, faster.speed, frozen.speed]).toEqual([0, 10, 0]);
    expect((await control('POST', '/_simulator/clock', { speed: -1 })).status).toBe(400);
  });

  it.each([
    ['a control that does not exist', 'POST', '/_simulator/sing', {}, 404],
    ['the wrong method', 'GET', `/_simulator/phones/${AGENT}`, undefined, 405],
    ['a form, as another site could send', 'POST', '/_simulator/chaos/callbacks', undefined, 415],
    ['an unknown action', 'POST', `/_simulator/phones/${AGENT}`, { do: 'sing' }, 400],
    ['an unknown fault', 'POST', '/_simulator/chaos/rest', { fault: 'explode' }, 400],
    ['a number that cannot be read', 'POST', '/_simulator/phones/%E0%A4%A', { do: 'answer' }, 400],
    ['a number that is none', 'POST', '/_simulator/phones/12', { do: 'answer' }, 400],
  ])('refuse %s', async (_, method, path, body, status) => {
    const answer = await control(method, path, body);

    expect(answer.status).toBe(status);
    expect(answer.error).not.toBe('');
  });

  it('stream what changes', async () => {
    const patience = new AbortController();
    const stream = await fetch(`${lab.url}/_simulator/events`, { signal: patience.signal });
    const reader = stream.body?.getReader();
    const next = async (): Promise<State> => {
      const text = new TextDecoder().decode((await reader?.read())?.value);
      return JSON.parse(text.slice('data: '.length)) as State;
    };
    const first = await next();
    lab.simulator.setBehaviour(CLIENT, { behaviour: 'busy' });
    const second = await next();
    patience.abort();

    expect(first.phones).toEqual([]);
    expect(second.phones).toMatchObject([{ number: CLIENT, state: 'idle' }]);
  });

  it('serve the page they are given, and leave Twilio’s own paths alone', async () => {
    const page = await fetch(lab.url, { headers: { connection: 'close' } });

    expect([page.headers.get('content-type'), await page.text()]).toEqual(['text/html', '<p>page</p>']);
    expect(await lab.client.calls.list()).toEqual([]);
  });

  it('are not there unless they were asked for', async () => {
    const without = await openLaboratory();

    const answer = await fetch(`${without.url}/_simulator/state`, { headers: { connection: 'close' } });

    expect(answer.status).toBe(401);
  });

  it('say that a clock which is not the simulator’s own is not theirs to move', async () => {
    const without = await openLaboratory({ controls: {} });

    const answer = await fetch(`${without.url}/_simulator/clock`, {
      method: 'POST',
      body: '{"speed":0}',
      headers: { connection: 'close', 'content-type': 'application/json' },
    });

    expect(answer.status).toBe(409);
  });
});
