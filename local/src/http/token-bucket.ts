/** How many requests a route takes: steadily, and at once after a quiet time. */
export interface RouteLimit {
  readonly ratePerSecond: number;
  readonly burst: number;
}

/** Sums of fractions of tokens come out a little short. */
const ALMOST = 1e-6;

/**
 * Counts requests as API Gateway does: the bucket holds `burst` tokens, fills at `ratePerSecond`, and each request that is
 * taken costs one. Answers whether one that comes at `now` (milliseconds) is taken.
 */
export function tokenBucket({ ratePerSecond, burst }: RouteLimit): (now: number) => boolean {
  let tokens = burst;
  let at = -Infinity;
  return (now) => {
    tokens = Math.min(burst, tokens + (Math.max(0, now - at) / 1000) * ratePerSecond);
    at = Math.max(at, now);
    if (tokens < 1 - ALMOST) return false;
    tokens = Math.max(0, tokens - 1);
    return true;
  };
}
