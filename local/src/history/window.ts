import { CannotDo } from './problem';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** AWS asks to wait ten minutes before events are replayed that were put just now (eb-archive). */
export const ARCHIVE_DELAY_MS = 10 * MINUTE_MS;
const UNITS: Readonly<Record<string, number>> = { m: MINUTE_MS, h: 60 * MINUTE_MS, d: DAY_MS };

/** From the first instant on, and before the last. */
export interface Window {
  readonly from: number;
  readonly to: number;
  /** What the reader should know about it. */
  readonly notes: readonly string[];
}

export interface WindowFacts {
  readonly now: number;
  /** 0 keeps for ever. */
  readonly retentionDays: number;
  readonly createdAt: number;
  /** Whether events are filed some minutes after they were put, as AWS does. */
  readonly filesLate: boolean;
}

/** An instant without what says nothing. */
export function shown(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z').replace('T', ' ');
}

/** Events have whole seconds. */
function wholeSecond(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}

/** `now`, `2h` (ago; also `m` and `d`), a day, or an instant with its zone. */
export function readInstant(option: string, text: string, now: number): number {
  if (text === 'now') return now;
  const ago = /^(\d{1,5})([mhd])$/.exec(text);
  if (ago !== null) return wholeSecond(now) - Number(ago[1]) * (UNITS[ago[2] ?? ''] ?? 0);
  if (/^\d{4}-\d\d-\d\d$/.test(text) || /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text)) {
    const ms = Date.parse(text);
    if (!Number.isNaN(ms)) return ms;
  }
  throw new CannotDo(
    `${option} ${JSON.stringify(text)} is no instant: write 2026-12-01T15:00:00Z (or with +01:00), a UTC day like 2026-12-01, how long ago like 90m, 2h or 3d, or now.`,
  );
}

/** The window that is meant, cut to what the archive can have; refuses one that it cannot have. */
export function readWindow(
  given: { readonly from?: string | undefined; readonly to?: string | undefined },
  facts: WindowFacts,
): Window {
  const { now, retentionDays, createdAt, filesLate } = facts;
  const notes: string[] = [];
  const oldest = retentionDays === 0 ? Number.NEGATIVE_INFINITY : wholeSecond(now) - retentionDays * DAY_MS;
  // What happened within this one is meant too.
  const newest = filesLate ? wholeSecond(now) - ARCHIVE_DELAY_MS : wholeSecond(now) + 1000;
  if (filesLate && createdAt > now - ARCHIVE_DELAY_MS) {
    throw new CannotDo(
      `The archive was made at ${shown(createdAt)}, less than ten minutes ago, and AWS takes up to ten minutes to file an event: what it holds is not all there is. Try again after ${shown(createdAt + ARCHIVE_DELAY_MS)}.`,
    );
  }
  let from =
    given.from === undefined ? Math.max(oldest, createdAt - DAY_MS, 0) : readInstant('--from', given.from, now);
  let to = given.to === undefined ? newest : readInstant('--to', given.to, now);
  if (from >= to) {
    throw new CannotDo(
      filesLate && from > newest
        ? `--from ${shown(from)} lies within the last ten minutes, and AWS takes up to ten minutes to file an event. Try again after ${shown(from + ARCHIVE_DELAY_MS)}.`
        : `--from ${shown(from)} does not lie before --to ${shown(to)}: nothing lies between them.`,
    );
  }
  if (filesLate && given.to !== undefined && to > newest) {
    throw new CannotDo(
      `--to ${shown(to)} lies within the last ten minutes, and AWS takes up to ten minutes to file an event: some would be left out unseen. Say --to ${shown(newest)}, or try again after ${shown(Math.min(to, now) + ARCHIVE_DELAY_MS)}.`,
    );
  }
  if (filesLate && given.to === undefined)
    notes.push(
      `It ends at ${shown(to)}: AWS takes up to ten minutes to file an event, so the last ten are left for another time.`,
    );
  to = Math.min(to, newest);
  if (to <= oldest) {
    throw new CannotDo(
      `The window ends at ${shown(to)}, and the archive keeps ${retentionDays} days: nothing from before ${shown(oldest)} is left. It cannot be brought back.`,
    );
  }
  if (from < oldest) {
    notes.push(`The archive keeps ${retentionDays} days: it begins at ${shown(oldest)}, not at ${shown(from)}.`);
    from = oldest;
  }
  if (filesLate && given.from !== undefined && from < createdAt)
    notes.push(`The archive was made at ${shown(createdAt)} and holds nothing from before.`);
  return { from, to, notes };
}
