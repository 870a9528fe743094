import {
  AgentChanged,
  AppointmentAmended,
  AppointmentCancelled,
  AppointmentCreated,
  AppointmentRescheduled,
} from './booking-events';
import { NotificationFailed } from './notification-events';
import { CallDue, ReminderDue } from './scheduler-events';
import { AgentAnswered, CallCompleted, CallConnected, CallFailed } from './telephony-events';

// One file for each service's contracts: a function builds those of the services it hears or speaks for, not all.
export * from './booking-events';
export * from './scheduler-events';
export * from './telephony-events';
export * from './notification-events';
export { LEGS } from './fields';

/** Every event of the house, in the order of an appointment's life. */
export const ALL_EVENTS = [
  AppointmentCreated,
  AppointmentRescheduled,
  AppointmentAmended,
  AppointmentCancelled,
  AgentChanged,
  ReminderDue,
  CallDue,
  AgentAnswered,
  CallConnected,
  CallCompleted,
  CallFailed,
  NotificationFailed,
] as const;
