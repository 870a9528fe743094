import type { DeadLetter } from './evidence';

/** A dead letter as the laptop's control interface lists it. */
export interface ListedLetter {
  readonly queue: string;
  readonly at: string;
  readonly reason: string | null;
  readonly receiveCount: number;
  readonly body: string;
}

/** Those of the laptop's dead letters that speak of `about`. */
export function lettersAbout(letters: readonly ListedLetter[], about: string): DeadLetter[] {
  return letters
    .filter(({ body }) => body.includes(about))
    .map(({ queue, at, reason, receiveCount, body }) => ({
      queue,
      at,
      ...(reason !== null && { reason }),
      receiveCount,
      ...kindOf(body),
    }));
}

/** What a dead letter is, where its body says so: an event of the bus. */
export function kindOf(body: string): { readonly what?: string } {
  const [, what] = /"detail-type"\s*:\s*"([A-Za-z0-9]{1,64})"/.exec(body) ?? [];
  return what === undefined ? {} : { what };
}
