import { describe, expect, it } from '@jest/globals';
import { journey, STARTS_AT } from '../../test/journey';
import type { Input } from './session';

type Journey = ReturnType<typeof journey>;

const putOff = (creates: number, seconds: number, because: 'paced' | 'carrier-down', leg = 'agent'): Input => ({
  type: 'put-off',
  attemptId: `${leg}-1`,
  creates,
  until: STARTS_AT + seconds * 1000,
  because,
});
const failure = (call: Journey) => call.facts().find(({ event }) => event === 'CallFailed')?.data;
const started = (policy = {}) => {
  const call = journey(policy);
  call.start();
  return call;
};

describe('a call that waits its turn', () => {
  it('is asked for again when that has come, as the same attempt', () => {
    const call = started();

    call.feed(putOff(1, 30, 'paced'));

    expect(call.fresh).toContainEqual({ do: 'create', attemptId: 'agent-1', creates: 2, dueAt: STARTS_AT + 30_000 });
    expect(call.attempt('agent-1')).toMatchObject({ stage: 'reserved', slotAt: STARTS_AT + 30_000 });
  });

  it('cannot be claimed by the command that was put off', () => {
    const call = started();
    call.feed(putOff(1, 30, 'paced'));

    call.feed({ type: 'claim', attemptId: 'agent-1', creates: 1 });
    const early = call.attempt('agent-1').stage;
    call.feed({ type: 'claim', attemptId: 'agent-1', creates: 2 });

    expect([early, call.attempt('agent-1').stage]).toEqual(['reserved', 'submitted']);
  });

  it('is not put off by a copy of the command that another copy has claimed meanwhile', () => {
    const call = started();
    call.feed({ type: 'claim', attemptId: 'agent-1', creates: 1 });

    expect(call.feed(putOff(1, 30, 'paced'))).toEqual([]);
    expect(call.feed({ type: 'refused', attemptId: 'agent-1', outcome: 'rejected-by-policy' })).toEqual([]);
    expect(call.attempt('agent-1').stage).toBe('submitted');
  });

  it('is put off once by a command that comes twice', () => {
    const call = started();
    call.feed(putOff(1, 30, 'paced'));

    expect(call.feed(putOff(1, 45, 'paced'))).toEqual([]);
    expect(call.attempt('agent-1').slotAt).toBe(STARTS_AT + 30_000);
  });

  it('is no longer wanted once its client’s agent has left', () => {
    const call = started();
    call.accept('agent');
    call.feed(putOff(1, 30, 'paced', 'client'));

    call.status('agent', 1, 'completed');

    expect(call.session.attempts.map(({ id }) => id)).toEqual(['agent-1']);
  });

  it('whose command is lost is asked for again a minute after its turn', () => {
    const call = started();
    call.feed(putOff(1, 30, 'paced'));

    call.pass(89);
    const early = call.ofKind('create').length;
    call.pass(1);

    expect(call.ofKind('create').slice(early)).toEqual([{ do: 'create', attemptId: 'agent-1', creates: 2 }]);
  });
});

describe('a carrier that takes no calls of the account', () => {
  it('costs no attempt while it is waited for', () => {
    const call = started();
    call.feed(putOff(1, 60, 'carrier-down'));
    call.pass(60);
    call.feed(putOff(2, 120, 'carrier-down'));
    call.pass(60);

    call.feed({ type: 'claim', attemptId: 'agent-1', creates: 3 });

    expect(call.session.attempts).toMatchObject([{ id: 'agent-1', stage: 'submitted' }]);
    expect(call.session.carrierDown).toBeUndefined();
  });

  it('is named as the reason when the latest start has passed', () => {
    const call = started();
    for (let minute = 1; minute <= 10; minute++) {
      call.feed(putOff(minute, minute * 60, 'carrier-down'));
      call.pass(60);
    }
    const early = failure(call);

    call.pass(1);

    expect(early).toBeUndefined();
    expect(failure(call)).toMatchObject({ leg: null, reason: 'carrier-error', attempts: [] });
  });

  it('takes a claimed attempt back where it refused the probe', () => {
    const call = started();
    call.feed({ type: 'claim', attemptId: 'agent-1', creates: 1 });

    call.feed({ type: 'probe-refused', attemptId: 'agent-1', creates: 1, until: STARTS_AT + 60_000 });

    expect(call.attempt('agent-1')).toMatchObject({ stage: 'reserved', creates: 2 });
    expect(call.attempt('agent-1').hardDeadline).toBeUndefined();
  });

  it('is named to the agent’s side too when it fails while the agent waits for the client', () => {
    const call = started({ longestWaitSeconds: 120 });
    call.accept('agent');
    call.feed(putOff(1, 60, 'carrier-down', 'client'));

    call.pass(120);

    expect(failure(call)).toMatchObject({ reason: 'carrier-error' });
    expect(call.ofKind('release')).toMatchObject([{ attemptId: 'agent-1', words: 'bad-news' }]);
  });
});

describe('the carrier’s queue', () => {
  // Ring time and buffer 25 s, screening 25 s, margin 40 s; lost 60 s later.
  it('delays every deadline by as long as others lately waited in it', () => {
    const call = started();

    call.feed({ type: 'claim', attemptId: 'agent-1', creates: 1, queueMs: 45_000 });

    expect(call.attempt('agent-1')).toMatchObject({
      deadline: STARTS_AT + 135_000,
      hardDeadline: STARTS_AT + 195_000,
      watchAt: STARTS_AT + 135_000,
    });
  });

  it('delays them further where this call waits longer, and no further where it waits less', () => {
    const [longer, shorter] = [60_000, 10_000].map((queueMs) => {
      const call = started();
      call.feed({ type: 'claim', attemptId: 'agent-1', creates: 1, queueMs: 45_000 });
      call.feed({ type: 'created', attemptId: 'agent-1', callSid: 'CA1', queueMs });
      // Told again, it says nothing new.
      call.feed({ type: 'created', attemptId: 'agent-1', callSid: 'CA1', queueMs });
      return call.attempt('agent-1').hardDeadline;
    });

    expect([longer, shorter]).toEqual([STARTS_AT + 210_000, STARTS_AT + 195_000]);
  });
});

describe('what a leg has cost', () => {
  it('is told once, when a leg that was answered has ended', () => {
    const call = started();
    call.accept('agent');
    call.pass(61);

    call.status('agent', 1, 'completed');
    call.status('agent', 1, 'completed');

    expect(call.ofKind('bill')).toEqual([{ do: 'bill', attemptId: 'agent-1', seconds: 61 }]);
  });

  it('is nothing for a leg that only rang', () => {
    const call = started();
    call.place('agent');
    call.status('agent', 1, 'ringing');
    call.pass(20);

    call.status('agent', 1, 'no-answer');

    expect(call.ofKind('bill')).toEqual([]);
  });
});
