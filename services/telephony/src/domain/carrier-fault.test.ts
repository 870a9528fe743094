import { describe, expect, it } from '@jest/globals';
import { sortFault } from './carrier-fault';

describe('a request that the carrier refused', () => {
  it.each([
    [21201, 'invalid-number'],
    [21211, 'invalid-number'],
    [21217, 'invalid-number'],
    [21401, 'invalid-number'],
    [21214, 'unreachable'],
    [13224, 'unreachable'],
    [10001, 'account'],
    [10002, 'account'],
    [20003, 'account'],
    [20005, 'account'],
    [20404, 'account'],
    [21205, 'account'],
    [21210, 'account'],
    [21212, 'account'],
    [21213, 'account'],
    [21215, 'refused'],
    [21216, 'refused'],
    [21219, 'refused'],
  ])('with %i is %s', (code, sort) => {
    expect(sortFault({ status: 400, code })).toBe(sort);
  });

  it('because it came too fast was surely not processed, whichever of the two says so', () => {
    expect(sortFault({ status: 429 })).toBe('not-placed');
    expect(sortFault({ status: 400, code: 20429 })).toBe('not-placed');
    expect(sortFault({ code: 20429 })).toBe('not-placed');
  });

  it('without a code is the account’s where the credentials are wrong, else of its own kind', () => {
    expect(sortFault({ status: 401 })).toBe('account');
    expect(sortFault({ status: 400 })).toBe('refused');
    expect(sortFault({ status: 403 })).toBe('refused');
    expect(sortFault({ status: 499 })).toBe('refused');
  });
});

describe('a request whose outcome nobody knows', () => {
  it.each([408, 500, 502, 503, 504, 599])('was answered %i, whatever code came along', (status) => {
    expect(sortFault({ status })).toBe('ambiguous');
    expect(sortFault({ status, code: 21211 })).toBe('ambiguous');
  });

  it.each(['ECONNRESET', 'ECONNABORTED', 'ETIMEDOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_SOCKET', 'EPIPE'])(
    'met %s on the network',
    (network) => {
      expect(sortFault({ network })).toBe('ambiguous');
    },
  );

  it('is one that says nothing of itself, or has a code but no status', () => {
    expect(sortFault({})).toBe('ambiguous');
    expect(sortFault({ code: 21211 })).toBe('ambiguous');
  });
});

describe('a request that was never sent', () => {
  it.each([
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
  ])('met %s before a connection stood', (network) => {
    expect(sortFault({ network })).toBe('not-placed');
  });

  it('had no answer: with one, what the network did says nothing', () => {
    expect(sortFault({ status: 500, network: 'ECONNREFUSED' })).toBe('ambiguous');
  });
});
