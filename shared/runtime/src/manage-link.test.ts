import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  confirmUrl,
  isPhoneCode,
  manageUrl,
  phoneCode,
  signEmailToken,
  signManageToken,
  verifyEmailToken,
  verifyManageToken,
} from './index';

const keys = { kid: 'k2', key: 'b'.repeat(64), retired: [{ kid: 'k1', key: 'a'.repeat(64) }] };
const endsAt = new Date('2026-12-01T15:30:00.000Z');
const now = new Date('2026-12-01T12:00:00.000Z');
const token = signManageToken(keys, 'apt_1', endsAt);

describe('a manage token', () => {
  it('opens the appointment it was signed for', () => {
    expect(verifyManageToken(keys, 'apt_1', token, now)).toBe(true);
  });

  it('opens no other appointment', () => {
    expect(verifyManageToken(keys, 'apt_2', token, now)).toBe(false);
  });

  it('is good for thirty days after the end, and not a second longer', () => {
    const last = endsAt.getTime() + 30 * 86_400_000;

    expect(verifyManageToken(keys, 'apt_1', token, new Date(last - 1000))).toBe(true);
    expect(verifyManageToken(keys, 'apt_1', token, new Date(last))).toBe(false);
  });

  it('of a retired key still verifies, of a forgotten one not', () => {
    const old = signManageToken({ kid: 'k1', key: 'a'.repeat(64) }, 'apt_1', endsAt);

    expect(verifyManageToken(keys, 'apt_1', old, now)).toBe(true);
    expect(verifyManageToken({ kid: 'k2', key: keys.key }, 'apt_1', old, now)).toBe(false);
  });

  it('cannot be changed in any place', () => {
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.constantFrom('0', '9', 'A', 'z', '_', '.'), (place, letter) => {
        fc.pre(token[place] !== letter);
        const forged = token.slice(0, place) + letter + token.slice(place + 1);
        // The last letter of a signature holds two bits that base64 does not use.
        fc.pre(place !== token.length - 1);
        expect(verifyManageToken(keys, 'apt_1', forged, now)).toBe(false);
      }),
    );
  });

  it('of any other text is refused, never thrown at', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !verifyManageToken(keys, 'apt_1', text, now)));
  });

  it('travels in the fragment, which reaches no server', () => {
    expect(manageUrl('https://book.example.com/', 'apt_1', 'v1.k.1.x')).toBe(
      'https://book.example.com/manage/apt_1#v1.k.1.x',
    );
  });
});

describe('an e-mail token', () => {
  const about = { appointmentId: 'apt_1', email: 'ada@example.com' };
  const emailToken = signEmailToken(keys, about.appointmentId, about.email, endsAt);

  it('proves the address it was signed for, for that appointment alone', () => {
    expect(verifyEmailToken(keys, about, emailToken, now)).toBe(true);
    expect(verifyEmailToken(keys, { ...about, email: 'eve@example.com' }, emailToken, now)).toBe(false);
    expect(verifyEmailToken(keys, { ...about, appointmentId: 'apt_2' }, emailToken, now)).toBe(false);
  });

  it('expires, and outlives the key that signed it', () => {
    const rotated = { kid: 'k3', key: 'c'.repeat(64), retired: [keys] };

    expect(verifyEmailToken(rotated, about, emailToken, now)).toBe(true);
    expect(verifyEmailToken(keys, about, emailToken, new Date(endsAt.getTime() + 30 * 86_400_000))).toBe(false);
  });

  it('is no manage token, nor is that an e-mail token', () => {
    expect(verifyManageToken(keys, 'apt_1', emailToken, now)).toBe(false);
    expect(verifyEmailToken(keys, about, token, now)).toBe(false);
  });

  it('travels in the fragment, which reaches no server', () => {
    expect(confirmUrl('https://book.example.com/', 'apt_1', 'v1.k.1.x')).toBe(
      'https://book.example.com/confirm/apt_1#v1.k.1.x',
    );
  });
});

describe('a phone code', () => {
  const about = { appointmentId: 'apt_1', phone: '+12025550123' };

  it('has six digits, leading zeros included', () => {
    const codes = Array.from({ length: 200 }, (_, n) => phoneCode(keys, `apt_${n}`, about.phone));

    expect(codes.every((code) => /^\d{6}$/.test(code))).toBe(true);
    expect(codes.some((code) => code.startsWith('0'))).toBe(true);
    expect(new Set(codes).size).toBeGreaterThan(190);
  });

  it('is good for its number and appointment alone', () => {
    const code = phoneCode(keys, about.appointmentId, about.phone);

    expect(isPhoneCode(keys, about, code)).toBe(true);
    expect(isPhoneCode(keys, { ...about, phone: '+12025550124' }, code)).toBe(false);
    expect(isPhoneCode(keys, { ...about, appointmentId: 'apt_2' }, code)).toBe(false);
  });

  it('is still good when the key was changed after it was texted', () => {
    const code = phoneCode({ key: 'a'.repeat(64) }, about.appointmentId, about.phone);

    expect(isPhoneCode(keys, about, code)).toBe(true);
    expect(isPhoneCode({ kid: keys.kid, key: keys.key }, about, code)).toBe(false);
  });

  it('of any other text is refused, never thrown at', () => {
    const code = phoneCode(keys, about.appointmentId, about.phone);

    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[\d٠-٩]{6}$/)), (text) =>
        text === code ? true : !isPhoneCode({ kid: 'k', key: keys.key }, about, text),
      ),
    );
  });
});
