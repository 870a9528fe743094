import type { Busy } from './types';

/** What the cloud is doing, counted by name. */
export interface BusyCount extends Busy {
  readonly count: () => number;
  /** What holds the cloud unsettled, each name once with how often. */
  readonly names: () => string[];
  /** Rises with everything that begins: two equal readings with nothing held mean that nothing happened between. */
  readonly generation: () => number;
  /** Resolves as soon as nothing is held. */
  readonly idle: () => Promise<void>;
}

export function createBusy(): BusyCount {
  const held = new Map<number, string>();
  let generation = 0;
  let waiting: (() => void)[] = [];

  const begin = (what: string) => {
    generation += 1;
    const token = generation;
    held.set(token, what);
    return () => {
      if (!held.delete(token) || held.size > 0) return;
      const resolved = waiting;
      waiting = [];
      for (const resolve of resolved) resolve();
    };
  };

  return {
    begin,
    track: async (what, work) => {
      const end = begin(what);
      try {
        return await work;
      } finally {
        end();
      }
    },
    count: () => held.size,
    names: () => {
      const times = new Map<string, number>();
      for (const what of held.values()) times.set(what, (times.get(what) ?? 0) + 1);
      return [...times].map(([what, n]) => (n === 1 ? what : `${what} (${n} times)`));
    },
    generation: () => generation,
    idle: () => (held.size === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
  };
}
