import type { BusyCount } from './busy';
import type { MovableClock } from './clock';
import type { TimerKind, Timers, VirtualMs } from './types';

const HOUR_MS = 3_600_000;

/** The kinds a person would wait for: `toNextWakeUp` stops at them and at nothing else. */
const WAKE_UPS: ReadonlySet<TimerKind> = new Set(['schedule', 'delayed-message', 'carrier', 'phone']);

export interface RunnableTimers extends Timers {
  /** Timers armed before this wait for it, however due: resources must stand before anything runs. */
  readonly start: () => void;
  /** Nothing runs any more. */
  readonly stop: () => void;
  /** The earliest instant at which anything is to run. */
  readonly nextAt: () => VirtualMs | undefined;
  readonly nextWakeUpAt: () => VirtualMs | undefined;
  /** Starts everything that is due, in order, and tells the kinds it started. */
  readonly runDue: () => readonly TimerKind[];
  /** What is due and has not begun, by name. */
  readonly dueNames: () => string[];
  /** Looks at the clock again, after it was moved. */
  readonly rearm: () => void;
  /** While held, a recurring timer of one name runs at most once per virtual hour; the returned function ends that and tells how many runs were left out. */
  readonly thinOutRecurring: () => () => number;
}

interface Armed {
  /** When it is to run now; differs from `dueAt` only where a recurring timer was put off. */
  at: VirtualMs;
  readonly dueAt: VirtualMs;
  readonly order: number;
  readonly kind: TimerKind;
  readonly what: string;
  readonly run: () => void | Promise<void>;
  index: number;
}

export function createTimers(
  clock: MovableClock,
  busy: BusyCount,
  onError: (what: string, error: unknown) => void,
): RunnableTimers {
  const heap = createHeap();
  const lastRunAt = new Map<string, VirtualMs>();
  let order = 0;
  let started = false;
  let thinning: { skipped: number } | undefined;
  let sleeping: NodeJS.Timeout | undefined;
  let soon: NodeJS.Immediate | undefined;

  const rearm = () => {
    if (sleeping !== undefined) clearTimeout(sleeping);
    sleeping = undefined;
    const next = heap.first();
    if (!started || next === undefined) return;
    const waitMs = next.at - clock.now();
    if (waitMs <= 0) {
      soon ??= setImmediate(() => {
        soon = undefined;
        runDue();
      });
    } else if (clock.flowing()) {
      // The machine may sleep, and a time-out beyond 24.8 days fires at once: look again every hour.
      sleeping = setTimeout(runDue, Math.min(Math.ceil(waitMs), HOUR_MS));
    }
  };

  const start = (timer: Armed) => {
    if (timer.kind === 'recurring') lastRunAt.set(timer.what, clock.now());
    const end = busy.begin(`timer: ${timer.what}`);
    try {
      const result = timer.run();
      if (result === undefined) end();
      else result.catch((error: unknown) => onError(timer.what, error)).finally(end);
    } catch (error) {
      onError(timer.what, error);
      end();
    }
  };

  const runDue = (): readonly TimerKind[] => {
    const kinds: TimerKind[] = [];
    if (!started) return kinds;
    const now = clock.now();
    // Only what stands at the beginning: a timer that arms itself for now again must not keep the loop to itself.
    const last = order;
    for (let next = heap.first(); next !== undefined && next.at <= now && next.order <= last; next = heap.first()) {
      heap.remove(next);
      kinds.push(next.kind);
      start(next);
    }
    rearm();
    return kinds;
  };

  const putOffTo = (timer: { what: string; kind: TimerKind; at: VirtualMs }): VirtualMs => {
    const ranAt = lastRunAt.get(timer.what);
    if (thinning === undefined || timer.kind !== 'recurring' || ranAt === undefined) return timer.at;
    return Math.max(timer.at, ranAt + HOUR_MS);
  };

  /** How many runs a timer due at `dueAt`, repeating as it did last, would have had before `until`. */
  const runsBefore = (timer: Armed, until: VirtualMs): { runs: number; nextAt: VirtualMs } => {
    const periodMs = Math.max(1, timer.dueAt - (lastRunAt.get(timer.what) ?? timer.dueAt - HOUR_MS));
    const runs = Math.max(0, Math.ceil((until - timer.dueAt) / periodMs));
    return { runs, nextAt: timer.dueAt + runs * periodMs };
  };

  return {
    arm: ({ at, kind, what, run }) => {
      order += 1;
      const timer: Armed = { at: putOffTo({ at, kind, what }), dueAt: at, order, kind, what, run, index: -1 };
      if (thinning !== undefined && timer.at > at) thinning.skipped += runsBefore(timer, timer.at).runs;
      heap.add(timer);
      if (heap.first() === timer) rearm();
      return () => {
        if (timer.index < 0) return;
        const wasFirst = heap.first() === timer;
        heap.remove(timer);
        if (wasFirst) rearm();
      };
    },
    start: () => {
      started = true;
      rearm();
    },
    stop: () => {
      started = false;
      if (soon !== undefined) clearImmediate(soon);
      soon = undefined;
      rearm();
    },
    nextAt: () => (started ? heap.first()?.at : undefined),
    nextWakeUpAt: () => {
      let next: VirtualMs | undefined;
      for (const { kind, at } of heap.all()) if (WAKE_UPS.has(kind) && (next === undefined || at < next)) next = at;
      return next;
    },
    runDue,
    dueNames: () => {
      if (!started) return [];
      const now = clock.now();
      return heap
        .all()
        .filter(({ at }) => at <= now)
        .map(({ what }) => `due: ${what}`);
    },
    rearm,
    thinOutRecurring: () => {
      const round = { skipped: 0 };
      thinning = round;
      return () => {
        thinning = undefined;
        // One beyond now: an occurrence at this very instant is left out too, or the end of the move would not be quiet.
        const now = clock.now() + 1;
        for (const timer of heap.all().filter(({ at, dueAt }) => at !== dueAt)) {
          // Counted as left out up to the hour it was put off to; what lies behind now is taken back.
          const counted = runsBefore(timer, timer.at).runs;
          const { runs, nextAt } = runsBefore(timer, now);
          round.skipped += runs - counted;
          heap.remove(timer);
          timer.at = nextAt;
          heap.add(timer);
        }
        rearm();
        return round.skipped;
      };
    },
  };
}

