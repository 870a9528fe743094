import type { Cause } from '@appointments/events';

/** Why somebody is woken: to start the call, to remind by the named offset, or to remind by text ahead of that, where it falls in the night. */
export type Purpose = 'call' | `reminder-${string}` | `text-${string}`;

/** A moment at which the service wakes for one version of one appointment. */
export interface WakeUp {
  readonly appointmentId: string;
  /** The appointmentVersion it was planned for. */
  readonly version: number;
  readonly purpose: Purpose;
  /** ISO, UTC. */
  readonly dueAt: string;
  /** The booking event that made it necessary. */
  readonly cause?: Cause | undefined;
}

/**
 * `planned` until the delay queue has it (`handed-over`); `said` once its event is in the outbox; `withdrawn` by a later
 * version; `dropped` where its time came too late. The first two are open: something is still to come of them.
 */
export type IntentState = 'planned' | 'handed-over' | 'said' | 'withdrawn' | 'dropped';

/** A wake-up as the table remembers it. */
export interface Intent extends WakeUp {
  readonly state: IntentState;
}

/** What the table knows of an appointment's time: moved only by a higher version. */
export interface AppointmentState {
  readonly version: number;
  readonly cancelled: boolean;
  /** ISO, UTC; unknown where the cancellation came before the booking. */
  readonly startsAt?: string | undefined;
  /** When this version was heard of; ISO, UTC. */
  readonly heardAt?: string | undefined;
}

/** The key of a reminder's purpose (`24h`), or `undefined` where the purpose is a call. */
export function reminderOf(purpose: Purpose): string | undefined {
  return purpose === 'call' ? undefined : purpose.slice(purpose.indexOf('-') + 1);
}

/** Whether a wake-up reminds by text alone. */
export function isByText(purpose: Purpose): boolean {
  return purpose.startsWith('text-');
}

export function isOpen({ state }: Intent): boolean {
  return state === 'planned' || state === 'handed-over';
}

/** Whether the appointment was moved or called off since the wake-up was planned. */
export function isOvertaken({ version }: WakeUp, state: AppointmentState): boolean {
  return state.version > version || (state.version === version && state.cancelled);
}

/** The UTC day (`2026-12-01`) on which a wake-up is due: open ones are found again by it. */
export function dueDay({ dueAt }: Pick<WakeUp, 'dueAt'>): string {
  return dueAt.slice(0, 'yyyy-mm-dd'.length);
}
