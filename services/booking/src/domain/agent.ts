import type { WorkingHours } from './working-hours';
import type { Zone } from './zones';

/** Somebody whose time can be booked. Lengths and buffers are multiples of five minutes, four hours together at most. */
export interface Agent {
  readonly agentId: string;
  readonly name: string;
  readonly email: string;
  readonly phone: string;
  readonly zone: Zone;
  readonly workingHours: WorkingHours;
  readonly slotMinutes: number;
  readonly bufferBeforeMinutes: number;
  readonly bufferAfterMinutes: number;
  readonly minimumNoticeMinutes: number;
  /** How many days ahead can be booked. */
  readonly horizonDays: number;
}

/** The agents that can be booked, the default one first. */
export type Roster = readonly [Agent, ...Agent[]];

/** The agent asked for, or the default one; `undefined` when nobody has that id. */
export function agentOf(roster: Roster, agentId: string | undefined): Agent | undefined {
  return agentId === undefined ? roster[0] : roster.find((agent) => agent.agentId === agentId);
}
