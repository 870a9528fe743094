import { CallDue } from '@appointments/events';
import { consume } from '@appointments/runtime';
import { queuePorts, tablePorts } from '../adapters/wiring';
import { startSession } from '../app/start-session';

export const handler = consume([CallDue], startSession(tablePorts()), queuePorts());
