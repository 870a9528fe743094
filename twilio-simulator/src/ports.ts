import { randomBytes } from 'node:crypto';

export type SidPrefix = 'CA' | 'CF' | 'RQ';

/** A kept map: its values are plain JSON, its order is that of first insertion. */
export interface Collection<T> {
  readonly get: (key: string) => T | undefined;
  readonly has: (key: string) => boolean;
  readonly put: (key: string, value: T) => void;
  readonly delete: (key: string) => void;
  readonly values: () => IterableIterator<T>;
  readonly entries: () => IterableIterator<[string, T]>;
  readonly size: number;
}

export interface Timer {
  readonly at: number;
  readonly kind: 'carrier' | 'phone';
  readonly what: string;
  readonly run: () => void | Promise<void>;
}

/** What the simulator needs of the world it runs in. */
export interface SimulatorPorts {
  /** Virtual milliseconds since the epoch. */
  readonly now: () => number;
  /** Runs `run` when the clock has reached `at`; the returned function disarms it. */
  readonly arm: (timer: Timer) => () => void;
  /** Holds "busy" until the returned function is called. */
  readonly begin: (what: string) => () => void;
  readonly collection: <T>(name: string) => Collection<T>;
  /** Resolves when all that was put so far is kept; awaited before anything is acknowledged. */
  readonly flushed: () => Promise<void>;
  /** @default 32 random hexadecimal digits after the prefix */
  readonly newSid?: (prefix: SidPrefix) => string;
}

/** Twilio's form of an identifier: a prefix and 32 hexadecimal digits. */
export function randomSid(prefix: SidPrefix): string {
  return prefix + randomBytes(16).toString('hex');
}

/** A collection that lives as long as the process. */
export function memoryCollection<T>(): Collection<T> {
  const kept = new Map<string, T>();
  return {
    get: (key) => kept.get(key),
    has: (key) => kept.has(key),
    put: (key, value) => void kept.set(key, value),
    delete: (key) => void kept.delete(key),
    values: () => kept.values(),
    entries: () => kept.entries(),
    get size() {
      return kept.size;
    },
  };
}

/** `setTimeout` fires at once beyond 24.8 days; the longest timer of a call is four hours. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Real time and memory: the simulator for itself, without a laptop cloud around it. */
export function realTimePorts(): SimulatorPorts {
  return {
    now: () => Date.now(),
    arm: (timer) => {
      const delayMs = Math.min(Math.max(0, timer.at - Date.now()), LONGEST_TIMER_MS);
      const handle = setTimeout(() => void timer.run(), delayMs);
      return () => clearTimeout(handle);
    },
    begin: () => () => undefined,
    collection: () => memoryCollection(),
    flushed: () => Promise.resolve(),
  };
}
