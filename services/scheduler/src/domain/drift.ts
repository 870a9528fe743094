import { SWEEP_AHEAD_MS } from './sweep';
import { isOpen, isOvertaken, type AppointmentState, type Intent } from './wake-up';

/**
 * What has happened to an appointment within this time is still under way: its schedules may be about to be set or removed,
 * and one that has fired is gone only shortly after.
 */
export const UNDER_WAY_MS = 15 * 60_000;

/** What a comparison of table and schedules makes of a wake-up. */
export type Drift =
  /** As it should be, or still under way, or a matter of the sweep's. */
  | 'none'
  /** It has a schedule and should have none, or is open and should be withdrawn. */
  | 'orphan'
  /** It should have a schedule and has none. */
  | 'missing';

/** Whether a wake-up with a schedule should have it. */
export function driftOfScheduled(intent: Intent, state: AppointmentState | undefined, now: Date): Drift {
  if (isUnderWay(state, now) || (isOpen(intent) && !isOvertakenIn(intent, state))) return 'none';
  // One that was said, or dropped, has fired just now or fires within moments.
  const lateMs = now.getTime() - Date.parse(intent.dueAt);
  return Math.abs(lateMs) <= UNDER_WAY_MS ? 'none' : 'orphan';
}

/** Whether an open wake-up should have a schedule that nobody has seen, or be open no more. */
export function driftOfOpen(
  intent: Intent,
  state: AppointmentState | undefined,
  hasSchedule: boolean,
  now: Date,
): Drift {
  if (!isOpen(intent) || isUnderWay(state, now)) return 'none';
  if (isOvertakenIn(intent, state)) return 'orphan';
  const isSweepers = Date.parse(intent.dueAt) - now.getTime() <= SWEEP_AHEAD_MS;
  return hasSchedule || isSweepers || intent.state !== 'planned' ? 'none' : 'missing';
}

function isOvertakenIn(intent: Intent, state: AppointmentState | undefined): boolean {
  return state !== undefined && isOvertaken(intent, state);
}

function isUnderWay(state: AppointmentState | undefined, now: Date): boolean {
  return state?.heardAt !== undefined && now.getTime() - Date.parse(state.heardAt) < UNDER_WAY_MS;
}
