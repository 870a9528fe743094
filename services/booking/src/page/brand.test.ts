import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { channels, contrast, BrandColor } from '@appointments/runtime/brand';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { brandAssets, brandStyle } from './brand';

const css = readFileSync(join(__dirname, 'client/page.css'), 'utf8');
const [ownLight = '', ownDark = ''] = css.split('@media (prefers-color-scheme: dark)');
const ratio = (one: string, other: string) => contrast(channels(one), channels(other));
const long = (color: string) => color.replace(/^#(.)(.)(.)$/, '#$1$1$2$2$3$3');

/** The variables of a scheme: the page's own, with a brand's in place of some. */
function variables(scheme: 'light' | 'dark', brand = ''): (name: string) => string {
  const [light = '', dark = ''] = brand.split('@media');
  const sheets =
    scheme === 'light' ? [ownLight, light] : [ownLight, ownDark.slice(0, ownDark.indexOf('}')), light, dark];
  const found = new Map<string, string>();
  for (const sheet of sheets)
    for (const [, name = '', value = ''] of sheet.matchAll(/--([\w-]+):\s*(#[0-9a-f]{3,6})/g))
      found.set(name, long(value));
  return (name) => found.get(name) ?? 'missing';
}

/** What is written on what, and what must be seen beside what. */
function unreadable(color: (name: string) => string): string[] {
  const written = [
    ['ink', 'ground'],
    ['ink', 'card'],
    ['quiet', 'ground'],
    ['quiet', 'card'],
    ['danger', 'card'],
    ['ink', 'danger-tint'],
    ['accent', 'ground'],
    ['accent', 'card'],
    ['accent', 'tint'],
    ['accent-strong', 'ground'],
    ['accent-strong', 'card'],
    ['ink', 'tint'],
    ['quiet', 'tint'],
    ['on-fill', 'fill'],
    ['on-fill-strong', 'fill-strong'],
  ] as const;
  const seen = [
    ['fill', 'card'],
    ['fill-strong', 'card'],
    ['focus', 'card'],
    ['focus', 'ground'],
    ['field-line', 'card'],
  ] as const;
  return [
    ...written.filter(([one, other]) => ratio(color(one), color(other)) < 4.5),
    ...seen.filter(([one, other]) => ratio(color(one), color(other)) < 3),
  ].map(([one, other]) => `${one} ${color(one)} on ${other} ${color(other)}`);
}

const hexColor = fc.integer({ min: 0, max: 0xffffff }).map((value) => `#${value.toString(16).padStart(6, '0')}`);

describe('the colours of the page', () => {
  it.each(['light', 'dark'] as const)('can be read in the %s scheme as they are', (scheme) => {
    expect(unreadable(variables(scheme))).toEqual([]);
  });

  it('can be read in both schemes with every colour that a brand may have', () => {
    fc.assert(
      fc.property(hexColor, (color) => {
        fc.pre(BrandColor.safeParse(color).success);
        const style = brandStyle(color);
        expect(unreadable(variables('light', style))).toEqual([]);
        expect(unreadable(variables('dark', style))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('keep a brand’s colour as it is where it can be read so', () => {
    expect(variables('light', brandStyle('#7b2d8b'))('fill')).toBe('#7b2d8b');
    expect(variables('light', brandStyle('#7b2d8b'))('accent')).toBe('#7b2d8b');
  });
});

describe('the icon of a brand', () => {
  it('has its colour, and on it black or white', () => {
    const icon = readFileSync(join(__dirname, 'client/icon.svg'), 'utf8');

    const { text } = brandAssets('#e8590c', icon).icon;

    expect(text).toContain('fill="#e8590c"');
    expect(text).toContain('fill="#000000"');
    expect(text).not.toMatch(/0f6b5c|#fff\b|8fe3cf/);
  });
});
