import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { DamagedChronicleError, openChronicle } from './chronicle';

const NOON = Date.UTC(2026, 11, 1, 12);
const DAY_MS = 86_400_000;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chronicle-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});
const all = (chronicle: ReturnType<typeof openChronicle>) =>
  chronicle.between(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY).map(({ at, text }) => [at, text()]);

describe('a chronicle', () => {
  it('is on disk once flushed has resolved, a file for each day', async () => {
    const chronicle = openChronicle(folder);
    chronicle.append(NOON, '{"n":1}');
    chronicle.append(NOON + DAY_MS, '{"n":2}');

    await chronicle.flushed();

    expect(readdirSync(folder)).toEqual(['2026-12-01.jsonl', '2026-12-02.jsonl']);
    expect(readFileSync(join(folder, '2026-12-01.jsonl'), 'utf8')).toBe(`${NOON} {"n":1}\n`);
    await chronicle.close();
  });

  it('finds what has its instant from the first on and before the last, and counts it', async () => {
    const chronicle = openChronicle(folder);
    for (const ms of [-1, 0, 1, 2]) chronicle.append(NOON + ms, `${ms}`);
    await chronicle.flushed();

    expect(chronicle.between(NOON, NOON + 2).map(({ text }) => text())).toEqual(['0', '1']);
    expect(chronicle.size()).toEqual({ count: 4, bytes: 5 });
    expect(chronicle.size(NOON + 1)).toEqual({ count: 2, bytes: 2 });
    await chronicle.close();
  });

  it('gives back after a restart whatever was appended, whenever it was flushed', async () => {
    const appended = fc.array(
      fc.record({
        at: fc.integer({ min: NOON - 3 * DAY_MS, max: NOON + 3 * DAY_MS }),
        text: fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
        flush: fc.boolean(),
      }),
      { maxLength: 30 },
    );
    await fc.assert(
      fc.asyncProperty(appended, async (entries) => {
        const own = mkdtempSync(join(folder, 'own-'));
        const before = openChronicle(own);
        for (const { at, text, flush } of entries) {
          before.append(at, text);
          if (flush) await before.flushed();
        }
        await before.close();

        const after = openChronicle(own);

        expect(all(after)).toEqual(expect.arrayContaining(entries.map(({ at, text }) => [at, text])));
        expect(all(after)).toHaveLength(entries.length);
        await after.close();
      }),
      { numRuns: 50 },
    );
  });

  it('drops a line that was cut off while it was written, and goes on behind the last whole one', async () => {
    const before = openChronicle(folder);
    before.append(NOON, '1');
    await before.close();
    appendFileSync(join(folder, '2026-12-01.jsonl'), `${NOON + 1} {"half`);

    const after = openChronicle(folder);
    after.append(NOON + 2, '2');
    await after.flushed();

    expect(all(after)).toEqual([
      [NOON, '1'],
      [NOON + 2, '2'],
    ]);
    await after.close();
    const again = openChronicle(folder);
    expect(all(again)).toHaveLength(2);
    await again.close();
  });

  it('that somebody else has written into says which line cannot be read', () => {
    appendFileSync(join(folder, '2026-12-01.jsonl'), `${NOON} 1\nnonsense\n${NOON} 2\n`);

    expect(() => openChronicle(folder)).toThrow(DamagedChronicleError);
    expect(() => openChronicle(folder)).toThrow(/Line 2 of .*2026-12-01\.jsonl/);
  });

  it('forgets only days that were wholly over', async () => {
    const chronicle = openChronicle(folder);
    for (const days of [0, 1, 2]) chronicle.append(NOON + days * DAY_MS, `${days}`);
    await chronicle.flushed();

    chronicle.forgetBefore(NOON + DAY_MS);

    expect(all(chronicle).map(([, text]) => text)).toEqual(['1', '2']);
    expect(readdirSync(folder)).toEqual(['2026-12-02.jsonl', '2026-12-03.jsonl']);
    await chronicle.close();
  });
});
