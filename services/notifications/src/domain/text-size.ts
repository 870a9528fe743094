/** The basic alphabet of GSM 03.38: a septet each. */
const BASIC = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?' +
    '¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
/** Its extension table: an escape and a septet each. */
const EXTENDED = new Set('\f^{}\\[~]|€');

/** How a text message travels. It is paid for by the segment. */
export interface TextSize {
  readonly encoding: 'GSM-7' | 'UCS-2';
  /** Septets, or 16-bit units. */
  readonly units: number;
  readonly segments: number;
}

/** What one message holds, and what each part of several: the rest is taken by what joins them. */
const ROOM = { 'GSM-7': { alone: 160, part: 153 }, 'UCS-2': { alone: 70, part: 67 } } as const;

/** How many segments a text takes: neither an escaped character nor a surrogate pair is parted by the end of one. */
export function sizeOf(text: string): TextSize {
  const characters = Array.from(text);
  const encoding = characters.every(isGsm) ? 'GSM-7' : 'UCS-2';
  const costs = characters.map((character) =>
    encoding === 'GSM-7' ? (EXTENDED.has(character) ? 2 : 1) : character.length,
  );
  const units = costs.reduce((sum, cost) => sum + cost, 0);
  const { alone, part } = ROOM[encoding];
  if (units <= alone) return { encoding, units, segments: 1 };
  let segments = 1;
  let used = 0;
  for (const cost of costs) {
    if (used + cost > part) {
      segments += 1;
      used = 0;
    }
    used += cost;
  }
  return { encoding, units, segments };
}

function isGsm(character: string): boolean {
  return BASIC.has(character) || EXTENDED.has(character);
}

/** What says the same in other characters, and letters that are no accented ones. */
const SAME: Readonly<Record<string, string>> = Object.fromEntries(
  [
    ['‘’‚‛′`´', "'"],
    ['“”„‟″«»', '"'],
    ['‐‑‒–—―−', '-'],
    ['…', '...'],
    ['•·', '-'],
    ['\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000', ' '],
    ['\u00ad\u200b\u200c\u200d\u2060\ufeff', ''],
    ['łŁ', 'lL'],
    ['đĐ', 'dD'],
    ['ħĦ', 'hH'],
    ['ŧŦ', 'tT'],
    ['ı', 'i'],
  ].flatMap(([from = '', to = '']) =>
    Array.from(from).map(
      (character, index) => [character, to.length === from.length ? (to[index] ?? '') : to] as const,
    ),
  ),
);
const LIGATURES: Readonly<Record<string, string>> = { œ: 'oe', Œ: 'OE', þ: 'th', Þ: 'Th', ð: 'd', Ð: 'D', ẞ: 'SS' };

/**
 * The text in the characters of GSM 03.38, where that needs no more than plain quotation marks, dashes and spaces and letters
 * without an accent; any other stays as it is, for it costs the larger characters anyway.
 */
export function inGsmIfItMay(text: string): string {
  const plain = Array.from(text.normalize('NFC')).map(plainCharacter).join('');
  return sizeOf(plain).encoding === 'GSM-7' ? plain : text;
}

function plainCharacter(character: string): string {
  if (isGsm(character)) return character;
  const same = SAME[character] ?? LIGATURES[character];
  return same ?? character.normalize('NFD').replace(/\p{M}+/gu, '');
}
