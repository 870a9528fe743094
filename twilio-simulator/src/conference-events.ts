import { rfc2822 } from './format';
import type { ConferenceRecord, ParticipantRecord } from './records';

type Parameters = Readonly<Record<string, string>>;

export interface ConferenceEventPorts {
  readonly accountSid: string;
  readonly now: () => number;
  readonly get: (sid: string) => ConferenceRecord | undefined;
  readonly patch: (sid: string, changes: Partial<ConferenceRecord>) => ConferenceRecord;
  /** Queues a conference event for the room's status callback. */
  readonly notify: (conference: ConferenceRecord, parameters: Parameters) => void;
}

export interface ConferenceEvents {
  /** Tells of the room, where its callback asked for that group of events. */
  readonly fire: (sid: string, group: string, event: string, parameters?: Parameters) => void;
  /** Tells of one participant. */
  readonly fireOf: (sid: string, group: string, event: string, who: ParticipantRecord, parameters?: Parameters) => void;
}

/** What is told of a room, in the order in which it happens. */
export function createConferenceEvents(ports: ConferenceEventPorts): ConferenceEvents {
  const fire: ConferenceEvents['fire'] = (sid, group, event, parameters = {}) => {
    const conference = ports.get(sid);
    if (!conference?.statusCallback || !conference.statusCallbackEvents.includes(group)) return;
    // Recorded Twilio callbacks of a room count from 1, those of a call from 0.
    const { sequence } = ports.patch(sid, { sequence: conference.sequence + 1 });
    ports.notify(conference, {
      ConferenceSid: sid,
      FriendlyName: conference.name,
      AccountSid: ports.accountSid,
      SequenceNumber: String(sequence),
      Timestamp: rfc2822(ports.now()),
      StatusCallbackEvent: event,
      ...parameters,
    });
  };
  return {
    fire,
    fireOf: (sid, group, event, who, parameters = {}) =>
      fire(sid, group, event, {
        CallSid: who.callSid,
        ...(who.label === null ? {} : { ParticipantLabel: who.label }),
        Muted: String(who.muted),
        Hold: String(who.hold),
        Coaching: String((who.coach ?? null) !== null),
        EndConferenceOnExit: String(who.endConferenceOnExit),
        StartConferenceOnEnter: String(who.startConferenceOnEnter),
        ...parameters,
      }),
  };
}
