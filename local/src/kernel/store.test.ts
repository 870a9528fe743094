import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { DamagedJournalError, openStore } from './store';

let folder: string;
const journal = () => readFileSync(join(folder, 'journal.jsonl'), 'utf8');

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'store-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('the journal', () => {
  it('holds what was put once flushed has resolved', async () => {
    const store = openStore(folder);
    store.collection<{ n: number }>('a').put('x', { n: 1 });

    await store.flushed();

    expect(journal()).toBe('["p","a","x",{"n":1}]\n');
    await store.close();
  });

  it('goes on writing after all was written', async () => {
    const store = openStore(folder);
    const counts = store.collection<number>('a');

    for (let n = 0; n < 5; n++) {
      counts.put(`k${n}`, n);
      await store.flushed();
      expect(journal()).toContain(`"k${n}"`);
    }
    await store.close();
  });

  it('gives back after a restart what was kept, in the order of first insertion', async () => {
    const store = openStore(folder);
    const before = store.collection<number>('a');
    for (const key of ['c', 'a', 'b']) before.put(key, 1);
    before.put('c', 2);
    before.delete('a');
    before.put('a', 3);
    await store.close();

    const again = openStore(folder);
    const after = again.collection<number>('a');

    expect([...after.entries()]).toEqual([
      ['c', 2],
      ['b', 1],
      ['a', 3],
    ]);
    expect(after.size).toBe(3);
    expect(after.has('a')).toBe(true);
    await again.close();
  });

  it('forgets a last line that was cut off, and goes on behind the lines before it', async () => {
    const store = openStore(folder);
    store.collection<number>('a').put('x', 1);
    await store.close();
    appendFileSync(join(folder, 'journal.jsonl'), '["p","a","y",');

    const again = openStore(folder);
    again.collection<number>('a').put('z', 3);
    await again.close();
    const third = openStore(folder);

    expect([...third.collection<number>('a').entries()]).toEqual([
      ['x', 1],
      ['z', 3],
    ]);
    await third.close();
  });

  it('says so when a line before the last cannot be read', () => {
    writeFileSync(join(folder, 'journal.jsonl'), '["p","a","x",1]\nnonsense\n["p","a","y",1]\n');

    expect(() => openStore(folder)).toThrow(DamagedJournalError);
  });

  it('writes only what is live when it is opened with more that is dead', async () => {
    const store = openStore(folder);
    const counts = store.collection<number>('a');
    for (let n = 0; n < 100; n++) counts.put('x', n);
    await store.close();

    await openStore(folder).close();

    expect(journal()).toBe('["p","a","x",99]\n');
  });

  it('resolves every flush, however puts and flushes come in between', async () => {
    const store = openStore(folder);
    const counts = store.collection<number>('a');

    const flushes = Array.from({ length: 200 }, async (_, n) => {
      for (let turns = 0; turns < n % 7; turns++) await Promise.resolve();
      counts.put(`k${n}`, n);
      await store.flushed();
      return journal().includes(`["p","a","k${n}",${n}]`);
    });

    expect(await Promise.all(flushes)).toEqual(flushes.map(() => true));
    await store.close();
  });

  it('is after any sequence of changes and restarts what a map would be', async () => {
    const change = fc.oneof(
      fc.record({ verb: fc.constant('put' as const), key: fc.constantFrom('a', 'b', 'c'), value: fc.jsonValue() }),
      fc.record({ verb: fc.constant('delete' as const), key: fc.constantFrom('a', 'b', 'c') }),
      fc.record({ verb: fc.constant('restart' as const) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 30 }), async (changes) => {
        rmSync(join(folder, 'journal.jsonl'), { force: true });
        const model = new Map<string, unknown>();
        let store = openStore(folder);
        for (const step of changes) {
          if (step.verb === 'put') {
            store.collection('m').put(step.key, step.value);
            model.set(step.key, JSON.parse(JSON.stringify(step.value)));
          } else if (step.verb === 'delete') {
            store.collection('m').delete(step.key);
            model.delete(step.key);
          } else {
            await store.close();
            store = openStore(folder);
          }
        }
        await store.close();
        store = openStore(folder);
        const kept = [...store.collection('m').entries()];
        await store.close();
        expect(kept).toEqual([...model.entries()]);
      }),
      { numRuns: 60 },
    );
  });
});
