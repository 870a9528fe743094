import { describe, expect, it } from '@jest/globals';
import { STARTS_AT } from '../../test/journey';
import { acceptedOf, attemptOf, EMPTY_ROOM, reservedOf, ROOM, sessionOf } from '../../test/state-of';
import { type CallPolicy, callPolicy, DEFAULT_POLICY } from './policy';
import { record, type Attempt, type Input, type Session } from './session';

const NOW = STARTS_AT + 30_000;

const learn = (session: Session, input: Input, now = NOW, policy: CallPolicy = DEFAULT_POLICY) =>
  record(session, input, policy, now);
const first = ({ attempts }: Session): Attempt => {
  const [attempt] = attempts;
  if (!attempt) throw new Error('there is no attempt');
  return attempt;
};
const policyOf = (more: object) => callPolicy().parse(more);

describe('a wake-up', () => {
  it('is used up when it was due, a second early included', () => {
    const session = sessionOf([], { wakeAt: NOW + 1000 });

    expect(learn(session, { type: 'wake' })).toEqual(sessionOf());
    expect('wakeAt' in learn(session, { type: 'wake' })).toBe(false);
  });

  it('that comes in vain leaves the one that is awaited', () => {
    const session = sessionOf([], { wakeAt: NOW + 1001 });
    const unarmed = sessionOf();

    expect(learn(session, { type: 'wake' })).toBe(session);
    expect(learn(unarmed, { type: 'wake' })).toBe(unarmed);
  });
});

describe('news of the people', () => {
  const people = { agent: { name: 'Alma', phone: '+1' }, client: { name: 'Adam', phone: '+2' } };

  it('replace what was known of them, but not in a session that has closed', () => {
    const closed = sessionOf([], { closed: true });

    expect(learn(sessionOf(), { type: 'people', ...people }).people).toEqual(people);
    expect(learn(closed, { type: 'people', ...people })).toBe(closed);
  });
});

describe('an appointment that is called off', () => {
  it.each(['cancelled', 'superseded'] as const)('is %s for the session too', (as) => {
    expect(learn(sessionOf(), { type: 'called-off', as }).calledOff).toBe(as);
  });

  it.each<[string, Partial<Session>]>([
    ['once the session is over', { terminal: { type: 'completed', at: NOW } }],
    ['once the two talk', { joined: { at: NOW, room: ROOM, agentId: 'agent-1', clientId: 'client-1' } }],
    ['a second time', { calledOff: 'superseded' }],
  ])('changes nothing %s', (_, more) => {
    const session = sessionOf([], more);

    expect(learn(session, { type: 'called-off', as: 'cancelled' })).toBe(session);
  });
});

describe('a phone that another session holds', () => {
  it('is looked at again after a while, and known to be engaged since the first time', () => {
    const once = learn(sessionOf(), { type: 'engaged', leg: 'agent' });
    const twice = learn(once, { type: 'engaged', leg: 'agent' }, NOW + 15_000);
    const both = learn(twice, { type: 'engaged', leg: 'client' }, NOW + 20_000);

    expect(once.engaged).toEqual({ agent: { since: NOW, lookAt: NOW + 15_000 } });
    expect(both.engaged).toEqual({
      agent: { since: NOW, lookAt: NOW + 30_000 },
      client: { since: NOW + 20_000, lookAt: NOW + 35_000 },
    });
  });
});

describe('a leg that policy forbids', () => {
  it('is why the session fails, unless it failed for another reason before', () => {
    const once = learn(sessionOf(), { type: 'forbidden', leg: 'client' });

    expect(once.fault).toEqual({ leg: 'client', reason: 'rejected-by-policy' });
    expect(learn(once, { type: 'forbidden', leg: 'agent' }).fault).toEqual(once.fault);
  });
});

describe('a claim', () => {
  const claim: Input = { type: 'claim', attemptId: 'agent-1', creates: 1 };

  it('gives the call its time to ring, be greeted and be heard of, and the carrier’s queue beside', () => {
    const session = sessionOf([reservedOf('agent')], { carrierDown: true });

    const claimed = learn(session, { ...claim, queueMs: 7000 });

    expect(first(claimed)).toEqual({
      ...reservedOf('agent'),
      stage: 'submitted',
      claimedAt: NOW,
      queueMs: 7000,
      deadline: NOW + 97_000,
      hardDeadline: NOW + 157_000,
      watchAt: NOW + 97_000,
    });
    expect('carrierDown' in claimed).toBe(false);
  });

  it('without a queue notes none', () => {
    const claimed = first(learn(sessionOf([reservedOf('agent')]), claim));

    expect('queueMs' in claimed).toBe(false);
    expect('queueMs' in first(learn(sessionOf([reservedOf('agent')]), { ...claim, queueMs: 0 }))).toBe(false);
    expect(claimed.deadline).toBe(NOW + 90_000);
  });

  it.each<[string, Attempt, Input]>([
    ['an attempt nobody knows', reservedOf('agent'), { ...claim, attemptId: 'agent-2' }],
    ['an attempt that was claimed', attemptOf('agent'), claim],
    ['the command before the last', reservedOf('agent', { creates: 2 }), claim],
  ])('of %s changes nothing', (_, attempt, input) => {
    const session = sessionOf([attempt], { carrierDown: true });

    expect(learn(session, input)).toBe(session);
  });
});

