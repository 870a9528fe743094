import type { BusyCount } from './busy';
import type { MovableClock } from './clock';
import { settle } from './settle';
import { anyWakeUp } from './timers';
import type { RunnableTimers } from './timers';
import type { VirtualMs } from './types';

const DAY_MS = 86_400_000;

/** Where the clock is to go. */
export type Move =
  | { readonly advanceTo: VirtualMs }
  | { readonly advanceByMs: number }
  | { readonly toNextWakeUp: true };

/** The clock cannot be moved so now (409) or at all (400). */
export class MoveRefusedError extends Error {
  override readonly name = 'MoveRefusedError';
  constructor(
    readonly status: 400 | 409,
    message: string,
  ) {
    super(message);
  }
}

export interface Moved {
  readonly now: VirtualMs;
  /** Runs of recurring timers left out, in a move of more than a day. */
  readonly skippedRuns: number;
}

export interface Mover {
  readonly move: (move: Move) => Promise<Moved>;
  readonly moving: () => boolean;
}

/**
 * Moves the clock in steps: what runs ends, the clock is set to the next due instant and stands there until all that
 * is due has settled, and so on. Ends exactly at the target, from where time flows again.
 */
export function createMover(ports: {
  readonly clock: MovableClock;
  readonly timers: RunnableTimers;
  readonly busy: BusyCount;
  /** Real milliseconds that one step may take to come to rest. */
  readonly limitMs: number;
  /** Told after each step, so that a process that is cut off finds the clock where it stood. */
  readonly onStep: () => void;
}): Mover {
  const { clock, timers, busy } = ports;
  let moving = false;

  const stand = (at: VirtualMs) => {
    clock.standAt(at);
    ports.onStep();
  };
  const rest = () => settle(busy, timers, ports.limitMs);

  const toTarget = async (target: VirtualMs): Promise<number> => {
    const endThinning = target - clock.now() > DAY_MS ? timers.thinOutRecurring() : () => 0;
    let skippedRuns = 0;
    try {
      await rest();
      for (let next = timers.nextAt(); next !== undefined && next <= target; next = timers.nextAt()) {
        stand(Math.max(next, clock.now()));
        timers.runDue();
        await rest();
      }
      stand(target);
      await rest();
    } finally {
      skippedRuns = endThinning();
    }
    return skippedRuns;
  };

  const toNextWakeUp = async (): Promise<number> => {
    await rest();
    for (;;) {
      const next = timers.nextAt();
      if (next === undefined || timers.nextWakeUpAt() === undefined) {
        throw new MoveRefusedError(409, 'Nothing lies ahead: no schedule, no delayed message, no timer of a call.');
      }
      stand(Math.max(next, clock.now()));
      const kinds = timers.runDue();
      await rest();
      if (anyWakeUp(kinds)) return 0;
    }
  };

  return {
    moving: () => moving,
    move: async (move) => {
      if (moving) throw new MoveRefusedError(409, 'The clock is being moved.');
      const now = clock.now();
      const target = 'advanceTo' in move ? move.advanceTo : 'advanceByMs' in move ? now + move.advanceByMs : undefined;
      if (target !== undefined && target < now) {
        throw new MoveRefusedError(400, `The target lies in the past: it is ${new Date(now).toISOString()}.`);
      }
      moving = true;
      clock.standAt(now);
      try {
        const skippedRuns = target === undefined ? await toNextWakeUp() : await toTarget(target);
        return { now: clock.now(), skippedRuns };
      } finally {
        moving = false;
        clock.flow();
        ports.onStep();
        timers.rearm();
      }
    },
  };
}
