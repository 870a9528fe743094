import { publicOperations, staffOperations, type PublicOperations, type StaffOperations } from './api.generated';
import { transport, type StaffToken, type Surroundings, type TransportSettings } from './transport';

export type ClientSettings = TransportSettings;

export interface StaffClientSettings extends TransportSettings {
  /** A JWT with the scope `staff`, or a function that gives one; it is asked before each attempt. */
  readonly token: StaffToken;
}

/** What anybody may do, and the client of an appointment by its manage token. */
export function appointmentsClient(settings: ClientSettings): PublicOperations {
  return publicOperations(transport(settings, undefined, PLATFORM));
}

/** What staff may do. */
export function staffClient({ token, ...settings }: StaffClientSettings): StaffOperations {
  return staffOperations(transport(settings, token, PLATFORM));
}

const PLATFORM: Surroundings = {
  wait: (milliseconds, signal) =>
    new Promise((resolve, reject) => {
      const abort = () => {
        clearTimeout(timer);
        reject(reasonOf(signal));
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', abort);
        resolve();
      }, milliseconds);
      if (signal?.aborted) abort();
      else signal?.addEventListener('abort', abort, { once: true });
    }),
  random: Math.random,
  now: Date.now,
  // Not randomUUID, which browsers have on secure pages only.
  newKey: () =>
    Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(''),
};

function reasonOf(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new DOMException('This operation was aborted', 'AbortError');
}
