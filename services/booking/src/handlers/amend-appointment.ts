import { documentClient, jsonRoute } from '@appointments/runtime';
import { appointmentStore } from '../adapters/appointment-store';
import { phoneRulesFrom } from '../adapters/phone-rules';
import { linkKeys, now, problemBase, tableName, toProve } from '../adapters/settings';
import { amendAppointment, client } from '../app/change-appointment';

const { read, save } = appointmentStore(documentClient(), tableName());

export const handler = jsonRoute(
  { problemBase: problemBase(), body: 'required' },
  amendAppointment(
    { read, save, judgePhone: phoneRulesFrom(), toProve: toProve(), now },
    client({ linkKeys: linkKeys(), now }),
  ),
);
