import { DocumentError } from './errors';
import type { HttpMethod } from './records';
import type { XmlElement } from './xml';
import { parseXml } from './xml';

export interface Say {
  readonly verb: 'Say';
  readonly text: string;
  /** 0 means until interrupted. */
  readonly loop: number;
}
export interface Play {
  readonly verb: 'Play';
  readonly url: string;
  readonly loop: number;
}
export interface Pause {
  readonly verb: 'Pause';
  readonly seconds: number;
}
export type Prompt = Say | Play | Pause;

export interface Gather {
  readonly verb: 'Gather';
  /** Null: the document itself. */
  readonly action: string | null;
  readonly method: HttpMethod;
  readonly timeoutSeconds: number;
  readonly numDigits: number | null;
  readonly finishOnKey: string;
  readonly actionOnEmptyResult: boolean;
  readonly prompts: readonly Prompt[];
}
export interface ConferenceAttributes {
  readonly name: string;
  readonly startConferenceOnEnter: boolean;
  readonly endConferenceOnExit: boolean;
  /** Null: Twilio's own hold music; empty: silence. */
  readonly waitUrl: string | null;
  readonly waitMethod: HttpMethod;
  readonly maxParticipants: number;
  readonly participantLabel: string | null;
  readonly muted: boolean;
  readonly statusCallback: string | null;
  readonly statusCallbackMethod: HttpMethod;
  readonly statusCallbackEvents: readonly string[];
}
export interface Dial {
  readonly verb: 'Dial';
  readonly action: string | null;
  readonly method: HttpMethod;
  readonly timeLimitSeconds: number | null;
  readonly hangupOnStar: boolean;
  readonly conference: ConferenceAttributes;
}
export interface Redirect {
  readonly verb: 'Redirect';
  /** Null: the document itself. */
  readonly url: string | null;
  readonly method: HttpMethod;
}
export type Verb = Prompt | Gather | Dial | Redirect | { readonly verb: 'Hangup' } | { readonly verb: 'Reject' };

