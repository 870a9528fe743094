import { createHash } from 'node:crypto';
import { Problem } from '@appointments/runtime';
import { networkOf } from '../domain/network';

/** The most bookings in a time; 0 is no limit. */
export interface BookingLimits {
  /** With one e-mail address on one UTC day. */
  readonly perAddress: number;
  /** With one number on one UTC day. */
  readonly perNumber: number;
  /** From one network in one hour. */
  readonly perNetwork: number;
}

/** A count that a booking adds to, and that must not pass `most`. */
export interface Counted {
  readonly what: keyof BookingLimits;
  /** Whose bookings are counted, made unreadable, and in which time. */
  readonly key: string;
  readonly most: number;
  /** When the time ends, in milliseconds since 1970. */
  readonly endsAt: number;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** What a booking by this person from this network counts towards. */
export function countedBy(
  limits: BookingLimits,
  { email, phone, address }: { readonly email: string; readonly phone: string; readonly address: string | undefined },
  now: Date,
): Counted[] {
  const network = address === undefined ? undefined : networkOf(address);
  return [
    // Mail systems do not tell upper case from lower case.
    ...counted('perAddress', limits, email.toLowerCase(), DAY, now),
    ...counted('perNumber', limits, phone, DAY, now),
    ...(network === undefined ? [] : counted('perNetwork', limits, network, HOUR, now)),
  ];
}

function counted(
  what: keyof BookingLimits,
  limits: BookingLimits,
  whose: string,
  window: number,
  now: Date,
): Counted[] {
  const most = limits[what];
  if (most === 0) return [];
  const begins = Math.floor(now.getTime() / window) * window;
  const unreadable = createHash('sha256').update(`${what} ${whose}`).digest('base64url');
  return [{ what, key: `${what}#${unreadable}#${new Date(begins).toISOString()}`, most, endsAt: begins + window }];
}

const SAID = {
  perAddress: { path: 'email', message: 'has as many bookings as one address may make in a day' },
  perNumber: { path: 'phone', message: 'has as many bookings as one number may have in a day' },
  perNetwork: { path: '', message: 'as many bookings came from this network as may come in an hour' },
} as const;

/** As much was booked as may be. */
export function tooManyBookings(passed: readonly Counted[], now: Date): Problem {
  const ends = Math.max(...passed.map(({ endsAt }) => endsAt));
  return new Problem({
    status: 429,
    slug: 'too-many-bookings',
    title: 'Too many bookings in a short time',
    errors: passed.map(({ what }) => SAID[what]),
    headers: { 'retry-after': String(Math.max(1, Math.ceil((ends - now.getTime()) / 1000))) },
  });
}
