import { beforeEach, describe, expect, it } from '@jest/globals';
import { BOOKING, NOW, publicApi, type PublicApi } from '../../test/api';
import { memoryStore, type MemoryStore } from '../../test/memory-store';

const MINUTE = 60_000;
const TIME = { startsAt: BOOKING.startsAt, timeZone: BOOKING.timeZone };
const LATER = { ...TIME, startsAt: '2026-12-01T16:30:00+01:00' };
const DAY = { from: '2026-12-01', to: '2026-12-01', timeZone: 'Europe/Berlin' };

let store: MemoryStore;
let now: Date;
let api: PublicApi;

beforeEach(() => {
  store = memoryStore();
  now = NOW;
  api = publicApi(store, () => now);
});

const after = (minutes: number) => new Date(NOW.getTime() + minutes * MINUTE);
const offeredStarts = async (query: Record<string, string> = {}) =>
  (await api.availability({ ...DAY, ...query })).json.slots.map((slot: { startsAt: string }) => slot.startsAt);
const held = async (body: object = TIME): Promise<string> => {
  const answer = await api.hold({ body });
  if (answer.status !== 201) throw new Error(answer.text);
  return answer.json.holdId;
};

describe('POST /holds', () => {
  it('keeps a time for ten minutes and says until when, with whom, and in the zone asked for', async () => {
    const answer = await api.hold({ body: TIME });

    expect([answer.status, answer.headers['cache-control']]).toEqual([201, 'no-store']);
    expect(answer.json).toEqual({
      holdId: expect.stringMatching(/^hld_[0-9A-Z]{26}$/),
      agent: { agentId: 'agt_default', name: 'Alex Morgan' },
      startsAt: '2026-12-01T16:00:00+01:00',
      endsAt: '2026-12-01T16:30:00+01:00',
      expiresAt: expect.stringMatching(/\+01:00$/),
    });
    expect(new Date(answer.json.expiresAt)).toEqual(after(10));
  });

  it('tells nobody: no event comes of it', async () => {
    await held();

    expect(store.events).toEqual([]);
  });

  it('keeps the time from being offered to others, but not to whoever has the hold', async () => {
    const holdId = await held();

    expect(await offeredStarts()).not.toContain(TIME.startsAt);
    expect(await offeredStarts({ holdId })).toContain(TIME.startsAt);
  });

  it('keeps the time from being booked, moved to or held by others, who are told the nearest free ones', async () => {
    const other = await api.create({ body: { ...BOOKING, ...LATER } });
    await held();

    for (const answer of [
      await api.create({ body: BOOKING }),
      await api.hold({ body: TIME }),
      await api.reschedule(other.json.appointmentId, { token: other.json.manageToken, body: TIME }),
    ]) {
      expect([answer.status, answer.json.type.split('/').at(-1)]).toEqual([409, 'slot-taken']);
      expect(answer.json.nearest.map((slot: { startsAt: string }) => slot.startsAt)).not.toContain(TIME.startsAt);
    }
  });

  it('ends at its minute, whether or not the database has removed it', async () => {
    await held();
    now = new Date(after(10).getTime() - 1);
    expect((await api.create({ body: BOOKING })).status).toBe(409);

    now = after(10);

    expect(await offeredStarts()).toContain(TIME.startsAt);
    expect((await api.create({ body: BOOKING })).status).toBe(201);
  });

  it('that ran out may be overwritten by another hold', async () => {
    await held();
    now = after(10);

    expect((await api.hold({ body: TIME })).status).toBe(201);
  });

  it('replaces the former one, whose time is free at once', async () => {
    const first = await held();

    const second = await held({ ...LATER, replaces: first });

    expect(await offeredStarts()).toContain(TIME.startsAt);
    expect(await offeredStarts()).not.toContain(LATER.startsAt);
    expect(await offeredStarts({ holdId: second })).toContain(LATER.startsAt);
  });

  it('of the same time replaces the former one and lasts as long again', async () => {
    const first = await held();
    now = after(5);

    const again = await api.hold({ body: { ...TIME, replaces: first } });

    expect([again.status, new Date(again.json.expiresAt)]).toEqual([201, after(15)]);
    now = after(12);
    expect(await offeredStarts()).not.toContain(TIME.startsAt);
  });

  it('of a taken time leaves the former one as it is', async () => {
    await api.create({ body: { ...BOOKING, ...LATER } });
    const first = await held();

    expect((await api.hold({ body: { ...LATER, replaces: first } })).status).toBe(409);

    expect(await offeredStarts()).not.toContain(TIME.startsAt);
  });

  it('of what is not offered names every fault', async () => {
    const answer = await api.hold({ body: { startsAt: '2026-12-01T03:00:00+01:00', timeZone: 'Europe/Atlantis' } });
    const unknown = await api.hold({ body: { ...TIME, agentId: 'agt_no', replaces: 'mine', more: 1 } });

    expect([answer.status, answer.json.errors.map(({ path }: { path: string }) => path)]).toEqual([
      400,
      ['timeZone', 'startsAt'],
    ]);
    expect(unknown.json.errors.map(({ path }: { path: string }) => path).toSorted()).toEqual([
      'agentId',
      'more',
      'replaces',
    ]);
  });
});

describe('a booking with a hold', () => {
  it('takes the time that was kept, for good', async () => {
    const holdId = await held();

    expect((await api.create({ body: { ...BOOKING, holdId } })).status).toBe(201);

    now = after(60);
    expect(await offeredStarts()).not.toContain(TIME.startsAt);
    expect((await api.create({ body: { ...BOOKING, holdId } })).status).toBe(409);
  });

  it('succeeds when the hold has run out and nobody came between', async () => {
    const holdId = await held();
    now = after(30);

    expect((await api.create({ body: { ...BOOKING, holdId } })).status).toBe(201);
  });

  it('is refused as any other when the hold has run out and somebody came between', async () => {
    const holdId = await held();
    now = after(30);
    await api.create({ body: BOOKING });

    expect((await api.create({ body: { ...BOOKING, holdId } })).status).toBe(409);
  });

  it('of another time is a booking without one', async () => {
    const holdId = await held();

    expect((await api.create({ body: { ...BOOKING, ...LATER, holdId } })).status).toBe(201);
  });

  it('that nobody knows is a booking without one', async () => {
    expect((await api.create({ body: { ...BOOKING, holdId: 'hld_00000000000000000000000000' } })).status).toBe(201);
  });
});

describe('POST /holds/{holdId}/release', () => {
  it('frees the time at once, and may be repeated', async () => {
    const holdId = await held();

    const answers = [await api.release(holdId, {}), await api.release(holdId, {})];

    expect(answers.map(({ status, text }) => [status, text])).toEqual([
      [204, ''],
      [204, ''],
    ]);
    expect(await offeredStarts()).toContain(TIME.startsAt);
  });

  it('frees nothing of an appointment that was made of it', async () => {
    const holdId = await held();
    await api.create({ body: { ...BOOKING, holdId } });

    expect((await api.release(holdId, {})).status).toBe(204);

    expect(await offeredStarts()).not.toContain(TIME.startsAt);
  });

  it('of what is no hold’s id is 404', async () => {
    expect((await api.release('hld_', {})).status).toBe(404);
  });
});
