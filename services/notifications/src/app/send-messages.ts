import {
  AppointmentCancelled,
  AppointmentCreated,
  AppointmentRescheduled,
  CallFailed,
  NotificationFailed,
} from '@appointments/events';
import {
  assertMayAct,
  count,
  eventItem,
  handlingContext,
  log,
  manageUrl,
  measure,
  NotYet,
  PermanentError,
  signManageToken,
  THROTTLED_LIMIT_MS,
  type LinkKeys,
  type OutboxItem,
  type ReceivedEvent,
} from '@appointments/runtime';
import { alertOn, type Alert } from '../domain/alert';
import { compose, type Email, type House, type Letter, type Reader } from '../domain/compose';
import { endsAtMs, partsOfBooking, partsOfCancellation, type AgentWord, type Projection } from '../domain/projection';
import { isTooLate, wordOnFailure, wordOnTime, type CallFailure, type Decision } from '../domain/word';
import type { ProjectPorts } from './project-appointment';

export const TOLD = [AppointmentCreated, AppointmentRescheduled, AppointmentCancelled, CallFailed] as const;
type ToldEvent = ReceivedEvent<(typeof TOLD)[number]>;

/** An unconfirmed claim may hold a message that went out, or one that never did: after this it is sent again (design, what must never happen, 9). */
export const CLAIM_SETTLES_MS = 15 * 60_000;
/** Longer than a claim takes to settle, so that the message that waits for it is still there then. */
const CLAIM_WAIT_MS = 2 * CLAIM_SETTLES_MS;

