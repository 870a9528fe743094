import type { Answer } from './api';
import type { Problem } from './problem';
import type { Slot } from './wall-time';

/** A time kept for the visitor while the form is filled. */
export interface Hold {
  readonly holdId: string;
  readonly startsAt: string;
  readonly expiresAt: string;
}

export type Holding =
  /** Nothing is kept; that stops nobody from booking. */
  { readonly kind: 'none' } | { readonly kind: 'asking' } | { readonly kind: 'kept' | 'over'; readonly hold: Hold };

export interface HoldWish {
  readonly slot: Slot;
  readonly timeZone: string;
  readonly agentId?: string | undefined;
}

export interface HoldPorts {
  readonly take: (wish: HoldWish, replaces: string | undefined) => Promise<Answer<Hold>>;
  readonly release: (holdId: string) => Promise<unknown>;
  readonly now: () => Date;
  /** Runs something later, and returns what calls it off. */
  readonly later: (run: () => void, ms: number) => () => void;
  readonly onChange: (holding: Holding) => void;
}

export interface Holder {
  /** Keeps another time in place of the one kept so far; a problem only where the time is known to be gone. */
  readonly take: (wish: HoldWish) => Promise<Problem | undefined>;
  readonly release: () => Promise<void>;
  /** Goes on with a hold that was taken before the page was loaded again. */
  readonly resume: (hold: Hold) => void;
  /** The booking was made, and what was kept became it. */
  readonly forget: () => void;
  /** The server has given the time away: it is promised no longer, and what is kept goes when another takes its place. */
  readonly withdraw: () => void;
  /** Looks at the clock again: timers stand still while a machine sleeps. */
  readonly look: () => void;
  /** The hold on this time, once no request is under way any more. */
  readonly idFor: (slot: Slot) => Promise<string | undefined>;
}

/**
 * Keeps one time at most, whatever the order in which answers come: requests follow each other, so that a hold whose
 * answer comes when it is no longer wanted is replaced or released, and never left behind.
 */
export function holder(ports: HoldPorts): Holder {
  let kept: Hold | undefined;
  let watched: Hold | undefined;
  let wishes = 0;
  let underWay: Promise<unknown> = Promise.resolve();
  let callOff = () => {};

  const next = <T>(work: () => Promise<T>): Promise<T> => {
    const done = underWay.then(work);
    underWay = done.catch(() => undefined);
    return done;
  };
  const show = (holding: Holding) => {
    callOff();
    callOff = () => {};
    watched = undefined;
    ports.onChange(holding);
  };
  const watch = (hold: Hold) => {
    const leftMs = Date.parse(hold.expiresAt) - ports.now().getTime();
    show({ kind: leftMs > 0 ? 'kept' : 'over', hold });
    watched = hold;
    if (leftMs > 0) callOff = ports.later(() => watch(hold), leftMs);
  };

  return {
    take: (wish) => {
      wishes += 1;
      const mine = wishes;
      show({ kind: 'asking' });
      return next(async () => {
        if (mine !== wishes) return undefined;
        const answer = await ports.take(wish, kept?.holdId);
        if (answer.ok) kept = answer.value;
        if (mine !== wishes) return undefined;
        if (answer.ok) watch(answer.value);
        else show({ kind: 'none' });
        return !answer.ok && answer.problem.kind === 'slot-taken' ? answer.problem : undefined;
      });
    },
    release: () => {
      wishes += 1;
      show({ kind: 'none' });
      const mine = wishes;
      return next(async () => {
        // Another time was chosen meanwhile: it replaces this one.
        if (kept === undefined || mine !== wishes) return;
        const { holdId } = kept;
        kept = undefined;
        await ports.release(holdId);
      });
    },
    resume: (hold) => {
      kept = hold;
      watch(hold);
    },
    forget: () => {
      wishes += 1;
      kept = undefined;
      show({ kind: 'none' });
    },
    withdraw: () => {
      wishes += 1;
      show({ kind: 'none' });
    },
    look: () => {
      if (watched !== undefined) watch(watched);
    },
    idFor: (slot) =>
      next(async () =>
        kept !== undefined && Date.parse(kept.startsAt) === Date.parse(slot.startsAt) ? kept.holdId : undefined,
      ),
  };
}
