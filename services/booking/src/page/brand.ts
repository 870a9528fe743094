import { createHash } from 'node:crypto';
import { channels, contrast, hex, mixed, readableOn } from '@appointments/runtime/brand';
import type { PageAsset } from './pages';

/** What the page is drawn on, by page.css: the darkest of the light grounds and the lightest of the dark ones. */
const LIGHT = { ground: '#eef3f1', card: '#ffffff' };
const DARK = { ground: '#1d2522', card: '#19211e' };
/** WCAG 2.2, 1.4.3: text. */
const TEXT = 4.5;
/** WCAG 2.2, 1.4.11: what shows where a button is. */
const SHAPE = 3;

/** The first colour on the way from one to another that stands out enough from a ground. */
function towards(color: string, end: string, ground: string, enough: number): string {
  for (let step = 0; step <= 20; step += 1) {
    const tried = hex(mixed(channels(color), channels(end), step / 20));
    if (contrast(channels(tried), channels(ground)) >= enough) return tried;
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

function shades(color: string, scheme: 'light' | 'dark'): Shades {
  const { ground, card } = scheme === 'light' ? LIGHT : DARK;
  const away = scheme === 'light' ? '#000000' : '#ffffff';
  const fill = towards(color, away, card, SHAPE);
  // A tint must leave the writing on it readable: it is mixed thin, and the writing is held to it.
  const tint = hex(mixed(channels(card), channels(color), scheme === 'light' ? 0.1 : 0.16));
  const onTint = towards(color, away, tint, TEXT);
  const accent = towards(onTint, away, ground, TEXT);
  const fillStrong = hex(mixed(channels(fill), channels(away), 0.2));
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
