import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { createBusy } from '../kernel/busy';
import { createClock } from '../kernel/clock';
import { createFaults } from '../kernel/faults';
import { createMover } from '../kernel/move';
import { createTimers } from '../kernel/timers';
import { connectStream } from './stream-source';
import type { StreamRecord, StreamSourceSpec } from './stream-source';

const START = Date.parse('2026-11-22T12:00:00Z');
const running: { readonly stop: () => void }[] = [];
afterEach(() => {
  for (const one of running.splice(0)) one.stop();
});

const insert = (n: number): StreamRecord => ({
  eventID: String(n),
  eventName: 'INSERT',
  eventVersion: '1.1',
  dynamodb: { SequenceNumber: String(n), Keys: { pk: { S: String(n) } }, NewImage: { pk: { S: String(n) } } },
});

/** A stream of `records`, a function that answers as `answer` says, and the mapping between them. */
function cloud(
  records: StreamRecord[],
  answer: (batch: readonly string[], call: number) => unknown,
  spec: Partial<StreamSourceSpec> = {},
  checkpoints = new Map<string, string>(),
  afterRead: () => Promise<void> = async () => {},
  readsAll = false,
) {
  let reads = 0;
  const clock = createClock(0, () => START);
  const busy = createBusy();
  const errors: unknown[] = [];
  const timers = createTimers(clock, busy, (_, error) => errors.push(error));
  const faults = createFaults();
  timers.start();
  running.push(timers);
  const mover = createMover({ clock, busy, timers, limitMs: 5000, onStep: () => {} });
  const calls: { readonly at: number; readonly batch: readonly string[] }[] = [];
  const events: unknown[] = [];
  const source = connectStream(
    {
      id: 'mapping',
      tableName: 'table',
      streamArn: 'arn:aws:dynamodb:us-east-1:000000000000:table/table/stream/local',
      functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:f',
      reportsBatchItemFailures: true,
      bisects: false,
      filters: [],
      ...spec,
    },
    {
      clock,
      timers,
      busy,
      checkpoints: {
        get: (key) => checkpoints.get(key),
        has: (key) => checkpoints.has(key),
        put: (key, value) => void checkpoints.set(key, value),
        delete: (key) => void checkpoints.delete(key),
        values: () => checkpoints.values(),
        entries: () => checkpoints.entries(),
        size: 0,
      },
      readsAll,
      read: async (after, limit) => {
        reads += 1;
        const found = records
          .filter(({ dynamodb }) => Number(dynamodb.SequenceNumber) > Number(after ?? 0))
          .slice(0, limit);
        await afterRead();
        return found;
      },
      invoke: async (event) => {
        events.push(event);
        const batch = (event as { Records: StreamRecord[] }).Records.map(({ dynamodb }) => dynamodb.SequenceNumber);
        calls.push({ at: (clock.now() - START) / 1000, batch });
        await new Promise((resolve) => setImmediate(resolve));
        return busy.track('function', Promise.resolve(answer(batch, calls.length)));
      },
      faults,
      onError: (_, error) => errors.push(error),
    },
  );
  running.push(source);
  const settle = () => mover.move({ advanceByMs: 0 });
  const advance = (seconds: number) => mover.move({ advanceByMs: seconds * 1000 });
  return { source, calls, events, errors, checkpoints, settle, advance, faults, reads: () => reads };
}

const failing = (...ids: string[]) => ({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) });

