import Mustache from 'mustache';
import { calendarPart, type CalendarPart } from './calendar';
import { spellDuration, spellOut, spellTries } from './local-time';
import { plainLine, plainText } from './plain';
import { endsAtMs, isUnproven, type AgentWord, type Particulars, type State } from './projection';
import {
  TEMPLATES,
  type AgentValues,
  type CancelledValues,
  type ClientValues,
  type CouldNotConnectValues,
} from './templates.generated';
import { templateOf, type CallFailure, type Word } from './word';

/** The parties of an appointment: nobody else is ever written to. */
export type Reader = 'client' | 'agent';

export interface Email {
  readonly to: { readonly name: string; readonly address: string };
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  readonly calendar?: CalendarPart | undefined;
  /** What all mails of one appointment refer to, so that a mailbox shows them together. */
  readonly thread: string;
  /** Unique among the messages of an appointment. */
  readonly id: string;
}

export interface House {
  readonly brandName: string;
  readonly senderEmail: string;
  /** Where clients book. */
  readonly publicUrl: string;
}

export interface Letter {
  readonly word: Word;
  readonly state: State;
  readonly particulars: Particulars;
  /** The newest word on the agent, where one came. */
  readonly agent?: AgentWord | undefined;
  readonly failure?: CallFailure | undefined;
  /** The page where the client manages the appointment; the agent never sees it. */
  readonly manageUrl: string;
  /** The page where the client confirms the address that the mail goes to; nobody else ever sees it. */
  readonly confirmUrl: string;
}

/** The whole e-mail that tells `reader` the word. */
export function compose(letter: Letter, reader: Reader, house: House, now: Date): Email {
  const { word, state, particulars } = letter;
  const { client, agent } = partiesOf(letter);
  const to = reader === 'client' ? client : agent;
  const values = reader === 'client' ? clientValues(letter, house) : agentValues(letter, house);
  const view = { ...values, ...aboutCancellation(state), ...aboutFailure(letter.failure, particulars) };

  return {
    ...mailTo(letter, to, TEMPLATES[`${word.kind}.${reader}`], view),
    calendar:
      // A reminder is of what stands in the calendar already.
      word.kind === 'could-not-connect' || word.kind === 'reminder'
        ? undefined
        : calendarPart(
            {
              appointmentId: word.appointmentId,
              version: word.version,
              cancelled: word.kind === 'cancelled',
              startsAt: particulars.startsAt,
              endsAt: new Date(endsAtMs(particulars)).toISOString(),
              summary: `Phone appointment with ${reader === 'client' ? agent.name : client.name}`,
              description: describe(values, word),
              organizer: { name: values.brandName, email: house.senderEmail },
              attendee: to,
            },
            now,
          ),
    id: `${word.appointmentId}.${word.version}.${templateOf(word)}.${reader}`,
  };
}

/** The e-mail that asks for the confirmation of an address which took the place of another. */
export function composeConfirmationRequest(letter: Omit<Letter, 'state' | 'failure'>, house: House): Email {
  const { appointmentId } = letter.word;
  return {
    ...mailTo(letter, partiesOf(letter).client, TEMPLATES['confirm-email.client'], clientValues(letter, house)),
    id: `${appointmentId}.${letter.particulars.revision}.confirm-email.client`,
  };
}

/** The e-mail that takes an appointment out of the day of an agent whom it is no longer with; `letter` is of that agent. */
export function composeHandOver(letter: Omit<Letter, 'state' | 'failure'>, house: House, now: Date): Email {
  const { word, particulars } = letter;
  const { client, agent } = partiesOf(letter);
  const values = agentValues(letter, house);
  return {
    ...mailTo(letter, agent, TEMPLATES['handed-over.agent'], values),
    calendar: calendarPart(
      {
        appointmentId: word.appointmentId,
        version: word.version,
        cancelled: true,
        startsAt: particulars.startsAt,
        endsAt: new Date(endsAtMs(particulars)).toISOString(),
        summary: `Phone appointment with ${client.name}`,
        description: '',
        organizer: { name: values.brandName, email: house.senderEmail },
        attendee: agent,
      },
      now,
    ),
    id: `${word.appointmentId}.${word.version}.handed-over.agent`,
  };
}

