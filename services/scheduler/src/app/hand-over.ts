import { delaySecondsUntil } from '@appointments/runtime';
import type { WakeUp } from '../domain/wake-up';
import type { PlanPorts } from './plan-wake-ups';

export type HandOverPorts = Pick<PlanPorts, 'delay' | 'mark' | 'now'>;

/** A schedule has fired, ahead of time and precise to the minute only: the rest goes by the delay queue, precise to the second. */
export function handOver(ports: HandOverPorts) {
  return async (wakeUp: WakeUp): Promise<void> => {
    await ports.delay(wakeUp, delaySecondsUntil(new Date(wakeUp.dueAt), ports.now()));
    await ports.mark(wakeUp, 'handed-over');
  };
}
