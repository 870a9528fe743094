import { beforeEach, describe, expect, it } from '@jest/globals';
import { BOOKING, NOW, publicApi, type Differing } from '../../test/api';
import { memoryStore, type MemoryStore } from '../../test/memory-store';

let store: MemoryStore;
let now: Date;
let slot: number;

beforeEach(() => {
  store = memoryStore();
  now = NOW;
  slot = 0;
});

const apiOf = (differing: Differing) => publicApi(store, () => now, {}, differing);
/** A booking of a time of its own. */
const booking = (changes: object = {}) => ({
  ...BOOKING,
  startsAt: new Date(Date.parse('2026-12-01T14:00:00Z') + slot++ * 30 * 60_000).toISOString(),
  ...changes,
});

describe('a limit on bookings', () => {
  it('per address and day refuses the next one with 429, says why and when to come again, and books nothing', async () => {
    const api = apiOf({ limits: { perAddress: 2 } });
    await api.create({ body: booking() });
    await api.create({ body: booking() });

    const third = await api.create({ body: booking({ email: 'ADA@Example.com', phone: '+12025550124' }) });

    expect([third.status, third.json.type]).toEqual([429, 'https://book.example.com/problems/too-many-bookings']);
    expect(third.json.errors).toEqual([
      { path: 'email', message: 'has as many bookings as one address may make in a day' },
    ]);
    // Noon: until midnight UTC.
    expect(third.headers['retry-after']).toBe(String(12 * 3600));
    expect(store.events).toHaveLength(2);
  });

  it('per address leaves other addresses alone, and ends with the day', async () => {
    const api = apiOf({ limits: { perAddress: 1 } });
    await api.create({ body: booking() });

    expect((await api.create({ body: booking({ email: 'bob@example.com' }) })).status).toBe(201);
    now = new Date('2026-11-24T00:00:00Z');
    expect((await api.create({ body: booking() })).status).toBe(201);
  });

  it('per number counts the number, whoever gives it', async () => {
    const api = apiOf({ limits: { perNumber: 1 } });
    await api.create({ body: booking() });

    const second = await api.create({ body: booking({ email: 'bob@example.com' }) });

    expect([second.status, second.json.errors[0].path]).toEqual([429, 'phone']);
    expect((await api.create({ body: booking({ phone: '+12025550124' }) })).status).toBe(201);
  });

  it('per network counts the neighbours together, for an hour', async () => {
    const api = apiOf({ limits: { perNetwork: 1 } });
    await api.create({ body: booking(), sourceIp: '198.51.100.7' });

    const neighbour = await api.create({ body: booking(), sourceIp: '198.51.100.99' });
    const stranger = await api.create({ body: booking(), sourceIp: '203.0.113.7' });

    expect([neighbour.status, stranger.status]).toEqual([429, 201]);
    now = new Date(NOW.getTime() + 3_600_000);
    expect((await api.create({ body: booking(), sourceIp: '198.51.100.99' })).status).toBe(201);
  });

  it('counts what was booked, not what was refused', async () => {
    const api = apiOf({ limits: { perAddress: 2 } });
    const taken = booking();
    await api.create({ body: taken });
    for (let tried = 0; tried < 5; tried++) expect((await api.create({ body: taken })).status).toBe(409);

    expect((await api.create({ body: booking() })).status).toBe(201);
  });

  it('is no limit for a request that is repeated with its key', async () => {
    const api = apiOf({ limits: { perAddress: 1 } });
    const asked = { body: booking(), headers: { 'idempotency-key': 'one' } };
    const first = await api.create(asked);

    const again = await api.create(asked);

    expect([again.status, again.text]).toEqual([201, first.text]);
  });

  it('keeps neither address nor number in readable form', async () => {
    const seen: unknown[] = [];
    const watching = {
      ...store,
      create: async (...args: Parameters<typeof store.create>) => {
        seen.push(args[0].counts);
        return store.create(...args);
      },
    };
    const limits = { perAddress: 9, perNumber: 9, perNetwork: 9 };

    await publicApi(watching, () => now, {}, { limits }).create({ body: booking(), sourceIp: '198.51.100.7' });

    expect(seen).toEqual([[expect.anything(), expect.anything(), expect.anything()]]);
    expect(JSON.stringify(seen)).not.toMatch(/ada|2025550123|198\.51/i);
  });
});

describe('a form', () => {
  const api = () => apiOf({ formMinimumSeconds: 2 });

  it('with its trap filled in is refused, and books nothing', async () => {
    const answer = await api().create({ body: booking({ form: { website: 'https://spam.example', seconds: 60 } }) });

    expect([answer.status, answer.json.type.split('/').at(-1)]).toEqual([400, 'looks-automated']);
    expect(store.events).toEqual([]);
  });

  it.each([
    [{ seconds: 1.9 }, 400],
    [{ seconds: 2 }, 201],
    [{ website: '', seconds: 30 }, 201],
    [{}, 400],
  ])('filled in like %j is answered %i', async (form, status) => {
    expect((await api().create({ body: booking({ form }) })).status).toBe(status);
  });

  it('is nothing that a program has to send', async () => {
    expect((await api().create({ body: booking() })).status).toBe(201);
  });

  it('repeated with the same key and another time of filling in is the same request', async () => {
    const headers = { 'idempotency-key': 'one' };
    const asked = booking();
    const first = await api().create({ headers, body: { ...asked, form: { seconds: 5 } } });

    const again = await api().create({ headers, body: { ...asked, form: { seconds: 9 } } });

    expect([again.status, again.text]).toEqual([201, first.text]);
  });
});

describe('the consent to be phoned', () => {
  const kept = async (callConsent: unknown) => {
    const writes: unknown[] = [];
    const watching = {
      ...store,
      create: async (...args: Parameters<typeof store.create>) => {
        writes.push(args[0].appointment.callConsent);
        return store.create(...args);
      },
    };
    const answer = await publicApi(watching, () => now).create({ body: booking({ callConsent }) });
    return [answer.status, ...writes];
  };

  it('is kept with its time and the very words that were agreed to', async () => {
    expect(await kept({ wording: 'Yes, phone me.' })).toEqual([
      201,
      { at: NOW.toISOString(), wording: 'Yes, phone me.' },
    ]);
  });

  it('without words is kept with ours', async () => {
    expect(await kept(true)).toEqual([
      201,
      { at: NOW.toISOString(), wording: 'I agree to be phoned at this number for this appointment.' },
    ]);
  });

  it('that was not given is not kept', async () => {
    expect([await kept(false), await kept(undefined)]).toEqual([
      [201, undefined],
      [201, undefined],
    ]);
  });

  it.each([['yes'], [{ wording: '' }], [{ wording: 'x'.repeat(501) }], [{ words: 'x' }], [null]])(
    'of the form %j is refused',
    async (callConsent) => {
      const answer = await apiOf({}).create({ body: booking({ callConsent }) });

      expect([
        answer.status,
        answer.json.errors.every(({ path }: { path: string }) => path.startsWith('callConsent')),
      ]).toEqual([400, true]);
    },
  );
});
