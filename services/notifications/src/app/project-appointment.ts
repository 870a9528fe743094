import {
  AgentChanged,
  AppointmentAmended,
  AppointmentCancelled,
  AppointmentCreated,
  AppointmentRescheduled,
} from '@appointments/events';
import type { ReceivedEvent } from '@appointments/runtime';
import { partsOfBooking, partsOfCancellation, type AgentWord, type Parts, type Projection } from '../domain/projection';

export const PROJECTED = [
  AppointmentCreated,
  AppointmentRescheduled,
  AppointmentAmended,
  AppointmentCancelled,
  AgentChanged,
] as const;

export interface ProjectPorts {
  /** Takes in what is newer: the state by version, the particulars by revision. Resolves what is known then. */
  readonly apply: (parts: Parts) => Promise<Projection>;
  /** Takes in the word on an agent unless a newer one is known. */
  readonly applyAgent: (agent: AgentWord) => Promise<void>;
}

/** Keeps what is known of appointments and agents; sends nothing, so replays may rebuild it. */
export function projectAppointment(ports: ProjectPorts) {
  return async (event: ReceivedEvent<(typeof PROJECTED)[number]>): Promise<void> => {
    if (event.detailType === 'AgentChanged') return ports.applyAgent(event.data);
    const isCancelled = event.detailType === 'AppointmentCancelled';
    await ports.apply(isCancelled ? partsOfCancellation(event.data) : partsOfBooking(event.data));
  };
}
