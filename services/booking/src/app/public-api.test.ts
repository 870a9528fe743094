import { beforeEach, describe, expect, it } from '@jest/globals';
import { AppointmentCreated, AppointmentRescheduled } from '@appointments/events';
import { signManageToken } from '@appointments/runtime';
import * as fc from 'fast-check';
import { BOOKING, KEYS, NOW, publicApi, type PublicApi } from '../../test/api';
import { memoryStore, type MemoryStore } from '../../test/memory-store';

let store: MemoryStore;
let now: Date;
let api: PublicApi;

beforeEach(() => {
  store = memoryStore();
  now = NOW;
  api = publicApi(store, () => now);
});

async function booked(changes: Record<string, unknown> = {}) {
  const answer = await api.create({ body: { ...BOOKING, ...changes } });
  if (answer.status !== 201) throw new Error(answer.text);
  const { appointmentId, manageToken } = answer.json as { appointmentId: string; manageToken: string };
  return { appointmentId, token: manageToken };
}

describe('POST /appointments', () => {
  it('answers the appointment with its manage link, in the client’s zone', async () => {
    const answer = await api.create({ body: BOOKING });

    const { appointmentId, manageToken } = answer.json;
    expect(answer.status).toBe(201);
    expect(appointmentId).toMatch(/^apt_[0-9A-HJKMNP-TV-Z]{26}$/);
    expect(answer.json).toEqual({
      appointmentId,
      version: 1,
      status: 'scheduled',
      startsAt: '2026-12-01T16:00:00+01:00',
      endsAt: '2026-12-01T16:30:00+01:00',
      timeZone: 'Europe/Berlin',
      agent: { agentId: 'agt_default', name: 'Alex Morgan' },
      manageUrl: `https://book.example.com/manage/${appointmentId}#${manageToken}`,
      manageToken,
    });
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json',
      'x-request-id': 'req-1',
      'x-correlation-id': appointmentId,
      location: `/appointments/${appointmentId}`,
    });
  });

  it('tells of it in an event that fits its contract, wall times and zone rules included', async () => {
    const { appointmentId } = await booked({ notes: ' Please ring twice. ', smsConsent: true, locale: 'de-at' });

    const detail = AppointmentCreated.check(store.events[0]?.detail);
    expect(detail.metadata).toMatchObject({
      eventId: `AppointmentCreated:${appointmentId}:1`,
      occurredAt: NOW.toISOString(),
      correlationId: appointmentId,
      hops: 0,
    });
    expect(detail.data).toEqual({
      appointmentId,
      appointmentVersion: 1,
      revision: 1,
      startsAt: '2026-12-01T15:00:00.000Z',
      durationMinutes: 30,
      timeZone: 'Europe/Berlin',
      localStart: { client: '2026-12-01T16:00:00+01:00', agent: '2026-12-01T10:00:00-05:00' },
      tzdb: '2026f',
      client: {
        name: 'Ada Client',
        email: 'ada@example.com',
        phone: '+12025550123',
        locale: 'de-AT',
        smsConsent: true,
      },
      agent: {
        agentId: 'agt_default',
        name: 'Alex Morgan',
        email: 'alex@example.com',
        phone: '+12025550100',
        timeZone: 'America/New_York',
      },
      notes: 'Please ring twice.',
    });
  });

  it('books with one write and no read', async () => {
    await booked();

    expect(store.calls).toEqual({ create: 1 });
  });

  it.each([
    ['nothing to see', '\u200b\u200d'],
    ['a mark that turns the writing around', 'Ada \u202eadA'],
  ])('takes no name of %s', async (_, name) => {
    const answer = await api.create({ body: { ...BOOKING, name } });

    expect(answer.status).toBe(400);
    expect(answer.json.errors.map((fault: { path: string }) => fault.path)).toEqual(['name']);
  });

  it('names every fault of a bad booking in one answer', async () => {
    const answer = await api.create({
      headers: { 'idempotency-key': 'has spaces in it' },
      body: {
        name: 'Ada\u0000',
        email: 'ada@',
        phone: '12025550123',
        startsAt: '2026-11-01T16:00:00Z',
        timeZone: 'Mars/Olympus',
        agentId: 'agt_nobody',
        notes: 'x'.repeat(2001),
        smsConsent: 'yes',
        locale: '!',
        surprise: 1,
      },
    });

    expect(answer.status).toBe(400);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.json.type).toMatch(/\/invalid-request$/);
    expect(answer.json.requestId).toBe('req-1');
    expect(
      Object.fromEntries(
        answer.json.errors.map((fault: { path: string; message: string }) => [fault.path, fault.message]),
      ),
    ).toEqual({
      name: 'must not contain control characters',
      email: 'must be an e-mail address, like ada@example.com',
      phone: 'must be in international form: + and the country code, digits only, like +12025550123',
      timeZone: 'must be the IANA name of a time zone, like Europe/Berlin',
      startsAt: 'is in the past',
      agentId: 'is no agent of ours',
      notes: 'must have at most 2000 characters',
      smsConsent: 'must be true or false',
      locale: 'must be a language tag, like en or pt-BR',
      surprise: 'is not a known field',
      'Idempotency-Key': 'must have 1 to 255 printable ASCII characters without spaces',
    });
  });

  it('names every missing field', async () => {
    const answer = await api.create({ body: {} });

    expect(answer.json.errors).toEqual(
      ['name', 'email', 'phone', 'startsAt', 'timeZone'].map((path) => ({ path, message: 'is required' })),
    );
  });

  it.each([
    ['in the past', '2026-11-23T11:30:00Z', 'is in the past'],
    ['at this very moment', '2026-11-23T12:00:00Z', 'is in the past'],
    ['beside the grid', '2026-12-01T15:10:00Z', 'is not a time that is offered'],
    ['a second late', '2026-12-01T15:00:01Z', 'is not a time that is offered'],
    ['out of hours', '2026-12-01T13:30:00Z', 'is not a time that is offered'],
    ['when the day is over', '2026-12-01T22:00:00Z', 'is not a time that is offered'],
    ['beyond the horizon', '2027-02-01T15:00:00Z', 'is too far ahead to be booked yet'],
    ['without an offset', '2026-12-01T16:00:00', 'must say its offset from UTC: end it with Z or +01:00'],
    ['on a day that is none', '2026-02-30T16:00:00Z', 'must be an ISO 8601 time, like 2026-12-01T16:00:00+01:00'],
    ['of another kind', 'tomorrow', 'must be an ISO 8601 time, like 2026-12-01T16:00:00+01:00'],
  ])('refuses a time %s at startsAt', async (_, startsAt, message) => {
    const answer = await api.create({ body: { ...BOOKING, startsAt } });

    expect(answer.status).toBe(400);
    expect(answer.json.errors).toEqual([{ path: 'startsAt', message }]);
  });

  it('wants the notice that the agent wants', async () => {
    const strict = publicApi(store, () => new Date('2026-12-01T14:30:01Z'), { MINIMUM_NOTICE_MINUTES: '30' });

    const answer = await strict.create({ body: BOOKING });

    expect(answer.json.errors).toEqual([{ path: 'startsAt', message: 'is too soon: the agent wants more notice' }]);
  });

  it.each([
    ['+12025550', 'is not a possible number of its country'],
    ['+4930', 'must be in international form: + and the country code, digits only, like +12025550123'],
    ['+999123456789', 'belongs to no country, and such numbers we do not call'],
    ['+14165550123', 'is a number in Canada, and we call only numbers in the US'],
    ['+18765550123', 'is a number in Jamaica, and we call only numbers in the US'],
    ['+4915112345678', 'is a number in Germany, and we call only numbers in the US'],
    ['+19005550100', 'is a premium-rate number, which we do not call'],
    ['+881612345678', 'is a number of a satellite or worldwide network, which we do not call'],
    ['+12029115550', 'is the number of a public service, like emergency or directory assistance, and not of a person'],
    ['+19115550100', 'is in no range of numbers that is in use: please check its digits'],
  ])('refuses %s, which will not be called, by what it is, and books nothing', async (phone, message) => {
    const answer = await api.create({ body: { ...BOOKING, phone } });

    expect(answer.status).toBe(400);
    expect(answer.json.errors).toEqual([{ path: 'phone', message }]);
    expect(store.events).toEqual([]);
  });

  it('names a number that will not be called beside the other faults', async () => {
    const answer = await api.create({ body: { ...BOOKING, phone: '+19005550100', email: 'ada@', agentId: 'agt_no' } });

    expect(answer.json.errors.map((fault: { path: string }) => fault.path).toSorted()).toEqual([
      'agentId',
      'email',
      'phone',
    ]);
  });

  it.each(['+12025550123', '+4915112345678', '+447400123456', '+61412345678', '+390612345678', '+5511912345678'])(
    'takes %s where its country is allowed',
    async (phone) => {
      const widely = publicApi(store, () => now, { ALLOWED_COUNTRIES: 'US,DE,GB,AU,IT,BR' });

      expect((await widely.create({ body: { ...BOOKING, phone } })).status).toBe(201);
    },
  );

  it('refuses an offset that its zone does not have then, and says how the time is written', async () => {
    const answer = await api.create({ body: { ...BOOKING, startsAt: '2026-12-01T16:00:00+02:00' } });

    expect(answer.status).toBe(400);
    expect(answer.json.type).toMatch(/\/no-such-local-time$/);
    expect(answer.json.nearest).toEqual([
      { startsAt: '2026-12-01T16:00:00+01:00', endsAt: '2026-12-01T16:30:00+01:00' },
    ]);
  });

  it('refuses a local time that the clocks skip, with the nearest that exist', async () => {
    now = new Date('2027-03-01T00:00:00Z');

    const answer = await api.create({
      body: { ...BOOKING, timeZone: 'America/New_York', startsAt: '2027-03-14T02:30:00-05:00', phone: 'none' },
    });

    expect(answer.status).toBe(400);
    expect(answer.json.type).toMatch(/\/no-such-local-time$/);
    expect(answer.json.errors.map((fault: { path: string }) => fault.path)).toEqual(['phone', 'startsAt']);
    expect(answer.json.nearest).toEqual([
      { startsAt: '2027-03-14T01:30:00-05:00', endsAt: '2027-03-14T03:00:00-04:00' },
      { startsAt: '2027-03-14T03:30:00-04:00', endsAt: '2027-03-14T04:00:00-04:00' },
    ]);
  });

  it('books both readings of a repeated hour, told apart by their offsets', async () => {
    now = new Date('2026-10-20T00:00:00Z');
    const always = publicApi(store, () => now, { WORKING_HOURS: '00:00-24:00' });
    const body = { ...BOOKING, timeZone: 'America/New_York' };

    const first = await always.create({ body: { ...body, startsAt: '2026-11-01T01:30:00-04:00' } });
    const second = await always.create({ body: { ...body, startsAt: '2026-11-01T01:30:00-05:00' } });

    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.json.startsAt).toBe('2026-11-01T01:30:00-05:00');
  });

  it('answers 409 with the five nearest free slots when the time is taken', async () => {
    await booked();

    const answer = await api.create({ body: { ...BOOKING, email: 'bob@example.com' } });

    expect(answer.status).toBe(409);
    expect(answer.json.type).toMatch(/\/slot-taken$/);
    expect(answer.json.nearest.map((slot: { startsAt: string }) => slot.startsAt)).toEqual([
      '2026-12-01T15:00:00+01:00',
      '2026-12-01T15:30:00+01:00',
      '2026-12-01T16:30:00+01:00',
      '2026-12-01T17:00:00+01:00',
      '2026-12-01T17:30:00+01:00',
    ]);
    expect(store.events).toHaveLength(1);
  });

  it.each([
    ['not JSON', { raw: '{' }, 400, 'not-json'],
    ['no body', {}, 415, 'unsupported-media-type'],
    ['another content type', { raw: '{}', headers: { 'content-type': 'text/plain' } }, 415, 'unsupported-media-type'],
    ['a body over 64 KB', { raw: `"${'x'.repeat(65_536)}"` }, 413, 'too-large'],
    ['a list', { body: [] }, 400, 'invalid-request'],
    ['null', { body: null }, 400, 'invalid-request'],
  ])('refuses %s', async (_, asked, status, slug) => {
    const answer = await api.create(asked);

    expect(answer.status).toBe(status);
    expect(answer.json.type).toBe(`https://book.example.com/problems/${slug}`);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.headers['x-request-id']).toBe('req-1');
  });

  it('answers any JSON with 201 or a 4xx problem, never with an error of its own', async () => {
    const field = (good: string) =>
      fc.oneof({ weight: 2, arbitrary: fc.constant<unknown>(good) }, fc.jsonValue(), fc.string({ unit: 'binary' }));
    const body = fc.oneof(
      fc.jsonValue(),
      fc.record(
        {
          name: field(BOOKING.name),
          email: field(BOOKING.email),
          phone: field(BOOKING.phone),
          startsAt: field(BOOKING.startsAt),
          timeZone: field(BOOKING.timeZone),
          agentId: field('agt_default'),
          notes: field('notes'),
          smsConsent: field('true'),
          locale: field('de'),
          constructor: fc.jsonValue(),
          __proto__: fc.jsonValue(),
        },
        { requiredKeys: [] },
      ),
    );

    await fc.assert(
      fc.asyncProperty(body, async (json) => {
        const answer = await publicApi(memoryStore(), () => NOW).create({ body: json });

        expect([201, 400, 409]).toContain(answer.status);
      }),
      { numRuns: 500 },
    );
  });

  it.each(['[', '{"name":', '{"surprise":'])('refuses a body nested thousands deep by %s', async (opening) => {
    const depth = Math.floor(60_000 / (opening.length + 1));
    const raw = `${opening.repeat(depth)}1${(opening === '[' ? ']' : '}').repeat(depth)}`;

    const answer = await api.create({ raw, headers: { 'idempotency-key': 'deep' } });

    expect(answer.status).toBe(400);
  });

  it('answers any text as a body with a 4xx problem or 201', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (raw) => {
        const answer = await api.create({ raw, headers: { 'idempotency-key': raw.slice(0, 20) } });

        expect(answer.status).toBeGreaterThanOrEqual(400);
        expect(answer.status).toBeLessThan(500);
      }),
      { numRuns: 200 },
    );
  });
});

