import type { Faults } from './faults';

/** Milliseconds since the epoch, read from the virtual clock. */
export type VirtualMs = number;

export interface Clock {
  /** The virtual instant. It stands still while the clock is being moved. */
  readonly now: () => VirtualMs;
}

/**
 * What a timer waits for. `schedule`, `delayed-message`, `carrier`, `phone` are wake-ups that a person would wait for:
 * `toNextWakeUp` stops at them. `recurring`, `visibility`, `retry`, `held-back` (by a fault) and `mail-event` run on the
 * way and never stop it.
 */
export type TimerKind =
  | 'schedule'
  | 'delayed-message'
  | 'carrier'
  | 'phone'
  | 'recurring'
  | 'visibility'
  | 'retry'
  | 'held-back'
  | 'mail-event';

export interface Timers {
  /**
   * Runs `run` as soon as the clock has reached `at` (at once, but never synchronously, when it is past).
   * Timers run in order of `at`, then of arming; the cloud counts as busy while `run` is pending.
   * The returned function disarms it and does nothing after it ran.
   */
  readonly arm: (timer: {
    readonly at: VirtualMs;
    readonly kind: TimerKind;
    /** Named when the cloud does not come to rest. No personal data. */
    readonly what: string;
    readonly run: () => void | Promise<void>;
  }) => () => void;
}

export interface Busy {
  /** Holds the cloud unsettled until the returned function is called; calling it twice does no harm. */
  readonly begin: (what: string) => () => void;
  /** The same for the time `work` takes; its failure is handed on. */
  readonly track: <T>(what: string, work: Promise<T>) => Promise<T>;
}

/** A kept map: its values are plain JSON, its order is that of first insertion, also after a restart. */
export interface Collection<T> {
  readonly get: (key: string) => T | undefined;
  readonly has: (key: string) => boolean;
  readonly put: (key: string, value: T) => void;
  readonly delete: (key: string) => void;
  readonly values: () => IterableIterator<T>;
  readonly entries: () => IterableIterator<[string, T]>;
  readonly size: number;
}

/** One text of a chronicle; it is read from the disk when asked for. */
export interface Entry {
  readonly at: VirtualMs;
  readonly text: () => string;
}

/** What happened, each at its instant: appended, found again by time, and forgotten a UTC day at a time. */
export interface Chronicle {
  /** `text` is one line. */
  readonly append: (at: VirtualMs, text: string) => void;
  /** Resolves when everything appended so far is on disk; nothing is read before that. */
  readonly flushed: () => Promise<void>;
  /** What has its instant from `from` on and before `to`, in no promised order. */
  readonly between: (from: VirtualMs, to: VirtualMs) => readonly Entry[];
  /** Forgets the days that were over before `at`. */
  readonly forgetBefore: (at: VirtualMs) => void;
  /** How many there are since `from`, and their bytes. @default from the beginning */
  readonly size: (from?: VirtualMs) => { readonly count: number; readonly bytes: number };
}

/** State that outlives the process: an append-only journal with group commit below `.local/`. */
export interface Store {
  /** The collection of that name, with what was kept; `T` must survive JSON. */
  readonly collection: <T>(name: string) => Collection<T>;
  /** Resolves when everything put or deleted so far is on disk. Await it before acknowledging anything. */
  readonly flushed: () => Promise<void>;
  /** The chronicle of that name, with what was kept: for what would fill the memory. */
  readonly chronicle: (name: string) => Chronicle;
}

export interface Kernel {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly busy: Busy;
  readonly store: Store;
  readonly faults: Faults;
}
