import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { engineIsHere, startEngine, type Engine } from '@appointments/runtime/test/database-engine';
import { BOOKING, NOW, publicApi, someone, type PublicApi } from '../../test/api';
import { counting, type Usage } from '../../test/clients';
import { plant } from '../../test/plant';
import { ANNA, staffAgentsApi } from '../../test/staff-agents';
import { agentStore } from './agents';
import { appointmentStore } from './appointment-store';

const overTheEngine = engineIsHere() ? describe : describe.skip;

const DAY = 24 * 3_600_000;
const CONFIGURED = someone('agt_default', { active: false });
const AGENTS = ['agt_a', 'agt_b', 'agt_c'];

overTheEngine('what booking asks of the database', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await startEngine();
  });
  afterAll(() => engine.stop());

  /** What each call costs with three agents and these appointments. */
  async function costs(times: readonly { readonly agentId: string; readonly start: number }[]) {
    const TableName = await engine.table();
    const roster = agentStore(engine.client, TableName, CONFIGURED);
    for (const agentId of AGENTS)
      await staffAgentsApi(roster, () => NOW).put(agentId, { ...ANNA, workingHours: '00:00-24:00', slotMinutes: 30 });
    const agents = new Map((await roster.all()).map((agent) => [agent.agentId, agent]));
    await plant(
      engine.client,
      TableName,
      times.map(({ agentId, start }) => ({ agent: agents.get(agentId) ?? CONFIGURED, start })),
      new Date(NOW.getTime() - 90 * DAY),
    );
    const { client, usage } = counting(engine.client);
    const api = publicApi(
      appointmentStore(client, TableName),
      () => NOW,
      {},
      { agents: agentStore(client, TableName, CONFIGURED), limits: { perAddress: 9, perNumber: 9, perNetwork: 9 } },
    );
    const used: Record<string, Usage> = {};
    for (const [call, ask] of Object.entries(CALLS)) {
      usage();
      const answer = await ask(api);
      used[call] = usage();
      expect(answer.status).toBeLessThan(300);
    }
    return used;
  }

  const time = (hour: number) => ({ startsAt: `2026-12-01T${hour}:00:00Z`, timeZone: 'UTC' });
  let made: { readonly appointmentId: string; readonly manageToken: string };
  let holdId: string;
  const CALLS: Record<string, (api: PublicApi) => Promise<{ readonly status: number }>> = {
    'book with a named agent': async (api) => {
      const answer = await api.create({
        body: { ...BOOKING, ...time(10), agentId: 'agt_a' },
        headers: { 'idempotency-key': 'one' },
        sourceIp: '203.0.113.7',
      });
      made = answer.json;
      return answer;
    },
    'book with whoever is free': async (api) => api.create({ body: { ...BOOKING, ...time(11) } }),
    hold: async (api) => {
      const answer = await api.hold({ body: { ...time(12), agentId: 'agt_a' } });
      holdId = answer.json.holdId;
      return answer;
    },
    'book what is held': async (api) => api.create({ body: { ...BOOKING, ...time(12), holdId } }),
    'ask for a day of one agent': async (api) =>
      api.availability({ from: '2026-12-01', to: '2026-12-01', timeZone: 'UTC', agentId: 'agt_a' }),
    'ask for 62 days of all agents': async (api) =>
      api.availability({ from: '2026-11-24', to: '2027-01-24', timeZone: 'UTC' }),
    move: async (api) => api.reschedule(made.appointmentId, { token: made.manageToken, body: time(13) }),
    cancel: async (api) => api.cancel(made.appointmentId, { token: made.manageToken }),
  };

  it('is the same few requests, however many appointments there were before', async () => {
    const none = await costs([]);
    const past = await costs(
      Array.from({ length: 300 }, (_, place) => ({
        agentId: AGENTS[place % 3] ?? '',
        start: Date.parse('2026-08-01T00:00:00Z') + Math.floor(place / 3) * (DAY / 2),
      })),
    );

    expect(Object.fromEntries(Object.entries(none).map(([call, { requests }]) => [call, requests]))).toEqual({
      // The agent.
      'book with a named agent': { Get: 1, TransactWrite: 1 },
      // The roster, and the claims of each of three.
      'book with whoever is free': { Query: 1 + 3, TransactWrite: 1 },
      hold: { Get: 1, TransactWrite: 1 },
      // The hold, and its agent.
      'book what is held': { Get: 2, TransactWrite: 1 },
      'ask for a day of one agent': { Get: 1, Query: 1 },
      'ask for 62 days of all agents': { Query: 1 + 3 },
      // The appointment with its history, and its agent.
      move: { Query: 1, Get: 1, TransactWrite: 1 },
      cancel: { Query: 1, TransactWrite: 1 },
    });
    expect(past).toEqual(none);
  });
});
