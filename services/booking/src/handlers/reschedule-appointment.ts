import { documentClient, jsonRoute } from '@appointments/runtime';
import { appointmentStore } from '../adapters/appointment-store';
import { configuredAgent, fixedAgents } from '../adapters/roster';
import { linkKeys, now, problemBase, tableName } from '../adapters/settings';
import { client, rescheduleAppointment } from '../app/change-appointment';

const { read, save, claimedBetween } = appointmentStore(documentClient(), tableName());

export const handler = jsonRoute(
  { problemBase: problemBase(), body: 'required' },
  rescheduleAppointment(
    { agents: fixedAgents([configuredAgent()]), read, save, claimedBetween, now },
    client({ linkKeys: linkKeys(), now }),
  ),
);
