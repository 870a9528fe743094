import { describe, expect, it } from '@jest/globals';
import { AGENT, CLIENT, journey, STARTS_AT } from '../../test/journey';
import { step } from './session';

type Journey = ReturnType<typeof journey>;

const names = (call: Journey) => call.facts().map(({ event }) => event);
const failure = (call: Journey) => {
  const fact = call.facts().find(({ event }) => event === 'CallFailed');
  if (fact?.event !== 'CallFailed') throw new Error('the call has not failed');
  return fact.data;
};
const creates = (call: Journey) => call.ofKind('create').map(({ attemptId }) => attemptId);

function joined(): Journey {
  const call = journey();
  call.start();
  call.accept('agent');
  call.accept('client');
  call.room('start');
  return call;
}

describe('the call', () => {
  it('1: phones the client when the agent has pressed 1, and not before', () => {
    const call = journey();

    call.start();
    call.place('agent');
    call.status('agent', 1, 'ringing');
    call.answer('agent');
    const before = creates(call);
    call.press('agent');

    expect(before).toEqual(['agent-1']);
    expect(creates(call)).toEqual(['agent-1', 'client-1']);
    expect(call.facts()).toEqual([
      {
        event: 'AgentAnswered',
        data: {
          appointmentId: 'apt_1',
          appointmentVersion: 1,
          callSessionId: 'cs_1_1',
          attempt: 1,
          answeredAt: '2026-12-01T15:00:00.000Z',
        },
      },
    ]);
  });

  it.each([
    ['no-answer', 487, 25, 'no-answer'],
    ['busy', 486, 0, 'busy'],
    ['failed', 480, 0, 'unreachable'],
  ] as const)(
    '2: gives an agent up who is %s three times, and never rings the client',
    (status, sip, rang, outcome) => {
      const call = journey();
      call.start();

      for (const [n, wait] of [
        [1, 20],
        [2, 40],
        [3, 0],
      ] as const) {
        call.place('agent', n);
        if (rang > 0) call.status('agent', n, 'ringing');
        call.pass(rang);
        call.status('agent', n, status, sip);
        if (wait > 0) {
          call.pass(wait - 1);
          expect(creates(call)).toHaveLength(n);
          call.pass(1);
          expect(creates(call)).toHaveLength(n + 1);
        }
      }

      expect(names(call)).toEqual(['CallFailed']);
      expect(failure(call)).toMatchObject({
        leg: 'agent',
        reason: 'agent-unreachable',
        attempts: [
          { leg: 'agent', n: 1, outcome, ringSeconds: rang, startedAt: '2026-12-01T15:00:00.000Z' },
          { leg: 'agent', n: 2, outcome, ringSeconds: rang },
          { leg: 'agent', n: 3, outcome, ringSeconds: rang },
        ],
      });
      expect(creates(call)).toEqual(['agent-1', 'agent-2', 'agent-3']);
      expect(call.session.closed).toBe(true);
    },
  );

  it.each(['agent', 'client'] as const)(
    '3, 6: completes when the %s hangs up in conversation, and ends the other',
    (leg) => {
      const call = joined();
      const other = leg === 'agent' ? 'client' : 'agent';

      call.pass(90);
      call.status(leg, 1, 'completed');

      expect(names(call)).toEqual(['AgentAnswered', 'CallConnected', 'CallCompleted']);
      expect(call.facts().at(-1)?.data).toMatchObject({ durationSeconds: 90, endedBy: leg });
      expect(call.ofKind('end')).toEqual([{ do: 'end', attemptId: `${other}-1`, callSid: call.sidOf(other, 1) }]);
    },
  );

  it('4: is connected when the conference has started, and says how late', () => {
    const call = journey();
    call.start();
    call.accept('agent');
    call.pass(12);
    call.accept('client');
    const before = names(call);

    call.room('start');

    expect(before).toEqual(['AgentAnswered']);
    expect(call.facts().at(-1)).toEqual({
      event: 'CallConnected',
      data: {
        appointmentId: 'apt_1',
        appointmentVersion: 1,
        callSessionId: 'cs_1_1',
        attempts: { agent: 1, client: 1 },
        connectedAt: '2026-12-01T15:00:12.000Z',
        skewSeconds: 12,
      },
    });
  });

  it('5: tells the waiting agent when the client cannot be reached in three attempts', () => {
    const call = journey();
    call.start();
    call.accept('agent');

    for (const n of [1, 2, 3]) {
      call.place('client', n);
      call.status('client', n, 'ringing');
      call.pass(25);
      call.status('client', n, 'no-answer', 487);
      call.pass(n * 20);
    }

    expect(creates(call)).toEqual(['agent-1', 'client-1', 'client-2', 'client-3']);
    expect(failure(call)).toMatchObject({ leg: 'client', reason: 'client-unreachable' });
    expect(failure(call).attempts.map(({ outcome }) => outcome)).toEqual([
      'human',
      'no-answer',
      'no-answer',
      'no-answer',
    ]);
    expect(call.ofKind('release')).toEqual([
      { do: 'release', attemptId: 'agent-1', callSid: call.sidOf('agent', 1), words: 'bad-news' },
    ]);
  });

  it('5: hangs the agent up who is still there half a minute after the bad news', () => {
    const call = journey({ attempts: 1 });
    call.start();
    call.accept('agent');
    call.place('client');
    call.status('client', 1, 'busy', 486);

    call.pass(29);
    const before = call.ofKind('end');
    call.pass(1);

    expect(before).toEqual([]);
    expect(call.ofKind('end')).toMatchObject([{ attemptId: 'agent-1' }]);
  });

  it.each(['agent', 'client'] as const)(
    '7, 8: counts a voicemail on the %s leg, which presses nothing, as no person',
    (leg) => {
      const call = journey();
      call.start();
      if (leg === 'client') call.accept('agent');
      call.place(leg);
      call.answer(leg);

      call.press(leg, 1, '');
      call.status(leg, 1, 'completed');
      call.pass(20);

      expect(call.attempt(`${leg}-1`)).toMatchObject({ stage: 'ended', outcome: 'no-input' });
      expect(creates(call).at(-1)).toBe(`${leg}-2`);
      expect(names(call)).toEqual(leg === 'client' ? ['AgentAnswered'] : []);
    },
  );

  it.each(['cancelled', 'superseded'] as const)(
    '9: ends everything when the appointment is %s while it rings',
    (as) => {
      const call = journey();
      call.start();
      call.accept('agent');
      call.place('client');
      call.status('client', 1, 'ringing');

      call.feed({ type: 'called-off', as });

      expect(failure(call)).toMatchObject({ leg: null, reason: as });
      expect(call.ofKind('end').map(({ attemptId }) => attemptId)).toEqual(['agent-1', 'client-1']);
      expect(call.ofKind('release')).toEqual([]);
    },
  );

  it('9: leaves a conversation alone when the appointment is cancelled during it', () => {
    const call = joined();

    call.feed({ type: 'called-off', as: 'cancelled' });

    expect(names(call)).toEqual(['AgentAnswered', 'CallConnected']);
    expect(call.ofKind('end')).toEqual([]);
    expect(call.session.calledOff).toBeUndefined();
  });

  it('10: stops ringing the client when the agent leaves, and phones the agent again when that leg is over', () => {
    const call = journey();
    call.start();
    call.accept('agent');
    call.place('client');
    call.status('client', 1, 'ringing');

    call.status('agent', 1, 'completed');
    call.pass(20);
    const whileOpen = creates(call);
    call.status('client', 1, 'canceled');
    call.pass(20);

    expect(whileOpen).toEqual(['agent-1', 'client-1']);
    expect(creates(call)).toEqual(['agent-1', 'client-1', 'agent-2']);
    expect(call.attempt('client-1').outcome).toBe('cancelled');
  });

  it('10: gives up instead where the policy says so', () => {
    const call = journey({ agentLeft: 'fail' });
    call.start();
    call.accept('agent');
    call.place('client');

    call.status('agent', 1, 'completed');

    expect(failure(call)).toMatchObject({ leg: 'agent', reason: 'agent-left' });
  });

  it('11: apologises to a client who accepted as the agent left, when no conference tells of a meeting', () => {
    const call = journey();
    call.start();
    call.accept('agent');
    call.accept('client');
    call.status('agent', 1, 'completed');

    call.pass(9);
    const early = [...call.ofKind('release'), ...call.ofKind('fetch-room')];
    call.pass(1);
    const asked = call.ofKind('fetch-room');
    call.feed({ type: 'room-fetched', room: 's-cs_1_1-1', inProgress: false });

    expect(early).toEqual([]);
    expect(asked).toEqual([{ do: 'fetch-room', room: 's-cs_1_1-1' }]);
    expect(call.ofKind('release')).toEqual([
      { do: 'release', attemptId: 'client-1', callSid: call.sidOf('client', 1), words: 'apology' },
    ]);
    expect(names(call)).toEqual(['AgentAnswered']);
  });

  it('11: believes the conference even when its word comes after the agent’s end', () => {
    const call = journey();
    call.start();
    call.accept('agent');
    call.accept('client');
    call.pass(5);
    call.status('agent', 1, 'completed');

    call.room('start');

    expect(names(call)).toEqual(['AgentAnswered', 'CallConnected', 'CallCompleted']);
    expect(call.facts().at(-1)?.data).toMatchObject({ endedBy: 'agent' });
  });

  it('12: never repeats a create of which nobody knows what became, before its hard deadline', () => {
    const call = journey();
    call.start();

    call.feed({ type: 'claim', attemptId: 'agent-1', creates: 1 });
    call.pass(149);
    call.feed({ type: 'fetched', attemptId: 'agent-1', found: null });
    const before = call.attempt('agent-1');
    call.pass(1);
    call.feed({ type: 'fetched', attemptId: 'agent-1', found: null });
    call.pass(20);

    expect(before.stage).toBe('submitted');
    expect(call.attempt('agent-1').outcome).toBe('lost');
    expect(creates(call)).toEqual(['agent-1', 'agent-2']);
  });

  it('12: does not burn attempts on an account that may not call', () => {
    const call = journey();
    call.start();
    call.feed({ type: 'claim', attemptId: 'agent-1', creates: 1 });

    call.feed({ type: 'refused', attemptId: 'agent-1', outcome: 'carrier-error' });

    expect(failure(call)).toMatchObject({
      leg: 'agent',
      reason: 'carrier-error',
      attempts: [{ leg: 'agent', n: 1, outcome: 'carrier-error' }],
    });
    expect(call.session.closed).toBe(true);
  });

  it('12: gives a leg up at once whose number does not exist', () => {
    const call = journey();
    call.start();
    call.feed({ type: 'claim', attemptId: 'agent-1', creates: 1 });

    call.feed({ type: 'refused', attemptId: 'agent-1', outcome: 'invalid-number' });

    expect(failure(call)).toMatchObject({ leg: 'agent', reason: 'agent-unreachable' });
  });

  it('12: asks again, as the same attempt, for a call the carrier surely did not take', () => {
    const call = journey();
    call.start();
    call.feed({ type: 'claim', attemptId: 'agent-1', creates: 1 });

    call.feed({ type: 'not-placed', attemptId: 'agent-1', creates: 1 });

    expect(call.fresh).toContainEqual({ do: 'create', attemptId: 'agent-1', creates: 2, dueAt: STARTS_AT + 1000 });
    expect(call.attempt('agent-1').stage).toBe('reserved');
    expect(call.feed({ type: 'claim', attemptId: 'agent-1', creates: 1 })).toEqual([]);
    expect(call.attempt('agent-1').stage).toBe('reserved');
  });

  it('13: asks again every twenty seconds for the end of a leg that must end', () => {
    const call = journey();
    call.start();
    call.place('agent');

    call.feed({ type: 'called-off', as: 'cancelled' });
    call.pass(60);

    expect(call.ofKind('end')).toHaveLength(4);
  });

  it('14: claims an attempt once, however often its command comes', () => {
    const call = journey();
    call.start();

    call.feed({ type: 'claim', attemptId: 'agent-1', creates: 1 });
    const claimed = call.session;
    call.feed({ type: 'claim', attemptId: 'agent-1', creates: 1 });

    expect(claimed.attempts[0]?.stage).toBe('submitted');
    expect(call.session).toEqual(claimed);
  });

  it('14: sends a create command again that nobody claimed for a minute', () => {
    const call = journey();
    call.start();

    call.pass(60);

    expect(creates(call)).toEqual(['agent-1', 'agent-1']);
  });

  it('16: learns the call of an attempt from its first webhook, when the answer to the create was lost', () => {
    const call = journey();
    call.start();
    call.feed({ type: 'claim', attemptId: 'agent-1', creates: 1 });

    call.answer('agent');

    expect(call.attempt('agent-1')).toMatchObject({ callSid: call.sidOf('agent', 1), stage: 'answered' });
  });

  it('16: hangs up a call that is not the attempt’s own, and learns nothing from it', () => {
    const call = journey();
    call.start();
    call.place('agent');
    const before = call.session;

    call.feed({ type: 'key', attemptId: 'agent-1', callSid: 'CA-other', digits: '1' });

    expect(call.fresh).toContainEqual({ do: 'end-stray', callSid: 'CA-other' });
    expect(call.session).toEqual(before);
  });

  it('16: hangs up a call whose attempt was given up as lost', () => {
    const call = journey();
    call.start();
    call.feed({ type: 'claim', attemptId: 'agent-1', creates: 1 });
    call.pass(150);
    call.feed({ type: 'fetched', attemptId: 'agent-1', found: null });

    call.status('agent', 1, 'ringing');

    expect(call.ofKind('end-stray')).toEqual([{ do: 'end-stray', callSid: call.sidOf('agent', 1) }]);
    expect(call.attempt('agent-1').stage).toBe('ended');
  });

  it('17: finds out within a minute that a conversation has ended, when the word of it was lost', () => {
    const call = joined();

    call.pass(60);
    const looked = call.ofKind('fetch').map(({ attemptId }) => attemptId);
    call.feed({
      type: 'fetched',
      attemptId: 'client-1',
      found: { callSid: call.sidOf('client', 1), status: 'completed' },
    });

    expect(looked).toEqual(['agent-1', 'client-1']);
    expect(names(call)).toEqual(['AgentAnswered', 'CallConnected', 'CallCompleted']);
  });

  it('18: never reopens an attempt that has ended', () => {
    const call = journey();
    call.start();
    call.place('agent');
    call.status('agent', 1, 'busy', 486);
    const told = call.effects.length;

    for (const status of ['initiated', 'ringing', 'in-progress', 'completed']) call.status('agent', 1, status);
    call.answer('agent');
    call.press('agent');

    expect(call.attempt('agent-1')).toMatchObject({ stage: 'ended', outcome: 'busy', endedAt: STARTS_AT });
    expect(call.attempt('agent-1').humanAt).toBeUndefined();
    expect(call.effects.slice(told)).toEqual([]);
  });

  it('19: uses an attempt whose document could not be fetched', () => {
    const call = journey();
    call.start();
    call.place('agent');
    call.status('agent', 1, 'in-progress');

    call.status('agent', 1, 'completed');

    expect(call.attempt('agent-1').outcome).toBe('no-input');
  });
});

