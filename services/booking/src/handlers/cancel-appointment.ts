import { documentClient, jsonRoute } from '@appointments/runtime';
import { appointmentStore } from '../adapters/appointment-store';
import { linkKeys, now, problemBase, tableName } from '../adapters/settings';
import { cancelAppointment, client } from '../app/change-appointment';

const { read, save } = appointmentStore(documentClient(), tableName());

export const handler = jsonRoute(
  { problemBase: problemBase(), body: 'optional' },
  cancelAppointment({ read, save, now }, client({ linkKeys: linkKeys(), now })),
);