interface Party {
  readonly name: string;
  readonly email: string;
}

function partiesOf({ particulars, agent }: Pick<Letter, 'particulars' | 'agent'>) {
  const plain = ({ name, email }: Party): Party => ({ name: plainLine(name), email });
  return { client: plain(particulars.client), agent: plain(agent ?? particulars.agent) };
}

function mailTo(
  { word }: Pick<Letter, 'word'>,
  to: Party,
  template: { readonly subject: string; readonly html: string; readonly text: string },
  view: object,
): Omit<Email, 'id'> {
  return {
    to: { name: to.name, address: to.email },
    subject: plainLine(Mustache.render(template.subject, view, undefined, { escape: String })),
    html: Mustache.render(template.html, view, undefined, { escape: escapeHtml }),
    text: Mustache.render(template.text, view, undefined, { escape: String }),
    thread: `appointment.${word.appointmentId}`,
  };
}

type Facts = Pick<Letter, 'particulars' | 'agent' | 'manageUrl' | 'confirmUrl'>;

function sharedValues(letter: Facts, house: House) {
  const { particulars } = letter;
  const { client, agent } = partiesOf(letter);
  return {
    brandName: plainLine(house.brandName),
    clientName: client.name,
    clientPhone: particulars.client.phone,
    agentName: agent.name,
    duration: spellDuration(particulars.durationMinutes),
    notes: plainText(particulars.notes ?? ''),
    unconfirmed: isUnproven(particulars, 'email') || isUnproven(particulars, 'phone'),
  };
}

function clientValues(letter: Facts, house: House): ClientValues {
  const { particulars } = letter;
  return {
    ...sharedValues(letter, house),
    ...spellOut(particulars.localStart.client, particulars.timeZone),
    manageUrl: letter.manageUrl,
    bookUrl: house.publicUrl,
    confirmUrl: isUnproven(particulars, 'email') ? letter.confirmUrl : '',
    codeSent: isUnproven(particulars, 'phone'),
  };
}

function agentValues(letter: Facts, house: House): AgentValues {
  return {
    ...sharedValues(letter, house),
    // The zone booking resolved the wall time in, even if the agent has moved since.
    ...spellOut(letter.particulars.localStart.agent, letter.particulars.agent.timeZone),
  };
}

function aboutCancellation(state: State): CancelledValues {
  return {
    byClient: state.cancelledBy === 'client',
    byAgent: state.cancelledBy === 'agent',
    reason: plainText(state.reason ?? ''),
  };
}

function aboutFailure(failure: CallFailure | undefined, particulars: Particulars): CouldNotConnectValues {
  const reason = failure?.reason;
  const agentMissed = reason === 'agent-unreachable' || reason === 'agent-left';
  const clientMissed = reason === 'client-unreachable';
  const missed = clientMissed ? 'client' : 'agent';
  const tries = failure?.attempts.filter((attempt) => attempt.leg === missed).length ?? 0;
  // An agent who accepted and then left was reached: how often they were phoned says nothing.
  const telling = clientMissed || reason === 'agent-unreachable';
  const notConfirmed =
    reason === 'rejected-by-policy' && (isUnproven(particulars, 'email') || isUnproven(particulars, 'phone'));
  return {
    agentMissed,
    clientMissed,
    notConfirmed,
    otherwise: !agentMissed && !clientMissed && !notConfirmed,
    tries: telling ? spellTries(tries) : '',
  };
}

function describe(values: ClientValues | AgentValues, word: Word): string {
  if (word.kind === 'cancelled') return '';
  const call = `At the booked time ${values.brandName} phones both parties and connects them.`;
  const rest =
    'manageUrl' in values
      ? [`Move or cancel: ${values.manageUrl}`]
      : [`Client: ${values.clientName}, ${values.clientPhone}`];
  return [call, ...rest, ...(values.notes ? [`Notes: ${values.notes}`] : [])].join('\n');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '\n': '<br>',
};

/** Escapes a value for HTML; its line ends stay visible. */
function escapeHtml(value: unknown): string {
  return String(value).replace(/[&<>"'\n]/g, (character) => ENTITIES[character] ?? '');
}
