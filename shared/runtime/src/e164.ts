import * as z from 'zod';

/** Digits only, and strict: libphonenumber alone would dig a number out of any text. */
export const E164 = /^\+[1-9]\d{6,14}$/;

export const NOT_E164 = 'must be in international form: + and the country code, digits only, like +12025550123';

/**
 * A list like `US,CA` in the environment. Only its form is checked, so that the functions that merely show it do without
 * the telephone numbering plans; `AllowedCountries` of the rules on numbers knows whether there are such countries.
 */
export const CountryCodes = z
  .string({ error: 'must be the codes of countries, like US,CA' })
  .regex(/^ *[A-Z]{2} *(, *[A-Z]{2} *)*$/, 'must be the codes of countries, like US,CA')
  .transform((list): readonly string[] => [...new Set(list.split(',').map((code) => code.trim()))]);
