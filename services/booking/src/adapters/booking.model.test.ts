import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { engineIsHere, startEngine, type Engine } from '@appointments/runtime/test/database-engine';
import * as fc from 'fast-check';
import { CALM, CROWDED, STORM, type Weather } from '../../test/clients';
import { broken, INDEXES } from '../../test/play';
import { plays } from '../../test/steps';

const overTheEngine = engineIsHere() ? describe : describe.skip;

/** Random plays of this run: `PLAYS=2000` for a long one. `SEED=…` repeats it, and `TRACE=1` prints every deed. */
const PLAYS = Number(process.env['PLAYS'] ?? 50);
const SEED = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);
const LIMIT_MS = 120_000 + PLAYS * 1000;
const trace =
  process.env['TRACE'] === undefined ? undefined : (line: string): void => void process.stdout.write(`${line}\n`);

overTheEngine('booking, whatever is asked of it at the same time,', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await startEngine();
  });
  afterAll(() => engine.stop());

  const keepsEveryPromise = async (weather: Weather, share: number) => {
    const path = process.env['REPLAY'];
    await fc.assert(
      fc.asyncProperty(plays, async (play) => {
        const table = await engine.table(INDEXES);

        expect(await broken(play, { client: engine.client, table, weather, ...(trace && { trace }) })).toEqual([]);
      }),
      // Making a failure small may take long; it is told as small as it is by then.
      {
        seed: SEED,
        numRuns: Math.ceil(PLAYS * share),
        interruptAfterTimeLimit: LIMIT_MS - 5000,
        ...(path !== undefined && { path }),
      },
    );
  };

  it('keeps every promise', async () => keepsEveryPromise(CALM, 0.5), LIMIT_MS);

  it('keeps them where transactions meet', async () => keepsEveryPromise(CROWDED, 0.3), LIMIT_MS);

  it('keeps them where connections break besides', async () => keepsEveryPromise(STORM, 0.2), LIMIT_MS);
});
