import { parsePhoneNumberFromString } from 'libphonenumber-js/max';

/** Digits only and strict: the parser alone would dig numbers out of texts. */
const E164 = /^\+[1-9]\d{7,14}$/;
/** Kinds that cost the caller extra, or are nobody's telephone. */
const REFUSED_KINDS = new Set(['PREMIUM_RATE', 'SHARED_COST', 'UAN', 'PAGER', 'VOICEMAIL']);

/** Whether a number may be dialled at all: a valid one, of an allowed country, and not of a premium kind. */
export function mayDial(allowedCountries: readonly string[]) {
  return (number: string): boolean => {
    if (!E164.test(number)) return false;
    const parsed = parsePhoneNumberFromString(number);
    if (!parsed?.isPossible() || parsed.country === undefined) return false;
    const kind = parsed.getType();
    return allowedCountries.includes(parsed.country) && !(kind !== undefined && REFUSED_KINDS.has(kind));
  };
}
