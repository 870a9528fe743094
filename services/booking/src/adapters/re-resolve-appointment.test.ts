import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AppointmentAmended, AppointmentRescheduled } from '@appointments/events';
import { itemsOfKind } from '../../test/items';
import { engineIsHere, startEngine, type Engine } from '@appointments/runtime/test/database-engine';
import * as fc from 'fast-check';
import { BOOKING, NOW, publicApi, type PublicApi } from '../../test/api';
import { memoryStore } from '../../test/memory-store';
import type { ZoneRules } from '../domain/re-resolve';
import { zoneNamed, type Zone } from '@appointments/runtime/zones';
import { appointmentStore, type AppointmentStore } from './appointment-store';

const MINUTE = 60_000;

const rules = (zones: Readonly<Record<string, Omit<Zone, 'name'>>>): ZoneRules => ({
  version: '2027a',
  zoneNamed: (name) => {
    const other = zones[name];
    return other ? { name, ...other } : zoneNamed(name);
  },
});
/** New York gives up changing its clocks and stays at -04: what was agreed on for 10:00 there is an hour earlier. */
const NEW_YORK_STAYS = rules({ 'America/New_York': { offsets: [-240], untils: [] } });
const BERLIN_STAYS = rules({ 'Europe/Berlin': { offsets: [120], untils: [] } });
const NOTHING_CHANGES = rules({});

const overTheEngine = engineIsHere() ? describe : describe.skip;

