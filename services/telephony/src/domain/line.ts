/*
 * The account's line to the carrier: what all sessions share. It paces calls to the rate the account may create them at,
 * stops asking while the carrier refuses the account itself, and stops dialling when the day's money is spent.
 *
 * Times are milliseconds since the epoch, money is millionths of a US dollar.
 */

export interface LinePolicy {
  /** Calls that the account may create in a second; Twilio's default is 1, and it queues what comes faster. */
  readonly callsPerSecond: number;
  /** What one day (UTC) may cost, in US dollars; 0 is no limit. */
  readonly dailySpendUsd: number;
  /** What a minute of one leg costs, in US dollars. */
  readonly usdPerMinute: number;
}

export interface Line {
  /** When the carrier will have dealt with all calls handed to it, at the agreed rate. */
  readonly nextAt: number;
  /** The carrier refuses the account: nothing is asked but one call at `probeAt`. */
  readonly breaker?: { readonly openedAt: number; readonly code?: number | undefined; readonly probeAt: number };
  /** Refusals that may be about one number only; several sessions' in a short time are about the account. */
  readonly refusals: readonly { readonly at: number; readonly sessionId: string }[];
  /** The longest queue time told in each of the last minutes. */
  readonly queue: readonly { readonly minute: number; readonly ms: number }[];
  readonly spent: { readonly day: string; readonly microUsd: number };
}

export const IDLE_LINE: Line = { nextAt: 0, refusals: [], queue: [], spent: { day: '', microUsd: 0 } };

export type Permission =
  | {
      readonly is: 'granted';
      /** The first call after the carrier refused the account; if it is refused too, nobody's attempt is spent on that. */
      readonly probe: boolean;
      /** The longest queue time of the last fifteen minutes. */
      readonly queueMs: number;
    }
  | { readonly is: 'later'; readonly at: number; readonly because: 'paced' | 'carrier-down' }
  | { readonly is: 'refused'; readonly because: 'spent' };

/** Calls so little ahead of their turn are left to the carrier's own queue. */
const CARRIER_QUEUE_MS = 2000;
/** How often a carrier that refuses the account is asked again. */
export const PROBE_MS = 60_000;
/** As many sessions refused within so long are not all about their numbers. */
const REFUSALS = 3;
const REFUSALS_WITHIN_MS = 600_000;
const MINUTE_MS = 60_000;
const QUEUE_MINUTES = 15;

export interface Asking {
  readonly leg: 'agent' | 'client';
  /** It has waited for its turn, and that has come. */
  readonly hasTurn: boolean;
}

/**
 * Whether a call may be placed now. An agent's call waits its turn; a client's does not, because an agent waits on the line
 * for it, but it counts: later calls come later.
 */
export function ask(
  line: Line,
  { leg, hasTurn }: Asking,
  policy: LinePolicy,
  now: number,
): { readonly line: Line; readonly permission: Permission } {
  if (isSpent(line, policy, now)) return { line, permission: { is: 'refused', because: 'spent' } };
  const { breaker } = line;
  if (breaker && now < breaker.probeAt)
    return { line, permission: { is: 'later', at: breaker.probeAt, because: 'carrier-down' } };
  const probing: Line = breaker ? { ...line, breaker: { ...breaker, probeAt: now + PROBE_MS } } : line;
  const granted: Permission = { is: 'granted', probe: breaker !== undefined, queueMs: longestQueueMs(line, now) };
  if (hasTurn) return { line: probing, permission: granted };

  const turn = Math.max(line.nextAt, now);
  const taken: Line = { ...probing, nextAt: turn + Math.ceil(1000 / policy.callsPerSecond) };
  if (leg === 'client' || breaker || turn <= now + CARRIER_QUEUE_MS) return { line: taken, permission: granted };
  // The last moments of the wait are the carrier's again.
  const at = turn - CARRIER_QUEUE_MS;
  return { line: taken, permission: { is: 'later', at, because: 'paced' } };
}

/** The carrier took a call: it takes calls of the account. */
export function taken(line: Line, queueMs: number, now: number): Line {
  const { breaker: _mended, ...rest } = line;
  const cleared: Line = line.breaker || line.refusals.length > 0 ? { ...rest, refusals: [] } : line;
  return queueMs > 0 ? { ...cleared, queue: withQueue(line.queue, queueMs, now) } : cleared;
}

/** The carrier refused a call for a reason that no other attempt can mend; `surely` where the reason is the account's. */
export function refused(
  line: Line,
  refusal: { readonly sessionId: string; readonly code?: number | undefined; readonly surely: boolean },
  now: number,
): Line {
  const refusals = [
    ...line.refusals.filter(({ at, sessionId }) => at > now - REFUSALS_WITHIN_MS && sessionId !== refusal.sessionId),
    { at: now, sessionId: refusal.sessionId },
  ];
  if (!refusal.surely && refusals.length < REFUSALS && !line.breaker) return { ...line, refusals };
  const openedAt = line.breaker?.openedAt ?? now;
  return { ...line, refusals: [], breaker: { openedAt, code: refusal.code, probeAt: now + PROBE_MS } };
}

/** Adds what a leg has cost; minutes are rounded up, as the carrier rounds them. */
export function billed(line: Line, seconds: number, policy: LinePolicy, now: number): Line {
  const microUsd = Math.round(Math.ceil(seconds / 60) * policy.usdPerMinute * 1_000_000);
  const today = dayOf(now);
  const before = line.spent.day === today ? line.spent.microUsd : 0;
  return { ...line, spent: { day: today, microUsd: before + microUsd } };
}

export function isSpent(line: Line, policy: LinePolicy, now: number): boolean {
  return (
    policy.dailySpendUsd > 0 && line.spent.day === dayOf(now) && line.spent.microUsd >= policy.dailySpendUsd * 1_000_000
  );
}

export function longestQueueMs(line: Line, now: number): number {
  const first = Math.floor(now / MINUTE_MS) - QUEUE_MINUTES;
  return line.queue.reduce((longest, { minute, ms }) => (minute >= first ? Math.max(longest, ms) : longest), 0);
}

function withQueue(queue: Line['queue'], ms: number, now: number): Line['queue'] {
  const minute = Math.floor(now / MINUTE_MS);
  const longest = Math.max(ms, queue.find((told) => told.minute === minute)?.ms ?? 0);
  return [
    ...queue.filter((told) => told.minute !== minute && told.minute >= minute - QUEUE_MINUTES),
    { minute, ms: longest },
  ];
}

/** The UTC day, `2026-12-01`. */
export function dayOf(now: number): string {
  return new Date(now).toISOString().slice(0, 10);
}
