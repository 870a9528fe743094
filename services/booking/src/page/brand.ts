import { createHash } from 'node:crypto';
import { channels, contrast, hex, mixed, readableOn } from '@appointments/runtime/brand';
import type { PageAsset } from './pages';

/** What page.css draws on, and where a colour goes that stands out too little from it. */
const SCHEMES = {
  light: { ground: '#f5f7f6', card: '#ffffff', away: '#000000', tinted: 0.1 },
  dark: { ground: '#101614', card: '#19211e', away: '#ffffff', tinted: 0.16 },
};
/** WCAG 2.2, 1.4.3: text. */
const TEXT = 4.5;
/** WCAG 2.2, 1.4.11: what shows where a button is. */
const SHAPE = 3;

/** The first colour on the way from one to another that stands out enough from all of these. */
function towards(color: string, end: string, grounds: readonly string[], enough: number): string {
  for (let step = 0; step < 20; step += 1) {
    const tried = hex(mixed(channels(color), channels(end), step / 20));
    if (grounds.every((ground) => contrast(channels(tried), channels(ground)) >= enough)) return tried;
  }
  return end;
}

interface Shades {
  /** Behind the text of the main buttons. */
  readonly fill: string;
  readonly onFill: string;
  readonly fillStrong: string;
  readonly onFillStrong: string;
  /** Links and other writing in the brand's colour. */
  readonly accent: string;
  readonly accentStrong: string;
  readonly tint: string;
}

function shades(color: string, scheme: keyof typeof SCHEMES): Shades {
  const { ground, card, away, tinted } = SCHEMES[scheme];
  const tint = hex(mixed(channels(card), channels(color), tinted));
  const fill = towards(color, away, [card], SHAPE);
  const fillStrong = hex(mixed(channels(fill), channels(away), 0.2));
  const accent = towards(color, away, [ground, card, tint], TEXT);
  return {
    fill,
    onFill: readableOn(fill),
    fillStrong,
    onFillStrong: readableOn(fillStrong),
    accent,
    accentStrong: hex(mixed(channels(accent), channels(away), 0.25)),
    tint,
  };
}

const declared = (found: Shades): string =>
  `:root{--fill:${found.fill};--on-fill:${found.onFill};--fill-strong:${found.fillStrong};--on-fill-strong:${found.onFillStrong};` +
  `--accent:${found.accent};--accent-strong:${found.accentStrong};--tint:${found.tint}}`;

/** The stylesheet that puts a brand's colour in place of our own, in shades that can be read on light and on dark. */
export function brandStyle(color: string): string {
  return `${declared(shades(color, 'light'))}\n@media (prefers-color-scheme:dark){${declared(shades(color, 'dark'))}}\n`;
}

const named = (stem: string, extension: string, contentType: string, text: string): PageAsset => ({
  name: `${stem}-${createHash('sha256').update(text).digest('hex').slice(0, 12)}.${extension}`,
  contentType,
  text,
});

/** The stylesheet and the icon of a brand, made once when the function starts. */
export function brandAssets(color: string, icon: string): { readonly style: PageAsset; readonly icon: PageAsset } {
  const onColor = readableOn(color);
  const recolored = icon.replaceAll('#0f6b5c', color).replaceAll('#fff', onColor).replaceAll('#8fe3cf', onColor);
  return {
    style: named('brand', 'css', 'text/css; charset=utf-8', brandStyle(color)),
    icon: named('icon', 'svg', 'image/svg+xml', recolored),
  };
}
