import { describe, expect, it } from '@jest/globals';
import { ask, billed, IDLE_LINE, isSpent, longestQueueMs, refused, taken, type Line, type LinePolicy } from './line';

const NOW = Date.parse('2026-12-01T09:00:00Z');
const MINUTE = 60_000;
const POLICY: LinePolicy = { callsPerSecond: 1, dailySpendUsd: 10, usdPerMinute: 0.02 };
const agent = { leg: 'agent', hasTurn: false } as const;

const refusing = (line: Line, sessionId: string, at: number) =>
  refused(line, { sessionId, code: 21215, surely: false }, at);

describe('a line that nobody has used', () => {
  it('has no call before the next, no refusals, no queue and no spending', () => {
    expect(IDLE_LINE).toEqual({ nextAt: 0, refusals: [], queue: [], spent: { day: '', microUsd: 0 } });
  });
});

describe('a turn', () => {
  it.each([
    [1, 1000],
    [3, 334],
    [4, 250],
    [10, 100],
  ])('at %i calls a second takes %i ms, rounded up', (callsPerSecond, ms) => {
    expect(ask(IDLE_LINE, agent, { ...POLICY, callsPerSecond }, NOW).line.nextAt).toBe(NOW + ms);
  });

  it('two seconds ahead is still the carrier’s to wait for, and one later is ours', () => {
    expect(ask({ ...IDLE_LINE, nextAt: NOW + 2000 }, agent, POLICY, NOW).permission).toMatchObject({ is: 'granted' });
    expect(ask({ ...IDLE_LINE, nextAt: NOW + 2001 }, agent, POLICY, NOW).permission).toEqual({
      is: 'later',
      at: NOW + 1,
      because: 'paced',
    });
  });
});

describe('a call that the carrier took', () => {
  it('changes nothing on a line where nothing was wrong and nothing waits', () => {
    expect(taken(IDLE_LINE, 0, NOW)).toBe(IDLE_LINE);
  });

  it('forgets the refusals and the breaker, and nothing else', () => {
    const line: Line = { ...IDLE_LINE, nextAt: NOW, spent: { day: '2026-12-01', microUsd: 5 } };
    const down = refused(line, { sessionId: 'cs_1', code: 20003, surely: true }, NOW);

    expect(taken(down, 0, NOW)).toEqual(line);
    expect(taken(refusing(line, 'cs_1', NOW), 0, NOW)).toEqual(line);
  });
});

describe('a refusal', () => {
  it('that is surely the account’s forgets those that may have been, and keeps its code', () => {
    const line = refused(refusing(IDLE_LINE, 'cs_1', NOW), { sessionId: 'cs_2', code: 20003, surely: true }, NOW + 1);

    expect(line.refusals).toEqual([]);
    expect(line.breaker).toEqual({ openedAt: NOW + 1, code: 20003, probeAt: NOW + 1 + MINUTE });
  });

  it('counts for ten minutes and not a moment longer', () => {
    const twice = refusing(refusing(IDLE_LINE, 'cs_1', NOW), 'cs_2', NOW + 5);

    expect(refusing(twice, 'cs_3', NOW + 10 * MINUTE - 1).breaker).toBeDefined();
    expect(refusing(twice, 'cs_3', NOW + 10 * MINUTE).breaker).toBeUndefined();
  });

  it('of a session that was refused before counts once, from the last time', () => {
    const again = refusing(refusing(IDLE_LINE, 'cs_1', NOW), 'cs_1', NOW + MINUTE);

    expect(again.refusals).toEqual([{ at: NOW + MINUTE, sessionId: 'cs_1' }]);
  });
});

describe('the carrier’s queue', () => {
  it('is told once for each minute, by the longest wait in it', () => {
    const first = Math.floor(NOW / MINUTE);

    const line = [4000, 9000, 5000].reduce((known, ms) => taken(known, ms, NOW), IDLE_LINE);

    expect(line.queue).toEqual([{ minute: first, ms: 9000 }]);
    expect(taken(line, 1000, NOW + MINUTE).queue).toEqual([
      { minute: first, ms: 9000 },
      { minute: first + 1, ms: 1000 },
    ]);
  });

  it('counts the minute of fifteen minutes ago, and none before', () => {
    const line = taken(IDLE_LINE, 7000, NOW);

    expect(longestQueueMs(line, NOW + 15 * MINUTE + 59_999)).toBe(7000);
    expect(longestQueueMs(line, NOW + 16 * MINUTE)).toBe(0);
  });
});

describe('the money of a day', () => {
  it('adds up over the day', () => {
    const twice = billed(billed(IDLE_LINE, 60, POLICY, NOW), 120, POLICY, NOW + MINUTE);

    expect(twice.spent).toEqual({ day: '2026-12-01', microUsd: 60_000 });
  });

  it('is spent at the limit, not beyond it', () => {
    const spending = (microUsd: number): Line => ({ ...IDLE_LINE, spent: { day: '2026-12-01', microUsd } });

    expect(isSpent(spending(9_999_999), POLICY, NOW)).toBe(false);
    expect(isSpent(spending(10_000_000), POLICY, NOW)).toBe(true);
  });
});
