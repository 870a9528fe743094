import type { Collection } from './ports';

/** As much of a collection as reading needs. */
export type Kept<T> = Pick<Collection<T>, 'get' | 'values'>;

/**
 * A collection as it was `lagMs` ago, the "eventual consistency" of Twilio's GET: lists lack what is newer,
 * and a record asked for by its key is as it was then, or as it was made if it is newer than that.
 * Answers the collection to write to, and the one to read from.
 */
export function lagging<T>(
  current: Collection<T>,
  lagMs: number,
  now: () => number,
): { readonly written: Collection<T>; readonly seen: Kept<T> } {
  if (lagMs === 0) return { written: current, seen: current };
  const versions = new Map<string, { readonly at: number; readonly value: T }[]>();
  for (const [key, value] of current.entries()) versions.set(key, [{ at: Number.NEGATIVE_INFINITY, value }]);

  const then = (key: string): T | undefined =>
    (versions.get(key) ?? []).findLast(({ at }) => at <= now() - lagMs)?.value;
  const written: Collection<T> = {
    get: (key) => current.get(key),
    has: (key) => current.has(key),
    values: () => current.values(),
    entries: () => current.entries(),
    get size() {
      return current.size;
    },
    put: (key, value) => {
      const known = versions.get(key) ?? [];
      // Older than the one that is seen now, a version will never be seen again.
      const oldest = known.findLastIndex(({ at }) => at <= now() - lagMs);
      versions.set(key, [...known.slice(Math.max(0, oldest)), { at: now(), value }]);
      current.put(key, value);
    },
    delete: (key) => {
      versions.delete(key);
      current.delete(key);
    },
  };
  return {
    written,
    seen: {
      get: (key) => then(key) ?? versions.get(key)?.[0]?.value,
      values: () => [...current.entries()].flatMap(([key]) => then(key) ?? []).values(),
    },
  };
}
