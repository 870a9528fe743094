import { describe, expect, it } from '@jest/globals';
import { phoneRulesFrom } from './phone-rules';

describe('the rules on numbers that the environment sets', () => {
  it('let numbers of the countries it names be called', () => {
    const judge = phoneRulesFrom({ ALLOWED_COUNTRIES: 'GB, CA' });

    expect(['+442079460958', '+14165550123', '+12025550123'].map((number) => judge(number).ok)).toEqual([
      true,
      true,
      false,
    ]);
  });

  it.each([
    [undefined, 'ALLOWED_COUNTRIES: must be the codes of countries, like US,CA'],
    ['us', 'ALLOWED_COUNTRIES: must be the codes of countries, like US,CA'],
    ['UK', "ALLOWED_COUNTRIES: names UK, which is no country's ISO 3166 code (the UK's, for one, is GB)"],
  ])('are refused when the countries are %s', (ALLOWED_COUNTRIES, message) => {
    expect(() => phoneRulesFrom({ ALLOWED_COUNTRIES })).toThrow(message);
  });

  it.each([
    [
      '+442079460958',
      'AGENT_PHONE: is a number in the UK, and we call only numbers in the US; with GB in ALLOWED_COUNTRIES it would be called',
    ],
    ['+19005550100', 'AGENT_PHONE: is a premium-rate number, which we do not call'],
    ['+15555550100', 'AGENT_PHONE: is in no range of numbers that is in use: please check its digits'],
    ['5550100', 'AGENT_PHONE: must be in international form: + and the country code, digits only, like +12025550123'],
  ])('are refused with an agent’s phone that would never be called: %s', (AGENT_PHONE, message) => {
    const configure = () => phoneRulesFrom({ ALLOWED_COUNTRIES: 'US', AGENT_PHONE });

    expect(configure).toThrow(expect.objectContaining({ name: 'ConfigurationError', message }));
  });

  it('are taken with an agent’s phone in a country that they name', () => {
    expect(() => phoneRulesFrom({ ALLOWED_COUNTRIES: 'US,GB', AGENT_PHONE: '+442079460958' })).not.toThrow();
  });
});
