import {
  AgentChanged,
  AppointmentAmended,
  AppointmentCancelled,
  AppointmentCreated,
  AppointmentRescheduled,
} from '@appointments/events';
import { consume } from '@appointments/runtime';
import { queuePorts, tablePorts } from '../adapters/wiring';
import { projectAppointment } from '../app/project-appointment';

export const handler = consume(
  [AppointmentCreated, AppointmentRescheduled, AppointmentAmended, AppointmentCancelled, AgentChanged],
  projectAppointment(tablePorts()),
  queuePorts(),
);
