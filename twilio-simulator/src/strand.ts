/** Thrown inside a strand whose work was replaced or whose call ended. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';
}

/**
 * One line of effects: what a call runs, or its hold music. It holds the simulator busy except while it rests,
 * so that "busy" ends exactly when every strand waits for a timer, a person or a request.
 */
export interface Strand {
  readonly cancelled: () => boolean;
  /** Stops the work at its next step; a resting strand is woken to clean up. */
  readonly cancel: () => void;
  /** Throws when the strand was cancelled meanwhile; called after every await. */
  readonly check: () => void;
  /** Waits until `wake` is called. `setUp` returns what takes back its timers and listeners. */
  readonly rest: <T>(setUp: (wake: (value: T) => void) => () => void) => Promise<T>;
  /** How often it truly rested; a document that only ever hurries on is in a loop. */
  readonly rests: () => number;
}

/** Runs `work` as a strand; only faults other than its cancelling reach `onFault`. */
export function startStrand(
  begin: (what: string) => () => void,
  what: string,
  work: (strand: Strand) => Promise<void>,
  onFault: (fault: unknown) => void,
): Strand {
  let release = begin(what);
  let cancelled = false;
  let stopResting: (() => void) | null = null;
  let rests = 0;

  const check = (): void => {
    if (cancelled) throw new Cancelled('The call went on without this document');
  };
  const strand: Strand = {
    cancelled: () => cancelled,
    check,
    rests: () => rests,
    cancel: () => {
      cancelled = true;
      stopResting?.();
    },
    rest: <T>(setUp: (wake: (value: T) => void) => () => void) =>
      new Promise<T>((resolve, reject) => {
        check();
        let settled = false;
        let resting = false;
        let cleanUp: (() => void) | null = null;
        const finish = (outcome: () => void): void => {
          if (settled) return;
          settled = true;
          // Taken before anything else, so that "busy" has no gap between waking and going on.
          if (resting) release = begin(what);
          stopResting = null;
          cleanUp?.();
          outcome();
        };
        stopResting = () => finish(() => reject(new Cancelled('The call went on without this document')));
        cleanUp = setUp((value) => finish(() => resolve(value)));
        if (settled) {
          cleanUp();
          return;
        }
        resting = true;
        rests += 1;
        release();
      }),
  };

  // Begins at once, up to its first await, so that its first webhook is fired in the order of the code.
  void work(strand)
    .catch((fault: unknown) => {
      if (!(fault instanceof Cancelled)) onFault(fault);
    })
    .finally(() => release());
  return strand;
}
