import { isSupportedCountry, parsePhoneNumberFromString, type NumberType } from 'libphonenumber-js/max';
import { CountryCodes, E164, NOT_E164 } from './e164';

export type PhoneRefusal =
  | 'not-e164'
  | 'trunk-prefix'
  | 'not-possible'
  | 'no-country'
  | 'satellite'
  | 'country-not-allowed'
  | 'not-in-use'
  | 'premium-rate'
  | 'shared-cost'
  | 'universal-access'
  | 'personal'
  | 'pager'
  | 'voicemail'
  | 'service';

export type PhoneVerdict =
  | { readonly ok: true; readonly country: string }
  | {
      readonly ok: false;
      readonly reason: PhoneRefusal;
      /** Goes on from the name of the field: "is a premium-rate number …". It never repeats the number. */
      readonly message: string;
      /** Where the number's country is known. */
      readonly country?: string;
    };

type NamedRefusal = Exclude<PhoneRefusal, 'country-not-allowed'>;

/** Whether a number may be called, and if not, why. */
export type JudgePhone = (number: string) => PhoneVerdict;

/** The countries of the environment, each with a numbering plan of its own. */
export const AllowedCountries = CountryCodes.superRefine((codes, context) => {
  for (const code of codes.filter((one) => !isSupportedCountry(one))) {
    context.addIssue({
      code: 'custom',
      message: `names ${code}, which is no country's ISO 3166 code (the UK's, for one, is GB)`,
    });
  }
});

/** Inmarsat, the satellite systems, and networks of no country: ITU-T, "List of Recommendation E.164 assigned country codes". */
const SATELLITE_CODES: ReadonlySet<string> = new Set(['870', '881', '882', '883']);

/**
 * A personal number follows its owner anywhere at the caller's expense and is a known vehicle of fraud; whoever has one has
 * a telephone of their own too. A toll-free number costs its owner, not us.
 */
const KINDS: Readonly<Record<NonNullable<NumberType>, NamedRefusal | 'called'>> = {
  FIXED_LINE: 'called',
  MOBILE: 'called',
  FIXED_LINE_OR_MOBILE: 'called',
  VOIP: 'called',
  TOLL_FREE: 'called',
  PREMIUM_RATE: 'premium-rate',
  SHARED_COST: 'shared-cost',
  UAN: 'universal-access',
  PERSONAL_NUMBER: 'personal',
  PAGER: 'pager',
  VOICEMAIL: 'voicemail',
};

/**
 * What no subscriber in North America has, though libphonenumber takes it for one: a service code (411, 911 …) is the
 * exchange of no geographic area code, and 976 is in every area code the exchange of pay-per-call services. Toll-free
 * numbers may have such digits.
 */
const NORTH_AMERICAN_SERVICE = /^\+1\d{3}[2-9]11\d{4}$/;
const NORTH_AMERICAN_PAY_PER_CALL = /^\+1\d{3}976\d{4}$/;

const MESSAGES: Readonly<Record<NamedRefusal, string>> = {
  'not-e164': NOT_E164,
  'trunk-prefix': 'has a prefix after the country code, like 0, that is not dialled from abroad: please leave it out',
  'not-possible': 'is not a possible number of its country',
  'no-country': 'belongs to no country, and such numbers we do not call',
  satellite: 'is a number of a satellite or worldwide network, which we do not call',
  'not-in-use': 'is in no range of numbers that is in use: please check its digits',
  'premium-rate': 'is a premium-rate number, which we do not call',
  'shared-cost': 'is a shared-cost number, which we do not call',
  'universal-access': 'is a number for reaching a company anywhere in a country, which we do not call',
  personal: 'is a personal number, which follows its owner: please give the number of a telephone',
  pager: 'is the number of a pager, where nobody can speak',
  voicemail: 'is the number of a voice mailbox, where nobody answers',
  service: 'is the number of a public service, like emergency or directory assistance, and not of a person',
};

const refused = (reason: NamedRefusal, country?: string): PhoneVerdict => ({
  ok: false,
  reason,
  message: MESSAGES[reason],
  ...(country !== undefined && { country }),
});

/**
 * The rules on numbers, against toll fraud: booking takes no number that they refuse, and telephony asks them again before
 * it dials. Whoever is paid for being called chooses numbers outside the usual countries, of a costly kind, or in ranges
 * that were never given out: so a number whose kind the numbering plan does not tell is refused like one of a costly kind.
 */
export function phoneRules(allowedCountries: readonly string[]): JudgePhone {
  const allowed = new Set(allowedCountries);
  return (number) => {
    if (!E164.test(number)) return refused('not-e164');
    const parsed = parsePhoneNumberFromString(number);
    if (parsed === undefined) return refused('no-country');
    if (parsed.isNonGeographic())
      return refused(SATELLITE_CODES.has(parsed.countryCallingCode) ? 'satellite' : 'no-country');
    if (!parsed.isPossible()) return refused('not-possible', parsed.country);
    const { country } = parsed;
    if (country === undefined) return refused('not-in-use');
    if (!allowed.has(country)) {
      // Only here, for the names of countries take as long to load as everything else of these rules.
      const message = `is a number in ${nameOf(country)}, ${onlyIn(allowedCountries)}`;
      return { ok: false, reason: 'country-not-allowed', message, country };
    }
    // The library drops such prefixes: it judges another number than the one that would be dialled.
    if (parsed.number !== number) return refused('trunk-prefix', country);
    const type = parsed.getType();
    if (type === undefined) return refused('not-in-use', country);
    const kind = KINDS[type];
    if (kind !== 'called') return refused(kind, country);
    if (type !== 'TOLL_FREE' && NORTH_AMERICAN_SERVICE.test(number)) return refused('service', country);
    if (type !== 'TOLL_FREE' && NORTH_AMERICAN_PAY_PER_CALL.test(number)) return refused('premium-rate', country);
    return { ok: true, country };
  };
}

const TAKES_THE = /^(?:US|UK|United |Netherlands|Philippines|Bahamas|Maldives|Comoros|Isle )|(?:Republic|Islands)$/;

/** As one says it in English: `Canada`, `the US`. */
function nameOf(country: string): string {
  const name = new Intl.DisplayNames('en', { type: 'region', style: 'short' }).of(country) ?? country;
  return TAKES_THE.test(name) ? `the ${name}` : name;
}

/** More names than these are no help to anybody. */
const NAMED_AT_MOST = 8;

function onlyIn(countries: readonly string[]): string {
  if (countries.length > NAMED_AT_MOST) return `which is none of the ${countries.length} countries that we call`;
  return `and we call only numbers in ${new Intl.ListFormat('en', { type: 'disjunction' }).format(countries.map(nameOf))}`;
}
