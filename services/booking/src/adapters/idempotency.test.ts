import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { allItems } from '../../test/items';
import { engineIsHere, startEngine, type Engine } from '@appointments/runtime/test/database-engine';
import { BOOKING, fixedAgents, hoursOf, NOW, publicApi, someone } from '../../test/api';
import { CROWDED, inWeather, randomFrom } from '../../test/clients';
import { appointmentStore } from './appointment-store';

const overTheEngine = engineIsHere() ? describe : describe.skip;

/** Rounds of posts at once: `IDEMPOTENCY_ROUNDS=1000` for a long run. */
const ROUNDS = Number(process.env['IDEMPOTENCY_ROUNDS'] ?? 3);
/** Rounds with the same three agents: who is free is found by reading all that they have, and long runs are not to test that. */
const ROUNDS_OF_A_TEAM = 50;
const AT_ONCE = 100;
const TRIES = 20;
const PIECES = 6;

overTheEngine('a hundred identical posts at once', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await startEngine();
  });
  afterAll(() => engine.stop());

  it(
    'make one appointment, and all of them get its 201, round after round',
    async () => {
      const TableName = await engine.table();
      const apisOf = (team: number) => {
        const agents = fixedAgents(
          ['a', 'b', 'c'].map((id) => someone(`${id}-${team}`, { workingHours: hoursOf('00:00-24:00') })),
        );
        const apiOver = (client: Engine['client']) =>
          publicApi(appointmentStore(client, TableName), () => NOW, {}, { agents, isRead: false });
        return {
          calm: apiOver(engine.client),
          crowded: apiOver(inWeather(engine.client, CROWDED, randomFrom(ROUNDS + team))),
        };
      };
      const apis = Array.from({ length: Math.ceil(ROUNDS / ROUNDS_OF_A_TEAM) }, (_, team) => apisOf(team));
      const texts = new Set<string>();

      for (let round = 0; round < ROUNDS; round++) {
        // By turns: an agent who is named; whoever is free; the same while transactions meet.
        const team = Math.floor(round / ROUNDS_OF_A_TEAM);
        const api = apis[team]?.[round % 3 === 2 ? 'crowded' : 'calm'];
        if (!api) throw new Error(`there is no team ${team}`);
        const body = {
          ...BOOKING,
          startsAt: new Date(Date.parse('2026-11-24T08:00:00Z') + round * 30 * 60_000).toISOString(),
          ...(round % 3 === 0 && { agentId: `b-${team}` }),
        };
        const post = async () => {
          let answer = await api.create({ headers: { 'idempotency-key': `round-${round}` }, body });
          for (let tried = 1; answer.status === 503 && tried < TRIES; tried++)
            answer = await api.create({ headers: { 'idempotency-key': `round-${round}` }, body });
          return `${answer.status} ${answer.text}`;
        };
        const answers = new Set(await Promise.all(Array.from({ length: AT_ONCE }, post)));

        expect([...answers]).toEqual([expect.stringMatching(/^201 /)]);
        for (const text of answers) texts.add(text);
      }

      expect(texts.size).toBe(ROUNDS);
      const made: Record<string, number> = {};
      for (const { kind } of await allItems(engine.client, TableName))
        made[String(kind)] = (made[String(kind)] ?? 0) + 1;
      expect(made).toEqual({ appointment: ROUNDS, outbox: ROUNDS, idempotency: ROUNDS, claim: ROUNDS * PIECES });
    },
    60_000 + ROUNDS * 15_000,
  );
});
