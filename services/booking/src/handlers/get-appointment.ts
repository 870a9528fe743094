import { documentClient, jsonRoute } from '@appointments/runtime';
import { appointmentStore } from '../adapters/appointment-store';
import { linkKeys, now, problemBase, tableName } from '../adapters/settings';
import { getAppointment } from '../app/get-appointment';

const { read } = appointmentStore(documentClient(), tableName());

export const handler = jsonRoute({ problemBase: problemBase() }, getAppointment({ read, linkKeys: linkKeys(), now }));
