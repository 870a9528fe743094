import { jsonRoutes, documentClient, jsonRoute } from '@appointments/runtime';
import { agentStore } from '../adapters/agents';
import { phoneRulesFrom } from '../adapters/phone-rules';
import { configuredAgent } from '../adapters/roster';
import { now, problemBase, tableName } from '../adapters/settings';
import { listStaffAgents } from '../app/list-staff-agents';
import { putAgent } from '../app/put-agent';

// First, so that everything wrong with the environment is told at once: other functions read the roster too.
const judgePhone = phoneRulesFrom();
const defaults = configuredAgent();
const { find, all, save } = agentStore(documentClient(), tableName(), defaults);
const about = { problemBase: problemBase(), subject: 'agentId' };

export const handler = jsonRoutes({
  'GET /staff/agents': jsonRoute(about, listStaffAgents({ all })),
  'PUT /staff/agents/{agentId}': jsonRoute(
    { ...about, body: 'required' },
    putAgent({ find, save, defaults, judgePhone, now }),
  ),
});
