import {
  AppointmentAmended,
  AppointmentCancelled,
  AppointmentCreated,
  AppointmentRescheduled,
  CallCompleted,
  CallFailed,
  ReminderDue,
} from '@appointments/events';
import { assertMayAct, count, log, measure, NotYet, type ReceivedEvent } from '@appointments/runtime';
import type { QuietHours } from '@appointments/runtime/quiet-hours';
import { alertOn } from '../domain/alert';
import { compose, type House, type Letter } from '../domain/compose';
import {
  isUnproven,
  partsOfBooking,
  partsOfCancellation,
  type Particulars,
  type Projection,
} from '../domain/projection';
import { isTexted, wantsTexts, wordMessage } from '../domain/text-message';
import {
  isTooLate,
  templateOf,
  wordOnFailure,
  wordOnReminder,
  wordOnSuccess,
  wordOnTime,
  type CallFailure,
  type CallSuccess,
  type Decision,
  type Word,
} from '../domain/word';
import { askForProof, emailRequest } from './ask-for-proof';
import { ASKED_BESIDE, deliverOnce, raise, type Slot } from './deliver';
import { handOver } from './hand-over';
import { linksFor } from './links';
import type { SendPorts } from './ports';
import { mailing, marksOf } from './send-mail';
import { textClient } from './text-client';

export const TOLD = [
  AppointmentCreated,
  AppointmentRescheduled,
  AppointmentAmended,
  AppointmentCancelled,
  ReminderDue,
  CallFailed,
  CallCompleted,
] as const;
type ToldEvent = ReceivedEvent<(typeof TOLD)[number]>;

/** What an operator chooses to have said. */
export interface Choices {
  /** Whether both are written to once they have talked to each other. */
  readonly followUp: boolean;
  /** When clients are not texted, by their own clocks. @default they always are */
  readonly quietHours?: QuietHours | undefined;
}

/**
 * Tells both parties what became of their appointment, each once, and asks the client for the proof that is missing: what is
 * known is re-read after a message is claimed and before it is sent, so that a word already overtaken is not sent and the
 * later one goes in its place.
 */
export function sendMessages(ports: SendPorts, house: House, choices: Choices = { followUp: false }) {
  const tell = telling(ports, house, choices);
  const ask = askForProof(ports, house);
  const release = handOver(ports, house);
  return async (event: ToldEvent): Promise<void> => {
    assertMayAct('sending messages');
    const { appointmentId } = event.data;
    if (event.detailType === 'CallCompleted' && !choices.followUp) return;
    const known = await takeIn(ports, event);
    const isReplay = event.replayName !== undefined;
    switch (event.detailType) {
      case 'AppointmentAmended':
        return ask(appointmentId, known, { isReplay, isWrittenTo: false });
      case 'AppointmentCreated':
      case 'AppointmentRescheduled':
        return raise(
          await Promise.allSettled([
            tell(event, known),
            ask(appointmentId, known, { isReplay, isWrittenTo: true }),
            ...(event.detailType === 'AppointmentRescheduled' ? [release(event)] : []),
          ]),
          [],
          ports.now(),
        );
      case 'AppointmentCancelled':
      case 'ReminderDue':
      case 'CallFailed':
      case 'CallCompleted':
        return tell(event, known);
      default:
        return event satisfies never;
    }
  };
}

