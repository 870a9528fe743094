import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { engineIsHere, startEngine, type Engine } from '@appointments/runtime/test/database-engine';
import type { Entry } from '../domain/entry';
import { timelineTable } from './timeline-table';

const now = new Date('2026-12-01T15:00:02.000Z');
const entry: Entry = {
  about: 'apt_1',
  eventId: 'CallDue:apt_1:1',
  detailType: 'CallDue',
  source: 'appointments.scheduler',
  eventVersion: 1,
  occurredAt: '2026-12-01T15:00:00.000Z',
  acceptedAt: '2026-12-01T15:00:01Z',
  hops: 1,
  data: { startsAt: '2026-12-01T15:00:00.000Z' },
};

(engineIsHere() ? describe : describe.skip)('the timeline’s table, over the real engine', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await startEngine();
  });
  afterAll(() => engine.stop());

  it('tells the events of one appointment alone, oldest first', async () => {
    const table = timelineTable(engine.client, await engine.table());
    const earlier = { ...entry, eventId: 'AppointmentCreated:apt_1:1', occurredAt: '2026-11-30T09:00:00.000Z' };

    await table.keep(entry, now);
    await table.keep(earlier, now);
    await table.keep({ ...entry, about: 'apt_2' }, now);

    expect(await table.read('apt_1')).toEqual([earlier, entry]);
  });

  it('keeps an event as it first came, whatever is delivered or replayed afterwards', async () => {
    const table = timelineTable(engine.client, await engine.table());

    await table.keep(entry, now);
    await table.keep({ ...entry, acceptedAt: '2026-12-05T00:00:00Z' }, now);

    expect(await table.read('apt_1')).toEqual([entry]);
  });

  it('tells more events than one answer of the database holds', async () => {
    const table = timelineTable(engine.client, await engine.table());
    const long = Array.from({ length: 30 }, (_, n) => ({
      ...entry,
      eventId: `CallDue:apt_1:${100 + n}`,
      data: { filler: 'x'.repeat(60_000) },
    }));
    for (const each of long) await table.keep(each, now);

    expect((await table.read('apt_1')).map(({ eventId }) => eventId)).toEqual(long.map(({ eventId }) => eventId));
  });
});