describe('the carrier’s word that it has taken a call', () => {
  const created: Input = { type: 'created', attemptId: 'agent-1', callSid: 'CA1', queueMs: 0 };

  it('binds the call to its attempt', () => {
    expect(first(learn(sessionOf([attemptOf('agent')]), created))).toEqual(
      attemptOf('agent', { stage: 'live', callSid: 'CA1' }),
    );
  });

  it('is believed of an attempt that was already put back', () => {
    expect(first(learn(sessionOf([reservedOf('agent')]), created))).toMatchObject({ stage: 'live', callSid: 'CA1' });
  });

  it('takes nothing back from an attempt that a webhook was quicker to bind', () => {
    for (const stage of ['ringing', 'answered', 'human', 'ended'] as const) {
      const attempt = attemptOf('agent', { stage, callSid: 'CA1' });

      const known = learn(sessionOf([attempt]), { ...created, queueMs: 60_000 });

      expect(known.attempts).toEqual([attempt]);
      expect(known.strays).toEqual([]);
    }
  });

  it('puts off all that is expected of the call by the queue it is in, where that is longer than was thought', () => {
    const expecting = (queueMs?: number) => attemptOf('agent', { ...(queueMs !== undefined && { queueMs }) });
    const after = (thought: number | undefined, told: number) =>
      first(learn(sessionOf([expecting(thought)]), { ...created, queueMs: told }));

    expect(after(undefined, 5000)).toMatchObject({
      queueMs: 5000,
      deadline: STARTS_AT + 95_000,
      hardDeadline: STARTS_AT + 155_000,
      watchAt: STARTS_AT + 95_000,
    });
    expect(after(3000, 5000)).toMatchObject({ queueMs: 5000, deadline: STARTS_AT + 92_000 });
    expect(after(5000, 5000)).toMatchObject({ queueMs: 5000, deadline: STARTS_AT + 90_000 });
    expect(after(5000, 1000)).toMatchObject({ queueMs: 5000, deadline: STARTS_AT + 90_000 });
    expect('queueMs' in after(undefined, 0)).toBe(false);
  });

  it.each<[string, readonly Attempt[]]>([
    ['of an attempt nobody knows', []],
    ['of an attempt that has another call', [attemptOf('agent', { callSid: 'CA2' })]],
    ['of an attempt that ended without a call', [attemptOf('agent', { stage: 'ended' })]],
  ])('%s makes it a call to hang up', (_, attempts) => {
    const known = learn(sessionOf(attempts), created);

    expect(known).toEqual(sessionOf(attempts, { strays: ['CA1'] }));
    expect(learn(known, created)).toBe(known);
  });
});

describe('a call that was surely not placed', () => {
  const notPlaced: Input = { type: 'not-placed', attemptId: 'agent-1', creates: 1 };

  it('is asked for again, by a command of its own, twice as late each time and sixteen seconds at most', () => {
    const waits = [1, 2, 3, 4, 5, 6].map((creates) => {
      const { notBefore } = first(learn(sessionOf([attemptOf('agent', { creates })]), { ...notPlaced, creates }));
      return (notBefore ?? 0) - NOW;
    });

    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 16_000]);
    expect(first(learn(sessionOf([attemptOf('agent', { queueMs: 9 })]), notPlaced))).toEqual(
      reservedOf('agent', { creates: 2, refusedSince: NOW, notBefore: NOW + 1000, watchAt: NOW }),
    );
  });

  it('fails by the carrier’s fault when it was refused for a minute, counted from the first time', () => {
    const refusedSince = NOW - 59_999;
    const session = sessionOf([attemptOf('agent', { refusedSince })]);

    expect(first(learn(session, notPlaced))).toMatchObject({ stage: 'reserved', refusedSince });
    expect(first(learn(session, notPlaced, NOW + 1))).toMatchObject({
      stage: 'ended',
      endedAt: NOW + 1,
      outcome: 'carrier-error',
    });
  });

  it.each<[string, Attempt, Input]>([
    ['an attempt nobody knows', attemptOf('agent'), { ...notPlaced, attemptId: 'agent-2' }],
    ['a call that was heard of', attemptOf('agent', { stage: 'live', callSid: 'CA1' }), notPlaced],
    ['the command before the last', attemptOf('agent', { creates: 2 }), notPlaced],
  ])('says nothing of %s', (_, attempt, input) => {
    const session = sessionOf([attempt]);

    expect(learn(session, input)).toBe(session);
  });
});

