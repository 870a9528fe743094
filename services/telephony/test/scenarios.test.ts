import { describe, expect, it } from '@jest/globals';
import { runHouse, type HouseOptions } from './house';

/*
 * The table of what can happen to a call, row by row: each scenario is run through the whole service, from the booking to
 * the last wake-up. Its path is what happens to the phones and what is told on the bus, in order.
 */

interface Scenario {
  readonly n: number;
  readonly scenario: string;
  readonly given: HouseOptions;
  readonly path: readonly string[];
  /** What became of each attempt. */
  readonly attempts: readonly string[];
  /** What the last event says beside. */
  readonly saying?: object;
}

const rings = (attempt: string) => [`${attempt} is dialled`, `${attempt} rings`];
const isGreeted = (attempt: string) => [...rings(attempt), `${attempt} is greeted`];
const accepts = (attempt: string) => [...isGreeted(attempt), `${attempt} presses 1`];
const agentWaits = (agent = 'agent-1') => [...accepts(agent), 'AgentAnswered'];
const talk = (client = 'client-1') => [...accepts(client), 'they talk', 'CallConnected'];
const badNews = 'agent-1 hears: We could not reach Ada. We are sorry. Goodbye.';
const apology = 'client-1 hears: We are sorry, your consultant is not available at the moment. Goodbye.';
/** After a minute. */
const hangsUp = (attempt: string): NonNullable<HouseOptions['when']> => ({
  'they talk': (house) => house.after(60, () => house.hangUp(attempt)),
});

