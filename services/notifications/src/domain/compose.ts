import Mustache from 'mustache';
import { calendarPart, type CalendarPart } from './calendar';
import { fillIn, languageOf, wordsIn, type Language } from './language';
import { spellDuration, spellOut, spellTries } from './local-time';
import { plainLine, plainText } from './plain';
import { endsAtMs, isUnproven, type AgentWord, type Particulars, type State } from './projection';
import {
  EMAILS,
  type AgentValues,
  type CancelledValues,
  type ClientValues,
  type CouldNotConnectValues,
  type EmailName,
  type FollowUpValues,
  type LayoutValues,
} from './templates.generated';
import { templateOf, type CallFailure, type CallSuccess, type Word } from './word';

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
  /** What language agents read; clients read the one they booked in. @default en */
  readonly agentLocale?: string | undefined;
  /** The colour of the brand, `#rrggbb`, and black or white for what stands on it. @default the booking page's own green */
  readonly accent?: { readonly color: string; readonly on: string } | undefined;
}

export interface Letter {
  readonly word: Word;
  readonly state: State;
  readonly particulars: Particulars;
  /** The newest word on the agent, where one came. */
  readonly agent?: AgentWord | undefined;
  readonly failure?: CallFailure | undefined;
  readonly success?: CallSuccess | undefined;
  /** The page where the client manages the appointment; the agent never sees it. */
  readonly manageUrl: string;
  /** The page where the client confirms the address that the mail goes to; nobody else ever sees it. */
  readonly confirmUrl: string;
}

/** Words that put nothing into a calendar: a reminder is of what stands there already, and the others are of what is over. */
const WITHOUT_CALENDAR: ReadonlySet<Word['kind']> = new Set(['reminder', 'could-not-connect', 'follow-up']);

/** The whole e-mail that tells `reader` the word. */
export function compose(letter: Letter, reader: Reader, house: House, now: Date): Email {
  const { word, state, particulars } = letter;
  const { client, agent } = partiesOf(letter);
  const language = languageFor(reader, letter, house);
  const values = reader === 'client' ? clientValues(letter, house) : agentValues(letter, house);
  const view = {
    ...values,
    ...aboutCancellation(state),
    ...aboutFailure(letter.failure, particulars, language),
    ...aboutSuccess(letter.success, language),
  };

  return {
    ...mailTo(letter, reader, `${word.kind}.${reader}`, view, house),
    calendar: WITHOUT_CALENDAR.has(word.kind)
      ? undefined
      : entryOf(letter, reader, house, now, {
          cancelled: word.kind === 'cancelled',
          summary: reader === 'client' ? agent.name : client.name,
          description: word.kind === 'cancelled' ? '' : describe(values, language),
        }),
    id: `${word.appointmentId}.${word.version}.${templateOf(word)}.${reader}`,
  };
}

/** The e-mail that asks for the confirmation of an address which took the place of another. */
export function composeConfirmationRequest(letter: Omit<Letter, 'state' | 'failure'>, house: House): Email {
  const { appointmentId } = letter.word;
  return {
    ...mailTo(letter, 'client', 'confirm-email.client', clientValues(letter, house), house),
    id: `${appointmentId}.${letter.particulars.revision}.confirm-email.client`,
  };
}

/** The e-mail that takes an appointment out of the day of an agent whom it is no longer with; `letter` is of that agent. */
export function composeHandOver(letter: Omit<Letter, 'state' | 'failure'>, house: House, now: Date): Email {
  const { word } = letter;
  const { client } = partiesOf(letter);
  return {
    ...mailTo(letter, 'agent', 'handed-over.agent', agentValues(letter, house), house),
    calendar: entryOf(letter, 'agent', house, now, { cancelled: true, summary: client.name, description: '' }),
    id: `${word.appointmentId}.${word.version}.handed-over.agent`,
  };
}

/** The entry of an appointment in the calendar of `reader`. */
function entryOf(
  letter: Pick<Letter, 'word' | 'particulars' | 'agent'>,
  reader: Reader,
  house: House,
  now: Date,
  /** `summary` is whom the reader has the appointment with. */
  what: { readonly cancelled: boolean; readonly summary: string; readonly description: string },
): CalendarPart {
  const { word, particulars } = letter;
  return calendarPart(
    {
      appointmentId: word.appointmentId,
      version: word.version,
      cancelled: what.cancelled,
      startsAt: particulars.startsAt,
      endsAt: new Date(endsAtMs(particulars)).toISOString(),
      summary: fillIn(wordsIn(languageFor(reader, letter, house)).calendarSummary, { name: what.summary }),
      description: what.description,
      organizer: { name: plainLine(house.brandName), email: house.senderEmail },
      attendee: partiesOf(letter)[reader],
    },
    now,
  );
}

