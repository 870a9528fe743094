import { createHash } from 'node:crypto';

/** The contracts allow a session's id this many characters. */
const LONGEST = 64;

/** One session per appointment and version: a second CallDue finds the first one's. Only letters, digits, `_` and `-`. */
export function callSessionId(appointmentId: string, appointmentVersion: number): string {
  const own = appointmentId.startsWith('apt_') ? `cs_${appointmentId.slice(4)}` : `cs-${appointmentId}`;
  const id = `${own}_${appointmentVersion}`;
  if (id.length <= LONGEST) return id;
  return `csh_${createHash('sha256').update(id).digest('base64url')}`;
}
