/** This will never succeed: the message is parked in the dead-letter queue now, with `message` as its reason. No personal data in it. */
export class PermanentError extends Error {
  override readonly name = 'PermanentError';
}

/** Fifteen minutes: how long an event may wait for what it needs (design, "Not yet"). */
export const NOT_YET_LIMIT_MS = 15 * 60_000;
/** A day: how long a throttled provider may keep a message waiting (design, "Not yet"). */
export const THROTTLED_LIMIT_MS = 24 * 3_600_000;

/** Cannot be handled yet: the message goes back to its own queue with a growing delay, and is parked with this reason once `limitMs` since it was first seen have passed. */
export class NotYet extends Error {
  override readonly name = 'NotYet';
  constructor(
    reason: string,
    /** @default fifteen minutes */
    readonly limitMs: number = NOT_YET_LIMIT_MS,
    /** The delay asked for, in seconds, where the provider named one. @default 1, 2, 4 … 60 */
    readonly delaySeconds?: number,
  ) {
    super(reason);
  }
}
