import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CallDue } from '@appointments/events';
import { eventItem } from '@appointments/runtime';
import { engineIsHere, startEngine, type Engine } from '@appointments/runtime/test/database-engine';
import type { Comparison } from '../app/compare-schedules';
import type { WakeUp } from '../domain/wake-up';
import { comparisonTable } from './comparison-table';
import { BY_DUE_TIME, wakeUpTable } from './wake-up-table';

const startsAt = '2026-12-01T15:00:00.000Z';
const now = () => new Date('2026-11-22T12:00:00.000Z');
const call: WakeUp = {
  appointmentId: 'apt_1',
  version: 1,
  purpose: 'call',
  dueAt: startsAt,
  cause: { eventId: 'AppointmentCreated:apt_1:1', hops: 0 },
};
const said = eventItem(
  CallDue.create({ appointmentId: 'apt_1', appointmentVersion: 1, startsAt }, { occurredAt: startsAt }),
  now(),
);
const heardAt = '2026-11-22T12:00:00.000Z';
const planned = { appointmentId: 'apt_1', version: 1, cancelled: false, startsAt, heardAt, wakeUps: [call] };
const cancelled = { appointmentId: 'apt_1', version: 2, cancelled: true, heardAt, wakeUps: [] };
const index = { name: BY_DUE_TIME, partitionKey: 'dueDay', sortKey: 'dueAt' };

