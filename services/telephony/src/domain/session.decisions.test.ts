import { describe, expect, it } from '@jest/globals';
import { AGENT, CLIENT, STARTS_AT } from '../../test/journey';
import { acceptedOf, attemptOf, EMPTY_ROOM, reservedOf, ROOM, sessionOf } from '../../test/state-of';
import { type CallPolicy, callPolicy, DEFAULT_POLICY } from './policy';
import {
  advance,
  agentOnLine,
  isStillToEnd,
  newSession,
  numberAccepted,
  step,
  type Attempt,
  type Effect,
  type Fact,
  type Room,
  type Session,
} from './session';

const NOW = STARTS_AT + 30_000;
/** Later than anything that is looked at in these tests. */
const FAR = STARTS_AT + 10_000_000;

const decide = (session: Session, now = NOW, policy: CallPolicy = DEFAULT_POLICY) => advance(session, policy, now);
const policyOf = (more: object) => callPolicy().parse(more);
/** What is to be done, but for the next wake-up. */
const done = ({ effects }: { readonly effects: readonly Effect[] }) => effects.filter((effect) => effect.do !== 'wake');
const facts = ({ effects }: { readonly effects: readonly Effect[] }): readonly Fact[] =>
  effects.flatMap((effect) => (effect.do === 'publish' ? [effect.fact] : []));
const failure = (session: Session, now = NOW, policy: CallPolicy = DEFAULT_POLICY) => {
  const { terminal } = decide(session, now, policy).session;
  return terminal?.type === 'failed' ? [terminal.leg, terminal.reason] : terminal?.type;
};
/** An attempt of which nothing is due for long. */
const quiet = { deadline: FAR, hardDeadline: FAR, watchAt: FAR };
const over = (leg: 'agent' | 'client', n: number, changes: Partial<Attempt> = {}) =>
  attemptOf(leg, { n, stage: 'ended', outcome: 'busy', endedAt: NOW - 1000, ringSeconds: 3, ...changes });
const inRoom = (room: Partial<Room> = {}) => ({ rooms: { [ROOM]: { ...EMPTY_ROOM, ...room } } });
const agent = (changes: Partial<Attempt> = {}) => acceptedOf('agent', { ...quiet, ...changes });
const client = (changes: Partial<Attempt> = {}) => acceptedOf('client', { ...quiet, ...changes });
const AGENT_ACCEPTED = STARTS_AT + 9000;

describe('a new session', () => {
  it('knows whom it is about, and nothing has happened in it', () => {
    const facts = {
      id: 'cs_1_1',
      appointmentId: 'apt_1',
      appointmentVersion: 1,
      startsAt: STARTS_AT,
      startedAt: STARTS_AT,
    };
    const people = { agent: { name: 'Alex', phone: AGENT }, client: { name: 'Ada', phone: CLIENT } };

    expect(newSession({ ...facts, ...people })).toEqual(sessionOf());
  });

  it('dials the agent, and holds both numbers meanwhile', () => {
    const decided = decide(sessionOf(), STARTS_AT);

    expect(decided.session).toEqual(
      sessionOf([reservedOf('agent')], { held: [AGENT, CLIENT], wakeAt: STARTS_AT + 60_000 }),
    );
    expect(decided.effects).toEqual([
      { do: 'create', attemptId: 'agent-1', creates: 1 },
      { do: 'wake', dueAt: STARTS_AT + 60_000 },
    ]);
  });

  it('holds a number once', () => {
    const same = { agent: { name: 'Alex', phone: AGENT }, client: { name: 'Ada', phone: AGENT } };

    expect(decide(sessionOf([], { people: same })).session.held).toEqual([AGENT]);
    expect(decide(sessionOf([], { held: [CLIENT] })).session.held).toEqual([CLIENT, AGENT]);
  });

  it('dials nobody whose number it has forgotten', () => {
    const { people: _people, ...session } = sessionOf();

    expect(done(decide(session))).toEqual([]);
  });
});

describe('a decision', () => {
  it('comes before a claim: what is over is not dialled in the write that ends it', () => {
    const session = sessionOf([reservedOf('agent')]);

    const { session: after } = step(
      session,
      [
        { type: 'claim', attemptId: 'agent-1', creates: 1 },
        { type: 'called-off', as: 'cancelled' },
      ],
      DEFAULT_POLICY,
      NOW,
    );

    expect(after.attempts).toEqual([]);
    expect(after.terminal).toMatchObject({ reason: 'cancelled' });
  });

  it('comes before an answer, and after it once more, with the effects of both', () => {
    const ringing = attemptOf('client', { ...quiet, stage: 'ringing', callSid: 'CA-client-1' });

    const { session: after, effects } = step(
      sessionOf([agent(), ringing], { strays: ['CA9'] }),
      [{ type: 'answered', attemptId: 'client-1', callSid: 'CA-client-1' }],
      DEFAULT_POLICY,
      AGENT_ACCEPTED + 600_000,
    );

    expect(after.terminal).toMatchObject({ reason: 'timeout' });
    expect(effects.map((effect) => effect.do)).toEqual(
      expect.arrayContaining(['end-stray', 'publish', 'release', 'end']),
    );
  });

  it('without news changes nothing', () => {
    const once = decide(sessionOf(), STARTS_AT);

    expect(decide(once.session, STARTS_AT)).toEqual({ session: once.session, effects: [] });
  });
});