describe('a function fed from a stream', () => {
  it('gets what there is in order, in batches, and the checkpoint follows', async () => {
    const { source, calls, settle, checkpoints } = cloud([1, 2, 3, 4, 5].map(insert), () => ({}), { batchSize: 2 });

    source.wake();
    await settle();

    expect(calls.map(({ batch }) => batch)).toEqual([['1', '2'], ['3', '4'], ['5']]);
    expect(checkpoints.get('mapping')).toBe('5');
  });

  it('costs one read where a read brings all there is, and a last one that is empty where it may not', async () => {
    const reads = async (readsAll: boolean) => {
      const made = cloud([1, 2, 3].map(insert), () => ({}), { batchSize: 2 }, new Map(), undefined, readsAll);
      made.source.wake();
      await made.settle();
      expect(made.calls.map(({ batch }) => batch)).toEqual([['1', '2'], ['3']]);
      return made.reads();
    };

    expect([await reads(true), await reads(false)]).toEqual([1, 2]);
  });

  it('gets what was written while all there was had been read, and while it ran', async () => {
    const records = [insert(1)];
    let isWritten = false;
    const afterRead = async () => {
      if (isWritten) return;
      isWritten = true;
      records.push(insert(2));
      made.source.wake();
    };
    const made = cloud(
      records,
      (_, call) => {
        if (call === 2) {
          records.push(insert(3));
          made.source.wake();
        }
        return {};
      },
      {},
      new Map(),
      afterRead,
      true,
    );

    made.source.wake();
    await made.settle();

    expect(made.calls.map(({ batch }) => batch)).toEqual([['1'], ['2'], ['3']]);
  });

  it('gets what was written while it ran', async () => {
    const records = [insert(1)];
    const { source, calls, settle } = cloud(records, (_, call) => {
      if (call > 3) return {};
      records.push(insert(call + 1));
      source.wake();
      return {};
    });

    source.wake();
    await settle();

    expect(calls.map(({ batch }) => batch)).toEqual([['1'], ['2'], ['3'], ['4']]);
  });

  it.each([
    ['NEW_AND_OLD_IMAGES', { NewImage: { n: { N: '2' } }, OldImage: { n: { N: '1' } } }],
    ['NEW_IMAGE', { NewImage: { n: { N: '2' } } }],
    ['OLD_IMAGE', { OldImage: { n: { N: '1' } } }],
    ['KEYS_ONLY', {}],
  ])('sees the images of the view %s', async (viewType, images) => {
    const keys = { SequenceNumber: '1', Keys: { pk: { S: '1' } } };
    const both = { NewImage: { n: { N: '2' } }, OldImage: { n: { N: '1' } } };
    const record = { ...insert(1), eventName: 'MODIFY', dynamodb: { ...keys, ...both } };
    const { source, events, settle } = cloud([record], () => ({}), { viewType });

    source.wake();
    await settle();

    expect((events[0] as { Records: StreamRecord[] }).Records[0]?.dynamodb).toEqual({
      ...keys,
      ...images,
      StreamViewType: viewType,
      ApproximateCreationDateTime: START / 1000,
    });
  });

  it('looks once more when a record came while an empty read was under way', async () => {
    const records: StreamRecord[] = [];
    let reads = 0;
    const { source, calls, settle } = cloud(
      records,
      () => ({}),
      {},
      new Map(),
      async () => {
        reads += 1;
        if (reads > 1) return;
        // After what there was has been looked at, and before the answer is here.
        records.push(insert(1));
        source.wake();
      },
    );

    source.wake();
    await settle();

    expect(calls.map(({ batch }) => batch)).toEqual([['1']]);
  });

  it('goes on behind the checkpoint of an earlier process', async () => {
    const { source, calls, settle } = cloud([1, 2, 3].map(insert), () => ({}), {}, new Map([['mapping', '2']]));

    source.wake();
    await settle();

    expect(calls.map(({ batch }) => batch)).toEqual([['3']]);
  });

  it('sees records as AWS writes them, with the virtual instant', async () => {
    const { source, events, settle } = cloud([insert(1)], () => ({}));

    source.wake();
    await settle();

    expect(events).toEqual([
      {
        Records: [
          {
            eventID: '1',
            eventName: 'INSERT',
            eventVersion: '1.1',
            eventSource: 'aws:dynamodb',
            awsRegion: 'us-east-1',
            eventSourceARN: 'arn:aws:dynamodb:us-east-1:000000000000:table/table/stream/local',
            dynamodb: {
              SequenceNumber: '1',
              Keys: { pk: { S: '1' } },
              NewImage: { pk: { S: '1' } },
              StreamViewType: 'NEW_AND_OLD_IMAGES',
              ApproximateCreationDateTime: START / 1000,
            },
          },
        ],
      },
    ]);
  });

  it('is not told of a change that changed nothing, nor of what no filter matches', async () => {
    const image = { pk: { S: 'x' }, n: { N: '1' } };
    const modify = (n: number, NewImage: unknown): StreamRecord => ({
      ...insert(n),
      eventName: 'MODIFY',
      dynamodb: { SequenceNumber: String(n), Keys: {}, OldImage: image, NewImage },
    });
    const records = [
      modify(1, { n: { N: '1' }, pk: { S: 'x' } }),
      modify(2, { pk: { S: 'x' }, n: { N: '2' } }),
      insert(3),
    ];
    const { source, calls, settle, checkpoints } = cloud(records, () => ({}), {
      filters: [(event) => (event as StreamRecord).eventName === 'MODIFY'],
    });

    source.wake();
    await settle();

    expect(calls.map(({ batch }) => batch)).toEqual([['2']]);
    expect(checkpoints.get('mapping')).toBe('3');
  });

  it('gets everything again from the lowest that failed, after 1, 2, 4 seconds', async () => {
    const { source, calls, advance, checkpoints } = cloud([1, 2, 3].map(insert), (batch, call) =>
      call <= 3 ? failing('3', '2') : {},
    );

    source.wake();
    await advance(0);
    const heldAt = checkpoints.get('mapping');
    await advance(60);

    expect(heldAt).toBe('1');
    expect(calls).toEqual([
      { at: 0, batch: ['1', '2', '3'] },
      { at: 1, batch: ['2', '3'] },
      { at: 3, batch: ['2', '3'] },
      { at: 7, batch: ['2', '3'] },
    ]);
    expect(checkpoints.get('mapping')).toBe('3');
  });

  it('holds back what follows while a retry waits, and is at rest meanwhile', async () => {
    const records = [insert(1)];
    const { source, calls, advance } = cloud(records, (_, call) => {
      if (call === 1) throw new Error('as told');
      return {};
    });

    source.wake();
    await advance(0);
    records.push(insert(2));
    source.wake();
    await advance(0.5);
    const before = calls.length;
    await advance(1);

    expect(before).toBe(1);
    expect(calls.slice(1).map(({ batch }) => batch)).toEqual([['1'], ['2']]);
  });

  it('is given halves of a batch that fails whole, until the one at fault stands alone', async () => {
    const { source, calls, advance } = cloud(
      [1, 2, 3, 4].map(insert),
      (batch, call) => {
        if (batch.includes('3') && call < 8) throw new Error('as told');
        return {};
      },
      { bisects: true },
    );

    source.wake();
    await advance(120);

    expect(calls.map(({ batch }) => batch.join())).toEqual(['1,2,3,4', '1,2', '3,4', '3', '3', '3', '3', '3', '4']);
  });

  it('is spared a batch after the attempts it is given, and somebody is told where it lies', async () => {
    const given: unknown[] = [];
    const { source, calls, advance, checkpoints } = cloud(
      [1, 2].map(insert),
      (batch) => {
        if (batch.includes('1')) throw new Error('as told');
        return {};
      },
      { batchSize: 1, maximumRetryAttempts: 2, onFailure: async (message) => given.push(JSON.parse(message)) },
    );

    source.wake();
    await advance(60);

    expect(calls.map(({ batch }) => batch.join())).toEqual(['1', '1', '1', '2']);
    expect(given).toMatchObject([
      {
        requestContext: { condition: 'RetryAttemptsExhausted', approximateInvokeCount: 3 },
        DDBStreamBatchInfo: { startSequenceNumber: '1', endSequenceNumber: '1', batchSize: 1 },
      },
    ]);
    expect(checkpoints.get('mapping')).toBe('2');
  });

  it('is given each batch twice where a fault does so, and the second answer counts', async () => {
    const { source, calls, advance, faults } = cloud(
      [1, 2, 3].map(insert),
      (_, call) => (call === 2 ? failing('2') : {}),
      { batchSize: 3 },
    );
    faults.set({ seed: 1, duplicate: 1 });

    source.wake();
    await advance(1);

    expect(calls.map(({ batch }) => batch)).toEqual([
      ['1', '2', '3'],
      ['1', '2', '3'],
      ['2', '3'],
      ['2', '3'],
    ]);
  });

  it('waits for a batch that a fault holds back, and for what follows it, and is at rest meanwhile', async () => {
    const records = [1, 2].map(insert);
    const { source, calls, settle, advance, faults } = cloud(records, () => ({}), { batchSize: 1 });
    faults.set({ seed: 1, reorder: 1, delaySeconds: 20 });

    source.wake();
    await settle();
    const atOnce = calls.length;
    records.push(insert(3));
    source.wake();
    await advance(60);

    expect(atOnce).toBe(0);
    expect(calls.map(({ batch }) => batch)).toEqual([['1'], ['2'], ['3']]);
    expect(calls[0]?.at).toBeGreaterThan(0);
    expect(calls[0]?.at).toBeLessThanOrEqual(20);
    expect(faults.struck()).toEqual({ reorder: 3 });
  });

  it('is given each batch once and at once where neither fault has a chance', async () => {
    const { source, calls, settle, faults } = cloud([1, 2].map(insert), () => ({}), { batchSize: 1 });
    faults.set({ seed: 1, drop: 1 });

    source.wake();
    await settle();

    expect(calls).toEqual([
      { at: 0, batch: ['1'] },
      { at: 0, batch: ['2'] },
    ]);
  });

  it('answers nothing that counts when it does not report failures', async () => {
    const { source, calls, advance } = cloud([insert(1)], () => failing('1'), { reportsBatchItemFailures: false });

    source.wake();
    await advance(60);

    expect(calls).toHaveLength(1);
  });
});

