import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { tokenBucket, type RouteLimit } from './token-bucket';

const limits: fc.Arbitrary<RouteLimit> = fc.record({
  ratePerSecond: fc.oneof(fc.integer({ min: 1, max: 50 }), fc.constantFrom(0.1, 0.25, 1 / 3, 2.5)),
  burst: fc.integer({ min: 1, max: 20 }),
});
/** Pauses between requests, in milliseconds: most of them short. */
const pauses = fc.array(fc.oneof(fc.constant(0), fc.integer({ max: 200, min: 1 }), fc.integer({ max: 9000, min: 1 })), {
  maxLength: 120,
});

/** The instants of the requests that were taken, and of those that were not. */
function sent(limit: RouteLimit, waits: readonly number[]) {
  const take = tokenBucket(limit);
  let now = 1_790_000_000_000;
  return waits.map((wait) => {
    now += wait;
    return { at: now, taken: take(now) };
  });
}

describe('a token bucket', () => {
  it('never takes more in any span of time than its burst and what the rate brings in it', () => {
    fc.assert(
      fc.property(limits, pauses, (limit, waits) => {
        const taken = sent(limit, waits).filter((request) => request.taken);

        for (const [first, from] of taken.entries()) {
          for (const [more, to] of taken.slice(first).entries()) {
            const most = limit.burst + ((to.at - from.at) / 1000) * limit.ratePerSecond;
            expect(more + 1).toBeLessThanOrEqual(most + 0.001);
          }
        }
      }),
    );
  });

  it('refuses nobody while fewer came, in every span of time up to now, than burst and rate allow', () => {
    fc.assert(
      fc.property(limits, pauses, (limit, waits) => {
        const requests = sent(limit, waits);

        for (const [place, { at, taken }] of requests.entries()) {
          if (taken) continue;
          const before = requests.slice(0, place).filter((request) => request.taken);
          const spent = before.some(
            (from, first) =>
              before.length - first + 1 > limit.burst + ((at - from.at) / 1000) * limit.ratePerSecond - 0.001,
          );
          expect(spent).toBe(true);
        }
      }),
    );
  });

  it('takes a burst at once, then one for every token that came since', () => {
    const requests = sent({ ratePerSecond: 2, burst: 3 }, [0, 0, 0, 0, 499, 1, 0, 500, 500, 1500, 0, 0, 0]);

    // The burst; half a second in two parts; two half seconds, each used at once; and the burst again.
    const expected = ['yyyn', 'ny', 'nyy', 'yyyn'].join('');
    expect(requests.map(({ taken }) => (taken ? 'y' : 'n')).join('')).toBe(expected);
  });

  it('gains nothing from a quiet time beyond its burst', () => {
    const requests = sent({ ratePerSecond: 10, burst: 2 }, [0, 86_400_000, 0, 0]);

    expect(requests.map(({ taken }) => taken)).toEqual([true, true, true, false]);
  });

  it('stands still when the clock was put back', () => {
    const take = tokenBucket({ ratePerSecond: 1, burst: 1 });

    const taken = [10_000, 5000, 10_500, 11_000].map((now) => take(now));

    expect(taken).toEqual([true, false, false, true]);
  });
});
