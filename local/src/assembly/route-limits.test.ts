import { describe, expect, it } from '@jest/globals';
import { BadConfigurationError } from './configuration';
import { routeLimits } from './route-limits';

const KEYS = ['GET /a', 'POST /a'];
const settings = (rate: number, burst: number) => ({ ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst });

describe('the limits of routes', () => {
  it('are those of the API’s stage, the default being that of every route it does not name', () => {
    const limitOf = routeLimits(
      { DefaultRouteSettings: settings(100, 200), RouteSettings: { 'POST /a': settings(2, 3) } },
      KEYS,
      {},
    );

    expect(limitOf('POST /a')).toEqual({ ratePerSecond: 2, burst: 3 });
    expect(limitOf('GET /a')).toEqual({ ratePerSecond: 100, burst: 200 });
  });

  it('are none where the stage says nothing, or nothing of throttling', () => {
    expect(routeLimits(undefined, KEYS, {})('GET /a')).toBeUndefined();
    expect(routeLimits({ RouteSettings: {} }, KEYS, { ROUTE_LIMITS: '' })('GET /a')).toBeUndefined();
    expect(routeLimits({ RouteSettings: { 'GET /a': {} } }, KEYS, {})('GET /a')).toBeUndefined();
  });

  it('are those of the environment alone where it has any', () => {
    const environment = { ROUTE_LIMITS: '{"GET /a": {"ratePerSecond": 0.5, "burst": 1}}' };
    const limitOf = routeLimits({ RouteSettings: { 'POST /a': settings(2, 3) } }, KEYS, environment);

    expect(limitOf('GET /a')).toEqual({ ratePerSecond: 0.5, burst: 1 });
    expect(limitOf('POST /a')).toBeUndefined();
    expect(
      routeLimits(undefined, KEYS, { ROUTE_LIMITS: '{"default": {"ratePerSecond": 1, "burst": 1}}' })('POST /a'),
    ).toEqual({ ratePerSecond: 1, burst: 1 });
  });

  it.each([
    ['many', /must be JSON like/],
    ['[]', /must be JSON like/],
    ['{"GET /a": 3}', /must be JSON like/],
    ['{"GET /a": {"ratePerSecond": 0, "burst": 1}}', /must be JSON like/],
    ['{"GET /a": {"ratePerSecond": 1, "burst": 1.5}}', /must be JSON like/],
    ['{"GET /a": {"ratePerSecond": 1}}', /must be JSON like/],
    ['{"GET /a": {"ratePerSecond": 1, "burst": 1, "per": "minute"}}', /must be JSON like/],
    ['{"GET /b": {"ratePerSecond": 1, "burst": 1}}', /"GET \/b", which is no route. There are default, GET \/a, POST/],
  ])('are refused at the start where they make no sense: %s', (text, fault) => {
    const limits = () => routeLimits(undefined, KEYS, { ROUTE_LIMITS: text });

    expect(limits).toThrow(BadConfigurationError);
    expect(limits).toThrow(fault);
  });
});
