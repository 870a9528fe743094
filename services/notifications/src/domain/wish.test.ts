import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { wishIn } from './wish';

const STOPS = ['STOP', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT', 'REVOKE', 'OPTOUT'];

describe('an answer', () => {
  it.each([
    ...STOPS.map((word) => [word, 'stop'] as const),
    ['stop', 'stop'],
    [' Stop. ', 'stop'],
    ['"STOP!"', 'stop'],
    ['Stop all', 'stop'],
    ['opt-out', 'stop'],
    ['Opt out', 'stop'],
    ['ARRÊT', 'stop'],
    ['ＳＴＯＰ', 'stop'],
    ['STOP texting me', 'stop'],
    ['Stop, please', 'stop'],
    ['START', 'start'],
    ['unstop', 'start'],
    ['Start.', 'start'],
    ['help', 'help'],
    ['Info?', 'help'],
    ['', undefined],
    ['Thanks', undefined],
    ['Please cancel my appointment', undefined],
    ['Cancel the call on Tuesday', undefined],
    ['At the end', undefined],
    ['stopping by at 5', undefined],
    ['Do not stop', undefined],
  ])('%j means: %s', (text, wish) => {
    expect(wishIn(text)).toBe(wish);
  });

  it('means an end however it is written', () => {
    const noise = fc.string({ unit: fc.constantFrom(...Array.from(' .,!?-"\'\n\t')), maxLength: 5 });
    fc.assert(
      fc.property(
        fc.constantFrom(...STOPS),
        fc.array(fc.boolean(), { minLength: 11, maxLength: 11 }),
        noise,
        noise,
        (word, small, before, after) => {
          const written = Array.from(word, (letter, index) => (small[index] ? letter.toLowerCase() : letter)).join('');

          expect(wishIn(`${before}${written}${after}`)).toBe('stop');
        },
      ),
    );
  });
});