describe('a call that may not be asked for yet', () => {
  const until = NOW + 8000;
  const paced: Input = { type: 'put-off', attemptId: 'agent-1', creates: 1, until, because: 'paced' };
  const down: Input = { ...paced, because: 'carrier-down' };

  it('waits its turn by a command of its own', () => {
    expect(learn(sessionOf([reservedOf('agent')]), paced)).toEqual(
      sessionOf([reservedOf('agent', { creates: 2, notBefore: until, slotAt: until, watchAt: NOW })]),
    );
  });

  it('waits for the carrier, which is known to be down', () => {
    expect(learn(sessionOf([reservedOf('agent')]), down)).toEqual(
      sessionOf([reservedOf('agent', { creates: 2, notBefore: until, watchAt: NOW })], { carrierDown: true }),
    );
  });

  it('waits so too when it was asked for, to see whether the carrier is still down', () => {
    const probe: Input = { type: 'probe-refused', attemptId: 'agent-1', creates: 1, until };

    expect(learn(sessionOf([attemptOf('agent')]), probe)).toEqual(
      sessionOf([reservedOf('agent', { creates: 2, notBefore: until, watchAt: NOW })], { carrierDown: true }),
    );
  });

  it.each<[string, readonly Attempt[], Input]>([
    ['nobody knows it', [], paced],
    ['it is claimed', [attemptOf('agent')], paced],
    ['another command has taken its place', [reservedOf('agent', { creates: 2 })], paced],
    ['nobody knows it', [], { ...down }],
    ['nobody knows what was probed', [], { type: 'probe-refused', attemptId: 'agent-1', creates: 1, until }],
    ['the probe’s call was heard of', [attemptOf('agent', { stage: 'live' })], { ...paced, type: 'probe-refused' }],
  ])('changes nothing where %s', (_, attempts, input) => {
    const session = sessionOf([...attempts, reservedOf('client')]);

    expect(learn(session, input)).toBe(session);
  });
});

describe('a call that the carrier refused', () => {
  const refused = (outcome: Extract<Input, { type: 'refused' }>['outcome']): Input => ({
    type: 'refused',
    attemptId: 'client-1',
    outcome,
  });
  const session = sessionOf([attemptOf('client')]);
  const over = (outcome: Attempt['outcome']) =>
    attemptOf('client', { stage: 'ended', endedAt: NOW, ringSeconds: 0, ...(outcome && { outcome }) });

  it('because the number is invalid cannot be reached by another attempt', () => {
    expect(learn(session, refused('invalid-number'))).toEqual(
      sessionOf([over('invalid-number')], { unreachable: { client: true } }),
    );
    expect(learn({ ...session, unreachable: { agent: true } }, refused('invalid-number')).unreachable).toEqual({
      agent: true,
      client: true,
    });
  });

  it('because the number cannot be reached now may be tried again', () => {
    expect(learn(session, refused('unreachable'))).toEqual(sessionOf([over('unreachable')]));
  });

  it('for another reason fails the session, by its first reason', () => {
    const fault = { leg: 'client', reason: 'carrier-error' } as const;

    expect(learn(session, refused('carrier-error'))).toEqual(sessionOf([over('carrier-error')], { fault }));
    expect(
      learn({ ...session, fault: { leg: 'agent', reason: 'rejected-by-policy' } }, refused('carrier-error')).fault,
    ).toEqual({ leg: 'agent', reason: 'rejected-by-policy' });
  });

  it('by policy fails where it was not claimed; a claimed one may be under way', () => {
    const reserved = sessionOf([reservedOf('client')]);

    expect(learn(reserved, refused('rejected-by-policy'))).toMatchObject({
      attempts: [{ stage: 'ended', outcome: 'rejected-by-policy' }],
      fault: { leg: 'client', reason: 'rejected-by-policy' },
    });
    expect(learn(session, refused('rejected-by-policy'))).toBe(session);
  });

  it.each<[string, readonly Attempt[]]>([
    ['nobody knows', [attemptOf('agent')]],
    ['has ended', [attemptOf('client', { stage: 'ended', outcome: 'busy' })]],
    ['was heard of', [attemptOf('client', { stage: 'live', callSid: 'CA1' })]],
  ])('is believed of no attempt that %s', (_, attempts) => {
    const known = sessionOf(attempts);

    for (const outcome of ['invalid-number', 'unreachable', 'carrier-error', 'rejected-by-policy'] as const)
      expect(learn(known, refused(outcome))).toBe(known);
  });
});

describe('a webhook', () => {
  const ringing = (callSid: string, attemptId = 'agent-1'): Input => ({
    type: 'status',
    attemptId,
    callSid,
    status: 'ringing',
    at: undefined,
  });
  const busy: Input = { type: 'status', attemptId: 'agent-1', callSid: 'CA1', status: 'busy' };

  it('binds the call it tells of to an attempt that knows none', () => {
    const rang = { ours: NOW, carrier: undefined };

    expect(first(learn(sessionOf([attemptOf('agent')]), ringing('CA1')))).toEqual(
      attemptOf('agent', { stage: 'ringing', callSid: 'CA1', rang }),
    );
    expect(first(learn(sessionOf([attemptOf('agent')]), { ...busy, status: 'queued' }))).toEqual(
      attemptOf('agent', { stage: 'live', callSid: 'CA1' }),
    );
  });

  it('claims what was put back: it was placed after all', () => {
    expect(first(learn(sessionOf([reservedOf('agent')]), { ...busy, status: 'queued' }))).toEqual({
      ...reservedOf('agent'),
      stage: 'live',
      callSid: 'CA1',
      claimedAt: NOW,
      deadline: NOW + 90_000,
      hardDeadline: NOW + 150_000,
      watchAt: NOW + 90_000,
    });
  });

  it.each<[string, readonly Attempt[]]>([
    ['an attempt nobody knows', []],
    ['an attempt that has another call', [attemptOf('agent', { stage: 'live', callSid: 'CA2' })]],
    ['an attempt that ended without a call', [attemptOf('agent', { stage: 'ended' })]],
  ])('of %s is about a call to hang up, unless that is over', (_, attempts) => {
    const session = sessionOf(attempts);

    expect(learn(session, ringing('CA1'))).toEqual({ ...session, strays: ['CA1'] });
    expect(learn(session, { type: 'key', attemptId: 'agent-1', callSid: 'CA1', digits: '1' }).strays).toEqual(['CA1']);
    expect(learn(session, busy)).toBe(session);
  });

  it('of an attempt that has ended is heard, and hangs nothing up', () => {
    const session = sessionOf([attemptOf('agent', { stage: 'ended', callSid: 'CA1', outcome: 'busy' })]);

    expect(learn(session, ringing('CA1'))).toBe(session);
  });
});

