// Turns the texts of templates/ into src/domain/templates.generated.ts: for each language its dates and other words, for each
// e-mail its subject, its HTML and its text as mustache templates, and the types of the values they need. Markup is read here,
// before any value is known, so that nothing a person typed is ever taken for markup. Throws, naming file, line and fault, when
// a text uses a value that it is not given, is not understood, or is missing in one of the languages.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export const KINDS = ['confirmation', 'moved', 'cancelled', 'reminder', 'could-not-connect', 'follow-up'];
export const READERS = ['client', 'agent'];
/** Messages that only one of the two gets. */
const FOR_ONE = ['confirm-email.client', 'handed-over.agent'];
/** What may be said by a text message. A kind that one language has words for needs them in every language. */
export const TEXT_KINDS = ['phone-code', ...KINDS];
/** Text messages that are given values of their own; all others are given those of `text`. */
const TEXTS_APART = new Set(['phone-code']);

/** What is wrong with a file, and in which of its lines. */
class Fault extends Error {
  name = 'Fault';
  constructor(line, fault) {
    super(fault);
    this.line = line;
  }
}

const TAG = /\{\{[^}]*\}\}/g;
const TAG_LINE = /^\{\{[#^/]\s*[A-Za-z]+\s*\}\}$/;
const BUTTON = /^\[([^[\]]+)\]\(\{\{([A-Za-z]+)\}\}\)$/;
const FACT = /^- ([^:{]+): (.+)$/;

const escapeHtml = (text) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** Applies `change` to what is not a tag. */
function aroundTags(text, change) {
  let result = '';
  let end = 0;
  for (const match of text.matchAll(TAG)) {
    result += change(text.slice(end, match.index)) + match[0];
    end = match.index + match[0].length;
  }
  return result + change(text.slice(end));
}

const inlineHtml = (text) => aroundTags(text, escapeHtml).replaceAll(/\*\*(.+?)\*\*/g, '<strong>$1</strong>');
const inlineText = (text) => text.replaceAll(/\*\*(.+?)\*\*/g, '$1');

const quoted = (words) => JSON.stringify(words);

/**
 * Fails where a tag is none, uses a value that is not given, says yes or no in words, or a condition is not closed in its turn.
 * `lines` are `[number, text]`; `variables` is what is given, by name, each with a sample.
 */
function checkTags(lines, variables) {
  const open = [];
  for (const [number, text] of lines) {
    for (const [tag] of text.matchAll(/\{\{+[^{}]*\}*/g)) {
      const match = /^\{\{([#^/]?)\s*([A-Za-z]+)\s*\}\}$/.exec(tag);
      if (!match) throw new Fault(number, `${tag} is not understood; write {{name}}`);
      const [, sigil, variable] = match;
      if (!Object.hasOwn(variables, variable))
        throw new Fault(number, `there is no value ${variable} here; there are ${Object.keys(variables).join(', ')}`);
      if (sigil === '' && typeof variables[variable].sample === 'boolean')
        throw new Fault(number, `${variable} is a yes or no: write {{#${variable}}}…{{/${variable}}}`);
      if (sigil === '#' || sigil === '^') open.push({ variable, number });
      if (sigil === '/' && open.pop()?.variable !== variable)
        throw new Fault(number, `{{/${variable}}} closes what was not opened`);
    }
    if (/\{\{|\}\}/.test(text.replaceAll(TAG, ''))) throw new Fault(number, 'braces that are no {{name}}');
  }
  const [first] = open;
  if (first) throw new Fault(first.number, `{{#${first.variable}}} is never closed`);
}

/** Fails where words hold markup that would be read as it stands. */
function checkWords(number, words) {
  if (/\]\(/.test(words))
    throw new Fault(number, 'a button stands on a line of its own and leads to a value: [words]({{manageUrl}})');
  if (words.replaceAll(/\*\*(.+?)\*\*/g, '').includes('**')) throw new Fault(number, '** is opened and never closed');
}

/** The blocks of a message; each knows the lines it was made of. */
function blocksOf(lines) {
  const blocks = [];
  let open;
  const close = () => (open = undefined);
  const start = (block) => {
    open = block;
    blocks.push(block);
  };
  for (const [number, raw] of lines) {
    const line = raw.trim();
    const fact = FACT.exec(line);
    const button = BUTTON.exec(line);
    if (line === '') {
      close();
    } else if (TAG_LINE.test(line)) {
      // Inside a table of facts a condition concerns rows, elsewhere whole blocks.
      if (open?.is === 'facts') {
        open.rows.push({ tag: line });
        open.lines.push([number, line]);
      } else {
        close();
        blocks.push({ is: 'tag', tag: line, lines: [[number, line]] });
      }
    } else if (line.startsWith('#')) {
      if (!line.startsWith('# ')) throw new Fault(number, 'a heading is written # words');
      close();
      blocks.push({ is: 'heading', content: line.slice(2), lines: [[number, line]] });
    } else if (button) {
      close();
      blocks.push({ is: 'button', content: button[1], url: `{{${button[2]}}}`, lines: [[number, line]] });
      if (!button[2].endsWith('Url')) throw new Fault(number, `${button[2]} is no address: a button leads to one`);
    } else if (line.startsWith('- ')) {
      if (!fact) throw new Fault(number, 'a row of facts is written - name: words');
      if (open?.is !== 'facts') start({ is: 'facts', rows: [], lines: [] });
      open.rows.push({ label: fact[1], content: fact[2] });
      open.lines.push([number, line]);
    } else if (open?.is === 'paragraph') {
      open.content += ` ${line}`;
      open.lines.push([number, line]);
    } else {
      start({ is: 'paragraph', content: line, lines: [[number, line]] });
    }
  }
  return blocks;
}

/** A block as code that calls the layout. */
function htmlOf(block) {
  switch (block.is) {
    case 'tag':
      return quoted(block.tag);
    case 'heading':
    case 'paragraph':
      return `${block.is}(${quoted(inlineHtml(block.content))})`;
    case 'button':
      return `button(${quoted(inlineHtml(block.content))}, ${quoted(block.url)})`;
    default:
      return `facts(${joined(
        block.rows.map((row) =>
          row.tag === undefined
            ? `fact(${quoted(inlineHtml(row.label))}, ${quoted(inlineHtml(row.content))})`
            : quoted(row.tag),
        ),
      )})`;
  }
}

/** Code that puts parts together, each on a line of its own, so that a change of one shows as such. */
const joined = (parts) => `[\n${parts.map((part) => `${part},\n`).join('')}].join('')`;

function textOf(block) {
  switch (block.is) {
    case 'tag':
      return `${block.tag}\n`;
    case 'heading':
      return `${inlineText(block.content)}\n\n`;
    case 'paragraph':
      return `${inlineText(block.content)}\n\n`;
    case 'button':
      return `${inlineText(block.content)}:\n${block.url}\n\n`;
    default:
      return `${block.rows.map((row) => row.tag ?? `${inlineText(row.label)}: ${inlineText(row.content)}`).join('\n')}\n\n`;
  }
}

const numbered = (source) => source.split('\n').map((line, index) => [index + 1, line.trimEnd()]);

/**
 * Compiles one e-mail: its subject, its plain text, and its HTML as code that calls the layout. `variables` is what it is given.
 * @throws Fault
 */
export function compileEmail(source, { variables, footer }) {
  const lines = numbered(source);
  const endOfHead = lines.findIndex(([, line]) => line.trim() === '');
  const head = endOfHead === -1 ? lines : lines.slice(0, endOfHead);
  const field = (name) => {
    const [number, line] = head.find(([, candidate]) => candidate.startsWith(`${name}:`)) ?? [];
    const words = line?.slice(name.length + 1).trim() ?? '';
    if (words === '') throw new Fault(number ?? 1, `the first lines must hold "Subject: …" and "Preview: …"`);
    checkTags([[number, words]], variables);
    return words;
  };
  const subject = field('Subject');
  const preview = field('Preview');
  const stray = head.find(([, line]) => !/^(Subject|Preview):/.test(line));
  if (stray) throw new Fault(stray[0], 'an empty line parts Subject and Preview from the message');
  const blocks = blocksOf(endOfHead === -1 ? [] : lines.slice(endOfHead));
  if (blocks.length === 0) throw new Fault(lines.length, 'there is no message');

  // A condition on lines of its own is about blocks, one inside a block about its words: neither may end in the other.
  checkTags(
    blocks.filter((block) => block.is === 'tag').flatMap((block) => block.lines),
    variables,
  );
  for (const block of blocks) {
    if (block.is === 'tag') continue;
    checkTags(block.lines, variables);
    if (block.is === 'button') continue;
    for (const [number, line] of block.lines) checkWords(number, line);
  }
  return {
    subject,
    html: `page(language, ${[subject, preview].map((words) => quoted(inlineHtml(words))).join(', ')}, ${quoted(inlineHtml(footer))}, ${joined(blocks.map(htmlOf))})`,
    text: `${blocks.map(textOf).join('')}-- \n${footer}\n`,
  };
}

/** Checks the words of one text message, which are one line. @throws Fault */
export function compileText(source, variables) {
  const text = source.trim();
  if (text === '') throw new Fault(1, 'there are no words');
  if (text.includes('\n')) throw new Fault(2, 'a text message is one line');
  checkTags([[1, text]], variables);
  return text;
}

const COUNTED = { 1: true, 2: true, zero: true, one: true, two: true, few: true, many: true, other: true };
const valuesOf = (...names) => Object.fromEntries(names.map((name) => [name, { sample: '' }]));
/** What each language says, apart from its messages: words with the values they are given, lists with their length, and what is counted. */
const LANGUAGE_WORDS = {
  footerClient: { given: valuesOf('brandName') },
  footerAgent: { given: valuesOf('brandName') },
  weekdays: { list: 7 },
  weekdaysShort: { list: 7 },
  months: { list: 12 },
  monthsShort: { list: 12 },
  when: { given: valuesOf('weekday', 'day', 'month', 'year', 'time', 'timeZone', 'offset') },
  whenShort: { given: valuesOf('weekday', 'day', 'month', 'year', 'time') },
  hours: { counted: valuesOf('count') },
  minutes: { counted: valuesOf('count') },
  tries: { counted: valuesOf('count') },
  calendarSummary: { given: valuesOf('name') },
  calendarCall: { given: valuesOf('brandName') },
  calendarManage: { given: valuesOf('manageUrl') },
  calendarClient: { given: valuesOf('clientName', 'clientPhone') },
  calendarNotes: { given: valuesOf('notes') },
};

/** Reads what a language says apart from its messages: lines like `when: {{weekday}}, …`. @throws Fault */
export function compileWords(source) {
  const words = {};
  for (const [number, line] of numbered(source)) {
    if (line.trim() === '' || line.startsWith('//')) continue;
    const [, name, form, said] =
      /^([A-Za-z]+)(?:\.(\w+))?: *(.+)$/.exec(line) ?? fault(number, 'a line is written name: words');
    const rule = LANGUAGE_WORDS[name];
    if (!Object.hasOwn(LANGUAGE_WORDS, name))
      fault(number, `there is no ${name}; there are ${Object.keys(LANGUAGE_WORDS).join(', ')}`);
    if (rule.counted) {
      if (form === undefined || !Object.hasOwn(COUNTED, form))
        fault(number, `${name} is counted: write ${name}.one, or another of ${Object.keys(COUNTED).join(', ')}`);
      if (words[name]?.[form] !== undefined) fault(number, `${name}.${form} was said before`);
      checkTags([[number, said]], rule.counted);
      words[name] = { ...words[name], [form]: said };
      continue;
    }
    if (form !== undefined) fault(number, `${name} has no ${form}`);
    if (words[name] !== undefined) fault(number, `${name} was said before`);
    if (rule.list) {
      const list = said.split(',').map((one) => one.trim());
      if (list.length !== rule.list || list.includes(''))
        fault(number, `${name} are ${rule.list}, with commas between them`);
      words[name] = list;
    } else {
      checkTags([[number, said]], rule.given);
      words[name] = said;
    }
  }
  for (const [name, { counted }] of Object.entries(LANGUAGE_WORDS)) {
    if (words[name] === undefined) fault(1, `${name} is missing`);
    if (counted && words[name].other === undefined) fault(1, `${name}.other is missing`);
  }
  return Object.fromEntries(Object.keys(LANGUAGE_WORDS).map((name) => [name, words[name]]));
}

function fault(number, what) {
  throw new Fault(number, what);
}

/** Laid out for people to read; sent without the indentation, a tag a line. */
function squeezed(html) {
  return html
    .replaceAll(/\s+/g, ' ')
    .replaceAll('> <', '>\n<')
    .replaceAll(/ ?(\[\[[a-z]+\]\]) ?/g, '$1')
    .replaceAll(/style=" ?([^"]*?);? ?"/g, 'style="$1"');
}

const LAYOUT = {
  page: ['language', 'subject', 'preview', 'footer', 'content'],
  heading: ['content'],
  paragraph: ['content'],
  facts: ['content'],
  fact: ['label', 'content'],
  button: ['content', 'url'],
};

/** A part of the layout as a function of what it holds. */
function layoutFunction(name, html) {
  const parameters = LAYOUT[name];
  const used = [...html.matchAll(/\[\[([a-z]+)\]\]/g)].map(([, parameter]) => parameter);
  for (const parameter of used)
    if (!parameters.includes(parameter)) fault(1, `[[${parameter}]] is nothing that this part is given`);
  for (const parameter of parameters) if (!used.includes(parameter)) fault(1, `[[${parameter}]] is missing`);
  const pieces = html.split(/\[\[[a-z]+\]\]/).map(quoted);
  const body = pieces.flatMap((piece, index) => (index === 0 ? [piece] : [used[index - 1], piece])).join(' + ');
  return `const ${name} = (${parameters.map((parameter) => `${parameter}: string`).join(', ')}) =>\n  ${body};`;
}

const interfaceOf = (type, values, meaning) =>
  `/** ${meaning} */\nexport interface ${type} {\n${Object.entries(values)
    .map(([key, { meaning: says, sample }]) => `  /** ${says}. */\n  readonly ${key}: ${typeof sample};`)
    .join('\n')}\n}\n`;

const EMAILS = [...KINDS.flatMap((kind) => READERS.map((reader) => `${kind}.${reader}`)), ...FOR_ONE];

/** The whole generated module, as text. @throws naming every file that is wrong, with line and fault */
export function generate(folder) {
  const faults = [];
  /** Does `work` with the text of a file; what is wrong with it is told with the other faults. */
  const withFile = (path, work) => {
    try {
      let source;
      try {
        source = readFileSync(join(folder, path), 'utf8');
      } catch {
        return fault(1, 'is missing');
      }
      return work(source.replaceAll('\r\n', '\n').trimEnd());
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      faults.push(`templates/${path}:${error.line}: ${error.message}`);
      return undefined;
    }
  };

  const variables = JSON.parse(readFileSync(join(folder, 'variables.json'), 'utf8'));
  const languages = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'layout')
    .map(({ name }) => name)
    .toSorted();
  const filesOf = Object.fromEntries(languages.map((language) => [language, readdirSync(join(folder, language))]));
  const textKinds = TEXT_KINDS.filter((kind) =>
    languages.some((language) => filesOf[language].includes(`${kind}.sms.txt`)),
  );
  const expected = new Set([
    'words.txt',
    ...EMAILS.map((name) => `${name}.md`),
    ...TEXT_KINDS.map((kind) => `${kind}.sms.txt`),
  ]);
  for (const language of languages) {
    if (!/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/.test(language))
      faults.push(`templates/${language}: a language is called like en or es-MX`);
    for (const file of filesOf[language])
      if (!expected.has(file)) faults.push(`templates/${language}/${file}:1: no message is called so`);
  }
  if (!languages.includes('en')) faults.push('templates/en: English is for whoever reads a language without words');

  const layout = Object.keys(LAYOUT).map((name) =>
    withFile(`layout/${name}.html`, (html) => {
      checkTags(numbered(html), variables.layout);
      return layoutFunction(name, squeezed(html));
    }),
  );
  const words = Object.fromEntries(
    languages.map((language) => [language, withFile(`${language}/words.txt`, compileWords)]),
  );
  const emails = languages.map((language) => {
    const compiled = EMAILS.map((name) => {
      const [kind, reader] = name.split('.');
      const email = withFile(`${language}/${name}.md`, (source) =>
        compileEmail(source, {
          variables: { ...variables[reader], ...variables[kind] },
          footer: words[language]?.[reader === 'client' ? 'footerClient' : 'footerAgent'] ?? '',
        }),
      );
      if (!email) return '';
      return `  ${quoted(name)}: {\n    subject: ${quoted(email.subject)},\n    html: ${email.html},\n    text: ${quoted(email.text)},\n  },\n`;
    });
    return `  ${quoted(language)}: ((language: string): Readonly<Record<EmailName, CompiledEmail>> => ({\n${compiled.join('')}  }))(${quoted(language)}),\n`;
  });
  const texts = Object.fromEntries(
    textKinds.map((kind) => [
      kind,
      Object.fromEntries(
        languages.map((language) => [
          language,
          withFile(`${language}/${kind}.sms.txt`, (source) =>
            compileText(source, variables[TEXTS_APART.has(kind) ? kind : 'text']),
          ),
        ]),
      ),
    ]),
  );
  if (faults.length > 0) throw new Error(faults.join('\n'));

  const counted = Object.keys(LANGUAGE_WORDS).map((name) => {
    const { list, counted: isCounted } = LANGUAGE_WORDS[name];
    return `  readonly ${name}: ${list ? 'readonly string[]' : isCounted ? 'Counted' : 'string'};\n`;
  });
  return [
    '// Generated by compile-templates.mjs from templates/: change those, then run the build.',
    interfaceOf('LayoutValues', variables.layout, 'What the layout is given.'),
    interfaceOf('ClientValues', variables.client, 'What every message to a client is given.'),
    interfaceOf('AgentValues', variables.agent, 'What every message to an agent is given.'),
    interfaceOf('CancelledValues', variables.cancelled, 'What a cancellation is given besides.'),
    interfaceOf(
      'CouldNotConnectValues',
      variables['could-not-connect'],
      'What the word on a failed call is given besides.',
    ),
    interfaceOf('FollowUpValues', variables['follow-up'], 'What the word after a call is given besides.'),
    interfaceOf(
      'TextValues',
      variables.text,
      'What every text message to a client is given, but for the one with a code.',
    ),
    interfaceOf('PhoneCodeValues', variables['phone-code'], 'What the text message with a code is given.'),
    '/** Subject, HTML and text of an e-mail, as mustache templates. */\nexport interface CompiledEmail {\n  readonly subject: string;\n  readonly html: string;\n  readonly text: string;\n}\n',
    `export type EmailName =\n${EMAILS.map((name) => `  | ${quoted(name)}`).join('\n')};\n`,
    '/** Words by the number they are said with, else by its plural category (CLDR), else `other`. */\nexport interface Counted {\n  readonly other: string;\n  readonly [form: string]: string;\n}\n',
    `/** What a language says apart from its messages. */\nexport interface Words {\n${counted.join('')}}\n`,
    `${layout.join('\n')}\n`,
    `/** The words of each language. */\nexport const WORDS = ${JSON.stringify(words, null, 2)} as const satisfies Readonly<Record<string, Words>>;\n`,
    `/** The e-mails of each language. */\nexport const EMAILS = {\n${emails.join('')}} as const;\n`,
    `/** The words of each text message, by language. */\nexport const TEXTS = ${JSON.stringify(texts, null, 2)} as const;\n`,
  ].join('\n');
}
