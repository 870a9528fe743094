import { ALL_EVENTS, ContractViolation } from '@appointments/events';
import { readEnvelope, timeOrder, type Envelope } from './envelope';
import { CannotDo } from './problem';

/** PutEvents refuses an entry of more. */
const MAX_BYTES = 1_048_576;

export interface Fault {
  readonly line: number;
  readonly message: string;
}

/** One event a line, as it was on the bus. */
export function writeEvents(events: readonly Envelope[]): string {
  return events.map((event) => `${JSON.stringify(event)}\n`).join('');
}

/** The events of a file in order of time, and what is wrong with each line that is none; empty lines say nothing. */
export function readEvents(text: string): { readonly events: Envelope[]; readonly faults: readonly Fault[] } {
  const events = new Map<string, Envelope>();
  const faults: Fault[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    try {
      const event = checked(line);
      events.set(event.id, event);
    } catch (error) {
      if (!(error instanceof CannotDo)) throw error;
      faults.push({ line: index + 1, message: error.message });
    }
  }
  return { events: [...events.values()].toSorted(timeOrder), faults };
}

function checked(line: string): Envelope {
  const bytes = Buffer.byteLength(line);
  if (bytes > MAX_BYTES)
    throw new CannotDo(
      `It has ${(bytes / MAX_BYTES).toFixed(1)} MB, and the bus takes 1 MB at most: no event of ours can be so large.`,
    );
  const event = readEnvelope(line);
  const { source, 'detail-type': name, detail } = event;
  const contract = ALL_EVENTS.find(({ detailType }) => detailType === name);
  if (contract === undefined)
    throw new CannotDo(
      `Nobody here knows the event ${name}: this code is older than who published it, or it is not ours.`,
    );
  if (contract.source !== source)
    throw new CannotDo(`${name} is published by ${contract.source} alone, not by ${source}.`);
  const version = detail.metadata?.eventVersion;
  if (version !== undefined && version !== contract.version) {
    throw new CannotDo(
      `${name} is of version ${version}, and this code reads version ${contract.version}: use the code that ${version > contract.version ? 'publishes' : 'published'} it.`,
    );
  }
  try {
    contract.parse(detail);
  } catch (error) {
    if (!(error instanceof ContractViolation)) throw error;
    throw new CannotDo(`Its detail breaks the contract. ${error.message}.`);
  }
  return event;
}
