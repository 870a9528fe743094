import * as z from 'zod';
import { faultsOf, invalidRequest, type Fault } from '@appointments/runtime';
import type { Agent } from '../domain/agent';
import type { Time } from '../domain/appointment';
import { readTime } from '../domain/instants';
import { offered, type Slot } from '../domain/slots';
import { isoInZone, zoneNamed, type Zone } from '../domain/zones';
import { slotBody } from './answers';
import { StartsAt, TimeZone } from './schemas';

const UNOFFERED = {
  past: 'is in the past',
  'short-notice': 'is too soon: the agent wants more notice',
  'beyond-horizon': 'is too far ahead to be booked yet',
  'not-a-slot': 'is not a time that is offered',
} as const;

const Asked = z.object({ startsAt: z.unknown(), timeZone: z.unknown() });

type Understood =
  | { readonly time: Time }
  | { readonly faults: readonly Fault[]; readonly nearest?: { readonly slots: readonly Slot[]; readonly zone: Zone } };

/** What a body asks for as its time, as far as it can be understood; faults that its schema finds are not repeated here. */
function understood(json: unknown, agent: Agent, now: Date): Understood {
  const asked = Asked.safeParse(json);
  const startsAt = StartsAt.safeParse(asked.data?.startsAt);
  const timeZone = TimeZone.safeParse(asked.data?.timeZone);
  const zone = timeZone.success ? zoneNamed(timeZone.data) : undefined;
  if (!startsAt.success) return { faults: [] };
  const read = readTime(startsAt.data, zone);
  if (read.kind === 'no-such-local-time' && zone) {
    const length = agent.slotMinutes * 60_000;
    const times = read.nearest.map((instant) => isoInZone(zone, instant)).join(' and ');
    return {
      faults: [
        {
          path: 'startsAt',
          message: read.exists
            ? `is no such local time: this offset is not in force in ${zone.name} then; written rightly it is ${times}`
            : `is no such local time: the clocks of ${zone.name} skip it; the nearest that exist are ${times}`,
        },
      ],
      nearest: { slots: read.nearest.map((start) => ({ start, end: start + length })), zone },
    };
  }
  if (read.kind !== 'instant') return { faults: [] };
  const offer = offered(agent, read.instant, now.getTime());
  if (!offer.offered) return { faults: [{ path: 'startsAt', message: UNOFFERED[offer.because] }] };
  return zone ? { time: { slot: offer.slot, agent, clientZone: zone } } : { faults: [] };
}

/**
 * Reads a body that asks for a time with an agent. Every fault is told at once: the schema's, those of the time, and `more`.
 * @throws Problem 400; of type `no-such-local-time` when the time does not exist in its zone
 */
export function readWithTime<Schema extends z.ZodType>(
  schema: Schema,
  json: unknown,
  agent: Agent,
  now: Date,
  more: readonly Fault[] = [],
): { readonly body: z.infer<Schema>; readonly time: Time } {
  const parsed = schema.safeParse(json);
  const time = understood(json, agent, now);
  if (parsed.success && 'time' in time && more.length === 0) return { body: parsed.data, time: time.time };
  const faults = [...(parsed.success ? [] : faultsOf(parsed.error)), ...('faults' in time ? time.faults : []), ...more];
  if ('nearest' in time && time.nearest) {
    const { slots, zone } = time.nearest;
    throw invalidRequest(faults, 'no-such-local-time', { nearest: slots.map((slot) => slotBody(slot, zone)) });
  }
  throw invalidRequest(faults);
}