describe('words that overtake each other', () => {
  const at = (seconds: number) => STARTS_AT + seconds * 1000;
  const told = (order: readonly (readonly [string, number, number?])[]) => {
    const call = journey();
    call.start();
    call.place('agent');
    for (const [status, seconds, sipCode] of order)
      call.feed({
        type: 'status',
        attemptId: 'agent-1',
        callSid: call.sidOf('agent', 1),
        status,
        sipCode,
        at: at(seconds),
      });
    const { outcome, ringSeconds, stage } = call.attempt('agent-1');
    return { outcome, ringSeconds, stage, bills: call.ofKind('bill').map(({ seconds }) => seconds) };
  };

  it('say how long it rang and what became of it all the same', () => {
    const ring = ['ringing', 2] as const;
    const declined = ['no-answer', 5, 487] as const;

    expect(told([declined, ring])).toEqual(told([ring, declined]));
    expect(told([declined, ring])).toEqual({ outcome: 'declined', ringSeconds: 3, stage: 'ended', bills: [] });
  });

  it('say what an answered call has cost all the same', () => {
    const life = [['ringing', 1] as const, ['in-progress', 4] as const, ['completed', 70] as const];

    expect(told(life.toReversed())).toEqual(told(life));
    expect(told(life)).toEqual({ outcome: 'no-input', ringSeconds: 3, stage: 'ended', bills: [66] });
  });
});

