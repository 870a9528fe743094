import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Appointment } from '../domain/appointment';
import { agendaKey, instantOfKey, mergedAgenda, type ReadAgenda } from './agenda';

const MIDNIGHT = Date.parse('2026-12-01T00:00:00.000Z');
const HOUR = 3_600_000;

/** Appointments as far as an agenda knows them; many begin together. */
const calendars = fc
  .array(
    fc.record({
      agentId: fc.constantFrom('a', 'b', 'c', 'd'),
      hour: fc.integer({ min: 0, max: 9 }),
    }),
    { maxLength: 60 },
  )
  .map((all) =>
    all.map(({ agentId, hour }, place) => ({
      appointmentId: `apt_${place}`,
      startsAt: new Date(MIDNIGHT + hour * HOUR).toISOString(),
      agent: { agentId },
    })),
  );
type Entry = { appointmentId: string; startsAt: string; agent: { agentId: string } };

/** What the index answers of those. */
function indexOf(all: readonly Entry[]) {
  const reads: { agentId: string; limit: number }[] = [];
  const readAgenda: ReadAgenda = async (agentId, { start, end, after = '' }, limit) => {
    reads.push({ agentId, limit });
    const found = sorted(all).filter((entry) => {
      const instant = Date.parse(entry.startsAt);
      return entry.agent.agentId === agentId && instant >= start && instant < end && agendaKey(entry) > after;
    });
    return found.slice(0, limit) as unknown as Appointment[];
  };
  return { reads, readAgenda };
}

const sorted = (all: readonly Entry[]) => all.toSorted((a, b) => (agendaKey(a) < agendaKey(b) ? -1 : 1));
const span = { start: MIDNIGHT + HOUR, end: MIDNIGHT + 8 * HOUR };

describe('the agenda of several agents', () => {
  it('is theirs together in the order of time, of no other agent and no other time, whatever is asked for at once', async () => {
    await fc.assert(
      fc.asyncProperty(calendars, fc.integer({ min: 1, max: 70 }), async (all, limit) => {
        const { readAgenda } = indexOf(all);

        const merged = await mergedAgenda(['c', 'a', 'b'], span, limit, readAgenda);

        const expected = sorted(all).filter(
          ({ agent, startsAt }) =>
            agent.agentId !== 'd' && Date.parse(startsAt) >= span.start && Date.parse(startsAt) < span.end,
        );
        expect(merged).toEqual(expected.slice(0, limit));
      }),
    );
  });

  it('is the same read page by page as read at once: nothing twice, nothing missed', async () => {
    await fc.assert(
      fc.asyncProperty(calendars, fc.integer({ min: 1, max: 12 }), async (all, limit) => {
        const { readAgenda } = indexOf(all);
        const agents = ['a', 'b', 'c', 'd'];
        const once = await mergedAgenda(agents, span, 1000, readAgenda);

        const paged: Appointment[] = [];
        for (;;) {
          const last = paged.at(-1);
          const page = await mergedAgenda(agents, { ...span, after: last && agendaKey(last) }, limit, readAgenda);
          paged.push(...page);
          if (page.length < limit) break;
        }

        expect(paged).toEqual(once);
      }),
    );
  });

  it('costs one read where there is one agent', async () => {
    const all = Array.from({ length: 60 }, (_, n) => ({
      appointmentId: `apt_${n}`,
      startsAt: new Date(MIDNIGHT + 2 * HOUR).toISOString(),
      agent: { agentId: 'a' },
    }));
    const { readAgenda, reads } = indexOf(all);

    await mergedAgenda(['a'], span, 51, readAgenda);

    expect(reads).toEqual([{ agentId: 'a', limit: 51 }]);
  });

  it('reads of each agent about what is needed of it: a share first, and more of whoever has more', async () => {
    const all = Array.from({ length: 300 }, (_, n) => ({
      appointmentId: `apt_${String(n).padStart(3, '0')}`,
      startsAt: new Date(MIDNIGHT + 2 * HOUR + n * 60_000).toISOString(),
      agent: { agentId: 'busy' },
    }));
    const { readAgenda, reads } = indexOf(all);
    const idle = Array.from({ length: 19 }, (_, n) => `idle${n}`);

    await mergedAgenda(['busy', ...idle], span, 40, readAgenda);

    expect(reads.filter(({ agentId }) => agentId !== 'busy')).toEqual(idle.map((agentId) => ({ agentId, limit: 2 })));
    expect(reads.filter(({ agentId }) => agentId === 'busy').map(({ limit }) => limit)).toEqual([2, 4, 8, 16, 32]);
  });

  it('is empty where there are no agents', async () => {
    expect(await mergedAgenda([], span, 10, indexOf([]).readAgenda)).toEqual([]);
  });
});

describe('the key of an agenda', () => {
  it('tells the instant it was made of', () => {
    const startsAt = '2026-12-01T15:00:00.000Z';

    expect(instantOfKey(agendaKey({ startsAt, appointmentId: 'apt_1' }))).toBe(Date.parse(startsAt));
  });

  it.each(['', 'apt_1', '2026-12-01T15:00:00.000Z', '2026-13-01T15:00:00.000Z#apt_1', '2026-12-01T15:00:00.000Z#a b'])(
    'is nothing else: %s',
    (key) => {
      expect(instantOfKey(key)).toBeUndefined();
    },
  );
});
