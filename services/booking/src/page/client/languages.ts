import { en, type Texts } from './texts-en';
import { es } from './texts-es';

interface Language {
  /** Its own name for itself: whoever looks for it reads no other. */
  readonly name: string;
  readonly direction: 'ltr' | 'rtl';
  readonly texts: Texts;
}

/** The languages of the pages, by their tags. The first is spoken where none is understood. */
export const languages = {
  en: { name: 'English', direction: 'ltr', texts: en },
  es: { name: 'Español', direction: 'ltr', texts: es },
} satisfies Record<string, Language>;

export type LanguageTag = keyof typeof languages;

const isOurs = (tag: string): tag is LanguageTag => Object.hasOwn(languages, tag);

/** The language of ours that a tag is a kind of: `es-MX` is `es`. */
export function languageOf(tag: string | undefined): LanguageTag | undefined {
  const parts = (tag ?? '').trim().toLowerCase().split('-');
  for (let length = parts.length; length > 0; length -= 1) {
    const shorter = parts.slice(0, length).join('-');
    if (isOurs(shorter)) return shorter;
  }
  return undefined;
}

/** Accept-Language in the order of its preferences (RFC 9110, 12.5.4); what is refused by a quality of 0 is left out. */
export function preferences(acceptLanguage: string | undefined): string[] {
  return (acceptLanguage ?? '')
    .split(',')
    .map((part) => {
      const [tag = '', ...parameters] = part.split(';').map((piece) => piece.trim());
      const quality = parameters.find((parameter) => /^q=/i.test(parameter))?.slice(2) ?? '1';
      return { tag, quality: Number(quality) };
    })
    .filter(({ tag, quality }) => tag !== '' && quality > 0)
    .toSorted((a, b) => b.quality - a.quality)
    .map(({ tag }) => tag);
}

/** The language a visitor asked for by name, else the first of theirs that we speak, else English. */
export function chooseLanguage(asked: string | undefined, acceptLanguage: string | undefined): LanguageTag {
  const wanted = [asked, ...preferences(acceptLanguage)];
  return wanted.map(languageOf).find((language) => language !== undefined) ?? 'en';
}
