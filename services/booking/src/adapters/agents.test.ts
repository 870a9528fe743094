import { QueryCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { itemsOfKind } from '../../test/items';
import { engineIsHere, startEngine, type Engine } from '@appointments/runtime/test/database-engine';
import * as fc from 'fast-check';
import { NOW } from '../../test/api';
import { ANNA, CONFIGURED, staffAgentsApi } from '../../test/staff-agents';
import { agentFields } from '../app/agent-schemas';
import type { Agent } from '../domain/agent';
import { exceptionsOf } from '../domain/exceptions';
import { parseWorkingHours } from '../domain/working-hours';
import { zoneNamed } from '@appointments/runtime/zones';
import { agentStore, type AgentStore } from './agents';

const overTheEngine = engineIsHere() ? describe : describe.skip;

overTheEngine('agents over the real database engine', () => {
  let engine: Engine;
  let table: string;
  let store: AgentStore;
  let api: ReturnType<typeof staffAgentsApi>;

  beforeAll(async () => {
    engine = await startEngine();
  });
  afterAll(() => engine.stop());
  beforeEach(async () => {
    await begin();
  });

  async function begin() {
    table = await engine.table();
    store = agentStore(engine.client, table, CONFIGURED);
    api = staffAgentsApi(store, () => NOW);
  }

  interface Told {
    readonly agentId: string;
    readonly agentVersion: number;
    readonly name: string;
    readonly phone: string;
  }

  /** What the outbox tells, the oldest version of each agent first. */
  async function told(): Promise<Told[]> {
    return (await itemsOfKind(engine.client, table, 'outbox'))
      .map((item) => (JSON.parse(String(item['body'])) as { detail: { data: Told } }).detail.data)
      .toSorted((a, b) => a.agentVersion - b.agentVersion);
  }

  it('have the agent of the configuration among them until the table holds one of that id', async () => {
    const before = [await store.find('agt_default'), ...(await store.all())];

    await api.put('agt_default', { ...ANNA, name: 'Alex M.' });

    expect(before).toEqual([CONFIGURED, CONFIGURED]);
    expect(await store.find('agt_default')).toMatchObject({ name: 'Alex M.', version: 1 });
    expect((await store.all()).map(({ name }) => name)).toEqual(['Alex M.']);
  });

  it('are in the order of their ids, and one who is not there is not found', async () => {
    for (const agentId of ['agt_zoe', 'AGT', 'agt_anna', '0']) await api.put(agentId, ANNA);

    expect((await store.all()).map(({ agentId }) => agentId)).toEqual([
      '0',
      'AGT',
      'agt_anna',
      'agt_default',
      'agt_zoe',
    ]);
    expect(await store.find('agt_nobody')).toBeUndefined();
  });

  it('are all read where they are more than one answer of the database holds', async () => {
    const overrides = Array.from({ length: 366 }, (_, days) => ({
      date: new Date(Date.UTC(2027, 0, 1 + days)).toISOString().slice(0, 10),
      hours: Array.from({ length: 10 }, (_, hour) => `0${hour}:00-0${hour}:30`).join(),
    }));
    // DynamoDB answers one megabyte at most at once, and these have 60 KB each.
    const ids = Array.from({ length: 20 }, (_, count) => `agt_${count + 10}`);
    for (const agentId of ids) expect((await api.put(agentId, { ...ANNA, overrides })).status).toBe(200);

    expect((await store.all()).map(({ agentId }) => agentId)).toEqual([...ids, 'agt_default']);
  });

  it('are read with the database’s newest word', async () => {
    const consistent: unknown[] = [];
    const client = {
      send: async (command: { readonly input: { readonly ConsistentRead?: boolean } }) => {
        consistent.push(command.input.ConsistentRead);
        return engine.client.send(command as QueryCommand);
      },
    } as unknown as DynamoDBDocumentClient;
    const watched = agentStore(client, table, CONFIGURED);

    await watched.find('agt_default');
    await watched.all();

    expect(consistent).toEqual([true, true]);
  });

  it('are read as they were written, whoever they are', async () => {
    const date = fc
      .integer({ min: 0, max: 600 })
      .map((days) => new Date(Date.UTC(2026, 0, 1 + days)).toISOString().slice(0, 10));
    const windows = fc.constantFrom(
      [{ from: 0, to: 1440 }],
      [
        { from: 540, to: 720 },
        { from: 720, to: 1025 },
      ],
    );
    const hours = fc
      .array(fc.constantFrom('Mon', 'Tue-Thu', 'Fri', 'Sat-Sun'), { minLength: 1 })
      .map((days) => parseWorkingHours(`${[...new Set(days)].join()} 08:00-12:00,13:05-24:00`))
      .map((parsed) => (parsed.ok ? parsed.hours : CONFIGURED.workingHours));
    const agent: fc.Arbitrary<Agent> = fc.record({
      agentId: fc.constantFrom('agt_anna', 'agt_default', 'a'),
      version: fc.constant(1),
      name: fc.constantFrom('Anna Berg', '山田 太郎', 'O’Neil "Bo", Jr.'),
      email: fc.constant('anna@example.com'),
      phone: fc.constant('+12025550101'),
      zone: fc.constantFrom('Europe/Berlin', 'Asia/Calcutta', 'UTC').map((name) => zoneNamed(name) ?? CONFIGURED.zone),
      workingHours: hours,
      exceptions: fc.tuple(fc.array(date), fc.array(fc.record({ date, windows }))).map(([off, overrides]) =>
        exceptionsOf(
          off.map((day) => ({ from: day, to: day })),
          overrides,
        ),
      ),
      slotMinutes: fc.constantFrom(5, 30, 210),
      bufferBeforeMinutes: fc.constantFrom(0, 15),
      bufferAfterMinutes: fc.constantFrom(0, 15),
      minimumNoticeMinutes: fc.nat(1440),
      horizonDays: fc.integer({ min: 1, max: 366 }),
      active: fc.boolean(),
    });

    await fc.assert(
      fc.asyncProperty(agent, async (one) => {
        await begin();
        await api.put(one.agentId, agentFields(one));

        const found = await store.find(one.agentId);

        expect(found).toEqual(one);
        expect([...(found?.exceptions ?? [])]).toEqual([...one.exceptions]);
        expect((await store.all()).find(({ agentId }) => agentId === one.agentId)).toEqual(one);
      }),
      { numRuns: 40 },
    );
  });

  it('take any mix of writes at once: versions rise by one, each is told once, the last that was answered is what is read', async () => {
    const write = fc.record({
      agentId: fc.constantFrom('agt_anna', 'agt_bo', 'agt_default'),
      name: fc.constantFrom('Ada', 'Bea', 'Cem'),
      /** Asks for the version that it has seen last, and is refused where there is a newer one. */
      careful: fc.boolean(),
      dryRun: fc.boolean(),
    });
    const clients = fc.array(fc.array(write, { minLength: 1, maxLength: 6 }), { minLength: 2, maxLength: 5 });

    await fc.assert(
      fc.asyncProperty(clients, async (plans) => {
        await begin();
        const answers: { agentId: string; version: number; name: string; dryRun: boolean }[] = [];

        await Promise.all(
          plans.map(async (plan) => {
            const seen = new Map<string, number>();
            for (const { agentId, name, careful, dryRun } of plan) {
              const version = seen.get(agentId);
              const answer = await api.put(
                agentId,
                { ...ANNA, name },
                {
                  ...(dryRun && { query: { dryRun: 'true' } }),
                  ...(careful && version !== undefined && { headers: { 'if-match': `"${version}"` } }),
                },
              );
              expect([200, 412]).toContain(answer.status);
              seen.set(agentId, answer.json.agentVersion);
              if (answer.status === 200) answers.push({ agentId, version: answer.json.agentVersion, name, dryRun });
            }
          }),
        );

        const events = await told();
        for (const agentId of ['agt_anna', 'agt_bo', 'agt_default']) {
          const ofAgent = events.filter((event) => event.agentId === agentId);
          expect(ofAgent.map(({ agentVersion }) => agentVersion)).toEqual(ofAgent.map((_, index) => index + 1));
          // No two neighbours are the same: what changes nothing is no version.
          for (const [index, { name }] of ofAgent.entries()) expect(name).not.toBe(ofAgent[index - 1]?.name);
          for (const { version, name } of answers.filter((one) => one.agentId === agentId && !one.dryRun))
            expect(ofAgent[version - 1]?.name).toBe(name);
          const last = ofAgent.at(-1);
          const found = await store.find(agentId);
          if (last) expect(found).toMatchObject({ version: last.agentVersion, name: last.name });
          else expect(found).toEqual(agentId === 'agt_default' ? CONFIGURED : undefined);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('take fifty different writes of one agent at once: as many versions as were answered', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, count) => api.put('agt_anna', { ...ANNA, name: `Anna ${count}` })),
    );

    const written = answers.filter(({ status }) => status === 200).map(({ json }) => json as Told);
    expect(answers.filter(({ status }) => status !== 200 && status !== 503)).toEqual([]);
    expect((await told()).map(({ agentVersion, name }) => [agentVersion, name])).toEqual(
      written.map(({ agentVersion, name }) => [agentVersion, name]).toSorted(([a], [b]) => Number(a) - Number(b)),
    );
    expect(await store.find('agt_anna')).toMatchObject({ version: written.length });
  });
});
