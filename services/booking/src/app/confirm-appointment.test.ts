import { beforeEach, describe, expect, it } from '@jest/globals';
import { AppointmentAmended, AppointmentCreated } from '@appointments/events';
import { phoneCode, signEmailToken } from '@appointments/runtime';
import * as fc from 'fast-check';
import { BOOKING, KEYS, NOW, publicApi, type PublicApi } from '../../test/api';
import { memoryStore, type MemoryStore } from '../../test/memory-store';
import type { Proof } from '../domain/proof';

let store: MemoryStore;
let now: Date;

beforeEach(() => {
  store = memoryStore();
  now = NOW;
});

const apiThatAsksFor = (...toProve: readonly Proof[]) => publicApi(store, () => now, {}, { toProve });

async function booked(api: PublicApi, changes: Record<string, unknown> = {}) {
  const answer = await api.create({ body: { ...BOOKING, ...changes } });
  if (answer.status !== 201) throw new Error(answer.text);
  const { appointmentId, manageToken } = answer.json as { appointmentId: string; manageToken: string };
  return { appointmentId, token: manageToken, answer };
}

const endsAt = new Date('2026-12-01T15:30:00.000Z');
const emailTokenOf = (appointmentId: string, email = BOOKING.email) =>
  signEmailToken(KEYS, appointmentId, email, endsAt);
const codeOf = (appointmentId: string, phone = BOOKING.phone) => phoneCode(KEYS, appointmentId, phone);
const wrongCodeOf = (appointmentId: string, phone = BOOKING.phone, nth = 1) =>
  String((Number(codeOf(appointmentId, phone)) + nth) % 1_000_000).padStart(6, '0');
const lastEvent = () => store.events.at(-1)?.detail.data as Record<string, unknown>;

describe('where nothing is to be confirmed', () => {
  it('neither the answer nor the event says a word of it', async () => {
    const { answer, appointmentId, token } = await booked(apiThatAsksFor());
    const read = await apiThatAsksFor().get(appointmentId, { token });

    expect(answer.json).not.toHaveProperty('unproven');
    expect(read.json).not.toHaveProperty('unproven');
    expect(Object.keys(lastEvent())).not.toContain('unproven');
  });

  it('an amendment asks for nothing either', async () => {
    const api = apiThatAsksFor();
    const { appointmentId, token } = await booked(api);

    const amended = await api.amend(appointmentId, { token, body: { email: 'new@example.com' } });

    expect(amended.json).not.toHaveProperty('unproven');
    expect(Object.keys(lastEvent())).not.toContain('unproven');
  });
});

