import { describe, expect, it } from '@jest/globals';
import { parseReminders } from './reminders';

describe('the list of reminders', () => {
  it.each(['', ' ', 'none'])('is empty when it is %j', (list) => {
    expect(parseReminders(list)).toEqual([]);
  });

  it('names offsets in minutes, hours and days', () => {
    expect(parseReminders('2d, 24h,90m')).toEqual([
      { key: '2d', beforeMs: 172_800_000 },
      { key: '24h', beforeMs: 86_400_000 },
      { key: '90m', beforeMs: 5_400_000 },
    ]);
  });

  it('names days before at the same wall time, under a name that a schedule and an event can bear', () => {
    expect(parseReminders('1d@wall,14d@wall')).toEqual([
      { key: '1d-wall', daysBefore: 1 },
      { key: '14d-wall', daysBefore: 14 },
    ]);
  });

  it('holds ten, and no more', () => {
    const list = (length: number) => Array.from({ length }, (_, index) => `${index + 1}h`).join(',');

    expect(parseReminders(list(10))).toHaveLength(10);
    expect(() => parseReminders(list(11))).toThrow('more than 10');
  });

  it.each([
    '24',
    'h',
    '0h',
    '-1h',
    '1.5h',
    '1w',
    '24h,24h',
    '1h@wall',
    '0d@wall',
    '1d@',
    '@wall',
    'none,1h',
    '10000h',
    '1000d@wall',
  ])('refuses %j when it is built', (list) => {
    expect(() => parseReminders(list)).toThrow();
  });
});
