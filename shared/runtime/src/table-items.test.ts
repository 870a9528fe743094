import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { BatchGetCommand, GetCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { engineIsHere, startEngine, type Engine } from '../test/database-engine';
import { tableItems, type ItemKey, type Write } from './table-items';

const key = (n: number): ItemKey => ({ pk: `item#${n}`, sk: 'item' });
const put = (n: number, value: number): Write => ({ Put: { Item: { ...key(n), value } } });
const create = (n: number, value: number): Write => ({
  Put: { Item: { ...key(n), value }, ConditionExpression: 'attribute_not_exists(pk)' },
});
const add = (n: number, value: number): Write => ({
  Update: {
    Key: key(n),
    UpdateExpression: 'ADD #value :value',
    ExpressionAttributeNames: { '#value': 'value' },
    ExpressionAttributeValues: { ':value': value },
  },
});

(engineIsHere() ? describe : describe.skip)('the items of a table, over the real engine', () => {
  let engine: Engine;
  let table: string;
  let calls: string[];
  /** What goes wrong with the next calls, by their order; nothing where there is none. */
  let faults: (Error | undefined)[];

  beforeAll(async () => {
    engine = await startEngine();
  });
  afterAll(() => engine.stop());
  beforeEach(async () => {
    table = await engine.table();
    calls = [];
    faults = [];
  });

  const items = () =>
    tableItems(
      {
        send: async (command: { constructor: { name: string } }) => {
          calls.push(command.constructor.name.replace('Command', ''));
          const fault = faults.shift();
          if (fault) throw fault;
          return engine.client.send(command as never);
        },
      } as unknown as DynamoDBDocumentClient,
      table,
      () => Promise.resolve(),
    );
  const valueOf = async (n: number) => (await items().get(key(n)))?.['value'];
  const conflict = (size: number) =>
    Object.assign(new Error('cancelled'), {
      name: 'TransactionCanceledException',
      CancellationReasons: Array.from({ length: size }, (_, n) => ({ Code: n === 0 ? 'TransactionConflict' : 'None' })),
    });

  it('reads what is asked for together in one call, each its own', async () => {
    const these = items();
    await Promise.all([these.write(put(1, 10)), these.write(put(2, 20))]);
    calls = [];

    const found = await Promise.all([1, 3, 2, 1].map((n) => these.get(key(n))));

    expect(found.map((item) => item?.['value'])).toEqual([10, undefined, 20, 10]);
    expect(calls).toEqual(['BatchGet']);
  });

  it('reads one alone by a plain call', async () => {
    await items().write(put(1, 10));

    expect(await valueOf(1)).toBe(10);
    expect(calls).toEqual(['Put', 'Get']);
  });

  it('reads more than one call takes', async () => {
    const these = items();
    await these.write(put(150, 1));

    const found = await Promise.all(Array.from({ length: 151 }, (_, n) => these.get(key(n))));

    expect(found.filter(Boolean)).toHaveLength(1);
    expect(found[150]?.['value']).toBe(1);
  });

  it('asks again for what a busy table left out, and says so when it stays busy', async () => {
    let answers = 0;
    const busy = (times: number) =>
      tableItems(
        {
          send: (command: BatchGetCommand | GetCommand) => {
            answers += 1;
            const { Keys = [] } = (command as BatchGetCommand).input.RequestItems?.['t'] ?? {};
            const [first, ...left] = Keys;
            return Promise.resolve(
              answers <= times
                ? { Responses: { t: [] }, UnprocessedKeys: { t: { Keys } } }
                : { Responses: { t: [first] }, UnprocessedKeys: left.length > 0 ? { t: { Keys: left } } : {} },
            );
          },
        } as unknown as DynamoDBDocumentClient,
        't',
        () => Promise.resolve(),
      );

    const some = busy(1);
    await expect(Promise.all([1, 2].map((n) => some.get(key(n))))).resolves.toEqual([key(1), key(2)]);
    answers = 0;
    const none = busy(100);
    await expect(Promise.all([1, 2].map((n) => none.get(key(n))))).rejects.toThrow(/2 items of t were not read/);
  });

  it('writes what is asked for together in one transaction', async () => {
    const these = items();

    const written = await Promise.all([these.write(create(1, 10)), these.write(create(2, 20), put(3, 30))]);

    expect(written).toEqual([true, true]);
    expect(calls).toEqual(['TransactWrite']);
    expect(await Promise.all([1, 2, 3].map(valueOf))).toEqual([10, 20, 30]);
  });

  it('refuses a unit whose condition does not hold, whole, and writes the others', async () => {
    const these = items();
    await these.write(put(1, 1));

    const written = await Promise.all([
      these.write(create(1, 10), put(2, 20)),
      these.write(create(3, 30)),
      these.write(create(4, 40), put(5, 50)),
    ]);

    expect(written).toEqual([false, true, true]);
    expect(await Promise.all([1, 2, 3, 4, 5].map(valueOf))).toEqual([1, undefined, 30, 40, 50]);
  });

  it('checks an item that it does not write', async () => {
    const these = items();
    const ifThere = (n: number): Write => ({
      ConditionCheck: { Key: key(n), ConditionExpression: 'attribute_exists(pk)' },
    });
    await these.write(put(1, 1));

    expect(await these.write(ifThere(1), put(2, 2))).toBe(true);
    expect(await these.write(ifThere(9), put(3, 3))).toBe(false);
    expect(await these.write(ifThere(9))).toBe(false);
    expect(await Promise.all([2, 3].map(valueOf))).toEqual([2, undefined]);
  });

  it('keeps the order of writes to one item, which no transaction may hold twice', async () => {
    const these = items();

    await Promise.all([
      these.write(put(1, 1)),
      these.write(put(2, 5)),
      these.write(add(1, 10)),
      these.write(put(1, 7)),
    ]);

    expect(await Promise.all([1, 2].map(valueOf))).toEqual([7, 5]);
  });

  it('lets nothing overtake a unit that had to wait for another', async () => {
    const these = items();

    await Promise.all([these.write(put(1, 1)), these.write(put(1, 2), put(2, 5)), these.write(put(2, 7))]);

    expect(await Promise.all([1, 2].map(valueOf))).toEqual([2, 7]);
  });

  it('writes each by itself where they cannot go together', async () => {
    const these = items();
    faults = [Object.assign(new Error('too large'), { name: 'ValidationException' })];

    const written = await Promise.all([these.write(put(1, 1)), these.write(put(2, 2))]);

    expect(written).toEqual([true, true]);
    expect(calls).toEqual(['TransactWrite', 'Put', 'Put']);
  });

  it.each([
    ['a transaction', [put(1, 1), put(2, 2)], conflict(2)],
    ['a plain write', [put(1, 1)], Object.assign(new Error('met'), { name: 'TransactionConflictException' })],
  ])('tries %s that met another once more, and in the end says so', async (_, unit, fault) => {
    const these = items();
    faults = [fault, fault];

    await expect(these.write(...unit)).resolves.toBe(true);
    expect(await valueOf(1)).toBe(1);
    faults = Array.from({ length: 5 }, () => fault);
    await expect(these.write(...unit)).rejects.toBe(fault);
  });

  it('says nothing of what nobody can say whether it was written, and repeats nothing', async () => {
    const these = items();
    const lost = new Error('socket hang up');
    faults = [lost];

    const answers = await Promise.allSettled([these.write(put(1, 1)), these.write(put(2, 2))]);

    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(calls).toEqual(['TransactWrite']);
  });

  it('ends as if each had been written by itself, whatever goes together', async () => {
    const unit = fc.uniqueArray(fc.record({ n: fc.nat({ max: 5 }), value: fc.nat({ max: 9 }), isNew: fc.boolean() }), {
      selector: ({ n }) => n,
      minLength: 1,
      maxLength: 3,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(unit, { minLength: 1, maxLength: 8 }), async (units) => {
        table = await engine.table();
        const these = items();
        const model = new Map<number, number>();

        const written = await Promise.all(
          units.map((each) => these.write(...each.map(({ n, value, isNew }) => (isNew ? create : put)(n, value)))),
        );

        // Units about other items may overtake each other; the ones that were written agree with some order, which for
        // each item is the order in which they were asked.
        for (const [place, each] of units.entries()) {
          if (!written[place]) continue;
          for (const { n, value } of each) model.set(n, value);
        }
        const found = await Promise.all([0, 1, 2, 3, 4, 5].map(valueOf));
        expect(found).toEqual([0, 1, 2, 3, 4, 5].map((n) => model.get(n)));
      }),
      { numRuns: 30 },
    );
  });

  it('names a table that is not there', async () => {
    const nowhere = tableItems(engine.client, 'nowhere');

    await expect(nowhere.get(key(1))).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});