describe('answers recorded from AWS', () => {
  const { cases } = JSON.parse(
    readFileSync(join(__dirname, '../../test/fixtures/esm-batch-responses.json'), 'utf8'),
  ) as { cases: { source: string; handlerReturns?: unknown; handlerThrows?: boolean; batch: string }[] };
  const told = cases.filter(({ source, batch }) => source === 'dynamodb' && batch !== 'partial');

  it.each(
    told.map((one) => [one.handlerThrows === true ? 'throws' : JSON.stringify(one.handlerReturns), one] as const),
  )('are taken as AWS takes them: %s', async (_, { handlerReturns, handlerThrows, batch }) => {
    const { source, calls, advance } = cloud([insert(1), insert(2)], () => {
      if (handlerThrows === true) throw new Error('as told');
      return handlerReturns;
    });

    source.wake();
    await advance(1);

    expect(calls.map((call) => call.batch)).toEqual(
      batch === 'success'
        ? [['1', '2']]
        : [
            ['1', '2'],
            ['1', '2'],
          ],
    );
  });
});

describe('any stream and any failures', () => {
  it('gives every record at least once, and none for the first time before those in front of it are done', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 5 }),
        fc.boolean(),
        fc.array(fc.oneof(fc.constant('fine'), fc.constant('throws'), fc.nat({ max: 5 })), { maxLength: 12 }),
        async (count, batchSize, bisects, script) => {
          const done: string[] = [];
          const { source, advance, checkpoints, errors } = cloud(
            Array.from({ length: count }, (_, n) => insert(n + 1)),
            (batch, call) => {
              const told = script[call - 1] ?? 'fine';
              if (told === 'throws') throw new Error('as told');
              const failedAt = typeof told === 'number' ? told % batch.length : batch.length;
              done.push(...batch.slice(0, failedAt));
              return failing(...batch.slice(failedAt, failedAt + 1));
            },
            { batchSize, bisects },
          );

          source.wake();
          await advance(3600);

          expect(done).toEqual(Array.from({ length: count }, (_, n) => String(n + 1)));
          expect(checkpoints.get('mapping')).toBe(String(count));
          expect(errors).toEqual([]);
        },
      ),
      { numRuns: 100 },
    );
  });
});
