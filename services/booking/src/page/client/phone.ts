import { callingCodes } from './countries';

/** Countries where a leading zero belongs to the number itself and must be dialled from abroad. */
const keepsLeadingZero = new Set(['IT', 'VA', 'SM', 'CI', 'GA', 'CG', 'BF', 'BJ']);

/** Arabic-Indic and other decimal digits count as digits, full-width ones too. */
const asciiDigits = (text: string): string =>
  text.normalize('NFKC').replace(/\p{Nd}/gu, (digit) => {
    if (/[0-9]/.test(digit)) return digit;
    const code = digit.codePointAt(0) ?? 0;
    // Decimal digits stand in runs of ten; a run begins where the digit before is none.
    let zero = code;
    while (code - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
    return String(code - zero);
  });

/**
 * The E.164 number that a country and what was typed make. A typed `+` or `00` brings its own country code; otherwise a
 * trunk prefix (0, or 1 in North America) is dropped. Undefined when nothing dialable was typed; whether the number
 * exists is the server's to say.
 */
export function composePhone(country: string, typed: string): string | undefined {
  const text = asciiDigits(typed).trim();
  // Letters are no digits: "no phone" must not become a number, an extension cannot be dialled.
  if (/[^\d\s+().\-–—/\u200e\u200f\u202a-\u202e\u2066-\u2069]/.test(text)) return undefined;
  const digits = text.replace(/\D/g, '');
  const international = /^\D*\+/.test(text) ? digits : digits.startsWith('00') ? digits.slice(2) : undefined;
  // "+44 (0)20 …" is how the British write it; the zero in brackets is not dialled.
  if (international !== undefined)
    return asE164(/\(0\)/.test(text) ? text.replace('(0)', '').replace(/\D/g, '') : international);
  const code = callingCodes.get(country);
  if (code === undefined) return undefined;
  return asE164(`${code}${withoutTrunk(country, code, digits)}`, code);
}

function withoutTrunk(country: string, code: string, digits: string): string {
  if (code === '1') return digits.length === 11 && digits.startsWith('1') ? digits.slice(1) : digits;
  if (code === '7') return digits.length === 11 && /^[87]/.test(digits) ? digits.slice(1) : digits;
  if (country === 'HU') return digits.replace(/^06/, '');
  return keepsLeadingZero.has(country) ? digits : digits.replace(/^0/, '');
}

function asE164(digits: string, code = ''): string | undefined {
  return digits.length > code.length && /^[1-9]\d{6,14}$/.test(digits) ? `+${digits}` : undefined;
}

/** The country, of those to choose from, whose code a typed international number begins with: the picker can follow it. */
export function countryOf(
  e164: string,
  current: string,
  countries: ReadonlyMap<string, string> = callingCodes,
): string | undefined {
  const fits = [...countries].filter(([, code]) => e164.startsWith(`+${code}`));
  const longest = Math.max(0, ...fits.map(([, code]) => code.length));
  const best = fits.filter(([, code]) => code.length === longest).map(([country]) => country);
  if (best.includes(current)) return current;
  return ['US', 'GB', 'RU', 'IT', 'NO', 'FI', 'AU', 'MA', 'FR'].find((country) => best.includes(country)) ?? best[0];
}

/** Digits in readable groups; no grouping is right everywhere, three and four read well in all. */
export function readablePhone(e164: string): string {
  const fit = [...callingCodes.values()]
    .filter((code) => e164.startsWith(`+${code}`))
    .toSorted((a, b) => b.length - a.length);
  const code = fit[0];
  if (code === undefined) return e164;
  const rest = e164.slice(code.length + 1);
  if (code === '1' && rest.length === 10) return `+1 ${rest.slice(0, 3)} ${rest.slice(3, 6)} ${rest.slice(6)}`;
  return `+${code} ${rest.replace(/(\d{3})(?=\d{3})/g, '$1 ')}`;
}
