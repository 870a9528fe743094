import type { ConferenceEvents } from './conference-events';
import type { WaitMusic } from './interpreter';
import type { RoomRecords } from './room-records';
import { present } from './rooms';

export interface ParticipantChanges {
  readonly muted?: boolean;
  readonly hold?: boolean;
  /** What plays to one who is held. @default Twilio's own music */
  readonly holdMusic?: WaitMusic;
  readonly endConferenceOnExit?: boolean;
  /** The call to coach from now on; null: none. */
  readonly coach?: string | null;
  /** What plays to one who waits. */
  readonly waitMusic?: WaitMusic;
}

const TWILIOS_MUSIC: WaitMusic = { waitUrl: null, waitMethod: 'POST' };

export interface ParticipantChangePorts extends Pick<ConferenceEvents, 'fireOf'> {
  readonly rooms: Pick<RoomRecords, 'get' | 'patchParticipant'>;
  readonly startMusic: (callSid: string, music: WaitMusic) => void;
  readonly stopMusic: (callSid: string) => void;
}

/** Changes one who is in the room, if it is; what is as it was is not told of. */
export function updateParticipant(
  { rooms, fireOf, startMusic, stopMusic }: ParticipantChangePorts,
  sid: string,
  callSid: string,
  changes: ParticipantChanges,
): void {
  const conference = rooms.get(sid);
  const before = conference && present(conference).find((participant) => participant.callSid === callSid);
  if (before === undefined) return;
  const { muted, hold, holdMusic, endConferenceOnExit, coach, waitMusic } = changes;
  if (muted !== undefined && muted !== before.muted) {
    fireOf(
      sid,
      'mute',
      muted ? 'participant-mute' : 'participant-unmute',
      rooms.patchParticipant(sid, callSid, { muted }),
    );
  }
  if (waitMusic !== undefined) {
    rooms.patchParticipant(sid, callSid, waitMusic);
    if (conference?.status === 'init' && !before.hold) startMusic(callSid, waitMusic);
  }
  if (hold === true) startMusic(callSid, holdMusic ?? TWILIOS_MUSIC);
  if (hold !== undefined && hold !== before.hold) {
    const changed = rooms.patchParticipant(sid, callSid, { hold });
    if (!hold && conference?.status === 'init') startMusic(callSid, changed);
    else if (!hold) stopMusic(callSid);
    fireOf(sid, 'hold', hold ? 'participant-hold' : 'participant-unhold', changed);
  }
  // On one who is held Twilio answers OK and changes nothing.
  if (endConferenceOnExit !== undefined && endConferenceOnExit !== before.endConferenceOnExit && !before.hold) {
    fireOf(sid, 'modify', 'participant-modify', rooms.patchParticipant(sid, callSid, { endConferenceOnExit }));
  }
  if (coach !== undefined && coach !== (before.coach ?? null)) {
    fireOf(sid, 'modify', 'participant-modify', rooms.patchParticipant(sid, callSid, { coach }));
  }
}
