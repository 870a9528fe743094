import type { Cause } from '@appointments/events';

/** Why somebody is woken: to start the call, or to remind by the named offset. */
export type Purpose = 'call' | `reminder-${string}`;

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

/** `planned` until the delay queue has it (`handed-over`); `said` once its event is in the outbox; `withdrawn` by a later version. */
export type IntentState = 'planned' | 'handed-over' | 'said' | 'withdrawn';

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
}

/** The key of a reminder's purpose (`24h`), or `undefined` where the purpose is a call. */
export function reminderOf(purpose: Purpose): string | undefined {
  return purpose === 'call' ? undefined : purpose.slice('reminder-'.length);
}