describe('the agent on the line', () => {
  it('is the last one who has accepted, and was not told that nothing comes of it', () => {
    const second = agent({ id: 'agent-2', n: 2 });

    expect(agentOnLine(sessionOf([agent(), second, client()]))).toBe(second);
    expect(agentOnLine(sessionOf([agent({ releasedAt: NOW })]))).toBeUndefined();
    expect(agentOnLine(sessionOf([agent({ stage: 'answered' })]))).toBeUndefined();
    expect(agentOnLine(sessionOf([client()]))).toBeUndefined();
  });
});

describe('an order to end a leg', () => {
  it('still stands, but for one who has accepted since and is wanted', () => {
    const wanted = sessionOf([agent()]);

    expect(isStillToEnd(wanted, agent())).toBe(false);
    expect(isStillToEnd(wanted, agent({ stage: 'answered' }))).toBe(true);
    expect(isStillToEnd(wanted, agent({ stage: 'ended' }))).toBe(false);
    expect(isStillToEnd(wanted, agent({ releasedAt: NOW }))).toBe(true);
    expect(isStillToEnd({ ...wanted, calledOff: 'cancelled' }, agent())).toBe(true);
    expect(isStillToEnd({ ...wanted, terminal: { type: 'completed', at: NOW } }, agent())).toBe(true);
  });
});

describe('a call that nobody tells of any more', () => {
  const policy = policyOf({ timeLimitSeconds: 60 });
  const deadAt = STARTS_AT + 150_000 + 60_000 + 600_000;
  const terminal = { type: 'failed', leg: null, reason: 'cancelled', at: NOW } as const;
  const later = (attempt: Attempt, now: number) => decide(sessionOf([attempt], { terminal }), now, policy).session;

  it('is given up ten minutes after its time limit, and not before', () => {
    const ringing = attemptOf('agent', { stage: 'ringing', callSid: 'CA1' });

    expect(later(ringing, deadAt - 1).attempts[0]?.stage).toBe('ringing');
    expect(later(ringing, deadAt).attempts[0]).toMatchObject({ stage: 'ended', outcome: 'lost', endedAt: deadAt });
  });

  it('was a person where one had accepted, and keeps its outcome where it had ended', () => {
    expect(later(acceptedOf('agent'), deadAt).attempts[0]).toMatchObject({ stage: 'ended', outcome: 'human' });
    expect(later(over('agent', 1), deadAt).attempts[0]).toMatchObject({ outcome: 'busy', endedAt: NOW - 1000 });
  });
});

describe('an agent who has accepted', () => {
  const { announced: _announced, ...unannounced } = agent();

  it('is told of once, with when', () => {
    const decided = decide(sessionOf([unannounced]));

    expect(facts(decided)).toEqual([
      {
        event: 'AgentAnswered',
        data: {
          appointmentId: 'apt_1',
          appointmentVersion: 1,
          callSessionId: 'cs_1_1',
          attempt: 1,
          answeredAt: '2026-12-01T15:00:09.000Z',
        },
      },
    ]);
    expect(facts(decide(decided.session, NOW + 1))).toEqual([]);
  });

  it('is told of even if they have left meanwhile, but not after the end, and no client is', () => {
    const gone: Attempt = { ...unannounced, stage: 'ended', endedAt: NOW, outcome: 'human' };
    const terminal = { type: 'completed', at: NOW } as const;

    expect(facts(decide(sessionOf([gone])))).toMatchObject([{ event: 'AgentAnswered' }]);
    expect(facts(decide(sessionOf([unannounced], { terminal })))).toEqual([]);
    expect(facts(decide(sessionOf([attemptOf('agent', quiet)])))).toEqual([]);
    expect(facts(decide(sessionOf([agent(), { ...client(), id: 'client-1' }])))).toEqual([]);
  });
});

describe('the two', () => {
  const joins = [
    { callSid: 'CA-agent-1', conferenceSid: 'CF1' },
    { callSid: 'CA-client-1', conferenceSid: 'CF1' },
  ];
  const connected = (room: Partial<Room>, attempts = [agent(), client()], more: Partial<Session> = {}) =>
    facts(decide(sessionOf(attempts, { ...inRoom(room), ...more }))).map(({ event }) => event);

  it('are joined when their conference has started', () => {
    const reserved = reservedOf('client', { id: 'client-3', n: 3, watchAt: FAR });
    const decided = decide(
      sessionOf([over('agent', 0), agent(), over('client', 0), client(), reserved], inRoom({ started: true })),
    );

    expect(decided.session.joined).toEqual({ at: NOW, room: ROOM, agentId: 'agent-1', clientId: 'client-1' });
    expect(facts(decided)).toEqual([
      {
        event: 'CallConnected',
        data: {
          appointmentId: 'apt_1',
          appointmentVersion: 1,
          callSessionId: 'cs_1_1',
          attempts: { agent: 2, client: 2 },
          connectedAt: '2026-12-01T15:00:30.000Z',
          skewSeconds: 30,
        },
      },
    ]);
  });

  it.each<[string, Partial<Room>, readonly string[]]>([
    ['the carrier found it in progress', { inProgress: true }, ['CallConnected']],
    ['both joined one', { joined: joins }, ['CallConnected']],
    ['both joined one without a name', { joined: joins.map(({ callSid }) => ({ callSid })) }, ['CallConnected']],
    ['nobody joined it', {}, []],
    ['the agent alone joined it', { joined: joins.slice(0, 1) }, []],
    ['the client alone joined it', { joined: joins.slice(1) }, []],
    ['each joined one of their own', { joined: joins.map((join, n) => ({ ...join, conferenceSid: `CF${n}` })) }, []],
  ])('are judged by the conference: %s', (_, room, events) => {
    expect(connected(room)).toEqual(events);
  });

  it('are not joined by a client without a call, or one who was told that nothing comes of it', () => {
    const { callSid: _callSid, ...unknown } = client();
    const joined = [{ callSid: 'CA-agent-1' }];

    expect(connected({ joined }, [agent(), unknown])).toEqual([]);
    expect(connected({ started: true }, [agent(), client({ releasedAt: NOW })])).toEqual([]);
  });

  it('are joined in the room that the client was sent to, or not at all', () => {
    const elsewhere = client({ room: 's-cs_1_1-2' });

    expect(connected({ started: true }, [agent(), elsewhere])).toEqual([]);
    expect(connected({ started: true }, [client()])).not.toContain('CallConnected');
    expect(facts(decide(sessionOf([agent(), client()])))).toEqual([]);
  });

  it('are joined once, and not after the end', () => {
    const joined = { at: NOW, room: ROOM, agentId: 'agent-1', clientId: 'client-1' };

    expect(connected({ started: true }, undefined, { joined })).toEqual([]);
    expect(connected({ started: true }, undefined, { terminal: { type: 'completed', at: NOW } })).toEqual([]);
  });
});

