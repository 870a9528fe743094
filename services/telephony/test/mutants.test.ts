import { describe, expect, it } from '@jest/globals';
import type { Input, Leg } from '../src/domain/session';
import { AGENT, CLIENT, journey, STARTS_AT } from './journey';
import { buildMachine, type Fault, type Machine } from './machine';
import { runSession, STORM } from './storm';

/*
 * The proof that the proof can fail: faults that would ring a phone too often, join the wrong people or leave a call alive are
 * planted in the machine one by one, and each must break a promise.
 */

/** The rarest of these faults shows about once in sixty. */
const SESSIONS = 2000;

/** What a machine does that it must not: nothing, if it is sound. */
type Proof = (machine: Machine) => Iterable<string>;

/** Random sessions of fixed seeds, with both policies, every fourth called off on the way. */
function* storms(machine: Machine): Iterable<string> {
  for (let seed = 1; seed <= SESSIONS; seed += 1)
    yield* runSession({
      seed,
      weather: STORM,
      policy: { agentLeft: seed % 2 === 0 ? 'redial' : 'fail' },
      change:
        seed % 4 === 0 ? { as: seed % 8 === 0 ? 'moved' : 'cancelled', afterMs: (seed * 7919) % 300_000 } : undefined,
      machine,
    }).violations;
}

/*
 * Where one guard stands behind another, or the carrier ends by itself what should have been ended, random sessions see
 * nothing: these states are made on purpose.
 */

const start = (machine: Machine) => {
  const call = journey({}, STARTS_AT, machine);
  call.start();
  return call;
};
const agentWaits = (machine: Machine) => {
  const call = start(machine);
  call.accept('agent');
  return call;
};
const clientAnswers = (machine: Machine) => {
  const call = agentWaits(machine);
  call.place('client');
  call.answer('client');
  return call;
};
const talking = (machine: Machine) => {
  const call = clientAnswers(machine);
  call.press('client');
  call.room('start');
  return call;
};
type Journey = ReturnType<typeof journey>;
const completed = (call: Journey, leg: Leg): Input => ({
  type: 'status',
  attemptId: `${leg}-1`,
  callSid: call.sidOf(leg, 1),
  status: 'completed',
});
const unproven: Input = {
  type: 'people',
  agent: { name: 'Alex', phone: AGENT },
  client: { name: 'Ada', phone: CLIENT, unproven: ['phone'] },
};
const findings = (...found: readonly (string | false)[]) => found.filter((what) => what !== false);

const claimsNeedAnAgent: Proof = (machine) => {
  const call = agentWaits(machine);
  call.feed(completed(call, 'agent'), { type: 'claim', attemptId: 'client-1', creates: 1 });
  return findings(call.session.attempts.some(({ leg }) => leg === 'client') && 'dials a client for nobody');
};

const claimsNeedASession: Proof = (machine) => {
  const call = start(machine);
  call.feed({ type: 'called-off', as: 'cancelled' }, { type: 'claim', attemptId: 'agent-1', creates: 1 });
  return findings(call.session.attempts.length > 0 && 'dials for a cancelled appointment');
};

const endedStaysEnded: Proof = (machine) => {
  const call = start(machine);
  call.place('agent');
  call.status('agent', 1, 'busy', 486);
  call.answer('agent');
  call.press('agent');
  const { stage } = call.attempt('agent-1');
  call.status('agent', 1, 'completed');
  const { outcome } = call.attempt('agent-1');
  return findings(stage !== 'ended' && `is ${stage} again`, outcome !== 'busy' && `is remembered as ${outcome}`);
};

const unknownIsNotLost: Proof = (machine) => {
  const call = start(machine);
  call.feed({ type: 'claim', attemptId: 'agent-1', creates: 1 });
  call.feed({ type: 'fetched', attemptId: 'agent-1', found: null });
  return findings(call.attempt('agent-1').stage === 'ended' && 'believes the first look');
};

const theEndEndsCalls: Proof = (machine) => {
  const call = clientAnswers(machine);
  call.feed({ type: 'called-off', as: 'cancelled' });
  const asked = new Set(call.ofKind('end').map(({ attemptId }) => attemptId));
  return ['agent-1', 'client-1'].filter((id) => !asked.has(id)).map((id) => `leaves ${id} alive`);
};

