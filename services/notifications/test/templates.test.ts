import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { compileTemplate, compileText, generate } from '../compile-templates.mjs';
import { TEMPLATES, TEXTS } from '../src/domain/templates.generated';

const bare = '[[content]]';
const context = {
  variables: ['clientName', 'notes', 'manageUrl'],
  layout: {
    page: '[[content]]',
    heading: '<h1>[[content]]</h1>',
    paragraph: '<p>[[content]]</p>',
    facts: '<table>[[content]]</table>',
    fact: '<tr><td>[[label]]</td><td>[[content]]</td></tr>',
    button: '<a href="[[url]]">[[content]]</a>',
  },
  footer: bare,
};
const head = 'Subject: Hello {{clientName}}\nPreview: p\n\n';

describe('the texts', () => {
  it('are compiled as they stand: after a change, run the build', () => {
    const committed = readFileSync(join(__dirname, '../src/domain/templates.generated.ts'), 'utf8');

    expect(generate(join(__dirname, '../templates')) === committed).toBe(true);
  });

  it.each(Object.entries(TEMPLATES))('of %s stay far below what Gmail clips', (_name, { html }) => {
    expect(Buffer.byteLength(html)).toBeLessThan(20_000);
  });

  it.each(['confirmation', 'moved', 'cancelled', 'could-not-connect'] as const)(
    'of %s give no manage link to the agent',
    (kind) => {
      expect(JSON.stringify(TEMPLATES[`${kind}.agent`])).not.toMatch(/manageUrl|confirmUrl/);
    },
  );

  it.each(['client', 'agent'] as const)('for the %s all have subjects that start alike', (reader) => {
    const starts = Object.entries(TEMPLATES)
      .filter(([name]) => name.endsWith(`.${reader}`))
      .map(([, { subject }]) => subject.split(':')[0]);

    expect(new Set(starts).size).toBe(1);
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
    expect(() => compileText('en/phone-code', words, ['code'])).toThrow(fault);
  });
});

describe('compiling a text', () => {
  it('makes HTML and plain text of the same words', () => {
    const compiled = compileTemplate(
      'x',
      `${head}# A & B\n\nHello **{{clientName}}**,\nwelcome.\n\n- Notes: {{notes}}\n\n[Go]({{manageUrl}})`,
      context,
    );

    expect(compiled.html).toBe(
      [
        '<h1>A &amp; B</h1>',
        '<p>Hello <strong>{{clientName}}</strong>, welcome.</p>',
        '<table><tr><td>Notes</td><td>{{notes}}</td></tr></table>',
        '<a href="{{manageUrl}}">Go</a>',
      ].join('\n'),
    );
    expect(compiled.text).toBe(
      'A & B\n\nHello {{clientName}}, welcome.\n\nNotes: {{notes}}\n\nGo:\n{{manageUrl}}\n\n-- \n[[content]]\n',
    );
  });

  it.each([
    ['a value that is not given', 'Hello {{clientPhone}}', /no value clientPhone/],
    ['a value that would not be escaped', 'Hello {{{clientName}}}', /not understood/],
    ['the other way not to escape', 'Hello {{&clientName}}', /not understood/],
    ['a condition that is never closed', '{{#notes}}\nx', /never closed/],
    ['a condition that was never opened', 'x\n{{/notes}}', /not opened/],
  ])('refuses %s', (_what, body, fault) => {
    expect(() => compileTemplate('x', `${head}${body}`, context)).toThrow(fault);
  });

  it('refuses a text without a subject', () => {
    expect(() => compileTemplate('x', 'Preview: p\n\nHello', context)).toThrow(/Subject/);
  });
});
