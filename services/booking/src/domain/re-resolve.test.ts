import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Agent } from './agent';
import { book, STATUSES, type Appointment } from './appointment';
import { reResolve, timeOf, type ReResolution, type ZoneRules } from './re-resolve';
import { GRID } from './slots';
import {
  instantsOf,
  isoInZone,
  localTime,
  offsetAt,
  zoneNamed,
  zoneNames,
  type Zone,
} from '@appointments/runtime/zones';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOW = new Date('2026-11-23T12:00:00.000Z');

/** The rules in force, with other ones for some zones. */
const rules = (version: string, zones: Readonly<Record<string, Zone>> = {}): ZoneRules => ({
  version,
  zoneNamed: (name) => zones[name] ?? zoneNamed(name),
});
/** A zone that has `offsets`, each in force until the instant beside it. */
const zoneOf = (name: string, offsets: readonly number[], ...untils: readonly string[]): Zone => ({
  name,
  offsets,
  untils: untils.map((until) => Date.parse(until)),
});
function known(name: string, { zoneNamed }: ZoneRules): Zone {
  const zone = zoneNamed(name);
  if (!zone) throw new Error(`no zone ${name}`);
  return zone;
}

interface Booked {
  readonly startsAt: string;
  readonly client: string;
  readonly agent: string;
  readonly by: ZoneRules;
  readonly buffers?: number;
}

/** An appointment that was made with the rules `by`. */
function booked({ startsAt, client, agent: agentZone, by, buffers = 0 }: Booked): Appointment {
  const agent: Agent = {
    agentId: 'agt_default',
    version: 0,
    name: 'Alex Morgan',
    email: 'alex@example.com',
    phone: '+12025550100',
    zone: known(agentZone, by),
    workingHours: [],
    exceptions: new Map(),
    slotMinutes: 30,
    bufferBeforeMinutes: buffers,
    bufferAfterMinutes: buffers,
    minimumNoticeMinutes: 0,
    horizonDays: 60,
    active: true,
  };
  const start = Date.parse(startsAt);
  const ada = { name: 'Ada', email: 'ada@example.com', phone: '+12025550123', locale: 'en', smsConsent: false };
  const time = { slot: { start, end: start + 30 * MINUTE }, agent, clientZone: known(client, by) };
  return { ...book({ appointmentId: 'apt_1', client: ada }, time, NOW), tzdb: by.version };
}

function changeOf(resolution: ReResolution) {
  if (!('change' in resolution)) throw new Error(resolution.outcome);
  return resolution.change;
}

// As of 2026e, when British Columbia was to put its clocks back on 1 November 2026 and forward again in March.
const VANCOUVER_BEFORE = zoneOf('America/Vancouver', [-420, -480, -420], '2026-11-01T09:00Z', '2027-03-14T10:00Z');
const OLD = rules('2026a', { 'America/Vancouver': VANCOUVER_BEFORE });
const NEW = rules('2026f');