/** Twilio refuses larger documents. */
const LARGEST_DOCUMENT = 64 * 1024;
const LONGEST_SPEECH = 4096;
const speechMarkup = new Set(['break', 'emphasis', 'lang', 'p', 'phoneme', 'prosody', 's', 'say-as', 'sub', 'w']);
const conferenceEvents = new Set([
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

/**
 * Reads a TwiML document whole, before anything of it runs: what the simulator cannot do is refused here,
 * by name, rather than left out in silence. A `wait` document may hold Say, Play, Pause and Redirect alone.
 */
export function parseTwiml(text: string, kind: 'call' | 'wait' = 'call'): readonly Verb[] {
  if (Buffer.byteLength(text) > LARGEST_DOCUMENT)
    throw new DocumentError(11750, 'TwiML response body is larger than 64 KB');
  const root = parseXml(text);
  if (root.name !== 'Response') throw new DocumentError(12100, `The root element must be Response, not ${root.name}`);
  attributesOf(root, []);
  const verbs = elementsIn(root).map(toVerb);
  if (kind === 'wait') {
    const wrong = verbs.find(({ verb }) => !['Say', 'Play', 'Pause', 'Redirect'].includes(verb));
    if (wrong) throw new DocumentError(13238, `${wrong.verb} is not allowed in a waitUrl document`);
  }
  return verbs;
}

function toVerb(element: XmlElement): Verb {
  switch (element.name) {
    case 'Say':
    case 'Play':
    case 'Pause':
      return toPrompt(element);
    case 'Gather':
      return toGather(element);
    case 'Dial':
      return toDial(element);
    case 'Redirect': {
      const attributes = attributesOf(element, ['method']);
      const url = textOf(element).trim();
      return { verb: 'Redirect', url: url === '' ? null : url, method: method(attributes, 'method') };
    }
    case 'Hangup':
      attributesOf(element, []);
      elementsIn(element);
      return { verb: 'Hangup' };
    case 'Reject':
      attributesOf(element, ['reason']);
      elementsIn(element);
      return { verb: 'Reject' };
    default:
      throw new DocumentError(12200, `<${element.name}> is not a verb that the simulator runs`);
  }
}

function toPrompt(element: XmlElement): Prompt {
  switch (element.name) {
    case 'Say': {
      const attributes = attributesOf(element, ['voice', 'language', 'loop']);
      const text = spokenText(element).replaceAll(/\s+/g, ' ').trim();
      if (text.length > LONGEST_SPEECH)
        throw new DocumentError(13513, `<Say> has more than ${LONGEST_SPEECH} characters`);
      return { verb: 'Say', text, loop: integer(attributes, 'loop', 0, 1000, 1) };
    }
    case 'Play': {
      const attributes = attributesOf(element, ['loop']);
      const url = textOf(element).trim();
      if (url === '') throw new DocumentError(13420, '<Play> needs the address of a media file');
      return { verb: 'Play', url, loop: integer(attributes, 'loop', 0, 1000, 1) };
    }
    case 'Pause': {
      const attributes = attributesOf(element, ['length']);
      elementsIn(element);
      return { verb: 'Pause', seconds: integer(attributes, 'length', 0, 14_400, 1) };
    }
    default:
      throw new DocumentError(12200, `<${element.name}> is not allowed inside <Gather>`);
  }
}

function toGather(element: XmlElement): Gather {
  const attributes = attributesOf(element, [
    'input',
    'action',
    'method',
    'timeout',
    'numDigits',
    'finishOnKey',
    'actionOnEmptyResult',
    // Without meaning for digits; commonly set all the same.
    'language',
  ]);
  const input = attributes.get('input') ?? 'dtmf';
  if (input !== 'dtmf') throw new DocumentError(12200, `<Gather input="${input}"> is not simulated: only dtmf is`);
  const finishOnKey = attributes.get('finishOnKey') ?? '#';
  if (!/^[0-9*#]?$/.test(finishOnKey))
    throw new DocumentError(13313, `<Gather finishOnKey="${finishOnKey}"> is no key`);
  return {
    verb: 'Gather',
    action: attributes.get('action') ?? null,
    method: method(attributes, 'method'),
    timeoutSeconds: integer(attributes, 'timeout', 0, 600, 5),
    numDigits: attributes.has('numDigits') ? integer(attributes, 'numDigits', 1, 1000, 1) : null,
    finishOnKey,
    actionOnEmptyResult: boolean(attributes, 'actionOnEmptyResult', false),
    prompts: elementsIn(element).map(toPrompt),
  };
}

function toDial(element: XmlElement): Dial {
  // With Conference, callerId and timeout have no effect at Twilio either.
  const attributes = attributesOf(element, ['action', 'method', 'timeLimit', 'hangupOnStar', 'callerId', 'timeout']);
  const [noun, ...others] = elementsIn(element, 'a number as text');
  if (noun === undefined || noun.name !== 'Conference' || others.length > 0) {
    throw new DocumentError(
      12200,
      `<Dial> is simulated with exactly one <Conference>${noun ? `, not <${noun.name}>` : ''}`,
    );
  }
  return {
    verb: 'Dial',
    action: attributes.get('action') ?? null,
    method: method(attributes, 'method'),
    timeLimitSeconds: attributes.has('timeLimit') ? integer(attributes, 'timeLimit', 1, 14_400, 14_400) : null,
    hangupOnStar: boolean(attributes, 'hangupOnStar', false),
    conference: toConference(noun),
  };
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
  const events = (attributes.get('statusCallbackEvent') ?? '').split(/\s+/).filter((event) => event !== '');
  const unknown = events.find((event) => !conferenceEvents.has(event));
  if (unknown !== undefined) throw new DocumentError(13240, `statusCallbackEvent "${unknown}" does not exist`);
  return {
    name,
    startConferenceOnEnter: boolean(attributes, 'startConferenceOnEnter', true),
    endConferenceOnExit: boolean(attributes, 'endConferenceOnExit', false),
    waitUrl: attributes.get('waitUrl') ?? null,
    waitMethod: method(attributes, 'waitMethod'),
    maxParticipants: integer(attributes, 'maxParticipants', 2, 250, 250),
    participantLabel: label,
    muted: boolean(attributes, 'muted', false),
    statusCallback: attributes.get('statusCallback') ?? null,
    statusCallbackMethod: method(attributes, 'statusCallbackMethod'),
    statusCallbackEvents: events,
  };
}

type Attributes = ReadonlyMap<string, string>;

/** The element's attributes; one that the simulator does not know is refused, not ignored. */
function attributesOf(element: XmlElement, known: readonly string[]): Attributes {
  for (const name of element.attributes.keys()) {
    if (!known.includes(name)) throw new DocumentError(12200, `<${element.name} ${name}="…"> is not simulated`);
  }
  return element.attributes;
}

/** The child elements, where text has no place. */
function elementsIn(element: XmlElement, what = 'text'): XmlElement[] {
  return element.children.flatMap((child) => {
    if (typeof child !== 'string') return [child];
    if (child.trim() !== '') throw new DocumentError(12200, `<${element.name}> with ${what} is not simulated`);
    return [];
  });
}

function textOf(element: XmlElement): string {
  return element.children
    .map((child) => {
      if (typeof child === 'string') return child;
      throw new DocumentError(12200, `<${child.name}> is not allowed inside <${element.name}>`);
    })
    .join('');
}

function spokenText(element: XmlElement): string {
  return element.children
    .map((child) => {
      if (typeof child === 'string') return child;
      if (!speechMarkup.has(child.name)) throw new DocumentError(12200, `<${child.name}> is not allowed inside <Say>`);
      return child.name === 'break' ? ' ' : spokenText(child);
    })
    .join('');
}

function invalid(name: string, value: string): DocumentError {
  return new DocumentError(12200, `${name}="${value}" is not valid`);
}

function integer(attributes: Attributes, name: string, low: number, high: number, fallback: number): number {
  const value = attributes.get(name);
  if (value === undefined) return fallback;
  const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (!(number >= low && number <= high)) throw invalid(name, value);
  return number;
}

function boolean(attributes: Attributes, name: string, fallback: boolean): boolean {
  const value = attributes.get(name);
  if (value === undefined) return fallback;
  if (value !== 'true' && value !== 'false') throw invalid(name, value);
  return value === 'true';
}

function method(attributes: Attributes, name: string): HttpMethod {
  const value = attributes.get(name)?.toUpperCase() ?? 'POST';
  if (value !== 'GET' && value !== 'POST') throw invalid(name, value);
  return value;
}

function oneOf(attributes: Attributes, name: string, allowed: readonly string[]): void {
  const value = attributes.get(name);
  if (value !== undefined && !allowed.includes(value)) throw invalid(name, value);
}
