import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { STARTS_AT } from '../../test/journey';
import { answerTo, type Question } from './answer';
import { isFinal } from './outcome';
import { CallPolicy } from './policy';
import {
  agentOnLine,
  findAttempt,
  isOpen,
  newSession,
  step,
  type Advanced,
  type Attempt,
  type Effect,
  type Input,
  type Leg,
  type Session,
} from './session';

/*
 * What holds of every state, whatever was told to get there: any input, about any attempt, by any call, at any time. Half of
 * the inputs make sense in the state they meet, so that deep states are reached; the others make none.
 */

const LEGS: readonly Leg[] = ['agent', 'client'];
const PEOPLE = {
  agent: { name: 'Alex', phone: '+12025550100' },
  client: { name: 'Ada', phone: '+12025550123' },
} as const;
const RANK = ['reserved', 'submitted', 'live', 'ringing', 'answered', 'human', 'ended'];
const STATUSES = [
  'queued',
  'initiated',
  'ringing',
  'in-progress',
  'completed',
  'busy',
  'failed',
  'no-answer',
  'canceled',
];
const ROOMS = [1, 2, 3].map((n) => `s-cs_1_1-${n}`);

const leg = fc.constantFrom(...LEGS);
const attemptId = fc.oneof(
  { weight: 9, arbitrary: fc.tuple(leg, fc.integer({ min: 1, max: 3 })).map(([who, n]) => `${who}-${n}`) },
  { weight: 1, arbitrary: fc.constantFrom('agent-4', 'client-0', 'nobody', '', '__proto__') },
);
const sidOf = (id: string) => `CA-${id}`;
const callSid = fc.oneof(attemptId.map(sidOf), fc.constantFrom('CA-stranger', ''));
const answeredBy = fc.constantFrom('human', 'machine_start', 'machine_end_beep', 'fax', 'unknown', '', undefined);
const digits = fc.constantFrom('', '1', '7', '11', '#');
const status = fc.oneof(fc.constantFrom(...STATUSES), fc.string({ maxLength: 8 }));
const sipCode = fc.option(fc.constantFrom(180, 404, 480, 486, 487, 503, 603, -1), { nil: undefined });
const room = fc.constantFrom(...ROOMS, 's-cs_1_1-9', 'elsewhere');
const conferenceSid = fc.constantFrom('CF1', 'CF2', undefined);
const at = fc.option(
  fc.integer({ min: -600, max: 86_400 }).map((seconds) => STARTS_AT + seconds * 1000),
  { nil: undefined },
);
const creates = fc.integer({ min: 1, max: 3 });
const queueMs = fc.constantFrom(0, 400, 90_000, 3_600_000);

const anyInput: fc.Arbitrary<Input> = fc.oneof(
  fc.record({ type: fc.constant('wake' as const) }),
  fc.record({
    type: fc.constant('people' as const),
    agent: fc.constant(PEOPLE.agent),
    client: fc.constant(PEOPLE.client),
  }),
  fc.record({
    type: fc.constant('called-off' as const),
    as: fc.constantFrom('cancelled' as const, 'superseded' as const),
  }),
  fc.record({ type: fc.constant('engaged' as const), leg }),
  fc.record({ type: fc.constant('claim' as const), attemptId, creates }),
  fc.record({ type: fc.constant('created' as const), attemptId, callSid, queueMs }),
  fc.record({ type: fc.constant('not-placed' as const), attemptId, creates }),
  fc.record({
    type: fc.constant('refused' as const),
    attemptId,
    outcome: fc.constantFrom('invalid-number', 'unreachable', 'rejected-by-policy', 'carrier-error'),
  }),
  fc.record({ type: fc.constant('answered' as const), attemptId, callSid, answeredBy }),
  fc.record({ type: fc.constant('key' as const), attemptId, callSid, digits }),
  fc.record({ type: fc.constant('dial-ended' as const), attemptId, callSid }),
  fc.record({ type: fc.constant('status' as const), attemptId, callSid, status, sipCode, at }),
  fc.record({
    type: fc.constant('conference' as const),
    room,
    event: fc.constantFrom('start', 'join', 'leave', 'end'),
    conferenceSid,
    callSid: fc.option(callSid, { nil: undefined }),
    hungUp: fc.option(fc.boolean(), { nil: undefined }),
    endedBy: fc.option(leg, { nil: undefined }),
  }),
  fc.record({
    type: fc.constant('fetched' as const),
    attemptId,
    found: fc.option(fc.record({ callSid, status })),
  }),
  fc.record({ type: fc.constant('room-fetched' as const), room, inProgress: fc.boolean() }),
);

