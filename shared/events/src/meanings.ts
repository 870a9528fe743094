// What every field means. It stands beside the contracts and not in them: a function reads events and no explanations, and
// each of them in a schema would cost every cold start a little.

/** What a value is, in one word: for whoever reads it this is part of the contract, beside its type. */
export type Mark =
  | 'group'
  | 'id'
  | 'version'
  | 'instant'
  | 'wall-time'
  | 'time-zone'
  | 'minutes'
  | 'seconds'
  | 'count'
  | 'ordinal'
  | 'name'
  | 'e-mail'
  | 'phone'
  | 'language'
  | 'yes-no'
  | 'word'
  | 'text';

/** What a field means: `is` in one word that does not change, `says` in a sentence that may be put better at any time. */
export interface Meaning {
  readonly is: Mark;
  readonly says: string;
}

const group = (says: string): Meaning => ({ is: 'group', says });
const id = (says: string): Meaning => ({ is: 'id', says });
const version = (says: string): Meaning => ({ is: 'version', says });
const instant = (says: string): Meaning => ({ is: 'instant', says: `${says}; an instant in UTC` });
const word = (says: string): Meaning => ({ is: 'word', says: `${says}; a consumer bears words it does not know` });

const person = (path: string, who: string): Record<string, Meaning> => ({
  [`${path}.name`]: { is: 'name', says: `The name of ${who}` },
  [`${path}.email`]: { is: 'e-mail', says: `Where ${who} gets mail` },
  [`${path}.phone`]: { is: 'phone', says: `The number of ${who}, in E.164 form` },
});

const agent = (path: string, who: string): Record<string, Meaning> => ({
  [`${path}.agentId`]: id(`Which agent ${who} is; it never changes`),
  ...person(path, who),
  [`${path}.timeZone`]: { is: 'time-zone', says: `The IANA zone in which ${who} lives` },
});

const wallTime = (of: string): Meaning => ({
  is: 'wall-time',
  says: `The time on ${of} clock, with its offset, as booking resolved it: print it and compute no zone`,
});

const EVERYWHERE: Readonly<Record<string, Meaning>> = {
  metadata: group('What every event says about itself'),
  'metadata.eventId': id('The same fact published again has the same id'),
  'metadata.eventVersion': version("The contract's version; an added optional field keeps it"),
  'metadata.occurredAt': instant('When it happened'),
  'metadata.correlationId': id("What the event is about: the appointment's id, or the agent's"),
  'metadata.causationId': id('The event that caused this one'),
  'metadata.hops': {
    is: 'count',
    says: 'How many events lie between the first cause and this one; above 8 nothing is published',
  },
  data: group('The fact'),
  'data.appointmentId': id('Which appointment; one id for life'),
  'data.appointmentVersion': version(
    'Which time of the appointment, if any, is meant: 1 when booked, higher with each move and the cancellation',
  ),
  'data.revision': version('Rises with every change, amendments too: the highest has the newest particulars'),
  'data.startsAt': instant('When the appointment starts'),
  'data.durationMinutes': { is: 'minutes', says: 'How long it is planned to last' },
  'data.timeZone': { is: 'time-zone', says: 'The IANA zone the client booked in' },
  'data.localStart': group('When it starts on both their clocks'),
  'data.localStart.client': wallTime("the client's"),
  'data.localStart.agent': wallTime("the agent's"),
  'data.tzdb': { is: 'version', says: 'The version of the zone rules it was resolved with' },
  'data.client': group('Who booked'),
  ...person('data.client', 'the client'),
  'data.client.locale': { is: 'language', says: 'The language the client reads and hears, a BCP 47 tag' },
  'data.client.smsConsent': { is: 'yes-no', says: 'Whether the client agreed to be sent texts' },
  'data.agent': group('Who is to be talked to'),
  ...agent('data.agent', 'the agent'),
  'data.notes': { is: 'text', says: 'What the client wrote when booking' },
  'data.unproven': word(
    'What the client has yet to confirm before anybody is dialled; absent where there is nothing to confirm',
  ),
  'data.proven': word('What the client was asked to confirm and has confirmed'),
  'data.callSessionId': id('Which call: one for each appointment and version'),
};

const BY_EVENT: Readonly<Record<string, Readonly<Record<string, Meaning>>>> = {
  AppointmentRescheduled: {
    'data.previousStartsAt': instant('When it was to start before'),
    'data.previousAgent': group('Whom it was with before; only where it is with somebody else now'),
    ...agent('data.previousAgent', 'the former agent'),
    'data.previousAgent.localStart': wallTime("the former agent's"),
  },
  AppointmentCancelled: {
    'data.cancelledBy': word('Who called it off'),
    'data.reason': { is: 'text', says: 'What that person wrote' },
  },
  AgentChanged: {
    ...agent('data', 'the agent'),
    'data.agentVersion': version('Rises with every change: the highest is the newest word'),
  },
  ReminderDue: {
    'data.reminder': { is: 'id', says: 'Which reminder, by its key: `24h`, `1h`, `1d@wall`' },
    'data.channels': word(
      'The channels that are meant, where the reminder goes by others at another time; absent for all of them',
    ),
  },
  AgentAnswered: {
    'data.attempt': { is: 'ordinal', says: "Which attempt at the agent's phone it was, from 1" },
    'data.answeredAt': instant('When the agent accepted the call'),
  },
  CallConnected: {
    'data.attempts': group('How often each phone was dialled until they talked'),
    'data.attempts.agent': { is: 'count', says: "Dials of the agent's phone" },
    'data.attempts.client': { is: 'count', says: "Dials of the client's phone" },
    'data.connectedAt': instant('When the two were joined'),
    'data.skewSeconds': { is: 'seconds', says: 'How long after the booked second that was' },
  },
  CallCompleted: {
    'data.durationSeconds': { is: 'seconds', says: 'How long the two talked' },
    'data.endedBy': word('Who ended it; `limit` is the time limit'),
  },
  CallFailed: {
    'data.leg': word('On whose side it failed; null where it was on neither'),
    'data.reason': word('Why it did not come about'),
    'data.attempts': group('Every dial, oldest first; may be empty'),
    'data.attempts[].leg': word('Whose phone was dialled'),
    'data.attempts[].n': { is: 'ordinal', says: 'Which dial of this phone it was, from 1' },
    'data.attempts[].outcome': word('What became of it'),
    'data.attempts[].startedAt': instant('When it was dialled'),
    'data.attempts[].ringSeconds': { is: 'seconds', says: 'How long it rang' },
  },
  NotificationFailed: {
    'data.channel': word('How the message was to be sent'),
    'data.template': { is: 'id', says: 'Which message, by its name' },
    'data.recipient': word('To whom; absent where it was for several'),
    'data.reason': { is: 'text', says: "Why it was not sent, in the provider's or our own words, without addresses" },
  },
};

/** What a field of an event means, by its path from the detail. */
export function meaningOf(detailType: string, path: string): Meaning | undefined {
  return BY_EVENT[detailType]?.[path] ?? EVERYWHERE[path];
}

/** Every field whose meaning is written down for one event alone: none of them may be of a field that is gone. */
export function explainedFields(detailType: string): readonly string[] {
  return Object.keys(BY_EVENT[detailType] ?? {});
}
