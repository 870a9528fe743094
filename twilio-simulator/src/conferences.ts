import { createConferenceEvents } from './conference-events';
import type { ParticipantChanges } from './participant-changes';
import { updateParticipant } from './participant-changes';
import { createRoomRecords } from './room-records';
import type { Announcement, WaitMusic } from './interpreter';
import type { ConferenceRecord, Hook, ParticipantRecord, Store } from './records';
import { present } from './rooms';
import type { ConferenceAttributes } from './verbs';

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
  /** Music for one who waits or is held. */
  readonly startMusic: (callSid: string, music: WaitMusic) => void;
  readonly stopMusic: (callSid: string) => void;
  readonly announce: (announcement: Announcement) => void;
  readonly stopAnnouncement: (place: string) => void;
  /** Ends a call that was to come into a room which is no more. */
  readonly callOff: (callSid: string) => void;
}

export interface Conferences {
  readonly join: (
    callSid: string,
    number: string,
    room: ConferenceAttributes,
    over: (stay: Stay) => void,
  ) => 'joined' | 'duplicate-label' | 'full';
  /** Keeps a place for a call that is being made, in the running room of that name or in a new one. */
  readonly invite: (callSid: string, room: ConferenceAttributes) => ConferenceRecord;
  /** The call will not come, or is there. */
  readonly uninvite: (callSid: string) => void;
  /** Takes the call out of the room it is in, if any; `kicked` is an ejection by REST. */
  readonly leave: (callSid: string, reason: LeaveReason, kicked?: 'kicked') => void;
  readonly end: (sid: string) => void;
  readonly update: (sid: string, callSid: string, changes: ParticipantChanges) => void;
  /** Tells all who are present something, or one of them alone. */
  readonly announce: (sid: string, hook: Hook, callSid: string | null) => void;
  /** Words said in the call: tells of the speaker. */
  readonly spoke: (callSid: string) => void;
  /** The document of one who waits or is held cannot be played. */
  readonly musicFailed: (callSid: string) => void;
  /** The running conference of that SID or name. */
  readonly active: (sidOrName: string) => ConferenceRecord | undefined;
  /** The running conference the call is in. */
  readonly of: (callSid: string) => ConferenceRecord | undefined;
}

