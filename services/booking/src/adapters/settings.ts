import * as z from 'zod';
import { LinkKeys, problemBaseAt, readConfig, secret } from '@appointments/runtime';
import type { BookingLimits } from '../app/limits';
import { PROOFS, type Proof } from '../domain/proof';

export const now = (): Date => new Date();

/** The table of this service. */
export function tableName(): string {
  return readConfig(z.object({ TABLE_NAME: z.string().min(1) })).TABLE_NAME;
}

/** Where clients reach us; links and problem types begin with it. */
export function publicUrl(): string {
  return readConfig(
    z.object({
      PUBLIC_URL: z.url({ protocol: /^https?$/, error: 'must be an address like https://book.example.com' }),
    }),
  ).PUBLIC_URL.replace(/\/+$/, '');
}

export function problemBase(): string {
  return problemBaseAt(publicUrl());
}

/** Reads the key that signs manage links, and keeps it for five minutes. */
export function linkKeys(): () => Promise<LinkKeys> {
  const { LINK_KEY_SECRET_NAME } = readConfig(z.object({ LINK_KEY_SECRET_NAME: z.string().min(1) }));
  return secret(LinkKeys, LINK_KEY_SECRET_NAME);
}

/** How long a time is kept for whoever fills in the form. */
export function holdMinutes(): number {
  return readConfig(z.object({ HOLD_MINUTES: z.coerce.number().int().min(1).max(60) })).HOLD_MINUTES;
}

/** A form that was filled in quicker was filled in by no person; 0 switches it off. */
export function formMinimumSeconds(): number {
  return readConfig(z.object({ FORM_MINIMUM_SECONDS: z.coerce.number().min(0).max(60) })).FORM_MINIMUM_SECONDS;
}

const Asked = z.enum(['true', 'false'], 'must be true or false');

/** What clients are asked to prove to be theirs before they are phoned. */
export function toProve(): readonly Proof[] {
  const { CONFIRM_EMAIL, CONFIRM_PHONE } = readConfig(z.object({ CONFIRM_EMAIL: Asked, CONFIRM_PHONE: Asked }));
  const asked = { email: CONFIRM_EMAIL === 'true', phone: CONFIRM_PHONE === 'true' };
  return PROOFS.filter((what) => asked[what]);
}

const Most = z.coerce.number().int().min(0).max(1_000_000);

/** How much may be booked; 0 is no limit. */
export function bookingLimits(): BookingLimits {
  const config = readConfig(
    z.object({ BOOKINGS_PER_ADDRESS: Most, BOOKINGS_PER_NUMBER: Most, BOOKINGS_PER_NETWORK: Most }),
  );
  return {
    perAddress: config.BOOKINGS_PER_ADDRESS,
    perNumber: config.BOOKINGS_PER_NUMBER,
    perNetwork: config.BOOKINGS_PER_NETWORK,
  };
}