describe('Idempotency-Key', () => {
  const headers = { 'idempotency-key': 'k-1' };

  it('replays the same 201 byte for byte, whatever the order of the fields', async () => {
    const first = await api.create({ headers, body: BOOKING });
    const again = await api.create({ headers, body: Object.fromEntries(Object.entries(BOOKING).toReversed()) });

    expect(again.status).toBe(201);
    expect(again.text).toBe(first.text);
    expect(again.headers['location']).toBe(first.headers['location']);
    expect(store.events).toHaveLength(1);
  });

  it('replays it also when the booked time has passed since', async () => {
    const body = { ...BOOKING, startsAt: '2026-11-23T14:00:00Z' };
    const first = await api.create({ headers, body });
    now = new Date('2026-11-24T11:59:59Z');

    expect((await api.create({ headers, body })).text).toBe(first.text);
  });

  it('replays it also when its number would not be called any more, and makes no other booking', async () => {
    const body = { ...BOOKING, phone: '+14165550123' };
    const first = await publicApi(store, () => now, { ALLOWED_COUNTRIES: 'US,CA' }).create({ headers, body });

    const again = await api.create({ headers, body });
    const another = await api.create({ headers: { 'idempotency-key': 'k-2' }, body });

    expect([first.status, again.status, another.status]).toEqual([201, 201, 400]);
    expect(again.text).toBe(first.text);
    expect(store.events).toHaveLength(1);
  });

  it('forgets it after 24 hours', async () => {
    const body = { ...BOOKING, startsAt: '2026-11-23T14:00:00Z' };
    await api.create({ headers, body });
    now = new Date('2026-11-24T12:00:00Z');

    expect((await api.create({ headers, body })).status).toBe(400);
  });

  it('refuses another body with 422', async () => {
    await api.create({ headers, body: BOOKING });

    const other = await api.create({ headers, body: { ...BOOKING, name: 'Bob' } });

    expect(other.status).toBe(422);
    expect(other.json.type).toMatch(/\/idempotency-key-reused$/);
  });
});

