import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fill, speakable, spokenTime, valuesFor, wordsFor } from './words';

const english = wordsFor('en');
const spanish = wordsFor('es');
const people = {
  agent: { name: 'Alex', phone: '+12025550100', localStart: '2026-12-01T10:00:00-05:00' },
  client: { name: 'Ada', phone: '+12025550123', locale: 'es', localStart: '2026-12-01T16:00:00+01:00' },
};

describe('the words for a language', () => {
  it.each([
    ['es', spanish],
    ['es-MX', spanish],
    ['ES-419-x-any', spanish],
    ['est', english],
    ['e', english],
    ['de', english],
    ['', english],
    [undefined, english],
  ])('of %p are the nearest there are, or else English', (tag, words) => {
    expect(wordsFor(tag)).toBe(words);
  });
});

describe('a time', () => {
  it.each([
    ['00:00', 'midnight', 'las 12 de la noche'],
    ['00:30', '12:30 AM', 'las 12:30 de la noche'],
    ['01:05', '1:05 AM', 'la 1:05 de la madrugada'],
    ['09:00', '9 AM', 'las 9 de la mañana'],
    ['12:00', 'noon', 'las 12 del mediodía'],
    ['12:15', '12:15 PM', 'las 12:15 del mediodía'],
    ['13:30', '1:30 PM', 'la 1:30 de la tarde'],
    ['15:30', '3:30 PM', 'las 3:30 de la tarde'],
    ['23:45', '11:45 PM', 'las 11:45 de la noche'],
  ])('of %s is spoken as a person would', (time, inEnglish, inSpanish) => {
    expect(spokenTime(english, `2026-12-01T${time}:00-05:00`)).toBe(inEnglish);
    expect(spokenTime(spanish, `2026-12-01T${time}:00-05:00`)).toBe(inSpanish);
  });

  it('is the same wherever it is given from: no zone is computed', () => {
    for (const offset of ['Z', '+14:00', '-11:30'])
      expect(spokenTime(english, `2026-12-01T15:30:00${offset}`)).toBe('3:30 PM');
  });

  it('may be spoken by the clock of 24 hours', () => {
    const times = [{ from: '00:00', said: '{clock24} Uhr' }];

    expect(spokenTime({ times }, '2026-12-01T15:00:00Z')).toBe('15:00 Uhr');
  });

  it.each([undefined, '', 'tomorrow'])('that is %p is not spoken', (localStart) => {
    expect(spokenTime(english, localStart)).toBeUndefined();
  });
});

describe('what a text is filled in with', () => {
  it('is on the clock of whoever listens', () => {
    expect(valuesFor('agent', english, people, 'Acme').time).toBe('10 AM');
    expect(valuesFor('client', spanish, people, 'Acme').time).toBe('las 4 de la tarde');
  });

  it('bears what is not known: people forgotten, or kept before times were', () => {
    expect(valuesFor('client', english, undefined, '\u0000')).toEqual(english.unknown);
    expect(valuesFor('client', spanish, { ...people, client: { name: 'Ada', phone: '+12025550123' } }, 'Acme')).toEqual(
      {
        client_name: 'Ada',
        agent_name: 'Alex',
        brand: 'Acme',
        time: 'la hora reservada',
      },
    );
  });

  it('is filled in once: a name that looks like a placeholder is said as it is', () => {
    const values = { client_name: '{brand}', agent_name: '$1', brand: '{time}', time: '{client_name}' };

    expect(fill('{client_name} {agent_name} {brand} {time} {other}', values)).toBe(
      '{brand} $1 {time} {client_name} {other}',
    );
  });

  it('is at most a hundred characters, and none that a document cannot carry', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 200 }),
        fc.array(fc.integer({ min: 0, max: 0xffff })),
        (a, b) => {
          const said = speakable(a + String.fromCharCode(...b));

          expect(Array.from(said).length).toBeLessThanOrEqual(100);
          expect(said).not.toMatch(/\p{Surrogate}/u);
          // oxlint-disable-next-line no-control-regex -- control characters are the point
          expect(said).not.toMatch(/[\u0000-\u001F\uFFFE\uFFFF]/);
          expect(speakable(said)).toBe(said);
        },
      ),
    );
  });
});
