import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compileEmail, compileText, compileWords, generate } from '../compile-templates.mjs';
import { LANGUAGES } from '../src/domain/language';
import { plainLine } from '../src/domain/plain';
import { MADE_UP, samplesIn, type Given } from '../src/domain/samples';
import { EMAILS, TEXTS } from '../src/domain/templates.generated';

const TEMPLATES = join(__dirname, '../templates');
const variables = {
  clientName: { sample: '' },
  notes: { sample: '' },
  manageUrl: { sample: '' },
  new: { sample: true },
};
const context = { variables, footer: 'Bye.' };
const head = 'Subject: Hello {{clientName}}\nPreview: p\n\n';

const everySample = (given?: Given) =>
  LANGUAGES.flatMap((language) =>
    samplesIn(language, given).map((sample): [string, typeof sample] => [
      [language, sample.name, sample.situation].filter(Boolean).join(' '),
      sample,
    ]),
  );

/** The longest of everything that may come in, in characters that take the most room in HTML. */
const longest: Given = {
  ...MADE_UP,
  particulars: {
    ...MADE_UP.particulars,
    timeZone: 'America/Argentina/ComodRivadavia',
    durationMinutes: 239,
    client: { ...MADE_UP.particulars.client, name: '"'.repeat(100), email: `${'a'.repeat(242)}@example.com` },
    agent: { ...MADE_UP.particulars.agent, name: '"'.repeat(100), timeZone: 'America/Argentina/ComodRivadavia' },
    notes: '"'.repeat(2000),
  },
  house: { ...MADE_UP.house, brandName: '"'.repeat(60), publicUrl: `https://${'a'.repeat(200)}.example.com` },
  reason: '"'.repeat(500),
};

