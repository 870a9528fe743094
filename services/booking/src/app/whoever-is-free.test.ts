import { beforeEach, describe, expect, it } from '@jest/globals';
import { BOOKING, fixedAgents, hoursOf, NOW, publicApi, someone, type PublicApi } from '../../test/api';
import { memoryStore, type MemoryStore } from '../../test/memory-store';
import type { Agent } from '../domain/agent';

let store: MemoryStore;
beforeEach(() => {
  store = memoryStore();
});

const apiOf = (...agents: Agent[]): PublicApi => publicApi(store, () => NOW, {}, { agents: fixedAgents(agents) });
const at = (hour: number, day = 1) => ({
  ...BOOKING,
  startsAt: `2026-12-0${day}T${String(hour).padStart(2, '0')}:00:00Z`,
});
const bookedWith = async (api: PublicApi, body: object) => {
  const answer = await api.create({ body });
  return answer.status === 201 ? answer.json.agent.agentId : answer.status;
};

describe('a booking that names no agent', () => {
  it('goes to whoever is free at that time', async () => {
    const api = apiOf(someone('a'), someone('b'), someone('c'));

    const three = [await bookedWith(api, at(15)), await bookedWith(api, at(15)), await bookedWith(api, at(15))];

    expect(new Set(three)).toEqual(new Set(['a', 'b', 'c']));
    expect(await bookedWith(api, at(15))).toBe(409);
  });

  it('goes to whoever has the fewest appointments in the days around it', async () => {
    const api = apiOf(someone('a'), someone('b'));
    for (const hour of [14, 15, 16]) await api.create({ body: { ...at(hour), agentId: 'a' } });

    const next = [];
    for (const hour of [17, 18, 19]) next.push(await bookedWith(api, at(hour)));

    expect(next).toEqual(['b', 'b', 'b']);
  });

  it('is shared out evenly: nobody ever has two more than another', async () => {
    const agents = ['a', 'b', 'c', 'd'].map((id) => someone(id));
    const api = apiOf(...agents);
    const counts = new Map(agents.map(({ agentId }) => [agentId, 0]));

    for (const day of [1, 2, 3]) {
      for (const hour of [14, 15, 16, 17, 18, 19]) {
        const agentId = await bookedWith(api, at(hour, day));
        counts.set(agentId, (counts.get(agentId) ?? 0) + 1);
        expect(Math.max(...counts.values()) - Math.min(...counts.values())).toBeLessThanOrEqual(1);
      }
    }
  });

  it('goes to the same agent whenever the same is asked of the same calendar', async () => {
    const agents = ['a', 'b', 'c', 'd'].map((id) => someone(id));
    const rounds = [];
    for (const order of [agents, agents.toReversed()]) {
      store = memoryStore();
      const api = apiOf(...order);
      const round = [];
      for (const hour of [14, 15, 16, 17]) round.push(await bookedWith(api, at(hour)));
      rounds.push(round);
    }

    expect(rounds[0]).toEqual(rounds[1]);
  });

  it('is not always the same agent’s where nobody has any yet', async () => {
    const first = new Set();
    for (const day of [1, 2, 3, 4, 5, 6, 7]) {
      store = memoryStore();
      first.add(await bookedWith(apiOf(someone('a'), someone('b')), at(15, day)));
    }

    expect(first.size).toBe(2);
  });

  it('passes over those who do not work then, and those who take no appointments', async () => {
    const api = apiOf(
      someone('a', { workingHours: hoursOf('11:00-17:00') }),
      someone('b'),
      someone('c', { active: false }),
    );

    expect([await bookedWith(api, at(15)), await bookedWith(api, at(15))]).toEqual(['b', 409]);
  });

  it('finds the next one when somebody is quicker', async () => {
    const agents = [someone('a'), someone('b')];
    const order: string[] = [];
    const create = store.create;
    const racing = {
      ...store,
      create: async (...args: Parameters<typeof create>) => {
        order.push(args[0].appointment.agent.agentId);
        // Between the look and the write somebody takes the first one's time.
        return order.length === 1 ? ({ kind: 'slot-taken' } as const) : create(...args);
      },
    };
    const api = publicApi(racing, () => NOW, {}, { agents: fixedAgents(agents) });

    const answer = await api.create({ body: BOOKING });

    expect(answer.status).toBe(201);
    expect(answer.json.agent.agentId).toBe(order[1]);
    expect(new Set(order)).toEqual(new Set(['a', 'b']));
  });

  it('repeated with its key is answered again, also when it took the last one’s time', async () => {
    const api = apiOf(someone('a'), someone('b'));
    await api.create({ body: BOOKING });
    const headers = { 'idempotency-key': 'one' };
    const first = await api.create({ headers, body: BOOKING });

    const again = await api.create({ headers, body: BOOKING });

    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.text).toBe(first.text);
  });

  it('stays with the agent whose time was held', async () => {
    const api = apiOf(someone('a'), someone('b'), someone('c'));
    const hold = await api.hold({ body: { startsAt: BOOKING.startsAt, timeZone: BOOKING.timeZone } });
    for (const agentId of ['a', 'b', 'c']) {
      if (agentId !== hold.json.agent.agentId) await api.create({ body: { ...at(18), agentId } });
    }

    expect(await bookedWith(api, { ...BOOKING, holdId: hold.json.holdId })).toBe(hold.json.agent.agentId);
  });

  it('at another time than the one that is held goes to whoever is free then', async () => {
    const api = apiOf(
      someone('a', { workingHours: hoursOf('09:00-11:00') }),
      someone('b', { workingHours: hoursOf('13:00-15:00') }),
    );
    const hold = await api.hold({ body: { startsAt: '2026-12-01T15:00:00Z', timeZone: 'UTC' } });
    expect(hold.json.agent.agentId).toBe('a');

    expect(await bookedWith(api, { ...at(19), holdId: hold.json.holdId })).toBe('b');
  });

  it('goes to somebody else where the one whose time is held takes no appointments any more', async () => {
    const hold = await apiOf(someone('a')).hold({ body: { startsAt: BOOKING.startsAt, timeZone: BOOKING.timeZone } });
    const api = apiOf(someone('a', { active: false }), someone('b'));

    expect(await bookedWith(api, { ...BOOKING, holdId: hold.json.holdId })).toBe('b');
  });

  it('of nobody at all is a time that is not offered', async () => {
    const api = apiOf(someone('a', { active: false }));

    const answer = await api.create({ body: BOOKING });

    expect(answer.json.errors).toEqual([{ path: 'startsAt', message: 'is not a time that is offered' }]);
  });
});