describe('a conversation', () => {
  const joined = { at: STARTS_AT + 12_000, room: ROOM, agentId: 'agent-1', clientId: 'client-1' };
  const talking = (left: readonly string[], attempts = [agent(), client()]) =>
    sessionOf(attempts, { joined, ...inRoom({ left, started: true }) });
  const completed = (left: readonly string[], now = NOW, attempts?: Attempt[], policy?: CallPolicy) =>
    facts(decide(talking(left, attempts), now, policy))[0];

  it('goes on until one of the two leaves, whatever else happens', () => {
    expect(facts(decide(talking([]), FAR - 1))).toEqual([]);
    expect(facts(decide(talking(['client-7'])))).toEqual([]);
    expect(facts(decide({ ...talking([]), calledOff: 'cancelled' }))).toEqual([]);
    expect(facts(decide({ ...talking([]), rooms: {} }))).toEqual([]);
  });

  it.each([
    [['agent-1'], 'agent'],
    [['client-1'], 'client'],
    [['client-7', 'client-1', 'agent-1'], 'client'],
  ])('is over when %j left, ended by the first of the two: %s', (left, endedBy) => {
    expect(completed(left)).toEqual({
      event: 'CallCompleted',
      data: {
        appointmentId: 'apt_1',
        appointmentVersion: 1,
        callSessionId: 'cs_1_1',
        durationSeconds: 18,
        endedBy,
      },
    });
    expect(decide(talking(left)).session.terminal).toEqual({ type: 'completed', at: NOW });
  });

  it('is rounded to seconds, and never shorter than none', () => {
    expect(completed(['agent-1'], joined.at + 1499)).toMatchObject({ data: { durationSeconds: 1 } });
    expect(completed(['agent-1'], joined.at + 1500)).toMatchObject({ data: { durationSeconds: 2 } });
    expect(completed(['agent-1'], joined.at - 5000)).toMatchObject({ data: { durationSeconds: 0 } });
  });

  it('was ended by the limit where the leaver had been on the line as long as that, two seconds less', () => {
    const policy = policyOf({ timeLimitSeconds: 60 });
    const answeredAt = STARTS_AT + 5000;

    expect(completed(['agent-1'], answeredAt + 58_000, undefined, policy)).toMatchObject({
      data: { endedBy: 'limit' },
    });
    expect(completed(['agent-1'], answeredAt + 57_999, undefined, policy)).toMatchObject({
      data: { endedBy: 'agent' },
    });
  });

  it('was not ended by the limit where nobody knows how long the leaver had been on the line', () => {
    const { answered: _answered, ...unheard } = agent();

    expect(completed(['agent-1'], FAR - 1, [unheard, client()])).toMatchObject({ data: { endedBy: 'agent' } });
  });
});

describe('a session that is called off or forbidden', () => {
  it('fails for that reason', () => {
    expect(failure(sessionOf([], { calledOff: 'cancelled' }))).toEqual([null, 'cancelled']);
    expect(failure(sessionOf([], { calledOff: 'superseded' }))).toEqual([null, 'superseded']);
    expect(failure(sessionOf([], { fault: { leg: 'client', reason: 'carrier-error' } }))).toEqual([
      'client',
      'carrier-error',
    ]);
  });
});

describe('the time of a session', () => {
  const ringing = (more: Partial<Session> = {}) => sessionOf([attemptOf('agent', quiet)], more);
  const halfAnHour = 1_800_000;

  it('is half an hour from the booked time, or from when it began where that was later', () => {
    expect(failure(ringing(), STARTS_AT + halfAnHour - 1)).toBeUndefined();
    expect(failure(ringing(), STARTS_AT + halfAnHour)).toEqual([null, 'timeout']);
    expect(failure(ringing({ startedAt: NOW }), STARTS_AT + halfAnHour)).toBeUndefined();
    expect(failure(ringing({ startedAt: NOW }), NOW + halfAnHour)).toEqual([null, 'timeout']);
    expect(failure(ringing({ startedAt: STARTS_AT - 5000 }), STARTS_AT + halfAnHour - 1)).toBeUndefined();
  });

  it('wakes the session when it is over', () => {
    expect(decide(ringing(), STARTS_AT + halfAnHour - 10).session.wakeAt).toBe(STARTS_AT + halfAnHour);
  });

  it('was spent in vain by a carrier that takes no calls, if it is down', () => {
    expect(failure(ringing({ carrierDown: true }), STARTS_AT + halfAnHour)).toEqual([null, 'carrier-error']);
  });

  it('does not end what may be a conversation', () => {
    const both = sessionOf([agent(), client()], inRoom());

    expect(failure(both, STARTS_AT + halfAnHour)).toBeUndefined();
    expect(
      failure(sessionOf([agent(), client({ stage: 'ended', endedAt: NOW })], inRoom()), STARTS_AT + halfAnHour),
    ).toEqual([null, 'timeout']);
    expect(failure(sessionOf([agent()], inRoom()), STARTS_AT + halfAnHour)).toEqual([null, 'timeout']);
  });
});

