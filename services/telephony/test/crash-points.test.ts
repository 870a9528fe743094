import { describe, expect, it } from '@jest/globals';
import { runHouse, type HouseOptions, type PortCall } from './house';

/*
 * Every handler, killed right before and right after every call it makes to anything outside itself, and given the same
 * message again: it must end where it would have ended.
 */

const JOURNEYS: Readonly<Record<string, HouseOptions>> = {
  'both talk': { when: { 'they talk': (house) => house.after(30, () => house.hangUp('client-1')) } },
  'the agent cannot be reached': { agent: ['no-answer', 'busy', 'silent'] },
  'the client cannot be reached': { client: ['busy', 'voicemail', 'declines'] },
  'the appointment is cancelled while the client’s phone rings': {
    when: { 'client-1 rings': (house) => house.cancel() },
  },
  'the appointment is moved while the agent’s phone rings': {
    when: {
      'agent-1 rings': (house) => house.move(),
      'they talk': (house) => house.after(30, () => house.hangUp('second agent-1')),
    },
  },
  'the carrier takes no call at first, and its words are lost': {
    create: (n) => (n === 1 ? { type: 'not-placed' } : undefined),
    delivers: (callback) => (callback.includes('conference') || callback.includes('completed') ? [] : [0]),
    isUnfetchable: (question) => question.includes('dialled'),
    when: { 'they talk': (house) => house.after(30, () => house.hangUp('client-1')) },
  },
};

type Run = Awaited<ReturnType<typeof runHouse>>;

/** Where a run has ended: what was said and done to whom, and what is left in the table. */
function endOf({ log, sessions, events, effects, held, line, parked, violations }: Run) {
  return {
    violations,
    log,
    sessions,
    events: events.map((event) => JSON.stringify(event)).toSorted(),
    effects: [...effects].toSorted(),
    held: [...held],
    spent: line.spent,
    parked,
  };
}

describe('a process that dies right before or after a call of a port changes nothing when', () => {
  it.each(Object.entries(JOURNEYS))('%s', async (_, journey) => {
    const whole = await runHouse(journey);
    /** The one thing that a death may change: an attempt was claimed, and nobody can know whether its call was placed. */
    const unasked = new Map<string, Run>();
    const differences: string[] = [];
    for (const { index, name, nth } of whole.portCalls)
      for (const when of ['before', 'after'] as const) {
        const died = await runHouse({
          ...journey,
          crash: (call: PortCall) => (call.index === index ? when : undefined),
        });
        let like = whole;
        const [claimed] = died.unasked;
        if (claimed !== undefined) {
          like = unasked.get(claimed) ?? (await runHouse(swallowing(journey, claimed)));
          unasked.set(claimed, like);
        }
        const [end, expected] = [endOf(died), endOf(like)];
        for (const part of Object.keys(expected) as (keyof typeof expected)[])
          if (JSON.stringify(end[part]) !== JSON.stringify(expected[part]))
            differences.push(
              `${when} ${name} ${nth}${claimed ? ` (${claimed} unasked)` : ''}: ${part}\n${JSON.stringify(end[part])}\n${JSON.stringify(expected[part])}`,
            );
      }

    expect(whole.violations).toEqual([]);
    expect(differences).toEqual([]);
  });
});

/** The same journey where the request for the call of an attempt never arrives, and has no answer. */
function swallowing(journey: HouseOptions, claimed: string): HouseOptions {
  return {
    ...journey,
    create: (n, attempt) => (claimed.endsWith(`/${attempt}`) ? { type: 'unknown' } : journey.create?.(n, attempt)),
  };
}
