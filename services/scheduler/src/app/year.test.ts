import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { liveThroughYear } from '../../test/year';

const APPOINTMENTS = 10_000;

describe('10,000 appointments over all zones of a year', () => {
  it('each is called in its second, and reminded in its second, by elapsed time and by the client’s clocks', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        const { world, outcomes } = await liveThroughYear(APPOINTMENTS, seed);

        const wrong = outcomes.filter(({ lateMs }) => lateMs === undefined || lateMs < 0 || lateMs >= 1000);
        expect(wrong).toEqual([]);
        expect(outcomes).toHaveLength(world.said.length);
        expect(outcomes.length).toBeGreaterThan(2 * APPOINTMENTS);
        expect(world.schedules.size).toBe(0);
        expect(world.comparison()).toMatchObject({ found: 0 });
      }),
      // The seed it fails with is printed; a smaller one means nothing.
      { numRuns: 1, endOnFailure: true },
    );
  }, 120_000);
});