describe('a booking whose client must confirm', () => {
  it.each<[readonly Proof[]]>([[['email']], [['phone']], [['email', 'phone']]])(
    'says so in its answer, when it is read, and on the bus: %j',
    async (toProve) => {
      const api = apiThatAsksFor(...toProve);

      const { answer, appointmentId, token } = await booked(api);

      expect(answer.json.unproven).toEqual(toProve);
      expect((await api.get(appointmentId, { token })).json.unproven).toEqual(toProve);
      expect(AppointmentCreated.check(store.events[0]?.detail).data.unproven).toEqual(toProve);
    },
  );

  it('takes the token of the mail, without a manage token, and tells of it by an amendment', async () => {
    const api = apiThatAsksFor('email', 'phone');
    const { appointmentId, token } = await booked(api);

    const confirmed = await api.confirm(appointmentId, { body: { emailToken: emailTokenOf(appointmentId) } });

    expect(confirmed.status).toBe(200);
    expect(confirmed.json).toEqual({
      appointmentId,
      version: 1,
      status: 'scheduled',
      startsAt: '2026-12-01T16:00:00+01:00',
      endsAt: '2026-12-01T16:30:00+01:00',
      timeZone: 'Europe/Berlin',
      agent: { agentId: 'agt_default', name: 'Alex Morgan' },
      unproven: ['phone'],
    });
    expect(store.events.at(-1)?.detailType).toBe('AppointmentAmended');
    const { data } = AppointmentAmended.check(store.events.at(-1)?.detail);
    expect(data).toMatchObject({ appointmentVersion: 1, revision: 2, unproven: ['phone'], proven: ['email'] });
    expect((await api.get(appointmentId, { token })).json.history.at(-1)).toMatchObject({
      type: 'confirmed',
      text: 'Confirmed: email',
    });
  });

  it('takes the code of the text, and has nothing left to confirm then', async () => {
    const api = apiThatAsksFor('email', 'phone');
    const { appointmentId } = await booked(api);
    await api.confirm(appointmentId, { body: { emailToken: emailTokenOf(appointmentId) } });

    const confirmed = await api.confirm(appointmentId, { body: { phoneCode: codeOf(appointmentId) } });

    expect(confirmed.json.unproven).toEqual([]);
    expect(lastEvent()).toMatchObject({ revision: 3, proven: ['email', 'phone'] });
    expect(Object.keys(lastEvent())).not.toContain('unproven');
  });

  it('answers the same proof again, and tells nobody twice', async () => {
    const api = apiThatAsksFor('email', 'phone');
    const { appointmentId } = await booked(api);
    const body = { emailToken: emailTokenOf(appointmentId) };

    const answers = [await api.confirm(appointmentId, { body }), await api.confirm(appointmentId, { body })];

    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(answers[1]?.json).toEqual(answers[0]?.json);
    expect(store.events).toHaveLength(2);
  });

  it('is not confirmed by the manage token, by the mail of another address, or of another appointment', async () => {
    const api = apiThatAsksFor('email');
    const { appointmentId, token } = await booked(api);
    const other = await booked(api, { startsAt: '2026-12-01T17:00:00+01:00' });

    const answers = await Promise.all(
      [token, emailTokenOf(appointmentId, 'eve@example.com'), emailTokenOf(other.appointmentId), ''].map((emailToken) =>
        api.confirm(appointmentId, { body: { emailToken } }),
      ),
    );

    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
    expect(store.events).toHaveLength(2);
  });

  it('cannot be told from one that does not exist', async () => {
    const api = apiThatAsksFor('email', 'phone');
    const { appointmentId } = await booked(api);
    const unknown = 'apt_00000000000000000000000000';
    const like = (problem: object) => ({ ...problem, requestId: 'any' });

    const [token, noToken, code, noCode] = await Promise.all([
      api.confirm(appointmentId, { body: { emailToken: 'v1.k1.1.x' } }),
      api.confirm(unknown, { body: { emailToken: emailTokenOf(unknown) } }),
      api.confirm(appointmentId, { body: { phoneCode: wrongCodeOf(appointmentId) } }),
      api.confirm(unknown, { body: { phoneCode: '000000' } }),
    ]);

    expect(like(token.json)).toEqual(like(noToken.json));
    expect(like(code.json)).toEqual(like(noCode.json));
  });

  it.each([
    [{}, ''],
    [{ emailToken: 'x', phoneCode: '123456' }, ''],
    [{ phoneCode: '12345' }, 'phoneCode'],
    [{ phoneCode: 123_456 }, 'phoneCode'],
    [{ emailToken: 'x'.repeat(201) }, 'emailToken'],
    [{ phoneCode: '123456', more: 1 }, 'more'],
  ])('refuses %j, naming the fault', async (body, path) => {
    const api = apiThatAsksFor('email', 'phone');
    const { appointmentId } = await booked(api);

    const refused = await api.confirm(appointmentId, { body });

    expect(refused.status).toBe(400);
    expect(refused.json.errors.map((fault: { path: string }) => fault.path)).toContain(path);
  });

  it('keeps what is to be confirmed when it is moved', async () => {
    const api = apiThatAsksFor('email', 'phone');
    const { appointmentId, token } = await booked(api);
    await api.confirm(appointmentId, { body: { phoneCode: codeOf(appointmentId) } });

    const moved = await api.reschedule(appointmentId, {
      token,
      body: { startsAt: '2026-12-02T16:00:00+01:00', timeZone: 'Europe/Berlin' },
    });

    expect(moved.json.unproven).toEqual(['email']);
    expect(lastEvent()).toMatchObject({ appointmentVersion: 2, unproven: ['email'], proven: ['phone'] });
    const confirmed = await api.confirm(appointmentId, { body: { emailToken: emailTokenOf(appointmentId) } });
    expect(confirmed.json.unproven).toEqual([]);
  });

  it('that was called off takes no proof any more, and says so', async () => {
    const api = apiThatAsksFor('email');
    const { appointmentId, token } = await booked(api);
    await api.cancel(appointmentId, { token, body: {} });

    const refused = await api.confirm(appointmentId, { body: { emailToken: emailTokenOf(appointmentId) } });

    expect(refused).toMatchObject({ status: 409, json: { state: 'cancelled' } });
  });
});

