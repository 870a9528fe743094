import { NotificationFailed, type OutgoingEvent } from '@appointments/events';
import {
  count,
  eventItem,
  handlingContext,
  log,
  NotYet,
  PermanentError,
  THROTTLED_LIMIT_MS,
  type OutboxItem,
} from '@appointments/runtime';
import type { Reader } from '../domain/compose';

/** An unconfirmed claim may hold a message that went out, or one that never did: after this it is sent again (design, what must never happen, 9). */
export const CLAIM_SETTLES_MS = 15 * 60_000;
/** Longer than a claim takes to settle, so that the message that waits for it is still there then. */
const CLAIM_WAIT_MS = 2 * CLAIM_SETTLES_MS;

/** Stands in the ledger where a provider's id would: another message asked along with its own word, and nothing more was sent. */
export const ASKED_BESIDE = 'asked beside the word';

/** One message to one recipient: it goes out once. */
export interface Slot {
  readonly appointmentId: string;
  readonly version: number;
  readonly template: string;
  readonly channel: 'email' | 'sms' | 'alert';
  readonly recipient: Reader | 'operators';
  /** What the message is about where that is not a version: it goes out once for that, whatever the version. */
  readonly about?: string;
}

/** The right to send one message, and since when; the instant tells claims apart. */
export interface Claim extends Slot {
  readonly claimedAt: string;
}

export type ClaimAnswer = { readonly is: 'claimed'; readonly claim: Claim } | { readonly is: 'sent' } | UnderWay;

/** Somebody claimed it at `since` and has not said what became of it; `undefined` where the claim was just given back. */
export interface UnderWay {
  readonly is: 'under-way';
  readonly since?: string | undefined;
}

/** What a provider said. That it may or may not have sent is no answer: then the port throws. */
export type Sent =
  | { readonly is: 'accepted'; readonly providerId: string }
  | { readonly is: 'throttled' }
  /** It will never be accepted. */
  | { readonly is: 'rejected'; readonly reason: string }
  /** Its recipient does not want it any more: nothing is missing. */
  | { readonly is: 'unwanted' }
  /** It was not even tried, because it must not or cannot reach anybody: that is told on the bus, and nothing is parked. */
  | { readonly is: 'withheld'; readonly reason: string; readonly isFinal?: true }
  /** It was not sent for a reason that may pass. */
  | { readonly is: 'not-sent'; readonly cause: unknown };

export interface Failure {
  readonly status: 'failed' | 'unknown';
  readonly reason: string;
  /** It is never tried again, whenever its event comes once more: its moment is over. @default false */
  readonly isFinal?: true;
}

export interface DeliverPorts {
  /**
   * Claims a message that nobody has sent, one that failed before and not for good included; one claimed before `staleBefore`, if given, and
   * never confirmed is taken over.
   */
  readonly claim: (slot: Slot, now: Date, staleBefore: Date | undefined) => Promise<ClaimAnswer>;
  readonly confirm: (claim: Claim, providerId: string, now: Date) => Promise<void>;
  /** Gives a claim back: nothing was sent. */
  readonly release: (claim: Claim) => Promise<void>;
  /**
   * Notes that the message failed and why, and writes the event that tells of it, in one transaction. What failed may be
   * claimed again, unless it failed for good; what `unknown` became of may have gone out, and never is.
   */
  readonly fail: (claim: Claim, failure: Failure, event: OutboxItem, now: Date) => Promise<void>;
  readonly now: () => Date;
}

export interface Delivery {
  readonly send: () => Promise<Sent>;
  /** What is noted once it went out. */
  readonly afterwards?: (() => Promise<void>) | undefined;
  /** What is done once it was told that it was withheld. */
  readonly whenWithheld?: (() => Promise<void>) | undefined;
}

/** What is found when everything is read again, after the claims and before anything is sent. */
export type Prepared<Known> =
  | { readonly overtakenBy: Known }
  | { readonly tooLate: true }
  | { readonly deliveries: (claim: Claim) => Delivery };

/**
 * Claims each message, has everything read again, and only then sends what still stands, each message for itself. Resolves
 * what is known instead when the messages were overtaken before they went out.
 */
