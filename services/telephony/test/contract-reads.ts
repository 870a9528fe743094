import { AppointmentCreated } from '@appointments/events';
import { keeping, type FedHandler } from '@appointments/events/gate';
import { applyChange, OVERTAKING } from '../src/app/apply-change';
import { PROJECTED, projectAppointment } from '../src/app/project-appointment';
import { startSession, STARTING } from '../src/app/start-session';
import { DEFAULT_POLICY } from '../src/domain/policy';
import { memoryTable } from './memory';

const now = () => new Date(AppointmentCreated.example.data.startsAt);

/** The table, which keeps what it is given; a session of the version before is open. */
function ports() {
  const { projections, sessions } = memoryTable();
  return {
    now,
    policy: DEFAULT_POLICY,
    projections: {
      ...projections,
      write: keeping(projections.write),
      writeAgent: keeping(projections.writeAgent),
    },
    sessions: {
      ...sessions,
      write: keeping(sessions.write),
      ofAppointment: async () => [{ sessionId: 'cs_1', appointmentVersion: 1 }],
    },
  };
}

/** Every handler that hears the bus, over ports that hold what it needs to go on. */
export const HANDLERS: Readonly<Record<string, FedHandler>> = {
  'on-appointment-changed': {
    contracts: OVERTAKING,
    handler: async () => applyChange({ ...ports(), decide: keeping(async () => undefined) }),
  },
  'on-call-due': {
    contracts: STARTING,
    handler: async () => {
      const table = ports();
      await projectAppointment(table)({ ...AppointmentCreated.example, detailType: 'AppointmentCreated' });
      return startSession(table);
    },
  },
  'project-appointment': { contracts: PROJECTED, handler: async () => projectAppointment(ports()) },
};
