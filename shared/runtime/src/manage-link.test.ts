import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { manageUrl, signManageToken, verifyManageToken } from './index';

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
