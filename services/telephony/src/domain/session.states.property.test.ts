import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import { STARTS_AT } from '../../test/journey';
import { shareOfSessions } from '../../test/seeds';
import { answerTo, type Question } from './answer';
import { type CallPolicy, callPolicy } from './policy';
import {
  agentOnLine,
  findAttempt,
  isOpen,
  newSession,
  step,
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
const room = fc.constantFrom(...ROOMS, 's-cs_1_1-9', 'elsewhere', '__proto__');
const conferenceSid = fc.constantFrom('CF1', 'CF2', undefined);
const at = fc.option(
  fc.integer({ min: -600, max: 86_400 }).map((seconds) => STARTS_AT + seconds * 1000),
  { nil: undefined },
);
const creates = fc.integer({ min: 1, max: 3 });
const until = fc.integer({ min: -60, max: 3600 }).map((seconds) => STARTS_AT + seconds * 1000);
const telling = fc.constantFrom('once', 'twice', undefined);
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
  fc.record({ type: fc.constant('claim' as const), attemptId, creates, queueMs }),
  fc.record({ type: fc.constant('created' as const), attemptId, callSid, queueMs }),
  fc.record({ type: fc.constant('not-placed' as const), attemptId, creates }),
  fc.record({ type: fc.constant('forbidden' as const), leg }),
  fc.record({ type: fc.constant('probe-refused' as const), attemptId, creates, until }),
  fc.record({
    type: fc.constant('put-off' as const),
    attemptId,
    creates,
    until,
    because: fc.constantFrom('paced' as const, 'carrier-down' as const),
  }),
  fc.record({
    type: fc.constant('refused' as const),
    attemptId,
    outcome: fc.constantFrom('invalid-number', 'unreachable', 'rejected-by-policy', 'carrier-error'),
  }),
  fc.record({ type: fc.constant('answered' as const), attemptId, callSid, answeredBy }),
  fc.record({ type: fc.constant('key' as const), attemptId, callSid, digits, telling }),
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
    if (stage === 'reserved')
      inputs.push(
        { type: 'claim', attemptId: id, creates: attempt.creates },
        { type: 'put-off', attemptId: id, creates: attempt.creates, until: STARTS_AT + 60_000, because: 'paced' },
      );
    if (stage === 'submitted')
      inputs.push(
        { type: 'created', ...call, queueMs: 0 },
        { type: 'not-placed', attemptId: id, creates: attempt.creates },
        { type: 'probe-refused', attemptId: id, creates: attempt.creates, until: STARTS_AT + 60_000 },
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
    acceptance: fc.record({ agent: acceptance, client: acceptance }),
    agentLeft: fc.constantFrom('redial' as const, 'fail' as const),
    attempts: fc.integer({ min: 1, max: 3 }),
  })
  .map((policy) => callPolicy().parse(policy));

interface Moment {
  readonly before: Session;
  readonly input: Input;
  readonly after: Session;
  readonly effects: readonly Effect[];
  readonly policy: CallPolicy;
  readonly now: number;
}

/** What is wrong at a moment; `false` stands for nothing. */
type Judge = (moment: Moment) => readonly (string | false)[];

/** Runs the moves and has every moment judged. */
function everyMoment(judge: Judge, share = 0.15): void {
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
      for (const { wait, say } of [START, ...made]) {
        if (wait === 'until-woken') now = Math.max(now, session.wakeAt ?? now);
        else if (wait !== 'none') now += wait;
        const choices = sensible(session);
        const input = 'any' in say ? say.any : choices[say.sensible % choices.length];
        if (!input) throw new Error('there is always something to say');
        const before = deepFrozen(session);
        const { session: after, effects } = step(before, [input], policy, now);
        const faults = judge({ before, input, after, effects, policy, now }).filter((fault) => fault !== false);
        if (faults.length > 0)
          throw new Error(`${faults.join('; ')}, after ${JSON.stringify(input)} in ${JSON.stringify(before)}`);
        session = after;
      }
    }),
    shareOfSessions(share),
  );
}
const START: Move = { wait: 'none', say: { sensible: 0 } };

function deepFrozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFrozen);
  }
  return value;
}

const rank = (attempt: Attempt | undefined) => RANK.indexOf(attempt?.stage ?? 'gone');
const dials = (effects: readonly Effect[]) => effects.filter((effect) => effect.do === 'create');
const told = (effects: readonly Effect[]) =>
  effects.flatMap((effect) => (effect.do === 'publish' ? [effect.fact.event] : []));
const isTerminal = (event: string) => event === 'CallCompleted' || event === 'CallFailed';