describe('an appointment under other zone rules', () => {
  it('keeps the wall time of the agent’s zone, and moves with it, buffers and all', () => {
    const before = booked({
      startsAt: '2026-12-01T18:00:00.000Z',
      client: 'Europe/Berlin',
      agent: 'America/Vancouver',
      by: OLD,
      buffers: 10,
    });

    const resolution = reResolve(before, NEW, NOW);

    expect(before.localStart.agent).toBe('2026-12-01T10:00:00-08:00');
    expect(resolution.outcome).toBe('moved');
    expect(changeOf(resolution)).toEqual({
      appointment: {
        ...before,
        version: 2,
        revision: 2,
        writes: 2,
        startsAt: '2026-12-01T17:00:00.000Z',
        endsAt: '2026-12-01T17:30:00.000Z',
        claimedFrom: '2026-12-01T16:50:00.000Z',
        claimedTo: '2026-12-01T17:40:00.000Z',
        localStart: { client: '2026-12-01T18:00:00+01:00', agent: '2026-12-01T10:00:00-07:00' },
        tzdb: '2026f',
      },
      entry: {
        at: NOW.toISOString(),
        type: 'rescheduled',
        version: 2,
        text: 'Moved from 2026-12-01T19:00:00+01:00 to 2026-12-01T18:00:00+01:00 (Europe/Berlin): the rules of time zones have changed, and 10:00 of the agent is kept',
      },
    });
  });

  it('stays where it is, and is amended, when only the client’s clocks show another time', () => {
    const before = booked({
      startsAt: '2026-12-01T15:00:00.000Z',
      client: 'America/Vancouver',
      agent: 'America/New_York',
      by: OLD,
    });

    const resolution = reResolve(before, NEW, NOW);

    expect(resolution.outcome).toBe('amended');
    expect(changeOf(resolution)).toEqual({
      appointment: {
        ...before,
        revision: 2,
        writes: 2,
        localStart: { client: '2026-12-01T08:00:00-07:00', agent: '2026-12-01T10:00:00-05:00' },
        tzdb: '2026f',
      },
      entry: {
        at: NOW.toISOString(),
        type: 'amended',
        version: 1,
        text: 'The rules of time zones have changed: what was 2026-12-01T07:00:00-08:00 is 2026-12-01T08:00:00-07:00 (America/Vancouver)',
      },
    });
  });

  it('is left alone where nothing shows another time, be the rules the same or others', () => {
    const before = booked({
      startsAt: '2026-12-01T15:00:00.000Z',
      client: 'Europe/Berlin',
      agent: 'America/New_York',
      by: OLD,
    });

    expect(reResolve(before, NEW, NOW)).toEqual({ outcome: 'unchanged' });
    expect(reResolve(before, OLD, NOW)).toEqual({ outcome: 'unchanged' });
  });

  it('begins at the end of the gap when its wall time is skipped now, and that is told', () => {
    const steady = rules('2026a', { 'Test/Zone': zoneOf('Test/Zone', [0]) });
    const withGap = rules('2026f', { 'Test/Zone': zoneOf('Test/Zone', [0, 60], '2027-03-28T01:00Z') });
    const before = booked({ startsAt: '2027-03-28T01:30:00.000Z', client: 'UTC', agent: 'Test/Zone', by: steady });

    const resolution = reResolve(before, withGap, NOW);

    expect(resolution).toMatchObject({ outcome: 'moved', skipped: true });
    const { appointment, entry } = changeOf(resolution);
    expect(timeOf(appointment)).toEqual({
      startsAt: '2027-03-28T01:00:00.000Z',
      localStart: { client: '2027-03-28T01:00:00+00:00', agent: '2027-03-28T02:00:00+01:00' },
      tzdb: '2026f',
    });
    expect(entry.text).toMatch(/01:30 of the agent is skipped that day$/);
    expect(reResolve(appointment, withGap, NOW)).toEqual({ outcome: 'unchanged' });
  });

  it('keeps its instant where the end of the gap is just that, and tells the wall time that there is', () => {
    const ahead = rules('2026a', { 'Test/Zone': zoneOf('Test/Zone', [30]) });
    const withGap = rules('2026f', { 'Test/Zone': zoneOf('Test/Zone', [0, 60], '2027-03-28T01:00Z') });
    const before = booked({ startsAt: '2027-03-28T01:00:00.000Z', client: 'UTC', agent: 'Test/Zone', by: ahead });

    const resolution = reResolve(before, withGap, NOW);

    expect(before.localStart.agent).toBe('2027-03-28T01:30:00+00:30');
    expect(resolution).toMatchObject({ outcome: 'amended', skipped: true });
    expect(changeOf(resolution).appointment.localStart.agent).toBe('2027-03-28T02:00:00+01:00');
  });

  it.each([
    // Before the change of rules its clocks showed 01:30 at …, and now the hour from 01:00 comes twice, at 00:30Z and at 01:30Z.
    ['00:30', 60, 'unchanged', '00:30'],
    ['01:30', 0, 'unchanged', '01:30'],
    ['00:15', 75, 'moved', '00:30'],
    ['00:45', 45, 'moved', '00:30'],
    ['01:00', 30, 'moved', '00:30'],
    ['01:15', 15, 'moved', '01:30'],
    ['02:30', -60, 'moved', '01:30'],
  ])(
    'at %s UTC takes the reading nearest to it when its wall time is repeated now',
    (at, offset, outcome, expected) => {
      const steady = rules('2026a', { 'Test/Zone': zoneOf('Test/Zone', [offset]) });
      const twice = rules('2026f', { 'Test/Zone': zoneOf('Test/Zone', [60, 0], '2027-10-31T01:00Z') });
      const before = booked({ startsAt: `2027-10-31T${at}:00.000Z`, client: 'UTC', agent: 'Test/Zone', by: steady });

      const resolution = reResolve(before, twice, NOW);

      expect(before.localStart.agent.slice(0, 19)).toBe('2027-10-31T01:30:00');
      expect(resolution.outcome).toBe(outcome);
      if (outcome === 'moved') {
        expect(changeOf(resolution).appointment.startsAt).toBe(`2027-10-31T${expected}:00.000Z`);
      }
    },
  );

  it('is not moved into the past: that the agent’s wall time has gone by is told', () => {
    const before = booked({
      startsAt: '2026-12-01T18:00:00.000Z',
      client: 'Europe/Berlin',
      agent: 'America/Vancouver',
      by: OLD,
    });

    expect(reResolve(before, NEW, new Date('2026-12-01T16:59:59.999Z')).outcome).toBe('moved');
    expect(reResolve(before, NEW, new Date('2026-12-01T17:00:00.000Z'))).toEqual({
      outcome: 'conflict',
      because: 'past',
      to: {
        startsAt: '2026-12-01T17:00:00.000Z',
        localStart: { client: '2026-12-01T18:00:00+01:00', agent: '2026-12-01T10:00:00-07:00' },
        tzdb: '2026f',
      },
      skipped: false,
    });
  });

  it('is only resolved again while it is still to be called', () => {
    const vancouver = { client: 'Europe/Berlin', agent: 'America/Vancouver', by: OLD };
    const before = booked({ startsAt: '2026-12-01T18:00:00.000Z', ...vancouver });
    const outcomes = STATUSES.map((status) => [status, reResolve({ ...before, status }, NEW, NOW)]);

    expect(Object.fromEntries(outcomes)).toMatchObject({
      scheduled: { outcome: 'moved' },
      calling: { outcome: 'not-applicable', because: 'status' },
      connected: { outcome: 'not-applicable', because: 'status' },
      completed: { outcome: 'not-applicable', because: 'status' },
      failed: { outcome: 'not-applicable', because: 'status' },
      cancelled: { outcome: 'not-applicable', because: 'status' },
    });
    expect(reResolve(before, NEW, new Date(before.startsAt))).toEqual({ outcome: 'not-applicable', because: 'past' });
  });

  it('is never resolved by rules older than its own, as after a deployment that was rolled back', () => {
    const before = booked({
      startsAt: '2026-12-01T17:00:00.000Z',
      client: 'Europe/Berlin',
      agent: 'America/Vancouver',
      by: NEW,
    });

    expect(reResolve(before, OLD, NOW)).toEqual({ outcome: 'not-applicable', because: 'newer-rules' });
  });

  it.each(['client', 'agent'])('is left alone when the rules do not know the zone of the %s', (party) => {
    const zones = { client: 'Europe/Berlin', agent: 'Europe/Berlin', [party]: 'Test/Zone' };
    const by = rules('2026a', { 'Test/Zone': zoneOf('Test/Zone', [0]) });
    const before = booked({ startsAt: '2026-12-01T18:00:00.000Z', ...zones, by });

    expect(reResolve(before, NEW, NOW)).toEqual({ outcome: 'not-applicable', because: 'unknown-zone' });
  });
});

