import { describe, expect, it } from '@jest/globals';
import { heedText } from './heed-text';

async function heard(...texts: readonly string[]) {
  const noted: unknown[] = [];
  const heed = heedText({
    note: async (...args) => {
      noted.push(args);
    },
  });
  for (const text of texts) await heed({ from: '+14255550182', text, at: '2026-11-22T12:00:00.000Z' });
  return noted;
}

describe('a text that comes in', () => {
  it('ends texts to its number, or begins them again, at its own time', async () => {
    expect(await heard('stop.', 'START')).toEqual([
      ['+14255550182', false, '2026-11-22T12:00:00.000Z'],
      ['+14255550182', true, '2026-11-22T12:00:00.000Z'],
    ]);
  });

  it('that says something else changes nothing', async () => {
    expect(await heard('HELP', 'Please cancel my appointment', '')).toEqual([]);
  });
});