describe('a room', () => {
  it('of a name that is none of ours changes nothing', () => {
    const call = journey();
    call.start();

    expect(call.feed({ type: 'conference', room: '__proto__', event: 'join', callSid: 'CA1' })).toEqual([]);
    expect(call.feed({ type: 'room-fetched', room: 'constructor', inProgress: true })).toEqual([]);
  });
});

describe('a claim', () => {
  it('is refused for the client when the agent has gone meanwhile', () => {
    const call = journey();
    call.start();
    call.accept('agent');
    const stale = call.session;

    // The command was under way while the agent hung up; the state that is read is the newest.
    const gone = step(
      stale,
      [
        { type: 'status', attemptId: 'agent-1', callSid: call.sidOf('agent', 1), status: 'completed' },
        { type: 'claim', attemptId: 'client-1', creates: 1 },
      ],
      call.policy,
      call.now,
    );

    expect(gone.session.attempts.filter(({ leg }) => leg === 'client')).toEqual([]);
  });

  it.each(['cancelled', 'superseded'] as const)('is refused once the appointment is %s', (as) => {
    const call = journey();
    call.start();

    call.feed({ type: 'called-off', as }, { type: 'claim', attemptId: 'agent-1', creates: 1 });

    expect(call.session.attempts).toEqual([]);
    expect(failure(call)).toMatchObject({ reason: as, attempts: [] });
  });

  it('is refused for the client in the very moment in which the agent has waited long enough', () => {
    const call = journey({ backOffSeconds: [590, 590] });
    call.start();
    call.accept('agent');
    call.place('client');
    call.status('client', 1, 'busy', 486);
    call.pass(599);
    call.sleep(1);

    call.feed({ type: 'claim', attemptId: 'client-2', creates: 1 });

    expect(call.session.terminal).toMatchObject({ reason: 'timeout' });
    expect(call.session.attempts.map(({ id }) => id)).toEqual(['agent-1', 'client-1']);
  });

  it('is refused for the agent past the latest start', () => {
    const call = journey();
    call.start();

    const late = step(
      call.session,
      [{ type: 'claim', attemptId: 'agent-1', creates: 1 }],
      call.policy,
      STARTS_AT + 600_001,
    );

    expect(late.session.terminal).toMatchObject({ type: 'failed', reason: 'missed' });
  });
});