/** Any zone as it is, or as it would be with its changes put off, left out, or from another offset on. */
const anyZone = fc
  .record({
    name: fc.constantFrom(...zoneNames()),
    shift: fc.constantFrom(0, 0, -60, -30, 15, 30, 60, 24 * 60),
    laterMs: fc.constantFrom(0, 0, HOUR, -HOUR, 7 * 24 * HOUR, -30 * 24 * HOUR),
    steady: fc.boolean(),
  })
  .map(({ name, shift, laterMs, steady }): Zone => {
    const { offsets, untils } = known(name, NEW);
    const at = steady ? untils.filter((until) => until < NOW.getTime()) : untils;
    return {
      name,
      offsets: offsets.slice(0, at.length + 1).map((offset) => Math.max(-720, Math.min(840, offset + shift))),
      untils: at.map((until) => until + laterMs),
    };
  });

const kept = fc
  .record({
    agentBefore: anyZone,
    clientBefore: anyZone,
    agentAfter: anyZone,
    clientAfter: anyZone,
    // Chance alone would hardly ever leave both as they are.
    agentStays: fc.boolean(),
    clientStays: fc.boolean(),
    start: fc.integer({ min: 0, max: (400 * 24 * HOUR) / GRID }).map((grid) => NOW.getTime() + 30 * HOUR + grid * GRID),
  })
  .map(({ agentBefore, clientBefore, agentAfter, clientAfter, agentStays, clientStays, start }) => {
    const by = (version: string, agent: Zone, client: Zone) =>
      rules(version, {
        'Test/Agent': { ...agent, name: 'Test/Agent' },
        'Test/Client': { ...client, name: 'Test/Client' },
      });
    return {
      after: by('2026f', agentStays ? agentBefore : agentAfter, clientStays ? clientBefore : clientAfter),
      before: booked({
        startsAt: new Date(start).toISOString(),
        client: 'Test/Client',
        agent: 'Test/Agent',
        by: by('2026a', agentBefore, clientBefore),
      }),
    };
  });

