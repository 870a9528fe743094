import { consume } from '@appointments/runtime';
import { queuePorts, tablePorts } from '../adapters/wiring';
import { applyChange, OVERTAKING } from '../app/apply-change';

export const handler = consume(OVERTAKING, applyChange(tablePorts()), queuePorts());