overTheEngine('an appointment resolved again, over the real database engine', () => {
  let engine: Engine;
  let table: string;
  let store: AppointmentStore;
  let now: Date;
  let api: PublicApi;

  beforeAll(async () => {
    engine = await startEngine();
  });
  afterAll(() => engine.stop());
  beforeEach(async () => {
    table = await engine.table();
    store = appointmentStore(engine.client, table);
    now = NOW;
    api = publicApi(store, () => now);
  });

  const resolve = (id: string, by: ZoneRules, body?: unknown, over = store) =>
    publicApi(over, () => now, {}, { rules: by }).staff.reResolve(id, body);

  async function booked(changes: Record<string, unknown> = {}): Promise<string> {
    const answer = await api.create({ body: { ...BOOKING, ...changes } });
    if (answer.status !== 201) throw new Error(answer.text);
    return String(answer.json.appointmentId);
  }

  const items = (kind: string) => itemsOfKind(engine.client, table, kind);
  const claimsOf = async (id: string) =>
    (await items('claim'))
      .filter((claim) => claim['heldBy'] === id)
      .map((claim) => String(claim['sk']).slice(11, 16))
      .toSorted();
  const events = async (detailType: string) =>
    (await items('outbox'))
      .map((item) => JSON.parse(String(item['body'])) as { detailType: string; detail: unknown })
      .filter((event) => event.detailType === detailType)
      .map(({ detail }) => detail);

  it('moves with the wall time of the agent: claims, version, history and event in one', async () => {
    const id = await booked();

    const answer = await resolve(id, NEW_YORK_STAYS);

    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({
      outcome: 'moved',
      skipped: false,
      from: {
        startsAt: '2026-12-01T15:00:00.000Z',
        localStart: { client: '2026-12-01T16:00:00+01:00', agent: '2026-12-01T10:00:00-05:00' },
        tzdb: '2026f',
      },
      to: {
        startsAt: '2026-12-01T14:00:00.000Z',
        localStart: { client: '2026-12-01T15:00:00+01:00', agent: '2026-12-01T10:00:00-04:00' },
        tzdb: '2027a',
      },
      appointment: { appointmentId: id, version: 2, revision: 2, status: 'scheduled', tzdb: '2027a' },
    });
    expect(await claimsOf(id)).toEqual(['14:00', '14:05', '14:10', '14:15', '14:20', '14:25']);
    const [detail, ...more] = await events('AppointmentRescheduled');
    expect(more).toEqual([]);
    expect(AppointmentRescheduled.check(detail).data).toMatchObject({
      appointmentId: id,
      appointmentVersion: 2,
      revision: 2,
      startsAt: '2026-12-01T14:00:00.000Z',
      previousStartsAt: '2026-12-01T15:00:00.000Z',
      localStart: { client: '2026-12-01T15:00:00+01:00', agent: '2026-12-01T10:00:00-04:00' },
      tzdb: '2027a',
    });
    const told = await store.read(id);
    expect(told?.history).toMatchObject([{ type: 'rescheduled', version: 2 }]);
  });

  it('frees the time that it leaves, and that alone', async () => {
    const id = await booked();
    await resolve(id, NEW_YORK_STAYS);

    const again = await api.create({ body: BOOKING });

    expect(again.status).toBe(201);
    expect(await claimsOf(id)).toHaveLength(6);
  });

  it('is amended, and keeps its time and version, when only the client’s clocks show another time', async () => {
    const id = await booked();

    const answer = await resolve(id, BERLIN_STAYS);

    expect(answer.json).toMatchObject({
      outcome: 'amended',
      to: { startsAt: '2026-12-01T15:00:00.000Z', localStart: { client: '2026-12-01T17:00:00+02:00' } },
      appointment: { version: 1, revision: 2, localStart: { client: '2026-12-01T17:00:00+02:00' } },
    });
    expect(await claimsOf(id)).toEqual(['15:00', '15:05', '15:10', '15:15', '15:20', '15:25']);
    expect(await events('AppointmentRescheduled')).toEqual([]);
    const [detail, ...more] = await events('AppointmentAmended');
    expect(more).toEqual([]);
    expect(AppointmentAmended.check(detail).data).toMatchObject({
      appointmentVersion: 1,
      revision: 2,
      localStart: { client: '2026-12-01T17:00:00+02:00', agent: '2026-12-01T10:00:00-05:00' },
      tzdb: '2027a',
    });
  });

  it('is not written at all where nothing shows another time', async () => {
    const id = await booked();

    const answer = await resolve(id, NOTHING_CHANGES);

    expect(answer.json).toMatchObject({ outcome: 'unchanged', from: { tzdb: '2026f' }, to: { tzdb: '2027a' } });
    expect(await store.find(id)).toMatchObject({ writes: 1, tzdb: '2026f' });
    expect(await items('outbox')).toHaveLength(1);
  });

  it('resolved again and again moves once', async () => {
    const id = await booked();

    const outcomes: unknown[] = [];
    for (let time = 0; time < 3; time++) outcomes.push((await resolve(id, NEW_YORK_STAYS)).json.outcome);

    expect(outcomes).toEqual(['moved', 'unchanged', 'unchanged']);
    expect(await events('AppointmentRescheduled')).toHaveLength(1);
  });

  it('resolved by many at once moves once, and all of them are answered', async () => {
    const id = await booked();

    const answers = await Promise.all(Array.from({ length: 10 }, () => resolve(id, NEW_YORK_STAYS)));

    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    // Whoever wanted the very same at the same instant is told that it was done.
    const outcomes = new Set(answers.map(({ json }) => String(json.outcome)));
    expect(outcomes.has('moved')).toBe(true);
    expect([...outcomes].filter((outcome) => outcome !== 'moved' && outcome !== 'unchanged')).toEqual([]);
    expect(await store.find(id)).toMatchObject({ version: 2, revision: 2 });
    expect(await events('AppointmentRescheduled')).toHaveLength(1);
  });

  it('tells in a dry run what would become of it, and changes nothing', async () => {
    const id = await booked();
    const dry = await resolve(id, NEW_YORK_STAYS, { dryRun: true });

    expect(dry.json).toMatchObject({
      outcome: 'moved',
      to: { startsAt: '2026-12-01T14:00:00.000Z' },
      appointment: { version: 1, revision: 1, tzdb: '2026f' },
    });
    expect(await store.find(id)).toMatchObject({ writes: 1, startsAt: '2026-12-01T15:00:00.000Z' });
    expect(await items('outbox')).toHaveLength(1);
  });

  it('stays as it is while another has its new time, of whom it tells, and moves once that one has', async () => {
    const later = await booked();
    const earlier = await booked({ startsAt: '2026-12-01T14:00:00Z' });

    for (const dryRun of [true, false]) {
      expect((await resolve(later, NEW_YORK_STAYS, { dryRun })).json).toMatchObject({
        outcome: 'conflict',
        because: 'taken',
        blockedBy: [earlier],
        to: { startsAt: '2026-12-01T14:00:00.000Z' },
        appointment: { version: 1, revision: 1, status: 'scheduled' },
      });
    }
    expect(await store.find(later)).toMatchObject({ writes: 1, startsAt: '2026-12-01T15:00:00.000Z' });
    expect(await claimsOf(later)).toHaveLength(6);

    const both = [(await resolve(earlier, NEW_YORK_STAYS)).json, (await resolve(later, NEW_YORK_STAYS)).json];
    expect(both).toMatchObject([{ outcome: 'moved' }, { outcome: 'moved' }]);
    expect(await events('AppointmentRescheduled')).toHaveLength(2);
  });

  it('gives way to whoever holds the new time, until the hold has run out', async () => {
    const id = await booked();
    const held = await api.hold({ body: { startsAt: '2026-12-01T14:00:00Z', timeZone: 'UTC' } });
    expect(held.status).toBe(201);

    const during = await resolve(id, NEW_YORK_STAYS);
    now = new Date(String(held.json.expiresAt));
    const after = await resolve(id, NEW_YORK_STAYS);

    expect(during.json).toMatchObject({ outcome: 'conflict', blockedBy: [held.json.holdId] });
    expect(after.json.outcome).toBe('moved');
  });

  it('overlaps its own old time where slots are long, and is in its own way nowhere', async () => {
    api = publicApi(store, () => now, { SLOT_MINUTES: '120' });
    const id = await booked({ startsAt: '2026-12-01T16:00:00Z' });

    expect((await resolve(id, NEW_YORK_STAYS)).json.outcome).toBe('moved');
    expect(await claimsOf(id)).toHaveLength(24);
    expect((await claimsOf(id))[0]).toBe('15:00');
  });

  it('is left to the client who cancels or moves it in between', async () => {
    const answer = await api.create({ body: BOOKING });
    const { appointmentId: id, manageToken: token } = answer.json as { appointmentId: string; manageToken: string };
    let reads = 0;
    const overtaken: AppointmentStore = {
      ...store,
      read: async (asked) => {
        const told = await store.read(asked);
        if (++reads === 1) await api.cancel(id, { token });
        return told;
      },
    };

    const resolved = await resolve(id, NEW_YORK_STAYS, {}, overtaken);

    expect(resolved.json).toMatchObject({ outcome: 'not-applicable', because: 'status', to: null });
    expect(await events('AppointmentRescheduled')).toEqual([]);
    expect(await claimsOf(id)).toEqual([]);
  });

  it('is moved from where it stands by then when its time is taken just before it is written', async () => {
    const id = await booked();
    let reads = 0;
    const overtaken: AppointmentStore = {
      ...store,
      claimedBetween: async (...span) => {
        const claims = await store.claimedBetween(...span);
        if (++reads === 1) await booked({ startsAt: '2026-12-01T14:00:00Z' });
        return claims;
      },
    };

    expect((await resolve(id, NEW_YORK_STAYS, {}, overtaken)).json).toMatchObject({
      outcome: 'conflict',
      because: 'taken',
    });
    expect(reads).toBe(2);
  });

  it.each(['apt_01JDXK3Q6Z8V4T2M9R7W5Y1N0C', 'no id at all'])('is not found as %s', async (id) => {
    expect((await resolve(id, NEW_YORK_STAYS)).status).toBe(404);
  });

  it.each([{ dryRun: 'yes' }, { dry: true }, []])('is not asked for by %j', async (body) => {
    const id = await booked();

    expect((await resolve(id, NEW_YORK_STAYS, body)).status).toBe(400);
    expect(await store.find(id)).toMatchObject({ writes: 1 });
  });
});

