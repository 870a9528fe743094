import { AgentAnswered, CallCompleted, CallConnected, CallFailed } from '@appointments/events';
import { log, NotYet, type ReceivedEvent } from '@appointments/runtime';
import { afterCallEvent, callEntry, type Appointment, type HistoryEntry } from '../domain/appointment';

/** What tells how a call went. */
export const APPLIED = [AgentAnswered, CallConnected, CallCompleted, CallFailed] as const;

export type ReceivedCallEvent = ReceivedEvent<(typeof APPLIED)[number]>;

/** `known`: the event is in the history already. `overtaken`: the appointment was written since it was read. */
export type RecordOutcome = 'recorded' | 'known' | 'overtaken';

export interface ApplyCallEventPorts {
  readonly find: (appointmentId: string) => Promise<Appointment | undefined>;
  /** Writes the entry, and the appointment where it changed: all or nothing. */
  readonly record: (writing: {
    readonly appointmentId: string;
    readonly eventId: string;
    readonly entry: HistoryEntry;
    readonly before: Appointment;
    readonly after: Appointment | undefined;
  }) => Promise<RecordOutcome>;
}

const TRIES = 5;

/** Moves an appointment by telephony's word on its call: by rank, never backwards; a word on an older version is history only. */
export function applyCallEvent({ find, record }: ApplyCallEventPorts) {
  return async (event: ReceivedCallEvent): Promise<void> => {
    const { appointmentId } = event.data;
    const { eventId, occurredAt } = event.metadata;
    for (let tried = 0; tried < TRIES; tried++) {
      const before = await find(appointmentId);
      if (!before || before.version < event.data.appointmentVersion) {
        throw new NotYet(`${event.detailType} tells of an appointment or version that is not here`);
      }
      const outcome = await record({
        appointmentId,
        eventId,
        entry: callEntry(event, occurredAt),
        before,
        after: afterCallEvent(before, event),
      });
      if (outcome === 'overtaken') continue;
      log.info('Call event applied', { detailType: event.detailType, outcome });
      return;
    }
    throw new Error(`the appointment was written by others ${TRIES} times in a row`);
  };
}
