import Mustache from 'mustache';
import type { House } from './compose';
import { plainLine } from './plain';
import { TEXTS, type PhoneCodeValues } from './templates.generated';

/** What goes to one telephone by SMS. */
export interface TextMessage {
  /** E.164. */
  readonly to: string;
  readonly text: string;
}

/** The text message with the code that proves a client's number, in the language they booked in. */
export function codeMessage(
  to: { readonly phone: string; readonly locale: string; readonly code: string },
  house: Pick<House, 'brandName'>,
): TextMessage {
  const values: PhoneCodeValues = { brandName: plainLine(house.brandName), code: to.code };
  const words = wordsIn(TEXTS['phone-code'], to.locale);
  return { to: to.phone, text: Mustache.render(words, values, undefined, { escape: String }) };
}

/** The words in the language of the tag, in its main language (`es` for `es-MX`), or in English. */
function wordsIn(words: Readonly<Record<string, string>> & { readonly en: string }, locale: string): string {
  const tag = [locale, locale.split('-')[0] ?? ''].find((candidate) => Object.hasOwn(words, candidate));
  return words[tag ?? 'en'] ?? words.en;
}
