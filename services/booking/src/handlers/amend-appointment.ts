import { documentClient, jsonRoute } from '@appointments/runtime';
import { appointmentStore } from '../adapters/appointment-store';
import { phoneRulesFrom } from '../adapters/phone-rules';
import { linkKeys, now, problemBase, tableName, toProve } from '../adapters/settings';
import { amendAppointment } from '../app/change-appointment';

const { read, save } = appointmentStore(documentClient(), tableName());

export const handler = jsonRoute(
  { problemBase: problemBase(), body: 'required' },
  amendAppointment({ read, save, judgePhone: phoneRulesFrom(), toProve: toProve(), linkKeys: linkKeys(), now }),
);
