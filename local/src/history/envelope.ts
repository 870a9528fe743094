import * as z from 'zod';
import { CannotDo } from './problem';

/** What every event of the house says about itself; an event of another maker may lack it. */
const Metadata = z.looseObject({
  eventId: z.string(),
  eventVersion: z.int(),
  occurredAt: z.iso.datetime(),
  correlationId: z.string(),
  hops: z.int().nonnegative().default(0),
});

/** An event as it was on the bus. */
export const Envelope = z.object({
  id: z.string().min(1),
  source: z.string().min(1),
  'detail-type': z.string().min(1),
  account: z.string(),
  time: z.iso.datetime(),
  region: z.string(),
  resources: z.array(z.string()).default([]),
  detail: z.looseObject({ metadata: Metadata.optional(), data: z.looseObject({}).optional() }),
});
export type Envelope = z.infer<typeof Envelope>;

/** An event out of text; without the name of the replay that brought it. */
export function readEnvelope(text: string): Envelope {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new CannotDo('It is not JSON.');
  }
  const parsed = Envelope.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new CannotDo(`It is no event of the bus: ${issue?.path.join('.') || 'it'}: ${issue?.message ?? 'wrong'}.`);
}

const occurredAt = ({ time, detail }: Envelope) => Date.parse(detail.metadata?.occurredAt ?? time);

/** In the order in which it happened; of one instant, causes first. */
export function timeOrder(a: Envelope, b: Envelope): number {
  return (
    occurredAt(a) - occurredAt(b) ||
    (a.detail.metadata?.hops ?? 0) - (b.detail.metadata?.hops ?? 0) ||
    (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
  );
}

/** The envelope as a queue of a subscription would have got it in a replay of that name. */
export function asReplayed(envelope: Envelope, replayName: string): object {
  return { version: '0', ...envelope, 'replay-name': replayName };
}