describe('the appointments of an agent, resolved again in whatever order', () => {
  it('all move together, without an overlap on the way, when those in the way are asked again', async () => {
    const slots = fc.uniqueArray(fc.nat(15), { minLength: 1, maxLength: 12 });
    const change = fc.constantFrom(-6 * 60, -4 * 60, -330, -315, -225);

    await fc.assert(
      fc.asyncProperty(slots, change, fc.infiniteStream(fc.nat(1000)), async (places, offset, random) => {
        const store = memoryStore();
        const by = rules({ 'America/New_York': { offsets: [offset], untils: [] } });
        const api = publicApi(store, () => NOW, {}, { rules: by });
        const ids: string[] = [];
        for (const place of places) {
          const startsAt = new Date(Date.parse('2026-12-01T14:00:00Z') + place * 30 * MINUTE).toISOString();
          ids.push((await api.create({ body: { ...BOOKING, startsAt } })).json.appointmentId as string);
        }

        const left = new Set(ids);
        for (let asked = true; asked && left.size > 0;) {
          asked = false;
          const order = [...left].map((id) => [Number(random.next().value), id] as const);
          for (const [, id] of order.toSorted(([a], [b]) => a - b)) {
            const { outcome } = (await api.staff.reResolve(id)).json as { outcome: string };
            expect(['moved', 'conflict']).toContain(outcome);
            // Nobody's time is ever lost or shared: each has its six pieces.
            const holders = [...store.claims.values()];
            expect(ids.map((id) => holders.filter((holder) => holder === id).length)).toEqual(ids.map(() => 6));
            expect(holders).toHaveLength(6 * ids.length);
            if (outcome === 'moved') asked = left.delete(id);
          }
        }

        expect(left.size).toBe(0);
        const starts = await Promise.all(ids.map(async (id) => Date.parse((await store.find(id))?.startsAt ?? '')));
        expect(starts).toEqual(
          places.map((place) => Date.parse('2026-12-01T09:00:00Z') - offset * MINUTE + place * 30 * MINUTE),
        );
      }),
      { numRuns: 40 },
    );
  });
});
