import { PutEventsCommand, type EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { OutgoingEvent } from '@appointments/events';

/** EventBridge takes ten entries a call, and a mebibyte in all of them (PutEvents). */
const MAX_ENTRIES = 10;
const MAX_BATCH_BYTES = 1_048_576;
/** What an entry has beside its detail: its time, and room for what EventBridge counts that we do not. */
const BESIDE_BYTES = 256;
const TRIES = 3;

/** Some entries could not be put on the bus; `failed` are their places in the list given. */
export class PublishFailed extends Error {
  override readonly name = 'PublishFailed';
  constructor(
    readonly failed: readonly number[],
    codes: readonly string[],
  ) {
    super(`${failed.length} of the events were not taken by the bus: ${[...new Set(codes)].join(', ')}`);
  }
}

/** Why an event can never go on the bus, where it cannot: the call that held it would be refused whole, and others with it. */
export function tooLarge(event: OutgoingEvent): string | undefined {
  const bytes = Buffer.byteLength(event.source + event.detailType + JSON.stringify(event.detail)) + BESIDE_BYTES;
  return bytes > MAX_BATCH_BYTES
    ? `${bytes} bytes, and the bus takes ${MAX_BATCH_BYTES}: publish less of it`
    : undefined;
}

interface Entry {
  readonly place: number;
  readonly Source: string;
  readonly DetailType: string;
  readonly Detail: string;
  readonly Time: Date;
}

function batches(entries: readonly Entry[]): Entry[][] {
  const result: Entry[][] = [];
  let bytes = 0;
  for (const entry of entries) {
    const size = Buffer.byteLength(entry.Source + entry.DetailType + entry.Detail) + BESIDE_BYTES;
    const last = result.at(-1);
    if (!last || last.length === MAX_ENTRIES || bytes + size > MAX_BATCH_BYTES) {
      result.push([entry]);
      bytes = size;
    } else {
      last.push(entry);
      bytes += size;
    }
  }
  return result;
}

/**
 * Puts events on the bus: ten a call, only what failed is sent again, three times in all. What is too large is not sent.
 * @throws {@link PublishFailed} naming the places of those that never went.
 */
export function publish(client: EventBridgeClient, busName: string) {
  return async (events: readonly OutgoingEvent[]): Promise<void> => {
    const refused = events.map(tooLarge);
    const entries = events.map((event, place) => ({
      place,
      Source: event.source,
      DetailType: event.detailType,
      Detail: JSON.stringify(event.detail),
      Time: new Date(event.detail.metadata.occurredAt),
    }));
    let waiting: Entry[] = entries.filter(({ place }) => refused[place] === undefined);
    let codes: string[] = [];
    for (let attempt = 0; attempt < TRIES && waiting.length > 0; attempt++) {
      const failed: Entry[] = [];
      codes = [];
      for (const batch of batches(waiting)) {
        const answer = await client.send(
          new PutEventsCommand({
            Entries: batch.map(({ place: _place, ...entry }) => ({ ...entry, EventBusName: busName })),
          }),
        );
        if (!answer.FailedEntryCount) continue;
        batch.forEach((entry, index) => {
          const code = answer.Entries?.[index]?.ErrorCode;
          if (code === undefined) return;
          failed.push(entry);
          codes.push(code);
        });
      }
      waiting = failed;
    }
    const never = entries.filter((entry) => refused[entry.place] !== undefined || waiting.includes(entry));
    if (never.length > 0)
      throw new PublishFailed(
        never.map(({ place }) => place),
        [...refused.filter((fault) => fault !== undefined), ...codes],
      );
  };
}
