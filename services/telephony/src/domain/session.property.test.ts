import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { journey } from '../../test/journey';
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

describe('the callbacks of one call', () => {
  const lives: readonly (readonly [string, number?][])[] = [
    [['initiated'], ['ringing'], ['in-progress'], ['completed']],
    [['initiated'], ['busy', 486]],
    [['initiated'], ['failed', 480]],
    [['initiated'], ['ringing'], ['no-answer', 603]],
  ];

  it('say the same in any order and however often', () => {
    fc.assert(
      fc.property(
        fc
          .constantFrom(...lives)
          .chain((life) =>
            fc.tuple(
              fc.constant(life),
              fc.shuffledSubarray([...life], { minLength: life.length }),
              fc.array(fc.constantFrom(...life), { maxLength: 4 }),
            ),
          ),
        ([life, shuffled, again]) => {
          const told = (statuses: readonly (readonly [string, number?])[]) => {
            const call = journey();
            call.start();
            call.place('agent');
            for (const [status, sip] of statuses) call.status('agent', 1, status, sip);
            const { stage, outcome } = call.attempt('agent-1');
            return { stage, outcome, effects: call.ofKind('create').length, facts: call.facts() };
          };

          expect(told([...shuffled, ...again])).toEqual(told(life));
        },
      ),
      { numRuns: 200 },
    );
  });
});
