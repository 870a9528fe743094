import { randomInt } from 'node:crypto';
import { InvalidActionError } from './errors';
import type { RestFault, RestRequest } from './rest';
import { restFaults } from './rest';

/** How callbacks go wrong. Each but `delaySeconds` is a probability per callback. */
export interface CallbackFaults {
  /** It is never sent. */
  readonly drop: number;
  /** It is sent twice, with one idempotency token. */
  readonly duplicate: number;
  /** It comes late, and those after it of the same call or room wait for it. */
  readonly delay: number;
  /** It comes late, and those after it overtake it. */
  readonly reorder: number;
  /** The longest time by which a callback is late. @default 60 */
  readonly delaySeconds: number;
}

export interface PlannedFault {
  readonly fault: RestFault;
  /** How many more requests it meets. */
  readonly times: number;
  /** Only requests of this method. @default any */
  readonly method?: string;
}

/** What becomes of one callback: when its copies are sent, and whether later ones wait for them. */
export interface Delivery {
  readonly lateByMs: readonly number[];
  readonly holdsUp: boolean;
}

export interface Chaos {
  /** From which all that goes wrong follows. */
  readonly seed: number;
  readonly callbackFaults: () => CallbackFaults;
  /** Changes what is given; throws InvalidActionError for what is no probability. */
  readonly disturbCallbacks: (faults: Partial<CallbackFaults>) => void;
  readonly planned: () => readonly PlannedFault[];
  /** The next requests to the REST API that fit fail so. */
  readonly failNext: (fault: RestFault, options?: { readonly times?: number; readonly method?: string }) => void;
  /** All is well again. */
  readonly calm: () => void;
  readonly faultOf: (request: RestRequest) => RestFault;
  readonly deliveryOf: () => Delivery;
}

const QUIET: CallbackFaults = { drop: 0, duplicate: 0, delay: 0, reorder: 0, delaySeconds: 60 };
const LONGEST_DELAY_SECONDS = 3600;

/** What goes wrong on purpose, from a seed. */
export function createChaos(seed: number = randomInt(2 ** 31)): Chaos {
  const random = randomFrom(seed);
  let faults = QUIET;
  let planned: readonly PlannedFault[] = [];

  return {
    seed,
    callbackFaults: () => faults,
    planned: () => planned,
    disturbCallbacks: (changes) => {
      for (const [name, value] of Object.entries(changes)) {
        const most = name === 'delaySeconds' ? LONGEST_DELAY_SECONDS : 1;
        if (!(name in QUIET)) throw new InvalidActionError(`${name} is no fault of callbacks`);
        if (!(value >= 0 && value <= most)) throw new InvalidActionError(`${name} must be from 0 to ${most}`);
      }
      faults = { ...faults, ...changes };
    },
    failNext: (fault, { times = 1, method } = {}) => {
      if (!restFaults.includes(fault)) throw new InvalidActionError(`fault must be one of ${restFaults.join(', ')}`);
      if (!(Number.isInteger(times) && times >= 1))
        throw new InvalidActionError('times must be a whole number of at least 1');
      planned = [...planned, { fault, times, ...(method === undefined ? {} : { method: method.toUpperCase() }) }];
    },
    calm: () => {
      faults = QUIET;
      planned = [];
    },
    faultOf: ({ method }) => {
      const next = planned.find((one) => one.method === undefined || one.method === method);
      if (next === undefined) return 'pass';
      planned = planned.flatMap((one) => {
        if (one !== next) return [one];
        return one.times > 1 ? [{ ...one, times: one.times - 1 }] : [];
      });
      return next.fault;
    },
    deliveryOf: () => {
      // Always as many draws, so that changing one probability leaves the fate of the others alone.
      const [drop = 0, duplicate = 0, delay = 0, reorder = 0, late = 0, later = 0] = Array.from({ length: 6 }, random);
      if (drop < faults.drop) return { lateByMs: [], holdsUp: false };
      const delayed = delay < faults.delay;
      const overtaken = reorder < faults.reorder;
      const first = delayed || overtaken ? Math.ceil(late * faults.delaySeconds * 1000) : 0;
      const second = overtaken ? Math.ceil(later * faults.delaySeconds * 1000) : first;
      return {
        lateByMs: duplicate < faults.duplicate ? [first, second] : [first],
        holdsUp: delayed && !overtaken,
      };
    },
  };
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
