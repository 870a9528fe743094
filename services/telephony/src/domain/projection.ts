import type { Person } from './session';

/*
 * What telephony knows of an appointment, in two parts. State moves only by a higher version; particulars come from the
 * highest revision that carried them, even where the state already stands later.
 */

export interface Appointment {
  readonly appointmentId: string;
  readonly state?: { readonly version: number; readonly startsAt: number; readonly cancelled: boolean };
  readonly particulars?: {
    readonly revision: number;
    readonly client: Person;
    readonly agent: Person & { readonly agentId: string };
  };
}

/** The newest word on an agent: it wins over what an appointment carried. */
export interface Agent extends Person {
  readonly agentId: string;
  readonly agentVersion: number;
}

export interface AppointmentNews {
  readonly appointmentId: string;
  readonly version: number;
  readonly revision: number;
  readonly cancelled: boolean;
  /** A cancellation carries neither a time nor particulars. */
  readonly startsAt?: number;
  readonly client?: Person;
  readonly agent?: Person & { readonly agentId: string };
}

/** The appointment with the news applied; the very same object when they are none. */
export function applyNews(known: Appointment, news: AppointmentNews): Appointment {
  const isLater = news.version > (known.state?.version ?? 0);
  const isNewer = news.revision > (known.particulars?.revision ?? 0);
  const state = isLater
    ? {
        version: news.version,
        startsAt: news.startsAt ?? known.state?.startsAt ?? 0,
        cancelled: news.cancelled,
      }
    : known.state;
  const particulars =
    isNewer && news.client && news.agent
      ? { revision: news.revision, client: news.client, agent: news.agent }
      : known.particulars;
  return state === known.state && particulars === known.particulars
    ? known
    : { appointmentId: known.appointmentId, ...(state && { state }), ...(particulars && { particulars }) };
}

/** Why a session of `version` must not go on, if it must not. */
export function overtakenBy(appointment: Appointment, version: number): 'cancelled' | 'superseded' | undefined {
  if (!appointment.state || appointment.state.version < version) return undefined;
  if (appointment.state.cancelled) return 'cancelled';
  return appointment.state.version > version ? 'superseded' : undefined;
}
