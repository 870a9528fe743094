export { Entry, entryOf, Envelope } from './domain/entry';
export { timelineTable } from './adapters/timeline-table';
export {
  BookedAppointment,
  DeadLetter,
  Evidence,
  ToldAttempt,
  ToldCall,
  ToldMessage,
  ToldWakeUp,
  type Unread,
} from './doctor/evidence';
export { lifeOf, type Life, type Line } from './doctor/life';
export { printed } from './doctor/print';
export type { Finding } from './doctor/reason';