describe('a call that is answered', () => {
  const answered = (leg: 'agent' | 'client', answeredBy?: string): Input => ({
    type: 'answered',
    attemptId: `${leg}-1`,
    callSid: `CA-${leg}-1`,
    answeredBy,
  });
  const ringing = (leg: 'agent' | 'client', changes: Partial<Attempt> = {}) =>
    attemptOf(leg, { stage: 'ringing', callSid: `CA-${leg}-1`, ...changes });
  const byMachine = policyOf({ acceptance: { agent: 'amd', client: 'amd' } });
  const byEither = policyOf({ acceptance: { agent: 'either', client: 'either' } });

  it('is answered since the first time, and accepted by nobody yet', () => {
    const known = learn(sessionOf([ringing('agent')]), answered('agent', 'human'));

    expect(first(known)).toEqual(ringing('agent', { stage: 'answered', answered: { ours: NOW } }));
    expect(first(learn(known, answered('agent'), NOW + 5)).answered).toEqual({ ours: NOW });
  });

  it('says nothing new of one that has accepted, and changes none that has ended', () => {
    const over = sessionOf([ringing('agent', { stage: 'ended' })]);
    const accepted = sessionOf([acceptedOf('agent')]);

    expect(learn(over, answered('agent'))).toBe(over);
    expect(learn(accepted, answered('agent', 'fax'), NOW, byMachine)).toEqual(accepted);
  });

  it.each([
    ['human', { stage: 'human', acceptedBy: 'amd', humanAt: NOW, room: ROOM }],
    ['machine_start', { stage: 'answered', screened: 'voicemail' }],
    ['machine_end_beep', { stage: 'answered', screened: 'voicemail' }],
    ['fax', { stage: 'answered', screened: 'fax' }],
    ['unknown', { stage: 'answered', screened: 'no-input' }],
    [undefined, { stage: 'answered', screened: 'no-input' }],
  ])('by %s is, by machine detection alone, %j', (answeredBy, found) => {
    expect(first(learn(sessionOf([ringing('agent')]), answered('agent', answeredBy), NOW, byMachine))).toMatchObject(
      found,
    );
  });

  it.each([
    ['human', { stage: 'human', acceptedBy: 'amd' }],
    ['fax', { stage: 'answered', screened: 'fax' }],
  ])('by %s is, by detection or key, %j', (answeredBy, found) => {
    expect(first(learn(sessionOf([ringing('agent')]), answered('agent', answeredBy), NOW, byEither))).toMatchObject(
      found,
    );
  });

  it.each(['machine_start', 'unknown', undefined])('by %s may, by detection or key, still press one', (answeredBy) => {
    expect(
      'screened' in first(learn(sessionOf([ringing('agent')]), answered('agent', answeredBy), NOW, byEither)),
    ).toBe(false);
  });

  it('by a client whom no agent awaits is released at once, whoever took it', () => {
    for (const policy of [DEFAULT_POLICY, byMachine]) {
      const known = first(learn(sessionOf([ringing('client')]), answered('client', 'human'), NOW, policy));

      expect(known).toEqual(ringing('client', { stage: 'answered', answered: { ours: NOW }, releasedAt: NOW }));
    }
  });

  it('by a client whom an agent awaits is not released, and by one who was released stays so', () => {
    const awaited = sessionOf([acceptedOf('agent'), ringing('client')]);
    const released = sessionOf([acceptedOf('agent'), ringing('client', { releasedAt: NOW - 1 })]);

    expect('releasedAt' in (learn(awaited, answered('client')).attempts[1] ?? {})).toBe(false);
    expect(learn(released, answered('client', 'human'), NOW, byMachine).attempts[1]).toEqual(
      ringing('client', { stage: 'answered', answered: { ours: NOW }, releasedAt: NOW - 1 }),
    );
  });
});

