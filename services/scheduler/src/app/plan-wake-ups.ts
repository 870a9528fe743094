import { AppointmentCancelled, AppointmentCreated, AppointmentRescheduled } from '@appointments/events';
import { count, delaySecondsUntil, handlingContext, log, type ReceivedEvent } from '@appointments/runtime';
import { planFor, routeOf } from '../domain/plan';
import type { Reminder } from '../domain/reminders';
import type { AppointmentState, Intent, WakeUp } from '../domain/wake-up';

/** What moves an appointment's time. */
export const PLANNED_BY = [AppointmentCreated, AppointmentRescheduled, AppointmentCancelled] as const;

/** A version of an appointment's time, and the wake-ups it needs. */
export interface Change extends AppointmentState {
  readonly appointmentId: string;
  readonly wakeUps: readonly WakeUp[];
}

export interface Remembered {
  readonly state?: AppointmentState | undefined;
  readonly intents: readonly Intent[];
}

export interface PlanPorts {
  /** Writes state and intents together; resolves `false`, with nothing written, unless the version is higher than the one known. */
  readonly record: (change: Change) => Promise<boolean>;
  /** Reads what the table knows now, strongly consistent. */
  readonly read: (appointmentId: string) => Promise<Remembered>;
  /** Sets a one-time schedule; one that is already set is left as it is. */
  readonly schedule: (wakeUp: WakeUp, at: string) => Promise<void>;
  /** Removes a schedule; one that is gone is fine. */
  readonly unschedule: (wakeUp: WakeUp) => Promise<void>;
  /** Puts a wake-up on the delay queue. */
  readonly delay: (wakeUp: WakeUp, delaySeconds: number) => Promise<void>;
  /** Moves an intent on; without effect when it is already further. */
  readonly mark: (wakeUp: WakeUp, state: 'handed-over' | 'withdrawn') => Promise<void>;
  readonly now: () => Date;
}

/**
 * Keeps an appointment's wake-ups in step with its time. The intent is written before its schedule is set, so that a crash
 * leaves something to repair from; every step can be done twice, so that a redelivery finishes what was begun.
 */
export function planWakeUps(ports: PlanPorts, reminders: readonly Reminder[]) {
  return async (event: ReceivedEvent<(typeof PLANNED_BY)[number]>): Promise<void> => {
    const { appointmentId, appointmentVersion: version } = event.data;
    const change = changeIn(event, reminders);
    if ((await ports.record(change)) && version === 1) {
      // The first word on an appointment: there is nothing older to withdraw, and what was just written need not be read.
      await Promise.all(change.wakeUps.map((wakeUp) => send(ports, { ...wakeUp, state: 'planned' })));
      return;
    }

    const { state, intents } = await ports.read(appointmentId);
    if (state && state.version > version) {
      count('BookingEventsStale');
      log.info('Overtaken by a later version, nothing planned', { appointmentId, version });
      return;
    }
    await Promise.all(
      intents.map((intent) => (intent.version < version ? withdraw(ports, intent) : send(ports, intent))),
    );
  };
}

function changeIn(event: ReceivedEvent<(typeof PLANNED_BY)[number]>, reminders: readonly Reminder[]): Change {
  const { appointmentId, appointmentVersion: version } = event.data;
  if (event.detailType === 'AppointmentCancelled') return { appointmentId, version, cancelled: true, wakeUps: [] };
  const { startsAt } = event.data;
  const { wakeUps, notMade } = planFor(
    {
      appointmentId,
      version,
      startsAt,
      bookedAt: event.metadata.occurredAt,
      cause: handlingContext().cause,
    },
    reminders,
  );
  if (notMade.length > 0) {
    count('RemindersNotMade', notMade.length);
    log.info('No time left for reminders', { appointmentId, version, purposes: notMade });
  }
  return { appointmentId, version, cancelled: false, startsAt, wakeUps };
}

async function send(ports: PlanPorts, wakeUp: Intent): Promise<void> {
  if (wakeUp.state !== 'planned') return;
  const now = ports.now();
  const route = routeOf(wakeUp, now);
  if (route.by === 'schedule') return ports.schedule(wakeUp, route.at);
  await ports.delay(wakeUp, delaySecondsUntil(new Date(wakeUp.dueAt), now));
  await ports.mark(wakeUp, 'handed-over');
}

async function withdraw(ports: PlanPorts, intent: Intent): Promise<void> {
  if (intent.state === 'said' || intent.state === 'withdrawn') return;
  if (intent.state === 'planned') await ports.unschedule(intent);
  await ports.mark(intent, 'withdrawn');
}