describe('a late start', () => {
  it('is told as missed at once, with nobody dialled', () => {
    const call = journey({}, STARTS_AT + 600_001);

    call.start();

    expect(failure(call)).toMatchObject({ leg: null, reason: 'missed', attempts: [] });
    expect(creates(call)).toEqual([]);
    expect(call.session).toMatchObject({ closed: true });
    expect(call.session.wakeAt).toBeUndefined();
  });

  it('still phones exactly at the latest start', () => {
    const call = journey({}, STARTS_AT + 600_000);

    call.start();

    expect(creates(call)).toEqual(['agent-1']);
  });
});

describe('an agent in another call of ours', () => {
  it('is not dialled, costs no attempt, and is looked for every fifteen seconds', () => {
    const call = journey();

    call.engage('agent');
    call.start();
    call.pass(44);
    call.engage(undefined);
    const early = creates(call);
    call.pass(1);

    expect(early).toEqual([]);
    expect(creates(call)).toEqual(['agent-1']);
  });

  it('is waited for until the latest start, and then told of', () => {
    const call = journey();

    call.engage('agent');
    call.start();
    call.pass(600);
    const before = call.facts();
    call.pass(1);

    expect(before).toEqual([]);
    expect(failure(call)).toMatchObject({
      reason: 'missed',
      attempts: [
        { leg: 'agent', n: 1, outcome: 'in-another-call', startedAt: '2026-12-01T15:00:00.000Z', ringSeconds: 0 },
      ],
    });
  });
});