describe('a key', () => {
  const pressed = (digits: string, telling?: string): Input => ({
    type: 'key',
    attemptId: 'agent-1',
    callSid: 'CA-agent-1',
    digits,
    telling,
  });
  const answered = (changes: Partial<Attempt> = {}) =>
    attemptOf('agent', { stage: 'answered', callSid: 'CA-agent-1', answered: { ours: NOW - 5 }, ...changes });

  it('1 is a person, who waits in a room of their own', () => {
    expect(learn(sessionOf([answered()]), pressed('1'))).toEqual(
      sessionOf([answered({ stage: 'human', humanAt: NOW, acceptedBy: 'key', watchAt: NOW + 60_000, room: ROOM })], {
        rooms: { [ROOM]: EMPTY_ROOM },
      }),
    );
  });

  it('proves that the call was answered, even if nobody said so', () => {
    const unheard = attemptOf('agent', { stage: 'ringing', callSid: 'CA-agent-1' });

    expect(first(learn(sessionOf([unheard]), pressed('5')))).toMatchObject({
      stage: 'answered',
      answered: { ours: NOW },
      wrongKeys: 1,
    });
    expect(first(learn(sessionOf([answered()]), pressed('5'))).answered).toEqual({ ours: NOW - 5 });
  });

  it('that is wrong is forgiven twice', () => {
    const once = learn(sessionOf([answered()]), pressed('5'));
    const twice = learn(once, pressed('#'));
    const thrice = learn(twice, pressed('11'));

    expect(first(once)).toEqual(answered({ wrongKeys: 1 }));
    expect(first(twice)).toEqual(answered({ wrongKeys: 2 }));
    expect(first(thrice)).toEqual(answered({ wrongKeys: 3, screened: 'no-input' }));
  });

  it('that is none is no input at once', () => {
    expect(first(learn(sessionOf([answered()]), pressed('')))).toEqual(
      answered({ wrongKeys: 1, screened: 'no-input' }),
    );
  });

  it('told twice with one telling is one key', () => {
    const once = learn(sessionOf([answered()]), pressed('5', 'a'));

    expect(first(once)).toEqual(answered({ wrongKeys: 1, keyTold: 'a' }));
    expect(learn(once, pressed('5', 'a'))).toBe(once);
    expect(first(learn(once, pressed('5', 'b')))).toMatchObject({ wrongKeys: 2, keyTold: 'b' });
  });

  it.each<[string, Partial<Attempt>]>([
    ['has ended', { stage: 'ended' }],
    ['has accepted', { stage: 'human' }],
    ['was screened', { screened: 'voicemail' }],
  ])('changes nothing on a call that %s', (_, changes) => {
    const session = sessionOf([answered(changes)]);

    for (const digits of ['1', '5', '']) expect(learn(session, pressed(digits))).toBe(session);
  });
});

describe('an acceptance', () => {
  const pressed = (leg: 'agent' | 'client'): Input => ({
    type: 'key',
    attemptId: `${leg}-1`,
    callSid: `CA-${leg}-1`,
    digits: '1',
  });
  const answered = (leg: 'agent' | 'client') =>
    attemptOf(leg, { stage: 'answered', callSid: `CA-${leg}-1`, answered: { ours: NOW - 5 } });
  const rooms = { [ROOM]: { ...EMPTY_ROOM, started: true as const } };

  it('of a client leads to the room of the agent who waits, and leaves what that room has told', () => {
    const known = learn(sessionOf([acceptedOf('agent'), answered('client')], { rooms }), pressed('client'));

    expect(known.attempts[1]).toMatchObject({ stage: 'human', room: ROOM });
    expect(known.rooms).toEqual(rooms);
  });

  it.each<[string, readonly Attempt[], Partial<Session>]>([
    ['no agent waits', [], {}],
    ['the agent was told it does not come about', [acceptedOf('agent', { releasedAt: NOW })], {}],
    ['the session is over', [acceptedOf('agent')], { terminal: { type: 'completed', at: NOW } }],
    ['the appointment is called off', [acceptedOf('agent')], { calledOff: 'cancelled' }],
  ])('of a client leads nowhere where %s', (_, agents, more) => {
    const known = learn(sessionOf([...agents, answered('client')], { rooms, ...more }), pressed('client'));

    expect(known.attempts.at(-1)).toEqual({
      ...answered('client'),
      stage: 'human',
      humanAt: NOW,
      acceptedBy: 'key',
      watchAt: NOW + 60_000,
      releasedAt: NOW,
    });
    expect(known.rooms).toEqual(rooms);
  });
});

