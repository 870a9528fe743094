import { documentClient, jsonRoute } from '@appointments/runtime';
import { appointmentStore } from '../adapters/appointment-store';
import { linkKeys, now, problemBase, tableName } from '../adapters/settings';
import { confirmAppointment } from '../app/confirm-appointment';

const { find, record, save } = appointmentStore(documentClient(), tableName());

export const handler = jsonRoute(
  { problemBase: problemBase(), body: 'required' },
  confirmAppointment({ find, record, save, linkKeys: linkKeys(), now }),
);
