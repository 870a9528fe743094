/*
 * Everything that is said on the phone. `{client_name}` and `{brand}` are filled in; the greetings are the operator's own
 * sentences and are said to the letter.
 */
export const WORDS = {
  agentOpening: 'This is {brand}, calling about your appointment.',
  agentGreeting:
    'Hello consultant. You have a scheduled appointment with {client_name}. They will be connected shortly. Please stay on the line.',
  agentInstruction: 'Press 1 to take the call.',
  clientOpening: 'This is {brand}, calling for your appointment.',
  clientGreeting: 'Hello {client_name}, thank you for choosing {brand}. Your consultant is ready to speak with you.',
  clientInstruction: 'Press 1 to be connected.',
  badNews: 'We could not reach {client_name}. We are sorry. Goodbye.',
  apology: 'We are sorry, your consultant is not available at the moment. Goodbye.',
} as const;

/** What XML cannot carry: control characters and lone surrogates. The document builder throws on them. */
const UNSPEAKABLE = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;
const LONGEST_NAME = 100;

/** A name fit to be said: without what no document can carry, on one line, and not for ever. */
export function speakable(name: string): string {
  const clean = name.replace(UNSPEAKABLE, '').replace(/\s+/g, ' ').trim();
  return Array.from(clean).slice(0, LONGEST_NAME).join('').trim() || 'our client';
}

/** Fills the placeholders, once: a name that looks like a placeholder is said as it is. */
export function fill(words: string, values: { readonly clientName: string; readonly brand: string }): string {
  return words.replace(/\{(client_name|brand)\}/g, (_, key: string) =>
    speakable(key === 'brand' ? values.brand : values.clientName),
  );
}
