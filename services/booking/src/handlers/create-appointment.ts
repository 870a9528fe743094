import { documentClient, jsonRoute } from '@appointments/runtime';
import { newAppointmentId } from '../adapters/appointment-id';
import { appointmentStore } from '../adapters/appointment-store';
import { rosterFrom } from '../adapters/roster';
import { linkKeys, now, problemBase, publicUrl, tableName } from '../adapters/settings';
import { createAppointment } from '../app/create-appointment';

const store = appointmentStore(documentClient(), tableName());

export const handler = jsonRoute(
  { problemBase: problemBase(), body: 'required' },
  createAppointment({
    roster: rosterFrom(),
    publicUrl: publicUrl(),
    linkKeys: linkKeys(),
    newAppointmentId,
    create: store.create,
    answeredBefore: store.answeredBefore,
    claimedBetween: store.claimedBetween,
    now,
  }),
);