describe('the end of a conference around somebody who stays on the line', () => {
  const ended = (leg: 'agent' | 'client'): Input => ({
    type: 'dial-ended',
    attemptId: `${leg}-1`,
    callSid: `CA-${leg}-1`,
  });
  const rooms = { [ROOM]: EMPTY_ROOM };
  const both = sessionOf([acceptedOf('agent'), acceptedOf('client')], { rooms });

  it('says that the other has left, once', () => {
    expect(learn(both, ended('agent')).rooms).toEqual({ [ROOM]: { ...EMPTY_ROOM, left: ['client-1'] } });
    expect(learn(both, ended('client')).rooms).toEqual({ [ROOM]: { ...EMPTY_ROOM, left: ['agent-1'] } });
    expect(learn(learn(both, ended('agent')), ended('agent')).rooms[ROOM]?.left).toEqual(['client-1']);
  });

  it('says that the latest who was sent to that room has left', () => {
    const later = acceptedOf('client', { id: 'client-2', n: 2 });
    const elsewhere = acceptedOf('client', { id: 'client-3', n: 3, room: 's-cs_1_1-2' });

    expect(
      learn({ ...both, attempts: [...both.attempts, later, elsewhere] }, ended('agent')).rooms[ROOM]?.left,
    ).toEqual(['client-2']);
  });

  it.each<[string, Session]>([
    ['no room', sessionOf([attemptOf('agent', { stage: 'human', callSid: 'CA-agent-1' })])],
    ['ended', { ...both, attempts: [acceptedOf('agent', { stage: 'ended' }), acceptedOf('client')] }],
    ['been released', { ...both, attempts: [acceptedOf('agent', { releasedAt: NOW }), acceptedOf('client')] }],
    ['nobody in the room with them', sessionOf([acceptedOf('agent')], { rooms })],
  ])('says nothing where they have %s', (_, session) => {
    expect(learn(session, ended('agent'))).toBe(session);
  });
});

describe('a word on a call that goes on', () => {
  const told = (status: string, at?: number): Input => ({
    type: 'status',
    attemptId: 'agent-1',
    callSid: 'CA-agent-1',
    status,
    at,
  });
  const live = (changes: Partial<Attempt> = {}) =>
    attemptOf('agent', { stage: 'live', callSid: 'CA-agent-1', ...changes });

  it('of ringing counts from the first time', () => {
    const rang = { ours: NOW, carrier: 7 };
    const known = learn(sessionOf([live()]), told('ringing', 7));

    expect(first(known)).toEqual(live({ stage: 'ringing', rang }));
    expect(first(learn(known, told('ringing', 9), NOW + 5)).rang).toEqual(rang);
  });

  it('of an answer takes over the carrier’s time, once, and keeps ours', () => {
    const unheard = learn(sessionOf([live()]), told('in-progress', 7));
    const heard = learn(sessionOf([live({ stage: 'answered', answered: { ours: NOW - 5 } })]), told('in-progress', 7));

    expect(first(unheard)).toEqual(live({ stage: 'answered', answered: { ours: NOW, carrier: 7 } }));
    expect(first(heard).answered).toEqual({ ours: NOW - 5, carrier: 7 });
    expect(first(learn(heard, told('in-progress', 9))).answered).toEqual({ ours: NOW - 5, carrier: 7 });
  });

  it('never takes a call back', () => {
    for (const stage of ['answered', 'human'] as const)
      expect(first(learn(sessionOf([live({ stage })]), told('ringing'))).stage).toBe(stage);
    expect(first(learn(sessionOf([live({ stage: 'human' })]), told('in-progress'))).stage).toBe('human');
  });

  it.each(['queued', 'initiated', 'something-new'])('%s adds nothing', (status) => {
    expect(learn(sessionOf([live()]), told(status))).toEqual(sessionOf([live()]));
  });
});

describe('the last word on a call', () => {
  const told = (status: string, more: { sipCode?: number; at?: number } = {}): Input => ({
    type: 'status',
    attemptId: 'agent-1',
    callSid: 'CA-agent-1',
    status,
    ...more,
  });
  const ringing = (changes: Partial<Attempt> = {}) =>
    attemptOf('agent', {
      stage: 'ringing',
      callSid: 'CA-agent-1',
      rang: { ours: NOW - 20_000, carrier: 1_000_000 },
      ...changes,
    });

  it('ends it, with what became of it and how long it rang', () => {
    expect(first(learn(sessionOf([ringing()]), told('busy', { sipCode: 486, at: 1_004_400 })))).toEqual(
      ringing({
        stage: 'ended',
        endedAt: NOW,
        outcome: 'busy',
        ringSeconds: 4,
        final: { status: 'busy', sipCode: 486, moment: { ours: NOW, carrier: 1_004_400 } },
      }),
    );
  });

  it('is the first one', () => {
    const over = learn(sessionOf([ringing()]), told('busy'));

    expect(learn(over, told('completed'), NOW + 5)).toBe(over);
  });

  it('is measured on one clock, ours where the carrier’s is not known of both ends, and never below nothing', () => {
    const rangFor = (rang: Attempt['rang'], at?: number) =>
      first(learn(sessionOf([ringing({ ...(rang && { rang }) })]), told('busy', at === undefined ? {} : { at })))
        .ringSeconds;

    expect(rangFor({ ours: NOW - 20_000, carrier: 1_000_000 })).toBe(20);
    expect(rangFor({ ours: NOW - 20_000 }, 1_004_000)).toBe(20);
    expect(rangFor({ ours: NOW - 20_000, carrier: 1_000_000 }, 1_003_500)).toBe(4);
    expect(rangFor({ ours: NOW + 5000 })).toBe(0);
  });

  it('says that one who accepted was a person, and has left the room', () => {
    const session = sessionOf([acceptedOf('agent')], { rooms: { [ROOM]: EMPTY_ROOM } });

    const over = learn(session, told('completed'));

    expect(first(over)).toMatchObject({ stage: 'ended', outcome: 'human', ringSeconds: 4 });
    expect(over.rooms[ROOM]?.left).toEqual(['agent-1']);
  });

  it('of one who was released says nothing of the room', () => {
    const session = sessionOf([acceptedOf('agent', { releasedAt: NOW })], { rooms: { [ROOM]: EMPTY_ROOM } });

    expect(learn(session, told('completed')).rooms).toEqual(session.rooms);
  });

  it.each<[string, Partial<Attempt>, string, Attempt['outcome']]>([
    ['screened', { screened: 'voicemail' }, 'completed', 'voicemail'],
    ['given up because it was late', { gaveUp: 'late' }, 'canceled', 'no-answer'],
    ['answered', { answered: { ours: NOW } }, 'completed', 'no-input'],
    ['answered, whatever the carrier calls its end,', { answered: { ours: NOW } }, 'failed', 'no-input'],
    ['ringing as long as it was to', {}, 'no-answer', 'no-answer'],
    ['ringing a while', { rang: { ours: NOW - 5000 } }, 'no-answer', 'declined'],
  ])('of one that was %s', (_, changes, status, outcome) => {
    expect(first(learn(sessionOf([ringing(changes)]), told(status))).outcome).toBe(outcome);
  });
});

