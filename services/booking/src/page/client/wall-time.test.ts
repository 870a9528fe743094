import { describe, expect, it } from '@jest/globals';
import {
  addDays,
  dateIn,
  formatDate,
  formatRange,
  formatTime,
  groupByDay,
  offsetLabel,
  offsetsOf,
  wallTimeAt,
  wallTimeIn,
  wallTimeOf,
} from './wall-time';

const slot = (startsAt: string) => ({ startsAt, endsAt: startsAt });

describe('wallTimeOf', () => {
  it('reads the wall time off the text, whatever zone the browser is in', () => {
    expect(wallTimeOf('2026-12-01T10:30:00-05:00')).toEqual({ date: '2026-12-01', time: '10:30', offset: '-05:00' });
    expect(wallTimeOf('2026-12-01T10:30:00.000Z')).toEqual({ date: '2026-12-01', time: '10:30', offset: '+00:00' });
  });

  it('takes nothing that names no instant', () => {
    for (const text of ['', '2026-12-01', '2026-12-01T10:30:00', 'tomorrow']) expect(wallTimeOf(text)).toBeUndefined();
  });
});

describe('groupByDay', () => {
  it('puts each slot under the day of its own wall time, and shows days without any', () => {
    const days = groupByDay([slot('2026-12-01T23:30:00+13:00'), slot('2026-12-03T00:00:00+13:00')], '2026-12-01', 3);

    expect(days.map((day) => [day.date, day.slots.map((one) => one.wall.time)])).toEqual([
      ['2026-12-01', ['23:30']],
      ['2026-12-02', []],
      ['2026-12-03', ['00:00']],
    ]);
  });

  it('tells the two readings of a repeated hour apart, in the order in which they come', () => {
    const [day] = groupByDay(
      ['2026-11-01T01:30:00-05:00', '2026-11-01T01:30:00-04:00', '2026-11-01T02:00:00-05:00'].map(slot),
      '2026-11-01',
      1,
    );

    expect(day?.slots.map((one) => [one.wall.time, one.wall.offset, one.repeated])).toEqual([
      ['01:30', '-04:00', true],
      ['01:30', '-05:00', true],
      ['02:00', '-05:00', false],
    ]);
  });

  it('leaves out what is no time instead of failing', () => {
    expect(groupByDay([slot('soon')], '2026-12-01', 1)).toEqual([{ date: '2026-12-01', slots: [] }]);
  });
});

describe('offsets', () => {
  it.each([
    ['-05:00', 'UTC−5'],
    ['+05:30', 'UTC+5:30'],
    ['+05:45', 'UTC+5:45'],
    ['-00:30', 'UTC−0:30'],
    ['+13:00', 'UTC+13'],
    ['+00:00', 'UTC'],
  ])('%s is written %s', (offset, label) => {
    expect(offsetLabel(offset)).toBe(label);
  });

  it('are two, with the day of the change, when clocks change between the slots', () => {
    expect(offsetsOf([slot('2026-10-31T10:00:00-04:00'), slot('2026-11-02T10:00:00-05:00')])).toEqual([
      { offset: '-04:00', from: '2026-10-31' },
      { offset: '-05:00', from: '2026-11-02' },
    ]);
  });
});

describe('wallTimeIn', () => {
  it('keeps an offset as the server wrote it, even where the browser would know another', () => {
    // Vancouver keeps UTC-7 all year from 2026; a browser with older rules would say -08:00.
    expect(wallTimeIn('America/Vancouver', '2026-12-01T09:00:00-07:00')).toEqual({
      date: '2026-12-01',
      time: '09:00',
      offset: '-07:00',
    });
  });

  it('turns a bare instant into the zone, for want of anything better', () => {
    expect(wallTimeIn('Asia/Kolkata', '2026-12-01T09:00:00Z')).toEqual({
      date: '2026-12-01',
      time: '14:30',
      offset: '+05:30',
    });
    expect(wallTimeIn('UTC', '2026-12-01T09:00:00Z')).toEqual({ date: '2026-12-01', time: '09:00', offset: '+00:00' });
  });
});

describe('wallTimeAt', () => {
  it('counts an instant to an offset, over midnight too', () => {
    expect(wallTimeAt('2026-12-01T02:00:41Z', '-05:00')).toEqual({
      date: '2026-11-30',
      time: '21:00',
      offset: '-05:00',
    });
    expect(wallTimeAt('never', '-05:00')).toBeUndefined();
  });
});

describe('dates', () => {
  it('are counted over month, year and leap day', () => {
    expect([addDays('2026-12-31', 1), addDays('2028-02-28', 1), addDays('2026-03-01', -1)]).toEqual([
      '2027-01-01',
      '2028-02-29',
      '2026-02-28',
    ]);
  });

  it('are those of the zone, not of the machine', () => {
    expect(dateIn('Pacific/Auckland', new Date('2026-12-01T15:00:00Z'))).toBe('2026-12-02');
    expect(dateIn('America/New_York', new Date('2026-12-01T03:00:00Z'))).toBe('2026-11-30');
  });

  it('are written in words without any zone coming into it', () => {
    const wall = { date: '2026-03-29', time: '02:30', offset: '+01:00' };

    expect(formatDate(wall.date, 'en-GB').replace(',', '')).toBe('Sunday 29 March 2026');
    expect(formatTime(wall, 'en-GB')).toBe('02:30');
    expect(formatTime(wall, 'en-US').replace(/\s/, ' ')).toBe('2:30 AM');
    expect(formatRange('2026-11-30', '2026-12-06', 'en-GB')).toMatch(/30 November.+6 December 2026/);
  });
});
