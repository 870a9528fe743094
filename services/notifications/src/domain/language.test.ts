import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fillIn, languageOf, LANGUAGES, spellCount } from './language';

describe('the language of a reader', () => {
  it.each([
    ['en', 'en'],
    ['es', 'es'],
    ['es-MX', 'es'],
    ['ES_mx', 'es'],
    ['es-Latn-MX', 'es'],
    ['en-GB', 'en'],
    ['fr', 'en'],
    ['', 'en'],
    ['constructor', 'en'],
    ['__proto__', 'en'],
  ])('is for %j the nearest that there are words in: %s', (locale, language) => {
    expect(languageOf(locale)).toBe(language);
  });

  it('is one of those that there are words in, whatever the locale', () => {
    fc.assert(fc.property(fc.string(), (locale) => LANGUAGES.includes(languageOf(locale))));
  });
});

it('values are put into words as they are', () => {
  expect(fillIn('{{a}} and {{b}}', { a: '{{b}} $& $1', b: 'x' })).toBe('{{b}} $& $1 and x');
});

it('words are counted by the number, else by its plural, else by what is for all others', () => {
  const counted = { 2: 'a pair', one: '{{count}} thing', other: '{{count}} things' };

  expect([0, 1, 2, 3].map((count) => spellCount('en', counted, count))).toEqual([
    '0 things',
    '1 thing',
    'a pair',
    '3 things',
  ]);
});
