import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CallDue } from '@appointments/events';
import { eventItem } from '@appointments/runtime';
import { engineIsHere, startEngine, type Engine } from '@appointments/runtime/test/database-engine';
import type { WakeUp } from '../domain/wake-up';
import { wakeUpTable } from './wake-up-table';

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
const planned = { appointmentId: 'apt_1', version: 1, cancelled: false, startsAt, wakeUps: [call] };

(engineIsHere() ? describe : describe.skip)('the table of wake-ups, over the real engine', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await startEngine();
  });
  afterAll(() => engine.stop());
  const fresh = async () => wakeUpTable(engine.client, await engine.table(), now);

  it('remembers state and intents together, and a repeated record changes nothing', async () => {
    const table = await fresh();

    await table.record(planned);
    await table.mark(call, 'handed-over');
    await table.record(planned);

    expect(await table.read('apt_1')).toEqual({
      state: { version: 1, cancelled: false, startsAt },
      intents: [{ ...call, state: 'handed-over' }],
    });
  });

  it('never goes back to a lower version', async () => {
    const table = await fresh();

    await table.record({ appointmentId: 'apt_1', version: 2, cancelled: true, wakeUps: [] });
    await table.record(planned);

    expect(await table.read('apt_1')).toEqual({
      state: { version: 2, cancelled: true },
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
    await table.record({ appointmentId: 'apt_1', version: 2, cancelled: true, wakeUps: [] });

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
});
