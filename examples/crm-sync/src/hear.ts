import type { Detail, EventContract } from '@appointments/events';
import * as z from 'zod';
import { HEARD } from './subscription';

type Heard = (typeof HEARD)[number];

/** An event of one of these contracts, checked and typed. */
export type EventOf<Contract extends EventContract> =
  Contract extends EventContract<string, infer Data> ? Detail<Data> : never;

/** One for each event that was asked for. */
export type Handlers = {
  readonly [Contract in Heard as Contract['detailType']]: (event: EventOf<Contract>) => unknown;
};

/**
 * Hands the event in a message of the queue to its handler, checked against its contract; resolves its name, `undefined`
 * where nobody asked for it.
 * @throws ContractViolation, which names path and fault
 */
export function hearing(handlers: Handlers): (body: string) => Promise<string | undefined> {
  return async (body) => {
    const { source, 'detail-type': name, detail } = envelopeIn(body);
    const contract: EventContract | undefined = HEARD.find(
      (heard) => heard.source === source && heard.detailType === name,
    );
    if (contract === undefined) return undefined;
    const handle = handlers[contract.detailType as Heard['detailType']] as (event: Detail<unknown>) => unknown;
    await handle(contract.parse(detail));
    return contract.detailType;
  };
}

const Envelope = z.object({ source: z.string(), 'detail-type': z.string(), detail: z.unknown() });

function envelopeIn(body: string): z.infer<typeof Envelope> {
  try {
    return Envelope.parse(JSON.parse(body));
  } catch {
    // Without its cause, whose message may repeat the text.
    throw new Error('not an event of a bus');
  }
}
