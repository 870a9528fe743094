import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { engineIsHere, startEngine, type Engine } from '@appointments/runtime/test/database-engine';
import { BOOKING, NOW, publicApi } from '../../test/api';
import { around, met } from '../../test/clients';
import { appointmentStore } from './appointment-store';

const overTheEngine = engineIsHere() ? describe : describe.skip;

/** A database that cancels the first transactions for these reasons, by place, and takes the next one. */
function refusing(...cancellations: readonly (readonly string[])[]) {
  const waiting = [...cancellations];
  const sent: string[] = [];
  const client = {
    send: async (command: object) => {
      sent.push(command.constructor.name);
      const codes = waiting.shift();
      if (!codes) return { Items: [] };
      throw new TransactionCanceledException({
        message: 'cancelled',
        $metadata: {},
        CancellationReasons: codes.map((Code) => ({ Code })),
      });
    },
  };
  const pauses: number[] = [];
  const pause = async (tried: number) => void pauses.push(tried);
  return { api: publicApi(appointmentStore(client as never, 'booking', pause), () => NOW), sent, pauses };
}

const conflict = ['None', 'TransactionConflict'];

describe('a transaction that meets another one', () => {
  it('is tried again after a pause that grows', async () => {
    const { api, sent, pauses } = refusing(conflict, conflict);

    expect((await api.create({ body: BOOKING })).status).toBe(201);
    expect(sent).toHaveLength(3);
    expect(pauses).toEqual([0, 1]);
  });

  it('is answered with 503 and when to try again, the eighth time', async () => {
    const { api, sent } = refusing(...Array.from({ length: 8 }, () => conflict));

    const answer = await api.create({ body: BOOKING });

    expect(answer.status).toBe(503);
    expect(answer.headers).toMatchObject({ 'retry-after': '1' });
    expect(sent).toHaveLength(8);
  });

  it('is not tried again when its slot is taken as well', async () => {
    const { api } = refusing(['None', 'ConditionalCheckFailed', 'TransactionConflict']);

    expect((await api.create({ body: BOOKING })).status).toBe(409);
  });

  it('that was refused because its own appointment is there already came through before', async () => {
    const { api } = refusing(['ConditionalCheckFailed', 'ConditionalCheckFailed']);

    expect((await api.create({ body: BOOKING })).status).toBe(201);
  });

  it('that was refused for another reason is an error', async () => {
    const { api } = refusing(['None', 'ProvisionedThroughputExceeded']);

    expect((await api.create({ body: BOOKING })).status).toBe(500);
  });
});

overTheEngine('a transaction that was done, and is called cancelled', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await startEngine();
  });
  afterAll(() => engine.stop());

  /** Each transaction is called cancelled the first time it is sent. */
  async function inDoubt() {
    const table = await engine.table();
    const known = new Set<string>();
    const client = around(engine.client, async (command, send) => {
      const answer = await send(command);
      const text = JSON.stringify(command.input);
      if (!(command instanceof TransactWriteCommand) || known.has(text)) return answer;
      known.add(text);
      throw met(command);
    });
    const pauses: number[] = [];
    const store = appointmentStore(client, table, async (tried) => void pauses.push(tried));
    return { api: publicApi(store, () => NOW), pauses };
  }
  const time = { startsAt: '2026-12-01T16:00:00Z', timeZone: 'Europe/Berlin' };

  it('is a booking, and the same one when its key is repeated', async () => {
    const { api, pauses } = await inDoubt();
    const headers = { 'idempotency-key': 'one' };

    const answers = [await api.create({ headers, body: BOOKING }), await api.create({ headers, body: BOOKING })];

    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
    expect(answers[0]?.text).toBe(answers[1]?.text);
    // What it was answered is read before anything is waited for.
    expect(pauses).toEqual([]);
  });

  it('is a booking without a key as well', async () => {
    const { api } = await inDoubt();

    expect((await api.create({ body: BOOKING })).status).toBe(201);
    expect((await api.create({ body: BOOKING })).status).toBe(409);
  });

  it('is a hold that stands, and does not stand in its own way', async () => {
    const { api } = await inDoubt();

    const hold = await api.hold({ body: time });

    expect(hold.status).toBe(201);
    expect((await api.create({ body: { ...BOOKING, ...time, holdId: hold.json.holdId } })).status).toBe(201);
  });

  it('is a change, made once', async () => {
    const { api } = await inDoubt();
    const { json } = await api.create({ body: BOOKING });
    const change = { token: json.manageToken };

    const answers = [
      await api.reschedule(json.appointmentId, { ...change, body: time }),
      await api.amend(json.appointmentId, { ...change, body: { notes: 'Ring twice' } }),
      await api.cancel(json.appointmentId, change),
    ];

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(answers.map(({ json: { version } }) => version)).toEqual([2, 2, 3]);
    expect((await api.get(json.appointmentId, change)).json.history).toHaveLength(4);
  });
});
