import Mustache from 'mustache';
import type { House, Letter } from './compose';
import { languageOf } from './language';
import { spellOut } from './local-time';
import { plainLine } from './plain';
import { isUnproven, type Particulars } from './projection';
import { TEXTS, type PhoneCodeValues, type TextValues } from './templates.generated';
import { inGsmIfItMay, sizeOf } from './text-size';
import type { Kind } from './word';

/** What goes to one telephone by SMS. */
export interface TextMessage {
  /** E.164. */
  readonly to: string;
  readonly text: string;
}

/** A text is paid for by the segment: none of ours has more of them. */
export const MOST_SEGMENTS = 3;
/** So much of a name is enough to know it by. */
const MOST_OF_A_NAME = 40;
/** What is given up, bit by bit, where a text would become too long: the link first, for the e-mail has it. */
const FITTING = [
  { ofNames: MOST_OF_A_NAME, withLink: true },
  { ofNames: MOST_OF_A_NAME, withLink: false },
  { ofNames: 20, withLink: false },
  { ofNames: 8, withLink: false },
];

/** Numbers of the North American plan: the laws of the US and of Canada want each text to say how to get no more of them. */
const SAYS_HOW_TO_STOP = '+1';

/** The text message with the code that proves a client's number, in the language they booked in. */
export function codeMessage(
  to: { readonly phone: string; readonly locale: string; readonly code: string },
  house: Pick<House, 'brandName'>,
): TextMessage {
  const values: PhoneCodeValues = { brandName: shortened(house.brandName), code: to.code };
  return { to: to.phone, text: render(TEXTS['phone-code'][languageOf(to.locale)], values) };
}

/** Whether there are words for a text message that says it. */
export function isTexted(kind: string): kind is Kind & keyof typeof TEXTS {
  return Object.hasOwn(TEXTS, kind);
}

/** Whether a client agreed to be texted, at a number that has nothing left to prove: that one is sent its code and nothing else. */
export function wantsTexts(particulars: Particulars): boolean {
  return particulars.client.smsConsent && !isUnproven(particulars, 'phone');
}

/** The text message that tells the client the word, in {@link MOST_SEGMENTS} at most. */
export function wordMessage(
  kind: Kind & keyof typeof TEXTS,
  { particulars, agent, manageUrl }: Pick<Letter, 'particulars' | 'agent' | 'manageUrl'>,
  house: Pick<House, 'brandName'>,
): TextMessage {
  const { client, timeZone, localStart } = particulars;
  const language = languageOf(client.locale);
  const words = TEXTS[kind][language];
  let text = '';
  for (const { ofNames, withLink } of FITTING) {
    text = render(words, {
      brandName: shortened(house.brandName, ofNames),
      agentName: shortened((agent ?? particulars.agent).name, ofNames),
      whenShort: spellOut(localStart.client, timeZone, language).whenShort,
      timeZone,
      unconfirmed: isUnproven(particulars, 'email'),
      manageUrl: withLink ? manageUrl : '',
      stop: client.phone.startsWith(SAYS_HOW_TO_STOP),
    });
    if (sizeOf(text).segments <= MOST_SEGMENTS) break;
  }
  return { to: client.phone, text };
}

function render(words: string, values: PhoneCodeValues | TextValues): string {
  return inGsmIfItMay(Mustache.render(words, values, undefined, { escape: String }));
}

/** As much of a name as there is room for, whole characters, by their 16-bit units. */
function shortened(name: string, most = MOST_OF_A_NAME): string {
  const plain = plainLine(name);
  if (plain.length <= most) return plain;
  let kept = '';
  for (const character of plain) {
    if (kept.length + character.length > most - 3) break;
    kept += character;
  }
  return `${kept.trimEnd()}...`;
}
