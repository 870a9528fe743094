import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from '@jest/globals';
import { BOOKING, NOW, publicApi } from '../../test/api';
import { appointmentStore } from './appointment-store';

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