describe('what a failed session tells of its attempts', () => {
  const told = (attempts: readonly Attempt[], more: Partial<Session> = {}, now = NOW) =>
    facts(decide(sessionOf(attempts, { calledOff: 'cancelled', ...more }), now)).flatMap(({ data }) =>
      'attempts' in data && Array.isArray(data.attempts) ? data.attempts : [],
    );

  it('is what became of each that was placed, in order', () => {
    expect(told([over('agent', 1), reservedOf('agent', { id: 'agent-2', n: 2 })])).toEqual([
      { leg: 'agent', n: 1, outcome: 'busy', startedAt: '2026-12-01T15:00:00.000Z', ringSeconds: 3 },
    ]);
  });

  it('is, for one that goes on, a person where one has accepted, else that it was cancelled', () => {
    const { claimedAt: _claimed, ...unclaimed } = attemptOf('client', { reservedAt: NOW - 5000 });

    expect(told([agent(), unclaimed])).toEqual([
      { leg: 'agent', n: 1, outcome: 'human', startedAt: '2026-12-01T15:00:00.000Z', ringSeconds: 4 },
      { leg: 'client', n: 1, outcome: 'cancelled', startedAt: '2026-12-01T15:00:25.000Z', ringSeconds: 0 },
    ]);
  });

  it('is no ring time where it rang and nobody took it yet', () => {
    expect(told([attemptOf('agent', { rang: { ours: NOW - 5000 } })])).toMatchObject([{ ringSeconds: 0 }]);
    expect(told([attemptOf('agent', { answered: { ours: NOW - 5000 } })])).toMatchObject([{ ringSeconds: 0 }]);
  });

  it('is also who was in another call all the while, where nobody was reached in time', () => {
    const engaged = {
      agent: { since: STARTS_AT + 1000, lookAt: 0 },
      client: { since: STARTS_AT + 2000, lookAt: 0 },
    };
    const missed = facts(decide(sessionOf([over('agent', 1)], { engaged }), STARTS_AT + 600_001))[0];

    expect(missed).toMatchObject({
      event: 'CallFailed',
      data: {
        leg: null,
        reason: 'missed',
        attempts: [
          { leg: 'agent', n: 1, outcome: 'busy' },
          { leg: 'agent', n: 2, outcome: 'in-another-call', startedAt: '2026-12-01T15:00:01.000Z', ringSeconds: 0 },
          { leg: 'client', n: 1, outcome: 'in-another-call', startedAt: '2026-12-01T15:00:02.000Z', ringSeconds: 0 },
        ],
      },
    });
    expect(told([over('agent', 1)], { engaged })).toHaveLength(1);
    expect(facts(decide(sessionOf([]), STARTS_AT + 600_001))).toMatchObject([{ data: { attempts: [] } }]);
  });
});

describe('the agent', () => {
  it('is dialled until ten minutes after the booked time, and not a moment later', () => {
    expect(done(decide(sessionOf(), STARTS_AT + 600_000))).toMatchObject([{ do: 'create' }]);
    expect(failure(sessionOf(), STARTS_AT + 600_001)).toEqual([null, 'missed']);
    expect(failure(sessionOf([], { carrierDown: true }), STARTS_AT + 600_001)).toEqual([null, 'carrier-error']);
  });

  it('waits to be placed no longer than that', () => {
    const waiting = sessionOf([reservedOf('agent', { watchAt: FAR })]);

    expect(decide(waiting, STARTS_AT + 599_000).session.wakeAt).toBe(STARTS_AT + 600_001);
    expect(decide(waiting, STARTS_AT + 600_000).session.attempts).toHaveLength(1);
    expect(decide(waiting, STARTS_AT + 600_001).session).toMatchObject({
      attempts: [],
      terminal: { reason: 'missed' },
    });
  });

  it.each([
    [1, 20_000],
    [2, 40_000],
  ])('is dialled again after %i attempts, %i ms after the last has ended', (spent, backOffMs) => {
    const attempts = Array.from({ length: spent }, (_, n) => over('agent', n + 1));
    const at = NOW - 1000 + backOffMs;

    const early = decide(sessionOf(attempts), at - 1);

    expect(done(early)).toEqual([]);
    expect(early.session.wakeAt).toBe(at);
    expect(done(decide(sessionOf(attempts), at))).toEqual([
      { do: 'create', attemptId: `agent-${spent + 1}`, creates: 1 },
    ]);
  });

  it('is not dialled again while an attempt on them goes on', () => {
    expect(done(decide(sessionOf([attemptOf('agent', quiet)])))).toEqual([]);
  });

  it('is out of reach after three attempts, or one on a number that is invalid', () => {
    expect(failure(sessionOf([over('agent', 1), over('agent', 2), over('agent', 3)]))).toEqual([
      'agent',
      'agent-unreachable',
    ]);
    expect(failure(sessionOf([over('agent', 1)], { unreachable: { agent: true } }))).toEqual([
      'agent',
      'agent-unreachable',
    ]);
    expect(failure(sessionOf([over('agent', 1)], { unreachable: { client: true } }))).toBeUndefined();
    expect(failure(sessionOf([over('agent', 1), over('agent', 2)]))).toBeUndefined();
  });

  it('who has left is dialled again with what is left of the attempts, or not at all, as policy says', () => {
    const left = (n: number) => over('agent', n, { humanAt: AGENT_ACCEPTED, outcome: 'human', announced: true });
    const fail = policyOf({ agentLeft: 'fail' });

    expect(failure(sessionOf([left(1)]), NOW, fail)).toEqual(['agent', 'agent-left']);
    expect(failure(sessionOf([left(1)]), NOW)).toBeUndefined();
    expect(done(decide(sessionOf([left(1)]), NOW + 19_000))).toMatchObject([{ do: 'create', attemptId: 'agent-2' }]);
    expect(failure(sessionOf([over('agent', 1), over('agent', 2), left(3)]))).toEqual(['agent', 'agent-left']);
    expect(failure(sessionOf([left(1), over('agent', 2)]), NOW, fail)).toBeUndefined();
  });

  it('is not dialled while a phone that is needed is in another call', () => {
    const engaged = { client: { since: NOW, lookAt: NOW + 15_000 } };

    expect(done(decide(sessionOf([], { engaged }), NOW + 14_999))).toEqual([]);
    expect(decide(sessionOf([], { engaged }), NOW + 14_999).session.wakeAt).toBe(NOW + 15_000);
    expect(done(decide(sessionOf([], { engaged }), NOW + 15_000))).toMatchObject([{ do: 'create' }]);
    expect(
      decide(sessionOf([], { engaged: { agent: { since: NOW, lookAt: NOW + 20_000 }, ...engaged } })).session.wakeAt,
    ).toBe(NOW + 20_000);
  });
});

