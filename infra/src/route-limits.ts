import * as z from 'zod';

const RouteLimit = z.strictObject({
  /** Requests a second that the route takes in the long run, from everybody together. */
  ratePerSecond: z.number().positive(),
  /** Requests that it takes at once after a quiet time. */
  burst: z.int().positive(),
});
export type RouteLimit = z.infer<typeof RouteLimit>;

/** Limits by the keys of routes (`POST /appointments`); `default` is that of each route that is not named. */
export const RouteLimits = z.record(z.string(), RouteLimit);
export type RouteLimits = z.infer<typeof RouteLimits>;

/**
 * Far more than people need and far less than a flood: 200 agents with 16 slots a day are 3,200 bookings, which is one a
 * second if all of them came in the same hour.
 */
export const DEFAULT_ROUTE_LIMITS: RouteLimits = {
  default: { ratePerSecond: 100, burst: 200 },
  'POST /appointments': { ratePerSecond: 20, burst: 40 },
  'POST /holds': { ratePerSecond: 40, burst: 80 },
  'GET /availability': { ratePerSecond: 50, burst: 100 },
};
