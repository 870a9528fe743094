import { CallDue } from '@appointments/events';
import { handlingContext, log, NotYet, type ReceivedEvent } from '@appointments/runtime';
import { overtakenBy } from '../domain/projection';
import { newSession, step, type Input } from '../domain/session';
import { engagedInput, SessionContended, writeOf, type DecidePorts } from './decide';
import { peopleOf } from './people';
import { callSessionId } from './session-id';

/** What starts a call. */
export const STARTING = [CallDue] as const;

/** Both phones may be in other calls of ours, so a start may be refused twice before it waits. */
const TRIES = 3;

/** The booked second has come: the session begins, and its first decision is to phone the agent, to wait, or that it is too late. */
export function startSession(ports: DecidePorts) {
  return async (event: ReceivedEvent<(typeof STARTING)[number]>): Promise<void> => {
    const { appointmentId, appointmentVersion, startsAt } = event.data;
    const id = callSessionId(appointmentId, appointmentVersion);
    const fields = { appointmentId, appointmentVersion, callSessionId: id };
    if (await ports.sessions.load(id)) return log.info('Appointment calls were started before', fields);

    const engaged: Input[] = [];
    for (let tries = 0; tries < TRIES; tries++) {
      if (tries > 0) await ports.pause?.(tries);
      const stored = await ports.projections.load(appointmentId);
      const overtaken = stored && overtakenBy(stored.appointment, appointmentVersion);
      if (overtaken) return log.info('Appointment calls are not started', { ...fields, reason: overtaken });
      const people = stored && (await peopleOf(stored.appointment, ports.projections));
      if (!people || stored.appointment.state?.version !== appointmentVersion)
        throw new NotYet('the appointment is not known yet at this version');

      const now = ports.now();
      const session = newSession({
        id,
        appointmentId,
        appointmentVersion,
        startsAt: Date.parse(startsAt),
        startedAt: now.getTime(),
        cause: handlingContext().cause,
        ...people,
      });
      const advanced = step(session, engaged, ports.policy, now.getTime());
      const result = await ports.sessions.write(
        { ...writeOf(undefined, advanced, 0, now), onlyWhileCurrent: true },
        now,
      );
      if (result === 'written') {
        const { unproven } = people.client;
        if (unproven) return log.warn('Nobody is dialled: the client has not confirmed', { ...fields, unproven });
        return log.info('Starting appointment calls', fields);
      }
      if (result === 'contended') return log.info('Appointment calls were started before', fields);
      if (typeof result === 'object' && 'engaged' in result)
        engaged.push(engagedInput(advanced.session, result.engaged));
    }
    throw new SessionContended('the session could not be started');
  };
}
