/** Which of our own services hear which event; the stacks' subscriptions are tested against it, the catalogue prints it. */
export const SUBSCRIBERS: Readonly<Record<string, readonly string[]>> = {
  AppointmentCreated: ['scheduler', 'telephony', 'notifications'],
  AppointmentRescheduled: ['scheduler', 'telephony', 'notifications'],
  AppointmentAmended: ['telephony', 'notifications'],
  AppointmentCancelled: ['scheduler', 'telephony', 'notifications'],
  AgentChanged: ['telephony', 'notifications'],
  ReminderDue: ['notifications'],
  CallDue: ['telephony'],
  AgentAnswered: ['booking'],
  CallConnected: ['booking'],
  CallCompleted: ['booking', 'notifications'],
  CallFailed: ['booking', 'notifications'],
  NotificationFailed: [],
};
