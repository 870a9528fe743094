import { jsonRoutes, documentClient, jsonRoute } from '@appointments/runtime';
import { appointmentStore } from '../adapters/appointment-store';
import { problemBase, tableName } from '../adapters/settings';
import { getStaffAppointment } from '../app/staff-appointments';

const { read } = appointmentStore(documentClient(), tableName());
const options = { problemBase: problemBase() };

export const handler = jsonRoutes({
  'GET /staff/appointments/{appointmentId}': jsonRoute(options, getStaffAppointment({ read })),
});
