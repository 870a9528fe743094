import { describe, expect, it } from '@jest/globals';
import { compileRoutes } from './routes';

const keys = [
  '$default',
  'ANY /{proxy+}',
  'GET /pets/{proxy+}',
  'GET /pets/{kind}/{id}',
  'GET /pets/dog/1',
  'GET /pets/dog/{id}',
  'POST /pets/dog/1',
  'ANY /pets/dog/1',
  'GET /',
];
const match = compileRoutes(keys.map((routeKey) => ({ routeKey, target: routeKey })));

describe('routes of an HTTP API', () => {
  it.each([
    ['GET', '/pets/dog/1', 'GET /pets/dog/1', {}],
    ['PUT', '/pets/dog/1', 'ANY /pets/dog/1', {}],
    ['GET', '/pets/dog/2', 'GET /pets/dog/{id}', { id: '2' }],
    ['GET', '/pets/cat/2', 'GET /pets/{kind}/{id}', { kind: 'cat', id: '2' }],
    ['GET', '/pets/cat/2/toys', 'GET /pets/{proxy+}', { proxy: 'cat/2/toys' }],
    ['POST', '/pets/cat/2', 'ANY /{proxy+}', { proxy: 'pets/cat/2' }],
    ['GET', '/', 'GET /', {}],
    ['POST', '/', '$default', {}],
    ['GET', '/pets/dog/a%20b%2Fc', 'GET /pets/dog/{id}', { id: 'a b/c' }],
    ['GET', '/pets/dog/%E0%A4', 'GET /pets/dog/{id}', { id: '%E0%A4' }],
  ])('%s %s leads to %s', (method, path, routeKey, pathParameters) => {
    const found = match(method, path);

    expect(found?.route.routeKey).toBe(routeKey);
    expect(found?.pathParameters).toEqual(pathParameters);
  });

  it('lead nowhere without a default', () => {
    expect(compileRoutes([{ routeKey: 'GET /a', target: 1 }])('GET', '/b')).toBeUndefined();
    expect(compileRoutes([{ routeKey: 'GET /a/{id}', target: 1 }])('GET', '/a/')).toBeUndefined();
  });
});
