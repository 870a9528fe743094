import { documentClient, jsonRoute, jsonRoutes } from '@appointments/runtime';
import { agentStore } from '../adapters/agents';
import { appointmentStore } from '../adapters/appointment-store';
import { newHoldId } from '../adapters/ids';
import { configuredAgent } from '../adapters/roster';
import { holdMinutes, now, problemBase, tableName } from '../adapters/settings';
import { sayZoneRules } from '../adapters/zone-rules';
import { holdSlot, releaseHold } from '../app/hold-slot';

sayZoneRules(now());

const store = appointmentStore(documentClient(), tableName());

export const handler = jsonRoutes({
  'POST /holds': jsonRoute(
    { problemBase: problemBase(), body: 'required' },
    holdSlot({
      ...store,
      agents: agentStore(documentClient(), tableName(), configuredAgent()),
      holdMinutes: holdMinutes(),
      newHoldId,
      now,
    }),
  ),
  'POST /holds/{holdId}/release': jsonRoute({ problemBase: problemBase(), body: 'optional' }, releaseHold(store)),
});
