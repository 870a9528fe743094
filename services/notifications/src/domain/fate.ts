/** What is known to have become of a mail that the provider took. */
export const FATES = ['sent', 'delayed', 'delivered', 'bounced', 'rejected', 'complained'] as const;

export interface Fate {
  readonly status: (typeof FATES)[number];
  /** ISO, UTC: when it happened, as the provider says. */
  readonly at: string;
  /** Which of the mails it is about: one whose answer was lost may have gone twice. */
  readonly providerId: string;
  /** Of a bounce its kind, of a complaint its type: words of the provider's, in lower case. */
  readonly reason?: string | undefined;
}

/** How much a fate says: what stands further on outweighs what stands before it, whenever it is heard of. */
function weight({ status, reason }: Pick<Fate, 'status' | 'reason'>): number {
  // After a delivery a bounce that is not permanent is an automatic reply or the like: the mail did arrive.
  if (status === 'bounced' && !isPermanent(reason)) return 1.5;
  if (status === 'complained' && reason === NOT_SPAM) return 1.5;
  return FATES.indexOf(status);
}

/** The recipient's provider takes a complaint back (ARF, feedback type). */
const NOT_SPAM = 'not-spam';

const isPermanent = (reason: string | undefined): boolean => reason === undefined || /^permanent\b/.test(reason);

/**
 * The fates with one more: a set, so that whatever comes twice or out of order ends the same. Of two words on the same
 * thing the earlier stays.
 */
export function withFate(known: readonly Fate[], fate: Fate): readonly Fate[] {
  const isSame = (other: Fate) =>
    other.status === fate.status && other.providerId === fate.providerId && other.reason === fate.reason;
  const twin = known.find(isSame);
  if (twin && inOrder(twin, fate) <= 0) return known;
  return [...known.filter((other) => !isSame(other)), fate].toSorted(inOrder);
}

/** By time; what happened in the same instant by what it says. */
function inOrder(a: Fate, b: Fate): number {
  return (
    compare(a.at, b.at) ||
    weight(a) - weight(b) ||
    compare(a.status, b.status) ||
    compare(a.reason ?? '', b.reason ?? '') ||
    compare(a.providerId, b.providerId)
  );
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The fate that says most, `undefined` where none is known. */
export function outcome(fates: readonly Fate[]): Fate | undefined {
  return fates.toSorted((a, b) => weight(a) - weight(b) || inOrder(a, b)).at(-1);
}

/** What an address is known to have done with a mail of ours: it takes no other. */
export const MARKS = ['bounced', 'complained'] as const;
export type Mark = (typeof MARKS)[number];

export interface Consequence {
  /** Why the message counts as failed. */
  readonly reason: string;
  /** What the address is marked with, where nothing more is to be sent to it. */
  readonly mark?: Mark;
}

/** What follows from a fate beyond its being kept. */
export function consequenceOf({ status, reason }: Pick<Fate, 'status' | 'reason'>): Consequence | undefined {
  switch (status) {
    case 'sent':
    case 'delayed':
    case 'delivered':
      return undefined;
    case 'bounced':
      // A full mailbox is emptied again, and an answering machine is no bounce at all.
      return isPermanent(reason) ? { reason: 'bounced', mark: 'bounced' } : { reason: 'bounced-for-now' };
    case 'rejected':
      return { reason: 'rejected' };
    case 'complained':
      return reason === NOT_SPAM ? undefined : { reason: 'complained', mark: 'complained' };
    default:
      return status satisfies never;
  }
}
