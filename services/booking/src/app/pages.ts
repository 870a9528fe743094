import { invalidRequest } from '@appointments/runtime';

/** Where a page begins: behind the item of this key. */
export function cursorAt(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const key = Buffer.from(cursor, 'base64url').toString('utf8');
  // What does not come back the same was not made here.
  if (key !== '' && cursorOf(key) === cursor) return key;
  throw invalidRequest([{ path: 'cursor', message: 'must be the `next` of the page before, as it was given' }]);
}

export function cursorOf(key: string): string {
  return Buffer.from(key, 'utf8').toString('base64url');
}

/** One page of a list that is sorted by `keyOf`, and the cursor of the next one unless it is the last. */
export function pageOf<Item>(
  sorted: readonly Item[],
  keyOf: (item: Item) => string,
  limit: number,
  after: string | undefined,
): { readonly items: readonly Item[]; readonly next?: string } {
  const rest = after === undefined ? sorted : sorted.filter((item) => keyOf(item) > after);
  const items = rest.slice(0, limit);
  const last = items.at(-1);
  return { items, ...(rest.length > items.length && last !== undefined && { next: cursorOf(keyOf(last)) }) };
}
