import {
  BatchGetCommand,
  DeleteCommand,
  GetCommand,
  PutCommand,
  TransactWriteCommand,
  UpdateCommand,
  type DynamoDBDocumentClient,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { cancellationCodes, isConditionFailed, isConflict } from './clients';
import { gathering } from './gathering';

/** The key of an item in a service's table. */
export interface ItemKey {
  readonly pk: string;
  readonly sk: string;
}

type Item = Record<string, unknown>;
type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];
type Operation<Kind extends keyof TransactItem> = Omit<NonNullable<TransactItem[Kind]>, 'TableName'>;

/** One write of one item, or what must hold of it, without the name of the table. */
export type Write =
  | { readonly Put: Operation<'Put'> }
  | { readonly Update: Operation<'Update'> }
  | { readonly Delete: Operation<'Delete'> }
  | { readonly ConditionCheck: Operation<'ConditionCheck'> };

export interface TableItems {
  /** Reads an item, strongly consistent; `undefined` where there is none. */
  readonly get: (key: ItemKey) => Promise<Item | undefined>;
  /** Writes all of these or, resolving `false`, none: where a condition did not hold. */
  readonly write: (...unit: readonly Write[]) => Promise<boolean>;
}

/** BatchGetItem takes so many keys (API reference). */
const MAX_KEYS = 100;
/**
 * TransactWriteItems takes a hundred actions and 4 MB (API reference). A quarter of that: the more items there are in a
 * transaction, the more often one of them is in somebody else's hands and stops all.
 */
const MAX_ACTIONS = 25;
const TRIES = 5;
const FIRST_PAUSE_MS = 20;

const pauseFor = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * The items of one table. What the records of a batch ask for at the same time goes in one call: reads as BatchGetItem,
 * which costs what single reads do; writes as one TransactWriteItems, at twice the price of single ones (two write units per
 * KB), for a tenth of the calls. What is alone goes as a plain call. Where a transaction is refused, each of its units is
 * written by itself, so that none fails for another's sake.
 *
 * Rejects with the SDK's error where nobody can say whether it was written, as a plain call does.
 */
export function tableItems(
  client: DynamoDBDocumentClient,
  TableName: string,
  pause: (ms: number) => Promise<void> = pauseFor,
): TableItems {
  /** Whoever met others waits a moment of its own, so that the same two do not meet again. */
  const standBack = (tries: number) => pause(Math.random() * FIRST_PAUSE_MS * 2 ** tries);

  const getAll = async (keys: readonly ItemKey[]): Promise<ReadonlyMap<string, Item>> => {
    const wanted = new Map(keys.map((key) => [nameOf(key), { pk: key.pk, sk: key.sk }]));
    const [only, ...others] = wanted.values();
    if (only && others.length === 0) {
      const { Item: found } = await client.send(new GetCommand({ TableName, Key: only, ConsistentRead: true }));
      return new Map(found ? [[nameOf(only), found]] : []);
    }
    const found = new Map<string, Item>();
    let left: Item[] = [...wanted.values()];
    for (let tries = 0; left.length > 0; tries++) {
      if (tries > 0) {
        if (tries >= TRIES) throw new Error(`${left.length} items of ${TableName} were not read: it is throttled`);
        await standBack(tries);
      }
      const { Responses, UnprocessedKeys } = await client.send(
        new BatchGetCommand({ RequestItems: { [TableName]: { Keys: left, ConsistentRead: true } } }),
      );
      for (const item of Responses?.[TableName] ?? []) found.set(nameOf(item), item);
      left = UnprocessedKeys?.[TableName]?.Keys ?? [];
    }
    return found;
  };

  const together = (writes: readonly Write[]) =>
    client.send(new TransactWriteCommand({ TransactItems: writes.map((write) => inTable(write, TableName)) }));

  const alone = (write: Write): Promise<unknown> => {
    if ('Put' in write) return client.send(new PutCommand({ TableName, ...write.Put }));
    if ('Update' in write) return client.send(new UpdateCommand({ TableName, ...write.Update }));
    if ('Delete' in write) return client.send(new DeleteCommand({ TableName, ...write.Delete }));
    return together([write]);
  };

  const writeUnit = async (unit: readonly Write[]): Promise<boolean> => {
    const [first, ...others] = unit;
    if (!first) return true;
    for (let tries = 1; ; tries++) {
      try {
        await (others.length === 0 ? alone(first) : together(unit));
        return true;
      } catch (error) {
        if (isConditionFailed(error) || cancellationCodes(error)?.includes('ConditionalCheckFailed')) return false;
        if (!isConflict(error) || tries >= TRIES) throw error;
        await standBack(tries);
      }
    }
  };

  const writeAll = async (units: readonly (readonly Write[])[]): Promise<readonly PromiseSettledResult<boolean>[]> => {
    if (units.length > 1) {
      try {
        await together(units.flat());
        return units.map(() => ({ status: 'fulfilled', value: true }));
      } catch (error) {
        if (!isRefused(error)) throw error;
      }
    }
    return Promise.allSettled(units.map(writeUnit));
  };

  const get = gathering<ItemKey, Item | undefined>(
    (keys) => keys.slice(0, MAX_KEYS).map((_, place) => place),
    async (keys) => {
      const found = await getAll(keys);
      return keys.map((key) => ({ status: 'fulfilled', value: found.get(nameOf(key)) }));
    },
  );
  const write = gathering<readonly Write[], boolean>(apart, writeAll);
  return { get, write: (...unit) => write(unit) };
}

const nameOf = ({ pk, sk }: { readonly pk?: unknown; readonly sk?: unknown }): string => JSON.stringify([pk, sk]);

function inTable(write: Write, TableName: string): TransactItem {
  if ('Put' in write) return { Put: { TableName, ...write.Put } };
  if ('Update' in write) return { Update: { TableName, ...write.Update } };
  if ('Delete' in write) return { Delete: { TableName, ...write.Delete } };
  return { ConditionCheck: { TableName, ...write.ConditionCheck } };
}

function itemOf(write: Write): string {
  if ('Put' in write) return nameOf(write.Put.Item ?? {});
  const { Key = {} } = 'Update' in write ? write.Update : 'Delete' in write ? write.Delete : write.ConditionCheck;
  return nameOf(Key);
}

/** The units that go in one transaction: in it no item may come twice, and units about one item keep their order. */
function apart(units: readonly (readonly Write[])[]): readonly number[] {
  const seen = new Set<string>();
  const places: number[] = [];
  let actions = 0;
  for (const [place, unit] of units.entries()) {
    const items = unit.map(itemOf);
    const isFree = items.every((item) => !seen.has(item));
    for (const item of items) seen.add(item);
    if (!isFree) continue;
    if (places.length > 0 && actions + unit.length > MAX_ACTIONS) break;
    places.push(place);
    actions += unit.length;
  }
  return places;
}

/** For certain nothing of the transaction was written, and a unit by itself may fare better. */
function isRefused(error: unknown): boolean {
  if (cancellationCodes(error)) return true;
  return error instanceof Error && error.name === 'ValidationException';
}
