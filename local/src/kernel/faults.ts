import { createHash, randomInt } from 'node:crypto';
import * as z from 'zod';

const Probability = z.number().min(0).max(1);

/** What may be asked for: each a probability per delivery or call; a delivery is held back for at most `delaySeconds`. */
export const FaultSettings = z.strictObject({
  seed: z.int().optional(),
  duplicate: Probability.optional(),
  reorder: Probability.optional(),
  /** Virtual time. */
  delaySeconds: z.number().positive().max(86_400).optional(),
  drop: Probability.optional(),
  /** Answers of the AWS services that keep and carry things, which `drop` leaves alone. */
  dropAws: Probability.optional(),
  throttle: Probability.optional(),
  crash: Probability.optional(),
});
export type FaultSettings = z.infer<typeof FaultSettings>;

const KINDS = ['duplicate', 'reorder', 'drop', 'dropAws', 'throttle', 'crash'] as const;
export type FaultKind = (typeof KINDS)[number];

const DEFAULT_DELAY_SECONDS = 60;

/** A handler that is to be cut off is so at each point with one chance in six: most make three to ten calls. */
const CUT_OFF_PER_POINT = 1 / 6;

/** What the places where things may go wrong ask. `where` names such a place, by the same words every time. */
export interface Faults {
  /** Whether any fault is in force. Where none is, nothing else need be asked. */
  readonly active: boolean;
  /** Whether this delivery or call suffers the fault; those that do are counted. */
  readonly strikes: (kind: FaultKind, where: string) => boolean;
  /** For how many virtual milliseconds a delivery is held back: 0 for one that is not. */
  readonly holdBackMs: (where: string) => number;
  /** One of several ways in which the same fault may show itself. */
  readonly oneOf: <T>(where: string, ways: readonly [T, ...T[]]) => T;
  /** How many points of its run a handler survives, of one that is to be cut off: see `worker.ts` for what a point is. */
  readonly survivedPoints: (functionName: string) => number | undefined;
}

/** The faults in force: what was asked for, with the seed; empty where there are none. */
export type FaultsInForce = Readonly<Partial<Record<FaultKind | 'seed' | 'delaySeconds', number>>>;

export interface FaultSource extends Faults {
  /** Puts these in force in place of those before, or ends all where none has a chance; begins the seed's sequences anew. */
  readonly set: (settings: FaultSettings) => FaultsInForce;
  readonly inForce: () => FaultsInForce;
  /** How often each of the faults in force has struck. */
  readonly struck: () => Readonly<Partial<Record<FaultKind, number>>>;
}

/**
 * Decides what goes wrong, from a seed: the n-th decision of a kind at a place is the same in every run with that seed,
 * whatever happens elsewhere. Kept in memory only: a restart ends all faults.
 */
export function createFaults(chooseSeed: () => number = () => randomInt(1_000_000)): FaultSource {
  let inForce: FaultsInForce = {};
  let decisions = new Map<string, number>();
  let struck: Partial<Record<FaultKind, number>> = {};

  /** A number from 0 up to 1. */
  const draw = (what: string, where: string): number => {
    const place = `${what} ${where}`;
    const n = decisions.get(place) ?? 0;
    decisions.set(place, n + 1);
    const digest = createHash('sha256').update(`${inForce.seed} ${place} ${n}`).digest();
    return digest.readUIntBE(0, 6) / 2 ** 48;
  };

  const strikes: Faults['strikes'] = (kind, where) => {
    const probability = inForce[kind] ?? 0;
    if (probability === 0 || draw(kind, where) >= probability) return false;
    struck[kind] = (struck[kind] ?? 0) + 1;
    return true;
  };

  return {
    get active() {
      return inForce.seed !== undefined;
    },
    strikes,
    holdBackMs: (where) => {
      if (!strikes('reorder', where)) return 0;
      const longestMs = (inForce.delaySeconds ?? DEFAULT_DELAY_SECONDS) * 1000;
      return Math.max(1, Math.ceil(draw('delay', where) * longestMs));
    },
    oneOf: (where, ways) => ways[Math.floor(draw('way', where) * ways.length)] ?? ways[0],
    survivedPoints: (functionName) => {
      if (!strikes('crash', functionName)) return undefined;
      return Math.floor(Math.log(1 - draw('point', functionName)) / Math.log(1 - CUT_OFF_PER_POINT));
    },
    set: (settings) => {
      decisions = new Map();
      struck = {};
      const { seed = chooseSeed(), ...asked } = settings;
      const any = KINDS.some((kind) => (asked[kind] ?? 0) > 0);
      inForce = any ? given({ seed, ...asked, delaySeconds: asked.delaySeconds ?? defaultDelay(asked) }) : {};
      return inForce;
    },
    inForce: () => inForce,
    struck: () => struck,
  };
}

/** Told where it has a meaning. */
function defaultDelay({ reorder = 0 }: FaultSettings): number | undefined {
  return reorder > 0 ? DEFAULT_DELAY_SECONDS : undefined;
}

function given(settings: FaultSettings): FaultsInForce {
  return Object.fromEntries(
    Object.entries(settings).filter((entry): entry is [string, number] => entry[1] !== undefined),
  );
}
