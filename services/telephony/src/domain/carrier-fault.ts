/** What a failed request to the carrier means for the call that was asked for (Twilio's error codes, as documented). */
export type CarrierFault =
  /** This number can never be called. */
  | 'invalid-number'
  /** Not now; may be an outage on the way. */
  | 'unreachable'
  /** The account or its settings are at fault: no call of anybody's can be placed until a person has mended that. */
  | 'account'
  /** Refused for another reason that no attempt can mend: a country not permitted, a number not verified, something new. */
  | 'refused'
  /** Surely not processed: safe to ask again. */
  | 'not-placed'
  /** Nobody knows whether the call was placed. Never ask again: only a webhook or the watchdog can tell. */
  | 'ambiguous';

const NUMBER_CODES = new Set([21201, 21211, 21217, 21401]);
/**
 * Wrong credentials, an account that is closed, suspended or on trial without a number, an address or a calling number that
 * is not ours: the same for whoever is called.
 */
const ACCOUNT_CODES = new Set([10001, 10002, 20003, 20005, 20404, 21205, 21210, 21212, 21213]);
/** 21214 and 13224 can be carrier outages (Twilio's page on 13224). */
const MAYBE_LATER_CODES = new Set([21214, 13224]);
/** The connection never stood, so nothing was sent. */
const UNSENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** New codes appear without notice: an unknown refusal is permanent, an unknown failure is ambiguous. */
export function sortFault(fault: {
  /** The HTTP status, where there was an answer. */
  readonly status?: number | undefined;
  readonly code?: number | undefined;
  /** Node's name for what the network did, where there was none. */
  readonly network?: string | undefined;
}): CarrierFault {
  const { status, code, network } = fault;
  if (status === 429 || code === 20429) return 'not-placed';
  if (status === undefined) return network !== undefined && UNSENT.has(network) ? 'not-placed' : 'ambiguous';
  if (status >= 500 || status === 408) return 'ambiguous';
  if (code !== undefined && NUMBER_CODES.has(code)) return 'invalid-number';
  if (code !== undefined && MAYBE_LATER_CODES.has(code)) return 'unreachable';
  if (status === 401 || (code !== undefined && ACCOUNT_CODES.has(code))) return 'account';
  return 'refused';
}
