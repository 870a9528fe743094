import { ALL_EVENTS, ContractViolation, type EventContract } from '@appointments/events';
import * as z from 'zod';

/** An event of the bus as the timeline keeps it: who said what when, and nothing that is anybody's own. */
export const Entry = z.object({
  /** What the event is about: the appointment's id, or the agent's. */
  about: z.string(),
  eventId: z.string(),
  detailType: z.string(),
  source: z.string(),
  eventVersion: z.number(),
  /** When the publisher says it happened; ISO, UTC. */
  occurredAt: z.string(),
  /** When the bus took it, which AWS tells in whole seconds; ISO, UTC. */
  acceptedAt: z.string(),
  causationId: z.string().optional(),
  hops: z.number(),
  /** The event's data without personal data. Empty where no contract says which fields those are. */
  data: z.record(z.string(), z.unknown()),
  /** Why the data is missing: no contract of that name and version, or one that the event breaks. */
  fault: z.string().optional(),
});
export type Entry = z.infer<typeof Entry>;

/** What the bus hands over, of whatever kind; the metadata must be there, for without it nobody knows what the event is about. */
export const Envelope = z.object({
  source: z.string().min(1).max(256),
  'detail-type': z.string().min(1).max(128),
  time: z.iso.datetime(),
  detail: z.looseObject({
    metadata: z.object({
      eventId: z.string().min(1).max(256),
      eventVersion: z.int().positive(),
      occurredAt: z.iso.datetime(),
      correlationId: z.string().min(1).max(128),
      causationId: z.string().min(1).max(256).optional(),
      hops: z.int().nonnegative(),
    }),
  }),
});
export type Envelope = z.infer<typeof Envelope>;

/** What the timeline keeps of an event. One that breaks its contract, or has none here, is kept without its data and says why. */
export function entryOf(envelope: Envelope, contracts: readonly EventContract[] = ALL_EVENTS): Entry {
  const { source, 'detail-type': detailType, time, detail } = envelope;
  const { eventId, eventVersion, occurredAt, correlationId, causationId, hops } = detail.metadata;
  const read = readData(
    contracts.find((contract) => contract.detailType === detailType && contract.source === source),
    detail,
  );
  return {
    about: correlationId,
    eventId,
    detailType,
    source,
    eventVersion,
    occurredAt,
    acceptedAt: time,
    ...(causationId !== undefined && { causationId }),
    hops,
    ...read,
  };
}

function readData(contract: EventContract | undefined, detail: unknown): Pick<Entry, 'data' | 'fault'> {
  if (!contract) return { data: {}, fault: 'no contract of this name from this source is known' };
  try {
    const { data } = contract.parse(detail);
    return { data: Data.parse(without(data, new Set(contract.personal), '')) };
  } catch (error) {
    if (!(error instanceof ContractViolation)) throw error;
    return { data: {}, fault: error.message };
  }
}

const Data = z.record(z.string(), z.unknown());

/** The value without what lies at the `personal` paths, as contracts write them: `client.name`, `agents[].phone`. */
function without(value: unknown, personal: ReadonlySet<string>, path: string): unknown {
  if (Array.isArray(value)) return value.map((element) => without(element, personal, `${path}[]`));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, field]) => {
      const at = path === '' ? key : `${path}.${key}`;
      return field === undefined || personal.has(at) || personal.has(`${at}[]`)
        ? []
        : [[key, without(field, personal, at)]];
    }),
  );
}
