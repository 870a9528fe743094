import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { journey, STARTS_AT } from '../../test/journey';
import { shareOfSessions, trace } from '../../test/seeds';
import { CALM, runSession, STORM, type Weather } from '../../test/storm';

/** Neighbours have nothing in common, so none is likelier and none is simpler. */
const seeds = fc.noShrink(fc.noBias(fc.integer({ min: 0, max: 2 ** 31 })));
const acceptance = fc.constantFrom('keypress' as const, 'keypress' as const, 'amd' as const, 'either' as const);
const policies = fc.record({
  agentLeft: fc.constantFrom('redial' as const, 'fail' as const),
  acceptance: fc.record({ agent: acceptance, client: acceptance }),
  longestWaitSeconds: fc.constantFrom(600, 600, 120, 45),
});
const changes = fc.option(
  fc.record({
    as: fc.constantFrom('cancelled' as const, 'moved' as const),
    afterMs: fc.integer({ min: 0, max: 300_000 }),
  }),
  { nil: undefined, freq: 3 },
);

describe('any session', () => {
  const keepsEveryPromise = (weather: Weather, share: number) =>
    fc.assert(
      fc.property(seeds, policies, changes, (seed, policy, change) => {
        const { violations } = runSession({ seed, weather, policy, change, ...(trace && { trace }) });

        expect(violations).toEqual([]);
      }),
      shareOfSessions(share),
    );

  it('keeps every promise while the carrier, the queues and the process do their worst', () => {
    keepsEveryPromise(STORM, 0.75);
  });

  it('keeps every promise on an ordinary day', () => {
    keepsEveryPromise(CALM, 0.2);
  });

  it('always joins two people who take their calls on an ordinary day', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { published, violations, placed, met } = runSession({
          seed,
          weather: CALM,
          behaviours: ['accept'],
          talkMs: 120_000,
          ...(trace && { trace }),
        });

        expect(violations).toEqual([]);
        expect(met).toBe(true);
        expect(published.map(({ event }) => event)).toEqual(['AgentAnswered', 'CallConnected', 'CallCompleted']);
        expect(placed).toEqual({ agent: 1, client: 1 });
      }),
      shareOfSessions(0.05),
    );
  });
});

/** One thing that the carrier says or asks of a call, with its own time where it tells one. */
type Word =
  | { readonly status: string; readonly sip?: number; readonly at: number }
  | { readonly asks: 'answer' | 'key'; readonly digits?: string };

describe('I12: the callbacks of one call', () => {
  const second = (n: number) => STARTS_AT + n * 1000;
  const dialled: readonly Word[] = [{ status: 'initiated', at: second(1) }];
  const rings: readonly Word[] = [...dialled, { status: 'ringing', at: second(2) }];
  const isTaken: readonly Word[] = [...rings, { status: 'in-progress', at: second(9) }, { asks: 'answer' }];
  const lives: Readonly<Record<string, readonly Word[]>> = {
    busy: [...dialled, { status: 'busy', sip: 486, at: second(2) }],
    unreachable: [...dialled, { status: 'failed', sip: 480, at: second(2) }],
    'no such number': [...dialled, { status: 'failed', sip: 404, at: second(2) }],
    'the carrier at fault': [...dialled, { status: 'failed', sip: 503, at: second(2) }],
    'not answered': [...rings, { status: 'no-answer', sip: 487, at: second(27) }],
    declined: [...rings, { status: 'no-answer', sip: 603, at: second(5) }],
    'declined without a code': [...rings, { status: 'no-answer', at: second(5) }],
    'given up while ringing': [...rings, { status: 'canceled', at: second(6) }],
    'taken, and nothing was said': [...isTaken.slice(0, 3), { status: 'completed', at: second(10) }],
    'taken, and nothing pressed': [...isTaken, { asks: 'key', digits: '' }, { status: 'completed', at: second(30) }],
    'taken, and hung up': [...isTaken, { status: 'completed', at: second(12) }],
    accepted: [...isTaken, { asks: 'key', digits: '1' }, { status: 'completed', at: second(90) }],
  };

  /**
   * Callbacks come in any order and more than once. Questions do not: a call asks one after the other, and is not over
   * before the last was answered.
   */
  const anyOrder = (life: readonly Word[]): fc.Arbitrary<readonly Word[]> => {
    const isQuestion = (word: Word) => 'asks' in word;
    const last = life.at(-1);
    return fc
      .tuple(
        fc.shuffledSubarray([...life], { minLength: life.length }),
        fc.array(fc.constantFrom(...life.filter((word) => !isQuestion(word))), { maxLength: 4 }),
      )
      .map(([shuffled, again]) => {
        const questions = life.filter(isQuestion);
        const told = shuffled.map((word) => (isQuestion(word) ? (questions.shift() ?? word) : word));
        const lastQuestion = told.findLastIndex(isQuestion);
        const end = told.findIndex((word) => word === last);
        if (end < lastQuestion) told.splice(lastQuestion, 0, ...told.splice(end, 1));
        return [...told, ...again];
      });
  };

  const afterwards = (words: readonly Word[]) => {
    const call = journey();
    call.start();
    call.place('agent');
    for (const word of words)
      if (!('asks' in word))
        call.feed({
          ...word,
          type: 'status',
          attemptId: 'agent-1',
          callSid: call.sidOf('agent', 1),
          sipCode: word.sip,
        });
      else if (word.asks === 'answer') call.answer('agent');
      else call.press('agent', 1, word.digits);
    const { stage, outcome, ringSeconds } = call.attempt('agent-1');
    return { stage, outcome, ringSeconds, facts: call.facts(), dialled: call.ofKind('create').length };
  };

  const inAnyOrder = (judge: (any: ReturnType<typeof afterwards>, orderly: ReturnType<typeof afterwards>) => void) =>
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(lives)).chain((life) => anyOrder(life).map((words) => ({ life, words }))),
        ({ life, words }) => judge(afterwards(words), afterwards(life)),
      ),
      shareOfSessions(0.25),
    );

  it('lead to the same stage, the same dials and the same events in any order and however often', () => {
    inAnyOrder((any, orderly) => {
      expect(any).toMatchObject({ stage: orderly.stage, facts: orderly.facts, dialled: orderly.dialled });
    });
  });

  it('lead to the same outcome and the same ring time in any order and however often', () => {
    inAnyOrder((any, orderly) => {
      expect(any).toEqual(orderly);
    });
  });
});
