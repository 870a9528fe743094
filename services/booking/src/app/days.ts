import type { Fault } from '@appointments/runtime';
import { startOfDate } from '../domain/instants';
import { firstInstantAtOrAfter, type Zone } from '@appointments/runtime/zones';

const DAY = 24 * 3_600_000;
/** The most days one question may ask for. */
export const MAX_DAYS = 62;

/** The days that a query asks for, `to` included, and what is wrong with them beyond what their schema finds. */
export function daysAsked(query: Readonly<Record<string, string | undefined>>) {
  const from = startOfDate(query['from'] ?? '');
  const to = startOfDate(query['to'] ?? '');
  const faults: Fault[] = [];
  if (from !== undefined && to !== undefined) {
    if (to < from) faults.push({ path: 'to', message: 'must not be before from' });
    if (to - from >= MAX_DAYS * DAY) faults.push({ path: 'to', message: `must be at most ${MAX_DAYS} days from from` });
  }
  return {
    faults,
    /** From the first instant of the first day to before the first after the last, as the zone counts days. */
    spanIn: (zone: Zone): { readonly start: number; readonly end: number } => ({
      start: firstInstantAtOrAfter(zone, from ?? 0),
      end: firstInstantAtOrAfter(zone, (to ?? 0) + DAY),
    }),
  };
}
