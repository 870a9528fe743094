import {
  AgentChanged,
  AppointmentAmended,
  AppointmentCancelled,
  AppointmentCreated,
  AppointmentRescheduled,
} from '@appointments/events';
import type { ReceivedEvent } from '@appointments/runtime';
import { applyNews, type Appointment, type AppointmentNews } from '../domain/projection';
import type { Projections } from './ports';

export interface ProjectPorts {
  readonly projections: Projections;
  readonly now: () => Date;
}

export const PROJECTED = [
  AppointmentCreated,
  AppointmentRescheduled,
  AppointmentAmended,
  AppointmentCancelled,
  AgentChanged,
] as const;

export type ProjectedEvent = ReceivedEvent<(typeof PROJECTED)[number]>;

const TRIES = 5;

/** Keeps what telephony needs of appointments and agents; it sends nothing and sets no timer, so replays may fill it. */
export function projectAppointment(ports: ProjectPorts) {
  return async (event: ProjectedEvent): Promise<void> => {
    if (event.detailType === 'AgentChanged') {
      const { agentId, agentVersion, name, phone } = event.data;
      return ports.projections.writeAgent({ agentId, agentVersion, name, phone });
    }
    await project(newsOf(event), ports);
  };
}

/** Applies the news on what was read, again where somebody else wrote meanwhile. */
export async function project(news: AppointmentNews, ports: ProjectPorts): Promise<Appointment> {
  if (news.revision === 1) {
    // Nearly always the first that is heard of an appointment: written unread, and read only where that is refused.
    const first = applyNews({ appointmentId: news.appointmentId }, news);
    if (await ports.projections.write(first, 0, ports.now())) return first;
  }
  for (let tries = 0; tries < TRIES; tries++) {
    const stored = await ports.projections.load(news.appointmentId);
    const known: Appointment = stored?.appointment ?? { appointmentId: news.appointmentId };
    const changed = applyNews(known, news);
    if (changed === known) return known;
    if (await ports.projections.write(changed, stored?.revision ?? 0, ports.now())) return changed;
  }
  throw new Error(`the projection was written by others ${TRIES} times in a row`);
}

export function newsOf(event: Exclude<ProjectedEvent, { detailType: 'AgentChanged' }>): AppointmentNews {
  const { data } = event;
  const common = { appointmentId: data.appointmentId, version: data.appointmentVersion, revision: data.revision };
  if (event.detailType === 'AppointmentCancelled') return { ...common, cancelled: true };
  const { startsAt, localStart, client, agent, unproven = [], proven = [] } = event.data;
  return {
    ...common,
    cancelled: false,
    startsAt: Date.parse(startsAt),
    client: {
      name: client.name,
      phone: client.phone,
      locale: client.locale,
      localStart: localStart.client,
      ...(unproven.length > 0 && { unproven }),
      ...(proven.includes('phone') && { isPhoneProven: true as const }),
    },
    agent: { agentId: agent.agentId, name: agent.name, phone: agent.phone, localStart: localStart.agent },
  };
}