describe('a booking that names an agent', () => {
  it('is theirs or nobody’s', async () => {
    const api = apiOf(someone('a'), someone('b'));

    expect([
      await bookedWith(api, { ...at(15), agentId: 'b' }),
      await bookedWith(api, { ...at(15), agentId: 'b' }),
    ]).toEqual(['b', 409]);
  });

  it('who takes no appointments at present is refused', async () => {
    const api = apiOf(someone('a'), someone('b', { active: false }));

    const answer = await api.create({ body: { ...BOOKING, agentId: 'b' } });

    expect(answer.json.errors).toEqual([{ path: 'agentId', message: 'takes no appointments at present' }]);
  });
});

describe('availability', () => {
  const day = { from: '2026-12-01', to: '2026-12-01', timeZone: 'UTC' };
  const morning = { workingHours: hoursOf('09:00-10:00') };

  it('without an agent is what any of them has free, each time once', async () => {
    const api = apiOf(someone('a', morning), someone('b', { workingHours: hoursOf('09:30-10:30') }));
    await api.create({ body: { ...BOOKING, startsAt: '2026-12-01T14:00:00Z', agentId: 'a' } });

    const answer = await api.availability(day);

    expect(answer.json.slots.map(({ startsAt }: { startsAt: string }) => startsAt)).toEqual([
      '2026-12-01T14:30:00Z',
      '2026-12-01T15:00:00Z',
    ]);
  });

  it('shows the shortest where lengths differ', async () => {
    const api = apiOf(someone('a', { ...morning, slotMinutes: 60 }), someone('b', { ...morning, slotMinutes: 20 }));

    const answer = await api.availability(day);

    expect(answer.json.slots[0]).toEqual({ startsAt: '2026-12-01T14:00:00Z', endsAt: '2026-12-01T14:20:00Z' });
  });

  it('of one agent is theirs alone', async () => {
    const api = apiOf(someone('a', morning), someone('b'));

    expect((await api.availability({ ...day, agentId: 'a' })).json.slots).toHaveLength(2);
  });

  it('costs one read of claims for each agent, whatever the number of days', async () => {
    const api = apiOf(someone('a'), someone('b'), someone('c'));

    await api.availability({ ...day, to: '2027-01-10' });

    expect(store.calls['claimedBetween']).toBe(3);
  });

  it('that has not changed is not sent again', async () => {
    const api = apiOf(someone('a'));
    const first = await api.availability(day);
    const etag = String(first.headers['etag']);

    const same = await api.availability(day, { 'if-none-match': `"other", W/${etag}` });
    await api.create({ body: BOOKING });
    const changed = await api.availability(day, { 'if-none-match': etag });

    expect([same.status, same.text, same.headers['etag']]).toEqual([304, '', etag]);
    expect(changed.status).toBe(200);
    expect(changed.headers['etag']).not.toBe(etag);
  });
});

describe('GET /agents', () => {
  it('tells names and ids of those who take appointments, and nothing else of them', async () => {
    const api = apiOf(someone('a'), someone('b', { active: false }), someone('c'));

    const answer = await api.agents();

    expect([answer.status, answer.json]).toEqual([
      200,
      {
        agents: [
          { agentId: 'a', name: 'Agent a' },
          { agentId: 'c', name: 'Agent c' },
        ],
      },
    ]);
  });

  it('comes in pages that are as long as was asked for', async () => {
    const ids = Array.from({ length: 7 }, (_, place) => `agt_${place}`);
    const api = apiOf(...ids.map((id) => someone(id)));
    const seen: string[] = [];
    let cursor: string | undefined;
    const sizes = [];
    do {
      const { json } = await api.agents({ limit: '3', ...(cursor !== undefined && { cursor }) });
      seen.push(...json.agents.map(({ agentId }: { agentId: string }) => agentId));
      sizes.push(json.agents.length);
      cursor = json.next;
    } while (cursor !== undefined);

    expect([seen, sizes]).toEqual([ids, [3, 3, 1]]);
  });

  it('refuses a cursor and a limit that make no sense', async () => {
    const api = apiOf(someone('a'));

    expect((await api.agents({ cursor: '%%' })).json.errors[0].path).toBe('cursor');
    expect((await api.agents({ limit: '0' })).json.errors[0].path).toBe('limit');
    expect((await api.agents({ limit: '101' })).status).toBe(400);
  });
});
