// Turns the texts of words/ into src/app/words.generated.ts. Whatever could go wrong in a call goes wrong here: an unknown
// placeholder, a missing text, a brace that is never closed, a voice that cannot be; each is told with its file and line.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export const PLACEHOLDERS = ['client_name', 'agent_name', 'brand', 'time'];

/** Heading → name in code. */
const TEXTS = {
  'agent opening': 'agentOpening',
  'agent greeting': 'agentGreeting',
  'agent instruction': 'agentInstruction',
  'client opening': 'clientOpening',
  'client greeting': 'clientGreeting',
  'client instruction': 'clientInstruction',
  'wrong key': 'wrongKey',
  waiting: 'waiting',
  'bad news': 'badNews',
  apology: 'apology',
};
const OPTIONAL = new Set(['waiting']);
const LISTS = ['unknown', 'times'];

/** Speech is about fifteen characters a second: whoever calls is named within the first. */
const FIRST_SECOND = 15;
/** The most that call screening shows, and a person waits for. */
const LONGEST_OPENING = 100;
/** Twilio refuses a longer `<Say>`, and the names have yet to be filled in. */
const LONGEST_TEXT = 1000;

const LANGUAGE = /^[a-z]{2,3}(-[A-Za-z]{4})?(-([A-Z]{2,3}|\d{3}))?(-[A-Z]{3})?$/;
/** The forms only: whether Twilio still has the voice, its own list says, which the compiler checks the generated module against. */
const VOICE =
  /^(?:man|woman|alice|Polly\.\p{Lu}\p{Ll}+(?:-Neural|-Generative)?|Google\.([a-z]{2,3}-[A-Za-z]{2})-[A-Za-z0-9-]+)$/u;

/** What is wrong with a voice for a language, if anything can be said without asking Twilio. */
export function voiceFault(language, voice) {
  if (language !== undefined && !LANGUAGE.test(language)) return `${language} is no language; write it like en-US`;
  if (voice === undefined) return undefined;
  const match = VOICE.exec(voice);
  if (!match) return `${voice} is no voice; write man, woman, or one like Polly.Joanna or Google.es-US-Standard-A`;
  const spoken = match[1];
  return spoken !== undefined && language !== undefined && spoken.toLowerCase() !== language.toLowerCase()
    ? `the voice ${voice} speaks ${spoken}, not ${language}`
    : undefined;
}

/** What is wrong with the placeholders of a text, if anything is. */
export function placeholderFault(text, known = PLACEHOLDERS) {
  for (const [found, name] of text.matchAll(/\{([^{}]*)\}/g))
    if (!known.includes(name))
      return `there is no ${found} here; there ${known.length === 1 ? 'is' : 'are'} ${known.map((one) => `{${one}}`).join(', ')}`;
  const rest = text.replaceAll(/\{[^{}]*\}/g, '');
  if (rest.includes('{')) return 'a { is never closed';
  if (rest.includes('}')) return 'a } closes what was never opened';
  return undefined;
}

/** What no document can carry: control characters and lone surrogates. */
export const UNSPEAKABLE = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

/** The sections of a file: heading, its line, and the lines below it that are not empty. */
function sectionsOf(lines, fail) {
  const head = { heading: 'head', line: 1, content: [] };
  const sections = [head];
  for (const [index, raw] of lines.entries()) {
    const text = raw.trim();
    const line = index + 1;
    if (text.startsWith('#')) {
      const heading =
        /^## +(.+)$/.exec(text)?.[1]?.toLowerCase() ?? fail(line, 'a heading is written "## Agent opening"');
      if (!(heading in TEXTS) && !LISTS.includes(heading)) fail(line, `no text is called "${heading}"`);
      if (sections.some((section) => section.heading === heading)) fail(line, `"${heading}" stands here a second time`);
      sections.push({ heading, line, content: [] });
    } else if (text !== '') sections.at(-1).content.push({ line, text });
  }
  return sections;
}

function headOf({ content }, fail) {
  const values = {};
  for (const { line, text } of content) {
    const [, name, value] =
      /^(Language|Voice):\s*(.*)$/.exec(text) ??
      fail(line, 'before the first heading stand "Language: …" and "Voice: …" alone');
    if (name in values) fail(line, `"${name}" stands here a second time`);
    values[name] = value;
    const fault = voiceFault(values.Language, values.Voice || undefined);
    if (fault) fail(line, fault);
  }
  if (!values.Language) fail(1, 'the first line must be "Language: …", such as "Language: en-US"');
  return { language: values.Language, voice: values.Voice || null };
}

