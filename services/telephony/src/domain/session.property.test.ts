import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CALM, runSession, STORM } from '../../test/storm';

/** `SESSIONS=40000` for a long run. */
const SESSIONS = Number(process.env['SESSIONS'] ?? 400);
const seeds = fc.integer({ min: 0, max: 2 ** 31 });
const agentLeft = fc.constantFrom('redial' as const, 'fail' as const);
const cancelAfterMs = fc.option(fc.integer({ min: 0, max: 300_000 }), { nil: undefined, freq: 4 });

describe('any session', () => {
  it('keeps every promise while the carrier, the queues and the process do their worst', () => {
    fc.assert(
      fc.property(seeds, agentLeft, cancelAfterMs, (seed, left, cancelled) => {
        const { violations } = runSession({
          seed,
          weather: STORM,
          policy: { agentLeft: left },
          cancelAfterMs: cancelled,
        });

        expect(violations).toEqual([]);
      }),
      { numRuns: SESSIONS },
    );
  });

  it('keeps every promise on an ordinary day', () => {
    fc.assert(
      fc.property(seeds, agentLeft, cancelAfterMs, (seed, left, cancelled) => {
        const { violations } = runSession({
          seed,
          weather: CALM,
          policy: { agentLeft: left },
          cancelAfterMs: cancelled,
        });

        expect(violations).toEqual([]);
      }),
      { numRuns: Math.ceil(SESSIONS / 2) },
    );
  });

  it('always joins two people who take their calls on an ordinary day', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { published, violations, placed } = runSession({
          seed,
          weather: CALM,
          behaviours: ['accept'],
          talkMs: 120_000,
        });

        expect(violations).toEqual([]);
        expect(published.map(({ event }) => event)).toEqual(['AgentAnswered', 'CallConnected', 'CallCompleted']);
        expect(placed).toEqual({ agent: 1, client: 1 });
      }),
      { numRuns: 100 },
    );
  });
});