describe('a client in another call of ours', () => {
  it('is waited for before the agent is rung', () => {
    const call = journey();
    call.engage('client');
    call.start();

    call.pass(300);
    const early = creates(call);
    call.engage(undefined);
    call.pass(15);

    expect(early).toEqual([]);
    expect(creates(call)).toEqual(['agent-1']);
    expect(call.session.held).toEqual([AGENT, CLIENT]);
  });

  it('is told of when the latest start has passed', () => {
    const call = journey();
    call.engage('client');
    call.start();

    call.pass(601);

    expect(failure(call)).toMatchObject({
      reason: 'missed',
      attempts: [{ leg: 'client', n: 1, outcome: 'in-another-call', startedAt: '2026-12-01T15:00:00.000Z' }],
    });
  });
});

describe('evidence of a conversation', () => {
  it('may be both joins instead of the start', () => {
    const call = journey();
    call.start();
    call.accept('agent');
    call.accept('client');

    call.room('join', 1, { callSid: call.sidOf('agent', 1) });
    const half = names(call);
    call.room('join', 1, { callSid: call.sidOf('client', 1) });

    expect(half).toEqual(['AgentAnswered']);
    expect(names(call)).toEqual(['AgentAnswered', 'CallConnected']);
  });

  it('is not two joins of conferences that came one after the other', () => {
    const call = journey();
    call.start();
    call.accept('agent');
    call.accept('client');

    call.room('join', 1, { callSid: call.sidOf('agent', 1), conferenceSid: 'CF1' });
    call.room('join', 1, { callSid: call.sidOf('client', 1), conferenceSid: 'CF2' });

    expect(names(call)).toEqual(['AgentAnswered']);
  });

  it('is fetched ten seconds after the acceptance when the conference says nothing', () => {
    const call = journey();
    call.start();
    call.accept('agent');
    call.accept('client');

    call.pass(10);
    call.feed({ type: 'room-fetched', room: 's-cs_1_1-1', inProgress: true });

    expect(call.ofKind('fetch-room')).toHaveLength(1);
    expect(names(call)).toEqual(['AgentAnswered', 'CallConnected']);
  });

  it('may come before the key press that it proves', () => {
    const call = journey();
    call.start();
    call.accept('agent');
    call.place('client');
    call.answer('client');

    call.room('start');
    const early = names(call);
    call.press('client');

    expect(early).toEqual(['AgentAnswered']);
    expect(names(call)).toEqual(['AgentAnswered', 'CallConnected']);
  });
});

