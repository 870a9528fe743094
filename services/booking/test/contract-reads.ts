import { AppointmentCreated } from '@appointments/events';
import { keeping, type FedHandler } from '@appointments/events/gate';
import { zoneNamed } from '@appointments/runtime/zones';
import { APPLIED, applyCallEvent } from '../src/app/apply-call-event';
import { book } from '../src/domain/appointment';
import { NOW, someone } from './api';

/** Every handler that hears the bus, over ports that hold what it needs to go on. */
export const HANDLERS: Readonly<Record<string, FedHandler>> = {
  'apply-call-events': {
    contracts: APPLIED,
    handler: async () => {
      const { appointmentId, client, startsAt, timeZone, appointmentVersion } = AppointmentCreated.example.data;
      const clientZone = zoneNamed(timeZone);
      if (!clientZone) throw new Error(timeZone);
      const start = Date.parse(startsAt);
      const slot = { start, end: start + 1_800_000 };
      const booked = book({ appointmentId, client }, { slot, agent: someone('agt_default'), clientZone }, NOW);
      return applyCallEvent({
        find: keeping(async () => ({ ...booked, version: appointmentVersion })),
        record: keeping(async () => 'recorded' as const),
      });
    },
  },
};
