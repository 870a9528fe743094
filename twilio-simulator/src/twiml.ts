import { DocumentError } from './errors';
import { attributesOf, boolean, elementsIn, integer, method, oneOf, textOf } from './twiml-attributes';
import { toDial } from './twiml-dial';
import type { Gather, Prompt, Verb } from './verbs';
import type { XmlElement } from './xml';
import { parseXml } from './xml';

/** Twilio refuses larger documents. */
const LARGEST_DOCUMENT = 64 * 1024;
const LONGEST_SPEECH = 4096;
const speechMarkup = new Set(['break', 'emphasis', 'lang', 'p', 'phoneme', 'prosody', 's', 'say-as', 'sub', 'w']);
const whileWaiting = new Set(['Say', 'Play', 'PlayDigits', 'Pause', 'Redirect']);

/**
 * Where a document runs: in a `call` as a whole; to one who `wait`s in a room, where Say, Play, Pause and Redirect are
 * all that is allowed; as the `whisper` to one who answered and is about to be connected, who cannot dial.
 */
export type DocumentKind = 'call' | 'wait' | 'whisper';

/**
 * Reads a TwiML document whole, before anything of it runs: what the simulator cannot do is refused here,
 * by name, rather than left out in silence.
 */
export function parseTwiml(text: string, kind: DocumentKind = 'call'): readonly Verb[] {
  if (Buffer.byteLength(text) > LARGEST_DOCUMENT)
    throw new DocumentError(11750, 'TwiML response body is larger than 64 KB');
  const root = parseXml(text);
  if (root.name !== 'Response') throw new DocumentError(12100, `The root element must be Response, not ${root.name}`);
  attributesOf(root, []);
  const elements = elementsIn(root);
  const verbs = elements.map(toVerb);
  const named = (wrong: (verb: Verb) => boolean): string | undefined => elements[verbs.findIndex(wrong)]?.name;
  if (kind === 'wait') {
    const wrong = named(({ verb }) => !whileWaiting.has(verb));
    if (wrong !== undefined) throw new DocumentError(13238, `${wrong} is not allowed in a waitUrl document`);
  }
  if (kind === 'whisper') {
    const wrong = named(({ verb }) => verb === 'DialNumber' || verb === 'DialConference');
    if (wrong !== undefined) throw new DocumentError(12200, `<${wrong}> is not allowed in the document of a <Number>`);
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
      oneOf(attributesOf(element, ['reason']), 'reason', ['rejected', 'busy']);
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
    case 'Play':
      return toPlay(element);
    case 'Pause': {
      const attributes = attributesOf(element, ['length']);
      elementsIn(element);
      return { verb: 'Pause', seconds: integer(attributes, 'length', 0, 14_400, 1) };
    }
    default:
      throw new DocumentError(12200, `<${element.name}> is not allowed inside <Gather>`);
  }
}

function toPlay(element: XmlElement): Prompt {
  const attributes = attributesOf(element, ['loop', 'digits']);
  const url = textOf(element).trim();
  const digits = attributes.get('digits');
  if (digits !== undefined) {
    if (!/^[0-9A-D*#w]+$/.test(digits)) throw new DocumentError(12200, `<Play digits="${digits}"> holds no key tones`);
    if (url !== '') throw new DocumentError(12200, '<Play> with digits and a media file at once is not simulated');
    return { verb: 'PlayDigits', digits };
  }
  if (url === '') throw new DocumentError(13420, '<Play> needs the address of a media file');
  return { verb: 'Play', url, loop: integer(attributes, 'loop', 0, 1000, 1) };
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
    'bargeIn',
    // How speech is recognised: a person's words arrive here as they were said.
    'language',
    'hints',
    'speechTimeout',
    'speechModel',
    'profanityFilter',
    'enhanced',
  ]);
  const input = (attributes.get('input') ?? 'dtmf').split(/\s+/).filter((word) => word !== '');
  if (input.length === 0 || input.some((word) => word !== 'dtmf' && word !== 'speech')) {
    throw new DocumentError(12200, `<Gather input="${input.join(' ')}"> must be dtmf, speech or both`);
  }
  const finishOnKey = attributes.get('finishOnKey') ?? '#';
  if (!/^[0-9*#]?$/.test(finishOnKey))
    throw new DocumentError(13313, `<Gather finishOnKey="${finishOnKey}"> is no key`);
  return {
    verb: 'Gather',
    input: { dtmf: input.includes('dtmf'), speech: input.includes('speech') },
    action: attributes.get('action') ?? null,
    method: method(attributes, 'method'),
    timeoutSeconds: integer(attributes, 'timeout', 0, 600, 5),
    numDigits: attributes.has('numDigits') ? integer(attributes, 'numDigits', 1, 1000, 1) : null,
    finishOnKey,
    actionOnEmptyResult: boolean(attributes, 'actionOnEmptyResult', false),
    bargeIn: boolean(attributes, 'bargeIn', true),
    prompts: elementsIn(element).map(toPrompt),
  };
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
