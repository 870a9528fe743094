import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { BrandColor, BrandLogoUrl, channels, contrast, hex, readableOn } from './brand';

const hexColor = fc.integer({ min: 0, max: 0xffffff }).map((value) => `#${value.toString(16).padStart(6, '0')}`);
const faultOf = (color: string) =>
  BrandColor.safeParse(color)
    .error?.issues.map(({ message }) => message)
    .join(' ');

describe('contrast', () => {
  it.each([
    ['#000000', '#ffffff', '21.00'],
    ['#777777', '#ffffff', '4.48'],
    ['#0f6b5c', '#0f6b5c', '1.00'],
    ['#ffff00', '#ffffff', '1.07'],
  ])('of %s and %s is %s, as WCAG counts it', (one, other, expected) => {
    expect(contrast(channels(one), channels(other)).toFixed(2)).toBe(expected);
    expect(contrast(channels(other), channels(one)).toFixed(2)).toBe(expected);
  });
});

describe('readableOn', () => {
  it('is black or white, and can be read on any colour', () => {
    fc.assert(
      fc.property(hexColor, (color) => {
        const text = readableOn(color);
        expect(['#000000', '#ffffff']).toContain(text);
        expect(contrast(channels(text), channels(color))).toBeGreaterThanOrEqual(4.5);
      }),
    );
  });
});

describe('the colour of a brand', () => {
  it('is taken where it stands out from a white page, in whatever case it is written', () => {
    expect([BrandColor.parse('#0F6B5C'), BrandColor.parse('#000000')]).toEqual(['#0f6b5c', '#000000']);
  });

  it('is refused where it does not, with one that does', () => {
    expect(faultOf('#ffd400')).toBe(
      'cannot be read: on a white page #ffd400 has a contrast of 1.4, and at least 3 is needed; the nearest darker one that has it is #b09200',
    );
  });

  it('that is proposed is taken, whatever was refused', () => {
    fc.assert(
      fc.property(hexColor, (color) => {
        const proposed = /one that has it is (#\w+)/.exec(faultOf(color) ?? '')?.[1];
        if (proposed !== undefined) expect(BrandColor.safeParse(proposed).success).toBe(true);
        else expect(contrast(channels(color), channels('#ffffff'))).toBeGreaterThanOrEqual(3);
      }),
    );
  });

  it.each(['green', '#0f6', '0f6b5c', '#0f6b5c80', '#0f6b5c; }', ''])('is not %s', (color) => {
    expect(faultOf(color)).toBe('must be a colour like #0f6b5c');
  });

  it('is written as it was read', () => {
    fc.assert(fc.property(hexColor, (color) => expect(hex(channels(color))).toBe(color)));
    expect(() => channels('green')).toThrow('a colour is written like #0f6b5c');
  });
});

describe('the logo of a brand', () => {
  it.each([
    'https://cdn.example.com/logo.svg?v=1',
    'data:image/png;base64,iVBORw0KGgo=',
    'data:image/svg+xml,%3Csvg%20xmlns=%22http://www.w3.org/2000/svg%22/%3E',
  ])('may be %s', (address) => {
    expect(BrandLogoUrl.safeParse(address).success).toBe(true);
  });

  it.each([
    'http://cdn.example.com/logo.svg',
    'data:text/html,<script>',
    'data:image/png;base64,a b',
    'javascript:alert(1)',
    '/logo.svg',
    'https://user:secret@example.com/logo.svg',
    `https://example.com/${'x'.repeat(2000)}`,
  ])('may not be %s', (address) => {
    expect(BrandLogoUrl.safeParse(address).success).toBe(false);
  });
});
