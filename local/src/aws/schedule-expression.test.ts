import { describe, expect, it } from '@jest/globals';
import fixture from '../../test/fixtures/scheduler-expressions.json';
import { instantOf, nextRun, parseScheduleExpression } from './schedule-expression';

const runs = (expression: string, from: string, count: number, zone = 'UTC') => {
  const parsed = parseScheduleExpression(expression);
  if (parsed === undefined || parsed.kind === 'at') throw new Error(`${expression} does not recur`);
  const found: string[] = [];
  let after: number | undefined = Date.parse(from);
  const anchor = after;
  for (let n = 0; n < count; n += 1) {
    after = nextRun(parsed, after, anchor, zone);
    if (after === undefined) break;
    found.push(new Date(after).toISOString().replace(':00.000Z', 'Z'));
  }
  return found;
};

describe('schedule expressions', () => {
  it.each(fixture.valid)('takes %s, as AWS does', (expression) => {
    expect(parseScheduleExpression(expression)).toBeDefined();
  });

  it.each(fixture.invalid)('refuses %s, as AWS does', (expression) => {
    expect(parseScheduleExpression(expression)).toBeUndefined();
  });

  it.each([
    'at(2026-02-30T10:00:00)',
    'at(2026-12-01T24:00:00)',
    'cron(0 18 ? * 0 *)',
    'cron(5-1 * * * ? *)',
    'cron(*/0 * * * ? *)',
    'cron(0 0 32W * ? *)',
    'cron(0 0 ? * MON#6 *)',
    'cron(0 0 1 * ? 1969)',
    'cron(0 0 1 * ? * *)',
    'rate(0 minutes)',
  ])('refuses %s', (expression) => {
    expect(parseScheduleExpression(expression)).toBeUndefined();
  });

  it.each<[string, string, string[]]>([
    ['cron(*/15 * * * ? *)', '2026-12-01T10:00:00Z', ['2026-12-01T10:15Z', '2026-12-01T10:30Z']],
    ['cron(0 18 ? * MON-FRI *)', '2026-12-04T18:00:00Z', ['2026-12-07T18:00Z', '2026-12-08T18:00Z']],
    ['cron(0 10 L * ? *)', '2028-02-01T00:00:00Z', ['2028-02-29T10:00Z', '2028-03-31T10:00Z']],
    ['cron(0 8 1W * ? *)', '2026-07-31T12:00:00Z', ['2026-08-03T08:00Z', '2026-09-01T08:00Z']],
    ['cron(0 8 ? * FRIL *)', '2026-12-01T00:00:00Z', ['2026-12-25T08:00Z', '2027-01-29T08:00Z']],
    ['cron(0 8 ? * 2#1 *)', '2026-12-01T00:00:00Z', ['2026-12-07T08:00Z', '2027-01-04T08:00Z']],
    ['cron(30 6 29 FEB ? 2028)', '2026-01-01T00:00:00Z', ['2028-02-29T06:30Z']],
    ['cron(0/20 9-10 1 1 ? *)', '2027-01-01T09:39:00Z', ['2027-01-01T09:40Z', '2027-01-01T10:00Z']],
    ['rate(5 minutes)', '2026-12-01T10:00:00Z', ['2026-12-01T10:05Z', '2026-12-01T10:10Z']],
  ])('runs %s after %s at the right instants', (expression, from, expected) => {
    expect(runs(expression, from, 2)).toEqual(expected);
  });

  it('skips a local time that does not exist and runs one that comes twice only once', () => {
    expect(runs('cron(30 2 * * ? *)', '2026-03-07T12:00:00Z', 2, 'America/New_York')).toEqual([
      '2026-03-09T06:30Z',
      '2026-03-10T06:30Z',
    ]);
    expect(runs('cron(30 1 * * ? *)', '2026-10-31T12:00:00Z', 2, 'America/New_York')).toEqual([
      '2026-11-01T05:30Z',
      '2026-11-02T06:30Z',
    ]);
  });

  it('makes no run up that was missed', () => {
    const parsed = parseScheduleExpression('rate(1 hour)');
    const anchor = Date.parse('2026-12-01T10:00:00Z');

    const next = parsed?.kind === 'rate' ? nextRun(parsed, anchor + 10.5 * 3_600_000, anchor) : undefined;

    expect(next).toBe(anchor + 11 * 3_600_000);
  });

  it('reads a wall time in its zone', () => {
    const wall = { year: 2026, month: 7, day: 1, hour: 9, minute: 0, second: 0 };

    expect(instantOf(wall, 'America/New_York')).toEqual({ at: Date.parse('2026-07-01T13:00:00Z'), exists: true });
    expect(instantOf(wall, 'Asia/Kathmandu')).toEqual({ at: Date.parse('2026-07-01T03:15:00Z'), exists: true });
  });
});
