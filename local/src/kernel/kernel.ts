import { createBusy } from './busy';
import type { BusyCount } from './busy';
import { createClock } from './clock';
import type { MovableClock } from './clock';
import { createFaults } from './faults';
import type { FaultSource } from './faults';
import { createMover } from './move';
import type { Mover } from './move';
import { settle } from './settle';
import { openStore } from './store';
import type { KeptStore } from './store';
import { createTimers } from './timers';
import type { RunnableTimers } from './timers';
import type { Kernel } from './types';

/** Real time that one step of a move, or a control request, may take to come to rest. */
const QUIET_LIMIT_MS = 60_000;

export interface RunningKernel extends Kernel {
  readonly clock: MovableClock;
  readonly timers: RunnableTimers;
  readonly busy: BusyCount;
  readonly store: KeptStore;
  readonly faults: FaultSource;
  readonly mover: Mover;
  /** Resolves at rest; throws NotQuietError after a minute of real time. */
  readonly quiet: () => Promise<void>;
}

/** Opens the kernel on a state folder: the clock goes on with the offset it had. */
export function openKernel(
  folder: string,
  options: {
    readonly onError: (what: string, error: unknown) => void;
    readonly realNow?: () => number;
    readonly quietLimitMs?: number;
  },
): RunningKernel {
  const store = openStore(folder);
  const kept = store.collection<{ offsetMs: number }>('clock');
  const clock = createClock(kept.get('clock')?.offsetMs ?? 0, options.realNow);
  const busy = createBusy();
  const timers = createTimers(clock, busy, options.onError);
  const limitMs = options.quietLimitMs ?? QUIET_LIMIT_MS;
  const mover = createMover({
    clock,
    timers,
    busy,
    limitMs,
    onStep: () => kept.put('clock', { offsetMs: clock.offsetMs() }),
  });
  return { clock, timers, busy, store, faults: createFaults(), mover, quiet: () => settle(busy, timers, limitMs) };
}