describe('the texts', () => {
  it('are compiled as they stand: after a change, run the build', () => {
    const committed = readFileSync(join(__dirname, '../src/domain/templates.generated.ts'), 'utf8');

    expect(generate(TEMPLATES) === committed).toBe(true);
  });

  it('are all among the samples, so that whatever is shown of every sample is shown of every text', () => {
    for (const language of LANGUAGES)
      expect([...new Set(samplesIn(language).map(({ name }) => name))].toSorted()).toEqual(
        Object.keys(EMAILS[language]).toSorted(),
      );
  });

  it.each(everySample(longest))(
    'with the longest data stay below the 102 KB at which Gmail clips: %s',
    (_, { email }) => {
      expect(Buffer.byteLength(email.html)).toBeLessThan(100 * 1024);
    },
  );

  it.each(everySample())('to an agent give no link of the client’s: %s', (_, { name, email }) => {
    const links = /\/manage\/|\/confirm\/|v1\.k1\./;

    if (name.endsWith('.agent')) expect(JSON.stringify(email)).not.toMatch(links);
    else expect(name === 'cancelled.client' || name === 'follow-up.client' || links.test(email.text)).toBe(true);
  });

  it.each(LANGUAGES.flatMap((language) => (['client', 'agent'] as const).map((reader) => [language, reader] as const)))(
    'in %s for the %s all have subjects that start alike, with whom the appointment is',
    (language, reader) => {
      const subjects = samplesIn(language).flatMap(({ name, email }) =>
        name.endsWith(`.${reader}`) ? [email.subject] : [],
      );

      expect(new Set(subjects.map((subject) => subject.split(':')[0])).size).toBe(1);
      expect(subjects[0]).toContain(reader === 'client' ? 'Alex Morgan' : 'Ada Client');
    },
  );

  it.each(everySample())('leave nothing that was to be filled in: %s', (_, { email }) => {
    expect(`${email.subject}\n${email.html}\n${email.text}`).not.toMatch(/\{\{|\}\}|\[\[|undefined|NaN/);
  });
});

describe('the HTML', () => {
  it.each(everySample())('is what Outlook, Gmail and dark mode bear: %s', (_, { email: { html } }) => {
    const body = html.slice(html.indexOf('<body'));

    // Word lays out by tables and knows neither floats nor positions; background images it leaves out.
    expect(body).not.toMatch(/<(?:script|link|img|svg|form|video|iframe|object|button|div[^>]*class)\b/);
    expect(html).not.toMatch(
      /background(?:-image)?\s*[:=][^;">]*url\(|position\s*:|float\s*:|display\s*:\s*(?:flex|grid)/,
    );
    expect(html).toMatch(/<meta name="color-scheme" content="light dark"/);
    expect(html).toMatch(/<meta name="supported-color-schemes" content="light dark"/);
    // Screen readers are not to read a table of the layout as one of data.
    for (const [table] of body.matchAll(/<table[^>]*>/g)) expect(table).toContain('role="presentation"');
    // What is styled by class alone would be bare where the style element is taken out.
    for (const [element] of body.matchAll(/<(?:p|h1|td|a)\b[^>]*class=[^>]*>/g)) expect(element).toContain('style="');
    for (const [link] of body.matchAll(/<a\b[^>]*>/g)) expect(link).toMatch(/href="https:\/\/[^"]+"/);
    expect([...html.matchAll(/<!--\[if mso\]>/g)]).toHaveLength([...html.matchAll(/<!\[endif\]-->/g)].length);
    // Gmail takes out a style element of more than 8,192 characters.
    expect(/<style>([\s\S]*)<\/style>/.exec(html)?.[1]?.length).toBeLessThan(8192);
  });

  it.each(everySample())('is well formed: %s', (_, { email: { html } }) => {
    const open: string[] = [];
    for (const [tag, closing, name = '', selfClosed] of html
      .replaceAll(/<!--\[if mso\]>[\s\S]*?<!\[endif\]-->/g, '')
      .replaceAll(/<style>[\s\S]*<\/style>/g, '')
      .matchAll(/<(\/?)([a-z][a-z0-9]*)\b[^>]*?(\/?)>/g)) {
      if (selfClosed || name === 'br') continue;
      if (closing) expect([tag, open.pop()]).toEqual([tag, name]);
      else open.push(name);
    }
    expect(open).toEqual([]);
  });

  it('has a button of a brand’s own colour', () => {
    const accent = { color: '#ffb000', on: '#000000' };
    const [sample] = samplesIn('en', { ...MADE_UP, house: { ...MADE_UP.house, accent } });

    expect(sample?.email.html).toContain('bgcolor="#ffb000"');
    expect(sample?.email.html).toContain('color: #000000');
    expect(sample?.email.html).not.toContain('#0f6b5c');
  });

  it('shows what people typed as they typed it, and nothing of it is markup', () => {
    const visible = (text: string) => text.replaceAll(/[^\P{Cc}\n]|\p{Zl}|\p{Zp}/gu, '');
    const hostile = fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }),
      fc
        .array(
          fc.constantFrom(
            '<script>alert(1)</script>',
            '<img src=x onerror=a(1)>',
            '</td></tr></table>',
            '"><a href="javascript:a()">',
            "' onmouseover='a()",
            '{{manageUrl}}',
            '{{{brandName}}}',
            '{{#notes}}',
            '**bold**',
            '[x](https://evil.example)',
            '&lt;b&gt;',
            '<!--[if mso]>',
            '-->',
            '\u0000',
            '$&',
          ),
          { minLength: 1, maxLength: 4 },
        )
        .map((parts) => parts.join('')),
    );
    const escaped = (text: string) =>
      text
        .replaceAll('&', '&amp;')
        .replaceAll('<', '&lt;')
        .replaceAll('>', '&gt;')
        .replaceAll('"', '&quot;')
        .replaceAll("'", '&#39;');
    const tagsOf = (html: string) =>
      [...html.matchAll(/<[^>]*>/g)]
        .map(([tag]) => tag.replaceAll(/href="[^"]*"/g, 'href'))
        .filter((tag) => tag !== '<br>');
    const plain = new Map(everySample().map(([name, { email }]) => [name, tagsOf(email.html)]));

    fc.assert(
      fc.property(hostile, hostile, hostile, hostile, (client, agent, notes, reason) => {
        const given: Given = {
          ...MADE_UP,
          reason: `x${reason}`,
          particulars: {
            ...MADE_UP.particulars,
            client: { ...MADE_UP.particulars.client, name: `A ${client}` },
            agent: { ...MADE_UP.particulars.agent, name: `B ${agent}` },
            notes: `x${notes}`,
          },
        };
        for (const [name, { email }] of everySample(given)) {
          expect(email.html).toContain(escaped(plainLine(`A ${client}`)));
          // Not one tag more or less than with harmless data.
          expect(tagsOf(email.html)).toEqual(plain.get(name));
          expect(visible(email.text)).toBe(email.text);
          expect(email.subject).not.toMatch(/[\r\n]/);
        }
      }),
      { numRuns: 25 },
    );
  });
});

describe('the text part', () => {
  it.each(everySample())('says what the HTML says: %s', (_, { email: { html, text } }) => {
    const wordsOf = (said: string) =>
      said
        .replaceAll(/https:\S+/g, ' ')
        .replaceAll(/[\s:,.\-–—|]+/g, ' ')
        .trim();
    const shown = html
      .slice(html.indexOf('<h1'))
      .replaceAll(/<!--[\s\S]*?-->/g, '')
      .replaceAll(/<[^>]*>/g, ' ')
      .replaceAll('&quot;', '"')
      .replaceAll('&amp;', '&');

    expect(wordsOf(shown)).toBe(wordsOf(text));
  });
});

describe('the text messages', () => {
  // GSM 03.38: in these characters a message has room for 160, in any other for 70.
  const GSM = /^[@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà]*$/;

  it.each(Object.entries(TEXTS['phone-code']))(
    'with a code fit one message, with a brand of 20 letters: %s',
    (_, words) => {
      const text = words.replace('{{brandName}}', 'x'.repeat(20)).replace('{{code}}', '012345');

      expect(text).toMatch(GSM);
      expect(text.length).toBeLessThanOrEqual(160);
    },
  );

  it.each([
    ['a value that is not given', 'Your code: {{name}}', /no value name/],
    ['a condition that is never closed', '{{#code}}x', /never closed/],
    ['no words', ' ', /no words/],
    ['a value that would be escaped otherwise', '{{{code}}}', /not understood/],
    ['a second line', 'Your code\n{{code}}', /one line/],
  ])('may not have %s', (_what, words, fault) => {
    expect(() => compileText(words, { code: { sample: '' } })).toThrow(fault);
  });
});

describe('compiling an e-mail', () => {
  it('makes HTML and plain text of the same words', () => {
    const compiled = compileEmail(
      `${head}# A & B\n\nHello **{{clientName}}**,\nwelcome.\n\n- Notes: {{notes}}\n\n[Go]({{manageUrl}})`,
      context,
    );

    expect(compiled.html).toBe(
      [
        'page(language, "Hello {{clientName}}", "p", "Bye.", [',
        'heading("A &amp; B"),',
        'paragraph("Hello <strong>{{clientName}}</strong>, welcome."),',
        'facts([',
        'fact("Notes", "{{notes}}"),',
        "].join('')),",
        'button("Go", "{{manageUrl}}"),',
        "].join(''))",
      ].join('\n'),
    );
    expect(compiled.text).toBe(
      'A & B\n\nHello {{clientName}}, welcome.\n\nNotes: {{notes}}\n\nGo:\n{{manageUrl}}\n\n-- \nBye.\n',
    );
  });

  it.each([
    ['a value that is not given', 'Hello {{clientPhone}}', 4, /no value clientPhone/],
    ['a value in a later line', 'Hello\n\nmy {{friend}}', 6, /no value friend/],
    ['a value in the second line of a paragraph', 'Hello\nmy {{friend}}', 5, /no value friend/],
    ['what every object has', 'Hello {{constructor}}', 4, /no value constructor/],
    ['a value that would not be escaped', 'Hello {{{clientName}}}', 4, /not understood/],
    ['the other way not to escape', 'Hello {{&clientName}}', 4, /not understood/],
    ['a value that was not closed', 'Hello {{clientName}', 4, /not understood/],
    ['a yes or no in the place of words', 'Hello {{new}}', 4, /new is a yes or no/],
    ['a condition that is never closed', 'x\n\n{{#notes}}\nx', 6, /never closed/],
    ['a condition that was never opened', 'x\n{{/notes}}', 5, /not opened/],
    ['a condition that ends in another paragraph', '{{#notes}}x\n\ny{{/notes}}', 4, /never closed/],
    ['a button among words', 'Go [there]({{manageUrl}}) now', 4, /line of its own/],
    ['a button to an address of its own', '[there](https://example.com)', 4, /line of its own/],
    ['a button to words that somebody typed', '[there]({{notes}})', 4, /no address/],
    ['bold that does not end', 'Hello **you', 4, /never closed/],
    ['a heading of another kind', '## Hello', 4, /heading/],
    ['a row without a name', '- Hello', 4, /row of facts/],
    ['nothing', '', 2, /no message/],
  ])('refuses %s, and says in which line', (_what, body, line, fault) => {
    const compile = () => compileEmail(`${head}${body}`.trimEnd(), context);

    expect(compile).toThrow(fault);
    expect(compile).toThrow(expect.objectContaining({ line }));
  });

  it.each([
    ['a subject', 'Preview: p\n\nHello'],
    ['a preview', 'Subject: s\n\nHello'],
    ['an empty line after them', 'Subject: s\nPreview: p\nHello\n\nx'],
  ])('refuses a text without %s', (_what, source) => {
    expect(() => compileEmail(source, context)).toThrow(/Subject/);
  });
});

describe('the words of a language', () => {
  const words = readFileSync(join(TEMPLATES, 'en/words.txt'), 'utf8');

  it.each([
    ['a day', words.replace('Sunday, ', ''), /weekdays are 7/],
    ['a whole line', words.replace(/^when:.*$/m, ''), /when is missing/],
    ['what is said for all other numbers', words.replace(/^hours\.other:.*$/m, ''), /hours\.other is missing/],
  ])('are refused without %s', (_what, source, fault) => {
    expect(source).not.toBe(words);
    expect(() => compileWords(source)).toThrow(fault);
  });

  it.each([
    ['what there is not', 'hello: you', /there is no hello/],
    ['what every object has', 'constructor: you', /there is no constructor/],
    ['a value that is not given', 'when: {{clock}}', /no value clock/],
    ['a form that there is not', 'hours.some: {{count}}', /hours is counted/],
    ['a second time', words, /was said before/],
    ['a line that says nothing', 'when', /name: words/],
  ])('are refused with %s', (_what, more, fault) => {
    expect(() => compileWords(`${words.replace(/^when:.*$/m, more === words ? '$&' : '')}\n${more}`)).toThrow(fault);
  });
});

describe('a folder of texts', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'templates-'));
    cpSync(TEMPLATES, folder, { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const edit = (path: string, change: (text: string) => string) =>
    writeFileSync(join(folder, path), change(readFileSync(join(folder, path), 'utf8')));

  it('fails the build with every fault in it, each by file and line', () => {
    edit('en/moved.client.md', (text) => text.replace('{{duration}}', '{{length}}'));
    edit('es/words.txt', (text) => text.replace('lunes, ', ''));
    edit('layout/page.html', (text) => text.replace('{{brandName}}', '{{brand}}'));
    rmSync(join(folder, 'es/reminder.agent.md'));
    writeFileSync(join(folder, 'en/hello.client.md'), 'x');
    const message = () => {
      try {
        return generate(folder);
      } catch (error) {
        return (error as Error).message;
      }
    };

    expect(message().split('\n')).toEqual([
      'templates/en/hello.client.md:1: no message is called so',
      expect.stringMatching(/^templates\/layout\/page\.html:\d\d+: there is no value brand here/),
      'templates/es/words.txt:5: weekdays are 7, with commas between them',
      expect.stringMatching(/^templates\/en\/moved\.client\.md:23: there is no value length here/),
      'templates/es/reminder.agent.md:1: is missing',
    ]);
  });

  it('may have one language more by files alone', () => {
    cpSync(join(folder, 'es'), join(folder, 'pt-BR'), { recursive: true });

    const generated = generate(folder);

    expect(generated).toContain('"pt-BR": ((language: string)');
    expect(readdirSync(join(folder, 'pt-BR'))).toContain('words.txt');
  });

  it('needs a text message in every language that one language has it in', () => {
    writeFileSync(join(folder, 'es/follow-up.sms.txt'), 'Gracias.');

    expect(() => generate(folder)).toThrow('templates/en/follow-up.sms.txt:1: is missing');
  });

  it('may have ends of lines as Windows writes them', () => {
    const before = generate(folder);
    edit('en/moved.client.md', (text) => text.replaceAll('\n', '\r\n'));

    expect(generate(folder)).toBe(before);
  });
});
