import { describe, expect, it } from '@jest/globals';
import { journey } from '../../test/journey';
import { answerTo, type Question } from './answer';

type Journey = ReturnType<typeof journey>;
const ask = (call: Journey, leg: 'agent' | 'client', question: Question, callSid = call.sidOf(leg, 1)) =>
  answerTo(call.session, `${leg}-1`, callSid, question);

function waiting(): Journey {
  const call = journey();
  call.start();
  call.accept('agent');
  call.place('client');
  call.answer('client');
  return call;
}

describe('the answer to a call', () => {
  it('is the greeting, then the room, however often it is asked for', () => {
    const call = waiting();
    call.press('client');

    expect(ask(call, 'agent', 'answer')).toEqual({ say: 'greeting', leg: 'agent', again: false });
    expect(ask(call, 'agent', 'key')).toEqual({ say: 'conference', leg: 'agent', room: 's-cs_1_1-1', greet: false });
    expect(ask(call, 'client', 'answer')).toEqual({ say: 'greeting', leg: 'client', again: false });
    expect(ask(call, 'client', 'key')).toEqual({ say: 'conference', leg: 'client', room: 's-cs_1_1-1', greet: false });
  });

  it('sends a client to nobody: an apology, when the agent has gone since the key was pressed', () => {
    const call = waiting();
    call.press('client');
    call.status('agent', 1, 'completed');

    expect(ask(call, 'client', 'key')).toEqual({ say: 'apology' });
  });

  it('never sends a client to another agent attempt’s room than the one they accepted for', () => {
    const call = waiting();
    call.press('client');
    const { session } = call;
    const second = { ...call.attempt('agent-1'), id: 'agent-2', n: 2, room: 's-cs_1_1-2' };

    const answer = answerTo(
      { ...session, attempts: [...session.attempts, second] },
      'client-1',
      call.sidOf('client', 1),
      'key',
    );

    expect(answer).toEqual({ say: 'apology' });
  });

  it('is an apology for a client who answers when no agent is on the line', () => {
    const call = journey();
    call.start();
    call.accept('agent');
    call.place('client');
    call.status('agent', 1, 'completed');
    call.answer('client');

    expect(ask(call, 'client', 'answer')).toEqual({ say: 'apology' });
  });

  it('asks again after a wrong key, and hangs up after no key', () => {
    const call = waiting();
    call.press('client', 1, '5');
    const again = ask(call, 'client', 'key');
    call.press('client', 1, '');

    expect(again).toEqual({ say: 'greeting', leg: 'client', again: true });
    expect(ask(call, 'client', 'key')).toEqual({ say: 'hang-up' });
  });

  it('is the bad news for an agent who is being told, whatever Twilio asks', () => {
    const call = journey({ attempts: 1 });
    call.start();
    call.accept('agent');
    call.place('client');
    call.status('client', 1, 'busy');

    expect(ask(call, 'agent', 'dialled')).toEqual({ say: 'bad-news' });
  });

  it.each(['answer', 'key', 'dialled'] as const)(
    'hangs up on %s: what is not ours, over, or called off',
    (question) => {
      const other = waiting();
      const over = waiting();
      over.status('client', 1, 'completed');
      const calledOff = waiting();
      calledOff.feed({ type: 'called-off', as: 'cancelled' });

      expect(ask(other, 'client', question, 'CA-other')).toEqual({ say: 'hang-up' });
      expect(answerTo(other.session, 'client-9', 'CA-9', question)).toEqual({ say: 'hang-up' });
      expect(ask(over, 'client', question)).toEqual({ say: 'hang-up' });
      expect(ask(calledOff, 'agent', question)).toEqual({ say: 'hang-up' });
    },
  );

  it('hangs up whoever has left a conference', () => {
    const call = waiting();
    call.press('client');
    call.room('start');

    expect(ask(call, 'agent', 'dialled')).toEqual({ say: 'hang-up' });
  });

  it('greets a person whom a machine detector recognised, and sends them on without a key', () => {
    const call = journey({ acceptance: { agent: 'keypress', client: 'amd' } });
    call.start();
    call.accept('agent');
    call.place('client');
    call.answer('client', 1, 'human');

    expect(ask(call, 'client', 'answer')).toEqual({
      say: 'conference',
      leg: 'client',
      room: 's-cs_1_1-1',
      greet: true,
    });
  });

  it('hangs up on a machine', () => {
    const call = journey({ acceptance: { agent: 'keypress', client: 'amd' } });
    call.start();
    call.accept('agent');
    call.place('client');
    call.answer('client', 1, 'machine_start');

    expect(ask(call, 'client', 'answer')).toEqual({ say: 'hang-up' });
  });
});