describe('whatever a session is told, in any order and at any time,', () => {
  it('it can be told: nothing throws, and what was read is not changed', () => {
    everyMoment(({ before, after }) => [after.id !== before.id && 'it is another session']);
  });

  it('I9: an attempt that has ended stays ended', () => {
    everyMoment(({ before, after }) =>
      before.attempts.map(
        ({ id, stage }) =>
          stage === 'ended' && findAttempt(after, id)?.stage !== 'ended' && `${id} has ended, and lives again`,
      ),
    );
  });

  it('I9: no attempt comes less far than it was, but for one whose call was surely not placed', () => {
    everyMoment(({ before, after, input }) =>
      before.attempts.map(
        (attempt) =>
          attempt.stage !== 'reserved' &&
          input.type !== 'not-placed' &&
          input.type !== 'probe-refused' &&
          rank(findAttempt(after, attempt.id)) < rank(attempt) &&
          `${attempt.id} fell back from ${attempt.stage}`,
      ),
    );
  });

  it('I9: each leg has no more attempts than the policy allows, each with an id of its own, one of them open', () => {
    everyMoment(({ after, policy }) => [
      new Set(after.attempts.map(({ id }) => id)).size < after.attempts.length && 'two attempts have one id',
      ...LEGS.flatMap((who) => {
        const own = after.attempts.filter((attempt) => attempt.leg === who);
        return [
          own.length > policy.attempts && `${own.length} attempts of the ${who}`,
          own.filter(isOpen).length > 1 && `two open attempts of the ${who}`,
        ];
      }),
    ]);
  });

  it('I10: the same again leads to the same state, dials nobody and tells nobody', () => {
    everyMoment(({ before, input, after, policy, now }) => {
      // Where the carrier does not say which telling it is, a key told twice was pressed twice.
      if (input.type === 'key' && input.telling === undefined) return [];
      // Nobody speaks of an attempt before it is made; here the first telling may have made it, so that the second differs.
      if ('attemptId' in input && !findAttempt(before, input.attemptId)) return [];
      const again = step(after, [input], policy, now);
      return [
        differenceOf(after, again.session),
        dials(again.effects).length > 0 && 'it dials again',
        told(again.effects).length > 0 && `it tells again: ${told(again.effects).join(', ')}`,
      ];
    });
  });

  it('I11: a client is sent into a room only while the agent of that room is on the line', () => {
    const questions: readonly Question[] = ['answer', 'key', 'dialled'];
    everyMoment(({ after }) =>
      after.attempts.flatMap((attempt) =>
        [attempt.callSid ?? '', 'CA-stranger'].flatMap((sid) =>
          questions.flatMap((question) => {
            const answer = answerTo(after, attempt.id, sid, question);
            if (answer.say !== 'conference') return [];
            const about = `${attempt.id}, asking ${question}, is sent to ${answer.room}`;
            return [
              attempt.callSid !== sid && `${about}, though it is a stranger`,
              attempt.stage !== 'human' && `${about}, though nobody has accepted`,
              answer.room !== `s-cs_1_1-${agentOnLine(after)?.n}` && `${about}, where no agent is on the line`,
              after.terminal !== undefined && `${about} after the end`,
            ];
          }),
        ),
      ),
    );
  });

  it('I4: a client is dialled only while an agent who has accepted is on the line', () => {
    everyMoment(({ before, after, effects }) => {
      if (agentOnLine(after)) return [];
      return [
        dials(effects).some(({ attemptId }) => attemptId.startsWith('client')) && 'a client is to be dialled',
        after.attempts.some(
          ({ id, leg, stage, callSid }) =>
            leg === 'client' &&
            stage === 'submitted' &&
            callSid === undefined &&
            findAttempt(before, id)?.stage === 'reserved',
        ) && 'a call of a client is claimed',
      ];
    });
  });

  it('I3, I5: it ends once, dials nobody afterwards, and tells nothing more', () => {
    everyMoment(({ before, after, effects }) => {
      const events = told(effects);
      const ends = events.filter(isTerminal).length;
      return [
        ends !== (!before.terminal && after.terminal ? 1 : 0) && `it tells of ${ends} ends`,
        ends > 0 && !isTerminal(events.at(-1) ?? '') && 'it tells more than its end',
        before.terminal !== undefined && events.length > 0 && `it tells ${events.join(', ')} after its end`,
        before.terminal !== undefined && before.terminal !== after.terminal && 'it ends otherwise than it did',
        after.terminal !== undefined && dials(effects).length > 0 && 'it dials after its end',
        before.joined !== undefined && before.joined !== after.joined && 'it is joined a second time',
        before.closed && !after.closed && 'it opens again',
      ];
    });
  });

  it('I7: it closes only when no call of its own can be alive, and forgets whom it phoned', () => {
    everyMoment(({ after, policy, now }) => {
      if (!after.closed) return [];
      return [
        after.terminal === undefined && 'it has closed without an end',
        after.attempts.some(isOpen) && 'it has closed while an attempt is open',
        after.held.length > 0 && 'it has closed and holds a number',
        /\+1202|Alex|Ada/.test(JSON.stringify(after)) && 'it has closed and knows whom it phoned',
        step(after, [{ type: 'wake' }], policy, now + 86_400_000).effects.length > 0 && 'it has closed and acts',
      ];
    });
  });

  it('I8: unless it has closed, it will be woken: within a quarter of an hour, and not in the past', () => {
    everyMoment(({ after, now }) => [
      !after.closed &&
        !(after.wakeAt !== undefined && after.wakeAt > now && after.wakeAt <= now + 900_000) &&
        `it will be woken at ${after.wakeAt}, and it is ${now}`,
    ]);
  });

  it('the state as it is stored decides as the state that was stored', () => {
    everyMoment(({ before, input, after, policy, now }) => [
      differenceOf(after, step(JSON.parse(JSON.stringify(before)) as Session, [input], policy, now).session),
    ]);
  });
});

function differenceOf(one: Session, other: Session): string | false {
  const [a, b] = [JSON.stringify(one), JSON.stringify(other)];
  return a !== b && `the states differ: ${a} and ${b}`;
}
