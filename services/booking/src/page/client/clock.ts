/** The server's clock, as far as it has told it; between two tellings it runs as the visitor's own does. */
export interface ServerClock {
  readonly now: () => Date;
  /** Takes what an answer says in its `Date`; nothing that is no date. */
  readonly learn: (date: string | null) => void;
}

/** A visitor's clock may be wrong, and a laptop's may be moved: only its differences are used, which outlast a sleep too. */
export function serverClock(told: string, ownMs: () => number): ServerClock {
  let server = Date.parse(told);
  let own = ownMs();
  if (Number.isNaN(server)) server = own;
  return {
    now: () => new Date(server + Math.max(0, ownMs() - own)),
    learn: (date) => {
      const told = Date.parse(date ?? '');
      if (Number.isNaN(told)) return;
      server = told;
      own = ownMs();
    },
  };
}
