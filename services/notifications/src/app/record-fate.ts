import { count, eventItem, log, type OutboxItem } from '@appointments/runtime';
import type { House } from '../domain/compose';
import { consequenceOf, type Fate, type Mark } from '../domain/fate';
import { failedEvent, type Slot } from './deliver';
import { tellIfUnreachable, type UnreachablePorts } from './unreachable';

/** What a provider says became of a mail. */
export interface FateReport {
  readonly slot: Slot;
  readonly fate: Fate;
  /** Where the mail went. */
  readonly address: string;
}

export interface RecordPorts extends UnreachablePorts {
  /**
   * Adds a fate to those of its message, which by it is known to have been sent, whoever holds its claim. In the same
   * transaction the address is marked and the event written, if there is one. Resolves `false` where nothing is new.
   */
  readonly record: (
    slot: Slot,
    fate: Fate,
    then: { readonly event?: OutboxItem | undefined; readonly marked?: Marked | undefined },
    now: Date,
  ) => Promise<boolean>;
}

export interface Marked {
  readonly address: string;
  readonly mark: Mark;
}

/**
 * Keeps what became of a mail, and settles the claim of one whose answer was lost. An address that bounced for good or
 * whose owner complained gets no more mails.
 */
export function recordFate(ports: RecordPorts, house: Pick<House, 'brandName'>) {
  return async ({ slot, fate, address }: FateReport): Promise<void> => {
    const now = ports.now();
    const consequence = consequenceOf(fate);
    const isNew = await ports.record(
      slot,
      fate,
      {
        event: consequence && eventItem(failedEvent(slot, consequence.reason, now), now),
        marked: consequence?.mark && { address, mark: consequence.mark },
      },
      now,
    );
    const { appointmentId, version, template, recipient } = slot;
    if (isNew) {
      count(`Mails${fate.status.slice(0, 1).toUpperCase()}${fate.status.slice(1)}`);
      log.info('Fate of a mail', {
        appointmentId,
        version,
        template,
        recipient,
        status: fate.status,
        kind: fate.reason,
      });
    }
    // Also where nothing is new: the last time may have ended between the two.
    if (consequence?.mark) await tellIfUnreachable(ports, house, slot, address, consequence.mark);
  };
}