describe('the end of a conversation', () => {
  it('is the doing of whoever left first, as the conference says', () => {
    const call = joined();

    call.room('end', 1, { endedBy: 'client' });
    call.status('agent', 1, 'completed');

    expect(call.facts().at(-1)?.data).toMatchObject({ endedBy: 'client' });
    expect(names(call).filter((name) => name === 'CallCompleted')).toHaveLength(1);
  });

  it('is the other’s doing when somebody is thrown out of the conference', () => {
    const call = joined();

    call.feed({ type: 'dial-ended', attemptId: 'client-1', callSid: call.sidOf('client', 1) });

    expect(call.facts().at(-1)?.data).toMatchObject({ endedBy: 'agent' });
  });

  it('is the limit’s when a leg has lasted as long as it may', () => {
    const call = joined();

    call.pass(14_400);
    call.status('agent', 1, 'completed');

    expect(call.facts().at(-1)?.data).toMatchObject({ endedBy: 'limit', durationSeconds: 14_400 });
  });
});

describe('a denial of the conference', () => {
  /** The first client accepted and left, and of the second nothing was asked yet. */
  const secondClient = (policy = {}) => {
    const call = journey(policy);
    const denied = () => call.feed({ type: 'room-fetched', room: 's-cs_1_1-1', inProgress: false });
    call.start();
    call.accept('agent');
    call.accept('client');
    call.status('client', 1, 'completed');
    call.pass(10);
    denied();
    call.pass(20);
    call.place('client', 2);
    denied();
    call.answer('client', 2);
    call.press('client', 2);
    return call;
  };

  it('from before a client accepted says nothing about that client when the agent leaves', () => {
    const call = secondClient();
    call.pass(5);

    call.status('agent', 1, 'completed');

    expect(call.ofKind('release')).toEqual([]);
  });

  it('from before a client accepted does not end what may be a conversation', () => {
    const call = secondClient({ longestWaitSeconds: 31 });

    call.pass(6);

    expect(names(call)).toEqual(['AgentAnswered']);
  });
});

