// Turns the texts of templates/ into src/domain/templates.generated.ts: for each e-mail its subject, its HTML and its text as
// mustache templates, and the types of the values they need. Markup is read here, before any value is known, so that nothing
// a person typed is ever taken for markup. Throws, naming file and fault, when a text uses a value that it is not given.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export const KINDS = ['confirmation', 'moved', 'cancelled', 'reminder', 'could-not-connect'];
export const READERS = ['client', 'agent'];
/** Messages that only one of the two gets. */
const FOR_ONE = ['confirm-email.client', 'handed-over.agent'];
/** What may be said by a text message. A kind that English has words for needs them in every language that has any. */
export const TEXT_KINDS = ['phone-code', ...KINDS];
/** Text messages that are given values of their own; all others are given those of `text`. */
const TEXTS_APART = ['phone-code'];

const TAG = /\{\{[^}]*\}\}/g;
const TAG_LINE = /^\{\{[#^/]\s*[A-Za-z]+\s*\}\}$/;

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

function fill(layout, values) {
  return layout.replaceAll(/\[\[([a-z]+)\]\]/g, (_, name) => values[name] ?? '');
}

function blocksOf(body) {
  const blocks = [];
  let open;
  const close = () => (open = undefined);
  for (const line of body.split('\n').map((candidate) => candidate.trim())) {
    if (line === '') {
      close();
    } else if (TAG_LINE.test(line)) {
      // Inside a table of facts a condition concerns rows, elsewhere whole blocks.
      if (open?.is === 'facts') open.rows.push({ tag: line });
      else {
        close();
        blocks.push({ is: 'tag', tag: line });
      }
    } else if (line.startsWith('# ')) {
      close();
      blocks.push({ is: 'heading', content: line.slice(2) });
    } else if (/^\[[^\]]+\]\(\{\{[A-Za-z]+\}\}\)$/.test(line)) {
      close();
      const [, content, url] = /^\[([^\]]+)\]\((\{\{[A-Za-z]+\}\})\)$/.exec(line);
      blocks.push({ is: 'button', content, url });
    } else if (/^- [^:{]+: /.test(line)) {
      const [, label, content] = /^- ([^:{]+): (.*)$/.exec(line);
      if (open?.is !== 'facts') {
        open = { is: 'facts', rows: [] };
        blocks.push(open);
      }
      open.rows.push({ label, content });
    } else if (open?.is === 'paragraph') {
      open.content += ` ${line}`;
    } else {
      open = { is: 'paragraph', content: line };
      blocks.push(open);
    }
  }
  return blocks;
}

function htmlOf(block, layout) {
  switch (block.is) {
    case 'tag':
      return block.tag;
    case 'heading':
    case 'paragraph':
      return fill(layout[block.is], { content: inlineHtml(block.content) });
    case 'button':
      return fill(layout.button, { content: inlineHtml(block.content), url: block.url });
    default:
      return fill(layout.facts, {
        content: block.rows
          .map(
            (row) => row.tag ?? fill(layout.fact, { label: inlineHtml(row.label), content: inlineHtml(row.content) }),
          )
          .join('\n'),
      });
  }
}

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

/** Compiles one text. `variables` are the names of the values it is given. */
export function compileTemplate(name, source, { variables, layout, footer }) {
  const fail = (fault) => {
    throw new Error(`templates/en/${name}.md: ${fault}`);
  };
  const [head = '', ...rest] = source.trim().split(/\n\s*\n/);
  const subject = /^Subject: *(.+)$/m.exec(head)?.[1] ?? fail('the first lines must hold "Subject: …"');
  const preview = /^Preview: *(.+)$/m.exec(head)?.[1] ?? fail('the first lines must hold "Preview: …"');
  const blocks = blocksOf(rest.join('\n\n'));

  const text = `${blocks.map(textOf).join('')}-- \n${footer}\n`;
  const html = fill(layout.page, {
    subject: inlineHtml(subject),
    preview: inlineHtml(preview),
    content: blocks.map((block) => htmlOf(block, layout)).join('\n'),
    footer: inlineHtml(footer),
  });

  checkTags(`${subject}\n${html}\n${text}`, variables, fail);
  return { subject, html, text };
}

/** Checks the words of one text message, which are one line. `variables` are the names of the values it is given. */
export function compileText(name, source, variables) {
  const fail = (fault) => {
    throw new Error(`templates/${name}.sms.txt:1: ${fault}`);
  };
  const text = source.trim();
  if (text === '') fail('there are no words');
  if (text.includes('\n')) fail('a text message is one line');
  checkTags(text, variables, fail);
  return text;
}

/** Fails where a tag is none, uses a value that is not given, or a condition is not closed in its turn. */
function checkTags(text, variables, fail) {
  const open = [];
  for (const [tag] of text.matchAll(/\{\{\{?[^}]*\}?\}\}/g)) {
    const [, sigil, variable] =
      /^\{\{([#^/]?)\s*([A-Za-z]+)\s*\}\}$/.exec(tag) ?? fail(`${tag} is not understood; write {{name}}`);
    if (!variables.includes(variable)) fail(`there is no value ${variable} here; there are ${variables.join(', ')}`);
    if (sigil === '#' || sigil === '^') open.push(variable);
    if (sigil === '/' && open.pop() !== variable) fail(`{{/${variable}}} closes what was not opened`);
  }
  if (open.length > 0) fail(`{{#${open[0]}}} is never closed`);
}

/** The words of the text messages by kind and language. English is there for whoever booked in a language without words. */
function textsIn(folder, read, variables) {
  const languages = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'layout')
    .map(({ name }) => name)
    .toSorted();
  const has = (language, kind) => existsSync(join(folder, language, `${kind}.sms.txt`));
  const kinds = TEXT_KINDS.filter((kind) => languages.some((language) => has(language, kind)));
  return Object.fromEntries(
    kinds.map((kind) => [
      kind,
      Object.fromEntries(
        languages.map((language) => {
          if (!has(language, kind)) throw new Error(`templates/${language}/${kind}.sms.txt is missing`);
          const given = variables[TEXTS_APART.includes(kind) ? kind : 'text'];
          return [language, compileText(`${language}/${kind}`, read(language, `${kind}.sms.txt`), Object.keys(given))];
        }),
      ),
    ]),
  );
}

/** The whole generated module, as text. */
export function generate(folder) {
  const read = (...path) => readFileSync(join(folder, ...path), 'utf8').trim();
  // Laid out for people to read; sent without the indentation, a tag a line.
  const squeezed = (html) =>
    html
      .replaceAll(/\s+/g, ' ')
      .replaceAll('> <', '>\n<')
      .replaceAll(/ ?(\[\[[a-z]+\]\]) ?/g, '$1')
      .replaceAll(/style=" ?([^"]*?);? ?"/g, 'style="$1"');
  const layout = Object.fromEntries(
    ['page', 'heading', 'paragraph', 'facts', 'fact', 'button'].map((name) => [
      name,
      squeezed(read('layout', `${name}.html`)),
    ]),
  );
  const variables = JSON.parse(read('variables.json'));
  const expected = [...KINDS.flatMap((kind) => READERS.map((reader) => `${kind}.${reader}`)), ...FOR_ONE];
  const found = readdirSync(join(folder, 'en'))
    .filter((file) => !TEXT_KINDS.some((kind) => file === `${kind}.sms.txt`))
    .map((file) => file.replace(/\.md$/, ''));
  for (const name of found)
    if (!expected.includes(name)) throw new Error(`templates/en/${name}.md: no message is called so`);

  const templates = Object.fromEntries(
    expected.map((name) => {
      const [kind, reader] = name.split('.');
      const given = { ...variables[reader], ...variables[kind] };
      const compiled = compileTemplate(name, read('en', `${name}.md`), {
        variables: Object.keys(given),
        layout,
        footer: read('layout', `footer.${reader}.txt`),
      });
      return [name, compiled];
    }),
  );
  const group = (type, name, meaning) =>
    `/** ${meaning} */\nexport interface ${type} {\n${Object.entries(variables[name])
      .map(([key, { meaning: says, sample }]) => `  /** ${says}. */\n  readonly ${key}: ${typeof sample};`)
      .join('\n')}\n}\n`;
  return [
    '// Generated by compile-templates.mjs from templates/: change those, then run the build.',
    group('ClientValues', 'client', 'What every message to a client is given.'),
    group('AgentValues', 'agent', 'What every message to an agent is given.'),
    group('CancelledValues', 'cancelled', 'What a cancellation is given besides.'),
    group('CouldNotConnectValues', 'could-not-connect', 'What the word on a failed call is given besides.'),
    group('TextValues', 'text', 'What every text message to a client is given, but for the one with a code.'),
    group('PhoneCodeValues', 'phone-code', 'What the text message with a code is given.'),
    `/** Subject, HTML and text of each message, as mustache templates. */\nexport const TEMPLATES = ${JSON.stringify(templates, null, 2)} as const;\n`,
    `/** The words of each text message, by language. */\nexport const TEXTS = ${JSON.stringify(textsIn(folder, read, variables), null, 2)} as const;\n`,
  ].join('\n');
}
