import type { SimulatorPorts, Timer } from './ports';
import { memoryCollection } from './ports';

/** A clock that can stand still, run faster, and be moved; and the ports of a simulator that lives by it. */
export interface Clock {
  readonly ports: SimulatorPorts;
  readonly now: () => number;
  /** How many virtual seconds pass in a real one; 0 stands still. */
  readonly speed: () => number;
  readonly setSpeed: (speed: number) => void;
  /** Resolves when nothing is under way; waits for that, never for time. */
  readonly quiet: () => Promise<void>;
  /** Moves by so much, stopping at every timer on the way until all is quiet; time stands still meanwhile. */
  readonly advance: (ms: number) => Promise<void>;
  /** What waits for its time, soonest first. */
  readonly timers: () => readonly Timer[];
  /** Lets no timer fire any more. */
  readonly stop: () => void;
}

export interface ClockOptions {
  /** Virtual milliseconds since the epoch. @default the real time */
  readonly startAt?: number;
  /** @default 1, real time */
  readonly speed?: number;
  /** Where things are kept. @default memory */
  readonly collection?: SimulatorPorts['collection'];
}

export const FASTEST = 1000;
/** `setTimeout` fires at once beyond this. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

/** A clock at the speed of real time unless told otherwise; with `speed: 0` it moves only when it is moved. */
export function createClock(options: ClockOptions = {}): Clock {
  let virtual = options.startAt ?? Date.now();
  let real = performance.now();
  let speed = checked(options.speed ?? 1);
  let moving = 0;
  let busy = 0;
  let waiting: (() => void)[] = [];
  let alarm: NodeJS.Timeout | undefined;
  const timers = new Set<Timer>();

  const flowing = (): number => (moving > 0 ? 0 : speed);
  const now = (): number => Math.floor(virtual + (performance.now() - real) * flowing());
  /** Time counts from here on at another speed. */
  const rebase = (change: () => void): void => {
    virtual = now();
    real = performance.now();
    change();
    wind();
  };
  const sorted = (): Timer[] => [...timers].toSorted((one, other) => one.at - other.at);
  const fire = async (timer: Timer): Promise<void> => {
    timers.delete(timer);
    await timer.run();
  };
  const wind = (): void => {
    clearTimeout(alarm);
    if (flowing() === 0) return;
    const [next] = sorted();
    if (next === undefined) return;
    const waitMs = Math.min(Math.max(0, (next.at - now()) / flowing()), LONGEST_WAIT_MS);
    alarm = setTimeout(() => {
      if (next.at <= now() && timers.has(next)) void fire(next);
      wind();
    }, Math.ceil(waitMs));
  };

  const begin = (): (() => void) => {
    busy += 1;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      busy -= 1;
      if (busy > 0) return;
      // Busy may be taken again in the same turn of work: looked at once more after it.
      setImmediate(() => {
        if (busy > 0) return;
        const woken = waiting;
        waiting = [];
        for (const wake of woken) wake();
      });
    };
  };
  const quiet = (): Promise<void> =>
    new Promise((resolve) => {
      const done = begin();
      waiting.push(resolve);
      done();
    });

  return {
    now,
    quiet,
    speed: () => speed,
    timers: sorted,
    stop: () => {
      timers.clear();
      clearTimeout(alarm);
    },
    setSpeed: (wanted) => {
      const next = checked(wanted);
      rebase(() => {
        speed = next;
      });
    },
    advance: async (ms) => {
      if (!(ms >= 0)) throw new RangeError(`A clock cannot be moved by ${ms} ms`);
      rebase(() => {
        moving += 1;
      });
      try {
        const target = virtual + ms;
        await quiet();
        for (;;) {
          const next = sorted().find(({ at }) => at <= target);
          if (next === undefined) break;
          virtual = Math.max(virtual, next.at);
          await fire(next);
          await quiet();
        }
        virtual = Math.max(virtual, target);
      } finally {
        real = performance.now();
        moving -= 1;
        wind();
      }
    },
    ports: {
      now,
      begin,
      arm: (timer) => {
        timers.add(timer);
        wind();
        return () => {
          timers.delete(timer);
          wind();
        };
      },
      collection: options.collection ?? (() => memoryCollection()),
      flushed: () => Promise.resolve(),
    },
  };
}

function checked(speed: number): number {
  if (speed >= 0 && speed <= FASTEST) return speed;
  throw new RangeError(`The speed of a clock is from 0 to ${FASTEST}, not ${speed}`);
}