describe('a call that ended without ringing', () => {
  it('was declined by nobody', () => {
    const live = attemptOf('agent', { stage: 'live', callSid: 'CA-agent-1' });

    expect(
      first(
        learn(sessionOf([live]), {
          type: 'status',
          attemptId: 'agent-1',
          callSid: 'CA-agent-1',
          status: 'no-answer',
        }),
      ),
    ).toMatchObject({ outcome: 'no-answer', ringSeconds: 0 });
  });
});

describe('a call that rang and was lost', () => {
  it('rang until it was given up', () => {
    const ringing = attemptOf('agent', { stage: 'ringing', rang: { ours: STARTS_AT + 140_000 } });

    expect(
      first(learn(sessionOf([ringing]), { type: 'fetched', attemptId: 'agent-1', found: null }, STARTS_AT + 150_000)),
    ).toMatchObject({ outcome: 'lost', ringSeconds: 10 });
  });
});

describe('a word that was said before the end of a call and heard after it', () => {
  const told = (status: string, at?: number): Input => ({
    type: 'status',
    attemptId: 'agent-1',
    callSid: 'CA-agent-1',
    status,
    at,
  });
  const over = (status: string, at: number | undefined = 1_030_000, changes: Partial<Attempt> = {}) =>
    attemptOf('agent', {
      stage: 'ended',
      callSid: 'CA-agent-1',
      endedAt: NOW,
      outcome: 'no-answer',
      ringSeconds: 0,
      final: { status, moment: { ours: NOW, carrier: at } },
      ...changes,
    });

  it('tells how long it rang, and so whether it was declined', () => {
    expect(first(learn(sessionOf([over('no-answer')]), told('ringing', 1_020_000), NOW + 5))).toEqual(
      over('no-answer', 1_030_000, {
        rang: { ours: NOW + 5, carrier: 1_020_000 },
        ringSeconds: 10,
        outcome: 'declined',
      }),
    );
  });

  it('tells that it was answered, where the end says nothing else', () => {
    const known = first(
      learn(
        sessionOf([over('completed', 1_030_000, { rang: { ours: 0, carrier: 1_010_000 } })]),
        told('in-progress', 1_025_000),
      ),
    );

    expect(known).toMatchObject({ stage: 'ended', outcome: 'no-input', ringSeconds: 15 });
    expect(known.answered?.carrier).toBe(1_025_000);
  });

  it('is no answer where the carrier says that nobody took it', () => {
    const session = sessionOf([over('busy')]);

    expect(learn(session, told('in-progress', 1_025_000))).toBe(session);
  });

  it('is not heard where its time or the end’s is not known', () => {
    const untimed = sessionOf([
      attemptOf('agent', {
        stage: 'ended',
        callSid: 'CA-agent-1',
        final: { status: 'no-answer', moment: { ours: NOW } },
      }),
    ]);
    const withoutEnd = sessionOf([attemptOf('agent', { stage: 'ended', callSid: 'CA-agent-1' })]);
    const timed = sessionOf([over('no-answer')]);

    expect(learn(untimed, told('ringing', 1_020_000))).toBe(untimed);
    expect(learn(withoutEnd, told('ringing', 1_020_000))).toBe(withoutEnd);
    expect(learn(timed, told('ringing'))).toBe(timed);
  });

  it('leaves a person a person', () => {
    expect(
      first(learn(sessionOf([over('completed', 1_030_000, { humanAt: 1, outcome: 'human' })]), told('ringing', 1)))
        .outcome,
    ).toBe('human');
  });
});