function telling(ports: SendPorts, house: House, { quietHours }: Choices) {
  return async (event: Exclude<ToldEvent, { detailType: 'AppointmentAmended' }>, from: Projection): Promise<void> => {
    const { appointmentId } = event.data;
    const version = event.data.appointmentVersion;
    const outcome: Outcome = {
      ...(event.detailType === 'CallFailed' && { failure: failureIn(event) }),
      ...(event.detailType === 'CallCompleted' && {
        success: { version, durationSeconds: event.data.durationSeconds },
      }),
    };
    const decide = (known: Projection): Decision => {
      if (outcome.failure) return wordOnFailure(appointmentId, outcome.failure, known);
      if (outcome.success) return wordOnSuccess(appointmentId, outcome.success, known, ports.now());
      if (event.detailType !== 'ReminderDue') return wordOnTime(appointmentId, version, known);
      return wordOnReminder(appointmentId, { version, reminder: event.data.reminder }, known, ports.now());
    };
    const say = saying(ports, house, outcome, {
      quietHours,
      channels: event.detailType === 'ReminderDue' ? event.data.channels : undefined,
      isReplay: event.replayName !== undefined,
    });

    let known = from;
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
  switch (event.detailType) {
    case 'ReminderDue':
    case 'CallFailed':
    case 'CallCompleted':
      return ports.read(event.data.appointmentId);
    case 'AppointmentCancelled':
      return ports.apply(partsOfCancellation(event.data));
    case 'AppointmentCreated':
    case 'AppointmentRescheduled':
    case 'AppointmentAmended':
      return ports.apply(partsOfBooking(event.data));
    default:
      return event satisfies never;
  }
}

function failureIn(event: ReceivedEvent<typeof CallFailed>): CallFailure {
  const { appointmentVersion: version, callSessionId, leg, reason, attempts } = event.data;
  return { version, callSessionId, leg, reason, attempts };
}

/** What became of the call, where that is what the word is about. */
interface Outcome {
  readonly failure?: CallFailure;
  readonly success?: CallSuccess;
}

/** Nobody misses these where they came to nothing; of any other word it is told that it was not sent. */
const UNMISSED: ReadonlySet<Word['kind']> = new Set(['reminder', 'follow-up']);

type Say = Extract<Decision, { is: 'say' }>;

/** How, when and by what a word is said. */
interface Manner {
  readonly quietHours: QuietHours | undefined;
  /** Those that are meant. @default all */
  readonly channels: readonly string[] | undefined;
  readonly isReplay: boolean;
}

/** Sends a word to all it concerns; resolves what is known instead when the word was overtaken before it went out. */
function saying(ports: SendPorts, house: House, outcome: Outcome, { quietHours, channels, isReplay }: Manner) {
  return async (decision: Say): Promise<Projection | undefined> => {
    const { word, particulars } = decision;
    const { appointmentId, version } = word;
    const slot = (channel: Slot['channel'], recipient: Slot['recipient']): Slot => ({
      appointmentId,
      version,
      template: templateOf(word),
      channel,
      recipient,
    });
    const { failure } = outcome;
    const texted = isTexted(word.kind) ? word.kind : undefined;
    const slots = [
      slot('email', 'client'),
      slot('email', 'agent'),
      ...(texted && wantsTexts(particulars) ? [slot('sms', 'client')] : []),
      ...(failure ? [slot('alert', 'operators')] : []),
    ].filter(({ channel }) => channels === undefined || channels.includes(channel));
    if (slots.length === 0) {
      log.info('Nothing to say', { appointmentId, because: 'the client wants no texts' });
      return undefined;
    }

    return deliverOnce<Projection>(
      ports,
      slots,
      async () => {
        const [known, agent, keys, marks] = await Promise.all([
          ports.read(appointmentId),
          ports.readAgent(particulars.agent.agentId),
          ports.linkKeys(),
          marksOf(ports, [particulars.client.email, particulars.agent.email]),
        ]);
        if (known.state?.version !== version || known.state.cancelled !== decision.state.cancelled)
          return { overtakenBy: known };
        const now = ports.now();
        if (isTooLate(word.kind, particulars, now))
          return UNMISSED.has(word.kind) ? { overtakenBy: known } : { tooLate: true };
        // An amendment may have come between: the newest particulars of this version are told.
        const newest = known.particulars ?? particulars;
        const letter: Letter = {
          ...decision,
          particulars: newest,
          agent,
          ...outcome,
          ...linksFor(appointmentId, newest, keys, house),
        };
        return {
          deliveries: (claim) => {
            const { channel, recipient } = claim;
            if (texted && channel === 'sms') {
              const text = wordMessage(texted, letter, house);
              return { send: () => textClient(ports, newest, text, { quietHours, now }) };
            }
            if (recipient === 'operators') {
              const alert = alertOn(word, failure ?? noFailure(), house.brandName);
              return { send: () => ports.raiseAlert(alert) };
            }
            const email = compose(letter, recipient, house, now);
            const asks = recipient === 'client' && isUnproven(newest, 'email');
            return {
              ...mailing(ports, house, claim, email, { marks, now }),
              ...(asks && { afterwards: () => noteRequest(ports, appointmentId, newest) }),
            };
          },
        };
      },
      isReplay,
    );
  };
}

/** The mail that told the word asked for the confirmation of its address too: no later amendment is to ask once more. */
async function noteRequest(ports: SendPorts, appointmentId: string, particulars: Particulars): Promise<void> {
  const now = ports.now();
  const answer = await ports.claim(emailRequest(appointmentId, particulars), now, undefined);
  if (answer.is === 'claimed') await ports.confirm(answer.claim, ASKED_BESIDE, now);
}

function noFailure(): never {
  throw new Error('an alert is raised on a failed call only');
}
