import { documentClient, jsonRoute } from '@appointments/runtime';
import { appointmentStore } from '../adapters/appointment-store';
import { rosterFrom } from '../adapters/roster';
import { now, problemBase, tableName } from '../adapters/settings';
import { sayZoneRules } from '../adapters/zone-rules';
import { getAvailability } from '../app/get-availability';

sayZoneRules(now());

const { claimedBetween } = appointmentStore(documentClient(), tableName());

export const handler = jsonRoute(
  { problemBase: problemBase() },
  getAvailability({ roster: rosterFrom(), claimedBetween, now }),
);
