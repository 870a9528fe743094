import { describe, expect, it } from '@jest/globals';
import { median, percentile } from './statistics';

describe('a percentile', () => {
  it('is one of the numbers, by nearest rank, in whatever order they come', () => {
    expect(percentile([50, 10, 40, 20, 30], 0.95)).toBe(50);
    expect(percentile([50, 10, 40, 20, 30], 0.2)).toBe(10);
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2);
  });
});