describe('a client without an agent', () => {
  const gone = over('agent', 1, { humanAt: AGENT_ACCEPTED, outcome: 'human', room: ROOM, announced: true });

  it('whose phone rings is hung up, and one who was not dialled yet is not', () => {
    const ringing = attemptOf('client', { ...quiet, stage: 'ringing', callSid: 'CA-client-1' });
    const reserved = reservedOf('client', { watchAt: FAR });

    expect(done(decide(sessionOf([gone, ringing])))).toEqual([
      { do: 'end', attemptId: 'client-1', callSid: 'CA-client-1' },
    ]);
    expect(decide(sessionOf([gone, reserved])).session.attempts).toEqual([gone]);
  });

  it('who was told why may hear it to the end, and only then is the agent dialled again', () => {
    const released = attemptOf('client', { ...quiet, stage: 'answered', callSid: 'CA-client-1', releasedAt: NOW });
    const later = NOW + 30_000;

    expect(done(decide(sessionOf([gone, released]), later - 1))).toEqual([]);
    expect(decide(sessionOf([gone, released]), later - 1).session.wakeAt).toBe(later);
    expect(done(decide(sessionOf([gone, released]), later))).toEqual([
      { do: 'end', attemptId: 'client-1', callSid: 'CA-client-1' },
    ]);
  });

  it('who has accepted may be talking: the room is asked for after ten seconds, and again', () => {
    const session = sessionOf([gone, client({ humanAt: NOW })], inRoom());
    const askAt = NOW + 10_000;

    const early = decide(session, askAt - 1);
    const asked = decide(session, askAt);
    const silent = decide(asked.session, askAt + 19_999);
    const alone = decide(asked.session, askAt + 20_000);

    expect([done(early), early.session.wakeAt]).toEqual([[], askAt]);
    expect([done(asked), asked.session.wakeAt]).toEqual([[{ do: 'fetch-room', room: ROOM }], askAt + 20_000]);
    expect(asked.session.rooms[ROOM]?.askedAt).toBe(askAt);
    expect(done(silent)).toEqual([]);
    expect(done(alone)[0]).toEqual({
      do: 'release',
      attemptId: 'client-1',
      callSid: 'CA-client-1',
      words: 'apology',
    });
  });

  it('is apologised to at once where the carrier denies the room', () => {
    const denied = inRoom({ askedAt: NOW, absentAt: NOW });
    const session = sessionOf([gone, client({ humanAt: NOW - 1 })], denied);

    expect(done(decide(session, NOW + 1))[0]).toMatchObject({ do: 'release', words: 'apology' });
    expect(done(decide({ ...session, ...inRoom({ askedAt: NOW, absentAt: NOW - 1 }) }, NOW + 1))).toEqual([]);
    // What was asked before the client accepted was asked about another.
    expect(done(decide(sessionOf([gone, client({ humanAt: NOW })], denied), NOW + 1))).toEqual([]);
  });

  it('is told nothing where their call has ended, or no call of theirs is known', () => {
    const denied = inRoom({ askedAt: NOW, absentAt: NOW });
    const { callSid: _callSid, ...unknown } = client({ humanAt: NOW - 1 });

    for (const attempt of [client({ humanAt: NOW - 1, stage: 'ended', endedAt: NOW, billed: true }), unknown])
      expect(done(decide(sessionOf([gone, attempt], denied), NOW + 1))).toEqual([]);
  });
});