describe('a client who answers in the very moment in which the agent has waited long enough', () => {
  it('hears an apology, to its end', () => {
    const call = journey({ longestWaitSeconds: 10 });
    call.start();
    call.accept('agent');
    call.place('client');
    call.sleep(10);

    call.answer('client');
    const ended = call.ofKind('end').length;
    call.answer('client');

    expect(call.session.terminal).toMatchObject({ reason: 'timeout' });
    expect(call.attempt('client-1').releasedAt).toBe(STARTS_AT + 10_000);
    expect(call.ofKind('end').slice(ended)).toEqual([]);
  });
});

describe('a client who accepted and left before meeting the agent', () => {
  it('does not end the conversation of the next attempt', () => {
    const call = journey();
    call.start();
    call.accept('agent');
    call.accept('client');
    call.status('client', 1, 'completed');
    call.pass(10);
    call.feed({ type: 'room-fetched', room: 's-cs_1_1-1', inProgress: false });
    call.pass(20);
    call.accept('client', 2);

    call.room('start');
    const talking = names(call);
    call.room('end', 1, { endedBy: 'client' });

    expect(talking).toEqual(['AgentAnswered', 'CallConnected']);
    expect(names(call)).toEqual(['AgentAnswered', 'CallConnected', 'CallCompleted']);
    expect(call.facts().at(-1)?.data).toMatchObject({ endedBy: 'client' });
  });
});

describe('waiting', () => {
  it('ends for an agent after ten minutes', () => {
    const call = journey({ backOffSeconds: [14_000, 14_000] });
    call.start();
    call.accept('agent');
    call.place('client');
    call.status('client', 1, 'busy', 486);

    call.pass(600);

    expect(failure(call)).toMatchObject({ leg: null, reason: 'timeout' });
    expect(call.ofKind('release')).toMatchObject([{ words: 'bad-news' }]);
  });

  it('wakes nobody in vain: a wake-up without need changes nothing', () => {
    const call = journey();
    call.start();
    call.place('agent');
    const before = call.session;

    call.feed({ type: 'wake' });

    expect(call.fresh).toEqual([]);
    expect(call.session).toEqual(before);
  });

  it('asks for no wake-up once it is over', () => {
    const call = joined();
    call.status('agent', 1, 'completed');
    call.status('client', 1, 'completed');
    const before = call.ofKind('wake').length;

    call.pass(100_000);
    call.feed({ type: 'wake' });

    expect(call.session.closed).toBe(true);
    expect(call.ofKind('wake')).toHaveLength(before);
  });

  it('forgets names and numbers when it is over', () => {
    const call = joined();
    call.status('agent', 1, 'completed');
    call.status('client', 1, 'completed');

    expect(JSON.stringify(call.session)).not.toMatch(/\+1|Alex|Ada/);
    expect(call.session.held).toEqual([]);
  });
});

