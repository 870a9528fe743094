import type { Window, WorkingHours } from './working-hours';
import type { Zone } from '@appointments/runtime/zones';

/** Somebody whose time can be booked. Lengths and buffers are multiples of five minutes, four hours together at most. */
export interface Agent {
  readonly agentId: string;
  /** Rises with every change of the agent; 0 is the agent of the configuration, whom nobody has changed yet. */
  readonly version: number;
  readonly name: string;
  readonly email: string;
  readonly phone: string;
  readonly zone: Zone;
  readonly workingHours: WorkingHours;
  /** The hours of single dates (`YYYY-MM-DD`) in place of those of their weekday; none on a day off. */
  readonly exceptions: ReadonlyMap<string, readonly Window[]>;
  readonly slotMinutes: number;
  readonly bufferBeforeMinutes: number;
  readonly bufferAfterMinutes: number;
  readonly minimumNoticeMinutes: number;
  /** How many days ahead can be booked. */
  readonly horizonDays: number;
  /** Whoever is not active takes no new appointments; those that were made stand. */
  readonly active: boolean;
}

/** The agent as staff may book: within the hours, but at any notice and as far ahead as they like. */
export function atAnyNotice(agent: Agent): Agent {
  return { ...agent, minimumNoticeMinutes: 0, horizonDays: Number.POSITIVE_INFINITY };
}