describe('the client', () => {
  it('is dialled when an agent waits', () => {
    expect(done(decide(sessionOf([agent()], { held: [AGENT, CLIENT] })))).toEqual([
      { do: 'create', attemptId: 'client-1', creates: 1 },
    ]);
    expect(decide(sessionOf([agent()])).session.attempts[1]).toMatchObject({ leg: 'client', n: 1, to: CLIENT });
  });

  it('is waited for ten minutes', () => {
    const waitsUntil = AGENT_ACCEPTED + 600_000;
    const ringing = sessionOf([agent(), attemptOf('client', quiet)]);

    expect(decide(ringing, waitsUntil - 10).session.wakeAt).toBe(waitsUntil);
    expect(failure(ringing, waitsUntil - 1)).toBeUndefined();
    expect(failure(ringing, waitsUntil)).toEqual([null, 'timeout']);
    expect(failure({ ...ringing, carrierDown: true }, waitsUntil)).toEqual([null, 'carrier-error']);
  });

  it('is out of reach after three attempts, and the agent hears that', () => {
    const decided = decide(sessionOf([agent(), over('client', 1), over('client', 2), over('client', 3)]));

    expect(decided.session.terminal).toMatchObject({ leg: 'client', reason: 'client-unreachable' });
    expect(done(decided)).toContainEqual({
      do: 'release',
      attemptId: 'agent-1',
      callSid: 'CA-agent-1',
      words: 'bad-news',
    });
  });

  it('who accepted for an agent who has gone counts for no other', () => {
    const second = agent({ id: 'agent-2', n: 2, callSid: 'CA-agent-2', room: 's-cs_1_1-2' });
    const before = client({ stage: 'ended', endedAt: NOW - 60_000, billed: true });

    expect(done(decide(sessionOf([over('agent', 1), second, before], inRoom()), NOW))).toMatchObject([
      { do: 'create', attemptId: 'client-2' },
    ]);
  });

  it('who has accepted and gone is awaited while they may have talked, then dialled again', () => {
    const left = client({ stage: 'ended', endedAt: NOW - 60_000, billed: true });
    const session = sessionOf([agent(), left], inRoom());
    const denied = sessionOf([agent(), left], inRoom({ askedAt: NOW - 5, absentAt: NOW - 5 }));

    expect(done(decide(session, NOW))).toEqual([{ do: 'fetch-room', room: ROOM }]);
    expect(done(decide(denied, NOW))).toEqual([{ do: 'create', attemptId: 'client-2', creates: 1 }]);
  });

  it('who has accepted is waited for beyond that, until the carrier denies the room', () => {
    const waitsUntil = AGENT_ACCEPTED + 600_000;
    const at = (room: Partial<Room>, now: number) => failure(sessionOf([agent(), client()], inRoom(room)), now);

    expect(at({ askedAt: waitsUntil - 5 }, waitsUntil)).toBeUndefined();
    expect(at({ askedAt: waitsUntil - 5, absentAt: waitsUntil - 4 }, waitsUntil - 1)).toBeUndefined();
    expect(at({ askedAt: waitsUntil - 5, absentAt: waitsUntil - 4 }, waitsUntil)).toEqual([null, 'timeout']);
  });

  it('whose room was denied is asked for again while an agent is on the line', () => {
    const session = sessionOf([agent(), client()], inRoom({ askedAt: NOW - 20_000, absentAt: NOW - 19_000 }));

    expect(done(decide(session))).toEqual([{ do: 'fetch-room', room: ROOM }]);
    expect(decide(session).session.rooms[ROOM]).toMatchObject({ askedAt: NOW, absentAt: NOW - 19_000 });
  });
});

describe('a leg that must end', () => {
  const terminal = { type: 'failed', leg: null, reason: 'cancelled', at: NOW } as const;
  const ending = (changes: Partial<Attempt>) =>
    sessionOf([attemptOf('agent', { ...quiet, callSid: 'CA1', stage: 'ringing', ...changes })], { terminal });

  it('is asked to, and again every twenty seconds', () => {
    const once = decide(ending({}));

    expect(once.effects).toEqual([
      { do: 'end', attemptId: 'agent-1', callSid: 'CA1' },
      { do: 'wake', dueAt: NOW + 20_000 },
    ]);
    expect(once.session.attempts[0]).toMatchObject({ endAskedAt: NOW, gaveUp: 'unwanted' });
    expect(done(decide(once.session, NOW + 19_999))).toEqual([]);
    expect(done(decide(once.session, NOW + 20_000))).toMatchObject([{ do: 'end' }]);
  });

  it('wakes the session for the next time', () => {
    expect(decide(ending({ endAskedAt: NOW - 5000 })).session.wakeAt).toBe(NOW + 15_000);
  });

  it('keeps the first reason for it', () => {
    expect(decide(ending({ gaveUp: 'late' })).session.attempts[0]?.gaveUp).toBe('late');
  });

  it('cannot be where its call is not known, and need not where it was never placed', () => {
    const unknown = sessionOf([attemptOf('agent', quiet)], { terminal });

    expect(done(decide(unknown))).toEqual([]);
    expect(decide(sessionOf([reservedOf('agent')], { terminal })).session).toMatchObject({
      attempts: [],
      closed: true,
    });
  });
});