/** What an orderly carrier, or an orderly queue, could say in this state. */
function sensible(session: Session): readonly Input[] {
  const inputs: Input[] = [{ type: 'wake' }];
  for (const attempt of session.attempts) {
    const { id, stage } = attempt;
    const call = { attemptId: id, callSid: attempt.callSid ?? sidOf(id) };
    if (stage === 'reserved') inputs.push({ type: 'claim', attemptId: id, creates: attempt.creates });
    if (stage === 'submitted')
      inputs.push(
        { type: 'created', ...call, queueMs: 0 },
        { type: 'not-placed', attemptId: id, creates: attempt.creates },
        { type: 'fetched', attemptId: id, found: null },
      );
    if (stage === 'reserved' || !isOpen(attempt)) continue;
    inputs.push(
      { type: 'status', ...call, status: 'ringing' },
      { type: 'status', ...call, status: 'completed' },
      { type: 'status', ...call, status: 'busy', sipCode: 486 },
      { type: 'answered', ...call, answeredBy: 'human' },
      { type: 'answered', ...call },
      { type: 'key', ...call, digits: '1' },
      { type: 'key', ...call, digits: '' },
    );
    if (attempt.room !== undefined)
      inputs.push(
        { type: 'dial-ended', ...call },
        { type: 'conference', room: attempt.room, event: 'join', callSid: call.callSid },
        { type: 'conference', room: attempt.room, event: 'start' },
        { type: 'room-fetched', room: attempt.room, inProgress: true },
        { type: 'room-fetched', room: attempt.room, inProgress: false },
      );
  }
  return inputs;
}

interface Move {
  readonly wait: 'none' | 'until-woken' | number;
  readonly say: { readonly any: Input } | { readonly sensible: number };
}
const move: fc.Arbitrary<Move> = fc.record({
  wait: fc.oneof(
    { weight: 4, arbitrary: fc.constant('none' as const) },
    { weight: 2, arbitrary: fc.constant('until-woken' as const) },
    { weight: 2, arbitrary: fc.integer({ min: 1, max: 60_000 }) },
    { weight: 1, arbitrary: fc.integer({ min: 60_001, max: 86_400_000 }) },
  ),
  say: fc.oneof(
    { weight: 2, arbitrary: fc.nat(1000).map((index) => ({ sensible: index })) },
    { weight: 1, arbitrary: anyInput.map((any) => ({ any })) },
  ),
});
const moves = fc.array(move, { maxLength: 40, size: 'max' });
const acceptance = fc.constantFrom('keypress' as const, 'amd' as const, 'either' as const);
const policies = fc
  .record({
    acceptance,
    agentLeft: fc.constantFrom('redial' as const, 'fail' as const),
    attempts: fc.integer({ min: 1, max: 3 }),
  })
  .map((policy) => CallPolicy.parse(policy));

interface Moment {
  readonly before: Session;
  readonly input: Input;
  readonly after: Session;
  readonly effects: readonly Effect[];
  readonly policy: CallPolicy;
  readonly now: number;
}

/** Runs the moves and lets every moment be judged. */
function everyMoment(judge: (moment: Moment) => void, runs = 500): void {
  fc.assert(
    fc.property(policies, moves, (policy, made) => {
      let now = STARTS_AT;
      let session = newSession({
        id: 'cs_1_1',
        appointmentId: 'apt_1',
        appointmentVersion: 1,
        startsAt: STARTS_AT,
        startedAt: STARTS_AT,
        ...PEOPLE,
      });
      for (const { wait, say } of [{ wait: 'none' as const, say: { sensible: 0 } }, ...made]) {
        if (wait === 'until-woken') now = Math.max(now, session.wakeAt ?? now);
        else if (wait !== 'none') now += wait;
        const choices = sensible(session);
        const input = 'any' in say ? say.any : choices[say.sensible % choices.length];
        if (!input) throw new Error('there is always something to say');
        const before = deepFrozen(session);
        const { session: after, effects } = step(before, [input], policy, now);
        judge({ before, input, after, effects, policy, now });
        session = after;
      }
    }),
    { numRuns: runs },
  );
}

function deepFrozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFrozen);
  }
  return value;
}

const stored = (advanced: Advanced) => JSON.stringify(advanced);

