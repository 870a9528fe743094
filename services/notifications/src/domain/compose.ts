import Mustache from 'mustache';
import { calendarPart, type CalendarPart } from './calendar';
import { spellDuration, spellOut, spellTries } from './local-time';
import { plainLine, plainText } from './plain';
import { endsAtMs, type AgentWord, type Particulars, type State } from './projection';
import {
  TEMPLATES,
  type AgentValues,
  type CancelledValues,
  type ClientValues,
  type CouldNotConnectValues,
} from './templates.generated';
import type { CallFailure, Word } from './word';

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
}

/** The whole e-mail that tells `reader` the word. */
export function compose(letter: Letter, reader: Reader, house: House, now: Date): Email {
  const { word, state, particulars } = letter;
  const client = { name: plainLine(particulars.client.name), email: particulars.client.email };
  const agentWord = letter.agent ?? particulars.agent;
  const agent = { name: plainLine(agentWord.name), email: agentWord.email };
  const to = reader === 'client' ? client : agent;
  const shared = {
    brandName: plainLine(house.brandName),
    clientName: client.name,
    clientPhone: particulars.client.phone,
    agentName: agent.name,
    duration: spellDuration(particulars.durationMinutes),
    notes: plainText(particulars.notes ?? ''),
  };
  const values: ClientValues | AgentValues =
    reader === 'client'
      ? {
          ...shared,
          ...spellOut(particulars.localStart.client, particulars.timeZone),
          manageUrl: letter.manageUrl,
          bookUrl: house.publicUrl,
        }
      : {
          ...shared,
          // The zone booking resolved the wall time in, even if the agent has moved since.
          ...spellOut(particulars.localStart.agent, particulars.agent.timeZone),
        };
  const template = TEMPLATES[`${word.kind}.${reader}`];
  const view = { ...values, ...aboutCancellation(state), ...aboutFailure(letter.failure) };

  return {
    to: { name: to.name, address: to.email },
    subject: plainLine(Mustache.render(template.subject, view, undefined, { escape: String })),
    html: Mustache.render(template.html, view, undefined, { escape: escapeHtml }),
    text: Mustache.render(template.text, view, undefined, { escape: String }),
    calendar:
      word.kind === 'could-not-connect'
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
              organizer: { name: shared.brandName, email: house.senderEmail },
              attendee: to,
            },
            now,
          ),
    thread: `appointment.${word.appointmentId}`,
    id: `${word.appointmentId}.${word.version}.${word.kind}.${reader}`,
  };
}

function aboutCancellation(state: State): CancelledValues {
  return {
    byClient: state.cancelledBy === 'client',
    byAgent: state.cancelledBy === 'agent',
    reason: plainText(state.reason ?? ''),
  };
}

function aboutFailure(failure: CallFailure | undefined): CouldNotConnectValues {
  const reason = failure?.reason;
  const agentMissed = reason === 'agent-unreachable' || reason === 'agent-left';
  const clientMissed = reason === 'client-unreachable';
  const missed = clientMissed ? 'client' : 'agent';
  const tries = failure?.attempts.filter((attempt) => attempt.leg === missed).length ?? 0;
  // An agent who accepted and then left was reached: how often they were phoned says nothing.
  const telling = clientMissed || reason === 'agent-unreachable';
  return {
    agentMissed,
    clientMissed,
    otherwise: !agentMissed && !clientMissed,
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
