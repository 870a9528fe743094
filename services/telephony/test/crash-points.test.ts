import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { DialCommand } from '../src/app/dial';
import { runHouse, type HouseOptions } from './house';

/*
 * Every handler, killed right before and right after every call it makes to anything outside itself, and given the same
 * message again: it must end where it would have ended.
 */

const JOURNEYS: Readonly<Record<string, HouseOptions>> = {
  'both talk': { when: { 'they talk': (house) => house.after(30, () => house.hangUp('client-1')) } },
  'the agent cannot be reached': { agent: ['no-answer', 'busy', 'silent'] },
  'the client cannot be reached': { client: ['busy', 'voicemail', 'declines'] },
  'a number that never accepted a call does so': {
    clientNumber: { others: 1, hasAccepted: false },
    client: ['busy', 'accepts'],
    when: { 'they talk': (house) => house.after(30, () => house.hangUp('client-2')) },
  },
  'a number that never accepted a call has had its appointments': {
    clientNumber: { others: 2, hasAccepted: false },
  },
  'the client has to prove something anew while the agent’s phone rings': {
    when: { 'agent-1 rings': (house) => house.amend(['phone']) },
  },
  'the appointment is cancelled while the client’s phone rings': {
    client: ['no-answer'],
    when: { 'client-1 rings': (house) => house.cancel() },
  },
  'the appointment is moved while the agent’s phone rings': {
    when: {
      'agent-1 rings': (house) => house.move(),
      'they talk': (house) => house.after(30, () => house.hangUp('second agent-1')),
    },
  },
  'the carrier tells of no call that it placed, and rings a phone twice': {
    policy: { attempts: 2 },
    create: () => ({ type: 'unknown', placed: true }),
    delivers: (callback) => (callback.startsWith('agent-1') ? [] : [0]),
    isUnfetchable: (question) => question === 'agent-1 answer',
    when: {
      'client-1 is greeted': (house) => house.double('client-1'),
      'they talk': (house) => house.after(30, () => house.hangUp('client-1')),
    },
  },
  'the carrier takes no call at first, and its words are lost': {
    create: (attempt, n) => (attempt === 'agent-1' && n === 1 ? { type: 'not-placed' } : undefined),
    delivers: (callback) => (callback.includes('conference') || callback.includes('completed') ? [] : [0]),
    isUnfetchable: (question) => question.includes('dialled'),
    when: { 'they talk': (house) => house.after(30, () => house.hangUp('client-1')) },
  },
};

/** Some hundred runs each. */
const TIMEOUT_MS = 120_000;

type Run = Awaited<ReturnType<typeof runHouse>>;

/** Where a run has ended: what was said and done to whom, and what is left in the table. */
function endOf({ log, sessions, events, effects, held, proven, calledFor, line, parked, violations }: Run) {
  return {
    violations,
    // What happens to two phones at the same time has no order.
    log: log.toSorted((one, other) => subjectOf(one).localeCompare(subjectOf(other))),
    sessions,
    events: events.map((event) => JSON.stringify(event)).toSorted(),
    effects: [...effects].toSorted(),
    held: [...held],
    proven: [...proven],
    calledFor: [...calledFor],
    spent: line.spent,
    parked,
  };
}

function subjectOf(entry: string): string {
  return /^(second )?(agent|client)-\d/.exec(entry)?.[0] ?? 'the bus';
}

/** The same journey where the request for the call of an attempt never arrives, and has no answer. */
function swallowing(journey: HouseOptions, lost: Run['uncertain'][number]): HouseOptions {
  return {
    ...journey,
    create: (attempt, n) =>
      attempt === lost.attempt && n === lost.n ? { type: 'unknown' } : journey.create?.(attempt, n),
  };
}

/**
 * Kills the process once at every point and tells where that made a difference. It may make one alone: where an attempt was
 * claimed and it was never written that its call is not placed, nobody can know whether it was. Then the run must end as
 * one in which the carrier never heard of it.
 */
async function differences(journey: HouseOptions, whole: Run): Promise<readonly string[]> {
  const swallowed = new Map<string, Run>();
  const found: string[] = [];
  for (const { index, name, nth } of whole.portCalls)
    for (const when of ['before', 'after'] as const) {
      const died = await runHouse({ ...journey, crash: (call) => (call.index === index ? when : undefined) });
      const [lost] = died.uncertain;
      const like = lost ? (swallowed.get(JSON.stringify(lost)) ?? (await runHouse(swallowing(journey, lost)))) : whole;
      if (lost) swallowed.set(JSON.stringify(lost), like);
      const [end, expected] = [endOf(died), endOf(like)];
      const parts = Object.keys(expected) as (keyof typeof expected)[];
      const other = parts.filter((part) => !isDeepStrictEqual(end[part], expected[part]));
      if (died.crashed.length !== 1) found.push(`did not die ${when} ${name} ${nth}`);
      if (other.length > 0)
        found.push(
          `${when} ${name} ${nth}: other ${other.join(', ')}: ${JSON.stringify(other.map((part) => [end[part], expected[part]]))}`,
        );
    }
  return found;
}

describe('a process that dies right before or right after any call of a port makes no difference when', () => {
  it.each(Object.entries(JOURNEYS))(
    '%s',
    async (_, journey) => {
      const whole = await runHouse(journey);
      // A journey that does not end as it should has thousands of points.
      if (whole.portCalls.length > 300) throw new Error(`it takes ${whole.portCalls.length} calls of ports`);

      const found = await differences(journey, whole);

      expect(whole.violations).toEqual([]);
      expect(found).toEqual([]);
    },
    TIMEOUT_MS,
  );
});

describe('these journeys', () => {
  it('let the dialler do, and ask the carrier for, everything there is', async () => {
    const commands = new Set<string>();
    const requests = new Set<string>();
    for (const journey of Object.values(JOURNEYS)) {
      const { effects, portCalls } = await runHouse(journey);
      for (const effect of effects)
        if (effect.startsWith('dialler ')) commands.add(DialCommand.parse(JSON.parse(effect.slice(8))).do);
      for (const { name } of portCalls) if (name.startsWith('carrier.')) requests.add(name.slice(8));
    }

    expect([...commands].toSorted()).toEqual(DialCommand.options.map(({ shape }) => shape.do.value).toSorted());
    expect([...requests].toSorted()).toEqual(['create', 'end', 'fetch', 'find', 'isRoomInProgress', 'say']);
  });
});

describe('a death between claim and call', () => {
  it.each([
    ['before', 'carrier.create'],
    ['after', 'carrier.create'],
  ] as const)('%s it costs at most one attempt, and never two calls', async (when, name) => {
    const died = await runHouse({
      ...JOURNEYS['both talk'],
      crash: (call) => (call.name === name && call.nth === 1 ? when : undefined),
    });

    const [session] = died.sessions;
    expect(died.violations).toEqual([]);
    expect(session?.terminal?.type).toBe('completed');
    expect(session?.attempts.map(({ id, outcome }) => `${id} ${outcome}`)).toEqual(
      when === 'before' ? ['agent-1 lost', 'agent-2 human', 'client-1 human'] : ['agent-1 human', 'client-1 human'],
    );
  });
});
