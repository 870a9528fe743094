import { consume } from '@appointments/runtime';
import { queuePorts, tablePorts } from '../adapters/wiring';
import { PROJECTED, projectAppointment } from '../app/project-appointment';

export const handler = consume(PROJECTED, projectAppointment(tablePorts()), queuePorts());
