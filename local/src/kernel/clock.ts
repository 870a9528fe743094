import type { Clock, VirtualMs } from './types';

/**
 * The virtual clock, shared with every worker as two numbers: what to add to real time, and the instant at which time
 * stands still (`NaN` while it flows).
 */
export interface MovableClock extends Clock {
  readonly shared: SharedArrayBuffer;
  /** Stops time at `at`; a worker sees it at once. */
  readonly standAt: (at: VirtualMs) => void;
  /** Lets time flow at the speed of real time from where it stands. */
  readonly flow: () => void;
  readonly flowing: () => boolean;
  /** Milliseconds that virtual time is ahead of real time. */
  readonly offsetMs: () => number;
}

/** Makes the clock flow with `offsetMs`; `realNow` is the machine's clock. */
export function createClock(offsetMs = 0, realNow: () => number = Date.now): MovableClock {
  const shared = new SharedArrayBuffer(16);
  const cell = new Float64Array(shared);
  cell[0] = offsetMs;
  cell[1] = Number.NaN;

  const now = (): VirtualMs => readClock(cell, realNow);
  return {
    shared,
    now,
    standAt: (at) => {
      cell[1] = at;
    },
    flow: () => {
      // The offset first: a worker that reads between the two writes still sees the instant at which time stood.
      cell[0] = now() - realNow();
      cell[1] = Number.NaN;
    },
    flowing: () => Number.isNaN(cell[1]),
    offsetMs: () => now() - realNow(),
  };
}

/** The virtual instant that two shared numbers tell. */
export function readClock(cell: Float64Array, realNow: () => number): VirtualMs {
  const standsAt = cell[1] ?? Number.NaN;
  return Number.isNaN(standsAt) ? realNow() + (cell[0] ?? 0) : standsAt;
}
