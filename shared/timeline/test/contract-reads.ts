import { ALL_EVENTS, AppointmentCreated, CallDue, type Metadata } from '@appointments/events';
import type { FedHandler } from '@appointments/events/gate';
import { printed } from '../src/doctor/print';
import { lifeOf } from '../src/doctor/life';
import type { Entry } from '../src/domain/entry';

interface Heard {
  readonly detailType: string;
  readonly metadata: Metadata;
  readonly data: Entry['data'];
}

/** As the timeline keeps it, but for what caused it, which the doctor does not tell; what is read of its data is what he reads. */
const entryOf = ({ detailType, metadata, data }: Heard): Entry => ({
  about: metadata.correlationId,
  eventId: metadata.eventId,
  detailType,
  source: 'appointments.house',
  eventVersion: metadata.eventVersion,
  occurredAt: metadata.occurredAt,
  acceptedAt: metadata.occurredAt,
  hops: metadata.hops,
  data,
});

const exampleOf = ({ detailType, example: { metadata, data } }: typeof AppointmentCreated | typeof CallDue) =>
  entryOf({ detailType, metadata, data: { ...data } });

/** The timeline hears everything; its fields are read when the doctor tells of an appointment by nothing but its events. */
export const HANDLERS: Readonly<Record<string, FedHandler>> = {
  'record-event': {
    contracts: ALL_EVENTS,
    isWithoutPersonalData: true,
    handler: async () => async (heard: Heard) => {
      const others = [AppointmentCreated, CallDue].filter(({ detailType }) => detailType !== heard.detailType);
      printed(
        lifeOf({
          appointmentId: AppointmentCreated.example.data.appointmentId,
          now: '2026-12-01T16:00:00.000Z',
          appointment: null,
          events: [...others.map(exampleOf), entryOf(heard)],
          wakeUps: [],
          calls: [],
          messages: [],
          deadLetters: [],
          unread: [],
        }),
      );
    },
  },
};
