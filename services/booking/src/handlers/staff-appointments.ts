import { documentClient, jsonRoute, jsonRoutes } from '@appointments/runtime';
import { agentStore } from '../adapters/agents';
import { appointmentStore } from '../adapters/appointment-store';
import { configuredAgent } from '../adapters/roster';
import { now, problemBase, tableName } from '../adapters/settings';
import { cancelAppointment, rescheduleAppointment, staff } from '../app/change-appointment';
import { getStaffAppointment, listStaffAppointments } from '../app/staff-appointments';

const store = appointmentStore(documentClient(), tableName());
const ports = { ...store, agents: agentStore(documentClient(), tableName(), configuredAgent()), now };
const base = problemBase();

export const handler = jsonRoutes({
  'GET /staff/appointments': jsonRoute({ problemBase: base }, listStaffAppointments(ports)),
  'GET /staff/appointments/{appointmentId}': jsonRoute({ problemBase: base }, getStaffAppointment(ports)),
  'POST /staff/appointments/{appointmentId}/reschedule': jsonRoute(
    { problemBase: base, body: 'required' },
    rescheduleAppointment(ports, staff),
  ),
  'POST /staff/appointments/{appointmentId}/cancel': jsonRoute(
    { problemBase: base, body: 'optional' },
    cancelAppointment(ports, staff),
  ),
});