describe('GET /appointments/{id}', () => {
  it('shows the appointment, its call and its history to who holds the token', async () => {
    const { appointmentId, token } = await booked({ notes: 'Please ring twice.' });

    const answer = await api.get(appointmentId, { token });

    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({
      appointmentId,
      version: 1,
      status: 'scheduled',
      startsAt: '2026-12-01T16:00:00+01:00',
      endsAt: '2026-12-01T16:30:00+01:00',
      timeZone: 'Europe/Berlin',
      agent: { agentId: 'agt_default', name: 'Alex Morgan' },
      client: { name: 'Ada Client', email: 'ada@example.com', phone: '+12025550123' },
      notes: 'Please ring twice.',
      call: null,
      history: [
        {
          at: NOW.toISOString(),
          type: 'created',
          version: 1,
          text: 'Booked for 2026-12-01T16:00:00+01:00 (Europe/Berlin)',
        },
      ],
    });
  });

  it('answers 401 without a token', async () => {
    const { appointmentId } = await booked();

    const answer = await api.get(appointmentId);

    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer/);
  });

  it('answers the same 404 to a stranger whether the appointment exists or not', async () => {
    const { appointmentId, token } = await booked();
    const unknown = 'apt_01JDXK3Q6Z8V4T2M9R7W5Y1N0C';
    const knownButGone = signManageToken(KEYS, unknown, NOW);
    const answers = await Promise.all([
      api.get(appointmentId, { token: 'nonsense' }),
      api.get(unknown, { token }),
      api.get(unknown, { token: knownButGone }),
    ]);

    const seen = answers.map(({ status, json }) => {
      const { requestId: _, ...problem } = json;
      return { status, problem };
    });
    expect(seen[0]?.status).toBe(404);
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[2]).toEqual(seen[0]);
  });

  it('still reads after cancellation, and no longer thirty days after the end', async () => {
    const { appointmentId, token } = await booked();
    await api.cancel(appointmentId, { token });

    expect((await api.get(appointmentId, { token })).json.status).toBe('cancelled');
    now = new Date('2026-12-31T15:30:00Z');
    expect((await api.get(appointmentId, { token })).status).toBe(404);
  });
});

