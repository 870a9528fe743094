import { describe, expect, it } from '@jest/globals';
import { parseDurationMs } from './duration';

describe('ISO 8601 durations', () => {
  it.each([
    ['PT0S', 0],
    ['PT90S', 90_000],
    ['PT1.5S', 1500],
    ['PT2M', 120_000],
    ['P1DT2H', 93_600_000],
    ['P2W', 1_209_600_000],
    ['P1DT2H3M4.005S', 93_784_005],
  ])('reads %s', (text, ms) => {
    expect(parseDurationMs(text)).toBe(ms);
  });

  it.each([
    '',
    'P',
    'PT',
    'P1DT',
    '1D',
    'PT-1S',
    '-PT1S',
    'P1Y',
    'P1M',
    'PT1.5H',
    'PT1S2',
    'pt1s',
    'P99999999999999999W',
  ])('refuses %s', (text) => {
    expect(parseDurationMs(text)).toBeUndefined();
  });
});
