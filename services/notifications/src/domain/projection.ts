import type { AppointmentCreated, DataOf } from '@appointments/events';

type Booked = DataOf<typeof AppointmentCreated>;

/** Which time, if any, is meant: moved only by a higher version. */
export interface State {
  readonly version: number;
  readonly cancelled: boolean;
  /** ISO, UTC; unknown where the cancellation came before the booking. */
  readonly startsAt?: string | undefined;
  readonly cancelledBy?: string | undefined;
  /** What the one who called it off wrote. */
  readonly reason?: string | undefined;
}

/** Who and when, as the highest revision told it. */
export interface Particulars extends Pick<
  Booked,
  'revision' | 'startsAt' | 'durationMinutes' | 'timeZone' | 'localStart' | 'client' | 'agent' | 'notes' | 'unproven'
> {
  /** The appointmentVersion whose time this is. */
  readonly version: number;
}

/** The newest word on an agent. */
export interface AgentWord {
  readonly agentId: string;
  readonly agentVersion: number;
  readonly name: string;
  readonly email: string;
  readonly phone: string;
  readonly timeZone: string;
}

/** What this service knows of an appointment. Either part may come first. */
export interface Projection {
  readonly state?: State | undefined;
  readonly particulars?: Particulars | undefined;
}

/** The parts that one event brings. */
export interface Parts extends Projection {
  readonly appointmentId: string;
  readonly state: State;
}

/**
 * What is known `after` these parts are taken in, and which of them are `news`, if any: the state by its version, the
 * particulars by their revision.
 */
export function withParts(
  known: Projection,
  { state, particulars }: Parts,
): { readonly after: Projection; readonly news?: Projection } {
  const news: Projection = {
    ...((known.state?.version ?? 0) < state.version && { state }),
    ...(particulars && (known.particulars?.revision ?? 0) < particulars.revision && { particulars }),
  };
  if (!news.state && !news.particulars) return { after: known };
  return {
    news,
    after: {
      state: news.state ? withKnown(news.state, known.state) : known.state,
      particulars: news.particulars ?? known.particulars,
    },
  };
}

/** A cancellation names no time, and a booking nobody who called it off: what is known of these stays. */
function withKnown(state: State, known: State | undefined): State {
  return {
    ...state,
    startsAt: state.startsAt ?? known?.startsAt,
    cancelledBy: state.cancelledBy ?? known?.cancelledBy,
    reason: state.reason ?? known?.reason,
  };
}

/** What a booking, a move or an amendment tells. */
export function partsOfBooking(data: Booked): Parts {
  const { appointmentId, appointmentVersion: version, startsAt } = data;
  const { revision, durationMinutes, timeZone, localStart, client, agent, notes, unproven } = data;
  return {
    appointmentId,
    state: { version, cancelled: false, startsAt },
    particulars: { version, revision, startsAt, durationMinutes, timeZone, localStart, client, agent, notes, unproven },
  };
}

/** What a cancellation tells: no time and no people. */
export function partsOfCancellation(data: {
  readonly appointmentId: string;
  readonly appointmentVersion: number;
  readonly cancelledBy: string;
  readonly reason?: string | undefined;
}): Parts {
  const { appointmentId, appointmentVersion: version, cancelledBy, reason } = data;
  return { appointmentId, state: { version, cancelled: true, cancelledBy, reason } };
}

/** The instant the appointment ends, in milliseconds. */
export function endsAtMs(particulars: Particulars): number {
  return Date.parse(particulars.startsAt) + particulars.durationMinutes * 60_000;
}

/** Whether the client has yet to prove that this is theirs. */
export function isUnproven({ unproven = [] }: Particulars, what: 'email' | 'phone'): boolean {
  return unproven.includes(what);
}
