import { AppointmentCancelled, AppointmentRescheduled } from '@appointments/events';
import type { ReceivedEvent } from '@appointments/runtime';
import type { Decide } from './decide';
import type { Sessions } from './ports';
import { newsOf, project, type ProjectPorts } from './project-appointment';

/** What overtakes a call. */
export const OVERTAKING = [AppointmentRescheduled, AppointmentCancelled] as const;

/**
 * The appointment was moved or cancelled: first this is known (so that no session of an older version can start any more),
 * then the open ones are told.
 */
export function applyChange(ports: ProjectPorts & { readonly sessions: Sessions; readonly decide: Decide }) {
  return async (event: ReceivedEvent<(typeof OVERTAKING)[number]>): Promise<void> => {
    const news = newsOf(event);
    await project(news, ports);
    const as = news.cancelled ? 'cancelled' : 'superseded';
    for (const { sessionId, appointmentVersion } of await ports.sessions.ofAppointment(news.appointmentId))
      if (appointmentVersion < news.version) await ports.decide(sessionId, { type: 'called-off', as });
  };
}