(engineIsHere() ? describe : describe.skip)('the table of wake-ups, over the real engine', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await startEngine();
  });
  afterAll(() => engine.stop());
  const fresh = async () => wakeUpTable(engine.client, await engine.table([index]), now);

  it('remembers state and intents together, and a repeated record changes nothing', async () => {
    const table = await fresh();

    await table.record(planned);
    await table.mark(call, 'handed-over');
    await table.record(planned);

    expect(await table.read('apt_1')).toEqual({
      state: { version: 1, cancelled: false, startsAt, heardAt },
      intents: [{ ...call, state: 'handed-over' }],
    });
  });

  it('never goes back to a lower version', async () => {
    const table = await fresh();

    await table.record(cancelled);
    await table.record(planned);

    expect(await table.read('apt_1')).toEqual({
      state: { version: 2, cancelled: true, heardAt },
      intents: [],
    });
  });

  it('says a wake-up once', async () => {
    const table = await fresh();
    await table.record(planned);

    const answers = [await table.say(call, said), await table.say(call, said)];

    expect(answers).toEqual([true, false]);
  });

  it('says nothing for a version that was overtaken', async () => {
    const table = await fresh();
    await table.record(planned);
    await table.record(cancelled);

    expect(await table.say(call, said)).toBe(false);
  });

  it('does not take back what was said', async () => {
    const table = await fresh();
    await table.record(planned);
    await table.say(call, said);

    await table.mark(call, 'withdrawn');
    await table.mark(call, 'handed-over');

    expect((await table.read('apt_1')).intents[0]?.state).toBe('said');
  });

  it.each(['withdrawn', 'dropped'] as const)('says nothing that was %s', async (state) => {
    const table = await fresh();
    await table.record(planned);
    await table.mark(call, state);

    expect(await table.say(call, said)).toBe(false);
  });

  it('remembers whole what was said though its intent was gone', async () => {
    const table = await fresh();
    await table.record({ ...planned, wakeUps: [] });

    expect(await table.say(call, said)).toBe(true);
    expect((await table.read('apt_1')).intents).toEqual([
      { appointmentId: 'apt_1', version: 1, purpose: 'call', dueAt: startsAt, state: 'said' },
    ]);
  });

  describe('finds what is open by the day and time it is due', () => {
    const due = (id: number, dueAt: string): WakeUp => ({ ...call, appointmentId: `apt_${id}`, dueAt });
    const recordAll = async (table: Awaited<ReturnType<typeof fresh>>, wakeUps: readonly WakeUp[]) => {
      for (const wakeUp of wakeUps)
        await table.record({ ...planned, appointmentId: wakeUp.appointmentId, wakeUps: [wakeUp] });
    };
    const early = due(1, '2026-12-01T00:00:00.000Z');
    const noon = due(2, '2026-12-01T12:00:00.000Z');
    const late = due(3, '2026-12-01T23:59:59.000Z');

    it('in that order, up to the instant asked for', async () => {
      const table = await fresh();
      await recordAll(table, [late, noon, early, due(4, '2026-12-02T00:00:00.000Z')]);
      await table.mark(noon, 'handed-over');

      const ids = async (until?: string) =>
        (await table.openOn('2026-12-01', undefined, until)).intents.map(({ appointmentId }) => appointmentId);

      expect(await ids()).toEqual(['apt_1', 'apt_2', 'apt_3']);
      expect(await ids('2026-12-01T12:00:00.000Z')).toEqual(['apt_1', 'apt_2']);
      expect(await ids('2026-11-30T12:00:00.000Z')).toEqual([]);
    });

    it('and nothing that was said, withdrawn or dropped', async () => {
      const table = await fresh();
      await recordAll(table, [early, noon, late]);
      await table.say(early, said);
      await table.mark(noon, 'withdrawn');
      await table.mark(late, 'dropped');

      expect(await table.openOn('2026-12-01', undefined)).toEqual({ intents: [], next: undefined });
    });

    it('page by page', async () => {
      const table = await fresh();
      const many = Array.from({ length: 250 }, (_, n) => due(n, new Date(Date.UTC(2026, 11, 1, 0, n)).toISOString()));
      await recordAll(table, many);

      const first = await table.openOn('2026-12-01', undefined);
      const second = await table.openOn('2026-12-01', first.next);

      expect(first.intents).toHaveLength(200);
      expect(second.next).toBeUndefined();
      expect([...first.intents, ...second.intents].map(({ appointmentId }) => appointmentId)).toEqual(
        many.map(({ appointmentId }) => appointmentId),
      );
    });
  });

  describe('for the comparison', () => {
    const comparison: Comparison = {
      run: '2026-11-22T03:17:00Z',
      step: 1,
      at: heardAt,
      next: { among: 'days', day: '2026-12-01', from: { pk: 'appointment#apt_1', sk: 'wake-up#1#call' } },
      schedules: 3,
      wakeUps: 2,
      found: 1,
      repaired: 1,
    };

    it('knows every day on which something was ever due, until it is told to forget one', async () => {
      const name = await engine.table([index]);
      const table = wakeUpTable(engine.client, name, now);
      const comparisons = comparisonTable(engine.client, name);
      const reminder: WakeUp = { ...call, purpose: 'reminder-24h', dueAt: '2026-11-30T15:00:00.000Z' };
      await table.record({ ...planned, wakeUps: [call, reminder] });
      await table.record({
        ...planned,
        appointmentId: 'apt_2',
        wakeUps: [{ ...call, dueAt: '2026-11-20T15:00:00.000Z' }],
      });

      expect(await comparisons.dueDays()).toEqual(['2026-11-20', '2026-11-30', '2026-12-01']);
      await comparisons.forgetDay('2026-11-20');
      expect(await comparisons.dueDays()).toEqual(['2026-11-30', '2026-12-01']);

      await table.record({
        ...planned,
        appointmentId: 'apt_3',
        wakeUps: [{ ...call, dueAt: '2026-11-20T16:00:00.000Z' }],
      });
      expect(await comparisons.dueDays()).toEqual(['2026-11-20', '2026-11-30', '2026-12-01']);
    });

    it('keeps where it stands, for the quickest of two runs only', async () => {
      const comparisons = comparisonTable(engine.client, await engine.table([index]));
      const next: Comparison = { ...comparison, step: 2, next: { among: 'nothing' } };

      expect(await comparisons.standing()).toBeUndefined();
      expect([await comparisons.keep(comparison, undefined), await comparisons.keep(comparison, undefined)]).toEqual([
        true,
        false,
      ]);
      expect(await comparisons.standing()).toEqual(comparison);
      expect([await comparisons.keep(next, comparison), await comparisons.keep(next, comparison)]).toEqual([
        true,
        false,
      ]);
      expect(await comparisons.standing()).toEqual(next);
    });
  });
});