describe('POST /appointments/{id}/reschedule', () => {
  const body = { startsAt: '2026-12-02T16:00:00+01:00', timeZone: 'Europe/Berlin' };

  it('moves the appointment under the same id, and tells of both times', async () => {
    const { appointmentId, token } = await booked();

    const answer = await api.reschedule(appointmentId, { token, body });

    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({ appointmentId, version: 2, status: 'scheduled', startsAt: body.startsAt });
    expect(answer.json).toEqual((await api.get(appointmentId, { token })).json);
    expect(answer.json.history.map((entry: { type: string }) => entry.type)).toEqual(['created', 'rescheduled']);
    expect(AppointmentRescheduled.check(store.events[1]?.detail).data).toMatchObject({
      appointmentVersion: 2,
      revision: 2,
      previousStartsAt: '2026-12-01T15:00:00.000Z',
      startsAt: '2026-12-02T15:00:00.000Z',
    });
  });

  it('frees the old time and takes the new', async () => {
    const { appointmentId, token } = await booked();
    await api.reschedule(appointmentId, { token, body });

    expect((await api.create({ body: { ...BOOKING, startsAt: body.startsAt } })).status).toBe(409);
    expect((await api.create({ body: BOOKING })).status).toBe(201);
  });

  it('leaves everything as it was when the new time is taken', async () => {
    await booked({ startsAt: body.startsAt });
    const { appointmentId, token } = await booked();

    const answer = await api.reschedule(appointmentId, { token, body });

    expect(answer.status).toBe(409);
    expect(answer.json.type).toMatch(/\/slot-taken$/);
    expect(answer.json.nearest).toHaveLength(5);
    expect((await api.get(appointmentId, { token })).json.version).toBe(1);
    expect((await api.create({ body: BOOKING })).status).toBe(409);
  });

  it('changes nothing when the appointment stands there already', async () => {
    const { appointmentId, token } = await booked();

    const answer = await api.reschedule(appointmentId, {
      token,
      body: { startsAt: '2026-12-01T15:00:00Z', timeZone: 'Europe/Berlin' },
    });

    expect([answer.status, answer.json.version]).toEqual([200, 1]);
    expect(store.events).toHaveLength(1);
  });

  it('answers 409 with the state of a cancelled appointment', async () => {
    const { appointmentId, token } = await booked();
    await api.cancel(appointmentId, { token });

    const answer = await api.reschedule(appointmentId, { token, body });

    expect(answer.status).toBe(409);
    expect(answer.json).toMatchObject({ state: 'cancelled', type: expect.stringMatching(/\/state-forbids$/) });
  });
});