describe('what a conference tells', () => {
  const rooms = { [ROOM]: EMPTY_ROOM };
  const both = sessionOf([acceptedOf('agent'), acceptedOf('client')], { rooms });
  const tells = (event: 'start' | 'join' | 'leave' | 'end', more: object = {}): Input => ({
    type: 'conference',
    room: ROOM,
    event,
    ...more,
  });

  it('counts for rooms of the session alone', () => {
    for (const event of ['start', 'join', 'leave', 'end'] as const)
      expect(learn(both, { ...tells(event), room: 's-cs_1_1-2' } as Input)).toBe(both);
    expect(learn(both, { ...tells('start'), room: 'constructor' } as Input)).toBe(both);
    expect(learn(both, { type: 'room-fetched', room: 's-cs_1_1-2', inProgress: true })).toBe(both);
  });

  it('of its start is known', () => {
    expect(learn(both, tells('start')).rooms).toEqual({ [ROOM]: { ...EMPTY_ROOM, started: true } });
  });

  it('of who joined is known once for each conference', () => {
    const joins = [
      tells('join', { callSid: 'CA1', conferenceSid: 'CF1' }),
      tells('join', { callSid: 'CA1', conferenceSid: 'CF1' }),
      tells('join', { callSid: 'CA1', conferenceSid: 'CF2' }),
      tells('join', { callSid: 'CA2', conferenceSid: 'CF2' }),
      tells('join'),
    ];

    expect(joins.reduce((known, input) => learn(known, input), both).rooms[ROOM]?.joined).toEqual([
      { callSid: 'CA1', conferenceSid: 'CF1' },
      { callSid: 'CA1', conferenceSid: 'CF2' },
      { callSid: 'CA2', conferenceSid: 'CF2' },
    ]);
  });

  it('of who left counts where they hung up, and are of this room', () => {
    const left = (more: object) => learn(both, tells('leave', more)).rooms[ROOM]?.left;

    expect(left({ callSid: 'CA-client-1', hungUp: true })).toEqual(['client-1']);
    expect(left({ callSid: 'CA-client-1', hungUp: false })).toEqual([]);
    expect(left({ callSid: 'CA-client-1' })).toEqual([]);
    expect(left({ callSid: 'CA-other', hungUp: true })).toEqual([]);
    expect(
      learn(
        { ...both, attempts: [acceptedOf('agent'), acceptedOf('client', { room: 's-cs_1_1-2' })] },
        tells('leave', { callSid: 'CA-client-1', hungUp: true }),
      ).rooms,
    ).toEqual(rooms);
  });

  it('of its end counts where it names who ended it', () => {
    expect(learn(both, tells('end', { endedBy: 'agent' })).rooms[ROOM]?.left).toEqual(['agent-1']);
    expect(learn(both, tells('end'))).toBe(both);
  });

  it('by being there, or not, is known with the time of the denial', () => {
    expect(learn(both, { type: 'room-fetched', room: ROOM, inProgress: true }).rooms[ROOM]).toEqual({
      ...EMPTY_ROOM,
      inProgress: true,
    });
    expect(learn(both, { type: 'room-fetched', room: ROOM, inProgress: false }).rooms[ROOM]).toEqual({
      ...EMPTY_ROOM,
      absentAt: NOW,
    });
  });
});

describe('a call that was looked for', () => {
  const hardDeadline = STARTS_AT + 150_000;
  const nothing: Input = { type: 'fetched', attemptId: 'agent-1', found: null };
  const found = (callSid: string, status: string): Input => ({
    type: 'fetched',
    attemptId: 'agent-1',
    found: { callSid, status },
  });

  it('and found is bound, with what is told of it', () => {
    expect(first(learn(sessionOf([attemptOf('agent')]), found('CA1', 'ringing')))).toMatchObject({
      stage: 'ringing',
      callSid: 'CA1',
    });
    expect(first(learn(sessionOf([attemptOf('agent', { callSid: 'CA1' })]), found('CA1', 'busy')))).toMatchObject({
      stage: 'ended',
      outcome: 'busy',
    });
  });

  it('and found as another call than the attempt’s is hung up', () => {
    expect(learn(sessionOf([attemptOf('agent', { callSid: 'CA2' })]), found('CA1', 'ringing')).strays).toEqual(['CA1']);
    expect(learn(sessionOf([attemptOf('agent', { callSid: 'CA2' })]), found('CA1', 'busy')).strays).toEqual([]);
  });

  it('and not found is lost once it could not be alive any more, not before', () => {
    const session = sessionOf([attemptOf('agent')]);

    expect(learn(session, nothing, hardDeadline - 1)).toBe(session);
    expect(first(learn(session, nothing, hardDeadline))).toMatchObject({
      stage: 'ended',
      outcome: 'lost',
      endedAt: hardDeadline,
    });
  });

  it('and not found was a person where one had accepted', () => {
    expect(first(learn(sessionOf([acceptedOf('agent')]), nothing, hardDeadline))).toMatchObject({
      stage: 'ended',
      outcome: 'human',
    });
  });

  it.each<[string, readonly Attempt[]]>([
    ['nobody knows', []],
    ['has ended', [attemptOf('agent', { stage: 'ended', callSid: 'CA1' })]],
    ['was never claimed', [reservedOf('agent')]],
  ])('changes nothing where the attempt %s', (_, attempts) => {
    const session = sessionOf(attempts);

    expect(learn(session, nothing, hardDeadline)).toBe(session);
    if (attempts[0]?.stage !== 'reserved') expect(learn(session, found('CA1', 'busy'), hardDeadline)).toBe(session);
  });
});
