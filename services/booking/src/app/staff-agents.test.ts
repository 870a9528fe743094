import { beforeEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { BOOKING, NOW, publicApi } from '../../test/api';
import { memoryStore } from '../../test/memory-store';
import { ANNA, CONFIGURED, memoryAgents, staffAgentsApi, type MemoryAgents } from '../../test/staff-agents';
import type { Agent } from '../domain/agent';
import { agentFields } from './agent-schemas';

let store: MemoryAgents;
let api: ReturnType<typeof staffAgentsApi>;
beforeEach(() => {
  store = memoryAgents();
  api = staffAgentsApi(store, () => NOW);
});

const faultsOf = async (changes: Record<string, unknown>, query: Record<string, string> = {}) => {
  const answer = await api.put('agt_anna', { ...ANNA, ...changes }, { query });
  expect(answer.status).toBe(400);
  const { errors } = answer.json as { errors: { path: string; message: string }[] };
  return errors.map(({ path, message }) => `${path}: ${message}`);
};

describe('writing an agent', () => {
  it('takes from the configuration what is left out', async () => {
    const answer = await api.put('agt_anna', ANNA);

    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({ etag: '"1"', 'cache-control': 'no-store', 'x-correlation-id': 'agt_anna' });
    expect(answer.json).toEqual({
      agentId: 'agt_anna',
      agentVersion: 1,
      ...ANNA,
      workingHours: 'Mon-Sun 09:00-17:00',
      daysOff: [],
      overrides: [],
      slotMinutes: 30,
      bufferBeforeMinutes: 0,
      bufferAfterMinutes: 0,
      minimumNoticeMinutes: 0,
      horizonDays: 60,
      active: true,
    });
  });

  it('takes all that can be said', async () => {
    const body = {
      ...ANNA,
      workingHours: 'Mon-Fri 09:00-12:00,13:00-17:00; Sat 10:00-12:00',
      daysOff: ['2026-12-24/2027-01-02', '2026-11-30'],
      overrides: [{ date: '2026-12-05', hours: '13:00-15:00, 09:00-12:00' }],
      slotMinutes: 45,
      bufferBeforeMinutes: 5,
      bufferAfterMinutes: 10,
      minimumNoticeMinutes: 90,
      horizonDays: 30,
      active: false,
    };

    const answer = await api.put('agt_anna', body);

    expect(answer.json).toEqual({
      agentId: 'agt_anna',
      agentVersion: 1,
      ...body,
      daysOff: ['2026-11-30', '2026-12-24/2027-01-02'],
      overrides: [{ date: '2026-12-05', hours: '09:00-12:00,13:00-15:00' }],
    });
    expect(await store.find('agt_anna')).toMatchObject({
      version: 1,
      exceptions: new Map<string, unknown>([
        ['2026-11-30', []],
        [
          '2026-12-05',
          [
            { from: 540, to: 720 },
            { from: 780, to: 900 },
          ],
        ],
        ...['24', '25', '26', '27', '28', '29', '30', '31'].map((date) => [`2026-12-${date}`, []] as const),
        ['2027-01-01', []],
        ['2027-01-02', []],
      ]),
    });
  });

  it('replaces the whole agent: what was said before and not again is as in the configuration', async () => {
    await api.put('agt_anna', { ...ANNA, slotMinutes: 60, active: false, daysOff: ['2026-12-24'] });

    const answer = await api.put('agt_anna', ANNA);

    expect(answer.json).toMatchObject({ agentVersion: 2, slotMinutes: 30, active: true, daysOff: [] });
  });

  it('tells every change with the version it made, and nothing but what others need', async () => {
    await api.put('agt_anna', ANNA);
    await api.put('agt_anna', { ...ANNA, phone: '+12025550102' });
    await api.put('agt_anna', { ...ANNA, phone: '+12025550102', horizonDays: 20 });

    expect(store.events.map(({ detailType, detail }) => [detailType, detail.metadata.eventId, detail.data])).toEqual(
      [1, 2, 3].map((agentVersion) => [
        'AgentChanged',
        `AgentChanged:agt_anna:${agentVersion}`,
        { agentId: 'agt_anna', agentVersion, ...ANNA, phone: agentVersion === 1 ? ANNA.phone : '+12025550102' },
      ]),
    );
  });

  it('writes nothing and tells nobody where nothing changes, in whatever words it is said', async () => {
    await api.put('agt_anna', { ...ANNA, workingHours: 'Mon-Fri 09:00-17:00', daysOff: ['2026-12-24', '2026-12-25'] });

    const answer = await api.put('agt_anna', {
      ...ANNA,
      workingHours: '09:00-17:00; Sat,Sun off',
      daysOff: ['2026-12-24/2026-12-25'],
      overrides: [],
    });

    expect(answer).toMatchObject({ status: 200, json: { agentVersion: 1 } });
    expect(store.events).toHaveLength(1);
  });

  it('leaves the agent of the configuration with it until they are written otherwise', async () => {
    const { name, email, phone, timeZone } = agentFields(CONFIGURED);
    const same = await api.put('agt_default', { name, email, phone, timeZone });
    const other = await api.put('agt_default', { name, email, phone: '+12025550109', timeZone });

    expect([same.json.agentVersion, other.json.agentVersion]).toEqual([0, 1]);
    expect(store.events.map(({ detail }) => detail.data)).toMatchObject([
      { agentId: 'agt_default', agentVersion: 1, phone: '+12025550109' },
    ]);
  });

  it('is tried again where somebody else wrote in between', async () => {
    const writes = ['overtaken', 'overtaken', 'saved'] as const;
    let tries = 0;
    const contended = staffAgentsApi({ ...store, save: async () => writes[tries++] ?? 'saved' }, () => NOW);

    const answer = await contended.put('agt_anna', ANNA);

    expect([answer.status, tries]).toEqual([200, 3]);
  });

  it('says to try again where others write without end', async () => {
    const contended = staffAgentsApi({ ...store, save: async () => 'overtaken' }, () => NOW);

    const answer = await contended.put('agt_anna', ANNA);

    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
    expect(answer.json.type).toMatch(/\/busy$/);
  });

  describe('with If-Match', () => {
    const ifMatch = (version: string) => ({ headers: { 'if-match': version } });

    it('is written where the version fits, and 0 fits whom nobody has written yet', async () => {
      const first = await api.put('agt_anna', ANNA, ifMatch('"0"'));
      const second = await api.put('agt_anna', { ...ANNA, name: 'Anna B.' }, ifMatch('"1"'));

      expect([first.json.agentVersion, second.json.agentVersion]).toEqual([1, 2]);
    });

    it.each(['"0"', '"2"'])(
      'is refused with the version that is in force where it does not fit: %s',
      async (version) => {
        await api.put('agt_anna', ANNA);

        const answer = await api.put('agt_anna', { ...ANNA, name: 'Anna B.' }, ifMatch(version));

        expect(answer).toMatchObject({ status: 412, json: { agentVersion: 1 } });
        expect(answer.json.type).toMatch(/\/agent-changed$/);
        expect(await store.find('agt_anna')).toMatchObject({ name: 'Anna Berg', version: 1 });
      },
    );

    it('is refused even where nothing would change, and where somebody else came first', async () => {
      await api.put('agt_anna', ANNA);
      const same = await api.put('agt_anna', ANNA, ifMatch('"4"'));
      const overtaken = staffAgentsApi(
        {
          ...store,
          save: async (writing, now) => {
            await store.save({ ...writing, agent: { ...writing.agent, name: 'Another' } }, now);
            return 'overtaken';
          },
        },
        () => NOW,
      );
      const late = await overtaken.put('agt_anna', { ...ANNA, name: 'Anna B.' }, ifMatch('"1"'));

      expect([same.status, late.status]).toEqual([412, 412]);
    });

    it.each(['3', '"x"', 'W/"1"', '*', '"1", "2"', '""'])('is refused where it is no version: %s', async (version) => {
      const answer = await api.put('agt_anna', { ...ANNA, email: 'x' }, ifMatch(version));

      expect(answer.status).toBe(400);
      expect(answer.json.errors.map((fault: { path: string }) => fault.path)).toEqual(['email', 'If-Match']);
    });
  });

  describe('as a trial (dryRun)', () => {
    const dryRun = { query: { dryRun: 'true' } };

    it('answers what would be, and writes and tells nothing', async () => {
      const fresh = await api.put('agt_anna', ANNA, dryRun);
      await api.put('agt_anna', ANNA);
      const same = await api.put('agt_anna', ANNA, dryRun);
      const changed = await api.put('agt_anna', { ...ANNA, name: 'Anna B.' }, dryRun);

      expect([fresh, same, changed].map(({ json }) => [json.agentVersion, json.name])).toEqual([
        [1, 'Anna Berg'],
        [1, 'Anna Berg'],
        [2, 'Anna B.'],
      ]);
      expect(await store.find('agt_anna')).toMatchObject({ name: 'Anna Berg', version: 1 });
      expect(store.events).toHaveLength(1);
    });

    it('names the faults and the wrong version as writing does', async () => {
      const version = await api.put('agt_anna', ANNA, { ...dryRun, headers: { 'if-match': '"7"' } });

      expect(version.status).toBe(412);
      expect(await faultsOf({ name: '' }, { dryRun: 'true' })).toEqual(['name: must not be empty']);
      expect(await faultsOf({}, { dryRun: 'yes' })).toEqual(['dryRun: must be true or false']);
    });

    it('is writing where it is `false`', async () => {
      await api.put('agt_anna', ANNA, { query: { dryRun: 'false' } });

      expect(store.events).toHaveLength(1);
    });
  });

  describe('is refused', () => {
    it('with every fault at once', async () => {
      const answer = await api.put(
        'agt anna',
        {
          name: '',
          email: 'anna',
          phone: '+19005550100',
          timeZone: 'Europe/Bern',
          workingHours: 'Mo-Fr 9-17',
          daysOff: ['24.12.2026', '2026-12-25/2026-12-24'],
          overrides: [{ date: '2026-02-30', hours: '9-12' }, '2026-12-31'],
          slotMinutes: 7,
          bufferBeforeMinutes: -5,
          bufferAfterMinutes: '5',
          minimumNoticeMinutes: 0.5,
          horizonDays: 0,
          active: 'yes',
          room: 12,
        },
        { query: { dryRun: '1' }, headers: { 'if-match': '1' } },
      );

      const { errors } = answer.json as { errors: { path: string }[] };
      expect(errors.map(({ path }) => path).toSorted((a, b) => (a < b ? -1 : 1))).toEqual([
        'If-Match',
        'active',
        'agentId',
        'bufferAfterMinutes',
        'bufferBeforeMinutes',
        'daysOff.0',
        'daysOff.1',
        'dryRun',
        'email',
        'horizonDays',
        'minimumNoticeMinutes',
        'name',
        'overrides.0.date',
        'overrides.0.hours',
        'overrides.1',
        'phone',
        'room',
        'slotMinutes',
        'timeZone',
        'workingHours',
      ]);
    });

    it('without what must be said', async () => {
      const answer = await api.put('agt_anna', {});

      expect(answer.json.errors).toEqual(
        ['name', 'email', 'phone', 'timeZone'].map((path) => ({ path, message: 'is required' })),
      );
    });

    it.each([null, [], 'Anna', 7])('where the body is no object: %j', async (body) => {
      const answer = await api.put('agt_anna', body);

      expect(answer.status).toBe(400);
      expect(answer.json.errors).toEqual([{ path: '', message: 'must be a JSON object' }]);
    });

    it.each([
      [{ phone: '+442079460958' }, 'phone: is a number in the UK, and we call only numbers in the US'],
      [
        { phone: '5550100' },
        'phone: must be in international form: + and the country code, digits only, like +12025550123',
      ],
      [{ workingHours: 'Mon off' }, 'it leaves no day with hours'],
      [{ workingHours: 9 }, 'workingHours: must be text'],
      [{ daysOff: '2026-12-24' }, 'daysOff: must be a list of days'],
      [{ daysOff: ['2026-01-01/2027-12-31'] }, 'daysOff.0: has more than 366 days'],
      [{ overrides: [{ date: '2026-12-31' }] }, 'overrides.0.hours: is required'],
      [{ overrides: [{ date: '2026-12-31', hours: 'off' }] }, 'overrides.0.hours: hours are written 09:00-17:00'],
      [{ overrides: [{ date: '2026-12-31', hours: '' }] }, 'overrides.0.hours: hours are written 09:00-17:00'],
      [{ slotMinutes: 0 }, 'slotMinutes: must be a whole number from 5 to 240 and a multiple of 5'],
      [{ slotMinutes: 245 }, 'slotMinutes: must be a whole number from 5 to 240 and a multiple of 5'],
      [{ bufferAfterMinutes: 12 }, 'bufferAfterMinutes: must be a whole number from 0 to 240 and a multiple of 5'],
      [{ horizonDays: 367 }, 'horizonDays: must be a whole number from 1 to 366'],
      [
        { slotMinutes: 200, bufferBeforeMinutes: 20, bufferAfterMinutes: 25 },
        'slotMinutes: takes 245 minutes together with the buffers, and may take 240',
      ],
      [{ bufferAfterMinutes: 215 }, 'slotMinutes: takes 245 minutes together with the buffers, and may take 240'],
      [
        { horizonDays: 1, minimumNoticeMinutes: 1441 },
        'minimumNoticeMinutes: is longer than can be booked ahead (horizonDays)',
      ],
      [
        { daysOff: ['2026-12-24/2027-01-02'], overrides: [{ date: '2026-12-31', hours: '09:00-12:00' }] },
        'overrides.0.date: is a day off',
      ],
      [
        { overrides: ['09:00-12:00', '13:00-15:00'].map((hours) => ({ date: '2026-12-31', hours })) },
        'overrides.1.date: is overridden twice',
      ],
    ])('with %j', async (changes, fault) => {
      const faults = await faultsOf(changes);

      expect(faults).toEqual([expect.stringContaining(fault)]);
    });

    it('with what is between two fields beside what is in one of them', async () => {
      const faults = await faultsOf({
        name: '',
        slotMinutes: 240,
        bufferAfterMinutes: 5,
        daysOff: ['2026-12-31', 'Christmas'],
        overrides: [
          { date: '2026-12-31', hours: 'early' },
          { date: '2026-12-31', hours: '09:00-12:00' },
        ],
      });

      expect(faults).toEqual([
        'name: must not be empty',
        expect.stringContaining('daysOff.1: must be a day'),
        'overrides.0.hours: hours are written 09:00-17:00',
        'slotMinutes: takes 245 minutes together with the buffers, and may take 240',
        'overrides.0.date: is a day off',
        'overrides.1.date: is overridden twice',
        'overrides.1.date: is a day off',
      ]);
    });
  });

  it('takes a slot that fills the four hours with its buffers, and a notice as long as the horizon', async () => {
    const answer = await api.put('agt_anna', {
      ...ANNA,
      slotMinutes: 200,
      bufferBeforeMinutes: 20,
      bufferAfterMinutes: 20,
      horizonDays: 1,
      minimumNoticeMinutes: 1440,
    });

    expect(answer.status).toBe(200);
  });

  it('answers what, written again, changes nothing: whatever was said and however', async () => {
    const minutes = (from: number, to: number) => fc.integer({ min: from / 5, max: to / 5 }).map((step) => step * 5);
    const hours = fc.constantFrom('09:00-12:00', '13:00-17:00, 09:00-12:00', '00:00-24:00', '22:00-24:00,00:00-00:05');
    const date = fc
      .integer({ min: 0, max: 800 })
      .map((days) => new Date(Date.UTC(2026, 0, 1 + days)).toISOString().slice(0, 10));
    const body = fc.record(
      {
        workingHours: fc
          .tuple(
            fc.constantFrom('Mon-Fri', 'Sat-Mon', 'Wed', ''),
            hours,
            fc.constantFrom('', '; Wed off', '; Tue 06:00-07:00'),
          )
          .map(([days, times, more]) => `${days} ${times}${days === 'Wed' ? '' : more}`),
        daysOff: fc.array(
          fc.tuple(date, date).map(([one, other]) => (one < other ? `${one}/${other}` : one)),
          { maxLength: 5 },
        ),
        overrides: fc.array(fc.record({ date, hours }), { maxLength: 5 }),
        slotMinutes: minutes(5, 120),
        bufferBeforeMinutes: minutes(0, 60),
        bufferAfterMinutes: minutes(0, 60),
        minimumNoticeMinutes: fc.integer({ min: 0, max: 1440 }),
        horizonDays: fc.integer({ min: 1, max: 366 }),
        active: fc.boolean(),
      },
      { requiredKeys: [] },
    );

    let taken = 0;
    await fc.assert(
      fc.asyncProperty(body, async (said) => {
        const over = memoryAgents();
        const routes = staffAgentsApi(over, () => NOW);
        const first = await routes.put('agt_anna', { ...ANNA, ...said });
        fc.pre(first.status === 200);
        taken += 1;
        const { agentId, agentVersion, ...answered } = first.json as Record<string, unknown>;

        const second = await routes.put('agt_anna', answered);

        expect([agentId, agentVersion]).toEqual(['agt_anna', 1]);
        expect(second.json).toEqual(first.json);
        expect(over.events).toHaveLength(1);
      }),
      { numRuns: 200 },
    );
    expect(taken).toBe(200);
  });
});

describe('an agent who takes no new appointments', () => {
  const inactive = { ...ANNA, active: false };
  const query = { from: '2026-12-01', to: '2026-12-02', timeZone: 'Europe/Berlin' };
  const startsAt = '2026-12-01T16:00:00+01:00';

  /** An appointment with Anna, who is then made inactive. */
  async function booked() {
    await api.put('agt_anna', ANNA);
    const client = publicApi(memoryStore(), () => NOW, {}, { agents: store });
    const { json } = await client.create({ body: { ...BOOKING, startsAt, agentId: 'agt_anna' } });
    await api.put('agt_anna', inactive);
    return { client, id: json.appointmentId as string, token: json.manageToken as string };
  }

  it('is offered to nobody and cannot be asked for', async () => {
    await api.put('agt_anna', inactive);
    await api.put('agt_default', { ...ANNA, active: false });
    const client = publicApi(memoryStore(), () => NOW, {}, { agents: store });

    const offered = await client.availability(query);
    const asked = await client.create({ body: { ...BOOKING, agentId: 'agt_anna' } });

    expect(offered.json.slots).toEqual([]);
    expect(asked.status).toBe(400);
    expect(asked.json.errors).toEqual([{ path: 'agentId', message: 'takes no appointments at present' }]);
  });

  it('keeps the appointments that were made: they are shown, amended and called off as ever', async () => {
    const { client, id, token } = await booked();

    const shown = await client.get(id, { token });
    const amended = await client.amend(id, { token, body: { notes: 'The second floor' } });
    const cancelled = await client.cancel(id, { token });

    expect([shown, amended, cancelled].map(({ status, json }) => [status, json.status])).toEqual([
      [200, 'scheduled'],
      [200, 'scheduled'],
      [200, 'cancelled'],
    ]);
  });

  it('is moved to no other time by a client, who is told what they can do', async () => {
    const { client, id, token } = await booked();

    const moved = await client.reschedule(id, {
      token,
      body: { startsAt: '2026-12-01T15:00:00+01:00', timeZone: 'Europe/Berlin' },
    });

    expect(moved.status).toBe(400);
    expect(moved.json.errors).toEqual([
      {
        path: 'startsAt',
        message:
          'cannot be had: Anna Berg takes no new times. The appointment stands as it is; for another time cancel it and book another',
      },
    ]);
  });

  it('may still be told of a move that was made before: it is repeated, and changes nothing', async () => {
    const { client, id, token } = await booked();

    const again = await client.reschedule(id, { token, body: { startsAt, timeZone: 'Europe/Berlin' } });

    expect(again).toMatchObject({ status: 200, json: { version: 1 } });
  });

  it('takes appointments again when made active', async () => {
    const { client, id, token } = await booked();
    await api.put('agt_anna', ANNA);

    const moved = await client.reschedule(id, {
      token,
      body: { startsAt: '2026-12-01T15:00:00+01:00', timeZone: 'Europe/Berlin' },
    });

    expect(moved.status).toBe(200);
  });
});

describe('the list of the agents', () => {
  it('has the agent of the configuration, and those who are not active', async () => {
    await api.put('agt_zoe', { ...ANNA, active: false });
    await api.put('agt_anna', ANNA);

    const answer = await api.list();

    expect(answer.headers).toMatchObject({ 'cache-control': 'no-store' });
    expect(answer.json).toEqual({
      agents: [
        expect.objectContaining({ agentId: 'agt_anna', agentVersion: 1 }),
        { agentId: 'agt_default', agentVersion: 0, ...agentFields(CONFIGURED) },
        expect.objectContaining({ agentId: 'agt_zoe', active: false }),
      ],
    });
  });

  it('is the same in pages of any size: nobody twice, nobody missed', async () => {
    for (let count = 0; count < 12; count++) await api.put(`agt_${count}`, ANNA);
    const whole = (await api.list()).json.agents as Agent[];

    for (let limit = 1; limit <= 14; limit++) {
      const paged: Agent[] = [];
      let cursor: string | undefined;
      let pages = 0;
      do {
        const { json } = await api.list({ limit: String(limit), ...(cursor !== undefined && { cursor }) });
        paged.push(...json.agents);
        cursor = json.next;
        pages += 1;
      } while (cursor !== undefined);

      expect(paged).toEqual(whole);
      expect(pages).toBe(Math.ceil(13 / limit));
    }
  });

  it.each([
    [{ limit: '0' }, 'limit', 'must be a whole number from 1 to 100'],
    [{ limit: '101' }, 'limit', 'must be a whole number from 1 to 100'],
    [{ limit: 'all' }, 'limit', 'must be a whole number from 1 to 100'],
    [{ cursor: 'x' }, 'cursor', 'must be the `next` of the page before, as it was given'],
    [{ cursor: '' }, 'cursor', 'must be the `next` of the page before, as it was given'],
  ])('is refused with %j', async (query, path, message) => {
    const answer = await api.list(query);

    expect(answer.status).toBe(400);
    expect(answer.json.errors).toEqual([{ path, message }]);
  });
});
