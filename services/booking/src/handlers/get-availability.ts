import { documentClient, jsonRoute, jsonRoutes } from '@appointments/runtime';
import { agentStore } from '../adapters/agents';
import { appointmentStore } from '../adapters/appointment-store';
import { configuredAgent } from '../adapters/roster';
import { now, problemBase, tableName } from '../adapters/settings';
import { getAvailability } from '../app/get-availability';
import { listAgents } from '../app/list-agents';

const { claimedBetween } = appointmentStore(documentClient(), tableName());
const agents = agentStore(documentClient(), tableName(), configuredAgent());
const options = { problemBase: problemBase() };

export const handler = jsonRoutes({
  'GET /availability': jsonRoute(options, getAvailability({ agents, claimedBetween, now })),
  'GET /agents': jsonRoute(options, listAgents({ agents })),
});
