import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { inGsmIfItMay, sizeOf } from './text-size';

const gsm = (units: number, segments: number) => ({ encoding: 'GSM-7', units, segments });
const ucs2 = (units: number, segments: number) => ({ encoding: 'UCS-2', units, segments });

describe('a text takes', () => {
  it.each([
    ['nothing', '', gsm(0, 1)],
    ['160 letters', 'x'.repeat(160), gsm(160, 1)],
    ['161 letters', 'x'.repeat(161), gsm(161, 2)],
    ['306 letters', 'x'.repeat(306), gsm(306, 2)],
    ['307 letters', 'x'.repeat(307), gsm(307, 3)],
    ['459 letters', 'x'.repeat(459), gsm(459, 3)],
    ['460 letters', 'x'.repeat(460), gsm(460, 4)],
    ['letters of the alphabet that are not ASCII', 'èéùìòÇØøÅåÆæßÉÄÖÑÜ§¿äöñüà£¥¡ΔΦΓΛΩΠΨΣΘΞ', gsm(38, 1)],
    ['what is escaped twice', '[{€}]', gsm(10, 1)],
    ['80 euros', '€'.repeat(80), gsm(160, 1)],
    ['an escaped character that the end of a segment would part', `${'x'.repeat(152)}€${'x'.repeat(7)}`, gsm(161, 2)],
    ['what that pushes over another end', `${'x'.repeat(152)}€${'x'.repeat(152)}`, gsm(306, 3)],
    ['a letter that is not in it', 'García', ucs2(6, 1)],
    ['70 of them', 'í'.repeat(70), ucs2(70, 1)],
    ['71 of them', 'í'.repeat(71), ucs2(71, 2)],
    ['134 of them', 'í'.repeat(134), ucs2(134, 2)],
    ['135 of them', 'í'.repeat(135), ucs2(135, 3)],
    ['signs of two units', '😀'.repeat(35), ucs2(70, 1)],
    ['signs that the end of a segment would part', '😀'.repeat(67), ucs2(134, 3)],
  ])('%s', (_what, text, size) => {
    expect(sizeOf(text)).toEqual(size);
  });
});

const ALPHABET = [...Array.from('aZ9 @Ñ€^\n'), 'í', '😀', '’'];

it('a text is never parted so that a segment holds more than there is room for, nor one segment less than it needs', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...ALPHABET), { maxLength: 400 }), (characters) => {
      const { encoding, units, segments } = sizeOf(characters.join(''));

      const part = encoding === 'GSM-7' ? 153 : 67;
      const alone = encoding === 'GSM-7' ? 160 : 70;
      expect(segments === 1).toBe(units <= alone);
      if (segments === 1) return;
      // A unit at most is lost at the end of each.
      expect(segments).toBeGreaterThanOrEqual(Math.ceil(units / part));
      expect(segments).toBeLessThanOrEqual(Math.ceil(units / (part - 1)));
    }),
  );
});

describe('in the characters of GSM 03.38', () => {
  it.each([
    ['quotation marks', 'It’s “so”', 'It\'s "so"'],
    ['dashes and dots', 'a – b…', 'a - b...'],
    ['spaces that are not seen', 'a\u00a0b\u200bc', 'a bc'],
    ['accents that it has not', 'García, sábado, Dvořák, Łódź', 'Garcia, sabado, Dvorak, Lodz'],
    ['letters joined', 'Œuvre', 'OEuvre'],
    ['accents that it has', 'José Núñez, Zoë', 'José Nuñez, Zoe'],
    ['accents written apart', 'Jose\u0301', 'José'],
  ])('are %s', (_what, text, plain) => {
    expect(inGsmIfItMay(text)).toBe(plain);
    expect(sizeOf(inGsmIfItMay(text)).encoding).toBe('GSM-7');
  });

  it.each(['王芳 – “García”', 'Анна’', 'Call 😀…'])('is not %s: it stays as it is', (text) => {
    expect(inGsmIfItMay(text)).toBe(text);
  });

  it('is every text once it is, and whatever is already stays so', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const once = inGsmIfItMay(text);

        expect(inGsmIfItMay(once)).toBe(once);
        if (sizeOf(text).encoding === 'GSM-7') expect(once).toBe(text);
        if (once !== text) expect(sizeOf(once).encoding).toBe('GSM-7');
      }),
    );
  });
});
