import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { chooseLanguage, languageOf, languages, preferences } from './client/languages';
import type { Texts } from './client/texts-en';

const client = join(__dirname, 'client');

describe('the language', () => {
  it.each([
    ['es', undefined, 'es'],
    ['ES-mx', 'en', 'es'],
    [undefined, 'es-MX,es;q=0.9,en;q=0.8', 'es'],
    [undefined, 'de-DE, en;q=0.3, es;q=0.7', 'es'],
    [undefined, 'de', 'en'],
    [undefined, undefined, 'en'],
    ['xx', 'es', 'es'],
    ['toString', '', 'en'],
    [undefined, 'es;q=0, en', 'en'],
    [undefined, '*', 'en'],
  ])('asked for as %s with the browser’s %s is %s', (asked, accepted, expected) => {
    expect(chooseLanguage(asked, accepted)).toBe(expected);
  });

  it('is that of the longest beginning of a tag that we speak', () => {
    expect([languageOf('es-419'), languageOf('esperanto'), languageOf(''), languageOf(undefined)]).toEqual([
      'es',
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('is preferred in the order of the qualities, and in that of the list where they are the same', () => {
    expect(preferences('a;q=0.5, b, c;q=0.5, d;q=0, ;q=1, e;q=x')).toEqual(['b', 'a', 'c']);
  });
});

/** Every path to a text, like `status.failed`; what is a list counts as one. */
function paths(texts: object, before = ''): string[] {
  return Object.entries(texts).flatMap(([name, value]: [string, unknown]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? paths(value, `${before}${name}.`)
      : [`${before}${name}`],
  );
}

const others = Object.entries(languages).filter(([tag]) => tag !== 'en');

describe('the texts', () => {
  it('of every file belong to a language', () => {
    const files = readdirSync(client).flatMap((file) => /^texts-(.+)\.ts$/.exec(file)?.[1] ?? []);

    expect(files.toSorted()).toEqual(Object.keys(languages).toSorted());
  });

  it.each(others)('in %s are as many as in English, and none is left in English', (_, { texts }) => {
    expect(paths(texts)).toEqual(paths(languages.en.texts));
    const at = (from: Texts, path: string) =>
      path.split('.').reduce<unknown>((found, name) => (found as Record<string, unknown>)[name], from);
    const same = paths(texts).filter((path) => {
      const [here, english] = [at(texts, path), at(languages.en.texts, path)];
      return typeof here === 'string' && here === english;
    });

    expect(same).toEqual([]);
  });

  it.each(Object.entries(languages))('in %s name all that is filled in', (_, { texts }) => {
    const [agent, phone, brand] = ['Kim Agent', '+1 202 555 0143', 'Acme & Sons'];

    expect(texts.wePhoneYou(agent, phone)).toContain(agent);
    expect(texts.wePhoneYou(agent, phone)).toContain(phone);
    expect(texts.callConsent(brand)).toContain(brand);
    expect(texts.holdUntil('14:32')).toContain('14:32');
    expect(texts.holdOver('14:32')).toContain('14:32');
    expect(texts.calendarTitle(agent)).toContain(agent);
    expect(texts.confirmationGoesTo('ada@example.com')).toContain('ada@example.com');
    // The API keeps at most 500 characters of what was agreed to; a brand has at most 60.
    expect(texts.callConsent('x'.repeat(60)).length).toBeLessThanOrEqual(500);
  });

  it('in Spanish say “la” of one o’clock and “las” of every other hour', () => {
    const { texts } = languages.es;

    expect([texts.until('1:30'), texts.until('01:30'), texts.until('11:30'), texts.until('13:00')]).toEqual([
      'hasta la 1:30',
      'hasta la 01:30',
      'hasta las 11:30',
      'hasta las 13:00',
    ]);
  });

  it('in Spanish know what the API says of a number and of a time', () => {
    const said = [
      'is a premium-rate number, which we do not call',
      'is a number in the UK, and we call only numbers in the US',
      'is a number in Chad, which is none of the 20 countries that we call',
      'is a number of a satellite or worldwide network, which we do not call',
      'must be in international form: + and the country code, digits only, like +12025550123',
      'is in the past',
      'must have at most 100 characters',
    ];
    const told = said.map((text) => languages.es.texts.faults.filter(([pattern]) => pattern.test(text)).length);

    expect(told).toEqual(said.map(() => 1));
  });
});

describe('the stylesheet', () => {
  it('knows no left and no right: it serves both directions of writing', () => {
    const css = readFileSync(join(client, 'page.css'), 'utf8').replace(/\/\*[^]*?\*\//g, '');
    const sided =
      /^\s*(?:(?:margin|padding|border)-(?:top|bottom|left|right)|left|right|(?:min-|max-)?(?:width|height)|float)\b[^{]*:|text-align: (?:left|right)/;
    const physical = css.split('\n').filter((line) => sided.test(line));

    expect(physical).toEqual([]);
  });
});