describe('an amendment', () => {
  it('of address or number has the new one confirmed again, and only that', async () => {
    const api = apiThatAsksFor('email', 'phone');
    const { appointmentId, token } = await booked(api);
    await api.confirm(appointmentId, { body: { emailToken: emailTokenOf(appointmentId) } });
    await api.confirm(appointmentId, { body: { phoneCode: codeOf(appointmentId) } });

    const amended = await api.amend(appointmentId, { token, body: { email: 'new@example.com' } });
    const old = await api.confirm(appointmentId, { body: { emailToken: emailTokenOf(appointmentId) } });
    const confirmed = await api.confirm(appointmentId, {
      body: { emailToken: emailTokenOf(appointmentId, 'new@example.com') },
    });

    expect(amended.json.unproven).toEqual(['email']);
    expect(old.status).toBe(404);
    expect(confirmed.json.unproven).toEqual([]);
  });

  it('of anything else leaves what was confirmed confirmed', async () => {
    const api = apiThatAsksFor('phone');
    const { appointmentId, token } = await booked(api);
    await api.confirm(appointmentId, { body: { phoneCode: codeOf(appointmentId) } });

    const amended = await api.amend(appointmentId, { token, body: { name: 'Ada King', notes: 'Hello' } });

    expect(amended.json).not.toHaveProperty('unproven');
    expect(lastEvent()).toMatchObject({ proven: ['phone'] });
  });

  it('after the setting was switched off asks for nothing more, and forgets what the old address had to prove', async () => {
    const { appointmentId, token } = await booked(apiThatAsksFor('email', 'phone'));

    const amended = await apiThatAsksFor().amend(appointmentId, { token, body: { email: 'new@example.com' } });

    expect(amended.json.unproven).toEqual(['phone']);
  });

  it('sends codes to five numbers at most', async () => {
    const api = apiThatAsksFor('phone');
    const { appointmentId, token } = await booked(api);
    const amend = (n: number) => api.amend(appointmentId, { token, body: { phone: `+1202555014${n}` } });

    const statuses = [];
    for (let n = 1; n <= 5; n++) statuses.push((await amend(n)).status);
    const again = await amend(1);

    expect(statuses).toEqual([200, 200, 200, 200, 429]);
    expect(again.status).toBe(200);
  });
});

describe('wrong codes', () => {
  const guess = (api: PublicApi, appointmentId: string, nth: number, phone?: string) =>
    api.confirm(appointmentId, { body: { phoneCode: wrongCodeOf(appointmentId, phone, nth) } });

  it('are refused, and with the fifth the code is dead', async () => {
    const api = apiThatAsksFor('phone');
    const { appointmentId } = await booked(api);

    const answers = [];
    for (let nth = 1; nth <= 5; nth++) answers.push(await guess(api, appointmentId, nth));
    const right = await api.confirm(appointmentId, { body: { phoneCode: codeOf(appointmentId) } });

    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 400, 429]);
    expect(answers[0]?.json.type).toMatch(/\/wrong-code$/);
    expect(right).toMatchObject({ status: 429, json: { type: expect.stringMatching(/\/too-many-attempts$/) } });
    expect(store.events).toHaveLength(1);
  });

  it('four of them leave the right one good', async () => {
    const api = apiThatAsksFor('phone');
    const { appointmentId } = await booked(api);
    for (let nth = 1; nth <= 4; nth++) await guess(api, appointmentId, nth);

    const right = await api.confirm(appointmentId, { body: { phoneCode: codeOf(appointmentId) } });

    expect(right.json.unproven).toEqual([]);
  });

  it('another number gets another code, and the way back gets the dead one', async () => {
    const api = apiThatAsksFor('phone');
    const { appointmentId, token } = await booked(api);
    for (let nth = 1; nth <= 5; nth++) await guess(api, appointmentId, nth);

    await api.amend(appointmentId, { token, body: { phone: '+12025550142' } });
    const other = await guess(api, appointmentId, 1, '+12025550142');
    await api.amend(appointmentId, { token, body: { phone: BOOKING.phone } });
    const back = await api.confirm(appointmentId, { body: { phoneCode: codeOf(appointmentId) } });

    expect([other.status, back.status]).toEqual([400, 429]);
  });

  it('are counted where nothing is asked for too: nobody learns a code beforehand', async () => {
    const api = apiThatAsksFor();
    const { appointmentId } = await booked(api);

    const statuses = [];
    for (let nth = 1; nth <= 6; nth++) statuses.push((await guess(api, appointmentId, nth)).status);

    expect(statuses).toEqual([400, 400, 400, 400, 429, 429]);
  });

  it('are answered no more than five times, however many come at once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 6, max: 25 }), fc.scheduler(), async (guesses, scheduler) => {
        store = memoryStore();
        const { appointmentId } = await booked(apiThatAsksFor('phone'));
        const slow = {
          ...store,
          find: scheduler.scheduleFunction(store.find),
          record: scheduler.scheduleFunction(store.record),
        };
        const api = publicApi(slow, () => now, {}, { toProve: ['phone'] });

        const answers = Promise.all(Array.from({ length: guesses }, (_, nth) => guess(api, appointmentId, nth + 1)));
        await scheduler.waitFor(answers);

        const statuses = (await answers).map(({ status }) => status);
        expect(statuses.filter((status) => status === 400).length).toBeLessThanOrEqual(4);
        expect((await store.find(appointmentId))?.proof?.codes).toEqual([
          { number: expect.any(String), wrongTries: Math.min(5, statuses.filter((s) => s !== 503).length) },
        ]);
      }),
      { numRuns: 30 },
    );
  });
});
