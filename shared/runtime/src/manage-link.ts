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

function mac(key: string, appointmentId: string, expires: number): Buffer {
  return createHmac('sha256', key)
    .update(['manage', appointmentId, String(expires)].join('\n'))
    .digest();
}

/** `v1.<kid>.<exp>.<signature>`, safe in a URL; `exp` in seconds since the epoch. */
export function signManageToken(keys: LinkKeys, appointmentId: string, endsAt: Date): string {
  const expires = Math.floor(endsAt.getTime() / 1000) + GRACE_SECONDS;
  return ['v1', keys.kid, String(expires), mac(keys.key, appointmentId, expires).toString('base64url')].join('.');
}

/** Whether the token was signed by a known key for this very appointment and has not expired. */
export function verifyManageToken(keys: LinkKeys, appointmentId: string, token: string, now: Date): boolean {
  const match = /^v1\.([A-Za-z0-9_-]{1,16})\.(\d{1,12})\.([A-Za-z0-9_-]{43})$/.exec(token);
  if (!match) return false;
  const [, kid, exp, signature] = match;
  const key = kid === keys.kid ? keys.key : keys.retired?.find((retired) => retired.kid === kid)?.key;
  if (key === undefined || signature === undefined) return false;
  const given = Buffer.from(signature, 'base64url');
  const expected = mac(key, appointmentId, Number(exp));
  return given.length === expected.length && timingSafeEqual(given, expected) && now.getTime() < Number(exp) * 1000;
}

/** The address where a client manages an appointment; the token is in the fragment, which reaches no server log, mail scanner or Referer. */
export function manageUrl(publicUrl: string, appointmentId: string, token: string): string {
  return `${publicUrl.replace(/\/+$/, '')}/manage/${appointmentId}#${token}`;
}
