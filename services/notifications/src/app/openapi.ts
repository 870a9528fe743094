import { PageQuery } from '@appointments/runtime';
import { openApiPartOf } from '@appointments/runtime/staff-operation';
import { MessagesAnswer } from './message-schemas';

/** What this service answers on the API, as its part of the OpenAPI document. */
export function openApiPart() {
  return openApiPartOf({
    answeredBy: 'notifications',
    path: '/staff/appointments/{appointmentId}/messages',
    operationId: 'listStaffMessages',
    summary: 'Every message of an appointment and what became of it',
    description:
      'E-mails, text messages and alerts to the operators, those that failed or were withheld included. What becomes of an e-mail is told by its provider, usually within seconds; a bounce or a complaint may come days later. An appointment that was booked this very moment may not be known here yet.',
    answer: { name: 'StaffMessages', schema: MessagesAnswer, description: 'Oldest first.' },
    query: PageQuery,
    knowsAppointments: true,
  });
}
