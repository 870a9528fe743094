import type { ConferenceRecord, ParticipantRecord, Store } from './records';
import { isLive } from './records';

/** Those in the room now. */
export function present(conference: ConferenceRecord): readonly ParticipantRecord[] {
  return conference.participants.filter(({ leftAt }) => leftAt === null);
}

/**
 * The calls in the room that hear what is said in one of them: not those on hold, and of one who coaches
 * only whom it coaches. Nobody hears one who is muted or held, or any one before the room has started.
 */
export function earshotOf(conference: ConferenceRecord | undefined, callSid: string): readonly string[] {
  if (conference?.status !== 'in-progress') return [];
  const here = present(conference);
  const speaker = here.find((participant) => participant.callSid === callSid);
  if (speaker === undefined || speaker.muted || speaker.hold) return [];
  return here
    .filter((other) => other.callSid !== callSid && !other.hold)
    .filter((other) => (speaker.coach ?? null) === null || other.callSid === speaker.coach)
    .map((other) => other.callSid);
}

/** The numbers with whom the call talks; none while the room has not started. */
export function partnersOf(conference: ConferenceRecord | undefined, callSid: string): readonly string[] {
  if (conference?.status !== 'in-progress') return [];
  return present(conference)
    .filter((participant) => participant.callSid !== callSid)
    .map(({ number }) => number);
}

/** True when a room still waits for calls of an earlier run of the process. */
export function isAbandoned(conference: ConferenceRecord, store: Store): boolean {
  return (
    conference.status !== 'completed' &&
    present(conference).every(({ callSid }) => !isLive(store.calls.get(callSid)?.status ?? 'completed'))
  );
}
