import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { E164 } from './e164';
import { AllowedCountries, phoneRules, type PhoneRefusal } from './phone-rules';

const fixture = JSON.parse(readFileSync(join(__dirname, '../test/fixtures/telephone-numbers.json'), 'utf8')) as {
  examples: Record<string, Record<string, string>>;
  globalNetworks: Record<string, string>;
  emergency: Record<string, { callingCode: string; numbers: string[] }>;
};
const EVERY_COUNTRY = Object.keys(fixture.emergency);
const anywhere = phoneRules(EVERY_COUNTRY);
const usOnly = phoneRules(['US']);

const outcome = (number: string, rules = anywhere) => {
  const verdict = rules(number);
  return verdict.ok ? 'called' : verdict.reason;
};

/** Every example of a kind with what becomes of it, but those where this version of the numbering plans has moved on. */
const outcomesOf = (kind: string, movedOn: readonly string[] = []) =>
  Object.entries(fixture.examples[kind] ?? {})
    .filter(([country]) => !movedOn.includes(country))
    .map(([country, number]) => `${country} ${number} ${outcome(number)}`);

describe('the rules on numbers', () => {
  it.each([
    // Fictional in the US: 555-0100 to 555-0199 of any area code.
    ['+12025550100', 'US'],
    ['+12025550123', 'US'],
    ['+12025550299', 'US'],
    ['+18005550100', 'US'],
    // Toll-free numbers may have digits that mean a service elsewhere.
    ['+18002115550', 'US'],
    ['+18009765550', 'US'],
    ['+14165550123', 'CA'],
    ['+18765550123', 'JM'],
    ['+17875550123', 'PR'],
    // Ofcom: London. 07911 1 is Guernsey, in the midst of British mobile numbers.
    ['+442079460958', 'GB'],
    ['+447911123456', 'GG'],
    // The zero of an Italian landline belongs to the number.
    ['+390612345678', 'IT'],
    ['+4930123456', 'DE'],
    ['+33612345678', 'FR'],
    ['+525512345678', 'MX'],
    ['+819012345678', 'JP'],
    ['+5491123456789', 'AR'],
  ])('let %s be called, a number in %s', (number, country) => {
    expect(anywhere(number)).toEqual({ ok: true, country });
  });

  it('let every number of exchange 555 be called, real or fictional', () => {
    const numbers = Array.from({ length: 10_000 }, (_, line) => `+1202555${String(line).padStart(4, '0')}`);

    expect(numbers.filter((number) => !usOnly(number).ok)).toEqual([]);
  });

  it.each<[PhoneRefusal, string, string]>([
    ['premium-rate', '+19005550100', 'US: 900, NANPA'],
    ['premium-rate', '+12129761234', 'US: exchange 976 of New York'],
    ['premium-rate', '+449098790000', 'GB: 09, Ofcom'],
    ['premium-rate', '+499001234567', 'DE: 0900, Bundesnetzagentur'],
    ['premium-rate', '+33891123456', 'FR: 089, ARCEP'],
    ['premium-rate', '+448431234567', 'GB: 0843, at up to 7p a minute more, Ofcom'],
    ['shared-cost', '+491801234567', 'DE: 0180, Bundesnetzagentur'],
    ['personal', '+447012345678', 'GB: 070, Ofcom'],
    ['personal', '+15005550006', 'US: 500, NANPA'],
    ['universal-access', '+445512345678', 'GB: 055, corporate, Ofcom'],
    ['pager', '+447640123456', 'GB: 076, Ofcom'],
    ['voicemail', '+49177991234567', 'DE: the mailbox of a mobile, Bundesnetzagentur'],
    ['satellite', '+870773111632', 'Inmarsat'],
    ['satellite', '+881612345678', 'Iridium'],
    ['satellite', '+8821612345678', 'Thuraya'],
    ['satellite', '+883510012345', 'iNum'],
    ['no-country', '+80012345678', 'universal freephone'],
    ['no-country', '+80812345678', 'universal shared cost'],
    ['no-country', '+979123456789', 'international premium rate'],
    ['no-country', '+878101234567890', 'universal personal'],
    ['no-country', '+2101234567', 'a calling code that nobody has'],
    ['no-country', '+991123456789', 'a calling code for trials'],
    ['service', '+12029111234', 'US: 911 where the exchange stands'],
    ['service', '+12024111234', 'US: 411 where the exchange stands'],
    ['not-in-use', '+19115550100', 'US: 911 where the area code stands'],
    ['not-in-use', '+15555550100', 'US: 555 is no area code'],
    ['not-in-use', '+11125550100', 'US: no area code begins with 1'],
    ['not-in-use', '+447700900123', 'GB: kept for drama by Ofcom'],
    ['not-in-use', '+49112000', 'DE: the emergency number and more digits'],
    ['not-in-use', '+49116117', 'DE: a short code of the EU'],
    ['not-possible', '+1202555010', 'US: a digit too few'],
    ['not-possible', '+120255501000', 'US: a digit too many'],
    ['not-possible', '+1911911', 'US: twice the emergency number'],
    ['trunk-prefix', '+4402079460958', 'GB: with the 0 of calls within the country'],
    ['trunk-prefix', '+112025550100', 'US: with the 1 of calls within the country'],
    ['trunk-prefix', '+67200911', 'NF: the emergency number, which the library reads as a landline'],
    ['not-e164', '+911', 'US emergency'],
    ['not-e164', '+112', 'EU emergency'],
    ['not-e164', '911', 'US emergency'],
    ['not-e164', '12025550100', 'no plus'],
    ['not-e164', '+1 202 555 0100', 'spaces'],
    ['not-e164', '+12025550100,123', 'an extension'],
    ['not-e164', 'call +12025550100', 'words'],
    ['not-e164', '+12025550100\n', 'a line break'],
    ['not-e164', '+०12025550100', 'a digit of another script'],
    ['not-e164', '', 'nothing'],
  ])('refuse as %s %s (%s), whatever countries are allowed', (reason, number) => {
    expect(outcome(number)).toBe(reason);
  });

  it.each([
    ['+14165550123', 'is a number in Canada, and we call only numbers in the US'],
    ['+18765550123', 'is a number in Jamaica, and we call only numbers in the US'],
    ['+12425550123', 'is a number in the Bahamas, and we call only numbers in the US'],
    ['+17875550123', 'is a number in Puerto Rico, and we call only numbers in the US'],
    ['+442079460958', 'is a number in the UK, and we call only numbers in the US'],
    ['+449098790000', 'is a number in the UK, and we call only numbers in the US'],
  ])('say of %s where it is and where we call', (number, message) => {
    expect(usOnly(number)).toMatchObject({ ok: false, reason: 'country-not-allowed', message });
  });

  it('name every allowed country as long as that helps', () => {
    expect(phoneRules(['US', 'GB', 'CA'])('+31612345678')).toMatchObject({
      message: 'is a number in the Netherlands, and we call only numbers in the US, the UK, or Canada',
    });
    expect(phoneRules(EVERY_COUNTRY.filter((country) => country !== 'NL'))('+31612345678')).toMatchObject({
      message: `is a number in the Netherlands, which is none of the ${EVERY_COUNTRY.length - 1} countries that we call`,
    });
  });

  it('let a landline and a mobile of every country be called where it is allowed, and nowhere else', () => {
    // These have no numbers of their own kind, but some of the larger country whose plan they share.
    const within = new Set(['AX', 'BL', 'CC', 'CX', 'EH', 'IM', 'MF', 'SJ', 'VA']);
    const numbers = [fixture.examples['MOBILE'], fixture.examples['FIXED_LINE']]
      .flatMap((kind) => Object.entries(kind ?? {}))
      // The plan of Zimbabwe has changed since.
      .filter(([country, number]) => !within.has(country) && number !== '+2631312345');

    expect(numbers.length).toBeGreaterThan(465);
    for (const [country, number] of numbers) {
      expect({ number, verdict: phoneRules([country])(number) }).toEqual({ number, verdict: { ok: true, country } });
      expect(outcome(number, phoneRules(EVERY_COUNTRY.filter((other) => other !== country)))).toBe(
        'country-not-allowed',
      );
    }
  });

  it.each<[string, PhoneRefusal, number, string[]]>([
    ['PREMIUM_RATE', 'premium-rate', 150, []],
    ['SHARED_COST', 'shared-cost', 53, []],
    ['PERSONAL_NUMBER', 'personal', 59, []],
    ['PAGER', 'pager', 23, []],
    ['VOICEMAIL', 'voicemail', 15, []],
    // Benin's numbers have ten digits now; the one of Iran is too short for E.164's strict form.
    ['UAN', 'universal-access', 61, ['BJ', 'IR']],
  ])('refuse every country’s %s as %s', (kind, reason, count, movedOn) => {
    const outcomes = outcomesOf(kind, movedOn);

    expect(outcomes).toHaveLength(count);
    expect(outcomes.filter((line) => !line.endsWith(` ${reason}`))).toEqual([]);
  });

  it('refuse every network that belongs to no country', () => {
    const outcomes = Object.entries(fixture.globalNetworks).map(([code, number]) => [code, outcome(number)]);

    expect(Object.fromEntries(outcomes)).toEqual({
      '800': 'no-country',
      '808': 'no-country',
      '870': 'satellite',
      '878': 'no-country',
      '881': 'satellite',
      '882': 'satellite',
      '883': 'satellite',
      '888': 'no-country',
      '979': 'no-country',
    });
  });

  it('refuse every country’s emergency numbers, with and without its calling code and a prefix', () => {
    const written = Object.values(fixture.emergency).flatMap(({ callingCode, numbers }) =>
      numbers.flatMap((number) => [
        number,
        `+${number}`,
        ...['', '0', '00', '1'].map((prefix) => `+${callingCode}${prefix}${number}`),
      ]),
    );

    expect(written.length).toBeGreaterThan(3500);
    expect(written.filter((number) => anywhere(number).ok)).toEqual([]);
  });

  it('never repeat the number in what they say', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\+[1-9]\d{6,14}$/), (number) => {
        const verdict = usOnly(number);
        expect(verdict.ok ? '' : verdict.message).not.toContain(number.slice(1));
      }),
    );
  });

  const anyE164 = fc.stringMatching(/^\+[1-9]\d{6,14}$/);
  /** Digits at random are hardly ever a number that exists: most of these are one, or nearly. */
  const likely = fc
    .tuple(fc.constantFrom(...Object.values(fixture.examples).flatMap((kind) => Object.values(kind))), fc.nat(999))
    .map(([number, end]) => `${number.slice(0, -3)}${String(end).padStart(3, '0')}`);

  it('refuse any text that is not strictly E.164, and throw at none', () => {
    const nearly = fc.tuple(
      fc.constantFrom('', ' ', '\n', '+', 'x'),
      likely,
      fc.constantFrom(' ', '\n', ';ext=1', '#'),
    );
    const anyText = fc.oneof(
      fc.string({ unit: 'binary' }),
      nearly.map((parts) => parts.join('')),
      fc.stringMatching(/^[+0-9 ()-]{0,20}$/).filter((text) => !E164.test(text)),
    );

    fc.assert(
      fc.property(
        anyText.filter((text) => !E164.test(text)),
        (text) => {
          expect(outcome(text)).toBe('not-e164');
        },
      ),
    );
  });

  it('accept only numbers of an allowed country, and judge the same number the same again', () => {
    const countries = fc.uniqueArray(fc.constantFrom(...EVERY_COUNTRY), { minLength: 1, maxLength: 40 });
    let accepted = 0;

    fc.assert(
      fc.property(countries, fc.oneof(anyE164, likely), (allowed, number) => {
        const verdict = phoneRules(allowed)(number);
        if (verdict.ok) accepted += 1;
        expect(verdict.ok ? allowed : [...allowed, undefined, ...EVERY_COUNTRY]).toContain(verdict.country);
        expect(phoneRules(allowed)(number)).toEqual(verdict);
      }),
      { numRuns: 1000 },
    );
    expect(accepted).toBeGreaterThan(0);
  });

  it('judge a number alike wherever its country is allowed, however many others are', () => {
    fc.assert(
      fc.property(fc.oneof(anyE164, likely), (number) => {
        const verdict = anywhere(number);
        if (verdict.ok) expect(phoneRules([verdict.country])(number)).toEqual(verdict);
        else expect(usOnly(number).ok).toBe(false);
      }),
      { numRuns: 500 },
    );
  });
});

describe('ALLOWED_COUNTRIES', () => {
  it.each([
    ['US', ['US']],
    ['US,CA', ['US', 'CA']],
    [' GB , US,GB', ['GB', 'US']],
  ])('%j is read as %j', (text, countries) => {
    expect(AllowedCountries.parse(text)).toEqual(countries);
  });

  it.each(['', 'us', 'USA', 'US;CA', 'US,', ',US', '*', 'US CA'])('%j is no list of countries', (text) => {
    const { error } = AllowedCountries.safeParse(text);

    expect(error?.issues.map((issue) => issue.message)).toEqual(['must be the codes of countries, like US,CA']);
  });

  it('names every code that is no country’s', () => {
    const { error } = AllowedCountries.safeParse('US,UK,EU');

    expect(error?.issues.map((issue) => issue.message)).toEqual([
      "names UK, which is no country's ISO 3166 code (the UK's, for one, is GB)",
      "names EU, which is no country's ISO 3166 code (the UK's, for one, is GB)",
    ]);
  });
});
