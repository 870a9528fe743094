import { subscribe, type EventName, type Handlers } from '@appointments/events';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { contactOf, note, say } from './contacts';

type EventOf<Name extends EventName> = Parameters<NonNullable<Handlers[Name]>>[0];
type Booking = EventOf<'AppointmentCreated' | 'AppointmentRescheduled' | 'AppointmentAmended'>;

async function booked(event: Booking): Promise<void> {
  const { revision, startsAt, client } = event.data;
  const details = { contact: contactOf(client.email), name: client.name, email: client.email, startsAt };
  await note(event, 'details', revision, details);
  await note(event, 'standing', revision, { status: 'booked' });
}

const hear = subscribe({
  AppointmentCreated: booked,
  AppointmentRescheduled: booked,
  AppointmentAmended: booked,
  AppointmentCancelled: (event) => note(event, 'standing', event.data.revision, { status: 'cancelled' }),
  CallCompleted: (event) =>
    note(event, 'outcome', event.data.appointmentVersion, { outcome: 'talked', seconds: event.data.durationSeconds }),
  CallFailed: (event) => note(event, 'outcome', event.data.appointmentVersion, { outcome: event.data.reason }),
});

/** A record that fails comes back alone, and lies in the dead-letter queue after five times. */
export async function handler({ Records }: SQSEvent): Promise<SQSBatchResponse> {
  const heard = Records.map(async ({ messageId, body }) => {
    try {
      if ((await hear(body)) === undefined) say('INFO', 'not asked for', { messageId });
      return [];
    } catch (error) {
      say('ERROR', 'not noted', { messageId, reason: String(error) });
      return [{ itemIdentifier: messageId }];
    }
  });
  return { batchItemFailures: (await Promise.all(heard)).flat() };
}
