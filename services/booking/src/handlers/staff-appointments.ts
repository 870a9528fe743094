import { documentClient, jsonRoute, jsonRoutes } from '@appointments/runtime';
import { agentStore } from '../adapters/agents';
import { appointmentStore } from '../adapters/appointment-store';
import { configuredAgent } from '../adapters/roster';
import { now, problemBase, tableName } from '../adapters/settings';
import { sayZoneRules } from '../adapters/zone-rules';
import { cancelAppointment, rescheduleAppointment, staff } from '../app/change-appointment';
import { reResolveAppointment } from '../app/re-resolve-appointment';
import { getStaffAppointment, listStaffAppointments } from '../app/staff-appointments';
import { PRESENT_RULES } from '../domain/re-resolve';

sayZoneRules(now());

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
  'POST /staff/appointments/{appointmentId}/re-resolve': jsonRoute(
    { problemBase: base, body: 'optional' },
    reResolveAppointment({ ...ports, rules: PRESENT_RULES }),
  ),
});
