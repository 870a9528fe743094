import { DocumentError } from './errors';
import type { HttpMethod } from './records';
import type { Attributes } from './twiml-attributes';
import { attributesOf, boolean, elementsIn, integer, method, oneOf, textOf } from './twiml-attributes';
import type { ConferenceAttributes, DialConference, DialNumber, NumberAttributes } from './verbs';
import type { XmlElement } from './xml';

const LONGEST_CALL_SECONDS = 14_400;

/** Everything that a room's callback can be asked to tell. */
export const conferenceEvents: ReadonlySet<string> = new Set([
  'start',
  'end',
  'join',
  'leave',
  'mute',
  'hold',
  'modify',
  'speaker',
  'announcement',
]);
const callEvents: ReadonlySet<string> = new Set(['initiated', 'ringing', 'answered', 'completed']);

/** Reads `<Dial>` with one `<Conference>`, one `<Number>`, or a number as its text. */
export function toDial(element: XmlElement): DialConference | DialNumber {
  const attributes = attributesOf(element, [
    'action',
    'method',
    'timeLimit',
    'hangupOnStar',
    // With Conference, these have no effect at Twilio either.
    'callerId',
    'timeout',
    // The caller hears ringing in both cases; only how an incoming call is answered differs.
    'answerOnBridge',
    'ringTone',
  ]);
  boolean(attributes, 'answerOnBridge', false);
  const timeoutSeconds = integer(attributes, 'timeout', 1, 600, 30);
  const common = {
    action: attributes.get('action') ?? null,
    method: method(attributes, 'method'),
    timeLimitSeconds: attributes.has('timeLimit')
      ? integer(attributes, 'timeLimit', 1, LONGEST_CALL_SECONDS, LONGEST_CALL_SECONDS)
      : null,
    hangupOnStar: boolean(attributes, 'hangupOnStar', false),
  };
  const nouns = element.children.filter((child) => typeof child !== 'string');
  if (nouns.length > 1) throw new DocumentError(12200, '<Dial> is simulated with one noun, not with several');
  const [noun] = nouns;
  if (noun?.name === 'Conference') {
    elementsIn(element, 'text beside <Conference>');
    return { verb: 'DialConference', ...common, conference: toConference(noun) };
  }
  if (noun !== undefined && noun.name !== 'Number') {
    throw new DocumentError(12200, `<Dial> is simulated with <Conference> or <Number>, not <${noun.name}>`);
  }
  if (noun !== undefined) elementsIn(element, 'text beside <Number>');
  return {
    verb: 'DialNumber',
    ...common,
    timeoutSeconds,
    callerId: attributes.get('callerId') ?? null,
    number: noun === undefined ? plainNumber(textOf(element)) : toNumber(noun),
  };
}

function plainNumber(text: string): NumberAttributes {
  return {
    number: numberIn(text),
    url: null,
    method: 'POST',
    statusCallback: null,
    statusCallbackMethod: 'POST',
    statusCallbackEvents: [],
  };
}

function toNumber(element: XmlElement): NumberAttributes {
  const attributes = attributesOf(element, [
    'url',
    'method',
    'statusCallback',
    'statusCallbackMethod',
    'statusCallbackEvent',
  ]);
  return {
    number: numberIn(textOf(element)),
    url: attributes.get('url') ?? null,
    method: method(attributes, 'method'),
    ...callbackOf(attributes, callEvents, ['completed']),
  };
}

function numberIn(text: string): string {
  const number = text.trim();
  if (number === '') throw new DocumentError(13223, '<Dial> needs a number or a noun');
  return number;
}

function toConference(element: XmlElement): ConferenceAttributes {
  const attributes = attributesOf(element, [
    'startConferenceOnEnter',
    'endConferenceOnExit',
    'waitUrl',
    'waitMethod',
    'beep',
    'maxParticipants',
    'participantLabel',
    'muted',
    'coach',
    'statusCallback',
    'statusCallbackMethod',
    'statusCallbackEvent',
    'record',
    // Only the sound is different.
    'region',
    'trim',
    'jitterBufferSize',
  ]);
  const name = textOf(element).trim();
  if (name === '') throw new DocumentError(13215, '<Conference> needs the name of the room');
  const record = attributes.get('record') ?? 'do-not-record';
  if (record !== 'do-not-record' && record !== 'false')
    throw new DocumentError(13233, 'Recording a conference is not simulated');
  oneOf(attributes, 'beep', ['true', 'false', 'onEnter', 'onExit']);
  oneOf(attributes, 'jitterBufferSize', ['off', 'small', 'medium', 'large']);
  oneOf(attributes, 'trim', ['trim-silence', 'do-not-trim']);
  const label = attributes.get('participantLabel') ?? null;
  if (label !== null && (label.length === 0 || label.length > 128)) {
    throw new DocumentError(16024, 'participantLabel must have 1 to 128 characters');
  }
  return {
    name,
    startConferenceOnEnter: boolean(attributes, 'startConferenceOnEnter', true),
    endConferenceOnExit: boolean(attributes, 'endConferenceOnExit', false),
    waitUrl: attributes.get('waitUrl') ?? null,
    waitMethod: method(attributes, 'waitMethod'),
    maxParticipants: integer(attributes, 'maxParticipants', 2, 250, 250),
    participantLabel: label,
    muted: boolean(attributes, 'muted', false),
    coach: attributes.get('coach') ?? null,
    ...callbackOf(attributes, conferenceEvents, []),
  };
}

/** A status callback as an element names it; events are one attribute, parted by spaces. */
function callbackOf(
  attributes: Attributes,
  known: ReadonlySet<string>,
  byDefault: readonly string[],
): {
  readonly statusCallback: string | null;
  readonly statusCallbackMethod: HttpMethod;
  readonly statusCallbackEvents: readonly string[];
} {
  const named = attributes.get('statusCallbackEvent');
  const events = named?.split(/\s+/).filter((event) => event !== '') ?? byDefault;
  const unknown = events.find((event) => !known.has(event));
  if (unknown !== undefined) throw new DocumentError(13240, `statusCallbackEvent "${unknown}" does not exist`);
  return {
    statusCallback: attributes.get('statusCallback') ?? null,
    statusCallbackMethod: method(attributes, 'statusCallbackMethod'),
    statusCallbackEvents: events,
  };
}
