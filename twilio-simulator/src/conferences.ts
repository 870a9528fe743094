import { rfc2822 } from './format';
import type { ConferenceRecord, ParticipantRecord, Store } from './records';
import { isLive } from './records';
import type { ConferenceAttributes } from './twiml';

export type LeaveReason =
  | 'conference_ended_via_api'
  | 'moderator_ended_conference'
  | 'participant_updated_via_api'
  | 'participant_hung_up'
  | 'participant_add_failed';

/** How a call's stay in a room ended, told to its Dial. */
export interface Stay {
  readonly failed: boolean;
  /** True when it talked with anybody. */
  readonly bridged: boolean;
}

export interface ConferencePorts {
  readonly store: Store;
  readonly accountSid: string;
  readonly now: () => number;
  readonly newSid: (prefix: 'CF') => string;
  /** Queues a conference event for the room's status callback. */
  readonly notify: (conference: ConferenceRecord, parameters: Readonly<Record<string, string>>) => void;
  /** Hold music for one who waits. */
  readonly startMusic: (callSid: string, room: ConferenceAttributes) => void;
  readonly stopMusic: (callSid: string) => void;
}

export interface Conferences {
  readonly join: (
    callSid: string,
    number: string,
    room: ConferenceAttributes,
    over: (stay: Stay) => void,
  ) => 'joined' | 'duplicate-label' | 'full';
  /** Takes the call out of the room it is in, if any; `kicked` is an ejection by REST. */
  readonly leave: (callSid: string, reason: LeaveReason, kicked?: 'kicked') => void;
  readonly end: (sid: string) => void;
  readonly update: (sid: string, callSid: string, changes: ParticipantChanges) => void;
  /** The running conference of that SID or name. */
  readonly active: (sidOrName: string) => ConferenceRecord | undefined;
  /** The running conference the call is in. */
  readonly of: (callSid: string) => ConferenceRecord | undefined;
}

export interface ParticipantChanges {
  readonly muted?: boolean;
  readonly hold?: boolean;
  readonly endConferenceOnExit?: boolean;
}

/** Those in the room now. */
export function present(conference: ConferenceRecord): readonly ParticipantRecord[] {
  return conference.participants.filter(({ leftAt }) => leftAt === null);
}

