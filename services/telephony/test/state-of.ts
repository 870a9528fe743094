import type { Attempt, Leg, Room, Session } from '../src/domain/session';
import { AGENT, CLIENT, STARTS_AT } from './journey';

/** The state of a session as it might have been stored: for the rules that hold whatever led there. */
export function sessionOf(attempts: readonly Attempt[] = [], more: Partial<Session> = {}): Session {
  return {
    id: 'cs_1_1',
    appointmentId: 'apt_1',
    appointmentVersion: 1,
    startsAt: STARTS_AT,
    startedAt: STARTS_AT,
    people: { agent: { name: 'Alex', phone: AGENT }, client: { name: 'Ada', phone: CLIENT } },
    attempts,
    rooms: {},
    unreachable: {},
    engaged: {},
    strays: [],
    held: [],
    closed: false,
    ...more,
  };
}

/** The first attempt on a leg, claimed as the appointment began. */
export function attemptOf(leg: Leg, changes: Partial<Attempt> = {}): Attempt {
  const n = changes.n ?? 1;
  return {
    id: `${leg}-${n}`,
    leg,
    n,
    to: leg === 'agent' ? AGENT : CLIENT,
    stage: 'submitted',
    creates: 1,
    reservedAt: STARTS_AT,
    claimedAt: STARTS_AT,
    deadline: STARTS_AT + 90_000,
    hardDeadline: STARTS_AT + 150_000,
    watchAt: STARTS_AT + 90_000,
    ...changes,
  };
}

/** An attempt that waits to be claimed. */
export function reservedOf(leg: Leg, changes: Partial<Attempt> = {}): Attempt {
  const { claimedAt: _claimed, deadline: _deadline, hardDeadline: _hard, ...rest } = attemptOf(leg);
  return { ...rest, stage: 'reserved', watchAt: STARTS_AT + 60_000, ...changes };
}

/** An attempt whose call was taken by a person, who is in the room of the first agent. */
export function acceptedOf(leg: Leg, changes: Partial<Attempt> = {}): Attempt {
  return attemptOf(leg, {
    stage: 'human',
    callSid: `CA-${leg}-1`,
    rang: { ours: STARTS_AT + 1000 },
    answered: { ours: STARTS_AT + 5000 },
    humanAt: STARTS_AT + 9000,
    acceptedBy: 'key',
    announced: true,
    watchAt: STARTS_AT + 69_000,
    room: ROOM,
    ...changes,
  });
}

export const ROOM = 's-cs_1_1-1';
export const EMPTY_ROOM: Room = { joined: [], left: [] };