describe('POST /appointments/{id}/cancel', () => {
  it('cancels, frees the time and tells of it, with and without a reason', async () => {
    const { appointmentId, token } = await booked();

    const answer = await api.cancel(appointmentId, { token, body: { reason: ' I am ill. ' } });

    expect(answer.json).toMatchObject({ status: 'cancelled', version: 2 });
    expect(answer.json).toEqual((await api.get(appointmentId, { token })).json);
    expect(store.events[1]).toMatchObject({
      detailType: 'AppointmentCancelled',
      detail: {
        data: { appointmentId, appointmentVersion: 2, revision: 2, cancelledBy: 'client', reason: 'I am ill.' },
      },
    });
    expect(store.claims.size).toBe(0);
    const next = await booked();
    expect((await api.cancel(next.appointmentId, { token: next.token })).status).toBe(200);
  });

  it('answers 409 with the state the second time', async () => {
    const { appointmentId, token } = await booked();
    await api.cancel(appointmentId, { token });

    const answer = await api.cancel(appointmentId, { token });

    expect([answer.status, answer.json.state]).toEqual([409, 'cancelled']);
  });

  it('refuses a reason of more than 500 characters', async () => {
    const { appointmentId, token } = await booked();

    const answer = await api.cancel(appointmentId, { token, body: { reason: 'x'.repeat(501) } });

    expect(answer.json.errors).toEqual([{ path: 'reason', message: 'must have at most 500 characters' }]);
  });
});