/** The rooms: who is in them, when they start and end, and what is told of them. */
export function createConferences(ports: ConferencePorts): Conferences {
  const { store } = ports;
  const overOf = new Map<string, (stay: Stay) => void>();
  const rooms = createRoomRecords(store, ports);
  const { live, of, open, isEmpty, patch, patchParticipant } = rooms;
  const { fire, fireOf } = createConferenceEvents({
    accountSid: ports.accountSid,
    now: ports.now,
    get: rooms.get,
    patch,
    notify: ports.notify,
  });

  const startIfReady = (sid: string): void => {
    const conference = rooms.get(sid);
    if (conference === undefined || conference.status !== 'init') return;
    const here = present(conference);
    if (here.length < 2 || !here.some(({ startConferenceOnEnter }) => startConferenceOnEnter)) return;
    patch(sid, { status: 'in-progress', startedAt: ports.now() });
    for (const { callSid, hold } of here) if (!hold) ports.stopMusic(callSid);
    fire(sid, 'start', 'conference-start');
  };

  const goOut = (sid: string, callSid: string, reason: LeaveReason): ParticipantRecord => {
    ports.stopMusic(callSid);
    ports.stopAnnouncement(callSid);
    const gone = patchParticipant(sid, callSid, { leftAt: ports.now() });
    const status = store.calls.get(callSid)?.status ?? 'completed';
    fireOf(sid, 'leave', 'participant-leave', gone, { ParticipantCallStatus: status, ReasonParticipantLeft: reason });
    const over = overOf.get(callSid);
    overOf.delete(callSid);
    over?.({ failed: reason === 'participant_add_failed', bridged: rooms.get(sid)?.startedAt !== null });
    return gone;
  };

  const close = (sid: string, reason: string, ending: ParticipantRecord | null): void => {
    ports.stopAnnouncement(sid);
    const { invited = [] } = rooms.close(sid, reason, ending?.callSid ?? null);
    fire(sid, 'end', 'conference-end', {
      ...(ending === null ? {} : { CallSidEndingConference: ending.callSid }),
      ...(ending?.label ? { ParticipantLabelEndingConference: ending.label } : {}),
      ReasonConferenceEnded: reason,
      Reason: reasonInWords(reason, ending),
    });
    for (const callSid of invited) ports.callOff(callSid);
  };

  const leave: Conferences['leave'] = (callSid, reason, kicked) => {
    const conference = of(callSid);
    if (conference === undefined) return;
    const gone = goOut(conference.sid, callSid, reason);
    const how = kicked ?? 'left';
    if (gone.endConferenceOnExit && reason !== 'participant_add_failed') {
      for (const other of present(rooms.get(conference.sid) ?? conference))
        goOut(conference.sid, other.callSid, 'moderator_ended_conference');
      close(conference.sid, `participant-with-end-conference-on-exit-${how}`, gone);
    } else if (isEmpty(conference.sid)) {
      close(conference.sid, `last-participant-${how}`, gone);
    }
  };

  return {
    of,
    leave,
    active: (sidOrName) => live().find(({ sid, name }) => sid === sidOrName || name === sidOrName),

    join: (callSid, number, room, over) => {
      const found = live().find(({ name }) => name === room.name);
      const here = found ? present(found) : [];
      if (room.participantLabel !== null && here.some(({ label }) => label === room.participantLabel))
        return 'duplicate-label';
      if (found && here.length >= Math.min(found.maxParticipants, room.maxParticipants)) return 'full';
      const { sid } = found ?? open(room);
      const participant: ParticipantRecord = {
        callSid,
        number,
        label: room.participantLabel,
        joinedAt: ports.now(),
        updatedAt: ports.now(),
        leftAt: null,
        muted: room.muted,
        hold: false,
        startConferenceOnEnter: room.startConferenceOnEnter,
        endConferenceOnExit: room.endConferenceOnExit,
        coach: room.coach,
        waitUrl: room.waitUrl,
        waitMethod: room.waitMethod,
      };
      const { participants, invited = [] } = rooms.get(sid) ?? {};
      patch(sid, {
        participants: [...(participants ?? []), participant],
        invited: invited.filter((other) => other !== callSid),
      });
      overOf.set(callSid, over);
      fireOf(sid, 'join', 'participant-join', participant);
      startIfReady(sid);
      if (rooms.get(sid)?.status === 'init') ports.startMusic(callSid, room);
      return 'joined';
    },

    invite: (callSid, room) => {
      const { sid, invited = [] } = live().find(({ name }) => name === room.name) ?? open(room);
      return patch(sid, { invited: [...invited, callSid] });
    },

    uninvite: (callSid) => {
      for (const { sid, invited = [] } of live()) {
        if (!invited.includes(callSid)) continue;
        patch(sid, { invited: invited.filter((other) => other !== callSid) });
        if (isEmpty(sid)) close(sid, 'last-participant-left', null);
      }
    },

    end: (sid) => {
      const conference = rooms.get(sid);
      if (conference === undefined || conference.status === 'completed') return;
      for (const { callSid } of present(conference)) goOut(sid, callSid, 'conference_ended_via_api');
      close(sid, 'conference-ended-via-api', null);
    },

    update: (sid, callSid, changes) => updateParticipant({ rooms, fireOf, ...ports }, sid, callSid, changes),

    announce: (sid, hook, callSid) => {
      const everybody = (): readonly string[] => {
        const conference = rooms.get(sid);
        return conference === undefined ? [] : present(conference).map((participant) => participant.callSid);
      };
      const asking = callSid ?? everybody()[0];
      if (asking === undefined) return;
      ports.announce({
        place: callSid ?? sid,
        hook,
        callSid: asking,
        listeners: () => everybody().filter((one) => callSid === null || one === callSid),
        over: (failure) =>
          fire(sid, 'announcement', failure === null ? 'announcement-end' : 'announcement-fail', {
            ...(callSid === null ? {} : { CallSid: callSid }),
            AnnounceUrl: hook.url,
            ...(failure === null ? {} : { ReasonAnnouncementFailed: failure }),
          }),
      });
    },

    spoke: (callSid) => {
      const conference = of(callSid);
      const speaker = conference && present(conference).find((participant) => participant.callSid === callSid);
      if (conference?.status !== 'in-progress' || speaker === undefined) return;
      fireOf(conference.sid, 'speaker', 'participant-speech-start', speaker);
      fireOf(conference.sid, 'speaker', 'participant-speech-stop', speaker);
    },

    musicFailed: (callSid) => {
      const waits = of(callSid)?.status === 'init';
      // Without its wait document Twilio does not fully establish the conference: the Dial fails.
      if (waits) leave(callSid, 'participant_add_failed');
    },
  };
}

function reasonInWords(reason: string, ending: ParticipantRecord | null): string {
  if (ending !== null) return `Participant ${ending.callSid} ended the conference: ${reason}`;
  return reason === 'conference-ended-via-api' ? 'Conference ended via API' : 'Nobody who was called came in';
}
