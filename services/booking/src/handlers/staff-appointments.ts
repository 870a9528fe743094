import { documentClient, jsonRoute, jsonRoutes } from '@appointments/runtime';
import { appointmentStore } from '../adapters/appointment-store';
import { now, problemBase, tableName } from '../adapters/settings';
import { sayZoneRules } from '../adapters/zone-rules';
import { reResolveAppointment } from '../app/re-resolve-appointment';
import { getStaffAppointment } from '../app/staff-appointments';
import { PRESENT_RULES } from '../domain/re-resolve';

sayZoneRules(now());

const { read, save, claimedBetween } = appointmentStore(documentClient(), tableName());
const options = { problemBase: problemBase() };

export const handler = jsonRoutes({
  'GET /staff/appointments/{appointmentId}': jsonRoute(options, getStaffAppointment({ read })),
  'POST /staff/appointments/{appointmentId}/re-resolve': jsonRoute(
    { ...options, body: 'optional' },
    reResolveAppointment({ read, save, claimedBetween, rules: PRESENT_RULES, now }),
  ),
});