describe('POST /appointments/{id}/amend', () => {
  it('refuses a number that will not be called, and leaves the appointment as it is', async () => {
    const { appointmentId, token } = await booked();

    const foreign = await api.amend(appointmentId, { token, body: { phone: '+14165550123' } });
    const premium = await api.amend(appointmentId, { token, body: { phone: '+19005550100', name: 'Ada' } });

    expect([foreign.status, premium.status]).toEqual([400, 400]);
    expect(foreign.json.errors).toEqual([
      { path: 'phone', message: 'is a number in Canada, and we call only numbers in the US' },
    ]);
    expect(premium.json.errors).toEqual([{ path: 'phone', message: 'is a premium-rate number, which we do not call' }]);
    expect(store.events).toHaveLength(1);
  });

  it('changes other particulars of an appointment whose number is no more called', async () => {
    const widely = publicApi(store, () => now, { ALLOWED_COUNTRIES: 'US,CA' });
    const { json } = await widely.create({ body: { ...BOOKING, phone: '+14165550123' } });
    const { appointmentId, manageToken } = json as { appointmentId: string; manageToken: string };

    const answer = await api.amend(appointmentId, { token: manageToken, body: { name: 'Ada Byron' } });

    expect(answer.json.client).toEqual({ name: 'Ada Byron', email: 'ada@example.com', phone: '+14165550123' });
  });

  it('changes particulars and the revision, not the version', async () => {
    const { appointmentId, token } = await booked({ notes: 'old' });

    const answer = await api.amend(appointmentId, { token, body: { phone: '+12025550177', notes: '' } });

    expect(answer.json).toMatchObject({ version: 1, client: { name: 'Ada Client', phone: '+12025550177' } });
    expect(answer.json).not.toHaveProperty('notes');
    expect(answer.json.history.at(-1)).toMatchObject({ type: 'amended', text: 'Changed: phone, notes' });
    expect(store.events[1]).toMatchObject({
      detailType: 'AppointmentAmended',
      detail: { data: { appointmentVersion: 1, revision: 2, client: { phone: '+12025550177' } } },
    });
  });

  it('tells nobody when nothing changes', async () => {
    const { appointmentId, token } = await booked();

    const answer = await api.amend(appointmentId, { token, body: { name: BOOKING.name } });

    expect(answer.status).toBe(200);
    expect(store.events).toHaveLength(1);
  });
});

