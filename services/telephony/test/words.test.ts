import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { compileWords, generate, isSpokenIn, localesIn, voiceFault } from '../compile-words.mjs';
import { isSpoken, SPOKEN } from '../src/app/words';

const folder = join(__dirname, '../words');
const english = readFileSync(join(folder, 'en.md'), 'utf8');
const lineOf = (text: string) => english.split('\n').findIndex((line) => line.includes(text)) + 1;

describe('the words', () => {
  it('are compiled as they stand: after a change, run the build', () => {
    const committed = readFileSync(join(__dirname, '../src/app/words.generated.ts'), 'utf8');

    expect(generate(folder) === committed).toBe(true);
  });

  it.each(['en', 'en-GB', 'ES-mx', 'es-419', 'e', 'est', 'de', ''])(
    'are found for %p by the settings as by the function',
    (tag) => {
      expect(localesIn(folder)).toEqual(SPOKEN);
      expect(isSpokenIn(localesIn(folder), tag)).toBe(isSpoken(tag));
    },
  );
});

describe('compiling the words of a language', () => {
  it('joins the lines of a text', () => {
    const compiled = compileWords('en', english.replace('We are sorry. Goodbye.', '\nWe are sorry.\nGoodbye.'));

    expect(compiled.texts['badNews']).toBe('We could not reach {client_name}. We are sorry. Goodbye.');
  });

  it('keeps the voice, and says nothing while waiting where nothing is to be said', () => {
    const compiled = compileWords(
      'en',
      english
        .replace('Voice:', 'Voice: Polly.Joanna-Neural')
        .replace('## Waiting\n\nWe are still calling. Please stay on the line.\n', ''),
    );

    expect(compiled).toMatchObject({ language: 'en-US', voice: 'Polly.Joanna-Neural', texts: { waiting: '' } });
  });

  it.each([
    ['an unknown placeholder', '{client_name}, thank', '{clientName}, thank', /there is no \{clientName\} here/],
    ['a brace that is never closed', 'with {client_name}.', 'with {client_name.', /a \{ is never closed/],
    ['a brace too many', 'with {client_name}.', 'with {client_name}}.', /a \} closes what was never opened/],
    [
      'a client’s name for whoever waits',
      'We are still calling',
      'Calling {client_name}',
      /there is no \{client_name\}/,
    ],
    ['a text that says nothing', 'Press 1 to be connected.', '', /"client instruction" says nothing/],
    ['an opening without the brand', 'This is {brand}, calling for', 'This is a call for', /names who calls/],
    [
      'an opening that names the brand late',
      'This is {brand}, calling for',
      'Your appointment: {brand} calls for',
      /first second/,
    ],
    ['an unknown heading', '## Bad news', '## Good news', /no text is called "good news"/],
    ['a heading of another size', '## Bad news', '# Bad news', /a heading is written/],
    ['a second text of the same name', '## Bad news', '## Apology', /a second time/],
    ['no language', 'Language: en-US', '', /the first line must be "Language/],
    ['a language that is none', 'Language: en-US', 'Language: English', /English is no language/],
    ['a voice that is none', 'Voice:', 'Voice: Joanna', /Joanna is no voice/],
    ['a voice of another language', 'Voice:', 'Voice: Google.es-US-Standard-A', /speaks es-US, not en-US/],
    ['an unknown line before the texts', 'Voice:', 'Colour: blue', /stand "Language: …" and "Voice: …" alone/],
    ['a value nobody has', '- brand:', '- brnad:', /there is no \{brnad\}/],
    ['a missing value', '- brand: our office', '', /where \{brand\} is not known is missing/],
    ['a value that is to be filled in', 'our office', 'our {time}', /nothing is filled in here/],
    ['times that do not begin at midnight', '- 00:00 midnight', '', /the first time is 00:00/],
    ['times that are not in order', '- 12:00 noon', '- 00:00 noon', /later than the one before/],
    ['a time of no day', '- 12:00 noon', '- 24:00 noon', /a line here is written/],
    [
      'a time with a name in it',
      '{clock} AM',
      '{brand} AM',
      /there is no \{brand\} here; there are \{clock\}, \{clock24\}/,
    ],
    ['a character nobody can say', 'Press 1 to be', 'Press\u0007 1 to be', /nobody can say/],
  ])('refuses %s', (_what, text, instead, fault) => {
    const broken = english.replace(text, instead);

    expect(broken).not.toBe(english);
    expect(() => compileWords('en', broken)).toThrow(fault);
  });

  it('refuses a missing text', () => {
    expect(() => compileWords('en', english.replace(/## Apology[^#]+/, ''))).toThrow(/"apology" is missing/);
  });

  it('names the file and the line', () => {
    const broken = english.replace('You have a scheduled appointment', 'You {have} a scheduled appointment');

    expect(() => compileWords('xx', broken)).toThrow(
      `words/xx.md:${lineOf('Hello consultant')}: there is no {have} here; there are {client_name}, {agent_name}, {brand}, {time}`,
    );
  });
});

describe('a voice', () => {
  it.each([
    ['en-US', undefined],
    ['en-GB-WLS', undefined],
    ['cmn-CN', 'Polly.Zhiyu-Neural'],
    ['es-US', 'Google.es-US-Chirp3-HD-Aoede'],
    [undefined, 'Polly.Rémi-Generative'],
    [undefined, 'Google.fil-ph-Neural2-A'],
    [undefined, 'man'],
  ])('may speak %s as %s', (language, voice) => {
    expect(voiceFault(language, voice)).toBeUndefined();
  });
});
