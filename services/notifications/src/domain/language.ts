import { EMAILS, WORDS, type Counted, type Words } from './templates.generated';

export type Language = keyof typeof EMAILS;

const isLanguage = (tag: string): tag is Language => Object.hasOwn(EMAILS, tag);

/** All that we have words in. */
export const LANGUAGES: readonly Language[] = Object.keys(EMAILS).filter(isLanguage);

/** The language we have words in that is nearest to a locale: the very same (`es-MX`), its main language (`es`), or English. */
export function languageOf(locale: string): Language {
  const [main = '', ...rest] = locale.trim().replaceAll('_', '-').split('-');
  // Tags are written in any case; ours are as files are: language small, region large.
  const written = [main.toLowerCase(), ...rest.map((part) => (part.length === 2 ? part.toUpperCase() : part))];
  for (let length = written.length; length > 0; length -= 1) {
    const tag = written.slice(0, length).join('-');
    if (isLanguage(tag)) return tag;
  }
  return 'en';
}

/** What a language says apart from its messages. */
export function wordsIn(language: Language): Words {
  return WORDS[language];
}

/** Puts values into words that are no message of their own: `{{count}} hours`. Values stay as they are. */
export function fillIn(words: string, values: Readonly<Record<string, string>>): string {
  return words.replaceAll(/\{\{([A-Za-z]+)\}\}/g, (_, name: string) => values[name] ?? '');
}

/** The words for so many, with their number. */
export function spellCount(language: Language, counted: Counted, count: number): string {
  const words = counted[String(count)] ?? counted[new Intl.PluralRules(language).select(count)] ?? counted.other;
  return fillIn(words, { count: String(count) });
}