describe('whatever a session is told, in any order and at any time,', () => {
  it('it can be told: nothing throws, and nothing that was read is changed', () => {
    everyMoment(({ after }) => {
      expect(after.id).toBe('cs_1_1');
    });
  });

  it('I9: an attempt that has ended stays ended, and what became of it stays what it was', () => {
    everyMoment(({ before, after }) => {
      for (const attempt of before.attempts) {
        if (attempt.stage !== 'ended') continue;
        const { stage, outcome } = findAttempt(after, attempt.id) ?? {};
        expect({ stage, outcome }).toEqual({ stage: 'ended', outcome: attempt.outcome });
      }
    });
  });

  it('I9: no attempt comes less far than it was, but for one whose call was surely not placed', () => {
    everyMoment(({ before, after, input }) => {
      for (const attempt of before.attempts) {
        if (attempt.stage === 'reserved' || input.type === 'not-placed') continue;
        const then = findAttempt(after, attempt.id);
        expect(RANK.indexOf(then?.stage ?? 'gone')).toBeGreaterThanOrEqual(RANK.indexOf(attempt.stage));
      }
    });
  });

  it('I9: each leg has as many attempts as the policy allows at most, each with an id of its own, one of them open', () => {
    everyMoment(({ after, policy }) => {
      expect(new Set(after.attempts.map(({ id }) => id)).size).toBe(after.attempts.length);
      for (const who of LEGS) {
        const own = after.attempts.filter((attempt) => attempt.leg === who);
        expect(own.length).toBeLessThanOrEqual(policy.attempts);
        expect(own.filter(isOpen).length).toBeLessThanOrEqual(1);
      }
    });
  });

  it('I10: the same again leads to the same state, dials nobody and tells nobody', () => {
    everyMoment(({ input, after, policy, now }) => {
      // A wrong key may have been pressed twice, and nothing tells two presses from one that was told twice.
      if (input.type === 'key' && input.digits !== '1') return;
      const again = step(after, [input], policy, now);

      expect(stored({ session: again.session, effects: [] })).toBe(stored({ session: after, effects: [] }));
      expect(again.effects.filter((effect) => effect.do === 'create' || effect.do === 'publish')).toEqual([]);
    });
  });

  it('I11: a client is sent into a room only while the agent of that room is on the line', () => {
    everyMoment(({ after }) => {
      const questions: readonly Question[] = ['answer', 'key', 'dialled'];
      for (const attempt of after.attempts)
        for (const sid of [attempt.callSid ?? '', 'CA-stranger'])
          for (const question of questions) {
            const answer = answerTo(after, attempt.id, sid, question);
            if (answer.say !== 'conference') continue;
            expect(attempt).toMatchObject({ callSid: sid, stage: 'human' });
            expect(answer.room).toBe(`s-cs_1_1-${agentOnLine(after)?.n}`);
            expect(after.terminal).toBeUndefined();
          }
    });
  });

  it('I4: a client is dialled only while an agent who has accepted is on the line', () => {
    everyMoment(({ before, after, effects }) => {
      const isAsked = effects.some((effect) => effect.do === 'create' && effect.attemptId.startsWith('client'));
      const isClaimed = after.attempts.some(
        ({ id, leg: who, stage, callSid: sid }) =>
          who === 'client' &&
          stage === 'submitted' &&
          sid === undefined &&
          findAttempt(before, id)?.stage === 'reserved',
      );
      if (isAsked || isClaimed) expect(agentOnLine(after)).toBeDefined();
    });
  });

  it('I3, I5: it ends once, dials nobody afterwards, and tells nothing more', () => {
    everyMoment(({ before, after, effects }) => {
      const told = effects.flatMap((effect) => (effect.do === 'publish' ? [effect.fact.event] : []));
      const ends = told.filter((event) => event === 'CallCompleted' || event === 'CallFailed');
      expect(ends).toHaveLength(!before.terminal && after.terminal ? 1 : 0);
      if (before.terminal) {
        expect(after.terminal).toEqual(before.terminal);
        expect(told).toEqual([]);
      }
      if (after.terminal) {
        expect(told.slice(-1)).toEqual(ends);
        expect(effects.filter((effect) => effect.do === 'create')).toEqual([]);
      }
      if (before.joined) expect(after.joined).toEqual(before.joined);
      if (before.closed) expect(after.closed).toBe(true);
    });
  });

  it('I7: it closes only when no call of its own can be alive, and forgets whom it phoned', () => {
    everyMoment(({ after, policy, now }) => {
      if (!after.closed) return;
      expect(after.terminal).toBeDefined();
      expect(after.attempts.filter(isOpen)).toEqual([]);
      expect(after.held).toEqual([]);
      expect(JSON.stringify(after)).not.toMatch(/\+1202|Alex|Ada/);
      expect(step(after, [{ type: 'wake' }], policy, now + 86_400_000).effects).toEqual([]);
    });
  });

  it('I8: unless it has closed, it will be woken: within a quarter of an hour, and not in the past', () => {
    everyMoment(({ after, now }) => {
      if (after.closed) return;
      expect(after.wakeAt).toBeGreaterThan(now);
      expect(after.wakeAt).toBeLessThanOrEqual(now + 900_000);
    });
  });

  it('the state as it is stored decides as the state that was stored', () => {
    everyMoment(({ before, input, policy, now }) => {
      const read = JSON.parse(JSON.stringify(before)) as Session;

      expect(stored(step(read, [input], policy, now))).toBe(stored(step(before, [input], policy, now)));
    });
  });
});

void isFinal;
void ({} as Attempt);
