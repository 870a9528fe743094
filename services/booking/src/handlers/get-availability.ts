import { documentClient, jsonRoute, jsonRoutes } from '@appointments/runtime';
import { agentStore } from '../adapters/agents';
import { appointmentStore } from '../adapters/appointment-store';
import { configuredAgent } from '../adapters/roster';
import { now, problemBase, tableName } from '../adapters/settings';
import { sayZoneRules } from '../adapters/zone-rules';
import { getAvailability } from '../app/get-availability';
import { listAgents } from '../app/list-agents';

sayZoneRules(now());

const { claimedBetween } = appointmentStore(documentClient(), tableName());
const agents = agentStore(documentClient(), tableName(), configuredAgent());
const options = { problemBase: problemBase() };

export const handler = jsonRoutes({
  'GET /availability': jsonRoute(options, getAvailability({ agents, claimedBetween, now })),
  'GET /agents': jsonRoute(options, listAgents({ agents })),
});
