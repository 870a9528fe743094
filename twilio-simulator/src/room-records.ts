import type { ConferenceRecord, ParticipantRecord, Store } from './records';
import { present } from './rooms';
import type { ConferenceAttributes } from './verbs';

export interface RoomRecords {
  /** The rooms that have not ended. */
  readonly live: () => readonly ConferenceRecord[];
  readonly get: (sid: string) => ConferenceRecord | undefined;
  readonly patch: (sid: string, changes: Partial<ConferenceRecord>) => ConferenceRecord;
  /** Changes one who is in the room. */
  readonly patchParticipant: (sid: string, callSid: string, changes: Partial<ParticipantRecord>) => ParticipantRecord;
  /** A new room, with nobody in it, as its first participant wants it. */
  readonly open: (room: ConferenceAttributes) => ConferenceRecord;
  readonly close: (sid: string, reason: string, callSidEnding: string | null) => ConferenceRecord;
  /** The running room the call is in. */
  readonly of: (callSid: string) => ConferenceRecord | undefined;
  /** Nobody is there, and nobody is being called. */
  readonly isEmpty: (sid: string) => boolean;
}

/** What is kept of rooms. */
export function createRoomRecords(
  store: Store,
  ports: { readonly now: () => number; readonly newSid: (prefix: 'CF') => string },
): RoomRecords {
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

  const open = (room: ConferenceAttributes): ConferenceRecord => {
    const now = ports.now();
    const conference: ConferenceRecord = {
      sid: ports.newSid('CF'),
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
    };
    store.conferences.put(conference.sid, conference);
    running.add(conference.sid);
    return conference;
  };

  return {
    live,
    patch,
    patchParticipant,
    open,
    get: (sid) => store.conferences.get(sid),
    close: (sid, reasonEnded, callSidEnding) => {
      running.delete(sid);
      return patch(sid, { status: 'completed', reasonEnded, callSidEnding });
    },
    of: (callSid) =>
      live().find((conference) => present(conference).some((participant) => participant.callSid === callSid)),
    isEmpty: (sid) => {
      const conference = store.conferences.get(sid);
      return conference === undefined || (present(conference).length === 0 && (conference.invited ?? []).length === 0);
    },
  };
}
