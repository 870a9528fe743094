import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ask, billed, IDLE_LINE, isSpent, longestQueueMs, refused, taken, type Line, type LinePolicy } from './line';

const NOW = Date.parse('2026-12-01T09:00:00Z');
const POLICY: LinePolicy = { callsPerSecond: 1, dailySpendUsd: 10, usdPerMinute: 0.02 };
const agent = { leg: 'agent', hasTurn: false } as const;
const client = { leg: 'client', hasTurn: false } as const;
const GRANTED = { is: 'granted', probe: false, queueMs: 0 };

describe('the rate of the account', () => {
  it('paces the agents of a full hour one by one, leaving two seconds to the carrier’s own queue', () => {
    let line = IDLE_LINE;
    const waits: number[] = [];
    for (let n = 0; n < 6; n++) {
      const { line: after, permission } = ask(line, agent, POLICY, NOW);
      line = after;
      waits.push(permission.is === 'later' ? permission.at - NOW : 0);
    }

    expect(waits).toEqual([0, 0, 0, 1000, 2000, 3000]);
  });

  it('keeps no client waiting whose agent is on the line, but counts the call', () => {
    const busy: Line = { ...IDLE_LINE, nextAt: NOW + 30_000 };

    const { line, permission } = ask(busy, client, POLICY, NOW);

    expect(permission).toEqual(GRANTED);
    expect(line.nextAt).toBe(NOW + 31_000);
  });

  it('takes no second turn for a call whose turn has come', () => {
    const busy: Line = { ...IDLE_LINE, nextAt: NOW + 30_000 };

    expect(ask(busy, { leg: 'agent', hasTurn: true }, POLICY, NOW)).toEqual({ line: busy, permission: GRANTED });
  });

  it('is never exceeded over any stretch of time, but for what the carrier’s queue may hold', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 5000 }), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 10 }),
        (gaps, callsPerSecond) => {
          let line = IDLE_LINE;
          let now = NOW;
          const dialledAt = gaps.map((gap) => {
            now += gap;
            const asked = ask(line, agent, { ...POLICY, callsPerSecond }, now);
            line = asked.line;
            return asked.permission.is === 'later' ? asked.permission.at : now;
          });
          dialledAt.forEach((from, first) => {
            dialledAt.forEach((to, last) => {
              if (last <= first) return;
              const seconds = (to - from) / 1000;
              expect(last - first).toBeLessThanOrEqual(Math.ceil((seconds + 2) * callsPerSecond) + 1);
            });
          });
        },
      ),
    );
  });
});

describe('a carrier that refuses the account', () => {
  let down: Line;
  beforeEach(() => {
    down = refused(IDLE_LINE, { sessionId: 'cs_1', code: 20003, surely: true }, NOW);
  });

  it('is asked no more until a minute later', () => {
    expect(ask(down, agent, POLICY, NOW + 59_999).permission).toEqual({
      is: 'later',
      at: NOW + 60_000,
      because: 'carrier-down',
    });
  });

  it('is then asked once, and nobody else meanwhile', () => {
    const first = ask(down, agent, POLICY, NOW + 60_000);
    const second = ask(first.line, client, POLICY, NOW + 60_000);

    expect(first.permission).toMatchObject({ is: 'granted', probe: true });
    expect(second.permission).toEqual({ is: 'later', at: NOW + 120_000, because: 'carrier-down' });
  });

  it('is asked by everybody again once it took a call', () => {
    const mended = taken(down, 0, NOW + 60_000);

    expect(mended.breaker).toBeUndefined();
    expect(ask(mended, agent, POLICY, NOW + 60_000).permission).toEqual(GRANTED);
  });

  it('stays so when the probe is refused too, and keeps since when', () => {
    const still = refused(down, { sessionId: 'cs_2', code: 20003, surely: true }, NOW + 60_000);

    expect(still.breaker).toEqual({ openedAt: NOW, code: 20003, probeAt: NOW + 120_000 });
  });
});

describe('a refusal that may be about the number', () => {
  const refusing = (line: Line, sessionId: string, at: number) =>
    refused(line, { sessionId, code: 21215, surely: false }, at);

  it('stops nobody else', () => {
    expect(ask(refusing(IDLE_LINE, 'cs_1', NOW), agent, POLICY, NOW).permission).toEqual(GRANTED);
  });

  it('is about the account when it meets three sessions within ten minutes', () => {
    const twice = refusing(refusing(IDLE_LINE, 'cs_1', NOW), 'cs_2', NOW + 1000);
    const sameAgain = refusing(twice, 'cs_2', NOW + 2000);
    const thrice = refusing(sameAgain, 'cs_3', NOW + 599_999);

    expect(sameAgain.breaker).toBeUndefined();
    expect(thrice.breaker).toEqual({ openedAt: NOW + 599_999, code: 21215, probeAt: NOW + 659_999 });
  });

  it('is forgotten after ten minutes, and when a call was taken', () => {
    const twice = refusing(refusing(IDLE_LINE, 'cs_1', NOW), 'cs_2', NOW + 1000);

    expect(refusing(twice, 'cs_3', NOW + 601_000).breaker).toBeUndefined();
    expect(refusing(taken(twice, 0, NOW), 'cs_3', NOW + 2000).breaker).toBeUndefined();
  });
});

describe('the carrier’s queue', () => {
  it('is as long as the longest wait of the last fifteen minutes', () => {
    let line = taken(IDLE_LINE, 9000, NOW);
    line = taken(line, 4000, NOW + 30_000);
    line = taken(line, 5000, NOW + 5 * 60_000);

    expect(longestQueueMs(line, NOW + 6 * 60_000)).toBe(9000);
    expect(longestQueueMs(line, NOW + 16 * 60_000)).toBe(5000);
    expect(longestQueueMs(line, NOW + 21 * 60_000)).toBe(0);
    expect(ask(line, agent, POLICY, NOW + 6 * 60_000).permission).toMatchObject({ queueMs: 9000 });
  });

  it('is remembered for no more minutes than count', () => {
    let line = IDLE_LINE;
    for (let minute = 0; minute < 100; minute++) line = taken(line, 1000, NOW + minute * 60_000);

    expect(line.queue).toHaveLength(16);
  });
});

describe('the money of a day', () => {
  it('is counted in minutes begun', () => {
    expect(billed(IDLE_LINE, 61, POLICY, NOW).spent).toEqual({ day: '2026-12-01', microUsd: 40_000 });
  });

  it('stops dialling when it is spent, and begins anew at midnight UTC', () => {
    const spent = billed(IDLE_LINE, 500 * 60, POLICY, NOW);

    expect(isSpent(billed(IDLE_LINE, 499 * 60, POLICY, NOW), POLICY, NOW)).toBe(false);
    expect(ask(spent, client, POLICY, NOW).permission).toEqual({ is: 'refused', because: 'spent' });
    expect(ask(spent, agent, POLICY, Date.parse('2026-12-02T00:00:00Z')).permission).toEqual(GRANTED);
    expect(billed(spent, 60, POLICY, Date.parse('2026-12-02T00:00:00Z')).spent).toEqual({
      day: '2026-12-02',
      microUsd: 20_000,
    });
  });

  it('is no limit where none is set', () => {
    const spent = billed(IDLE_LINE, 60_000_000, POLICY, NOW);

    expect(ask(spent, agent, { ...POLICY, dailySpendUsd: 0 }, NOW).permission).toEqual(GRANTED);
  });
});
