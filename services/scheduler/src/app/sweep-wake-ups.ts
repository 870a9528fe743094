import { count, log } from '@appointments/runtime';
import { careFor, sweepAt, type Sweep } from '../domain/sweep';
import { dueDay, type Intent } from '../domain/wake-up';
import { inLanes } from './in-lanes';
import { passOn, type PlanPorts } from './plan-wake-ups';

/** Where a page of the table's index ended; its form is the table's. */
export type Position = Readonly<Record<string, string>>;

export interface OpenPorts {
  /** A page of the open intents due on that UTC day, and not after `until` (ISO, UTC) where it is given, by due time. */
  readonly openOn: (
    day: string,
    from: Position | undefined,
    until?: string,
  ) => Promise<{ readonly intents: readonly Intent[]; readonly next?: Position | undefined }>;
}

/** What is left of a sweep: its first day begins at `from`. */
export interface RestOfSweep extends Sweep {
  readonly from?: Position | undefined;
}

export interface SweepPorts extends OpenPorts, Pick<PlanPorts, 'delay' | 'mark' | 'now'> {
  /** Leaves the rest to another run, at once. */
  readonly goOn: (rest: RestOfSweep) => Promise<void>;
}

/** What one run takes on: at ten milliseconds a call and {@link AT_ONCE} at once it is done in two seconds of its minute. */
const PER_RUN = 2000;
const AT_ONCE = 20;

/**
 * Looks after what is due soon or overdue, by the table's own word and not by any timer's: whatever became of a schedule,
 * its wake-up comes on its second.
 */
export function sweepWakeUps(ports: SweepPorts) {
  // Only what is heard of a day late can become open on such a day, and that goes to the delay queue as it is heard. Most
  // sweeps look at today alone for it.
  const overAndDone = new Set<string>();

  return async (rest?: RestOfSweep): Promise<void> => {
    const { until, days, from } = rest ?? { ...sweepAt(ports.now()), from: undefined };
    const today = dueDay({ dueAt: ports.now().toISOString() });
    let seen = 0;
    for (const [index, day] of days.entries()) {
      if (overAndDone.has(day)) continue;
      let next = index === 0 ? from : undefined;
      let done = next === undefined;
      do {
        if (seen >= PER_RUN) return ports.goOn({ until, days: days.slice(index), from: next });
        const page = await ports.openOn(day, next, until);
        seen += page.intents.length;
        done &&= page.intents.length === 0;
        await inLanes(AT_ONCE, page.intents, (intent) => lookAfter(ports, intent));
        ({ next } = page);
      } while (next !== undefined);
      if (done && day < today) overAndDone.add(day);
    }
  };
}

/** Hands over what the delay queue does not have yet, and wakes at once what has got lost. */
export async function lookAfter(ports: Pick<PlanPorts, 'delay' | 'mark' | 'now'>, intent: Intent): Promise<void> {
  const now = ports.now();
  const { appointmentId, version, purpose, dueAt } = intent;
  switch (careFor(intent, now)) {
    case 'nothing':
      return;
    case 'hand-over':
      if (Date.parse(dueAt) < now.getTime()) overdue();
      else count('WakeUpsSwept');
      return passOn(ports, intent);
    case 'wake':
      overdue();
      return ports.delay(intent, 0);
  }

  function overdue() {
    count('WakeUpsOverdue');
    log.warn('Overdue wake-up woken', { appointmentId, version, purpose, dueAt, state: intent.state });
  }
}
