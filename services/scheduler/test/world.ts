import type { Cause } from '@appointments/events';
import { within, type OutboxItem } from '@appointments/runtime';
import { handOver } from '../src/app/hand-over';
import { planWakeUps, PLANNED_BY, type Change } from '../src/app/plan-wake-ups';
import { wakeUp } from '../src/app/wake-up';
import { scheduleName } from '../src/adapters/schedules';
import type { Reminder } from '../src/domain/reminders';
import type { AppointmentState, Intent, WakeUp } from '../src/domain/wake-up';

type BookingEvent = Parameters<ReturnType<typeof planWakeUps>>[0];

/** An event as the consumer gets it. */
export function received(
  detailType: (typeof PLANNED_BY)[number]['detailType'],
  data: Record<string, unknown>,
  occurredAt: string,
): BookingEvent {
  const contract = PLANNED_BY.find((candidate) => candidate.detailType === detailType);
  if (!contract) throw new Error(detailType);
  const merged = { ...contract.example.data, ...data };
  const { detail } = contract.create(merged as never, { occurredAt });
  return { ...contract.parse(JSON.parse(JSON.stringify(detail))), detailType } as BookingEvent;
}

/** Thrown where a test wants the process to die. */
export class Crash extends Error {
  override readonly name = 'Crash';
}

interface SaidEvent {
  readonly detailType: string;
  readonly detail: {
    readonly metadata: { readonly causationId?: string };
    readonly data: { readonly appointmentVersion: number };
  };
}

interface Timed {
  readonly atMs: number;
  readonly what: string;
  readonly run: () => Promise<void>;
}

/** The service with everything around it in memory, on a clock of its own. A message whose handling fails comes again a minute later. */
export function world(options: {
  readonly startsMs: number;
  readonly reminders?: readonly Reminder[];
  /** The numbers of the effects before or after which the process dies, once each. */
  readonly crashes?: readonly { readonly effect: number; readonly when: 'before' | 'after' }[];
  /** How long after its minute begins EventBridge Scheduler fires. @default at once */
  readonly schedulerLagMs?: number;
}) {
  let nowMs = options.startsMs;
  const now = () => new Date(nowMs);
  const states = new Map<string, AppointmentState>();
  const intents = new Map<string, Intent>();
  const schedules = new Map<string, { readonly wakeUp: WakeUp; readonly at: string }>();
  const queue: Timed[] = [];
  const said: { readonly atMs: number; readonly event: SaidEvent }[] = [];
  const delays: number[] = [];
  let effects = 0;

  const effect = async <T>(work: () => T): Promise<T> => {
    const crash = options.crashes?.find((candidate) => candidate.effect === effects);
    effects += 1;
    if (crash?.when === 'before') throw new Crash();
    const result = work();
    if (crash?.when === 'after') throw new Crash();
    return result;
  };
  const key = (of: WakeUp) => `${of.appointmentId}#${of.version}#${of.purpose}`;

  const deliver = (atMs: number, what: string, cause: Cause | undefined, handle: () => Promise<void>) => {
    const run = async () => {
      try {
        await within({ cause }, handle);
      } catch {
        queue.push({ atMs: nowMs + 60_000, what, run });
      }
    };
    queue.push({ atMs, what, run });
  };

  const ports = {
    now,
    record: (change: Change) =>
      effect(() => {
        const known = states.get(change.appointmentId);
        if (known && known.version >= change.version) return false;
        states.set(change.appointmentId, {
          version: change.version,
          cancelled: change.cancelled,
          startsAt: change.startsAt ?? known?.startsAt,
        });
        for (const planned of change.wakeUps) intents.set(key(planned), { ...planned, state: 'planned' });
        return true;
      }),
    read: (appointmentId: string) =>
      effect(() => ({
        state: states.get(appointmentId),
        intents: [...intents.values()].filter((intent) => intent.appointmentId === appointmentId),
      })),
    schedule: (of: WakeUp, at: string) =>
      effect(() => {
        const name = scheduleName(of);
        if (schedules.has(name)) return;
        if (Date.parse(at) <= nowMs) throw new Error('ValidationException: a schedule in the past');
        schedules.set(name, { wakeUp: of, at });
        const firesMs = Date.parse(at) + (options.schedulerLagMs ?? 0);
        queue.push({
          atMs: firesMs,
          what: 'schedule',
          run: async () => {
            if (!schedules.delete(name)) return;
            deliver(nowMs, 'hand-over', of.cause, () => handOver(ports)(of));
          },
        });
      }),
    unschedule: (of: WakeUp) =>
      effect(() => {
        schedules.delete(scheduleName(of));
      }),
    delay: (of: WakeUp, delaySeconds: number) =>
      effect(() => {
        if (!Number.isInteger(delaySeconds) || delaySeconds < 0 || delaySeconds > 900) throw new Error('bad delay');
        delays.push(delaySeconds);
        deliver(nowMs + delaySeconds * 1000, 'wake-up', of.cause, () => wakeUp(ports)(of));
      }),
    mark: (of: WakeUp, state: 'handed-over' | 'withdrawn') =>
      effect(() => {
        const intent = intents.get(key(of));
        if (!intent || intent.state === 'said') return;
        if (state === 'handed-over' && intent.state !== 'planned') return;
        intents.set(key(of), { ...intent, state });
      }),
    say: (of: WakeUp, event: OutboxItem) =>
      effect(() => {
        const state = states.get(of.appointmentId);
        const intent = intents.get(key(of));
        if (state?.version !== of.version || state.cancelled || intent?.state === 'said') return false;
        intents.set(key(of), { ...(intent ?? of), state: 'said' });
        said.push({ atMs: nowMs, event: JSON.parse(event.body) as SaidEvent });
        return true;
      }),
  };

  return {
    said,
    schedules,
    intents,
    delays,
    effects: () => effects,
    /** When the acting service was delivered each event, successfully or not. */
    deliverBookingEvent(atMs: number, event: BookingEvent) {
      deliver(atMs, event.detailType, { eventId: event.metadata.eventId, hops: event.metadata.hops }, () =>
        planWakeUps(ports, options.reminders ?? [])(event),
      );
    },
    fire(of: WakeUp) {
      deliver(nowMs, 'wake-up', of.cause, () => wakeUp(ports)(of));
    },
    async runUntil(untilMs: number) {
      for (;;) {
        queue.sort((a, b) => a.atMs - b.atMs);
        const next = queue[0];
        if (!next || next.atMs > untilMs) break;
        queue.shift();
        nowMs = Math.max(nowMs, next.atMs);
        await next.run();
      }
      nowMs = untilMs;
    },
  };
}