describe('the end of a session', () => {
  const both = [agent(), client()];
  const ended = (reason: Extract<Session['terminal'], { type: 'failed' }>['reason'], attempts = both) =>
    done(decide(sessionOf(attempts, { terminal: { type: 'failed', leg: null, reason, at: NOW }, ...inRoom() }))).map(
      (effect) =>
        effect.do === 'release'
          ? `${effect.attemptId} ${effect.words}`
          : `${'attemptId' in effect && effect.attemptId} ${effect.do}`,
    );

  it.each(['client-unreachable', 'timeout', 'rejected-by-policy', 'carrier-error'] as const)(
    'by %s is told to both, rather than cutting them off',
    (reason) => {
      expect(ended(reason)).toEqual(['agent-1 bad-news', 'client-1 apology']);
    },
  );

  it.each(['agent-left', 'agent-unreachable', 'missed'] as const)('by %s is told to a client alone', (reason) => {
    expect(ended(reason)).toEqual(['client-1 apology', 'agent-1 end']);
  });

  it.each(['cancelled', 'superseded'] as const)('by being %s is told to nobody', (reason) => {
    expect(ended(reason)).toEqual(['agent-1 end', 'client-1 end']);
  });

  it('after a conversation hangs up who is left', () => {
    const session = sessionOf([agent(), client({ stage: 'ended', endedAt: NOW, billed: true })], {
      terminal: { type: 'completed', at: NOW },
    });

    expect(done(decide(session))).toEqual([{ do: 'end', attemptId: 'agent-1', callSid: 'CA-agent-1' }]);
  });

  it('says nothing twice, and lets who was told hear it to the end', () => {
    const told = [agent({ releasedAt: NOW - 29_999 }), client({ releasedAt: NOW - 30_000 })];

    expect(ended('timeout', told)).toEqual(['client-1 end']);
  });

  it('says nothing to a client whose call is over', () => {
    expect(ended('timeout', [agent(), client({ stage: 'ended', endedAt: NOW, billed: true })])).toEqual([
      'agent-1 bad-news',
    ]);
  });

  it('closes it once nobody is on the line: names, numbers and holds are forgotten', () => {
    const terminal = { type: 'completed', at: NOW } as const;
    const session = sessionOf([over('agent', 1)], { terminal, held: [AGENT, CLIENT], wakeAt: NOW + 5 });

    const { to: _to, ...kept } = over('agent', 1);
    const { people: _people, ...rest } = sessionOf([kept], { terminal, closed: true });
    expect(decide(session)).toEqual({ session: rest, effects: [] });
  });
});

describe('word that is overdue', () => {
  it('of a command that nobody claimed sends it again after a minute', () => {
    const session = sessionOf([reservedOf('agent', { creates: 2, watchAt: NOW })]);

    expect(done(decide(session, NOW - 1))).toEqual([]);
    expect(decide(session, NOW - 1).session.wakeAt).toBe(NOW);
    expect(decide(session).effects).toEqual([
      { do: 'create', attemptId: 'agent-1', creates: 2 },
      { do: 'wake', dueAt: NOW + 60_000 },
    ]);
    expect(decide(session).session.attempts[0]?.watchAt).toBe(NOW + 60_000);
  });

  it('of a command that was put off sends it for when it is due', () => {
    const put = (notBefore: number) => sessionOf([reservedOf('agent', { watchAt: NOW, notBefore })]);

    expect(decide(put(NOW + 8000)).effects).toEqual([
      { do: 'create', attemptId: 'agent-1', creates: 1, dueAt: NOW + 8000 },
      { do: 'wake', dueAt: NOW + 68_000 },
    ]);
    expect(done(decide(put(NOW)))).toEqual([{ do: 'create', attemptId: 'agent-1', creates: 1 }]);
  });

  it('of an unaccepted call ends it at its deadline', () => {
    const session = sessionOf([attemptOf('agent', { ...quiet, stage: 'ringing', callSid: 'CA1', deadline: NOW })]);

    expect(done(decide(session, NOW - 1))).toEqual([]);
    expect(decide(session, NOW - 1).session.wakeAt).toBe(NOW);
    expect(done(decide(session))).toEqual([{ do: 'end', attemptId: 'agent-1', callSid: 'CA1' }]);
    expect(decide(session).session.attempts[0]?.gaveUp).toBe('late');
  });

  it('does not end a call that was accepted, nor one that is not known', () => {
    const { callSid: _callSid, ...unknown } = attemptOf('agent', { ...quiet, deadline: NOW });

    expect(done(decide(sessionOf([agent({ deadline: NOW }), attemptOf('client', quiet)])))).toEqual([]);
    expect(done(decide(sessionOf([unknown])))).toEqual([]);
  });

  it.each([
    ['an unaccepted call', attemptOf('agent', { ...quiet, watchAt: NOW }), 20_000],
    ['an accepted one', acceptedOf('agent', { ...quiet, watchAt: NOW }), 60_000],
  ])('of %s has it looked for, and again later', (_, attempt, againMs) => {
    const session = sessionOf([attempt, attemptOf('client', quiet)]);

    const decided = decide(session);

    expect(done(decide(session, NOW - 1))).toEqual([]);
    expect(decide(session, NOW - 1).session.wakeAt).toBe(NOW);
    expect(decided.effects).toEqual([
      { do: 'fetch', attemptId: 'agent-1' },
      { do: 'wake', dueAt: NOW + againMs },
    ]);
    expect(decided.session.attempts[0]?.watchAt).toBe(NOW + againMs);
  });
});

