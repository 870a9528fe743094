import { cursorOf } from '@appointments/runtime';
import { beforeEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { BOOKING, fixedAgents, NOW, publicApi, someone as agentCalled, type PublicApi } from '../../test/api';
import { memoryStore, type MemoryStore } from '../../test/memory-store';
import type { Agent } from '../domain/agent';

const someone = (agentId: string, changes: Partial<Agent> = {}): Agent =>
  agentCalled(agentId, { email: `${agentId}@example.com`, ...changes });

let store: MemoryStore;
let now: Date;
let api: PublicApi;

const apiOf = (...agents: Agent[]) => publicApi(store, () => now, {}, { agents: fixedAgents(agents) });

beforeEach(() => {
  store = memoryStore();
  now = NOW;
  api = apiOf(someone('a'), someone('b'));
});

interface Booked {
  readonly appointmentId: string;
  readonly token: string;
}

async function booked(changes: Record<string, unknown> = {}, over = api): Promise<Booked> {
  const answer = await over.create({ body: { ...BOOKING, agentId: 'a', ...changes } });
  if (answer.status !== 201) throw new Error(answer.text);
  return { appointmentId: answer.json.appointmentId, token: answer.json.manageToken };
}

const at = (day: number, hour: number) => `2026-12-${String(day).padStart(2, '0')}T${hour}:00:00Z`;
const DECEMBER = { from: '2026-12-01', to: '2026-12-31' };
const idsOf = (answer: { json: { appointments: { appointmentId: string }[] } }) =>
  answer.json.appointments.map(({ appointmentId }) => appointmentId);

describe('an appointment as staff see it', () => {
  it('has what its client sees, both parties’ particulars, what was agreed on, and its history', async () => {
    const { appointmentId, token } = await booked({ notes: 'By the lift', callConsent: { wording: 'Call me' } });

    const answer = await api.staff.get(appointmentId);
    const asClient = await api.get(appointmentId, { token });

    expect(answer).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } });
    expect(answer.json).toEqual({
      ...asClient.json,
      revision: 1,
      createdAt: NOW.toISOString(),
      durationMinutes: 30,
      localStart: { client: '2026-12-01T16:00:00+01:00', agent: '2026-12-01T10:00:00-05:00' },
      tzdb: expect.stringMatching(/^20\d\d[a-z]$/),
      client: { ...asClient.json.client, locale: 'en', smsConsent: false },
      agent: {
        agentId: 'a',
        name: 'Agent a',
        email: 'a@example.com',
        phone: '+12025550100',
        timeZone: 'America/New_York',
      },
      callConsent: { at: NOW.toISOString(), wording: 'Call me' },
    });
  });

  it.each(['apt_00000000000000000000000000', 'x', 'a b', '../agents', 'x'.repeat(3000), ''])(
    'is not there for an id that nobody has: %s',
    async (appointmentId) => {
      for (const answer of [
        await api.staff.get(appointmentId),
        await api.staff.cancel(appointmentId),
        await api.staff.reschedule(appointmentId, { startsAt: at(2, 15), timeZone: 'UTC' }),
      ]) {
        expect(answer.status).toBe(404);
        expect(answer.json.type).toMatch(/\/no-such-appointment$/);
      }
    },
  );
});

