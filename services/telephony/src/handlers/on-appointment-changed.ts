import { AppointmentCancelled, AppointmentRescheduled } from '@appointments/events';
import { consume } from '@appointments/runtime';
import { queuePorts, tablePorts } from '../adapters/wiring';
import { applyChange } from '../app/apply-change';

export const handler = consume([AppointmentRescheduled, AppointmentCancelled], applyChange(tablePorts()), queuePorts());
