import { documentClient, jsonRoute } from '@appointments/runtime';
import { newAppointmentId } from '../adapters/appointment-id';
import { appointmentStore } from '../adapters/appointment-store';
import { phoneRulesFrom } from '../adapters/phone-rules';
import { rosterFrom } from '../adapters/roster';
import { linkKeys, now, problemBase, publicUrl, tableName } from '../adapters/settings';
import { sayZoneRules } from '../adapters/zone-rules';
import { createAppointment } from '../app/create-appointment';

sayZoneRules(now());

// First, so that everything wrong with the environment is told at once: other functions read the roster too.
const judgePhone = phoneRulesFrom();
const store = appointmentStore(documentClient(), tableName());

export const handler = jsonRoute(
  { problemBase: problemBase(), body: 'required' },
  createAppointment({
    roster: rosterFrom(),
    judgePhone,
    publicUrl: publicUrl(),
    linkKeys: linkKeys(),
    newAppointmentId,
    create: store.create,
    answeredBefore: store.answeredBefore,
    claimedBetween: store.claimedBetween,
    now,
  }),
);