const SCENARIOS: readonly Scenario[] = [
  {
    n: 1,
    scenario: 'the agent answers and presses 1: the client is dialled then, and not before',
    given: { client: ['busy'], policy: { attempts: 1, backOffSeconds: [] } },
    path: [...agentWaits(), 'client-1 is dialled', 'CallFailed client-unreachable', badNews],
    attempts: ['agent-1 human', 'client-1 busy'],
  },
  {
    n: 2,
    scenario: 'the agent does not answer, is busy, cannot be reached: the client is never dialled',
    given: { agent: ['no-answer', 'busy', 'unreachable'] },
    path: [...rings('agent-1'), 'agent-2 is dialled', 'agent-3 is dialled', 'CallFailed agent-unreachable'],
    attempts: ['agent-1 no-answer', 'agent-2 busy', 'agent-3 unreachable'],
  },
  {
    n: 2,
    scenario: 'the agent declines once and then takes the call',
    given: { agent: ['declines', 'accepts'], when: hangsUp('client-1') },
    path: [...rings('agent-1'), ...agentWaits('agent-2'), ...talk(), 'CallCompleted by client'],
    attempts: ['agent-1 declined', 'agent-2 human', 'client-1 human'],
  },
  {
    n: 3,
    scenario: 'the agent hangs up in conversation',
    given: { when: hangsUp('agent-1') },
    path: [...agentWaits(), ...talk(), 'CallCompleted by agent'],
    attempts: ['agent-1 human', 'client-1 human'],
    saying: { durationSeconds: 60 },
  },
  {
    n: 4,
    scenario: 'the client answers and presses 1: they talk, and that is told when the conference has begun',
    given: { delivers: (callback) => (callback.endsWith('start') ? [3] : [0]), when: hangsUp('client-1') },
    path: [...agentWaits(), ...talk(), 'CallCompleted by client'],
    attempts: ['agent-1 human', 'client-1 human'],
    saying: { durationSeconds: 60 },
  },
  {
    n: 5,
    scenario: 'the client cannot be reached three times: the agent is told',
    given: { client: ['no-answer', 'declines', 'silent'] },
    path: [
      ...agentWaits(),
      ...rings('client-1'),
      ...rings('client-2'),
      ...isGreeted('client-3'),
      'CallFailed client-unreachable',
      badNews,
    ],
    attempts: ['agent-1 human', 'client-1 no-answer', 'client-2 declined', 'client-3 no-input'],
  },
  {
    n: 6,
    scenario: 'the client hangs up in conversation',
    given: { when: hangsUp('client-1') },
    path: [...agentWaits(), ...talk(), 'CallCompleted by client'],
    attempts: ['agent-1 human', 'client-1 human'],
    saying: { durationSeconds: 60 },
  },
  {
    n: 7,
    scenario: 'a voicemail takes the agent’s call: an attempt, and no person',
    given: { agent: ['voicemail', 'accepts'], when: hangsUp('client-1') },
    path: [...isGreeted('agent-1'), ...agentWaits('agent-2'), ...talk(), 'CallCompleted by client'],
    attempts: ['agent-1 no-input', 'agent-2 human', 'client-1 human'],
  },
  {
    n: 7,
    scenario: 'machine detection finds the agent’s voicemail, and later the agent, who presses nothing',
    given: {
      policy: { acceptance: { agent: 'amd' } },
      agent: ['voicemail', 'silent'],
      when: hangsUp('client-1'),
    },
    path: [...rings('agent-1'), ...rings('agent-2'), 'AgentAnswered', ...talk(), 'CallCompleted by client'],
    attempts: ['agent-1 voicemail', 'agent-2 human', 'client-1 human'],
  },
  {
    n: 8,
    scenario: 'a voicemail takes the client’s call: the agent keeps waiting',
    given: { client: ['voicemail', 'accepts'], when: hangsUp('client-2') },
    path: [...agentWaits(), ...isGreeted('client-1'), ...talk('client-2'), 'CallCompleted by client'],
    attempts: ['agent-1 human', 'client-1 no-input', 'client-2 human'],
  },
  {
    n: 8,
    scenario: 'machine detection finds the client’s voicemail three times',
    given: { policy: { acceptance: { client: 'amd' } }, client: ['voicemail'] },
    path: [
      ...agentWaits(),
      ...rings('client-1'),
      ...rings('client-2'),
      ...rings('client-3'),
      'CallFailed client-unreachable',
      badNews,
    ],
    attempts: ['agent-1 human', 'client-1 voicemail', 'client-2 voicemail', 'client-3 voicemail'],
  },
  {
    n: 9,
    scenario: 'the appointment is cancelled while the client’s phone rings',
    given: { client: ['no-answer'], when: { 'client-1 rings': (house) => house.cancel() } },
    path: [...agentWaits(), ...rings('client-1'), 'CallFailed cancelled', 'agent-1 is hung up', 'client-1 is hung up'],
    attempts: ['agent-1 human', 'client-1 cancelled'],
  },
  {
    n: 9,
    scenario: 'it is moved while the client’s phone rings: the new session phones when the old one has let go',
    given: { when: { ...hangsUp('second client-1'), 'client-1 rings': (house) => house.move() } },
    path: [
      ...agentWaits(),
      ...rings('client-1'),
      'CallFailed superseded',
      'agent-1 is hung up',
      'client-1 is hung up',
      ...agentWaits('second agent-1'),
      ...talk('second client-1'),
      'CallCompleted by client',
    ],
    attempts: ['agent-1 human', 'client-1 cancelled', 'agent-1 human', 'client-1 human'],
  },
  {
    n: 9,
    scenario: 'it is cancelled, the carrier ends nothing, and the agent answers: the document hangs up',
    given: { isDeaf: (request) => request === 'end', when: { 'agent-1 rings': (house) => house.cancel() } },
    path: [...rings('agent-1'), 'CallFailed cancelled'],
    attempts: ['agent-1 cancelled'],
  },
  {
    n: 10,
    scenario: 'the agent leaves while the client’s phone rings: that stops, and the agent is phoned again',
    given: { when: { ...hangsUp('client-2'), 'client-1 rings': (house) => house.hangUp('agent-1') } },
    path: [
      ...agentWaits(),
      ...rings('client-1'),
      'client-1 is hung up',
      ...agentWaits('agent-2'),
      ...talk('client-2'),
      'CallCompleted by client',
    ],
    attempts: ['agent-1 human', 'client-1 cancelled', 'agent-2 human', 'client-2 human'],
  },
  {
    n: 10,
    scenario: '… or the call fails, where the policy says so',
    given: { policy: { agentLeft: 'fail' }, when: { 'client-1 rings': (house) => house.hangUp('agent-1') } },
    path: [...agentWaits(), ...rings('client-1'), 'CallFailed agent-left', 'client-1 is hung up'],
    attempts: ['agent-1 human', 'client-1 cancelled'],
  },
  {
    n: 11,
    scenario: 'the agent leaves as the client presses 1: an apology, and both are phoned again',
    given: { when: { ...hangsUp('client-2'), 'client-1 presses 1': (house) => house.hangUp('agent-1') } },
    path: [
      ...agentWaits(),
      ...accepts('client-1'),
      apology,
      'client-1 is hung up',
      ...agentWaits('agent-2'),
      ...talk('client-2'),
      'CallCompleted by client',
    ],
    attempts: ['agent-1 human', 'client-1 human', 'agent-2 human', 'client-2 human'],
  },
  {
    n: 11,
    scenario: '… and word of that comes late: the client waits in an empty room until it is known to be empty',
    given: {
      policy: { agentLeft: 'fail' },
      delivers: (callback) => (callback === 'agent-1 completed' ? [2] : /agent-1 conference/.test(callback) ? [] : [0]),
      when: { 'client-1 presses 1': (house) => house.hangUp('agent-1') },
    },
    path: [...agentWaits(), ...accepts('client-1'), 'CallFailed agent-left', apology],
    attempts: ['agent-1 human', 'client-1 human'],
  },
  {
    n: 11,
    scenario: '… a moment later they have met, however short it was',
    given: { when: { 'they talk': (house) => house.hangUp('agent-1') } },
    path: [...agentWaits(), ...talk(), 'CallCompleted by agent'],
    attempts: ['agent-1 human', 'client-1 human'],
    saying: { durationSeconds: 0 },
  },
  {
    n: 12,
    scenario: 'the carrier answers no create: each is given up at its hard deadline, and none is repeated before',
    given: { create: () => ({ type: 'unknown' }) },
    path: ['CallFailed agent-unreachable'],
    attempts: ['agent-1 lost', 'agent-2 lost', 'agent-3 lost'],
  },
  {
    n: 12,
    scenario: '… but has placed the calls: they are found by their webhooks',
    given: { create: () => ({ type: 'unknown', placed: true }), when: hangsUp('client-1') },
    path: [...agentWaits(), ...talk(), 'CallCompleted by client'],
    attempts: ['agent-1 human', 'client-1 human'],
  },
  {
    n: 12,
    scenario: 'the carrier refuses the account: the call fails at once, and no further attempt is burnt on that',
    given: { create: () => ({ type: 'refused-account', code: 20003, surely: true }) },
    path: ['CallFailed carrier-error'],
    attempts: ['agent-1 carrier-error'],
  },
  {
    n: 12,
    scenario: 'the carrier takes no call at first: the same attempt is asked for again',
    given: {
      create: (_, n) => (n < 3 ? { type: 'not-placed' } : undefined),
      when: hangsUp('client-1'),
    },
    path: [...agentWaits(), ...talk(), 'CallCompleted by client'],
    attempts: ['agent-1 human', 'client-1 human'],
  },
  {
    n: 13,
    scenario: 'the carrier does not hear that calls are to be ended: it is asked until they are',
    given: {
      client: ['silent'],
      isDeaf: (request, before) => request === 'end' && before < 6,
      when: { 'client-1 rings': (house) => house.cancel() },
    },
    path: [...agentWaits(), ...rings('client-1'), 'CallFailed cancelled', apology, 'agent-1 is hung up'],
    attempts: ['agent-1 human', 'client-1 cancelled'],
  },
  {
    n: 13,
    scenario: 'the carrier does not hear at first that the agent is to be told',
    given: {
      policy: { attempts: 1, backOffSeconds: [] },
      client: ['busy'],
      isDeaf: (request, before) => request === 'say' && before < 2,
    },
    path: [...agentWaits(), 'client-1 is dialled', 'CallFailed client-unreachable', badNews],
    attempts: ['agent-1 human', 'client-1 busy'],
  },
  {
    n: 14,
    scenario: 'the process dies before it claims: the command comes again',
    given: {
      crash: ({ name, nth }) => (name === 'sessions.write' && nth === 2 ? 'before' : undefined),
      when: hangsUp('client-1'),
    },
    path: [...agentWaits(), ...talk(), 'CallCompleted by client'],
    attempts: ['agent-1 human', 'client-1 human'],
  },
  {
    n: 15,
    scenario: 'it dies between claim and create: nobody is phoned, and the attempt is lost at its hard deadline',
    given: {
      crash: ({ name, nth }) => (name === 'carrier.create' && nth === 1 ? 'before' : undefined),
      when: hangsUp('client-1'),
    },
    path: [...agentWaits('agent-2'), ...talk(), 'CallCompleted by client'],
    attempts: ['agent-1 lost', 'agent-2 human', 'client-1 human'],
  },
  {
    n: 16,
    scenario: 'it dies between create and note: the call’s first webhook tells whose it is',
    given: {
      crash: ({ name, nth }) => (name === 'carrier.create' && nth === 1 ? 'after' : undefined),
      when: hangsUp('client-1'),
    },
    path: [...agentWaits(), ...talk(), 'CallCompleted by client'],
    attempts: ['agent-1 human', 'client-1 human'],
  },
  {
    n: 16,
    scenario: '… and no webhook ever comes: the call is looked for and found',
    given: {
      crash: ({ name, nth }) => (name === 'carrier.create' && nth === 1 ? 'after' : undefined),
      delivers: (callback) => (callback.startsWith('agent-1 ') ? [] : [0]),
      isUnfetchable: (question) => question === 'agent-1 answer',
      when: hangsUp('client-1'),
    },
    path: [...rings('agent-1'), ...agentWaits('agent-2'), ...talk(), 'CallCompleted by client'],
    attempts: ['agent-1 no-input', 'agent-2 human', 'client-1 human'],
  },
  {
    n: 16,
    scenario:
      'the carrier rings a phone twice for one attempt: the second call is hung up, and nothing is learnt from it',
    given: { when: { ...hangsUp('client-1'), 'agent-1 rings': (house) => house.double('agent-1') } },
    path: [
      ...rings('agent-1'),
      'double of agent-1 rings',
      'double of agent-1 is hung up',
      'agent-1 is greeted',
      'agent-1 presses 1',
      'AgentAnswered',
      ...talk(),
      'CallCompleted by client',
    ],
    attempts: ['agent-1 human', 'client-1 human'],
  },
  {
    n: 17,
    scenario: 'no word of the end arrives: the watchdog finds out within the minute',
    given: {
      delivers: (callback) => (/completed|conference (leave|end)/.test(callback) ? [] : [0]),
      isUnfetchable: (question) => question.endsWith('dialled'),
      when: { 'they talk': (house) => house.after(70, () => house.hangUp('client-1')) },
    },
    path: [...agentWaits(), ...talk(), 'CallCompleted by agent'],
    attempts: ['agent-1 human', 'client-1 human'],
    saying: { durationSeconds: 116 },
  },
  {
    n: 18,
    scenario: 'every callback comes three times, in no order',
    given: { delivers: (callback) => [callback.length % 7, 9, 31], when: hangsUp('client-1') },
    path: [...agentWaits(), ...talk(), 'CallCompleted by client'],
    attempts: ['agent-1 human', 'client-1 human'],
  },
  {
    n: 19,
    scenario: 'the agent’s document cannot be fetched, so the carrier ends the call: an attempt',
    given: { isUnfetchable: (question) => question === 'agent-1 answer', when: hangsUp('client-1') },
    path: [...rings('agent-1'), ...agentWaits('agent-2'), ...talk(), 'CallCompleted by client'],
    attempts: ['agent-1 no-input', 'agent-2 human', 'client-1 human'],
  },
  {
    n: 19,
    scenario:
      'the client has pressed 1 and that document cannot be fetched: the agent waits, the client is phoned again',
    given: { isUnfetchable: (question) => question === 'client-1 key', when: hangsUp('client-2') },
    path: [...agentWaits(), ...accepts('client-1'), ...talk('client-2'), 'CallCompleted by client'],
    attempts: ['agent-1 human', 'client-1 no-input', 'client-2 human'],
  },
  {
    n: 20,
    scenario: 'the client’s name cannot be said: what can be of it is said',
    given: {
      clientName: '\u0000\uD800Ad\u0008a',
      client: ['busy'],
      policy: { attempts: 1, backOffSeconds: [] },
    },
    path: [...agentWaits(), 'client-1 is dialled', 'CallFailed client-unreachable', badNews],
    attempts: ['agent-1 human', 'client-1 busy'],
  },
  {
    n: 20,
    scenario: '… and no document can be written at all: a constant one is said',
    given: {
      policy: { attempts: 1, backOffSeconds: [] },
      documents: {
        render: () => {
          throw new Error('unspeakable');
        },
      },
    },
    path: [
      ...rings('agent-1'),
      'agent-1 hears: We are sorry, something went wrong. Goodbye.',
      'CallFailed agent-unreachable',
    ],
    attempts: ['agent-1 no-input'],
  },
  {
    n: 21,
    scenario: 'a number that never accepted a call is called for its second appointment of the day, and proven by a 1',
    given: { clientNumber: { others: 1, hasAccepted: false }, when: hangsUp('client-1') },
    path: [...agentWaits(), ...talk(), 'CallCompleted by client'],
    attempts: ['agent-1 human', 'client-1 human'],
  },
  {
    n: 21,
    scenario: '… for its third nobody is rung',
    given: { clientNumber: { others: 2, hasAccepted: false } },
    path: ['CallFailed rejected-by-policy'],
    attempts: [],
    saying: { leg: 'client', attempts: [] },
  },
  {
    n: 21,
    scenario: '… once it has accepted a call it is called for more',
    given: { clientNumber: { others: 2, hasAccepted: true }, when: hangsUp('client-1') },
    path: [...agentWaits(), ...talk(), 'CallCompleted by client'],
    attempts: ['agent-1 human', 'client-1 human'],
  },
  {
    n: 21,
    scenario: '… and a second appointment that is moved while its phone rings is still the second',
    given: {
      clientNumber: { others: 1, hasAccepted: false },
      client: ['no-answer', 'accepts'],
      when: {
        'client-1 rings': (house) => house.move(),
        'they talk': (house) => house.after(60, () => house.hangUp('second client-1')),
      },
    },
    path: [
      ...agentWaits(),
      ...rings('client-1'),
      'CallFailed superseded',
      'agent-1 is hung up',
      'client-1 is hung up',
      ...agentWaits('second agent-1'),
      ...talk('second client-1'),
      'CallCompleted by client',
    ],
    attempts: ['agent-1 human', 'client-1 cancelled', 'agent-1 human', 'client-1 human'],
  },
  {
    n: 22,
    scenario: 'the client has not confirmed what is to be confirmed: nobody is rung',
    given: { unproven: ['email', 'phone'] },
    path: ['CallFailed rejected-by-policy'],
    attempts: [],
    saying: { leg: 'client', attempts: [] },
  },
  {
    n: 22,
    scenario: '… has confirmed in time: both are rung',
    given: { unproven: ['email'], beforehand: (house) => house.amend([]), when: hangsUp('client-1') },
    path: [...agentWaits(), ...talk(), 'CallCompleted by client'],
    attempts: ['agent-1 human', 'client-1 human'],
  },
  {
    n: 22,
    scenario: '… has a new number to confirm while the agent’s phone rings: it is not dialled, and the agent is told',
    given: { when: { 'agent-1 rings': (house) => house.amend(['phone']) } },
    path: [...agentWaits(), 'CallFailed rejected-by-policy', badNews],
    attempts: ['agent-1 human'],
    saying: { leg: 'client' },
  },
  {
    n: 22,
    scenario: '… changes it while they talk: the conversation goes on',
    given: {
      when: {
        'they talk': (house) => {
          house.amend(['phone']);
          house.after(60, () => house.hangUp('client-1'));
        },
      },
    },
    path: [...agentWaits(), ...talk(), 'CallCompleted by client'],
    attempts: ['agent-1 human', 'client-1 human'],
  },
];