const noAgentNoClient: Proof = (machine) => {
  const call = clientAnswers(machine);
  call.status('agent', 1, 'completed');
  return findings(call.ofKind('end').length === 0 && 'lets the client ring for nobody');
};

const strangersChangeNothing: Proof = (machine) => {
  const call = start(machine);
  call.place('agent');
  call.feed({ type: 'key', attemptId: 'agent-1', callSid: 'CA-stranger', digits: '1' });
  return findings(
    call.attempt('agent-1').stage === 'human' && 'takes a stranger for the agent',
    call.ofKind('end-stray').length === 0 && 'leaves a stranger alive',
  );
};

const staleIsHungUp: Proof = (machine) => {
  const call = clientAnswers(machine);
  const stranger = machine.answerTo(call.session, 'agent-1', 'CA-stranger', 'key');
  call.status('agent', 1, 'completed');
  const late = machine.answerTo(call.session, 'agent-1', call.sidOf('agent', 1), 'key');
  return findings(
    stranger.say !== 'hang-up' && `answers a stranger: ${stranger.say}`,
    late.say !== 'hang-up' && `answers a call that has ended: ${late.say}`,
  );
};

const overIsHungUp: Proof = (machine) => {
  const call = agentWaits(machine);
  call.feed({ type: 'called-off', as: 'cancelled' });
  const { say } = machine.answerTo(call.session, 'agent-1', call.sidOf('agent', 1), 'key');
  return findings(say !== 'hang-up' && `answers after the end: ${say}`);
};

const documentsLookAgain: Proof = (machine) => {
  const call = clientAnswers(machine);
  call.press('client');
  call.status('agent', 1, 'completed');
  const { say } = machine.answerTo(call.session, 'client-1', call.sidOf('client', 1), 'key');
  return findings(say === 'conference' && 'sends the client into an empty room');
};

const acceptanceLooksAgain: Proof = (machine) => {
  const call = clientAnswers(machine);
  call.status('agent', 1, 'completed');
  call.press('client');
  return findings(call.attempt('client-1').room !== undefined && 'keeps an empty room for the client');
};

const leavingIsTheEnd: Proof = (machine) => {
  const call = talking(machine);
  call.status('client', 1, 'completed');
  return findings(call.facts().at(-1)?.event !== 'CallCompleted' && 'does not tell that the conversation is over');
};

const openAttemptsCount: Proof = (machine) => {
  const connected = talking(machine)
    .facts()
    .find((fact) => fact.event === 'CallConnected');
  return findings(connected?.data.attempts.client !== 1 && 'does not count the attempt that succeeded');
};

const attemptsAreSpaced: Proof = (machine) => {
  const call = start(machine);
  call.place('agent');
  call.status('agent', 1, 'busy', 486);
  return findings(call.session.attempts.length > 1 && 'rings again at once');
};

const queuesCount: Proof = (machine) => {
  const call = start(machine);
  call.feed({ type: 'claim', attemptId: 'agent-1', creates: 1, queueMs: 600_000 });
  call.pass(300);
  call.feed({ type: 'fetched', attemptId: 'agent-1', found: null });
  return findings(call.attempt('agent-1').stage === 'ended' && 'gives up a call that may still be queued');
};

const longerQueuesCount: Proof = (machine) => {
  const call = start(machine);
  call.feed({ type: 'claim', attemptId: 'agent-1', creates: 1 });
  call.feed({ type: 'created', attemptId: 'agent-1', callSid: call.sidOf('agent', 1), queueMs: 600_000 });
  call.pass(300);
  return findings(call.ofKind('end').length > 0 && 'ends a call that is still queued');
};

const lateIsEnded: Proof = (machine) => {
  const call = start(machine);
  call.place('agent');
  call.pass(300);
  return findings(call.ofKind('end').length === 0 && 'lets a call be that is neither accepted nor over');
};