export async function deliverOnce<Known>(
  ports: DeliverPorts,
  slots: readonly Slot[],
  prepare: () => Promise<Prepared<Known>>,
  isReplay: boolean,
): Promise<Known | undefined> {
  const claimedAt = ports.now();
  const staleBefore = new Date(claimedAt.getTime() - CLAIM_SETTLES_MS);
  const asked = await Promise.allSettled(
    slots.map((wanted) => ports.claim(wanted, claimedAt, maySendAgain(wanted) ? staleBefore : undefined)),
  );
  const answers = asked.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  const claims = answers.flatMap((answer) => (answer.is === 'claimed' ? [answer.claim] : []));
  const lost = asked.flatMap((answer, place) => lostText(slots[place], answer, claimedAt));
  const underWay = answers.flatMap((answer) =>
    answer.is === 'under-way' && !lost.some((claim) => claim.answer === answer) ? [answer] : [],
  );
  const refused = asked.find((answer) => answer.status === 'rejected');
  if (refused) {
    // One claim could not be asked for: the others are not to wait a quarter of an hour for it.
    await releaseAll(ports, claims);
    throw refused.reason;
  }
  await beforeSending(ports, claims, () => Promise.all(lost.map(({ claim }) => tellUnknown(ports, claim))));
  if (claims.length === 0 && underWay.length === 0) {
    if (lost.length > 0) return undefined;
    count('MessagesSuppressed', slots.length);
    log.info('Everybody has been told before', { slots: slots.map(said) });
    return undefined;
  }

  const prepared = await beforeSending(ports, claims, prepare);
  if ('overtakenBy' in prepared) {
    await releaseAll(ports, claims);
    count('MessagesSuppressed', claims.length);
    log.info('Overtaken before it was sent', { slots: claims.map(said) });
    return prepared.overtakenBy;
  }
  const outcomes = await Promise.allSettled(
    claims.map((claim) =>
      'deliveries' in prepared
        ? deliver(ports, claim, prepared.deliveries(claim))
        : giveUp(ports, claim, 'too-late', isReplay),
    ),
  );
  raise(outcomes, underWay, claimedAt);
  return undefined;
}

async function releaseAll(ports: DeliverPorts, claims: readonly Claim[]): Promise<void> {
  await Promise.all(claims.map((claim) => ports.release(claim)));
}

/**
 * Of a message whose answer was lost nobody can say that it did not go out. An e-mail may go twice where SES, given fifteen
 * minutes, knows nothing of it: its event would have settled the claim. Of a text and of an alert nothing more is heard.
 */
function maySendAgain({ channel }: Slot): boolean {
  return channel === 'email';
}

/** The claim of a text whose answer was lost, once nobody is waited for any more. */
function lostText(slot: Slot | undefined, asked: PromiseSettledResult<ClaimAnswer>, now: Date) {
  if (slot?.channel !== 'sms' || asked.status !== 'fulfilled') return [];
  const answer = asked.value;
  if (answer.is !== 'under-way' || answer.since === undefined || !isSettled(answer.since, now)) return [];
  return [{ answer, claim: { ...slot, claimedAt: answer.since } }];
}

/** What fails before anything is sent gives the claims back. */
async function beforeSending<T>(ports: DeliverPorts, claims: readonly Claim[], prepare: () => Promise<T>): Promise<T> {
  try {
    return await prepare();
  } catch (error) {
    await releaseAll(ports, claims);
    throw error;
  }
}

const said = ({ appointmentId, version, template, channel, recipient }: Slot) => ({
  appointmentId,
  version,
  template,
  channel,
  recipient,
});

