/** What whoever answers a text wants: no more of them, more of them again, or to know who we are. */
export type Wish = 'stop' | 'start' | 'help';

/** The words that the FCC (47 CFR 64.1200(a)(10)), the carriers and AWS take for an end, alone in their message. */
const STOP = new Set([
  'STOP',
  'STOPALL',
  'UNSUBSCRIBE',
  'CANCEL',
  'END',
  'QUIT',
  'REVOKE',
  'OPTOUT',
  'ARRET',
  'REMOVE',
]);
const START = new Set(['START', 'UNSTOP']);
const HELP = new Set(['HELP', 'INFO']);

/** Reads the wish of an answer, whatever its case, spaces and punctuation; `undefined` where it is something else. */
export function wishIn(text: string): Wish | undefined {
  const words = text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toUpperCase();
  const word = words.replace(/[^\p{L}\p{N}]+/gu, '');
  // Nobody who begins so wants another text, whatever else they say.
  if (STOP.has(word) || /^[^\p{L}\p{N}]*(STOP|STOPALL|UNSUBSCRIBE)(?![\p{L}\p{N}])/u.test(words)) return 'stop';
  if (START.has(word)) return 'start';
  return HELP.has(word) ? 'help' : undefined;
}