const legsAcceptTheirOwnWay: Proof = (machine) => {
  const call = journey({ acceptance: { agent: 'keypress', client: 'amd' } }, STARTS_AT, machine);
  call.start();
  call.place('agent');
  call.answer('agent', 1, 'human');
  return findings(call.attempt('agent-1').stage === 'human' && 'takes an agent for present who pressed nothing');
};

const bothPhonesAreHeld: Proof = (machine) => {
  const call = journey({}, STARTS_AT, machine);
  call.engage('client');
  call.start();
  return findings(call.ofKind('create').length > 0 && 'rings an agent for a client who is in another call');
};

const forbiddenIsNotDialled: Proof = (machine) => {
  const call = journey({}, STARTS_AT, machine);
  call.feed({ type: 'forbidden', leg: 'client' });
  return findings(call.ofKind('create').length > 0 && 'rings an agent for a client who must not be called');
};

const whoNeverMetEndsNothing: Proof = (machine) => {
  const call = clientAnswers(machine);
  call.press('client');
  call.status('client', 1, 'completed');
  call.pass(10);
  call.feed({ type: 'room-fetched', room: 's-cs_1_1-1', inProgress: false });
  call.pass(20);
  call.accept('client', 2);
  call.room('start');
  return findings(call.facts().at(-1)?.event === 'CallCompleted' && 'ends a conversation that has just begun');
};