describe('GET /availability', () => {
  const query = { from: '2026-12-01', to: '2026-12-01', timeZone: 'Europe/Berlin' };

  it('lists the free slots of a day in the zone asked for', async () => {
    const { json } = await api.availability(query);

    expect(json.slots).toHaveLength(16);
    expect(json.slots[0]).toEqual({ startsAt: '2026-12-01T15:00:00+01:00', endsAt: '2026-12-01T15:30:00+01:00' });
    expect(json.slots.at(-1)).toEqual({ startsAt: '2026-12-01T22:30:00+01:00', endsAt: '2026-12-01T23:00:00+01:00' });
  });

  it('writes UTC as Z, so that a slot seen in UTC can be booked in any zone', async () => {
    const { json } = await api.availability({ ...query, timeZone: 'UTC' });
    const london = await api.availability({ ...query, timeZone: 'Europe/London' });

    expect(json.slots[0]).toEqual({ startsAt: '2026-12-01T14:00:00Z', endsAt: '2026-12-01T14:30:00Z' });
    expect(london.json.slots[0].startsAt).toBe('2026-12-01T14:00:00+00:00');
    expect((await api.create({ body: { ...BOOKING, startsAt: json.slots[0].startsAt } })).status).toBe(201);
  });

  it('leaves out what is taken, and has it again after a cancellation', async () => {
    const { appointmentId, token } = await booked();
    const starts = async () =>
      ((await api.availability(query)).json.slots as { startsAt: string }[]).map((slot) => slot.startsAt);

    expect(await starts()).not.toContain(BOOKING.startsAt);
    await api.cancel(appointmentId, { token });
    expect(await starts()).toContain(BOOKING.startsAt);
  });

  it('offers a slot until its start', async () => {
    now = new Date('2026-12-01T14:59:59.999Z');
    expect((await api.availability(query)).json.slots[0].startsAt).toBe('2026-12-01T16:00:00+01:00');
    now = new Date('2026-12-01T15:00:00Z');
    expect((await api.availability(query)).json.slots[0].startsAt).toBe('2026-12-01T16:30:00+01:00');
  });

  it('reads the claims once however many days are asked for, and not at all when nothing can be free', async () => {
    await api.availability({ ...query, to: '2027-01-31' });
    expect(store.calls).toEqual({ claimedBetween: 1 });

    await api.availability({ ...query, from: '2025-01-01', to: '2025-01-31' });
    expect(store.calls).toEqual({ claimedBetween: 1 });
  });

  it.each([
    [{ from: '2026-02-30' }, ['from']],
    [{ to: '2026-11-30' }, ['to']],
    [{ to: '2027-02-01' }, ['to']],
    [{ timeZone: 'Mars/Olympus' }, ['timeZone']],
    [{ agentId: 'agt_nobody' }, ['agentId']],
    [{ from: 'x', to: 'y', timeZone: 'z', agentId: '§' }, ['from', 'to', 'timeZone', 'agentId']],
  ])('refuses %j', async (wrong, paths) => {
    const answer = await api.availability({ ...query, ...wrong });

    expect(answer.status).toBe(400);
    expect(answer.json.errors.map((fault: { path: string }) => fault.path)).toEqual(paths);
  });

  it('answers any question with 200 or 400', async () => {
    const word = fc.oneof(fc.constantFrom('2026-12-01', '9999-12-31', '0001-01-01', 'UTC', 'agt_default'), fc.string());

    await fc.assert(
      fc.asyncProperty(
        fc.record({ from: word, to: word, timeZone: word, agentId: word }, { requiredKeys: [] }),
        async (any) => {
          expect([200, 400]).toContain((await api.availability(any)).status);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('takes 62 days', async () => {
    expect((await api.availability({ ...query, to: '2027-01-31' })).status).toBe(200);
  });

  it('names everything that is missing', async () => {
    const answer = await api.availability({});

    expect(answer.json.errors.map((fault: { path: string }) => fault.path)).toEqual(['from', 'to', 'timeZone']);
  });
});
