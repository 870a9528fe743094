import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { decodeJwt, importJWK, SignJWT, type JWK, type JWTPayload } from 'jose';
import { createTestKernel, type Kept } from '../aws/test-cloud';
import { createHttpApi } from './api';
import { createLocalIssuer } from './authorizer';

const NOW = Date.UTC(2026, 11, 1, 15);
const SECONDS = NOW / 1000;
const closing: (() => void)[] = [];
/** Made once: a key takes a while. */
const OUR_KEY: Kept = new Map();

afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** An API with one route of the staff and one of everybody, and a way to sign tokens with the laptop's own key. */
async function api(kept = OUR_KEY) {
  const { kernel } = createTestKernel(NOW, kept);
  const issuer = await createLocalIssuer({ clock: kernel.clock, store: kernel.store });
  const seen: unknown[] = [];
  const invoke = async (event: unknown) => {
    seen.push(event);
    return { statusCode: 200, body: '{}' };
  };
  const server = createServer(
    createHttpApi(
      {
        apiId: 'api',
        routes: [
          { routeKey: 'GET /staff/things', target: { invoke, authorization: { scopes: ['staff'] } } },
          { routeKey: 'GET /things', target: { invoke } },
        ],
      },
      { clock: kernel.clock, busy: kernel.busy, authorize: issuer.authorize },
    ),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  const pair = kernel.store.collection<{ privateJwk: JWK }>('issuer').get('key');
  const key = await importJWK(pair?.privateJwk ?? {}, 'RS256');
  const own = decodeJwt(await issuer.staffToken());
  return {
    seen,
    staffToken: issuer.staffToken,
    /** A token like the issuer's own, but for these claims; `undefined` takes one away. */
    signed: (claims: Record<string, unknown>) =>
      new SignJWT(JSON.parse(JSON.stringify({ ...own, ...claims })) as JWTPayload)
        .setProtectedHeader({ alg: 'RS256', typ: 'JWT' })
        .sign(key),
    ask: async (path: string, token?: string) => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, {
        headers: { connection: 'close', ...(token !== undefined && { authorization: `Bearer ${token}` }) },
      });
      return {
        status: response.status,
        body: await response.json(),
        challenge: response.headers.get('www-authenticate'),
      };
    },
  };
}

const UNAUTHORIZED = {
  status: 401,
  body: { message: 'Unauthorized' },
  challenge: 'Bearer scope="" error="invalid_token"',
};

describe('a route with a JWT authorizer', () => {
  it('lets a token of its scope in, and tells the function its claims and which scopes were asked for', async () => {
    const { ask, staffToken, seen } = await api();

    const answer = await ask('/staff/things', await staffToken());

    expect(answer.status).toBe(200);
    expect(seen).toEqual([
      expect.objectContaining({
        requestContext: expect.objectContaining({
          authorizer: { jwt: { claims: expect.objectContaining({ sub: 'staff', scope: 'staff' }), scopes: ['staff'] } },
        }),
      }),
    ]);
  });

  it('answers 401 without a token', async () => {
    const { ask, seen } = await api();

    const answer = await ask('/staff/things');

    expect(answer).toEqual({ ...UNAUTHORIZED, challenge: 'Bearer' });
    expect(seen).toEqual([]);
  });

  it.each<[string, Record<string, unknown>]>([
    ['of another issuer', { iss: 'https://elsewhere.example.com/' }],
    ['for another audience', { aud: 'somebody-else' }],
    ['for nobody', { aud: undefined }],
    ['of another audience, whatever its client is called', { aud: 'somebody-else', client_id: 'appointments-local' }],
    ['that has run out', { exp: SECONDS - 1 }],
    ['that never runs out', { exp: undefined }],
    ['that is not valid yet', { nbf: SECONDS + 60 }],
    ['of the future', { iat: SECONDS + 60 }],
  ])('answers 401 to a token %s', async (_what, claims) => {
    const { ask, signed, seen } = await api();

    const answer = await ask('/staff/things', await signed(claims));

    expect(answer).toEqual(UNAUTHORIZED);
    expect(seen).toEqual([]);
  });

  it('answers 401 to a token that somebody else has signed, to one that was changed, and to none at all', async () => {
    const { ask, staffToken, seen } = await api();
    const [head = '', , signature = ''] = (await staffToken()).split('.');
    const forged = Buffer.from(JSON.stringify({ scope: 'staff' })).toString('base64url');
    const another = await (await api(new Map())).staffToken();

    const answers = await Promise.all(
      [`${head}.${forged}.${signature}`, another, 'nonsense'].map((token) => ask('/staff/things', token)),
    );

    expect(answers).toEqual([UNAUTHORIZED, UNAUTHORIZED, UNAUTHORIZED]);
    expect(seen).toEqual([]);
  });

  it.each<[string, Record<string, unknown>]>([
    ['another scope', { scope: 'client' }],
    ['a scope that only begins alike', { scope: 'staff:read' }],
    ['no scope', { scope: undefined }],
  ])('answers 403 to a token with %s', async (_what, claims) => {
    const { ask, signed, seen } = await api();

    const answer = await ask('/staff/things', await signed(claims));

    expect(answer).toEqual({
      status: 403,
      body: { message: 'Forbidden' },
      challenge: 'Bearer scope="" error="insufficient_scope"',
    });
    expect(seen).toEqual([]);
  });

  it.each<[string, Record<string, unknown>]>([
    ['its scope among others', { scope: 'openid staff' }],
    ['its scope in `scp`', { scope: undefined, scp: 'openid staff' }],
    ['its scope in a list', { scope: undefined, scp: ['openid', 'staff'] }],
    ['its audience among others', { aud: ['somebody-else', 'appointments-local'] }],
    ['its audience in `client_id`', { aud: undefined, client_id: 'appointments-local' }],
  ])('lets a token in with %s', async (_what, claims) => {
    const { ask, signed } = await api();

    expect(await ask('/staff/things', await signed(claims))).toMatchObject({ status: 200 });
  });

  it('asks nothing of a request to any other route', async () => {
    const { ask } = await api();

    expect(await ask('/things')).toMatchObject({ status: 200 });
    expect(await ask('/things', 'nonsense')).toMatchObject({ status: 200 });
  });
});