/** The first client accepted and left unmet; the second has just accepted, and was asked about before. */
const secondClient = (machine: Machine) => {
  const call = clientAnswers(machine);
  const denied = () => call.feed({ type: 'room-fetched', room: 's-cs_1_1-1', inProgress: false });
  call.press('client');
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

const denialsAreOfOneClient: Proof = (machine) => {
  const call = secondClient(machine);
  call.pass(5);
  call.status('agent', 1, 'completed');
  return findings(call.ofKind('release').length > 0 && 'breaks in on what may be a conversation');
};

const acceptedIsNotLate: Proof = (machine) => {
  const call = clientAnswers(machine);
  call.pass(300);
  call.press('client');
  const stillToEnd = machine.isStillToEnd(call.session, call.attempt('client-1'));
  return findings(stillToEnd && 'hangs up who has accepted, because an order to is late');
};

const timeComesFirst: Proof = (machine) => {
  const call = journey({ longestWaitSeconds: 10 }, STARTS_AT, machine);
  call.start();
  call.accept('agent');
  call.place('client');
  call.sleep(10);
  call.answer('client');
  return findings(call.attempt('client-1').releasedAt === undefined && 'hangs up whom it owes an apology');
};

const unprovenIsNotDialled: Proof = (machine) => {
  const call = start(machine);
  call.feed(unproven, { type: 'claim', attemptId: 'agent-1', creates: 1 });
  return findings(call.session.attempts.length > 0 && 'dials for a client who has something to prove');
};

const whoIsOnThePhoneIsNotCutOff: Proof = (machine) => {
  const call = clientAnswers(machine);
  call.feed(unproven);
  return findings(call.session.terminal !== undefined && 'cuts off a client who is on the phone');
};

const claimedIsNotPutOff: Proof = (machine) => {
  const call = start(machine);
  call.feed({ type: 'claim', attemptId: 'agent-1', creates: 1 });
  call.feed({ type: 'put-off', attemptId: 'agent-1', creates: 1, until: STARTS_AT + 5000, because: 'paced' });
  return findings(call.attempt('agent-1').stage === 'reserved' && 'asks again for a call that is under way');
};

const claimedIsNotForbidden: Proof = (machine) => {
  const call = start(machine);
  call.feed({ type: 'claim', attemptId: 'agent-1', creates: 1 });
  call.feed({ type: 'refused', attemptId: 'agent-1', outcome: 'rejected-by-policy' });
  return findings(call.attempt('agent-1').stage === 'ended' && 'gives up a call that is under way');
};

const wordsHaveNoOrder: Proof = (machine) => {
  const call = start(machine);
  call.place('agent');
  const told = (status: string, seconds: number): Input => ({
    type: 'status',
    attemptId: 'agent-1',
    callSid: call.sidOf('agent', 1),
    status,
    at: STARTS_AT + seconds * 1000,
  });
  call.feed(told('no-answer', 7));
  call.feed(told('ringing', 2));
  return findings(call.attempt('agent-1').ringSeconds !== 5 && 'forgets that it rang, because it heard of it late');
};

const keysAreCountedOnce: Proof = (machine) => {
  const call = start(machine);
  call.place('agent');
  call.answer('agent');
  for (let told = 0; told < 5; told += 1)
    call.feed({
      type: 'key',
      attemptId: 'agent-1',
      callSid: call.sidOf('agent', 1),
      digits: '7',
      telling: 'one',
    });
  return findings(call.attempt('agent-1').screened !== undefined && 'counts a key as often as it is told of it');
};

const nobodyIsRungLate: Proof = (machine) => {
  const call = journey({}, STARTS_AT + 600_001, machine);
  call.start();
  return findings(call.ofKind('create').length > 0 && 'rings after the latest start');
};

interface Mutant extends Fault {
  readonly name: string;
  readonly proof: Proof;
  /** The promise that is broken, where a proof has several. */
  readonly breaks?: RegExp;
}

const MUTANTS: readonly Mutant[] = [
  {
    name: 'an answered call counts as a human',
    file: 'session',
    from: "if (isAlone || attempt.releasedAt !== undefined || acceptance === 'keypress' || attempt.stage === 'human')",
    to: "if (!isAlone && attempt.stage !== 'human') return accept(known, attempt, 'amd', policy, now);\n  if (isAlone)",
    proof: storms,
    breaks: /^I6: something that did not press 1/,
  },
  {
    name: 'any key counts as a 1',
    file: 'session',
    from: "if (digits === '1') return",
    to: "if (digits !== '') return",
    proof: storms,
    breaks: /^I6: something that did not press 1/,
  },
  {
    name: 'silence counts as a 1',
    file: 'session',
    from: "if (digits === '1') return",
    to: "if (digits === '1' || digits === '') return",
    proof: storms,
    breaks: /^I6: something that did not press 1/,
  },
  {
    name: 'an ambiguous create is repeated at once',
    file: 'session',
    from: 'if (turn.now >= attempt.hardDeadline + longestMs)',
    to: 'if (attempt.callSid === undefined && turn.now > (attempt.claimedAt ?? turn.now))',
    proof: storms,
    breaks: /^I1/,
  },
  {
    name: 'an attempt of which nobody knows counts as lost at the first look',
    file: 'session',
    from: 'if (attempt.hardDeadline === undefined || now < attempt.hardDeadline) return session;',
    to: '',
    proof: unknownIsNotLost,
  },
  {
    name: 'no watchdog',
    file: 'session',
    from: '  watch(turn);\n',
    to: '',
    proof: storms,
    breaks: /^I8/,
  },
  {
    name: 'no wake-up is asked for',
    file: 'session',
    from: "  turn.effects.push({ do: 'wake', dueAt: needed });\n",
    to: '',
    proof: storms,
    breaks: /^I8/,
  },
  {
    name: 'an attempt is claimed twice',
    file: 'session',
    from: 'attempt?.stage === stage && attempt.creates === creates',
    to: 'attempt?.creates === creates',
    proof: storms,
    breaks: /^I9: an attempt fell back/,
  },
  {
    name: 'a claim does not ask for an agent on the line',
    file: 'session',
    from: 'if (later.length === 0) return decideOn(session, inputs);',
    to: 'return decideOn(session, inputs);',
    proof: claimsNeedAnAgent,
  },
  {
    name: 'a claim does not ask whether the call is still wanted',
    file: 'session',
    from: 'if (later.length === 0) return decideOn(session, inputs);',
    to: 'return decideOn(session, inputs);',
    proof: claimsNeedASession,
  },
  {
    name: 'ended is the lowest stage, not the highest',
    file: 'session',
    from: '  ended: 6,',
    to: '  ended: 0,',
    proof: storms,
    breaks: /^I9: an ended attempt lives again/,
  },
  {
    name: 'ended is left again by a late key',
    file: 'session',
    from: "if (!isOpen(attempt) || attempt.stage === 'human' || attempt.screened !== undefined) return session;",
    to: "if (attempt.stage === 'human' || attempt.screened !== undefined) return session;",
    proof: endedStaysEnded,
    breaks: /again/,
  },
  {
    name: 'a late status rewrites what became of an attempt',
    file: 'session',
    from: 'if (!isOpen(attempt)) return session;\n    const over',
    to: 'const over',
    proof: endedStaysEnded,
    breaks: /remembered/,
  },
  {
    name: 'two terminal events',
    file: 'session',
    from: 'if (!turn.session.terminal) conclude(turn);',
    to: 'conclude(turn);',
    proof: storms,
    breaks: /^I3: \d+ terminal/,
  },
  {
    name: 'dialling goes on after the terminal event',
    file: 'session',
    from: 'if (!turn.session.terminal && !turn.session.joined) dial(turn);',
    to: 'if (!turn.session.joined) dial(turn);',
    proof: storms,
    breaks: /^I5/,
  },
  {
    name: 'nothing is ended after the terminal event',
    file: 'session',
    from: 'if (turn.session.terminal) windDown(turn);',
    to: '',
    proof: theEndEndsCalls,
  },
  {
    name: 'the agent is redialled while the old attempt is open',
    file: 'session',
    from: "if (openAttempts(turn.session, 'agent').length > 0) return;",
    to: '',
    proof: storms,
    breaks: /^I1: two live calls of the agent/,
  },
  {
    name: 'the client is redialled while the old attempt is open',
    file: 'session',
    from: "if (openAttempts(turn.session, 'client').length > 0) return;",
    to: '',
    proof: storms,
    breaks: /^I1: two live calls of the client/,
  },
  {
    name: 'attempts are not counted',
    file: 'session',
    from: ' || tried(turn.session, leg).length >= turn.policy.attempts',
    to: '',
    proof: storms,
    breaks: /^I2/,
  },
  {
    name: 'an attempt counts only when it is over',
    file: 'session',
    from: "attempt.leg === leg && attempt.stage !== 'reserved'",
    to: "attempt.leg === leg && attempt.stage === 'ended'",
    proof: openAttemptsCount,
  },
  {
    name: 'no wait between two attempts',
    file: 'session',
    from: 'return last.endedAt + (turn.policy.backOffSeconds[attempts.length - 1] ?? 0) * 1000;',
    to: 'return turn.now;',
    proof: attemptsAreSpaced,
  },
  {
    name: 'the client rings on though the agent has left',
    file: 'session',
    from: "if (client.releasedAt === undefined) hangUp(turn, client, 'unwanted');",
    to: 'void client;',
    proof: noAgentNoClient,
  },
  {
    name: 'a stray call is left alive',
    file: 'session',
    from: "for (const callSid of turn.session.strays) turn.effects.push({ do: 'end-stray', callSid });",
    to: '',
    proof: strangersChangeNothing,
    breaks: /leaves/,
  },
  {
    name: 'a stray call is taken for the attempt’s own',
    file: 'session',
    from: 'attempt.callSid === undefined ? !isOpen(attempt) : attempt.callSid !== about.callSid',
    to: 'attempt.callSid === undefined && !isOpen(attempt)',
    proof: strangersChangeNothing,
    breaks: /takes/,
  },
  {
    name: 'a stale TwiML request is answered as if live',
    file: 'answer',
    from: '!attempt || attempt.callSid !== callSid || !isOpen(attempt)',
    to: '!attempt || attempt.callSid !== callSid',
    proof: staleIsHungUp,
    breaks: /ended/,
  },
  {
    name: 'a TwiML request of another call is answered as if its own',
    file: 'answer',
    from: '!attempt || attempt.callSid !== callSid || !isOpen(attempt)',
    to: '!attempt || !isOpen(attempt)',
    proof: staleIsHungUp,
    breaks: /stranger/,
  },
  {
    name: 'a TwiML request after the end is answered as if before',
    file: 'answer',
    from: 'if (session.terminal || session.calledOff) {',
    to: 'if (session.closed) {',
    proof: overIsHungUp,
  },
  {
    name: 'the client’s document does not look again',
    file: 'answer',
    from: "if (!agent || roomOf(session, agent) !== attempt.room) return { say: 'apology' };",
    to: '',
    proof: documentsLookAgain,
  },
  {
    name: 'the client’s key does not look for the agent',
    file: 'session',
    from: 'agent === undefined ? undefined : roomOf(session, agent);',
    to: 'roomOf(session, agent ?? { n: 1 });',
    proof: acceptanceLooksAgain,
  },
  {
    name: 'joined without evidence',
    file: 'session',
    from: 'if (!room.started && !room.inProgress && !haveMet(room, agent, client)) return;',
    to: '',
    proof: storms,
    breaks: /^connected/,
  },
  {
    name: 'leaving does not end the conversation',
    file: 'session',
    from: ' ? over : leave(over, attempt.room, attempt);',
    to: ' ? over : over;',
    proof: leavingIsTheEnd,
  },
  {
    name: 'two who joined one after the other count as joined',
    file: 'session',
    from: 'joined.callSid === callSid && joined.conferenceSid === conferenceSid',
    to: 'joined.callSid === callSid',
    proof: storms,
    breaks: /^connected/,
  },
  {
    name: 'a client who never met the agent ends the next one’s conversation',
    file: 'session',
    from: "left.find((id) => id === joined.agentId || id === joined.clientId) ?? ''",
    to: "left[0] ?? ''",
    proof: whoNeverMetEndsNothing,
  },
  {
    name: 'a denial of the conference counts for the next client too',
    file: 'session',
    from: 'askedAt !== undefined && askedAt > client.humanAt ? askedAt : undefined',
    to: 'askedAt',
    proof: denialsAreOfOneClient,
  },
  {
    name: 'a late order to end a call is carried out on whoever has accepted since',
    file: 'session',
    from: "return isOpen(attempt) && !(attempt.stage === 'human' && isWanted);",
    to: 'return isOpen(attempt);',
    proof: acceptedIsNotLate,
  },
  {
    name: 'a call is answered before it is seen that the time is over',
    file: 'session',
    from: "type === 'claim' || type === 'answered'",
    to: "type === 'claim'",
    proof: timeComesFirst,
  },
  {
    name: 'the carrier’s queue does not count in a claim',
    file: 'session',
    from: 'const deadline = now + queueMs + seconds * 1000;',
    to: 'const deadline = now + seconds * 1000;',
    proof: queuesCount,
  },
  {
    name: 'a queue that is longer than expected does not count',
    file: 'session',
    from: "    ...(attempt.stage === 'submitted' && queuedFor(attempt, input.queueMs)),\n",
    to: '',
    proof: longerQueuesCount,
  },
  {
    name: 'a call that is late is not ended',
    file: 'session',
    from: "if (now >= deadline) hangUp(turn, attempt, 'late');",
    to: 'if (now >= deadline) return;',
    proof: lateIsEnded,
  },
  {
    name: 'the agent accepts as the client does',
    file: 'session',
    from: 'const acceptance = policy.acceptance[attempt.leg];',
    to: 'const acceptance = policy.acceptance.client;',
    proof: legsAcceptTheirOwnWay,
  },
  {
    name: 'only the number that is dialled is held',
    file: 'session',
    from: 'const needed = [agentPerson.phone, clientPerson.phone]',
    to: 'const needed = [to]',
    proof: bothPhonesAreHeld,
  },
  {
    name: 'an agent is dialled for a client who must not be called',
    file: 'session',
    from: "return { ...session, fault: session.fault ?? { leg: input.leg, reason: 'rejected-by-policy' } };",
    to: 'return session;',
    proof: forbiddenIsNotDialled,
  },
  {
    name: 'a client who has something to prove is dialled',
    file: 'session',
    from: "if (isUnproven(session)) return fail(turn, 'client', 'rejected-by-policy');",
    to: '',
    proof: unprovenIsNotDialled,
  },
  {
    name: 'a client who has something to prove is dialled, as the storm sees it',
    file: 'session',
    from: "if (isUnproven(session)) return fail(turn, 'client', 'rejected-by-policy');",
    to: '',
    proof: storms,
    breaks: /^dialled for a client who has something to prove/,
  },
  {
    name: 'a client who is on the phone is cut off for what they changed',
    file: 'session',
    from: 'return (session.people?.client.unproven ?? []).length > 0 && !isOnThePhone;',
    to: 'return (session.people?.client.unproven ?? []).length > 0;',
    proof: whoIsOnThePhoneIsNotCutOff,
  },
  {
    name: 'the latest start is not asked for',
    file: 'session',
    from: "if (turn.now >= tooLateAt) return fail(turn, null, tooLong(turn.session, 'missed'));",
    to: '',
    proof: nobodyIsRungLate,
  },
  {
    name: 'a call under way is put off by another copy of its command',
    file: 'session',
    from: "const attempt = commanded(session, input, 'reserved');\n  // Another",
    to: 'const attempt = findAttempt(session, input.attemptId);\n  // Another',
    proof: claimedIsNotPutOff,
  },
  {
    name: 'a call under way is put off, as the carrier sees it',
    file: 'session',
    from: "const attempt = commanded(session, input, 'reserved');\n  // Another",
    to: "const attempt = commanded(session, input, 'reserved') ?? commanded(session, input, 'submitted');\n  // Another",
    proof: storms,
    breaks: /^I9: an attempt fell back/,
  },
  {
    name: 'a call under way is given up because another copy of its command was refused',
    file: 'session',
    from: "if (input.outcome === 'rejected-by-policy' && attempt.stage !== 'reserved') return session;",
    to: '',
    proof: claimedIsNotForbidden,
  },
  {
    name: 'a word that comes after the end is lost',
    file: 'session',
    from: 'if (attempt.final?.moment.carrier === undefined || told.at === undefined || isContradicted(told, attempt.final))',
    to: 'if (attempt.final)',
    proof: wordsHaveNoOrder,
  },
  {
    name: 'a key counts as often as it is told',
    file: 'session',
    from: 'if (telling !== undefined && telling === attempt.keyTold) return session;',
    to: '',
    proof: keysAreCountedOnce,
  },
  {
    name: 'a call is billed again and again',
    file: 'session',
    from: 'change(turn, attempt, { billed: true });',
    to: '',
    proof: storms,
    breaks: /billed twice/,
  },
  {
    name: 'the agent’s answer is told again and again',
    file: 'session',
    from: 'change(turn, attempt, { announced: true });',
    to: '',
    proof: storms,
    breaks: /^I10/,
  },
  {
    name: 'a number stays held when all is over',
    file: 'session',
    from: '      held: [],\n      attempts: session.attempts.map',
    to: '      attempts: session.attempts.map',
    proof: storms,
    breaks: /^a number is still held/,
  },
];

function firstFinding(machine: Machine, proof: Proof, breaks = /./): string | undefined {
  for (const finding of proof(machine)) if (breaks.test(finding)) return finding;
  return undefined;
}

describe('a fault in the machine is caught:', () => {
  it.each(MUTANTS)('$name', ({ proof, breaks, ...fault }) => {
    const machine = buildMachine(fault);

    expect(firstFinding(machine, proof, breaks)).toBeDefined();
  });
});

describe('a carrier that cannot be asked for a call whose id was never learnt', () => {
  it('would let a phone ring for two calls at a time, which is caught', () => {
    const found: string[] = [];
    for (let seed = 1; seed <= SESSIONS && found.length === 0; seed += 1)
      found.push(
        ...runSession({ seed, weather: STORM, canFind: false }).violations.filter((what) => what.startsWith('I1:')),
      );

    expect(found).toHaveLength(1);
  });
});

describe('the machine without a fault, built the same way,', () => {
  it('keeps every one of these promises', () => {
    const machine = buildMachine();

    const found = [...new Set(MUTANTS.map(({ proof }) => proof))].flatMap((proof) => [...proof(machine)]);

    expect(found).toEqual([]);
  });

  it('refuses a fault whose place is gone or is there twice', () => {
    const plant = (from: string) => () => buildMachine({ file: 'session', from, to: '' });

    expect(plant('this is nowhere')).toThrow('exactly once');
    expect(plant('return session;')).toThrow('exactly once');
  });
});
