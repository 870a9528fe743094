import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createTestKernel } from '../aws/test-cloud';
import { createHttpApi } from './api';
import type { RouteLimit } from './token-bucket';

const NOW = Date.UTC(2026, 11, 1, 15);
const closing: (() => void)[] = [];

afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** An API whose routes have these limits; `POST /staff/things` asks for a token, and gets none that fits. */
async function limitedApi(limits: Readonly<Record<string, RouteLimit>>) {
  const { kernel, advanceTo } = createTestKernel(NOW);
  const invoked: string[] = [];
  const routes = ['GET /things', 'GET /things/{id}', 'POST /staff/things'].map((routeKey) => ({
    routeKey,
    target: {
      invoke: async () => {
        invoked.push(routeKey);
        return { statusCode: 200, body: '{}' };
      },
      ...(limits[routeKey] && { limit: limits[routeKey] }),
      ...(routeKey.includes('/staff/') && { authorization: { scopes: ['staff'] } }),
    },
  }));
  const server = createServer(
    createHttpApi(
      { apiId: 'api', routes },
      {
        clock: kernel.clock,
        busy: kernel.busy,
        authorize: async () => ({ allowed: false, status: 401, challenge: 'Bearer' }),
      },
    ),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  const ask = async (method: string, path: string) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers: { connection: 'close' } });
    return { status: response.status, body: await response.json() };
  };
  const statuses = async (...asked: readonly (readonly [string, string])[]) => {
    const answers: number[] = [];
    for (const [method, path] of asked) answers.push((await ask(method, path)).status);
    return answers;
  };
  return { invoked, ask, statuses, advanceTo };
}

describe('a route with a limit', () => {
  it('answers 429 as API Gateway does once its bucket is empty, and its function hears nothing of it', async () => {
    const { ask, invoked } = await limitedApi({ 'GET /things': { ratePerSecond: 1, burst: 2 } });

    const answers = [await ask('GET', '/things'), await ask('GET', '/things'), await ask('GET', '/things')];

    expect(answers).toEqual([
      { status: 200, body: {} },
      { status: 200, body: {} },
      { status: 429, body: { message: 'Too Many Requests' } },
    ]);
    expect(invoked).toHaveLength(2);
  });

  it('takes requests again as time goes by on the virtual clock', async () => {
    const { statuses, advanceTo } = await limitedApi({ 'GET /things': { ratePerSecond: 0.5, burst: 1 } });
    const things = ['GET', '/things'] as const;

    const before = await statuses(things, things);
    await advanceTo(NOW + 1999);
    const early = await statuses(things);
    await advanceTo(NOW + 2000);
    const late = await statuses(things, things);

    expect([before, early, late]).toEqual([[200, 429], [429], [200, 429]]);
  });

  it('shares its limit among all that its path may be, and with no other route', async () => {
    const { statuses } = await limitedApi({ 'GET /things/{id}': { ratePerSecond: 1, burst: 1 } });

    const answers = await statuses(['GET', '/things/a'], ['GET', '/things/b'], ['GET', '/things'], ['GET', '/things']);

    expect(answers).toEqual([200, 429, 200, 200]);
  });

  it('counts what no token opens too: guessing is throttled', async () => {
    const { statuses } = await limitedApi({ 'POST /staff/things': { ratePerSecond: 1, burst: 1 } });

    const answers = await statuses(['POST', '/staff/things'], ['POST', '/staff/things']);

    expect(answers).toEqual([401, 429]);
  });
});

describe('a request', () => {
  it('is named in its answer, whoever gives it, and the function hears the same name', async () => {
    const { kernel } = createTestKernel(NOW);
    const heard: unknown[] = [];
    const invoke = async (event: unknown) =>
      heard.push((event as { requestContext: { requestId: string } }).requestContext.requestId);
    const server = createServer(
      createHttpApi(
        { apiId: 'api', routes: [{ routeKey: 'GET /things', target: { invoke } }] },
        {
          clock: kernel.clock,
          busy: kernel.busy,
          authorize: async () => ({ allowed: false, status: 401, challenge: 'Bearer' }),
        },
      ),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => server.close());
    const { port } = server.address() as AddressInfo;
    const nameOf = async (path: string) => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: 'close' } });
      return response.headers.get('apigw-requestid');
    };

    const names = [await nameOf('/things'), await nameOf('/nothing'), await nameOf('/things')];

    expect(new Set(names).size).toBe(3);
    expect([names[0], names[2]]).toEqual(heard);
    expect(names[1]).toMatch(/^[\w-]+$/);
  });
});