/** One message to one recipient: it goes out once. */
export interface Slot {
  readonly appointmentId: string;
  readonly version: number;
  readonly template: string;
  readonly channel: 'email' | 'sms' | 'alert';
  readonly recipient: Reader | 'operators';
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
  /** It was not sent for a reason that may pass. */
  | { readonly is: 'not-sent'; readonly cause: unknown };

export interface SendPorts extends Pick<ProjectPorts, 'apply'> {
  /** Reads what is known of an appointment, strongly consistent. */
  readonly read: (appointmentId: string) => Promise<Projection>;
  readonly readAgent: (agentId: string) => Promise<AgentWord | undefined>;
  readonly linkKeys: () => Promise<LinkKeys>;
  /** Claims a message that nobody has sent; one claimed before `staleBefore`, if given, and never confirmed is taken over. */
  readonly claim: (slot: Slot, now: Date, staleBefore: Date | undefined) => Promise<ClaimAnswer>;
  readonly confirm: (claim: Claim, providerId: string, now: Date) => Promise<void>;
  /** Gives a claim back: nothing was sent. */
  readonly release: (claim: Claim) => Promise<void>;
  /** Gives a claim back and writes the event that tells of it, in one transaction. */
  readonly fail: (claim: Claim, event: OutboxItem) => Promise<void>;
  readonly sendEmail: (email: Email, now: Date) => Promise<Sent>;
  readonly raiseAlert: (alert: Alert) => Promise<Sent>;
  readonly now: () => Date;
}

/**
 * Tells both parties what became of their appointment, each once: what is known is re-read after a message is claimed and
 * before it is sent, so that a word already overtaken is not sent and the later one goes in its place.
 */
export function sendMessages(ports: SendPorts, house: House) {
  return async (event: ToldEvent): Promise<void> => {
    assertMayAct('sending messages');
    const { appointmentId } = event.data;
    const failure = event.detailType === 'CallFailed' ? failureIn(event) : undefined;
    const decide = (known: Projection): Decision =>
      failure
        ? wordOnFailure(appointmentId, failure, known)
        : wordOnTime(appointmentId, event.data.appointmentVersion, known);
    const say = saying(ports, house, failure, event.replayName !== undefined);

    let known = await takeIn(ports, event);
    // Each round needs a version higher than the one before, so there are as many as there are changes at this very moment.
    for (;;) {
      const decision = decide(known);
      if (decision.is === 'not-yet') throw new NotYet(decision.because);
      if (decision.is === 'silence') {
        count('MessagesSuppressed');
        log.info('Nothing to say', { appointmentId, because: decision.because });
        return;
      }
      const overtakenBy = await say(decision);
      if (overtakenBy === undefined) {
        measure('EventToMessages', Math.max(0, ports.now().getTime() - Date.parse(event.metadata.occurredAt)));
        return;
      }
      known = overtakenBy;
    }
  };
}

function takeIn(ports: SendPorts, event: ToldEvent): Promise<Projection> {
  if (event.detailType === 'CallFailed') return ports.read(event.data.appointmentId);
  const isCancelled = event.detailType === 'AppointmentCancelled';
  return ports.apply(isCancelled ? partsOfCancellation(event.data) : partsOfBooking(event.data));
}

function failureIn(event: ReceivedEvent<typeof CallFailed>): CallFailure {
  const { appointmentVersion: version, callSessionId, leg, reason, attempts } = event.data;
  return { version, callSessionId, leg, reason, attempts };
}

type Say = Extract<Decision, { is: 'say' }>;

/** Sends a word to all it concerns; resolves what is known instead when the word was overtaken before it went out. */
function saying(ports: SendPorts, house: House, failure: CallFailure | undefined, isReplay: boolean) {
  return async (decision: Say): Promise<Projection | undefined> => {
    const { word, particulars } = decision;
    const { appointmentId, version } = word;
    const slot = (channel: Slot['channel'], recipient: Slot['recipient']): Slot => ({
      appointmentId,
      version,
      template: word.kind,
      channel,
      recipient,
    });
    const slots = [slot('email', 'client'), slot('email', 'agent'), ...(failure ? [slot('alert', 'operators')] : [])];

    const claimedAt = ports.now();
    const staleBefore = new Date(claimedAt.getTime() - CLAIM_SETTLES_MS);
    const asked = await Promise.allSettled(
      slots.map((wanted) => ports.claim(wanted, claimedAt, maySendAgain(wanted) ? staleBefore : undefined)),
    );
    const answers = asked.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
    const claims = answers.flatMap((answer) => (answer.is === 'claimed' ? [answer.claim] : []));
    const underWay = answers.flatMap((answer) => (answer.is === 'under-way' ? [answer] : []));
    const refused = asked.find((answer) => answer.status === 'rejected');
    if (refused) {
      // One claim could not be asked for: the others are not to wait a quarter of an hour for it.
      await releaseAll(ports, claims);
      throw refused.reason;
    }
    if (claims.length === 0 && underWay.length === 0) {
      count('MessagesSuppressed', slots.length);
      log.info('Everybody has been told before', { appointmentId, version, template: word.kind });
      return undefined;
    }

    const deliveries = await beforeSending(ports, claims, async () => {
      const [known, agent, keys] = await Promise.all([
        ports.read(appointmentId),
        ports.readAgent(particulars.agent.agentId),
        ports.linkKeys(),
      ]);
      if (known.state?.version !== version || known.state.cancelled !== decision.state.cancelled)
        return { overtakenBy: known };
      const now = ports.now();
      if (isTooLate(word.kind, particulars, now)) return { tooLate: true };
      const token = signManageToken(keys, appointmentId, new Date(endsAtMs(particulars)));
      const letter: Letter = {
        ...decision,
        // An amendment may have come between: the newest particulars of this version are told.
        particulars: known.particulars ?? particulars,
        agent,
        failure,
        manageUrl: manageUrl(house.publicUrl, appointmentId, token),
      };
      return {
        send: claims.map((claim) => {
          if (claim.recipient !== 'operators') {
            const email = compose(letter, claim.recipient, house, now);
            return () => ports.sendEmail(email, now);
          }
          const alert = alertOn(word, failure ?? noFailure(), house.brandName);
          return () => ports.raiseAlert(alert);
        }),
      };
    });

    if ('overtakenBy' in deliveries) {
      await releaseAll(ports, claims);
      count('MessagesSuppressed', claims.length);
      log.info('Overtaken before it was sent', { appointmentId, version, template: word.kind });
      return deliveries.overtakenBy;
    }
    const outcomes = await Promise.allSettled(
      claims.map((claim, index) => {
        const send = 'send' in deliveries ? deliveries.send[index] : undefined;
        return send ? deliver(ports, claim, send) : giveUp(ports, claim, 'too-late', isReplay);
      }),
    );
    raise(outcomes, underWay, claimedAt);
    return undefined;
  };
}

async function releaseAll(ports: SendPorts, claims: readonly Claim[]): Promise<void> {
  await Promise.all(claims.map((claim) => ports.release(claim)));
}

/** Of an alert whose answer was lost nobody can say that it did not go out; of an e-mail neither, but it may go twice. */
function maySendAgain({ channel }: Slot): boolean {
  return channel === 'email';
}

function noFailure(): never {
  throw new Error('an alert is raised on a failed call only');
}

/** What fails before anything is sent gives the claims back. */
async function beforeSending<T>(ports: SendPorts, claims: readonly Claim[], prepare: () => Promise<T>): Promise<T> {
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

async function deliver(ports: SendPorts, claim: Claim, send: () => Promise<Sent>): Promise<void> {
  // If this throws, it may have been sent: the claim stays, and settles by time.
  const sent = await send();
  switch (sent.is) {
    case 'accepted':
      await ports.confirm(claim, sent.providerId, ports.now());
      count('MessagesSent');
      log.info('Message sent', said(claim));
      return;
    case 'throttled':
      await ports.release(claim);
      throw new NotYet(`${claim.channel} is throttled`, THROTTLED_LIMIT_MS);
    case 'not-sent':
      await ports.release(claim);
      throw new Error(`${claim.channel} ${claim.template} to ${claim.recipient} was not sent`, { cause: sent.cause });
    case 'rejected':
      return giveUp(ports, claim, sent.reason, false);
  }
}

/** Tells the bus that a message will not go, and parks what asked for it; a replay of old times is only logged. */
async function giveUp(ports: SendPorts, claim: Claim, reason: string, quietly: boolean): Promise<void> {
  const { appointmentId, version: appointmentVersion, template, channel, recipient } = claim;
  if (quietly) {
    await ports.release(claim);
    count('MessagesSuppressed');
    log.info('No longer worth sending', { ...said(claim), reason });
    return;
  }
  const now = ports.now();
  const event = NotificationFailed.create(
    {
      appointmentId,
      appointmentVersion,
      channel,
      template,
      ...(recipient !== 'operators' && { recipient }),
      reason,
    },
    { occurredAt: now.toISOString(), cause: handlingContext().cause },
  );
  await ports.fail(claim, eventItem(event, now));
  count('MessagesFailed');
  log.error('Message failed', { ...said(claim), reason });
  throw new PermanentError(`${channel} ${template} to ${recipient}: ${reason}`);
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
function raise(outcomes: readonly PromiseSettledResult<void>[], underWay: readonly UnderWay[], now: Date): void {
  const errors = outcomes.filter((outcome) => outcome.status === 'rejected').map((outcome): unknown => outcome.reason);
  const settled = (error: unknown) => error instanceof NotYet || error instanceof PermanentError;
  const worst = errors.find((error) => !settled(error)) ?? errors.find((error) => error instanceof NotYet);
  if (worst !== undefined) throw worst;
  if (underWay.some(({ since }) => since === undefined || !isSettled(since, now)))
    throw new NotYet('the message is under way, or its answer was lost', CLAIM_WAIT_MS, secondsToSettle(underWay, now));
  if (underWay.length > 0) throw new PermanentError('nobody can say whether it went out: its answer was lost');
  if (errors[0] !== undefined) throw errors[0];
}
