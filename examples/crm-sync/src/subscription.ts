import {
  AppointmentAmended,
  AppointmentCancelled,
  AppointmentCreated,
  AppointmentRescheduled,
  CallCompleted,
  CallFailed,
  patternFor,
} from '@appointments/events';

/** What a contact's history is made of; the handler has a function for each. */
export const HEARD = [
  AppointmentCreated,
  AppointmentRescheduled,
  AppointmentAmended,
  AppointmentCancelled,
  CallCompleted,
  CallFailed,
] as const;

/** What the rule on the appointments' bus matches. */
export function heardPattern({ hearReplays }: { readonly hearReplays: boolean }) {
  return { ...patternFor(HEARD, 'rebuild'), ...(hearReplays ? {} : { 'replay-name': [{ exists: false }] }) };
}
