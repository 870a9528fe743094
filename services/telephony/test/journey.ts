import { DEFAULT_POLICY, type CallPolicy } from '../src/domain/policy';
import type { Attempt, Effect, Fact, Input, Leg, Session } from '../src/domain/session';
import { THE_MACHINE, type Machine } from './machine';

export const STARTS_AT = Date.parse('2026-12-01T15:00:00Z');
export const AGENT = '+12025550100';
export const CLIENT = '+12025550123';

/** One session step by step, with every effect in the hands of the test. */
export function journey(policy: Partial<CallPolicy> = {}, startedAt = STARTS_AT, machine: Machine = THE_MACHINE) {
  const { findAttempt, newSession, step } = machine;
  const whole: CallPolicy = { ...DEFAULT_POLICY, ...policy };
  let now = startedAt;
  let session: Session = newSession({
    id: 'cs_1_1',
    appointmentId: 'apt_1',
    appointmentVersion: 1,
    startsAt: STARTS_AT,
    startedAt,
    agent: { name: 'Alex', phone: AGENT },
    client: { name: 'Ada', phone: CLIENT },
  });
  const effects: Effect[] = [];
  let fresh: readonly Effect[] = [];
  let engaged: Leg | undefined;

  const feed = (...inputs: Input[]): readonly Effect[] => {
    let advanced = step(session, inputs, whole, now);
    // Another session holds the phone, so the write that would hold it is refused.
    const number = engaged && session.people?.[engaged].phone;
    if (engaged && number !== undefined && advanced.session.held.includes(number) && !session.held.includes(number))
      advanced = step(session, [...inputs, { type: 'engaged', leg: engaged }], whole, now);
    session = advanced.session;
    fresh = advanced.effects;
    effects.push(...fresh);
    return fresh;
  };
  const sidOf = (leg: Leg, n: number) => `CA-${leg}-${n}`;

  const self = {
    policy: whole,
    feed,
    get session() {
      return session;
    },
    get now() {
      return now;
    },
    /** What the last input caused. */
    get fresh() {
      return fresh;
    },
    effects,
    attempt: (id: string): Attempt => {
      const attempt = findAttempt(session, id);
      if (!attempt) throw new Error(`there is no attempt ${id}`);
      return attempt;
    },
    facts: (): Fact[] => effects.flatMap((effect) => (effect.do === 'publish' ? [effect.fact] : [])),
    ofKind: <Kind extends Effect['do']>(kind: Kind) =>
      effects.filter((effect): effect is Extract<Effect, { do: Kind }> => effect.do === kind),
    /** Lets time pass and wakes the session whenever it asked for it. */
    pass: (seconds: number) => {
      const until = now + seconds * 1000;
      while (session.wakeAt !== undefined && session.wakeAt <= until && !session.closed) {
        now = Math.max(now, session.wakeAt);
        feed({ type: 'wake' });
      }
      now = until;
    },
    /** Lets time pass with every wake-up still under way. */
    sleep: (seconds: number) => {
      now += seconds * 1000;
    },
    engage: (leg: Leg | undefined) => {
      engaged = leg;
    },
    start: () => feed({ type: 'wake' }),
    /** Claims the attempt and has its call created. */
    place: (leg: Leg, n = 1) => {
      feed({ type: 'claim', attemptId: `${leg}-${n}`, creates: 1 });
      return feed({ type: 'created', attemptId: `${leg}-${n}`, callSid: sidOf(leg, n), queueMs: 0 });
    },
    status: (leg: Leg, n: number, status: string, sipCode?: number) =>
      feed({ type: 'status', attemptId: `${leg}-${n}`, callSid: sidOf(leg, n), status, sipCode, at: now }),
    answer: (leg: Leg, n = 1, answeredBy?: string) =>
      feed({ type: 'answered', attemptId: `${leg}-${n}`, callSid: sidOf(leg, n), answeredBy }),
    press: (leg: Leg, n = 1, digits = '1') =>
      feed({ type: 'key', attemptId: `${leg}-${n}`, callSid: sidOf(leg, n), digits }),
    /** Places, rings, answers and presses 1. */
    accept: (leg: Leg, n = 1) => {
      self.place(leg, n);
      self.status(leg, n, 'ringing');
      self.answer(leg, n);
      return self.press(leg, n);
    },
    room: (
      event: 'start' | 'join' | 'leave' | 'end',
      agentAttempt = 1,
      more: { callSid?: string; conferenceSid?: string; endedBy?: Leg } = {},
    ) => feed({ type: 'conference', room: `s-cs_1_1-${agentAttempt}`, event, ...more }),
    sidOf,
  };
  return self;
}