describe('a wrong key', () => {
  it('is forgiven twice', () => {
    const call = journey();
    call.start();
    call.place('agent');
    call.answer('agent');

    call.press('agent', 1, '7');
    call.press('agent', 1, '7');
    const forgiven = call.attempt('agent-1').screened;
    call.press('agent', 1, '7');

    expect(forgiven).toBeUndefined();
    expect(call.attempt('agent-1').screened).toBe('no-input');
  });

  it('told again is the same key', () => {
    const call = journey();
    call.start();
    call.place('agent');
    call.answer('agent');
    const key = { type: 'key', attemptId: 'agent-1', callSid: call.sidOf('agent', 1), digits: '7' } as const;

    for (let n = 0; n < 5; n++) call.feed({ ...key, telling: 'a' });
    const once = call.attempt('agent-1').wrongKeys;
    call.feed({ ...key, telling: 'b' });

    expect([once, call.attempt('agent-1').wrongKeys]).toEqual([1, 2]);
  });

  it('can be followed by the right one', () => {
    const call = journey();
    call.start();
    call.place('agent');
    call.answer('agent');
    call.press('agent', 1, '7');

    call.press('agent');

    expect(call.attempt('agent-1').stage).toBe('human');
  });
});

describe('machine detection', () => {
  const atClient = (acceptance: 'amd' | 'either', answeredBy: string) => {
    const call = journey({ acceptance: { agent: 'keypress', client: acceptance } });
    call.start();
    call.accept('agent');
    call.place('client');
    call.answer('client', 1, answeredBy);
    return call;
  };

  it.each(['amd', 'either'] as const)('takes a person at its word, with %s', (acceptance) => {
    expect(atClient(acceptance, 'human').attempt('client-1')).toMatchObject({ stage: 'human', room: 's-cs_1_1-1' });
  });

  it.each([
    ['machine_start', 'voicemail'],
    ['machine_end_beep', 'voicemail'],
    ['fax', 'fax'],
    ['unknown', 'no-input'],
  ])('lets nothing else in with amd: %s is %s', (answeredBy, outcome) => {
    const call = atClient('amd', answeredBy);
    call.status('client', 1, 'completed');

    expect(call.attempt('client-1')).toMatchObject({ outcome });
  });

  it('lets what may be a machine prove the contrary with a key, with either', () => {
    const call = atClient('either', 'machine_start');

    call.press('client');

    expect(call.attempt('client-1').stage).toBe('human');
  });

  it('of one leg says nothing about the other', () => {
    const call = journey({ acceptance: { agent: 'keypress', client: 'amd' } });
    call.start();
    call.place('agent');

    call.answer('agent', 1, 'human');

    expect(call.attempt('agent-1').stage).toBe('answered');
  });

  it('may be what counts on the agent’s leg too', () => {
    const call = journey({ acceptance: { agent: 'amd', client: 'keypress' } });
    call.start();
    call.place('agent');
    call.answer('agent', 1, 'machine_start');
    call.status('agent', 1, 'completed');
    call.pass(20);
    call.place('agent', 2);

    call.answer('agent', 2, 'human');

    expect(call.attempt('agent-1').outcome).toBe('voicemail');
    expect(call.attempt('agent-2')).toMatchObject({ stage: 'human', acceptedBy: 'amd', room: 's-cs_1_1-2' });
    expect(creates(call)).toEqual(['agent-1', 'agent-2', 'client-1']);
  });
});
