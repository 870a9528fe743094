import { randomBytes } from 'node:crypto';

/** Crockford's base 32: no letter that is taken for a digit. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** `apt_` and a ULID. */
export function newAppointmentId(now: Date): string {
  return `apt_${ulid(now)}`;
}

/** `hld_` and a ULID. */
export function newHoldId(now: Date): string {
  return `hld_${ulid(now)}`;
}

/** 48 bits of time, so that ids sort by age, and 80 random bits, so that none can be guessed. */
function ulid(now: Date): string {
  const bytes = Buffer.concat([Buffer.alloc(6), randomBytes(10)]);
  bytes.writeUIntBE(now.getTime(), 0, 6);
  let bits = BigInt(`0x${bytes.toString('hex')}`);
  let text = '';
  for (let place = 0; place < 26; place++) {
    text = (ALPHABET[Number(bits & 31n)] ?? '') + text;
    bits >>= 5n;
  }
  return text;
}
