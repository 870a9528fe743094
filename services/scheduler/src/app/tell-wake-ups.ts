import { appointmentIdIn, type HttpAnswer, type HttpRequest } from '@appointments/runtime';
import type { Intent } from '../domain/wake-up';
import type { Remembered } from './plan-wake-ups';

/** A wake-up as staff may see it. */
export interface WakeUpAnswer {
  readonly version: number;
  /** `call`, or `reminder-24h`. */
  readonly purpose: string;
  /** ISO, UTC. */
  readonly dueAt: string;
  readonly state: Intent['state'];
}

/** Answers staff when somebody is, or was, to be woken for an appointment, soonest first. Of one that is not known there is nothing. */
export function tellWakeUps({ read }: { readonly read: (appointmentId: string) => Promise<Remembered> }) {
  return async (request: HttpRequest): Promise<HttpAnswer> => {
    const appointmentId = appointmentIdIn(request);
    const { intents } = appointmentId === undefined ? { intents: [] } : await read(appointmentId);
    const wakeUps = intents
      .map(({ version, purpose, dueAt, state }): WakeUpAnswer => ({ version, purpose, dueAt, state }))
      .toSorted((a, b) => Date.parse(a.dueAt) - Date.parse(b.dueAt) || a.version - b.version);
    return { status: 200, headers: { 'cache-control': 'no-store' }, body: { wakeUps } };
  };
}
