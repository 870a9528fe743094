import { documentClient, jsonRoute } from '@appointments/runtime';
import { agentStore } from '../adapters/agents';
import { appointmentStore } from '../adapters/appointment-store';
import { configuredAgent } from '../adapters/roster';
import { linkKeys, now, problemBase, tableName } from '../adapters/settings';
import { sayZoneRules } from '../adapters/zone-rules';
import { client, rescheduleAppointment } from '../app/change-appointment';

sayZoneRules(now());

const { read, save, claimedBetween } = appointmentStore(documentClient(), tableName());

export const handler = jsonRoute(
  { problemBase: problemBase(), body: 'required' },
  rescheduleAppointment(
    { agents: agentStore(documentClient(), tableName(), configuredAgent()), read, save, claimedBetween, now },
    client({ linkKeys: linkKeys(), now }),
  ),
);
