// An operator's own documents in place of our greetings (TWIML_URL_AGENT, TWIML_URL_USER): fetched and checked when the system
// is configured, and kept as plain data, so that nothing is fetched, and nothing can be wrong, while somebody is on the line.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { placeholderFault, PLACEHOLDERS, UNSPEAKABLE, voiceFault } from './compile-words.mjs';

/** Variable → whom it greets. */
export const GREETING_URLS = { TWIML_URL_AGENT: 'agent', TWIML_URL_USER: 'client' };

const TIMEOUT_MS = 10_000;
/** Twilio refuses larger documents. */
const LARGEST_DOCUMENT = 64 * 1024;
/** AWS gives all variables of a function 4 KB together; two greetings leave a good third of it. */
export const LARGEST_GREETING = 1200;
/** A person who is greeted for longer has not pressed 1 when the attempt counts as unanswered (the policy's `screeningSeconds`). */
const LONGEST_SECONDS = 20;
const CHARACTERS_A_SECOND = 15;
const LENGTH_OF_A_VALUE = 15;

/** A document that cannot be a greeting; `faults` says why, in plain words. */
export class GreetingError extends Error {
  name = 'GreetingError';
  constructor(faults, { unanswered = false, cause } = {}) {
    super(faults.join('; '), { cause });
    this.faults = faults;
    /** The address did not answer, so nothing is known against the document. */
    this.unanswered = unanswered;
  }
}

const isLocal = ({ hostname }) => ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
const mayBeFetched = (url) => url.protocol === 'https:' || (url.protocol === 'http:' && isLocal(url));

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
  processEntities: true,
  // Numeric references are read by this option alone; named ones beyond XML's five are refused.
  htmlEntities: true,
});

/** The document's one root, as `{ name, attributes, children }`. @throws {@link GreetingError} */
function parse(text) {
  const valid = XMLValidator.validate(text);
  if (valid !== true) throw new GreetingError([`is not well-formed XML: line ${valid.err.line}: ${valid.err.msg}`]);
  const markup = text.replaceAll(/<!\[CDATA\[[\s\S]*?\]\]>|<!--[\s\S]*?-->/g, '');
  if (markup.includes('<!DOCTYPE')) throw new GreetingError(['has a DOCTYPE, which TwiML does not']);
  const entity = /&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[0-9a-fA-F]+);)[^;\s]*;?/.exec(markup);
  if (entity) throw new GreetingError([`is not well-formed XML: ${entity[0]} is no entity; write & as &amp;`]);
  let nodes;
  try {
    nodes = nodesOf(parser.parse(text));
  } catch (cause) {
    // The validator lets some faults pass that the parser stumbles over.
    throw new GreetingError([`is not well-formed XML: ${cause.message}`], { cause });
  }
  const roots = nodes.filter((node) => typeof node !== 'string' || node.trim() !== '');
  if (roots.length !== 1 || roots[0].name !== 'Response') throw new GreetingError(['is not one <Response>']);
  return roots[0];
}

/** From the parser's ordered form: `{ Say: [children], ':@': { voice: '…' } }` and `{ '#text': '…' }`. */
function nodesOf(parsed) {
  return parsed.flatMap((node) => {
    const name = Object.keys(node).find((key) => key !== ':@');
    if (name === undefined || name === '?xml') return [];
    if (name === '#text') return [String(node[name])];
    return [{ name, attributes: node[':@'] ?? {}, children: nodesOf(node[name]) }];
  });
}

const STAYS_OURS = {
  Gather: 'asking for the key stays ours',
  Dial: 'joining the two stays ours',
  Redirect: 'nothing is fetched during a call',
  Hangup: 'the greeting must go on to the question for the key',
};

/** Both notations: ours, and the Mustache of Twilio's TwiML Bins. */
const fromMustache = (text) => text.replaceAll(/\{\{\{?\s*([a-z_]+)\s*\}?\}\}/g, '{$1}');

/**
 * Reads a document as a greeting: only Say, Play and Pause, because screening and joining stay ours.
 * @throws {@link GreetingError} naming every fault
 */
