import type { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AgentAnswered, CallCompleted, CallConnected, CallFailed } from '@appointments/events';
import { BOOKING, NOW, publicApi, type PublicApi } from '../../test/api';
import { itemsOfKind } from '../../test/items';
import { engineIsHere, startEngine, type Engine } from '@appointments/runtime/test/database-engine';
import { applyCallEvent, type ReceivedCallEvent } from '../app/apply-call-event';
import { appointmentStore, type AppointmentStore } from './appointment-store';

/** As the service's stack declares it. */
const INDEXES = [{ name: 'by-agent', partitionKey: 'agentId', sortKey: 'agenda' }];

const overTheEngine = engineIsHere() ? describe : describe.skip;

overTheEngine('appointments over the real database engine', () => {
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
    table = await engine.table(INDEXES);
    store = appointmentStore(engine.client, table);
    now = NOW;
    api = publicApi(store, () => now);
  });

  interface Booked {
    readonly appointmentId: string;
    readonly token: string;
  }

  async function booked(changes: Record<string, unknown> = {}, over: PublicApi = api): Promise<Booked> {
    const answer = await over.create({ body: { ...BOOKING, ...changes } });
    if (answer.status !== 201) throw new Error(answer.text);
    return { appointmentId: answer.json.appointmentId, token: answer.json.manageToken };
  }

  const items = (kind: string) => itemsOfKind(engine.client, table, kind);

  const outbox = async () =>
    (await items('outbox'))
      .map((item) => JSON.parse(String(item['body'])) as { detailType: string; detail: { data: { revision: number } } })
      .toSorted((a, b) => a.detail.data.revision - b.detail.data.revision);

  const callEvent = (
    { appointmentId }: Booked,
    detailType: ReceivedCallEvent['detailType'],
    data: Record<string, unknown>,
    appointmentVersion = 1,
  ) => {
    const contract = { AgentAnswered, CallConnected, CallCompleted, CallFailed }[detailType];
    const session = { appointmentId, appointmentVersion, callSessionId: `cs_${appointmentVersion}` };
    const event = contract.create({ ...contract.example.data, ...session, ...data } as never, {
      occurredAt: '2026-12-01T15:00:10.000Z',
    });
    return { ...event.detail, detailType, replayName: undefined } as ReceivedCallEvent;
  };

  it('gives one slot to one of two clients at once', async () => {
    for (const day of ['02', '03', '04', '05', '06', '07', '08', '09']) {
      const startsAt = `2026-12-${day}T15:00:00Z`;
      const answers = await Promise.all(
        ['ada', 'bob'].map((name) => api.create({ body: { ...BOOKING, name, startsAt } })),
      );

      expect(answers.map((answer) => answer.status).toSorted((a, b) => a - b)).toEqual([201, 409]);
    }
    expect(await outbox()).toHaveLength(8);
    expect(await items('claim')).toHaveLength(8 * 6);
  });

  it('gives one slot to one of fifty clients at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, client) => api.create({ body: { ...BOOKING, name: `Client ${client}` } })),
    );

    expect(answers.filter((answer) => answer.status === 201)).toHaveLength(1);
    expect(answers.filter((answer) => answer.status === 409)).toHaveLength(49);
  });

  it('keeps overlapping slots of other lengths apart', async () => {
    const longer = publicApi(store, () => now, { SLOT_MINUTES: '60' });
    await booked();

    const answer = await longer.create({ body: BOOKING });

    expect(answer.status).toBe(409);
    expect(answer.json.nearest[0]).toEqual({
      startsAt: '2026-12-01T15:00:00+01:00',
      endsAt: '2026-12-01T16:00:00+01:00',
    });
    expect(answer.json.nearest[1].startsAt).toBe('2026-12-01T17:00:00+01:00');
  });

  it('keeps a held time from everybody else until the instant at which the hold ends', async () => {
    const hold = await api.hold({ body: { startsAt: BOOKING.startsAt, timeZone: 'Europe/Berlin' } });
    const rivals = await Promise.all(
      Array.from({ length: 10 }, (_, client) => api.create({ body: { ...BOOKING, name: `Client ${client}` } })),
    );
    expect([hold.status, new Set(rivals.map(({ status }) => status))]).toEqual([201, new Set([409])]);

    now = new Date(NOW.getTime() + 10 * 60_000);
    const after = await Promise.all([
      api.create({ body: BOOKING }),
      api.hold({ body: { startsAt: BOOKING.startsAt, timeZone: 'Europe/Berlin' } }),
      api.create({ body: { ...BOOKING, name: 'Bob' } }),
    ]);

    expect(after.filter(({ status }) => status === 201)).toHaveLength(1);
  });

  it('gives one time to one of many holds at once, and lets its holder alone book it', async () => {
    const body = { startsAt: BOOKING.startsAt, timeZone: 'Europe/Berlin' };
    const holds = await Promise.all(Array.from({ length: 20 }, () => api.hold({ body })));
    const held = holds.filter(({ status }) => status === 201);
    expect(held).toHaveLength(1);

    const answers = await Promise.all([
      api.create({ body: { ...BOOKING, holdId: held[0]?.json.holdId } }),
      api.create({ body: { ...BOOKING, name: 'Bob' } }),
    ]);

    expect(answers.map(({ status }) => status)).toEqual([201, 409]);
    // Nothing of the hold is left: its claims are the appointment's now, and have no end.
    expect(await items('hold')).toEqual([]);
    expect((await items('claim')).map((claim) => ('holdUntil' in claim ? 'hold' : 'appointment'))).toEqual(
      Array.from({ length: 6 }, () => 'appointment'),
    );
  });

  it('gives back a replaced or released hold, and only its own claims', async () => {
    const time = (startsAt: string) => ({ startsAt, timeZone: 'Europe/Berlin' });
    const first = await api.hold({ body: time('2026-12-01T15:00:00Z') });
    const second = await api.hold({ body: { ...time('2026-12-01T15:30:00Z'), replaces: first.json.holdId } });
    await booked({ startsAt: '2026-12-01T15:00:00Z' });
    expect(await items('claim')).toHaveLength(12);

    await api.release(second.json.holdId, {});
    await api.release(first.json.holdId, {});

    expect(await items('claim')).toHaveLength(6);
    expect(await items('hold')).toEqual([]);
  });

  it('a hold that ran out and was booked by another takes nothing back when it is released', async () => {
    const hold = await api.hold({ body: { startsAt: BOOKING.startsAt, timeZone: 'Europe/Berlin' } });
    now = new Date(NOW.getTime() + 10 * 60_000);
    await booked();

    expect((await api.release(hold.json.holdId, {})).status).toBe(204);

    expect(await items('claim')).toHaveLength(6);
  });

  it('never lets more bookings through than a limit says, however many come at once', async () => {
    const limited = publicApi(store, () => now, {}, { limits: { perAddress: 3, perNumber: 5 } });
    const bookings = Array.from({ length: 12 }, (_, place) => ({
      ...BOOKING,
      startsAt: new Date(Date.parse('2026-12-01T14:00:00Z') + place * 30 * 60_000).toISOString(),
    }));

    const answers = await Promise.all(bookings.map((body) => limited.create({ body })));

    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      ...Array.from({ length: 3 }, () => 201),
      ...Array.from({ length: 9 }, () => 429),
    ]);
    expect(await items('appointment')).toHaveLength(3);
    expect((await items('count')).map((item) => item['n'])).toEqual([3, 3]);
  });

  it('replays an answer for 24 hours, refuses another body, and then forgets', async () => {
    const headers = { 'idempotency-key': 'one' };
    const first = await api.create({ headers, body: BOOKING });

    expect((await api.create({ headers, body: BOOKING })).text).toBe(first.text);
    expect((await api.create({ headers, body: { ...BOOKING, name: 'Bob' } })).status).toBe(422);
    now = new Date(NOW.getTime() + 24 * 3_600_000);
    const other = await api.create({ headers, body: { ...BOOKING, startsAt: '2026-12-02T15:00:00Z' } });
    expect(other.status).toBe(201);
    expect(other.json.appointmentId).not.toBe(first.json.appointmentId);
  });

  it('writes the event and the appointment together', async () => {
    const { appointmentId } = await booked();

    const [event] = await items('outbox');
    expect(event).toMatchObject({ pk: `outbox#AppointmentCreated:${appointmentId}:1`, to: 'bus' });
    expect(await store.find(appointmentId)).toMatchObject({ appointmentId, status: 'scheduled', writes: 1 });
  });

  it('keeps what both times share, releases what only the old has and claims what only the new has', async () => {
    const halves = publicApi(store, () => now, { SLOT_MINUTES: '60', WORKING_HOURS: '09:00-17:00' });
    const shifted = publicApi(store, () => now, { SLOT_MINUTES: '60', WORKING_HOURS: '09:30-17:30' });
    const { appointmentId, token } = await booked({}, halves);

    const answer = await shifted.reschedule(appointmentId, {
      token,
      body: { startsAt: '2026-12-01T15:30:00Z', timeZone: 'Europe/Berlin' },
    });

    expect(answer.json).toMatchObject({ version: 2, startsAt: '2026-12-01T16:30:00+01:00' });
    const held = (await items('claim')).map((claim) => [claim['sk'], claim['heldBy']]);
    expect(held).toEqual(
      Array.from({ length: 12 }, (_, piece) => [
        new Date(Date.parse('2026-12-01T15:30:00Z') + piece * 300_000).toISOString(),
        appointmentId,
      ]),
    );
  });

  it('moves four hours by four hours in one transaction', async () => {
    const long = publicApi(store, () => now, { SLOT_MINUTES: '240' });
    const { appointmentId, token } = await booked({ startsAt: '2026-12-01T14:00:00Z' }, long);

    const answer = await long.reschedule(appointmentId, {
      token,
      body: { startsAt: '2026-12-01T18:00:00Z', timeZone: 'Europe/Berlin' },
    });

    expect(answer.status).toBe(200);
    expect(await items('claim')).toHaveLength(48);
  });

  it('lets one of a move and a cancellation at once win, and leaves no claim behind', async () => {
    for (const day of ['02', '03', '04', '05', '06']) {
      const { appointmentId, token } = await booked({ startsAt: `2026-12-${day}T15:00:00Z` });
      const [moved, cancelled] = await Promise.all([
        api.reschedule(appointmentId, {
          token,
          body: { startsAt: `2026-12-${day}T16:00:00Z`, timeZone: 'Europe/Berlin' },
        }),
        api.cancel(appointmentId, { token }),
      ]);

      expect(cancelled.status).toBe(200);
      expect([200, 409]).toContain(moved.status);
      expect(await items('claim')).toEqual([]);
    }
  });

  it('gives a time that is moved to and booked at once to one of both', async () => {
    const startsAt = '2026-12-02T15:00:00Z';
    const { appointmentId, token } = await booked();

    const answers = await Promise.all([
      api.reschedule(appointmentId, { token, body: { startsAt, timeZone: 'Europe/Berlin' } }),
      api.create({ body: { ...BOOKING, startsAt } }),
    ]);

    expect(answers.filter((answer) => answer.status === 409)).toHaveLength(1);
  });

  it('follows the call from the agent’s answer to the end', async () => {
    const appointment = await booked();
    const apply = applyCallEvent(store);
    const shown = async () => (await api.get(appointment.appointmentId, appointment)).json;

    await apply(callEvent(appointment, 'AgentAnswered', { attempt: 2 }));
    expect(await shown()).toMatchObject({
      status: 'calling',
      call: { outcome: null, attempts: { agent: 2, client: 0 } },
    });

    await apply(callEvent(appointment, 'CallConnected', { attempts: { agent: 2, client: 1 } }));
    expect((await shown()).status).toBe('connected');

    await apply(callEvent(appointment, 'CallCompleted', { durationSeconds: 60, endedBy: 'client' }));
    expect(await shown()).toMatchObject({
      status: 'completed',
      version: 1,
      call: {
        outcome: 'completed',
        attempts: { agent: 2, client: 1 },
        connectedAt: CallConnected.example.data.connectedAt,
        durationSeconds: 60,
      },
    });
    expect((await shown()).history.map((entry: { type: string }) => entry.type)).toEqual([
      'created',
      'agent-answered',
      'call-completed',
      'call-connected',
    ]);
    expect((await outbox()).map((event) => event.detailType)).toEqual(['AppointmentCreated']);
  });

  it('comes to the same end in whatever order and how often the events come', async () => {
    const appointment = await booked();
    const apply = applyCallEvent(store);
    const events = [
      callEvent(appointment, 'CallCompleted', { durationSeconds: 60, endedBy: 'client' }),
      callEvent(appointment, 'CallConnected', { attempts: { agent: 2, client: 1 } }),
      callEvent(appointment, 'AgentAnswered', { attempt: 2 }),
    ];

    await Promise.all([...events, ...events].map(apply));

    const { json } = await api.get(appointment.appointmentId, appointment);
    expect(json).toMatchObject({
      status: 'completed',
      call: { outcome: 'completed', attempts: { agent: 2, client: 1 }, durationSeconds: 60 },
    });
    expect(json.history).toHaveLength(4);
  });

  it('writes an older version’s failure into the history only', async () => {
    const appointment = await booked();
    await api.reschedule(appointment.appointmentId, {
      ...appointment,
      body: { startsAt: '2026-12-02T15:00:00Z', timeZone: 'Europe/Berlin' },
    });

    await applyCallEvent(store)(callEvent(appointment, 'CallFailed', { reason: 'superseded', attempts: [] }));

    const { json } = await api.get(appointment.appointmentId, appointment);
    expect(json).toMatchObject({ status: 'scheduled', call: null });
    expect(json.history.map((entry: { type: string }) => entry.type).toSorted()).toEqual([
      'call-failed',
      'created',
      'rescheduled',
    ]);
  });

  it('may be moved after a failure, and is then called anew', async () => {
    const appointment = await booked();
    const apply = applyCallEvent(store);
    await apply(callEvent(appointment, 'CallFailed', { reason: 'agent-unreachable' }));
    now = new Date('2026-12-01T16:00:00Z');
    const failed = await api.get(appointment.appointmentId, appointment);
    expect(failed.json).toMatchObject({
      status: 'failed',
      call: { outcome: 'failed', reason: 'agent-unreachable', attempts: { agent: 3, client: 0 } },
    });
    expect((await api.cancel(appointment.appointmentId, appointment)).json.state).toBe('failed');

    const moved = await api.reschedule(appointment.appointmentId, {
      ...appointment,
      body: { startsAt: '2026-12-02T15:00:00Z', timeZone: 'Europe/Berlin' },
    });

    expect(moved.json).toMatchObject({ status: 'scheduled', version: 2, call: null });
    expect((await items('claim')).every((claim) => String(claim['sk']).startsWith('2026-12-02'))).toBe(true);
  });

  it('reads as many claims for a day however many appointments other days have', async () => {
    const day = publicApi(store, () => now, { WORKING_HOURS: '00:00-24:00', SLOT_MINUTES: '5' });
    const read: string[] = [];
    const counting = {
      send: async (command: QueryCommand) => {
        const answer = await engine.client.send(command);
        read.push(`${answer.Count} of ${answer.ScannedCount}`);
        return answer;
      },
    };
    const watched = publicApi(appointmentStore(counting as never, table), () => now);
    const ask = () => watched.availability({ from: '2026-12-01', to: '2026-12-01', timeZone: 'America/New_York' });
    await booked({ startsAt: '2026-12-01T15:00:00Z' }, day);
    await ask();
    await Promise.all(
      Array.from({ length: 100 }, (_, place) =>
        booked({ startsAt: new Date(Date.parse('2026-12-03T00:00:00Z') + place * 300_000).toISOString() }, day),
      ),
    );

    await ask();

    expect(read).toEqual(['1 of 1', '1 of 1']);
  });
});