describe('what a leg costs', () => {
  const bills = (attempt: Attempt) =>
    done(decide(sessionOf([attempt, attemptOf('agent', { ...quiet, id: 'agent-2', n: 2 })])));

  it('is told once it has ended, from its answer on', () => {
    const ended = over('agent', 1, { answered: { ours: NOW - 61_000 }, endedAt: NOW });
    const session = sessionOf([ended, attemptOf('agent', { ...quiet, id: 'agent-2', n: 2 })]);

    expect(bills(ended)).toEqual([{ do: 'bill', attemptId: 'agent-1', seconds: 61 }]);
    expect(done(decide(decide(session).session, NOW + 1))).toEqual([]);
  });

  it('is measured on the carrier’s clock where it told both', () => {
    const ended = over('agent', 1, {
      answered: { ours: NOW - 61_000, carrier: 1_000_000 },
      final: { status: 'completed', moment: { ours: NOW, carrier: 1_090_000 } },
    });

    expect(bills(ended)).toEqual([{ do: 'bill', attemptId: 'agent-1', seconds: 90 }]);
  });

  it('is nothing while it goes on, or where nobody answered', () => {
    expect(bills(over('agent', 1))).toEqual([]);
    expect(bills(over('agent', 1, { answered: { ours: NOW }, billed: true }))).toEqual([]);
    expect(done(decide(sessionOf([agent(), attemptOf('client', quiet)])))).toEqual([]);
  });
});

describe('a call that is none of the session’s', () => {
  it('is hung up once, also when the session has closed', () => {
    for (const closed of [false, true]) {
      const session = sessionOf([attemptOf('agent', quiet)], { strays: ['CA8', 'CA9'], closed });

      const decided = decide(session);

      expect(done(decided)).toEqual([
        { do: 'end-stray', callSid: 'CA8' },
        { do: 'end-stray', callSid: 'CA9' },
      ]);
      expect(decided.session.strays).toEqual([]);
    }
  });

  it('being none leaves a closed session as it is', () => {
    const session = sessionOf([], { closed: true });

    expect(decide(session).session).toBe(session);
  });
});

describe('the next wake-up', () => {
  const waiting = (watchAt: number, wakeAt?: number) =>
    sessionOf([attemptOf('agent', { ...quiet, watchAt })], { ...(wakeAt !== undefined && { wakeAt }) });
  const woken = (session: Session) => decide(session).effects;

  it('comes when something is to be decided, or fifteen minutes from now', () => {
    expect(woken(waiting(NOW + 5000))).toEqual([{ do: 'wake', dueAt: NOW + 5000 }]);
    expect(woken(waiting(NOW + 900_000))).toEqual([{ do: 'wake', dueAt: NOW + 900_000 }]);
    expect(woken(waiting(NOW + 900_001))).toEqual([{ do: 'wake', dueAt: NOW + 900_000 }]);
  });

  it('is not ordered twice, but anew where the one under way comes too late or has come', () => {
    expect(woken(waiting(NOW + 5000, NOW + 5000))).toEqual([]);
    expect(woken(waiting(NOW + 5000, NOW + 1))).toEqual([]);
    expect(woken(waiting(NOW + 5000, NOW + 5001))).toEqual([{ do: 'wake', dueAt: NOW + 5000 }]);
    expect(woken(waiting(NOW + 5000, NOW))).toEqual([{ do: 'wake', dueAt: NOW + 5000 }]);
  });
});

describe('a client who has something to prove', () => {
  const proving = (unproven: readonly string[], ...attempts: Attempt[]) =>
    sessionOf(attempts, {
      people: { agent: { name: 'Alex', phone: AGENT }, client: { name: 'Ada', phone: CLIENT, unproven } },
    });

  it.each([
    ['before anybody is dialled', []],
    ['while the agent waits', [agent()]],
    ['before the client is dialled', [agent(), reservedOf('client', { watchAt: FAR })]],
    ['after an attempt that failed', [agent(), over('client', 1)]],
  ])('is not phoned: the call fails %s', (_, attempts) => {
    expect(failure(proving(['phone'], ...attempts))).toEqual(['client', 'rejected-by-policy']);
  });

  it.each(['submitted', 'live', 'answered', 'human'] as const)('is not cut off whose phone is %s', (stage) => {
    expect(
      failure(proving(['phone'], agent(), attemptOf('client', { ...quiet, stage, callSid: 'CA-client-1' }))),
    ).toBeUndefined();
  });

  it('is no longer one once nothing is left to prove', () => {
    expect(failure(proving([], agent()))).toBeUndefined();
  });
});

describe('the number that accepted a call', () => {
  const ringing = attemptOf('client', { ...quiet, stage: 'live', to: '+12025550177' });
  const accepted = client({ to: '+12025550177' });

  it('is the client’s, told as they accept and never again', () => {
    expect(numberAccepted(sessionOf([agent(), ringing]), sessionOf([agent(), accepted]))).toBe('+12025550177');
    expect(numberAccepted(sessionOf([agent(), accepted]), sessionOf([agent(), accepted]))).toBeUndefined();
  });

  it('is that of the attempt that was accepted, not of one before', () => {
    const before = sessionOf([over('client', 1), { ...ringing, id: 'client-2', n: 2 }]);
    const after = sessionOf([over('client', 1), { ...accepted, id: 'client-2', n: 2 }]);

    expect(numberAccepted(before, after)).toBe('+12025550177');
  });

  it('is nobody’s while nobody has accepted, where it is the agent who did, or where nothing was known before', () => {
    expect(numberAccepted(sessionOf([ringing]), sessionOf([ringing]))).toBeUndefined();
    expect(numberAccepted(sessionOf([attemptOf('agent')]), sessionOf([agent()]))).toBeUndefined();
    expect(numberAccepted(undefined, sessionOf([accepted]))).toBeUndefined();
    expect(numberAccepted(sessionOf(), sessionOf([accepted]))).toBeUndefined();
  });
});
