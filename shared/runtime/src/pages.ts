import * as z from 'zod';
import { invalidRequest, type Fault } from './http';

const WHOLE = 'must be a whole number from 1 to 100';

/** Of a list that can grow. */
export const PageQuery = z.object({
  limit: z.coerce.number({ error: WHOLE }).int(WHOLE).min(1, WHOLE).max(100, WHOLE).default(50),
  cursor: z.string().max(1000).optional().meta({ description: '`next` of the page before.' }),
});

/** What is wrong with a cursor that we did not give, or not for this question. */
export const NOT_NEXT: Fault = { path: 'cursor', message: 'must be the `next` of the page before, as it was given' };

/** The key that a cursor was made of; `undefined` where it was not made here. */
export function keyOf(cursor: string): string | undefined {
  const key = Buffer.from(cursor, 'base64url').toString('utf8');
  // What does not come back the same was not made here.
  return key !== '' && cursorOf(key) === cursor ? key : undefined;
}

/** Where a page begins: behind the item of this key. */
export function cursorAt(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const key = keyOf(cursor);
  if (key === undefined) throw invalidRequest([NOT_NEXT]);
  return key;
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
