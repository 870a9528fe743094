import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { networkOf } from './network';

describe('the network of an address', () => {
  it.each([
    ['198.51.100.7', '198.51.100.0/24'],
    ['::ffff:198.51.100.7', '198.51.100.0/24'],
    ['2001:db8:1:2ff::1', '2001:db8:1:200::/56'],
    ['2001:DB8:1:2ab:3:4:5:6', '2001:db8:1:200::/56'],
    ['::1', '0:0:0:0::/56'],
    ['fe80::', 'fe80:0:0:0::/56'],
  ])('%s is in %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });

  it.each(['', 'localhost', '1.2.3', '256.1.1.1', '1:2:3', '1::2::3', '1:2:3:4:5:6:7:8::', 'g::1', '12345::'])(
    '%j is in none: it is no address',
    (address) => {
      expect(networkOf(address)).toBeUndefined();
    },
  );

  it('is the same for all addresses whose first 56 bits are the same, however they are written', () => {
    fc.assert(
      fc.property(fc.ipV6(), fc.ipV6(), (one, other) => {
        const network = networkOf(one);
        fc.pre(network !== undefined && !one.includes('.') && !other.includes('.'));
        expect(network).toMatch(/^([0-9a-f]{1,4}:){4}:\/56$/);
        // The network's own first address lies in it.
        expect(networkOf(network?.replace('/56', '1') ?? '')).toBe(network);
      }),
    );
  });
});