/** True when a timer of one of these kinds is one that `toNextWakeUp` stops at. */
export function anyWakeUp(kinds: readonly TimerKind[]): boolean {
  return kinds.some((kind) => WAKE_UPS.has(kind));
}

/** A binary heap by instant, then by order of arming, from which any element can be taken. */
function createHeap() {
  const items: Armed[] = [];
  const before = (a: Armed, b: Armed) => a.at < b.at || (a.at === b.at && a.order < b.order);
  const place = (timer: Armed, index: number) => {
    items[index] = timer;
    timer.index = index;
  };
  const rise = (timer: Armed, from: number) => {
    let index = from;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = items[above];
      if (parent === undefined || !before(timer, parent)) break;
      place(parent, index);
      index = above;
    }
    place(timer, index);
  };
  const sink = (timer: Armed, from: number) => {
    let index = from;
    for (;;) {
      let below = 2 * index + 1;
      let child = items[below];
      if (child === undefined) break;
      const other = items[below + 1];
      if (other !== undefined && before(other, child)) {
        below += 1;
        child = other;
      }
      if (!before(child, timer)) break;
      place(child, index);
      index = below;
    }
    place(timer, index);
  };
  return {
    first: () => items[0],
    all: (): readonly Armed[] => items,
    add: (timer: Armed) => rise(timer, items.length),
    remove: (timer: Armed) => {
      const { index } = timer;
      timer.index = -1;
      const last = items.pop();
      if (last === undefined || last === timer) return;
      const above = items[(index - 1) >> 1];
      if (index > 0 && above !== undefined && before(last, above)) rise(last, index);
      else sink(last, index);
    },
  };
}
