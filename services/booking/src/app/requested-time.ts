import * as z from 'zod';
import { faultsOf, invalidRequest, Problem, type Fault } from '@appointments/runtime';
import type { Agent } from '../domain/agent';
import type { Time } from '../domain/appointment';
import { readTime } from '../domain/instants';
import { offered, type OfferedOrNot, type Slot } from '../domain/slots';
import { isoInZone, zoneNamed, type Zone } from '@appointments/runtime/zones';
import { slotBody } from './answers';
import { StartsAt, TimeZone } from './schemas';

const UNOFFERED = {
  past: 'is in the past',
  'short-notice': 'is too soon: the agent wants more notice',
  'beyond-horizon': 'is too far ahead to be booked yet',
  'not-a-slot': 'is not a time that is offered',
} as const;

const Asked = z.object({ startsAt: z.unknown(), timeZone: z.unknown() });

/** Of several agents who do not offer a time each for a reason of their own, the reason that is nearest to offering it is told. */
const TELLING = ['short-notice', 'beyond-horizon', 'not-a-slot', 'past'] as const;

/** How long a slot is taken to be where no agent says it. */
const USUAL_MINUTES = 30;

type Understood =
  /** The agents who offer the time, each with their slot, in the order in which they were given. */
  | { readonly times: readonly Time[] }
  | { readonly faults: readonly Fault[]; readonly nearest?: { readonly slots: readonly Slot[]; readonly zone: Zone } };

/** What a body asks for as its time, as far as it can be understood; faults that its schema finds are not repeated here. */
function understood(json: unknown, agents: readonly Agent[], now: Date): Understood {
  const asked = Asked.safeParse(json);
  const startsAt = StartsAt.safeParse(asked.data?.startsAt);
  const timeZone = TimeZone.safeParse(asked.data?.timeZone);
  const zone = timeZone.success ? zoneNamed(timeZone.data) : undefined;
  if (!startsAt.success) return { faults: [] };
  const read = readTime(startsAt.data, zone);
  if (read.kind === 'no-such-local-time' && zone) {
    const length = (agents[0]?.slotMinutes ?? USUAL_MINUTES) * 60_000;
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
  const offers = agents.map((agent) => ({ agent, offer: offered(agent, read.instant, now.getTime()) }));
  const times = offers.flatMap(({ agent, offer }) => (offer.offered ? [{ agent, slot: offer.slot }] : []));
  if (times.length === 0)
    return { faults: [{ path: 'startsAt', message: UNOFFERED[whyNot(offers.map(({ offer }) => offer))] }] };
  return zone ? { times: times.map((time) => ({ ...time, clientZone: zone })) } : { faults: [] };
}

function whyNot(offers: readonly OfferedOrNot[]): keyof typeof UNOFFERED {
  const reasons = new Set(offers.flatMap((offer) => (offer.offered ? [] : [offer.because])));
  return TELLING.find((reason) => reasons.has(reason)) ?? 'not-a-slot';
}

/**
 * Reads a body that asks for a time with one of the agents. Every fault is told at once: the schema's, those of the time, and `more`.
 * @throws Problem 400; of type `no-such-local-time` when the time does not exist in its zone
 */
export function readWithTime<Schema extends z.ZodType>(
  schema: Schema,
  json: unknown,
  agents: readonly Agent[],
  now: Date,
  more: readonly Fault[] = [],
): { readonly body: z.infer<Schema>; readonly times: readonly Time[] } {
  const parsed = schema.safeParse(json);
  const time = understood(json, agents, now);
  if (parsed.success && 'times' in time && more.length === 0) return { body: parsed.data, times: time.times };
  const faults = [...(parsed.success ? [] : faultsOf(parsed.error)), ...('faults' in time ? time.faults : []), ...more];
  if ('nearest' in time && time.nearest) {
    const { slots, zone } = time.nearest;
    throw new Problem({
      status: 400,
      slug: 'no-such-local-time',
      title: 'There is no such local time',
      errors: faults,
      more: { nearest: slots.map((slot) => slotBody(slot, zone)) },
    });
  }
  throw invalidRequest(faults);
}