describe('whatever the rules were and are', () => {
  it('the agent’s wall time is kept where it exists, and both wall times are what the clocks show at the instant', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(kept, ({ before, after }) => {
        const resolution = reResolve(before, after, NOW);
        seen.add(resolution.outcome);
        const present = 'change' in resolution ? resolution.change.appointment : before;
        const agent = known('Test/Agent', after);
        const client = known('Test/Client', after);
        const start = Date.parse(present.startsAt);
        const wall = Date.parse(`${before.localStart.agent.slice(0, 19)}Z`);
        const readings = instantsOf(agent, wall);

        expect(present.localStart).toEqual({ client: isoInZone(client, start), agent: isoInZone(agent, start) });
        if (readings.length > 0) {
          const distance = (instant: number) => Math.abs(instant - Date.parse(before.startsAt));
          expect(localTime(agent, start)).toBe(wall);
          expect(distance(start)).toBe(Math.min(...readings.map(distance)));
        } else {
          // The gap ends here: what is skipped lies between the clocks just before and now.
          expect(localTime(agent, start)).toBeGreaterThan(wall);
          expect(start - 1 + offsetAt(agent, start - 1) * MINUTE).toBeLessThan(wall);
        }
      }),
      { numRuns: 2000 },
    );
    expect([...seen].toSorted()).toEqual(['amended', 'moved', 'unchanged']);
  });

  it('nothing but the time changes, it is as long as before, and only a move raises the version', () => {
    fc.assert(
      fc.property(kept, ({ before, after }) => {
        const resolution = reResolve(before, after, NOW);
        if (!('change' in resolution)) return;
        const { appointment } = resolution.change;
        const { startsAt, endsAt, claimedFrom, claimedTo, localStart: _, tzdb, ...rest } = appointment;
        const byMs = Date.parse(startsAt) - Date.parse(before.startsAt);
        const later = (instant: string) => new Date(Date.parse(instant) + byMs).toISOString();

        expect({ endsAt, claimedFrom, claimedTo, tzdb }).toEqual({
          endsAt: later(before.endsAt),
          claimedFrom: later(before.claimedFrom),
          claimedTo: later(before.claimedTo),
          tzdb: '2026f',
        });
        expect(rest).toEqual({
          ...Object.fromEntries(Object.keys(rest).map((key) => [key, before[key as keyof Appointment]])),
          version: byMs === 0 ? 1 : 2,
          revision: 2,
          writes: 2,
        });
        expect(resolution.outcome).toBe(byMs === 0 ? 'amended' : 'moved');
      }),
      { numRuns: 1000 },
    );
  });

  it('once is enough: resolved again by the same rules, nothing changes', () => {
    fc.assert(
      fc.property(kept, ({ before, after }) => {
        const resolution = reResolve(before, after, NOW);
        const appointment = 'change' in resolution ? resolution.change.appointment : before;

        expect(reResolve(appointment, after, NOW)).toEqual({ outcome: 'unchanged' });
      }),
      { numRuns: 1000 },
    );
  });
});
