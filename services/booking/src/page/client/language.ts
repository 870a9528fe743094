import { languageOf, languages } from './languages';

const meta = (name: string): string => document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? '';

/** The server chose it and wrote the page's first lines in it. */
const tag = languageOf(document.documentElement.lang) ?? 'en';

/** What the pages say, in the visitor's language. */
export const t = languages[tag].texts;

/** For dates and names of countries: the visitor's own kind of the page's language, where there is one. */
export const locale = navigator.languages.find((language) => languageOf(language) === tag) ?? tag;

export const brandName = meta('application-name');

/** Calling codes and times that the server wrote into the page's head. */
export const told = { countries: meta('allowed-countries').split(','), serverTime: meta('server-time') };

/**
 * A number or a name within a sentence: where the writing goes from right to left it is read on its own, or the plus sign
 * would end up behind the digits.
 */
export const isolated = (text: string): string =>
  document.documentElement.dir === 'rtl' ? `\u2068${text}\u2069` : text;

/** The address of another of our pages; a language that was asked for by name goes along. */
export function ours(address: string): string {
  const asked = new URLSearchParams(location.search).get('lang');
  if (asked === null) return address;
  const url = new URL(address, location.href);
  if (url.origin !== location.origin) return address;
  url.searchParams.set('lang', asked);
  return `${url.pathname}${url.search}${url.hash}`;
}