describe('the scenario', () => {
  it.each(SCENARIOS)('$n: $scenario', async ({ given, path, attempts, saying = {} }) => {
    const run = await runHouse(given);

    expect(run.log).toEqual(path);
    expect(run.sessions.flatMap((session) => session.attempts.map(({ id, outcome }) => `${id} ${outcome}`))).toEqual(
      attempts,
    );
    expect(run.events.at(-1)?.detail.data).toMatchObject(saying);
    expect({ violations: run.violations, parked: run.parked }).toEqual({ violations: [], parked: [] });
  });

  it.each([
    ['presses 1', 'accepts', ['+12025550123']],
    ['takes the call and presses nothing', 'silent', []],
    ['does not answer', 'no-answer', []],
  ] as const)('in which a client %s proves their number or does not', async (_, conduct, proven) => {
    const run = await runHouse({
      clientNumber: { others: 0, hasAccepted: false },
      client: [conduct],
      when: hangsUp('client-1'),
    });

    expect([...run.proven]).toEqual(proven);
    expect([...run.calledFor.values()].map(({ size }) => size)).toEqual([1]);
  });

  it('table has every row from 1 to 22', () => {
    expect([...new Set(SCENARIOS.map(({ n }) => n))]).toEqual(Array.from({ length: 22 }, (_, index) => index + 1));
  });
});
