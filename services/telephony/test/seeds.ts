import type { Parameters } from 'fast-check';

/** Sessions of the random runs: `SESSIONS=40000` for a long one. */
export const SESSIONS = Number(process.env['SESSIONS'] ?? 2000);

/** The seed of every property of this run: `SEED=…` repeats it. */
export const SEED = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);

/** A share of the sessions. `REPLAY=…` takes the path that fast-check prints beside its seed, and runs that one case. */
export function shareOfSessions<T>(share: number): Parameters<T> {
  const path = process.env['REPLAY'];
  return { seed: SEED, numRuns: Math.max(1, Math.round(SESSIONS * share)), ...(path !== undefined && { path }) };
}

/** With `TRACE=1` every decision of a session is printed, which is much: it is meant for one case. */
export const trace =
  process.env['TRACE'] === undefined ? undefined : (line: string): void => void process.stdout.write(`${line}\n`);

process.stdout.write(`Random sessions: ${SESSIONS}, from seed ${SEED}\n`);