/** The rooms: who is in them, when they start and end, and what is told of them. */
export function createConferences(ports: ConferencePorts): Conferences {
  const { store } = ports;
  const overOf = new Map<string, (stay: Stay) => void>();
  // Ended rooms are kept but never looked at again, so that joining does not grow slower with every call made.
  const running = new Set<string>();
  for (const { sid, status } of store.conferences.values()) if (status !== 'completed') running.add(sid);

  const live = (): ConferenceRecord[] => [...running].flatMap((sid) => store.conferences.get(sid) ?? []);
  const patch = (sid: string, changes: Partial<ConferenceRecord>): ConferenceRecord => {
    const conference = store.conferences.get(sid);
    if (conference === undefined) throw new Error(`No conference ${sid}`);
    const changed = { ...conference, ...changes, updatedAt: ports.now() };
    store.conferences.put(sid, changed);
    return changed;
  };
  const patchParticipant = (sid: string, callSid: string, changes: Partial<ParticipantRecord>): ParticipantRecord => {
    let changed: ParticipantRecord | undefined;
    const participants = (store.conferences.get(sid)?.participants ?? []).map((participant) => {
      if (participant.callSid !== callSid || participant.leftAt !== null) return participant;
      changed = { ...participant, ...changes, updatedAt: ports.now() };
      return changed;
    });
    if (changed === undefined) throw new Error(`No participant ${callSid} in ${sid}`);
    patch(sid, { participants });
    return changed;
  };

  const fire = (sid: string, group: string, event: string, parameters: Readonly<Record<string, string>>): void => {
    const conference = store.conferences.get(sid);
    if (!conference?.statusCallback || !conference.statusCallbackEvents.includes(group)) return;
    // Recorded Twilio callbacks of a room count from 1, those of a call from 0.
    const { sequence } = patch(sid, { sequence: conference.sequence + 1 });
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
  const fireOf = (
    sid: string,
    group: string,
    event: string,
    who: ParticipantRecord,
    parameters: Readonly<Record<string, string>> = {},
  ): void =>
    fire(sid, group, event, {
      CallSid: who.callSid,
      ...(who.label === null ? {} : { ParticipantLabel: who.label }),
      Muted: String(who.muted),
      Hold: String(who.hold),
      Coaching: 'false',
      EndConferenceOnExit: String(who.endConferenceOnExit),
      StartConferenceOnEnter: String(who.startConferenceOnEnter),
      ...parameters,
    });

  const startIfReady = (sid: string): void => {
    const conference = store.conferences.get(sid);
    if (conference === undefined || conference.status !== 'init') return;
    const here = present(conference);
    if (here.length < 2 || !here.some(({ startConferenceOnEnter }) => startConferenceOnEnter)) return;
    patch(sid, { status: 'in-progress', startedAt: ports.now() });
    for (const { callSid } of here) ports.stopMusic(callSid);
    fire(sid, 'start', 'conference-start', {});
  };

  const goOut = (sid: string, callSid: string, reason: LeaveReason): ParticipantRecord => {
    ports.stopMusic(callSid);
    const gone = patchParticipant(sid, callSid, { leftAt: ports.now() });
    const status = store.calls.get(callSid)?.status ?? 'completed';
    fireOf(sid, 'leave', 'participant-leave', gone, { ParticipantCallStatus: status, ReasonParticipantLeft: reason });
    const over = overOf.get(callSid);
    overOf.delete(callSid);
    over?.({ failed: reason === 'participant_add_failed', bridged: store.conferences.get(sid)?.startedAt !== null });
    return gone;
  };

  const close = (sid: string, reason: string, ending: ParticipantRecord | null): void => {
    running.delete(sid);
    patch(sid, { status: 'completed', reasonEnded: reason, callSidEnding: ending?.callSid ?? null });
    fire(sid, 'end', 'conference-end', {
      ...(ending === null ? {} : { CallSidEndingConference: ending.callSid }),
      ...(ending?.label ? { ParticipantLabelEndingConference: ending.label } : {}),
      ReasonConferenceEnded: reason,
      Reason:
        ending === null ? 'Conference ended via API' : `Participant ${ending.callSid} ended the conference: ${reason}`,
    });
  };

  const of = (callSid: string): ConferenceRecord | undefined =>
    live().find((conference) => present(conference).some((participant) => participant.callSid === callSid));

  return {
    of,
    active: (sidOrName) => live().find(({ sid, name }) => sid === sidOrName || name === sidOrName),

    join: (callSid, number, room, over) => {
      const found = live().find(({ name }) => name === room.name);
      const here = found ? present(found) : [];
      if (room.participantLabel !== null && here.some(({ label }) => label === room.participantLabel))
        return 'duplicate-label';
      if (found && here.length >= Math.min(found.maxParticipants, room.maxParticipants)) return 'full';
      const now = ports.now();
      const sid = found?.sid ?? ports.newSid('CF');
      if (!found) {
        store.conferences.put(sid, {
          sid,
          name: room.name,
          status: 'init',
          createdAt: now,
          updatedAt: now,
          startedAt: null,
          maxParticipants: room.maxParticipants,
          // Only the first participant sets the callback; what later ones bring is ignored.
          statusCallback:
            room.statusCallback === null ? null : { url: room.statusCallback, method: room.statusCallbackMethod },
          statusCallbackEvents: room.statusCallbackEvents,
          sequence: 0,
          reasonEnded: null,
          callSidEnding: null,
          participants: [],
        });
        running.add(sid);
      }
      const participant: ParticipantRecord = {
        callSid,
        number,
        label: room.participantLabel,
        joinedAt: now,
        updatedAt: now,
        leftAt: null,
        muted: room.muted,
        hold: false,
        startConferenceOnEnter: room.startConferenceOnEnter,
        endConferenceOnExit: room.endConferenceOnExit,
      };
      patch(sid, { participants: [...(store.conferences.get(sid)?.participants ?? []), participant] });
      overOf.set(callSid, over);
      fireOf(sid, 'join', 'participant-join', participant);
      startIfReady(sid);
      if (store.conferences.get(sid)?.status === 'init') ports.startMusic(callSid, room);
      return 'joined';
    },

    leave: (callSid, reason, kicked) => {
      const conference = of(callSid);
      if (conference === undefined) return;
      const gone = goOut(conference.sid, callSid, reason);
      const here = present(store.conferences.get(conference.sid) ?? conference);
      const how = kicked ?? 'left';
      if (gone.endConferenceOnExit && reason !== 'participant_add_failed') {
        for (const other of here) goOut(conference.sid, other.callSid, 'moderator_ended_conference');
        close(conference.sid, `participant-with-end-conference-on-exit-${how}`, gone);
      } else if (here.length === 0) {
        close(conference.sid, `last-participant-${how}`, gone);
      }
    },

    end: (sid) => {
      const conference = store.conferences.get(sid);
      if (conference === undefined || conference.status === 'completed') return;
      for (const { callSid } of present(conference)) goOut(sid, callSid, 'conference_ended_via_api');
      close(sid, 'conference-ended-via-api', null);
    },

    update: (sid, callSid, { muted, hold, endConferenceOnExit }) => {
      const conference = store.conferences.get(sid);
      const before = conference && present(conference).find((participant) => participant.callSid === callSid);
      if (before === undefined) return;
      if (muted !== undefined && muted !== before.muted) {
        fireOf(
          sid,
          'mute',
          muted ? 'participant-mute' : 'participant-unmute',
          patchParticipant(sid, callSid, { muted }),
        );
      }
      if (hold !== undefined && hold !== before.hold) {
        fireOf(sid, 'hold', hold ? 'participant-hold' : 'participant-unhold', patchParticipant(sid, callSid, { hold }));
      }
      // On one who is held Twilio answers OK and changes nothing.
      if (endConferenceOnExit !== undefined && endConferenceOnExit !== before.endConferenceOnExit && !before.hold) {
        fireOf(sid, 'modify', 'participant-modify', patchParticipant(sid, callSid, { endConferenceOnExit }));
      }
    },
  };
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