export function checkGreeting(text, url) {
  const faults = [];
  const parts = [];
  const root = parse(text);
  if (Object.keys(root.attributes).length > 0) faults.push('<Response> has attributes, which mean nothing there');
  for (const child of root.children) {
    if (typeof child === 'string') {
      if (child.trim() !== '') faults.push(`"${child.trim()}" stands outside <Say>, so nobody would hear it`);
    } else parts.push(partOf(child, url, faults));
  }
  if (faults.length === 0 && parts.every((part) => 'pause' in part))
    faults.push('says nothing: there is no <Say> and no <Play> in it');
  if (faults.length === 0) {
    const seconds = Math.ceil(parts.reduce((sum, part) => sum + secondsOf(part), 0));
    if (seconds > LONGEST_SECONDS)
      faults.push(
        `takes about ${seconds} seconds to say; ${LONGEST_SECONDS} are the most before a person must press 1`,
      );
    const bytes = Buffer.byteLength(JSON.stringify(parts));
    if (bytes > LARGEST_GREETING)
      faults.push(`is too large: ${bytes} bytes as it is kept, where ${LARGEST_GREETING} are the most`);
  }
  if (faults.length > 0) throw new GreetingError(faults);
  return parts;
}

/** Music and recordings are as long as they are; only what is spoken can be counted. */
function secondsOf(part) {
  if ('pause' in part) return part.pause;
  if (!('say' in part)) return 0;
  const spoken = part.say.replaceAll(/\{[a-z_]+\}/g, '_'.repeat(LENGTH_OF_A_VALUE));
  return (spoken.length / CHARACTERS_A_SECOND) * (part.loop ?? 1);
}

function partOf({ name, attributes, children }, url, faults) {
  const known = { Say: ['voice', 'language', 'loop'], Play: ['loop'], Pause: ['length'] }[name];
  if (known === undefined) {
    faults.push(
      `<${name}> has no place in a greeting: ${STAYS_OURS[name] ?? 'it is made of <Say>, <Play> and <Pause> alone'}`,
    );
    return {};
  }
  for (const attribute of Object.keys(attributes))
    if (!known.includes(attribute)) faults.push(`<${name} ${attribute}="…"> is not understood`);
  if (children.some((child) => typeof child !== 'string'))
    faults.push(`<${name}> holds elements; only ${name === 'Say' ? 'words' : 'text'} can stand in it`);
  const text = children
    .filter((child) => typeof child === 'string')
    .join('')
    .replaceAll(/\s+/g, ' ')
    .trim();
  const count = (attribute, most) => {
    const value = attributes[attribute];
    if (value === undefined) return undefined;
    if (/^\d+$/.test(value) && Number(value) >= 1 && Number(value) <= most) return Number(value);
    faults.push(`<${name} ${attribute}="${value}">: ${attribute} must be 1 to ${most}`);
    return undefined;
  };
  const loop = known.includes('loop') ? count('loop', 3) : undefined;
  switch (name) {
    case 'Say': {
      const words = fromMustache(text);
      const { voice, language } = attributes;
      const fault = placeholderFault(words) ?? voiceFault(language, voice);
      if (fault) faults.push(`<Say>: ${fault}`);
      if (words === '') faults.push('<Say> says nothing');
      if (UNSPEAKABLE.test(words)) faults.push('<Say> holds a character that nobody can say');
      return { say: words, ...(voice && { voice }), ...(language && { language }), ...(loop && { loop }) };
    }
    case 'Play': {
      if (/[{}]/.test(text)) faults.push('<Play>: nothing is filled into an address');
      const address = text === '' || !URL.canParse(text, url) ? undefined : new URL(text, url);
      if (address === undefined || !/^https?:$/.test(address.protocol))
        faults.push('<Play> needs the address of a sound file');
      return { play: address?.href, ...(loop && { loop }) };
    }
    default:
      if (text !== '') faults.push(`<Pause> holds "${text}", which nobody would hear`);
      return { pause: count('length', 5) ?? 1 };
  }
}