describe('the list of appointments', () => {
  it('has those of the days asked for, oldest first, of all agents or of one, cancelled ones too', async () => {
    const late = await booked({ startsAt: at(3, 15) });
    const early = await booked({ startsAt: at(1, 15), agentId: 'b' });
    const off = await booked({ startsAt: at(2, 15) });
    await booked({ startsAt: at(5, 15) });
    await api.cancel(off.appointmentId, { token: off.token });

    const all = await api.staff.list({ from: '2026-12-01', to: '2026-12-03' });
    const ofOne = await api.staff.list({ from: '2026-12-01', to: '2026-12-03', agentId: 'a' });

    expect(all).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } });
    expect(idsOf(all)).toEqual([early, off, late].map(({ appointmentId }) => appointmentId));
    expect(all.json.appointments.map(({ status }: { status: string }) => status)).toEqual([
      'scheduled',
      'cancelled',
      'scheduled',
    ]);
    expect(idsOf(ofOne)).toEqual([off, late].map(({ appointmentId }) => appointmentId));
    expect(all.json).not.toHaveProperty('next');
    const { history: _, ...without } = (await api.staff.get(early.appointmentId)).json;
    expect(all.json.appointments[0]).toEqual(without);
  });

  it('counts days as the zone asked for does, the last one included, and as UTC without one', async () => {
    // 16:30 in New York is half past nine in the evening in UTC, and the next morning in Auckland.
    const { appointmentId } = await booked({ startsAt: '2026-12-01T21:30:00Z' });
    const on = async (day: string, timeZone?: string) =>
      idsOf(await api.staff.list({ from: day, to: day, ...(timeZone !== undefined && { timeZone }) }));

    expect(await on('2026-12-01')).toEqual([appointmentId]);
    expect(await on('2026-12-02')).toEqual([]);
    expect(await on('2026-12-01', 'Pacific/Auckland')).toEqual([]);
    expect(await on('2026-12-02', 'Pacific/Auckland')).toEqual([appointmentId]);
  });

  it('follows an appointment that moved', async () => {
    const { appointmentId, token } = await booked({ startsAt: at(1, 15) });
    await api.reschedule(appointmentId, { token, body: { startsAt: at(9, 15), timeZone: 'UTC' } });

    expect(idsOf(await api.staff.list({ from: '2026-12-01', to: '2026-12-01' }))).toEqual([]);
    expect(idsOf(await api.staff.list({ from: '2026-12-09', to: '2026-12-09' }))).toEqual([appointmentId]);
  });

  it('is the same page by page as at once, however long the pages: nothing twice, nothing missed', async () => {
    const places = fc.uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 1, max: 30 })), {
      maxLength: 30,
      selector: ([agentId, day]) => `${agentId} ${day}`,
    });
    await fc.assert(
      fc.asyncProperty(places, fc.integer({ min: 1, max: 8 }), async (all, limit) => {
        store = memoryStore();
        const over = apiOf(someone('a'), someone('b'), someone('c'));
        for (const [agentId, day] of all) await booked({ agentId, startsAt: at(day, 15) }, over);
        const once = idsOf(await over.staff.list({ ...DECEMBER, limit: '100' }));

        const paged: string[] = [];
        let cursor: string | undefined;
        do {
          const page = await over.staff.list({ ...DECEMBER, limit: String(limit), ...(cursor && { cursor }) });
          expect(idsOf(page)).toHaveLength(Math.min(limit, once.length - paged.length));
          paged.push(...idsOf(page));
          cursor = page.json.next;
        } while (cursor);

        expect(once).toHaveLength(all.length);
        expect(paged).toEqual(once);
      }),
      { numRuns: 30 },
    );
  });

  it('has fifty on a page, and no empty page at its end', async () => {
    now = new Date('2026-11-30T12:00:00Z');
    for (let day = 1; day <= 10; day++) {
      for (const hour of [14, 15, 16, 17, 18]) await booked({ startsAt: at(day, hour) });
    }
    const fifty = await api.staff.list(DECEMBER);
    await booked({ startsAt: at(11, 15) });
    const more = await api.staff.list(DECEMBER);

    expect(idsOf(fifty)).toHaveLength(50);
    expect(fifty.json).not.toHaveProperty('next');
    expect(idsOf(more)).toHaveLength(50);
    expect(idsOf(await api.staff.list({ ...DECEMBER, cursor: more.json.next }))).toHaveLength(1);
  });

  it.each<[string, Record<string, string>, string]>([
    ['no days', {}, 'from'],
    ['a day that there is not', { from: '2026-02-30', to: '2026-12-01' }, 'from'],
    ['days in the wrong order', { from: '2026-12-02', to: '2026-12-01' }, 'to'],
    ['more than 62 days', { from: '2026-12-01', to: '2027-02-01' }, 'to'],
    ['a zone that there is not', { ...DECEMBER, timeZone: 'Mars/Olympus' }, 'timeZone'],
    ['an agent that there is not', { ...DECEMBER, agentId: 'nobody' }, 'agentId'],
    ['what is no agent’s id', { ...DECEMBER, agentId: 'a b' }, 'agentId'],
    ['a page of none', { ...DECEMBER, limit: '0' }, 'limit'],
    ['too long a page', { ...DECEMBER, limit: '101' }, 'limit'],
    ['a cursor of nowhere', { ...DECEMBER, cursor: 'nowhere' }, 'cursor'],
    ['an empty cursor', { ...DECEMBER, cursor: '' }, 'cursor'],
    ['a cursor that was changed', { ...DECEMBER, cursor: `${cursorOf('2026-12-01T15:00:00.000Z#apt_1')}A` }, 'cursor'],
    ['a cursor of something else', { ...DECEMBER, cursor: cursorOf('agt_default') }, 'cursor'],
    ['a cursor of earlier days', { ...DECEMBER, cursor: cursorOf('2026-11-30T23:00:00.000Z#apt_1') }, 'cursor'],
    ['a cursor of later days', { ...DECEMBER, cursor: cursorOf('2027-01-01T00:00:00.000Z#apt_1') }, 'cursor'],
  ])('is refused for %s, and the field is named', async (_what, query, path) => {
    const answer = await api.staff.list(query);

    expect(answer.status).toBe(400);
    expect(answer.json.errors.map((fault: { path: string }) => fault.path)).toContain(path);
    expect(store.calls['readAgenda']).toBeUndefined();
  });

  it('names all faults at once', async () => {
    const answer = await api.staff.list({ from: 'x', to: 'y', limit: 'z', agentId: 'nobody', cursor: '-' });

    expect(answer.json.errors.map((fault: { path: string }) => fault.path).toSorted()).toEqual([
      'agentId',
      'cursor',
      'from',
      'limit',
      'to',
    ]);
  });
});

