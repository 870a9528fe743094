import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { eachOf } from './pages';

interface Page {
  readonly items: readonly number[];
  readonly next?: string;
}

/** Pages as the API gives them, and how often each was asked for. */
function listOf(pages: readonly Page[]) {
  const asked: (string | undefined)[] = [];
  const read = async ({ cursor }: { readonly cursor?: string }) => {
    asked.push(cursor);
    return pages[cursor === undefined ? 0 : Number(cursor)] ?? { items: [] };
  };
  return { asked, each: () => eachOf<Page, number>(read, ({ items }) => items) };
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

describe('a list in pages', () => {
  it('is given whole and in order, whatever its pages are, empty ones included', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.integer(), { maxLength: 4 }), { minLength: 1, maxLength: 6 }),
        async (pages) => {
          const list = listOf(
            pages.map((items, n) => ({ items, ...(n < pages.length - 1 && { next: String(n + 1) }) })),
          );

          const found = await all(list.each());

          expect(found).toEqual(pages.flat());
          expect(list.asked).toEqual([undefined, ...pages.slice(1).map((_, n) => String(n + 1))]);
        },
      ),
    );
  });

  it('is read no further than its items are taken', async () => {
    const list = listOf([{ items: [1, 2], next: '1' }, { items: [3] }]);

    for await (const item of list.each()) if (item === 2) break;

    expect(list.asked).toEqual([undefined]);
  });

  it.each(['0', '1', ''])('ends where it would go round for ever (next %j)', async (next) => {
    const list = listOf([
      { items: [1], next: '1' },
      { items: [2], next },
    ]);

    const found = await all(list.each());

    expect(found.slice(0, 2)).toEqual([1, 2]);
    expect(list.asked.length).toBeLessThanOrEqual(3);
  });
});