/** What is asked for, where an address may be asked at all. @throws {@link GreetingError} */
export function requestFor(address) {
  if (!URL.canParse(address)) throw new GreetingError(['is no address']);
  const url = new URL(address);
  if (!mayBeFetched(url)) throw new GreetingError(['must begin with https://, or be on this machine']);
  if (url.username !== '' || url.password !== '') throw new GreetingError(['has a name or a password in its address']);
  // A TwiML Bin fills in its placeholders itself, from the query: it is given ours to fill in.
  if (url.hostname === 'handler.twilio.com') for (const name of PLACEHOLDERS) url.searchParams.set(name, `{${name}}`);
  return url;
}

/** The text of the document at an address. @throws {@link GreetingError} */
async function fetchDocument(address, timeoutMs) {
  const url = requestFor(address);
  let response;
  const chunks = [];
  try {
    response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) });
    let size = 0;
    for await (const chunk of response.body ?? []) {
      size += chunk.length;
      if (size > LARGEST_DOCUMENT) break;
      chunks.push(chunk);
    }
    if (size > LARGEST_DOCUMENT) throw new GreetingError([`is larger than ${LARGEST_DOCUMENT / 1024} KB`]);
  } catch (cause) {
    if (cause instanceof GreetingError) throw cause;
    const why =
      cause.name === 'TimeoutError' ? `not within ${timeoutMs / 1000} seconds` : (cause.cause?.code ?? cause.message);
    throw new GreetingError([`does not answer: ${why}`], { unanswered: true, cause });
  }
  const { status } = response;
  if (status >= 300 && status < 400)
    throw new GreetingError(['leads on to another address: configure that one instead']);
  if (status !== 200)
    throw status >= 500 || status === 429
      ? new GreetingError([`does not answer: status ${status}`], { unanswered: true })
      : new GreetingError([`is not there: status ${status}`]);
  const type = response.headers.get('content-type') ?? 'nothing';
  // Twilio reads these as TwiML.
  if (!/^(?:(?:text|application)\/xml|text\/html)\s*(?:;|$)/i.test(type))
    throw new GreetingError([`is served as ${type}, not as text/xml`]);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch (cause) {
    throw new GreetingError(['is not written in UTF-8'], { cause });
  }
}

/** Fetches and checks one document; what it resolves with is what is kept. @throws {@link GreetingError} */
export async function fetchGreeting(url, { timeoutMs = TIMEOUT_MS } = {}) {
  return { url, parts: checkGreeting(await fetchDocument(url, timeoutMs), url) };
}

/** What is worth knowing of a greeting that has no fault; our opening is said unless it names who calls. */
export function noteOn({ parts }) {
  return parts[0].say?.includes('{brand}')
    ? undefined
    : 'it does not begin with a sentence that names {brand}, so our opening sentence is said before it';
}

/** What was kept the last time. @throws {@link GreetingError} where somebody else has written there */
function readKept(file) {
  if (!existsSync(file)) return {};
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new GreetingError([`${file} cannot be read, so delete it: ${cause.message}`], { cause });
  }
}

/**
 * The greetings of a system that starts on this machine: fetched and checked anew, or, where their address does not answer, the
 * copy of the same address that was kept. Resolves with the variables of the functions. @throws {@link GreetingError}
 */
export async function greetingsAtStart(environment, file, { say, timeoutMs = TIMEOUT_MS }) {
  const kept = readKept(file);
  const faults = [];
  const variables = {};
  for (const [name, leg] of Object.entries(GREETING_URLS)) {
    const url = environment[name];
    if (!url) continue;
    try {
      kept[leg] = await fetchGreeting(url, { timeoutMs });
      const note = noteOn(kept[leg]);
      if (note) say(`${name}: ${note}.`);
    } catch (error) {
      if (!(error instanceof GreetingError)) throw error;
      if (!error.unanswered || kept[leg]?.url !== url) {
        faults.push(...error.faults.map((fault) => `${name}: the document ${fault}.`));
        continue;
      }
      say(`${name}: the document ${error.message}; the copy that was checked before is used.`);
    }
    variables[`${leg.toUpperCase()}_GREETING`] = JSON.stringify(kept[leg].parts);
  }
  if (faults.length > 0) throw new GreetingError(faults);
  if (Object.keys(variables).length > 0) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.new`, `${JSON.stringify(kept, undefined, 2)}\n`);
    renameSync(`${file}.new`, file);
  }
  return variables;
}
