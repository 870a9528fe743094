import { documentClient, jsonRoute } from '@appointments/runtime';
import { agentStore } from '../adapters/agents';
import { appointmentStore } from '../adapters/appointment-store';
import { newAppointmentId } from '../adapters/ids';
import { phoneRulesFrom } from '../adapters/phone-rules';
import { configuredAgent } from '../adapters/roster';
import {
  bookingLimits,
  formMinimumSeconds,
  linkKeys,
  now,
  problemBase,
  publicUrl,
  tableName,
  toProve,
} from '../adapters/settings';
import { sayZoneRules } from '../adapters/zone-rules';
import { createAppointment } from '../app/create-appointment';

sayZoneRules(now());

// First, so that everything wrong with the environment is told at once: other functions read the roster too.
const judgePhone = phoneRulesFrom();
const { create, answeredBefore, findHold, claimedBetween } = appointmentStore(documentClient(), tableName());

export const handler = jsonRoute(
  { problemBase: problemBase(), body: 'required' },
  createAppointment({
    agents: agentStore(documentClient(), tableName(), configuredAgent()),
    judgePhone,
    limits: bookingLimits(),
    formMinimumSeconds: formMinimumSeconds(),
    toProve: toProve(),
    publicUrl: publicUrl(),
    linkKeys: linkKeys(),
    newAppointmentId,
    create,
    answeredBefore,
    findHold,
    claimedBetween,
    now,
  }),
);