async function deliver(ports: DeliverPorts, claim: Claim, { send, afterwards, whenWithheld }: Delivery): Promise<void> {
  // If this throws, it may have been sent: the claim stays, and settles by time.
  const sent = await send();
  switch (sent.is) {
    case 'accepted':
      await ports.confirm(claim, sent.providerId, ports.now());
      count('MessagesSent');
      log.info('Message sent', said(claim));
      await afterwards?.();
      return;
    case 'throttled':
      await ports.release(claim);
      throw new NotYet(`${claim.channel} is throttled`, THROTTLED_LIMIT_MS);
    case 'not-sent':
      await ports.release(claim);
      throw new Error(`${claim.channel} ${claim.template} to ${claim.recipient} was not sent`, { cause: sent.cause });
    case 'unwanted':
      await ports.release(claim);
      count('MessagesSuppressed');
      log.info('No longer wanted', said(claim));
      return;
    case 'rejected':
      return giveUp(ports, claim, sent.reason, false);
    case 'withheld':
      await tellFailure(ports, claim, {
        status: 'failed',
        reason: sent.reason,
        ...(sent.isFinal && { isFinal: sent.isFinal }),
      });
      count('MessagesWithheld');
      log.info('Message withheld', { ...said(claim), reason: sent.reason });
      await whenWithheld?.();
  }
}

/** Tells the bus that a message will not go, and parks what asked for it; a replay of old times is only logged. */
async function giveUp(ports: DeliverPorts, claim: Claim, reason: string, quietly: boolean): Promise<void> {
  if (quietly) {
    await ports.release(claim);
    count('MessagesSuppressed');
    log.info('No longer worth sending', { ...said(claim), reason });
    return;
  }
  await tellFailure(ports, claim, { status: 'failed', reason });
  count('MessagesFailed');
  log.error('Message failed', { ...said(claim), reason });
  throw new PermanentError(`${claim.channel} ${claim.template} to ${claim.recipient}: ${reason}`);
}

async function tellUnknown(ports: DeliverPorts, claim: Claim): Promise<void> {
  await tellFailure(ports, claim, { status: 'unknown', reason: 'unknown' });
  count('MessagesFailed');
  log.error('Nobody can say whether the message went out', said(claim));
}

async function tellFailure(ports: DeliverPorts, claim: Claim, failure: Failure): Promise<void> {
  const now = ports.now();
  await ports.fail(claim, failure, eventItem(failedEvent(claim, failure.reason, now), now), now);
}

/** The event that tells the bus of a message that failed. */
export function failedEvent(slot: Slot, reason: string, now: Date): OutgoingEvent {
  const { appointmentId, version: appointmentVersion, template, channel, recipient } = slot;
  return NotificationFailed.create(
    { appointmentId, appointmentVersion, channel, template, ...(recipient !== 'operators' && { recipient }), reason },
    { occurredAt: now.toISOString(), cause: handlingContext().cause },
  );
}

const settlesAtMs = (since: string): number => Date.parse(since) + CLAIM_SETTLES_MS;
const isSettled = (since: string, now: Date): boolean => settlesAtMs(since) <= now.getTime();

/** Until the first claim settles: a look before that would tell nothing new, and is one more message to be delivered twice. */
function secondsToSettle(underWay: readonly UnderWay[], now: Date): number | undefined {
  if (underWay.some(({ since }) => since === undefined)) return undefined;
  const standing = underWay.flatMap(({ since }) => (since === undefined || isSettled(since, now) ? [] : [since]));
  return Math.ceil((Math.min(...standing.map(settlesAtMs)) - now.getTime()) / 1000);
}

/** One message's fate never hides another's: what may still be repaired is tried again before anything is parked. */
export function raise(outcomes: readonly PromiseSettledResult<void>[], underWay: readonly UnderWay[], now: Date): void {
  const errors = outcomes.filter((outcome) => outcome.status === 'rejected').map((outcome): unknown => outcome.reason);
  const settled = (error: unknown) => error instanceof NotYet || error instanceof PermanentError;
  const worst = errors.find((error) => !settled(error)) ?? errors.find((error) => error instanceof NotYet);
  if (worst !== undefined) throw worst;
  if (underWay.some(({ since }) => since === undefined || !isSettled(since, now)))
    throw new NotYet('the message is under way, or its answer was lost', CLAIM_WAIT_MS, secondsToSettle(underWay, now));
  if (underWay.length > 0) throw new PermanentError('nobody can say whether it went out: its answer was lost');
  if (errors[0] !== undefined) throw errors[0];
}
