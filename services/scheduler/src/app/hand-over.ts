import type { WakeUp } from '../domain/wake-up';
import { passOn, type PlanPorts } from './plan-wake-ups';

export type HandOverPorts = Pick<PlanPorts, 'delay' | 'mark' | 'now'>;

/**
 * A schedule has fired, ahead of time and precise to the minute only: the rest goes by the delay queue, precise to the
 * second. As a rule a sweep was there before; of the two that come then the first is heard, and the other changes nothing.
 */
export function handOver(ports: HandOverPorts) {
  return (wakeUp: WakeUp): Promise<void> => passOn(ports, wakeUp);
}
