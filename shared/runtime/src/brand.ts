import * as z from 'zod';

/** Red, green and blue, 0 to 255. */
export type Channels = readonly [red: number, green: number, blue: number];

const HEX = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i;

/** @throws where the text is no `#rrggbb` */
export function channels(color: string): Channels {
  const [, red, green, blue] = HEX.exec(color) ?? [];
  if (red === undefined || green === undefined || blue === undefined)
    throw new Error('a colour is written like #0f6b5c');
  return [Number.parseInt(red, 16), Number.parseInt(green, 16), Number.parseInt(blue, 16)];
}

/** `#rrggbb` in lower case. */
export const hex = (color: Channels): string =>
  `#${color.map((channel) => Math.round(channel).toString(16).padStart(2, '0')).join('')}`;

/** The colour so far on the way from one to another: 0 is the one, 1 the other. */
export function mixed(from: Channels, to: Channels, share: number): Channels {
  return [
    from[0] + (to[0] - from[0]) * share,
    from[1] + (to[1] - from[1]) * share,
    from[2] + (to[2] - from[2]) * share,
  ];
}

/** WCAG 2.2, "relative luminance". */
function luminance(color: Channels): number {
  const [red, green, blue] = color.map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (red ?? 0) + 0.7152 * (green ?? 0) + 0.0722 * (blue ?? 0);
}

/** WCAG 2.2, "contrast ratio": 1 for the same, 21 for black on white. */
export function contrast(one: Channels, other: Channels): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].toSorted((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

const BLACK: Channels = [0, 0, 0];
const WHITE: Channels = [255, 255, 255];

/** Black or white, whichever is easier to read on a colour; one of them always has a contrast of 4.5. */
export function readableOn(color: string): string {
  return hex(contrast(channels(color), WHITE) >= contrast(channels(color), BLACK) ? WHITE : BLACK);
}

/** WCAG 2.2, 1.4.11: what shows where something can be pressed. */
const AGAINST_WHITE = 3;

function darkEnough(color: Channels): string {
  for (let step = 1; step < 100; step += 1) {
    const tried = mixed(color, BLACK, step / 100);
    if (contrast(channels(hex(tried)), WHITE) >= AGAINST_WHITE) return hex(tried);
  }
  return hex(BLACK);
}

/** The colour of a brand: `#rrggbb`, and dark enough to stand out from a white page. */
export const BrandColor = z
  .string()
  .regex(HEX, 'must be a colour like #0f6b5c')
  .superRefine((color, context) => {
    if (!HEX.test(color)) return;
    const found = contrast(channels(color), WHITE);
    if (found >= AGAINST_WHITE) return;
    context.addIssue({
      code: 'custom',
      message:
        `cannot be read: on a white page ${color} has a contrast of ${found.toFixed(1)}, and at least ${AGAINST_WHITE} is needed; ` +
        `the nearest darker one that has it is ${darkEnough(channels(color))}`,
    });
  })
  .transform((color) => color.toLowerCase());

/** All variables of a function together may have 4 KB on AWS. */
const LOGO_CHARACTERS = 2000;
const DATA_IMAGE = /^data:image\/(?:png|jpeg|webp|gif|avif|svg\+xml)[;,][\x21-\x7e]+$/;

/** Where the logo of a brand is: an `https:` address without a user's name, or an image in a `data:` URL. */
export const BrandLogoUrl = z
  .string()
  .max(LOGO_CHARACTERS, `must have at most ${LOGO_CHARACTERS} characters`)
  .refine((address) => {
    if (DATA_IMAGE.test(address)) return true;
    if (!URL.canParse(address)) return false;
    const { protocol, username, password } = new URL(address);
    return protocol === 'https:' && username === '' && password === '';
  }, 'must be an https address, or an image as data:image/…');
