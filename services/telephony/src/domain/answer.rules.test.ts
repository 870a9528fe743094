import { beforeEach, describe, expect, it } from '@jest/globals';
import { journey, STARTS_AT } from '../../test/journey';
import { answerTo, type Question } from './answer';
import type { Attempt, Session, Terminal } from './session';

const QUESTIONS: readonly Question[] = ['answer', 'key', 'dialled'];
const APOLOGY = { say: 'apology' };
const HANG_UP = { say: 'hang-up' };

/** The agent waits in the room, and the client has just accepted. */
function bothAccepted(): Session {
  const call = journey();
  call.start();
  call.accept('agent');
  call.accept('client');
  return call.session;
}
let session: Session;
beforeEach(() => {
  session = bothAccepted();
});
const changed = (id: string, changes: Partial<Attempt>, more: Partial<Session> = {}): Session => ({
  ...session,
  ...more,
  attempts: session.attempts.map((attempt) => (attempt.id === id ? { ...attempt, ...changes } : attempt)),
});
const ask = (of: Session, leg: 'agent' | 'client', question: Question) =>
  answerTo(of, `${leg}-1`, `CA-${leg}-1`, question);

describe('a call whose session is over', () => {
  const failed: Terminal = { type: 'failed', leg: null, reason: 'timeout', at: STARTS_AT };
  const completed: Terminal = { type: 'completed', at: STARTS_AT };

  it('is apologised for to a client who asks what comes next, and hung up after the conference', () => {
    const over = { ...session, terminal: failed };

    expect(QUESTIONS.map((question) => ask(over, 'client', question))).toEqual([APOLOGY, APOLOGY, HANG_UP]);
  });

  it('is hung up for an agent, whom the session tells by itself', () => {
    const over = { ...session, terminal: failed };

    expect(QUESTIONS.map((question) => ask(over, 'agent', question))).toEqual([HANG_UP, HANG_UP, HANG_UP]);
  });

  it('is hung up when the two have talked', () => {
    const over = { ...session, terminal: completed };

    expect(QUESTIONS.map((question) => ask(over, 'client', question))).toEqual([HANG_UP, HANG_UP, HANG_UP]);
  });

  it.each(['cancelled', 'superseded'] as const)('is hung up when the appointment was %s', (calledOff) => {
    const over: Session = { ...session, calledOff };

    expect(QUESTIONS.map((question) => ask(over, 'client', question))).toEqual([HANG_UP, HANG_UP, HANG_UP]);
    expect(ask(over, 'agent', 'key')).toEqual(HANG_UP);
  });
});

describe('a call that was told it does not come about', () => {
  it('hears why once more, whatever it asks', () => {
    const releasedAt = STARTS_AT;

    for (const question of QUESTIONS) {
      expect(ask(changed('agent-1', { releasedAt }), 'agent', question)).toEqual({ say: 'bad-news' });
      expect(ask(changed('client-1', { releasedAt }), 'client', question)).toEqual(APOLOGY);
    }
  });
});

describe('a call that is none of the session’s', () => {
  it('is hung up: an attempt nobody knows, another call’s id, one that has ended', () => {
    expect(answerTo(session, 'agent-2', 'CA-agent-1', 'answer')).toEqual(HANG_UP);
    expect(answerTo(session, 'agent-1', 'CA-client-1', 'answer')).toEqual(HANG_UP);
    expect(ask(changed('agent-1', { stage: 'ended' }), 'agent', 'answer')).toEqual(HANG_UP);
  });
});

describe('a call in a session that goes on', () => {
  it('is hung up after the conference, and where screening found no person', () => {
    expect(ask(session, 'client', 'dialled')).toEqual(HANG_UP);
    expect(ask(changed('client-1', { screened: 'voicemail' }), 'client', 'answer')).toEqual(HANG_UP);
  });

  it('is greeted when it answers, and again after a key that does not accept', () => {
    const unaccepted = changed('client-1', { stage: 'answered' });

    expect(ask(session, 'client', 'answer')).toEqual({ say: 'greeting', leg: 'client', again: false });
    expect(ask(unaccepted, 'client', 'key')).toEqual({ say: 'greeting', leg: 'client', again: true });
  });

  it('is greeted in the room where machine detection accepted in place of a key', () => {
    const accepted = changed('client-1', { acceptedBy: 'amd' });

    expect(ask(accepted, 'client', 'answer')).toEqual({
      say: 'conference',
      leg: 'client',
      room: 's-cs_1_1-1',
      greet: true,
    });
  });

  it('is apologised for where it has accepted and has no room', () => {
    const attempts = session.attempts.map(({ room: _room, ...attempt }): Attempt => attempt);

    expect(ask({ ...session, attempts }, 'agent', 'key')).toEqual(APOLOGY);
    expect(ask({ ...session, attempts }, 'client', 'key')).toEqual(APOLOGY);
  });

  it('is apologised for to a client whose agent is not on the line, or waits in another room', () => {
    expect(ask(changed('agent-1', { stage: 'ended' }), 'client', 'key')).toEqual(APOLOGY);
    expect(ask(changed('client-1', { room: 's-cs_1_1-2' }), 'client', 'key')).toEqual(APOLOGY);
  });
});
