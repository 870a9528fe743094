import { createHmac, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';

/** The secret that signs manage links: the current key, and retired ones that still verify until their last link has expired. */
export const LinkKeys = z.object({
  kid: z.string().regex(/^[A-Za-z0-9_-]{1,16}$/),
  key: z.string().min(32),
  retired: z.array(z.object({ kid: z.string(), key: z.string() })).optional(),
});
export type LinkKeys = z.infer<typeof LinkKeys>;

/** A link stays good for thirty days after the appointment's end as known when it was signed. */
const GRACE_SECONDS = 30 * 24 * 3600;

/** What a token is good for, and for what; the parts have no line ends. */
type Purpose =
  | readonly ['manage', appointmentId: string]
  | readonly ['confirm-email', appointmentId: string, email: string];

function mac(key: string, parts: readonly string[]): Buffer {
  return createHmac('sha256', key).update(parts.join('\n')).digest();
}

/** `v1.<kid>.<exp>.<signature>`, safe in a URL; `exp` in seconds since the epoch. */
function sign(keys: LinkKeys, purpose: Purpose, endsAt: Date): string {
  const expires = Math.floor(endsAt.getTime() / 1000) + GRACE_SECONDS;
  const signature = mac(keys.key, [...purpose, String(expires)]);
  return ['v1', keys.kid, String(expires), signature.toString('base64url')].join('.');
}

function verify(keys: LinkKeys, purpose: Purpose, token: string, now: Date): boolean {
  const match = /^v1\.([A-Za-z0-9_-]{1,16})\.(\d{1,12})\.([A-Za-z0-9_-]{43})$/.exec(token);
  if (!match) return false;
  const [, kid, exp, signature] = match;
  const key = kid === keys.kid ? keys.key : keys.retired?.find((retired) => retired.kid === kid)?.key;
  if (key === undefined || signature === undefined) return false;
  const given = Buffer.from(signature, 'base64url');
  const expected = mac(key, [...purpose, String(Number(exp))]);
  return given.length === expected.length && timingSafeEqual(given, expected) && now.getTime() < Number(exp) * 1000;
}

/** The token that opens the appointment to its client. */
export function signManageToken(keys: LinkKeys, appointmentId: string, endsAt: Date): string {
  return sign(keys, ['manage', appointmentId], endsAt);
}

/** Whether the token was signed by a known key for this very appointment and has not expired. */
export function verifyManageToken(keys: LinkKeys, appointmentId: string, token: string, now: Date): boolean {
  return verify(keys, ['manage', appointmentId], token, now);
}

/** The token that proves an e-mail address: whoever has it read the mail that was sent there, so it goes nowhere else. */
export function signEmailToken(keys: LinkKeys, appointmentId: string, email: string, endsAt: Date): string {
  return sign(keys, ['confirm-email', appointmentId, email], endsAt);
}

/** Whether the token proves this very address for this very appointment and has not expired. */
export function verifyEmailToken(
  keys: LinkKeys,
  about: { readonly appointmentId: string; readonly email: string },
  token: string,
  now: Date,
): boolean {
  return verify(keys, ['confirm-email', about.appointmentId, about.email], token, now);
}

/** The six digits that prove a telephone number for an appointment: always the same for the two, so nobody need keep them. */
export function phoneCode(keys: Pick<LinkKeys, 'key'>, appointmentId: string, phone: string): string {
  const number = mac(keys.key, ['phone-code', appointmentId, phone]).readUIntBE(0, 6);
  return String(number % 1_000_000).padStart(6, '0');
}

/** Whether the code is the number's, by any known key: it may have been texted before the keys were changed. */
export function isPhoneCode(
  keys: LinkKeys,
  about: { readonly appointmentId: string; readonly phone: string },
  code: string,
): boolean {
  if (!/^\d{6}$/.test(code)) return false;
  const given = Buffer.from(code);
  return [keys, ...(keys.retired ?? [])]
    .map((known) => timingSafeEqual(given, Buffer.from(phoneCode(known, about.appointmentId, about.phone))))
    .includes(true);
}

/** The address where a client manages an appointment; the token is in the fragment, which reaches no server log, mail scanner or Referer. */
export function manageUrl(publicUrl: string, appointmentId: string, token: string): string {
  return `${publicUrl.replace(/\/+$/, '')}/manage/${appointmentId}#${token}`;
}

/** The address where a client confirms their e-mail address, by a button: mail scanners open links too. */
export function confirmUrl(publicUrl: string, appointmentId: string, token: string): string {
  return `${publicUrl.replace(/\/+$/, '')}/confirm/${appointmentId}#${token}`;
}