/** A client reads the language they booked in, an agent the one of the house. */
function languageFor(reader: Reader, { particulars }: Pick<Letter, 'particulars'>, house: House): Language {
  return languageOf(reader === 'client' ? particulars.client.locale : (house.agentLocale ?? 'en'));
}

interface Party {
  readonly name: string;
  readonly email: string;
}

function partiesOf({ particulars, agent }: Pick<Letter, 'particulars' | 'agent'>) {
  const plain = ({ name, email }: Party): Party => ({ name: plainLine(name), email });
  return { client: plain(particulars.client), agent: plain(agent ?? particulars.agent) };
}

/** The booking page's own green, and white. */
const OUR_ACCENT = { color: '#0f6b5c', on: '#ffffff' };

function mailTo(
  letter: Pick<Letter, 'word' | 'particulars' | 'agent'>,
  reader: Reader,
  name: EmailName,
  values: ClientValues | AgentValues,
  house: House,
): Omit<Email, 'id'> {
  const to = partiesOf(letter)[reader];
  const template = EMAILS[languageFor(reader, letter, house)][name];
  const { color, on } = house.accent ?? OUR_ACCENT;
  const layout: LayoutValues = { brandName: values.brandName, accentColor: color, onAccentColor: on };
  const view = { ...values, ...layout };
  return {
    to: { name: to.name, address: to.email },
    subject: plainLine(Mustache.render(template.subject, view, undefined, { escape: String })),
    html: Mustache.render(template.html, view, undefined, { escape: escapeHtml }),
    text: Mustache.render(template.text, view, undefined, { escape: String }),
    thread: `appointment.${letter.word.appointmentId}`,
  };
}

type Facts = Pick<Letter, 'particulars' | 'agent' | 'manageUrl' | 'confirmUrl'>;

function sharedValues(letter: Facts, reader: Reader, house: House) {
  const { particulars } = letter;
  const { client, agent } = partiesOf(letter);
  return {
    brandName: plainLine(house.brandName),
    clientName: client.name,
    clientPhone: particulars.client.phone,
    agentName: agent.name,
    duration: spellDuration(particulars.durationMinutes, languageFor(reader, letter, house)),
    notes: plainText(particulars.notes ?? ''),
    unconfirmed: isUnproven(particulars, 'email') || isUnproven(particulars, 'phone'),
  };
}

function clientValues(letter: Facts, house: House): ClientValues {
  const { particulars } = letter;
  return {
    ...sharedValues(letter, 'client', house),
    ...spellOut(particulars.localStart.client, particulars.timeZone, languageFor('client', letter, house)),
    manageUrl: letter.manageUrl,
    bookUrl: house.publicUrl,
    confirmUrl: isUnproven(particulars, 'email') ? letter.confirmUrl : '',
    codeSent: isUnproven(particulars, 'phone'),
  };
}

function agentValues(letter: Facts, house: House): AgentValues {
  const { localStart, agent } = letter.particulars;
  return {
    ...sharedValues(letter, 'agent', house),
    // The zone booking resolved the wall time in, even if the agent has moved since.
    ...spellOut(localStart.agent, agent.timeZone, languageFor('agent', letter, house)),
  };
}

function aboutCancellation(state: State): CancelledValues {
  return {
    byClient: state.cancelledBy === 'client',
    byAgent: state.cancelledBy === 'agent',
    reason: plainText(state.reason ?? ''),
  };
}

function aboutSuccess(success: CallSuccess | undefined, language: Language): FollowUpValues {
  const minutes = Math.max(1, Math.round((success?.durationSeconds ?? 0) / 60));
  return { talked: spellDuration(minutes, language) };
}

function aboutFailure(
  failure: CallFailure | undefined,
  particulars: Particulars,
  language: Language,
): CouldNotConnectValues {
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
    tries: telling ? spellTries(tries, language) : '',
  };
}

function describe(values: ClientValues | AgentValues, language: Language): string {
  const words = wordsIn(language);
  const { brandName, clientName, clientPhone, notes } = values;
  return [
    fillIn(words.calendarCall, { brandName }),
    'manageUrl' in values
      ? fillIn(words.calendarManage, { manageUrl: values.manageUrl })
      : fillIn(words.calendarClient, { clientName, clientPhone }),
    ...(notes ? [fillIn(words.calendarNotes, { notes })] : []),
  ].join('\n');
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
