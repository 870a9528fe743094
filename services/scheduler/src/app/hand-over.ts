import { count, log } from '@appointments/runtime';
import type { WakeUp } from '../domain/wake-up';
import { passOn, type PlanPorts } from './plan-wake-ups';

export type HandOverPorts = Pick<PlanPorts, 'read' | 'delay' | 'mark' | 'now'>;

/**
 * A schedule has fired, ahead of time and precise to the minute only: the rest goes by the delay queue, precise to the
 * second, unless it is there already or came to nothing. What the table does not know goes on: a call is never dropped.
 */
export function handOver(ports: HandOverPorts) {
  return async (wakeUp: WakeUp): Promise<void> => {
    const { appointmentId, version, purpose } = wakeUp;
    const { intents } = await ports.read(appointmentId);
    const own = intents.find((intent) => intent.version === version && intent.purpose === purpose);
    if (own === undefined || own.state === 'planned') return passOn(ports, wakeUp);
    count('HandOversSpared');
    log.info('Nothing to hand over', { appointmentId, version, purpose, state: own.state });
  };
}
