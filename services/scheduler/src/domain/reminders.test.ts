import { describe, expect, it } from '@jest/globals';
import { parseReminders } from './reminders';

describe('the list of reminders', () => {
  it('is empty by default', () => {
    expect(parseReminders('')).toEqual([]);
  });

  it('names offsets in minutes, hours and days', () => {
    expect(parseReminders('2d, 24h,90m')).toEqual([
      { key: '2d', beforeMs: 172_800_000 },
      { key: '24h', beforeMs: 86_400_000 },
      { key: '90m', beforeMs: 5_400_000 },
    ]);
  });

  it.each(['24', 'h', '0h', '-1h', '1.5h', '1w', '24h,24h'])('refuses %j when it is built', (list) => {
    expect(() => parseReminders(list)).toThrow();
  });
});
