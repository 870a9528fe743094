import { describe, expect, it } from '@jest/globals';
import { requestUrl } from './http';

describe('The address of a request', () => {
  it.each([
    ['/', '/'],
    ['/_local/events?after=3', '/_local/events'],
    ['//', '//'],
    ['//host:99999/', '//host:99999/'],
    ['/%zz', '/%zz'],
    ['http://localhost:3000/console', '/console'],
    ['http://[', '/'],
    ['*', '/'],
    ['', '/'],
  ])('is understood or taken for the root, whatever was sent: %s', (target, path) => {
    expect(requestUrl({ url: target }).pathname).toBe(path);
  });

  it('keeps the query', () => {
    expect(requestUrl({ url: '/_local/events?after=3' }).searchParams.get('after')).toBe('3');
  });
});
