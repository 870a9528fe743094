import type { Leg, Person } from '../domain/session';
import { WORDS } from './words.generated';

type Locale = keyof typeof WORDS;

/** What a listener's texts are filled in with. */
export type Values = Readonly<Record<'client_name' | 'agent_name' | 'brand' | 'time', string>>;

/** Everything that is said in one language, as `words/<locale>.md` has it. */
export interface Words {
  readonly language: (typeof WORDS)[Locale]['language'];
  /** `null`: whichever the account has for the language. */
  readonly voice: (typeof WORDS)[Locale]['voice'];
  /** Empty where nothing is said. */
  readonly texts: Readonly<Record<keyof (typeof WORDS)['en']['texts'], string>>;
  /** What is said where a value is not known. */
  readonly unknown: Values;
  /** From which time of day on a time is spoken how. */
  readonly times: readonly { readonly from: string; readonly said: string }[];
}

/** Said where there are no words in the language asked for. */
const ELSE = 'en' satisfies Locale;

/** The more exact ones first. */
const LOCALES = Object.entries<Words>(WORDS)
  .map(([locale, words]) => ({ locale: locale.toLowerCase(), words }))
  .toSorted((one, other) => other.locale.length - one.locale.length);

/** The words of the tag, or of what it narrows (RFC 4647, lookup). */
function lookUp(tag: string): Words | undefined {
  return LOCALES.find(({ locale }) => `${tag.toLowerCase()}-`.startsWith(`${locale}-`))?.words;
}

/** Whether there are words in this language, of wherever it is spoken. */
export function isSpoken(tag: string): boolean {
  return lookUp(tag) !== undefined;
}

/** The nearest words there are: of the tag, of its language, or else English. */
export function wordsFor(tag: string | undefined): Words {
  return lookUp(tag ?? ELSE) ?? WORDS[ELSE];
}

/** The languages there are words in. */
export const SPOKEN: readonly string[] = Object.keys(WORDS);

/** What XML cannot carry: control characters and lone surrogates. The document builder throws on them. */
const UNSPEAKABLE = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;
const LONGEST_NAME = 100;

/** A name fit to be said: without what no document can carry, on one line, and not for ever; empty when nothing is left. */
export function speakable(name: string): string {
  const clean = name.replace(UNSPEAKABLE, '').replace(/\s+/g, ' ').trim();
  return Array.from(clean).slice(0, LONGEST_NAME).join('').trim();
}

/** A wall time with its offset; the offset is never looked at. */
const LOCAL = /^\d{4}-\d{2}-\d{2}T(\d{2}):(\d{2})/;

/** The time of day as it is spoken, or nothing where none is known. */
export function spokenTime(words: Pick<Words, 'times'>, localStart: string | undefined): string | undefined {
  const match = LOCAL.exec(localStart ?? '');
  if (!match) return undefined;
  const [, hour = '', minute = ''] = match;
  const hour12 = Number(hour) % 12 === 0 ? 12 : Number(hour) % 12;
  const clock = minute === '00' ? String(hour12) : `${hour12}:${minute}`;
  return words.times
    .findLast(({ from }) => from <= `${hour}:${minute}`)
    ?.said.replaceAll('{clock}', clock)
    .replaceAll('{clock24}', `${Number(hour)}:${minute}`);
}

/** Whom a call is about; a session that has closed has forgotten them. */
export type People = Readonly<Record<Leg, Person>>;

/** The values for whoever listens on `leg`: names as they can be said, and the time on the listener's own clock. */
export function valuesFor(leg: Leg, words: Words, people: People | undefined, brand: string): Values {
  const { unknown } = words;
  return {
    client_name: speakable(people?.client.name ?? '') || unknown.client_name,
    agent_name: speakable(people?.agent.name ?? '') || unknown.agent_name,
    brand: speakable(brand) || unknown.brand,
    time: spokenTime(words, people?.[leg].localStart) ?? unknown.time,
  };
}

/** Fills the placeholders, once: a name that looks like a placeholder is said as it is. */
export function fill(text: string, values: Values): string {
  return text.replace(/\{(client_name|agent_name|brand|time)\}/g, (_, name: keyof Values) => values[name]);
}