describe('a move by staff', () => {
  it('is told like the client’s, and the history says who did it', async () => {
    const { appointmentId, token } = await booked();

    const answer = await api.staff.reschedule(appointmentId, { startsAt: at(2, 15), timeZone: 'Europe/Berlin' });

    expect(answer).toMatchObject({
      status: 200,
      json: { version: 2, revision: 2, status: 'scheduled', startsAt: '2026-12-02T16:00:00+01:00' },
    });
    expect(answer.json).toEqual((await api.staff.get(appointmentId)).json);
    expect((await api.get(appointmentId, { token })).json.history.at(-1)).toEqual({
      at: NOW.toISOString(),
      type: 'rescheduled',
      version: 2,
      text: 'Moved by the agent from 2026-12-01T16:00:00+01:00 (Europe/Berlin) to 2026-12-02T16:00:00+01:00 (Europe/Berlin)',
    });
    expect(store.events.at(-1)).toMatchObject({
      detailType: 'AppointmentRescheduled',
      detail: { data: { appointmentId, appointmentVersion: 2, previousStartsAt: '2026-12-01T15:00:00.000Z' } },
    });
  });

  it('is held neither to the agent’s notice nor to the horizon, as the client’s is', async () => {
    api = apiOf(someone('a', { minimumNoticeMinutes: 24 * 60 }));
    const { appointmentId, token } = await booked();
    const soon = { startsAt: '2026-11-23T15:00:00Z', timeZone: 'UTC' };
    const farAhead = { startsAt: '2028-06-01T15:00:00Z', timeZone: 'UTC' };

    const byClient = [soon, farAhead].map((body) => api.reschedule(appointmentId, { token, body }));
    const statuses = (await Promise.all(byClient)).map(({ status }) => status);

    expect(statuses).toEqual([400, 400]);
    expect((await api.staff.reschedule(appointmentId, soon)).status).toBe(200);
    expect((await api.staff.reschedule(appointmentId, farAhead)).status).toBe(200);
  });

  it('is held to the agent’s hours, and never into the past', async () => {
    const { appointmentId } = await booked();

    for (const startsAt of ['2026-12-02T03:00:00Z', '2026-12-02T15:10:00Z', '2026-11-20T15:00:00Z']) {
      const answer = await api.staff.reschedule(appointmentId, { startsAt, timeZone: 'UTC' });
      expect(answer).toMatchObject({ status: 400, json: { errors: [{ path: 'startsAt' }] } });
    }
  });

  it('finds out when the time is taken, and names free ones near it: beyond the horizon too', async () => {
    const { appointmentId } = await booked();
    const other = await booked({ startsAt: at(2, 15) });
    const far = '2027-06-01T15:00:00Z';
    await api.staff.reschedule(other.appointmentId, { startsAt: far, timeZone: 'UTC' });

    const answer = await api.staff.reschedule(appointmentId, { startsAt: far, timeZone: 'UTC' });

    expect(answer.status).toBe(409);
    expect(answer.json.type).toMatch(/\/slot-taken$/);
    expect(answer.json.nearest.map(({ startsAt }: { startsAt: string }) => startsAt)).toEqual([
      '2027-06-01T13:30:00Z',
      '2027-06-01T14:00:00Z',
      '2027-06-01T14:30:00Z',
      '2027-06-01T15:30:00Z',
      '2027-06-01T16:00:00Z',
    ]);
  });

  it('may be to another agent, whose time it takes, and gives back the first one’s', async () => {
    const { appointmentId } = await booked();
    const answer = await api.staff.reschedule(appointmentId, {
      startsAt: BOOKING.startsAt,
      timeZone: BOOKING.timeZone,
      agentId: 'b',
    });

    expect(answer).toMatchObject({
      status: 200,
      json: { version: 2, agent: { agentId: 'b', email: 'b@example.com' }, startsAt: '2026-12-01T16:00:00+01:00' },
    });
    expect(answer.json.history.at(-1).text).toMatch(/^Moved by the agent from .*, with another agent$/);
    expect([...store.claims.keys()].every((key) => key.startsWith('b '))).toBe(true);
    expect(idsOf(await api.staff.list({ ...DECEMBER, agentId: 'a' }))).toEqual([]);
    expect(idsOf(await api.staff.list({ ...DECEMBER, agentId: 'b' }))).toEqual([appointmentId]);
    await expect(booked()).resolves.toBeDefined();
  });

  it('tells the bus whom it was taken from, and of nobody where it stays with the same agent', async () => {
    const { appointmentId } = await booked();
    const to = (hour: number, agentId: string) =>
      api.staff.reschedule(appointmentId, { startsAt: at(2, hour), timeZone: 'UTC', agentId });
    const last = () => store.events.at(-1)?.detail.data as Record<string, unknown>;

    await to(15, 'b');
    expect(last()['previousAgent']).toMatchObject({
      agentId: 'a',
      email: 'a@example.com',
      localStart: '2026-12-01T10:00:00-05:00',
    });

    await to(16, 'b');
    expect(last()).not.toHaveProperty('previousAgent');
  });

  it('is refused to an agent who is none, or takes no appointments', async () => {
    api = apiOf(someone('a'), someone('gone', { active: false }));
    const { appointmentId } = await booked();
    const to = (agentId: string) =>
      api.staff.reschedule(appointmentId, { startsAt: at(2, 15), timeZone: 'UTC', agentId });

    expect(await to('nobody')).toMatchObject({ status: 400, json: { errors: [{ path: 'agentId' }] } });
    expect(await to('gone')).toMatchObject({ status: 400, json: { errors: [{ path: 'agentId' }] } });
    expect(await to('a b')).toMatchObject({ status: 400, json: { errors: [{ path: 'agentId' }] } });
  });

  it('of an agent who takes no new times is to another agent or nowhere', async () => {
    const { appointmentId } = await booked();
    api = apiOf(someone('a', { active: false }), someone('b'));
    const time = { startsAt: at(2, 15), timeZone: 'UTC' };

    const refused = [
      await api.staff.reschedule(appointmentId, time),
      await api.staff.reschedule(appointmentId, { ...time, agentId: 'a' }),
    ];

    expect(refused).toMatchObject([
      {
        status: 400,
        json: { errors: [{ path: 'startsAt', message: expect.stringMatching(/give it to another agent$/) }] },
      },
      { status: 400, json: { errors: [{ path: 'agentId' }] } },
    ]);
    expect((await api.staff.reschedule(appointmentId, { ...time, agentId: 'b' })).status).toBe(200);
  });

  it('to another agent is held to nobody’s notice and horizon either', async () => {
    api = apiOf(someone('a'), someone('b', { minimumNoticeMinutes: 24 * 60, horizonDays: 7 }));
    const { appointmentId } = await booked();
    const to = (startsAt: string, agentId: string) =>
      api.staff.reschedule(appointmentId, { startsAt, timeZone: 'UTC', agentId });

    expect((await to('2026-11-23T15:00:00Z', 'b')).status).toBe(200);
    expect((await to('2027-11-23T15:00:00Z', 'b')).status).toBe(200);
  });

  it('to another agent is not open to clients: theirs names none', async () => {
    const { appointmentId, token } = await booked();

    for (const agentId of ['a', 'b', 'nobody']) {
      const body = { startsAt: at(2, 15), timeZone: 'UTC', agentId };
      const answer = await api.reschedule(appointmentId, { token, body });
      expect(answer.status).toBe(400);
      expect(answer.json.errors).toEqual([{ path: 'agentId', message: 'is not a known field' }]);
    }
  });

  it('to where it stands changes nothing and tells nobody; with another agent it does', async () => {
    const { appointmentId } = await booked();
    const here = { startsAt: at(2, 15), timeZone: 'UTC' };
    await api.staff.reschedule(appointmentId, here);
    const told = store.events.length;

    const again = await api.staff.reschedule(appointmentId, here);
    const named = await api.staff.reschedule(appointmentId, { ...here, agentId: 'a' });

    expect([again.json.version, named.json.version]).toEqual([2, 2]);
    expect(store.events).toHaveLength(told);
    expect((await api.staff.reschedule(appointmentId, { ...here, agentId: 'b' })).json.version).toBe(3);
  });

  it('is refused in the states that forbid it to the client', async () => {
    const { appointmentId } = await booked();
    await api.staff.cancel(appointmentId);

    const answer = await api.staff.reschedule(appointmentId, { startsAt: at(2, 15), timeZone: 'UTC' });

    expect(answer).toMatchObject({ status: 409, json: { state: 'cancelled' } });
  });
});

describe('a cancellation by staff', () => {
  it('is the agent’s word, frees the time, and is told with its reason', async () => {
    const { appointmentId } = await booked();

    const answer = await api.staff.cancel(appointmentId, { reason: 'Alex is ill' });

    expect(answer).toMatchObject({ status: 200, json: { version: 2, revision: 2, status: 'cancelled' } });
    expect(answer.json.history.at(-1)).toMatchObject({ type: 'cancelled', text: 'Cancelled by the agent' });
    expect(store.claims.size).toBe(0);
    expect(store.events.at(-1)).toMatchObject({
      detailType: 'AppointmentCancelled',
      detail: { data: { appointmentId, cancelledBy: 'agent', reason: 'Alex is ill', appointmentVersion: 2 } },
    });
  });

  it('is refused a second time, as the client’s is', async () => {
    const { appointmentId, token } = await booked();
    await api.staff.cancel(appointmentId);

    const again = [await api.staff.cancel(appointmentId), await api.cancel(appointmentId, { token })];

    for (const answer of again) expect(answer).toMatchObject({ status: 409, json: { state: 'cancelled' } });
    expect(store.events).toHaveLength(2);
  });
});
