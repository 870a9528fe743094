import type { BusyCount } from './busy';
import type { RunnableTimers } from './timers';

/** Thrown when the cloud does not come to rest; says what it was busy with. */
export class NotQuietError extends Error {
  override readonly name = 'NotQuietError';
  constructor(readonly busyWith: readonly string[]) {
    super(`The laptop cloud did not come to rest: ${busyWith.join('; ')}`);
  }
}

/**
 * Resolves when nothing is held, no timer is due and a few turns of the event loop have brought nothing new.
 * Whoever hands work on holds its own token until the next holder has one, so zero is reached only at the end of
 * every chain; the turns are for what Node itself still has in hand (a socket's close, a promise of a stream).
 */
export async function settle(busy: BusyCount, timers: RunnableTimers, limitMs: number): Promise<void> {
  const startedAt = performance.now();
  for (;;) {
    const remainingMs = limitMs - (performance.now() - startedAt);
    if (remainingMs <= 0) throw new NotQuietError([...busy.names(), ...timers.dueNames()]);
    if (busy.count() > 0) {
      await withLimit(busy.idle(), remainingMs);
      continue;
    }
    const generation = busy.generation();
    timers.runDue();
    await turn();
    await turn();
    if (busy.count() === 0 && busy.generation() === generation && timers.dueNames().length === 0) return;
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function withLimit(work: Promise<void>, limitMs: number): Promise<void> {
  return new Promise((resolve) => {
    const limit = setTimeout(resolve, limitMs);
    void work.then(() => {
      clearTimeout(limit);
      resolve();
    });
  });
}
