import type { Appointment, Change } from './appointment';
import {
  firstInstantAtOrAfter,
  instantsOf,
  isoInZone,
  TZDB_VERSION,
  zoneNamed,
  type Zone,
} from '@appointments/runtime/zones';

/** The rules that wall times are resolved with. */
export interface ZoneRules {
  readonly version: string;
  readonly zoneNamed: (name: string) => Zone | undefined;
}

export const PRESENT_RULES: ZoneRules = { version: TZDB_VERSION, zoneNamed };

/** When an appointment is, and by which rules. */
export interface ResolvedTime {
  readonly startsAt: string;
  readonly localStart: Appointment['localStart'];
  readonly tzdb: string;
}

/** What becomes of an appointment under other rules than it was made with. */
export type ReResolution =
  /** Both wall times are shown at the instant that is kept; by which rules they were found then stays as it is. */
  | { readonly outcome: 'unchanged' }
  /** The instant stays; the clocks of a party show another time at it than was agreed. */
  | { readonly outcome: 'amended'; readonly change: Change; readonly skipped: boolean }
  /** The wall time of the agent's zone is at another instant now. */
  | { readonly outcome: 'moved'; readonly change: Change; readonly skipped: boolean }
  /** The wall time of the agent's zone has gone by already, by the rules that are in force. */
  | { readonly outcome: 'conflict'; readonly because: 'past'; readonly to: ResolvedTime; readonly skipped: boolean }
  | { readonly outcome: 'not-applicable'; readonly because: 'status' | 'past' | 'newer-rules' | 'unknown-zone' };

export function timeOf({ startsAt, localStart, tzdb }: ResolvedTime): ResolvedTime {
  return { startsAt, localStart, tzdb };
}

/**
 * Resolves an appointment's wall time in the agent's zone again, as `rules` have it. Hours are the agent's, so it is this wall time
 * that is kept; the client's follows. A wall time that is skipped now gives way to the end of the gap, one that is repeated
 * now means the reading nearest to the instant so far. Only what is still to be called is resolved again, and never by
 * rules older than those that it was made with.
 */
export function reResolve(appointment: Appointment, rules: ZoneRules, now: Date): ReResolution {
  const before = Date.parse(appointment.startsAt);
  if (appointment.status !== 'scheduled') return { outcome: 'not-applicable', because: 'status' };
  if (before <= now.getTime()) return { outcome: 'not-applicable', because: 'past' };
  if (appointment.tzdb > rules.version) return { outcome: 'not-applicable', because: 'newer-rules' };
  const agentZone = rules.zoneNamed(appointment.agent.timeZone);
  const clientZone = rules.zoneNamed(appointment.timeZone);
  if (!agentZone || !clientZone) return { outcome: 'not-applicable', because: 'unknown-zone' };

  const wall = Date.parse(`${appointment.localStart.agent.slice(0, 19)}Z`);
  const readings = instantsOf(agentZone, wall);
  const skipped = readings.length === 0;
  const [nearest] = readings.toSorted((a, b) => Math.abs(a - before) - Math.abs(b - before) || a - b);
  const start = nearest ?? firstInstantAtOrAfter(agentZone, wall);

  const to: ResolvedTime = {
    startsAt: new Date(start).toISOString(),
    localStart: { client: isoInZone(clientZone, start), agent: isoInZone(agentZone, start) },
    tzdb: rules.version,
  };
  if (start !== before) {
    if (start <= now.getTime()) return { outcome: 'conflict', because: 'past', to, skipped };
    return { outcome: 'moved', change: moved(appointment, to, start - before, skipped, now), skipped };
  }
  const { client, agent } = appointment.localStart;
  if (to.localStart.client === client && to.localStart.agent === agent) return { outcome: 'unchanged' };
  return { outcome: 'amended', change: amended(appointment, to, now), skipped };
}

function moved(appointment: Appointment, to: ResolvedTime, byMs: number, skipped: boolean, now: Date): Change {
  const later = (instant: string) => new Date(Date.parse(instant) + byMs).toISOString();
  const version = appointment.version + 1;
  const { localStart, timeZone } = appointment;
  const agentTime = `${localStart.agent.slice(11, 16)} of the agent`;
  const because = `the rules of time zones have changed, and ${agentTime} is ${skipped ? 'skipped that day' : 'kept'}`;
  return {
    appointment: {
      ...appointment,
      ...to,
      endsAt: later(appointment.endsAt),
      claimedFrom: later(appointment.claimedFrom),
      claimedTo: later(appointment.claimedTo),
      version,
      revision: appointment.revision + 1,
      writes: appointment.writes + 1,
      call: null,
    },
    entry: {
      at: now.toISOString(),
      type: 'rescheduled',
      version,
      text: `Moved from ${localStart.client} to ${to.localStart.client} (${timeZone}): ${because}`,
    },
  };
}

function amended(appointment: Appointment, to: ResolvedTime, now: Date): Change {
  return {
    appointment: {
      ...appointment,
      ...to,
      revision: appointment.revision + 1,
      writes: appointment.writes + 1,
    },
    entry: {
      at: now.toISOString(),
      type: 'amended',
      version: appointment.version,
      text: `The rules of time zones have changed: what was ${appointment.localStart.client} is ${to.localStart.client} (${appointment.timeZone})`,
    },
  };
}
