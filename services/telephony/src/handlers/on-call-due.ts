import { consume } from '@appointments/runtime';
import { queuePorts, tablePorts } from '../adapters/wiring';
import { startSession, STARTING } from '../app/start-session';

export const handler = consume(STARTING, startSession(tablePorts()), queuePorts());
