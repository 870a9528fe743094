import { afterEach, describe, expect, it } from '@jest/globals';
import { AGENT, ALL_EVENTS, CLIENT, FROM, closeLaboratories, openLaboratory, response } from '../test/laboratory';
import type { Collection } from './index';
import { createTwilioSimulator, realTimePorts } from './index';

afterEach(closeLaboratories);

/** As a journal would: what is kept are copies, in JSON. */
function journal(kept = new Map<string, Collection<unknown>>()) {
  const copy = () => {
    const restored = new Map<string, Collection<unknown>>();
    for (const [name, collection] of kept) {
      const values = new Map(JSON.parse(JSON.stringify([...collection.entries()])) as [string, unknown][]);
      restored.set(name, {
        get: (key) => values.get(key),
        has: (key) => values.has(key),
        put: (key, value) => void values.set(key, value),
        delete: (key) => void values.delete(key),
        values: () => values.values(),
        entries: () => values.entries(),
        get size() {
          return values.size;
        },
      });
    }
    return restored;
  };
  return { kept, copy };
}

describe('a restart', () => {
  it('ends what was live as failed, says so, completes the room, and keeps what was heard', async () => {
    const { kept, copy } = journal();
    const before = await openLaboratory({ kept });
    before.app.answer(
      '/voice',
      response(
        '<Say>Hello.</Say>',
        '<Dial><Conference waitUrl="" statusCallback="/room" statusCallbackEvent="end">room</Conference></Dial>',
      ),
    );
    before.simulator.setBehaviour(AGENT, { behaviour: 'answer-silent' });
    const hooks = {
      url: `${before.app.url}/voice`,
      statusCallback: `${before.app.url}/status`,
      statusCallbackEvent: ALL_EVENTS,
    };
    const agent = await before.client.calls.create({ to: AGENT, from: FROM, ...hooks });
    await before.world.quiet();
    const client = await before.client.calls.create({ to: CLIENT, from: FROM, ...hooks });
    await before.world.quiet();
    const phones = before.simulator.phones();
    const later = journal(copy());
    const after = await openLaboratory({ kept: later.kept });
    expect(after.simulator.phones()).toEqual(phones);

    await after.simulator.recover();
    await after.world.quiet();

    expect(before.statuses(agent.sid)).toEqual(['initiated', 'ringing', 'in-progress', 'failed']);
    expect(before.statuses(client.sid)).toEqual(['initiated', 'ringing', 'failed']);
    expect(before.app.at('/status').at(-1)?.params['SequenceNumber']).toBe('2');
    expect(before.app.at('/room')).toHaveLength(1);
    expect(after.simulator.conferences()).toMatchObject([{ status: 'completed' }]);
    expect(after.simulator.phones()).toEqual([
      { number: AGENT, state: 'idle', callSid: null, with: [], heard: ['Hello.'] },
      { number: CLIENT, state: 'idle', callSid: null, with: [], heard: [] },
    ]);
    await after.client.calls.create({ to: AGENT, from: FROM, ...hooks });
    await after.world.quiet();
    expect(after.heard(AGENT)).toEqual(['Hello.', 'Hello.']);
    const third = await openLaboratory({ kept: later.copy() });
    expect(third.heard(AGENT)).toEqual(['Hello.', 'Hello.']);
    for (const lab of [before, after, third]) await lab.close();
  });

  it('changes nothing where all was over', async () => {
    const { kept, copy } = journal();
    const before = await openLaboratory({ kept });
    before.simulator.setBehaviour(AGENT, { behaviour: 'busy' });
    await before.client.calls.create({ to: AGENT, from: FROM, url: `${before.app.url}/voice` });
    await before.world.quiet();
    const after = await openLaboratory({ kept: copy() });

    await after.simulator.recover();

    expect(after.simulator.calls()).toEqual(before.simulator.calls());
    await before.close();
    await after.close();
  });
});

describe('what can be seen', () => {
  it('is exactly what the control interface shows', async () => {
    const lab = await openLaboratory();
    let changes = 0;
    const stop = lab.simulator.onChange(() => (changes += 1));
    const { sid } = await lab.client.calls.create({ to: AGENT, from: FROM, url: `${lab.app.url}/voice` });
    await lab.world.quiet();

    expect(lab.simulator.phones()).toEqual([{ number: AGENT, state: 'ringing', callSid: sid, with: [], heard: [] }]);
    expect(lab.simulator.calls()).toEqual([
      {
        sid,
        to: AGENT,
        from: FROM,
        status: 'ringing',
        url: `${lab.app.url}/voice`,
        statusCallback: null,
        answeredBy: null,
        createdAt: '2026-03-12T11:48:25.000Z',
        answeredAt: null,
        endedAt: null,
      },
    ]);
    expect(lab.simulator.setBehaviour(CLIENT, { behaviour: 'busy' })).toEqual({
      number: CLIENT,
      state: 'idle',
      callSid: null,
      with: [],
      heard: [],
    });
    expect(changes).toBeGreaterThan(0);
    stop();
    await lab.close();
  });
});

describe('alone', () => {
  it('runs in real time and memory', async () => {
    const simulator = createTwilioSimulator({ accountSid: 'AC1', authToken: 'x', ports: realTimePorts() });
    const { url } = await simulator.listen();

    const answer = await fetch(`${url}/2010-04-01/Accounts/AC1/Calls.json`, {
      headers: { authorization: `Basic ${btoa('AC1:x')}`, connection: 'close' },
    });

    expect(await answer.json()).toMatchObject({ calls: [], page: 0 });
    await simulator.close();
  });
});
