import { AppointmentCancelled, AppointmentCreated, AppointmentRescheduled } from '@appointments/events';
import { count, delaySecondsUntil, handlingContext, log, type ReceivedEvent } from '@appointments/runtime';
import { planFor, routeOf, type Reminding } from '../domain/plan';
import { isOpen, type AppointmentState, type Intent, type WakeUp } from '../domain/wake-up';

/** What moves an appointment's time. */
export const PLANNED_BY = [AppointmentCreated, AppointmentRescheduled, AppointmentCancelled] as const;

/** A version of an appointment's time, and the wake-ups it needs. */
export interface Change extends AppointmentState {
  readonly appointmentId: string;
  readonly heardAt: string;
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
  /** Sets a one-time schedule; resolves `false` where it is set already, and leaves it as it is. */
  readonly schedule: (wakeUp: WakeUp, at: string) => Promise<boolean>;
  /** Removes a schedule; resolves `false` where there is none. */
  readonly unschedule: (wakeUp: WakeUp) => Promise<boolean>;
  /** Puts a wake-up on the delay queue. */
  readonly delay: (wakeUp: WakeUp, delaySeconds: number) => Promise<void>;
  /** Moves an intent on; without effect when it is already further. */
  readonly mark: (wakeUp: WakeUp, state: 'handed-over' | 'withdrawn' | 'dropped') => Promise<void>;
  readonly now: () => Date;
}

/**
 * Keeps an appointment's wake-ups in step with its time. The intent is written before its schedule is set, so that a crash
 * leaves something to repair from; every step can be done twice, so that a redelivery finishes what was begun.
 */
export function planWakeUps(ports: PlanPorts, reminding: Reminding) {
  return async (event: ReceivedEvent<(typeof PLANNED_BY)[number]>): Promise<void> => {
    const { appointmentId, appointmentVersion: version } = event.data;
    const change = changeIn(event, reminding, ports.now());
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

function changeIn(event: ReceivedEvent<(typeof PLANNED_BY)[number]>, reminding: Reminding, now: Date): Change {
  const { appointmentId, appointmentVersion: version } = event.data;
  const heardAt = now.toISOString();
  if (event.detailType === 'AppointmentCancelled')
    return { appointmentId, version, cancelled: true, heardAt, wakeUps: [] };
  const { startsAt, localStart, timeZone, client } = event.data;
  const { wakeUps, notMade } = planFor(
    {
      appointmentId,
      version,
      startsAt,
      localStart: localStart.client,
      timeZone,
      bookedAt: event.metadata.occurredAt,
      smsConsent: client.smsConsent,
      cause: handlingContext().cause,
    },
    reminding,
    now,
  );
  if (notMade.length > 0) {
    count('RemindersNotMade', notMade.length);
    log.info('Reminders not made', { appointmentId, version, notMade });
  }
  return { appointmentId, version, cancelled: false, startsAt, heardAt, wakeUps };
}

async function send(ports: PlanPorts, wakeUp: Intent): Promise<void> {
  if (wakeUp.state !== 'planned') return;
  const route = routeOf(wakeUp, ports.now());
  if (route.by === 'schedule') await ports.schedule(wakeUp, route.at);
  else await passOn(ports, wakeUp);
}

/** Gives the delay queue what is left of the time, then notes that it has it: what is noted is surely on its way. */
export async function passOn(ports: Pick<PlanPorts, 'delay' | 'mark' | 'now'>, wakeUp: WakeUp): Promise<void> {
  await ports.delay(wakeUp, delaySecondsUntil(new Date(wakeUp.dueAt), ports.now()));
  await ports.mark(wakeUp, 'handed-over');
}

/** Takes an open wake-up back, with its schedule: one handed over by a sweep still has it. */
export async function withdraw(ports: Pick<PlanPorts, 'unschedule' | 'mark'>, intent: Intent): Promise<void> {
  if (!isOpen(intent)) return;
  await ports.unschedule(intent);
  await ports.mark(intent, 'withdrawn');
}
