import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { callingCodes } from './countries';
import { composePhone, countryOf, readablePhone } from './phone';

describe('composePhone', () => {
  it.each([
    ['US', '(202) 555-0143', '+12025550143'],
    ['US', '1 202 555 0143', '+12025550143'],
    ['US', '202.555.0143', '+12025550143'],
    ['GB', '07700 900123', '+447700900123'],
    ['GB', '7700 900123', '+447700900123'],
    ['DE', '030 123456', '+4930123456'],
    ['IT', '06 1234 5678', '+390612345678'],
    ['CI', '07 08 09 10 11', '+2250708091011'],
    ['HU', '06 1 234 5678', '+3612345678'],
    ['RU', '8 912 345-67-89', '+79123456789'],
    ['US', '+44 (0)20 7946 0958', '+442079460958'],
    ['US', '+44 7700 900123', '+447700900123'],
    ['US', '0044 7700 900123', '+447700900123'],
    ['EG', '٠١٠ ١٢٣٤ ٥٦٧٨', '+201012345678'],
    ['JP', '０９０-１２３４-５６７８', '+819012345678'],
    ['US', '\u202d+12025550143\u202c', '+12025550143'],
  ])('from %s makes of %s %s', (country, typed, expected) => {
    expect(composePhone(country, typed)).toBe(expected);
  });

  it.each([
    '',
    '   ',
    'no phone',
    '12',
    '202 555 0143 ext. 5',
    '1-800-FLOWERS',
    '+',
    '+1234567890123456',
    'a@example.com',
  ])('makes no number of "%s"', (typed) => {
    expect(composePhone('US', typed)).toBeUndefined();
  });

  it('makes E.164 or nothing, whatever is typed', () => {
    fc.assert(
      fc.property(fc.constantFrom(...callingCodes.keys()), fc.string({ unit: 'grapheme' }), (country, typed) => {
        expect(composePhone(country, typed) ?? '+1234567').toMatch(/^\+[1-9]\d{6,14}$/);
      }),
    );
  });

  it('keeps a number that is E.164 already, whatever country is chosen', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...callingCodes.keys()),
        fc.stringMatching(/^\+[1-9]\d{6,14}$/),
        (country, number) => {
          expect(composePhone(country, number)).toBe(number);
        },
      ),
    );
  });
});

describe('countries', () => {
  it('are written once each, with codes of one to three digits', () => {
    expect(callingCodes.size).toBeGreaterThan(235);
    for (const [country, code] of callingCodes) {
      expect(country).toMatch(/^[A-Z]{2}$/);
      expect(code).toMatch(/^[1-9]\d{0,2}$/);
    }
  });

  it('follow a number that brings its own code, and stay where they fit it', () => {
    expect(countryOf('+447700900123', 'US')).toBe('GB');
    expect(countryOf('+447700900123', 'JE')).toBe('JE');
    expect(countryOf('+12025550143', 'CA')).toBe('CA');
    expect(countryOf('+353861234567', 'US')).toBe('IE');
  });

  it('follow no number to a country that is not called', () => {
    const called = new Map([
      ['CA', '1'],
      ['IE', '353'],
    ]);

    expect(countryOf('+447700900123', 'IE', called)).toBeUndefined();
    expect(countryOf('+353861234567', 'CA', called)).toBe('IE');
    expect(countryOf('+12025550143', 'IE', called)).toBe('CA');
  });
});

describe('readablePhone', () => {
  it('groups digits and drops none', () => {
    expect(readablePhone('+12025550143')).toBe('+1 202 555 0143');
    expect(readablePhone('+4930123456')).toBe('+49 301 23456');
    fc.assert(
      fc.property(fc.stringMatching(/^\+[1-9]\d{6,14}$/), (number) => {
        expect(readablePhone(number).replaceAll(' ', '')).toBe(number);
      }),
    );
  });
});