function textOf({ heading, line, content }, fail) {
  if (content.length === 0) fail(line, `"${heading}" says nothing`);
  for (const { line: at, text } of content) {
    const fault = placeholderFault(text, heading === 'waiting' ? ['brand'] : PLACEHOLDERS);
    if (fault) fail(at, fault);
    if (UNSPEAKABLE.test(text)) fail(at, 'there is a character here that nobody can say');
  }
  const first = content[0].line;
  const text = content.map(({ text: part }) => part).join(' ');
  if (text.length > LONGEST_TEXT) fail(first, `"${heading}" is longer than ${LONGEST_TEXT} characters`);
  if (heading.endsWith('opening')) {
    const place = text.indexOf('{brand}');
    if (place < 0 || place > FIRST_SECOND)
      fail(
        first,
        `an opening names who calls within the first second: {brand} among its first ${FIRST_SECOND} characters`,
      );
    if (text.length > LONGEST_OPENING) fail(first, `an opening is at most ${LONGEST_OPENING} characters long`);
  }
  return text;
}

function unknownOf({ line, content }, fail) {
  const values = {};
  for (const { line: at, text } of content) {
    const [, name, value] =
      /^- *([a-z_]+): *(.+)$/.exec(text) ?? fail(at, 'a line here is written "- client_name: our client"');
    if (!PLACEHOLDERS.includes(name)) fail(at, `there is no {${name}}; there are ${PLACEHOLDERS.join(', ')}`);
    if (/[{}]/.test(value)) fail(at, 'nothing is filled in here');
    values[name] = value;
  }
  const missing = PLACEHOLDERS.find((name) => !(name in values));
  if (missing !== undefined) fail(line, `what is said where {${missing}} is not known is missing`);
  return values;
}

function timesOf({ line, content }, fail) {
  const times = content.map(({ line: at, text }) => {
    const [, from, said] =
      /^- *((?:[01]\d|2[0-3]):[0-5]\d) +(.+)$/.exec(text) ?? fail(at, 'a line here is written "- 12:01 {clock} PM"');
    const fault = placeholderFault(said, ['clock', 'clock24']);
    if (fault) fail(at, fault);
    return { at, from, said };
  });
  if (times[0]?.from !== '00:00') fail(times[0]?.at ?? line, 'the first time is 00:00');
  const unordered = times.find(({ from }, index) => index > 0 && from <= times[index - 1].from);
  if (unordered) fail(unordered.at, 'each time is later than the one before');
  return times.map(({ from, said }) => ({ from, said }));
}

/** Compiles one language's texts. @throws naming file, line and fault */
export function compileWords(name, source) {
  const fail = (line, fault) => {
    throw new Error(`words/${name}.md:${line}: ${fault}`);
  };
  const lines = source.split('\n');
  const [head, ...sections] = sectionsOf(lines, fail);
  const spoken = headOf(head, fail);
  const found = (heading) => sections.find((section) => section.heading === heading);
  for (const heading of [...Object.keys(TEXTS), ...LISTS])
    if (!OPTIONAL.has(heading) && !found(heading)) fail(lines.length, `"${heading}" is missing`);
  const texts = Object.fromEntries(
    Object.entries(TEXTS).map(([heading, key]) => [key, found(heading) ? textOf(found(heading), fail) : '']),
  );
  return { ...spoken, texts, unknown: unknownOf(found('unknown'), fail), times: timesOf(found('times'), fail) };
}

/** The languages there are words for: the names of the files. */
export function localesIn(folder) {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.md') && file !== 'README.md')
    .map((file) => file.replace(/\.md$/, ''))
    .toSorted();
}

/** Whether there are words for a language tag, of wherever it is spoken. */
export function isSpokenIn(locales, tag) {
  return locales.some((locale) => `${tag.toLowerCase()}-`.startsWith(`${locale.toLowerCase()}-`));
}

/** The whole generated module, as text. */
export function generate(folder) {
  const locales = localesIn(folder);
  for (const locale of locales)
    if (!/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/.test(locale))
      throw new Error(`words/${locale}.md: a file is named after its language, like es.md or pt-BR.md`);
  if (!locales.includes('en')) throw new Error('words/en.md is missing: it is said where there is no other language');
  const words = Object.fromEntries(
    locales.map((locale) => [locale, compileWords(locale, readFileSync(join(folder, `${locale}.md`), 'utf8'))]),
  );
  return [
    '// Generated by compile-words.mjs from words/: change those, then run the build.',
    '',
    `export const WORDS = ${JSON.stringify(words, null, 2)} as const;`,
    '',
  ].join('\n');
}
