import { QueryCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { BOOKING, fixedAgents, NOW, publicApi, someone, type PublicApi } from '../../test/api';
import { engineIsHere, startEngine, type Engine } from '@appointments/runtime/test/database-engine';
import { agendaKey } from '../app/agenda';
import { appointmentStore } from './appointment-store';

const overTheEngine = engineIsHere() ? describe : describe.skip;

/** As the service's stack declares it. */
const INDEXES = [{ name: 'by-agent', partitionKey: 'agentId', sortKey: 'agenda' }];
const AGENTS = ['a', 'b', 'c'];
const DECEMBER = { from: '2026-12-01', to: '2026-12-31' };
const span = { start: Date.parse('2026-12-01T00:00:00Z'), end: Date.parse('2027-01-01T00:00:00Z') };

overTheEngine('the agenda over the real database engine', () => {
  let engine: Engine;
  let table: string;
  let api: PublicApi;

  beforeAll(async () => {
    engine = await startEngine();
  });
  afterAll(() => engine.stop());
  beforeEach(async () => {
    table = await engine.table(INDEXES);
    api = publicApi(
      appointmentStore(engine.client, table),
      () => NOW,
      {},
      { agents: fixedAgents(AGENTS.map((agentId) => someone(agentId))) },
    );
  });

  const at = (day: number, hour = 15) => `2026-12-${String(day).padStart(2, '0')}T${hour}:00:00Z`;
  const booked = async (agentId: string, startsAt: string): Promise<string> => {
    const answer = await api.create({ body: { ...BOOKING, agentId, startsAt } });
    if (answer.status !== 201) throw new Error(answer.text);
    return answer.json.appointmentId as string;
  };
  const list = async (query: Record<string, string> = {}) => {
    const answer = await api.staff.list({ ...DECEMBER, ...query });
    return {
      ids: answer.json.appointments.map((one: { appointmentId: string }) => one.appointmentId) as string[],
      next: answer.json.next as string | undefined,
    };
  };

  it('has every appointment once, in the order of time, on pages of any length', async () => {
    const made = new Map<string, string>();
    for (const day of [3, 1, 2, 4]) {
      for (const agentId of AGENTS) made.set(await booked(agentId, at(day)), at(day));
    }
    const expected = [...made]
      .map(([id, start]) => `${start} ${id}`)
      .toSorted()
      .map((key) => key.split(' ')[1]);

    for (const limit of [1, 2, 3, 5, 11, 12, 13]) {
      const paged: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await list({ limit: String(limit), ...(cursor !== undefined && { cursor }) });
        paged.push(...page.ids);
        cursor = page.next;
      } while (cursor !== undefined);
      expect(paged).toEqual(expected);
    }
  });

  it('moves with the appointment, from day to day and from agent to agent, and keeps it when it is cancelled', async () => {
    const id = await booked('a', at(1));
    const where = async () =>
      Object.fromEntries(
        await Promise.all(AGENTS.map(async (agentId) => [agentId, (await list({ agentId })).ids.length])),
      );

    const moved = await api.staff.reschedule(id, { startsAt: at(2), timeZone: 'UTC', agentId: 'b' });
    const cancelled = await api.staff.cancel(id);

    expect([moved.status, cancelled.status]).toEqual([200, 200]);
    expect(await where()).toEqual({ a: 0, b: 1, c: 0 });
    expect((await list({ from: '2026-12-01', to: '2026-12-01' })).ids).toEqual([]);
    expect((await list({ from: '2026-12-02', to: '2026-12-02' })).ids).toEqual([id]);
    // The first agent's time is free again, and the second's is since the cancellation.
    await booked('a', at(1));
    await booked('b', at(2));
  });

  it('gives way to one of two moves to the same time of another agent', async () => {
    const ids = [await booked('a', at(1)), await booked('b', at(1))];

    const answers = await Promise.all(
      ids.map((id) => api.staff.reschedule(id, { startsAt: at(5), timeZone: 'UTC', agentId: 'c' })),
    );

    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
    expect((await list({ agentId: 'c' })).ids).toHaveLength(1);
  });

  it('is whole where the database answers less than it was asked for', async () => {
    const ids = [];
    for (const day of [1, 2, 3, 4, 5]) ids.push(await booked('a', at(day)));
    const asked: unknown[] = [];
    const scanty = {
      send: async (command: QueryCommand) => {
        asked.push(command.input.Limit);
        return engine.client.send(new QueryCommand({ ...command.input, Limit: 2 }));
      },
    } as unknown as DynamoDBDocumentClient;
    const { readAgenda } = appointmentStore(scanty, table);

    const four = await readAgenda('a', span, 4);
    const rest = await readAgenda('a', { ...span, after: four[3] && agendaKey(four[3]) }, 4);

    expect([...four, ...rest].map(({ appointmentId }) => appointmentId)).toEqual(ids);
    // Four, of which two came: two more. Then four, of which the last one came.
    expect(asked).toEqual([4, 2, 4]);
  });
});
