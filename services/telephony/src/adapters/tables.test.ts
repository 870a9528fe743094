import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { engineIsHere, startEngine, type Engine } from '@appointments/runtime/test/database-engine';
import type { SessionWrite } from '../app/ports';
import { IDLE_LINE } from '../domain/line';
import { newSession } from '../domain/session';
import { lineIn } from './line';
import { projectionsIn } from './projections';
import { sessionsIn } from './sessions';

const now = new Date('2026-12-01T15:00:00Z');
const AGENT = '+12025550100';
const CLIENT = '+12025550123';

const write = (id: string, more: Partial<SessionWrite> = {}): SessionWrite => ({
  session: newSession({
    id,
    appointmentId: `apt_${id}`,
    appointmentVersion: 1,
    startsAt: now.getTime(),
    startedAt: now.getTime(),
    agent: { name: 'Alex', phone: AGENT },
    client: { name: 'Ada', phone: CLIENT },
  }),
  expected: 0,
  outbox: [],
  hold: [],
  free: [],
  onlyWhileCurrent: false,
  ...more,
});

(engineIsHere() ? describe : describe.skip)('over the real engine', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await startEngine();
  });
  afterAll(() => engine.stop());
  const fresh = async () => {
    const table = await engine.table();
    return {
      sessions: sessionsIn(engine.client, table),
      projections: projectionsIn(engine.client, table),
      line: lineIn(engine.client, table, () => now),
    };
  };

  describe('a session', () => {
    it('is read as it was written, with a revision that rises', async () => {
      const { sessions } = await fresh();
      const first = write('cs_1');

      await sessions.write(first, now);
      const second = await sessions.write({ ...first, expected: 1 }, now);
      const late = await sessions.write({ ...first, expected: 1 }, now);

      expect([second, late]).toEqual(['written', 'contended']);
      expect(await sessions.load('cs_1')).toEqual({ session: first.session, revision: 2 });
    });

    it('holds both numbers or neither', async () => {
      const { sessions } = await fresh();
      await sessions.write(write('cs_1', { hold: [CLIENT] }), now);

      const refused = await sessions.write(write('cs_2', { hold: [AGENT, CLIENT] }), now);
      const other = await sessions.write(write('cs_3', { hold: [AGENT] }), now);

      expect(refused).toEqual({ engaged: CLIENT });
      expect(other).toBe('written');
    });

    it('stands only while the appointment is at its version', async () => {
      const { sessions, projections } = await fresh();
      const state = { version: 1, startsAt: now.getTime(), cancelled: false };
      await projections.write({ appointmentId: 'apt_cs_1', state }, 0, now);

      const current = await sessions.write(write('cs_1', { onlyWhileCurrent: true }), now);
      await projections.write({ appointmentId: 'apt_cs_1', state: { ...state, cancelled: true } }, 1, now);
      const overtaken = await sessions.write(write('cs_1', { expected: 1, onlyWhileCurrent: true }), now);

      expect([current, overtaken]).toEqual(['written', 'overtaken']);
    });
  });

  describe('the calls of one number on one day', () => {
    const claim = (id: string, leg: 'agent' | 'client', dailyLimit = 2) =>
      write(id, { counts: { leg, number: CLIENT, dailyLimit } });

    it('are counted over sessions, and refused when they are as many as allowed', async () => {
      const { sessions } = await fresh();

      const results = [];
      for (const id of ['cs_1', 'cs_2', 'cs_3']) results.push(await sessions.write(claim(id, 'client'), now));

      expect(results).toEqual(['written', 'written', { tooOften: 'client' }]);
      expect(await sessions.load('cs_3')).toBeUndefined();
    });

    it('keep an agent from being rung for a client who has had them', async () => {
      const { sessions } = await fresh();
      await sessions.write(claim('cs_1', 'client', 1), now);
      const toAgent = (dailyLimit: number) =>
        write('cs_2', {
          counts: { leg: 'agent', number: AGENT, dailyLimit: 1 },
          needs: { leg: 'client', number: CLIENT, dailyLimit },
        });

      const results = [await sessions.write(toAgent(1), now), await sessions.write(toAgent(2), now)];

      expect(results).toEqual([{ tooOften: 'client' }, 'written']);
    });

    it('are counted by leg and by UTC day', async () => {
      const { sessions } = await fresh();
      await sessions.write(claim('cs_1', 'client', 1), now);

      const otherLeg = await sessions.write(claim('cs_2', 'agent', 1), now);
      const nextDay = await sessions.write(claim('cs_3', 'client', 1), new Date('2026-12-02T00:00:00Z'));

      expect([otherLeg, nextDay]).toEqual(['written', 'written']);
    });

    it('are not counted by a claim that loses', async () => {
      const { sessions } = await fresh();
      await sessions.write(write('cs_1'), now);

      const lost = await sessions.write(claim('cs_1', 'client', 1), now);
      const next = await sessions.write({ ...claim('cs_1', 'client', 1), expected: 1 }, now);

      expect([lost, next]).toEqual(['contended', 'written']);
    });
  });

  describe('a number that never accepted a call', () => {
    const appointmentOf = (id: string, more: Partial<SessionWrite> = {}) =>
      write(id, { unproven: { number: CLIENT, dailyAppointments: 2, rings: true }, ...more });
    const again = (id: string, expected: number, version: number) => {
      const first = appointmentOf(id);
      return { ...first, session: { ...first.session, appointmentVersion: version }, expected };
    };

    it('is called for as many appointments a day as allowed, and for each as often as need be', async () => {
      const { sessions } = await fresh();

      const results = [
        await sessions.write(appointmentOf('cs_1'), now),
        await sessions.write(appointmentOf('cs_2'), now),
        await sessions.write(again('cs_1', 1, 2), now),
        await sessions.write(appointmentOf('cs_3'), now),
        await sessions.write(appointmentOf('cs_4'), new Date('2026-12-02T00:00:00Z')),
      ];

      expect(results).toEqual(['written', 'written', 'written', 'unproven', 'written']);
      expect(await sessions.load('cs_3')).toBeUndefined();
    });

    it('keeps an agent from being rung for it, and is not counted by that', async () => {
      const { sessions } = await fresh();
      const toAgent = (id: string, dailyAppointments: number) =>
        write(id, { unproven: { number: CLIENT, dailyAppointments, rings: false } });

      const results = [
        await sessions.write(toAgent('cs_1', 1), now),
        await sessions.write(appointmentOf('cs_2'), now),
        await sessions.write(toAgent('cs_3', 1), now),
        await sessions.write(toAgent('cs_4', 2), now),
      ];

      expect(results).toEqual(['written', 'written', 'unproven', 'written']);
    });

    it('is proven by the write that says that it did, for longer than a year, and in no plain words', async () => {
      const { sessions } = await fresh();
      const later = (days: number) => new Date(now.getTime() + days * 86_400_000);
      const before = await sessions.isProven(CLIENT, now);

      await sessions.write(write('cs_1', { proves: CLIENT }), now);

      expect([
        before,
        await sessions.isProven(CLIENT, now),
        await sessions.isProven(CLIENT, later(366)),
        await sessions.isProven(CLIENT, later(401)),
        await sessions.isProven(AGENT, now),
      ]).toEqual([false, true, true, false, false]);
    });

    it('is not proven by a write that loses', async () => {
      const { sessions } = await fresh();
      await sessions.write(write('cs_1'), now);

      await sessions.write(write('cs_1', { proves: CLIENT }), now);

      expect(await sessions.isProven(CLIENT, now)).toBe(false);
    });
  });

  describe('the line', () => {
    it('is idle where nobody has called', async () => {
      expect(await (await fresh()).line.load()).toEqual({ line: IDLE_LINE, revision: 0 });
    });

    it('is written by one of two who read the same', async () => {
      const { line } = await fresh();
      const mine = { ...IDLE_LINE, nextAt: 1, breaker: { openedAt: 1, code: undefined, probeAt: 2 } };

      const results = [await line.write(mine, 0), await line.write({ ...IDLE_LINE, nextAt: 2 }, 0)];

      expect(results).toEqual(['written', 'contended']);
      expect(await line.load()).toEqual({
        line: { ...mine, breaker: { openedAt: 1, probeAt: 2 } },
        revision: 1,
      });
    });

    it('takes a bill once, whoever brings it again', async () => {
      const { line } = await fresh();
      const spent = (microUsd: number) => ({ ...IDLE_LINE, spent: { day: '2026-12-01', microUsd } });

      const results = [
        await line.writeBill('cs_1/agent-1', spent(1), 0),
        await line.writeBill('cs_1/agent-2', spent(2), 0),
        await line.writeBill('cs_1/agent-1', spent(2), 1),
      ];

      expect(results).toEqual(['written', 'contended', 'known']);
      expect((await line.load()).line.spent.microUsd).toBe(1);
    });
  });
});
