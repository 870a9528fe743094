import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Queues, ReceivedMessage } from '../aws/types';
import { createBusy } from '../kernel/busy';
import { connectQueue } from './queue-source';
import { createTurns } from './turns';

const ARN = 'arn:aws:sqs:us-east-1:000000000000:work';

const message = (id: string, body = id): ReceivedMessage => ({
  messageId: id,
  receiptHandle: `handle ${id}`,
  body,
  md5OfBody: '',
  attributes: { ApproximateReceiveCount: '1' },
  messageAttributes: { reason: { DataType: 'String', StringValue: 'x' } },
});

/** A queue that hands out `batches` one by one, and remembers what became of each message. */
function queueOf(batches: ReceivedMessage[][]) {
  const removed: string[] = [];
  const released: [string, string | undefined][] = [];
  let listener = () => {};
  const unused = () => {
    throw new Error('not asked for here');
  };
  const queues: Queues = {
    declare: unused,
    arnOf: unused,
    send: unused,
    receive: (_, max) => batches.shift()?.slice(0, max) ?? [],
    remove: async (_, handle) => void removed.push(handle),
    release: (_, handle, error) => void released.push([handle, error]),
    onVisible: (_, told) => {
      listener = told;
    },
    onArrival: unused,
    list: unused,
    messages: unused,
    lastErrorOf: unused,
  };
  return { queues, removed, released, tell: () => listener() };
}

async function work(
  batches: ReceivedMessage[][],
  invoke: (event: unknown) => Promise<unknown>,
  spec: Partial<Parameters<typeof connectQueue>[0]> = {},
  whenSlow: Parameters<typeof connectQueue>[1]['whenSlow'] = () => () => undefined,
) {
  const queue = queueOf(batches);
  const busy = createBusy();
  const errors: unknown[] = [];
  connectQueue(
    { queueArn: ARN, reportsBatchItemFailures: true, filters: [], ...spec },
    {
      queues: queue.queues,
      busy,
      turns: createTurns({ atOnce: 2 }),
      invoke,
      onError: (_, error) => errors.push(error),
      whenSlow,
    },
  );
  queue.tell();
  const busyAtOnce = busy.count();
  await busy.idle();
  return { ...queue, errors, busyAtOnce };
}

describe('a function fed from a queue', () => {
  it('is given records as AWS writes them', async () => {
    const events: unknown[] = [];

    await work([[message('1', 'body')]], async (event) => events.push(event));

    expect(events).toEqual([
      {
        Records: [
          {
            messageId: '1',
            receiptHandle: 'handle 1',
            body: 'body',
            attributes: { ApproximateReceiveCount: '1' },
            messageAttributes: {
              reason: { stringValue: 'x', stringListValues: [], binaryListValues: [], dataType: 'String' },
            },
            md5OfBody: '',
            eventSource: 'aws:sqs',
            eventSourceARN: ARN,
            awsRegion: 'us-east-1',
          },
        ],
      },
    ]);
  });

  it('keeps the cloud busy from before a message is taken until it is settled', async () => {
    const { busyAtOnce, removed } = await work([[message('1')]], async () => ({}));

    expect(busyAtOnce).toBe(1);
    expect(removed).toEqual(['handle 1']);
  });

  it('has only those come back that it reports', async () => {
    const { removed, released } = await work([[message('1'), message('2'), message('3')]], async () => ({
      batchItemFailures: [{ itemIdentifier: '2' }],
    }));

    expect(removed).toEqual(['handle 1', 'handle 3']);
    expect(released).toEqual([['handle 2', 'reported as failed by the function']]);
  });

  it('has all come back with what it threw', async () => {
    const { removed, released } = await work([[message('1'), message('2')]], () =>
      Promise.reject(new Error('as told')),
    );

    expect(removed).toEqual([]);
    expect(released).toEqual([
      ['handle 1', 'as told'],
      ['handle 2', 'as told'],
    ]);
  });

  describe('with several batches waiting', () => {
    const most = async (whenSlow?: (told: () => void) => () => void) => {
      let atOnce = 0;
      let highest = 0;
      const { removed, errors } = await work(
        ['1', '2', '3', '4'].map((id) => [message(id)]),
        async () => {
          atOnce += 1;
          highest = Math.max(highest, atOnce);
          // Longer than it takes until the second has its turn.
          for (let turns = 0; turns < 3; turns++) await new Promise((resolve) => setImmediate(resolve));
          atOnce -= 1;
        },
        {},
        whenSlow,
      );
      expect(removed).toHaveLength(4);
      expect(errors).toEqual([]);
      return highest;
    };

    it('works on one at a time while that is quick', async () => {
      expect(await most()).toBe(1);
    });

    it('works on two at once while one is slow', async () => {
      const atOnceSlow = (told: () => void) => {
        queueMicrotask(told);
        return () => undefined;
      };

      expect(await most(atOnceSlow)).toBe(2);
    });
  });

  it('never sees what no filter matches: that is gone', async () => {
    const seen: unknown[] = [];
    const { removed } = await work(
      [[message('1', '{"kind":"wanted"}'), message('2', '{"kind":"other"}')]],
      async (event) => seen.push(...(event as { Records: { messageId: string }[] }).Records.map((r) => r.messageId)),
      { filters: [(event) => (event as { body: { kind: string } }).body.kind === 'wanted'] },
    );

    expect(seen).toEqual(['1']);
    expect(removed.toSorted()).toEqual(['handle 1', 'handle 2']);
  });

  const { cases } = JSON.parse(
    readFileSync(join(__dirname, '../../test/fixtures/esm-batch-responses.json'), 'utf8'),
  ) as { cases: { source: string; handlerReturns?: unknown; handlerThrows?: boolean; batch: string }[] };

  it.each(
    cases
      .filter(({ source, batch }) => source === 'sqs' && batch !== 'partial')
      .map((one) => [one.handlerThrows === true ? 'throws' : JSON.stringify(one.handlerReturns), one] as const),
  )('is taken at its word as AWS takes it: %s', async (_, { handlerReturns, handlerThrows, batch }) => {
    const { removed, released } = await work([[message('1'), message('2')]], async () => {
      if (handlerThrows === true) throw new Error('as told');
      return handlerReturns;
    });

    expect({ removed: removed.length, released: released.length }).toEqual(
      batch === 'success' ? { removed: 2, released: 0 } : { removed: 0, released: 2 },
    );
  });
});
