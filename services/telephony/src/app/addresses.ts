import type { Leg } from '../domain/session';

/** Status callbacks may be repeated freely, so they are, whatever went wrong (Twilio's connection overrides). */
const CALLBACK_OVERRIDES = '#rc=3&rp=all&rt=4000';
/** Somebody is on the line and hears silence meanwhile: soon and seldom. */
const DOCUMENT_OVERRIDES = '#rc=2&rp=ct,rt,5xx&ct=1500&rt=4000';

export interface AttemptPlace {
  readonly sessionId: string;
  readonly leg: Leg;
  readonly n: number;
}

/**
 * Where Twilio finds us. Everything stands in the path and nothing in a query string, so that nothing can be reordered or
 * encoded otherwise on the way and the signature fits.
 */
export function addresses(baseUrl: string) {
  const base = baseUrl.replace(/\/+$/, '');
  const call = ({ sessionId, leg, n }: AttemptPlace) => `${base}/calls/${sessionId}/${leg}/${n}`;
  return {
    answer: (place: AttemptPlace) => `${call(place)}/answer${DOCUMENT_OVERRIDES}`,
    key: (place: AttemptPlace) => `${call(place)}/key${DOCUMENT_OVERRIDES}`,
    dialled: (place: AttemptPlace) => `${call(place)}/dialled${DOCUMENT_OVERRIDES}`,
    status: (place: AttemptPlace) => `${call(place)}/status${CALLBACK_OVERRIDES}`,
    conference: (place: AttemptPlace) => `${call(place)}/conference${CALLBACK_OVERRIDES}`,
    wait: () => `${base}/wait`,
    at: (path: string) => `${base}${path}`,
    sorry: () => `${base}/sorry`,
  };
}
export type Addresses = ReturnType<typeof addresses>;
