import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ACCOUNT_ID } from '../aws/types';
import type { Busy, Clock } from '../kernel/types';
import { BodyTooLargeError, readBody, sendJson } from './http';
import { compileRoutes } from './routes';
import type { Route } from './routes';
import { tokenBucket, type RouteLimit } from './token-bucket';
import type { Authorize } from './authorizer';

/** API Gateway's limit of a request's body. */
const BODY_LIMIT_BYTES = 10 * 1024 * 1024;
/** API Gateway waits no longer for an integration, in real seconds. */
const INTEGRATION_LIMIT_MS = 30_000;

export interface RouteTarget {
  readonly invoke: (event: unknown) => Promise<unknown>;
  /** Set where the route has a JWT authorizer. */
  readonly authorization?: { readonly scopes: readonly string[] };
  /** @default none: a laptop's one user is not throttled */
  readonly limit?: RouteLimit;
}

export interface Cors {
  readonly allowOrigins: readonly string[];
  readonly allowMethods: readonly string[];
  readonly allowHeaders: readonly string[];
  readonly exposeHeaders: readonly string[];
  readonly allowCredentials: boolean;
  readonly maxAge: number | undefined;
}

export interface HttpApiSpec {
  readonly apiId: string;
  readonly routes: readonly Route<RouteTarget>[];
  readonly cors?: Cors;
}

/** Answers requests as an HTTP API with payload format 2.0 does. */
export function createHttpApi(
  spec: HttpApiSpec,
  ports: { readonly clock: Clock; readonly busy: Busy; readonly authorize: Authorize },
): (request: IncomingMessage, response: ServerResponse) => void {
  const match = compileRoutes(spec.routes);
  const buckets = new Map(
    spec.routes.flatMap((route) => (route.target.limit ? [[route, tokenBucket(route.target.limit)]] : [])),
  );

  const answer = async (request: IncomingMessage, response: ServerResponse, requestId: string) => {
    const method = request.method ?? 'GET';
    const [path, query] = splitTarget(request.url ?? '/');
    const body = await readBody(request, BODY_LIMIT_BYTES);
    const origin = request.headers.origin;
    // As on AWS an answer says when it was given, which here is by the clock that can be moved.
    const date = () => response.setHeader('date', new Date(ports.clock.now()).toUTCString());
    date();
    if (spec.cors !== undefined && origin !== undefined) {
      for (const [name, value] of Object.entries(corsHeaders(spec.cors, origin))) response.setHeader(name, value);
      if (method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined) {
        for (const [name, value] of Object.entries(preflightHeaders(spec.cors, origin)))
          response.setHeader(name, value);
        response.writeHead(204).end();
        return;
      }
    }
    const found = match(method, path);
    if (found === undefined) {
      sendJson(response, 404, { message: 'Not Found' });
      return;
    }
    if (buckets.get(found.route)?.(ports.clock.now()) === false) {
      sendJson(response, 429, { message: 'Too Many Requests' });
      return;
    }
    const { target, routeKey } = found.route;
    // From here on something of ours is at work; the request itself, from outside, did not count.
    const end = ports.busy.begin(`request ${routeKey}`);
    try {
      let jwt: unknown;
      if (target.authorization !== undefined) {
        const verdict = await ports.authorize(request.headers.authorization, target.authorization.scopes);
        if (!verdict.allowed) {
          sendJson(
            response,
            verdict.status,
            { message: verdict.status === 401 ? 'Unauthorized' : 'Forbidden' },
            { 'www-authenticate': verdict.challenge },
          );
          return;
        }
        jwt = { claims: verdict.claims, scopes: verdict.scopes };
      }
      const event = {
        ...toEvent(request, {
          method,
          path,
          query,
          body,
          routeKey,
          requestId,
          apiId: spec.apiId,
          now: ports.clock.now(),
          jwt,
        }),
        ...(Object.keys(found.pathParameters).length > 0 ? { pathParameters: found.pathParameters } : {}),
      };
      const outcome = await withinLimit(target.invoke(event));
      date();
      if (outcome === 'too-late') sendJson(response, 503, { message: 'Service Unavailable' });
      else if (outcome.ok) sendResult(response, outcome.result);
      else sendJson(response, 500, { message: 'Internal Server Error' });
    } finally {
      end();
    }
  };

  return (request, response) => {
    const requestId = randomUUID();
    // An HTTP API names every request in its answer, whether a function was asked or not.
    response.setHeader('apigw-requestid', requestId);
    answer(request, response, requestId).catch((error: unknown) => {
      if (response.headersSent || response.destroyed) response.destroy();
      else if (error instanceof BodyTooLargeError) sendJson(response, 413, { message: 'Request Entity Too Large' });
      else sendJson(response, 500, { message: 'Internal Server Error' });
    });
  };
}

type Outcome = { readonly ok: true; readonly result: unknown } | { readonly ok: false };

function withinLimit(work: Promise<unknown>): Promise<Outcome | 'too-late'> {
  return new Promise((resolve) => {
    const limit = setTimeout(() => resolve('too-late'), INTEGRATION_LIMIT_MS);
    work.then(
      (result) => {
        clearTimeout(limit);
        resolve({ ok: true, result });
      },
      // The function's log says what it threw; a caller learns no more than on AWS.
      () => {
        clearTimeout(limit);
        resolve({ ok: false });
      },
    );
  });
}

function splitTarget(url: string): [string, string] {
  const at = url.indexOf('?');
  return at < 0 ? [url, ''] : [url.slice(0, at), url.slice(at + 1)];
}

/** Of these kinds the body comes as text; of any other, forms included, as Base64, as on AWS. */
const TEXT_KINDS = /^(?:text\/[^;]+|application\/(?:json|javascript|xml|[^;]+\+(?:json|xml)))\s*(?:;|$)/i;

function toEvent(
  request: IncomingMessage,
  about: {
    readonly method: string;
    readonly path: string;
    readonly query: string;
    readonly body: Buffer;
    readonly routeKey: string;
    readonly requestId: string;
    readonly apiId: string;
    readonly now: number;
    readonly jwt: unknown;
  },
) {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined && name !== 'cookie' && name !== 'connection')
      headers[name] = Array.isArray(value) ? value.join(',') : value;
  }
  const sourceIp = request.socket.remoteAddress?.replace('::ffff:', '') ?? '127.0.0.1';
  const host = request.headers.host ?? 'localhost';
  headers['x-forwarded-for'] ??= sourceIp;
  headers['x-forwarded-proto'] ??= 'http';
  headers['x-forwarded-port'] ??= host.split(':').at(-1) ?? '80';
  const cookies = request.headers.cookie?.split('; ');
  const isText = request.headers['content-type'] === undefined || TEXT_KINDS.test(request.headers['content-type']);
  const query = [...new URLSearchParams(about.query)];
  const queryStringParameters: Record<string, string> = {};
  for (const [name, value] of query) {
    const before = queryStringParameters[name];
    queryStringParameters[name] = before === undefined ? value : `${before},${value}`;
  }
  return {
    version: '2.0',
    routeKey: about.routeKey,
    rawPath: about.path,
    rawQueryString: about.query,
    ...(cookies === undefined ? {} : { cookies }),
    headers,
    ...(query.length > 0 ? { queryStringParameters } : {}),
    requestContext: {
      accountId: ACCOUNT_ID,
      apiId: about.apiId,
      ...(about.jwt === undefined ? {} : { authorizer: { jwt: about.jwt } }),
      domainName: host.replace(/:\d+$/, ''),
      domainPrefix: about.apiId,
      http: {
        method: about.method,
        path: about.path,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp,
        userAgent: request.headers['user-agent'] ?? '',
      },
      requestId: about.requestId,
      routeKey: about.routeKey,
      stage: '$default',
      time: commonLogTime(about.now),
      timeEpoch: about.now,
    },
    ...(about.body.length > 0 ? { body: about.body.toString(isText ? 'utf8' : 'base64') } : {}),
    isBase64Encoded: about.body.length > 0 && !isText,
  };
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `22/Nov/2026:15:30:44 +0000` */
function commonLogTime(now: number): string {
  const iso = new Date(now).toISOString();
  return `${iso.slice(8, 10)}/${MONTHS[Number(iso.slice(5, 7)) - 1]}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`;
}

/** Writes a function's answer; one without `statusCode` is the body of a 200, as AWS infers it. */
function sendResult(response: ServerResponse, result: unknown): void {
  if (typeof result !== 'object' || result === null || !('statusCode' in result)) {
    const text = typeof result === 'string' ? result : JSON.stringify(result ?? null);
    response
      .writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
      .end(text);
    return;
  }
  const given: {
    statusCode: unknown;
    headers?: unknown;
    cookies?: unknown;
    body?: unknown;
    isBase64Encoded?: unknown;
  } = result;
  const status = Number(given.statusCode);
  if (!Number.isInteger(status) || status < 100 || status > 599) {
    sendJson(response, 500, { message: 'Internal Server Error' });
    return;
  }
  const headers: Record<string, string> = {};
  if (typeof given.headers === 'object' && given.headers !== null) {
    for (const [name, value] of Object.entries(given.headers)) headers[name.toLowerCase()] = String(value);
  }
  const text =
    typeof given.body === 'string'
      ? given.body
      : given.body === undefined || given.body === null
        ? ''
        : JSON.stringify(given.body);
  const body = Buffer.from(text, given.isBase64Encoded === true ? 'base64' : 'utf8');
  headers['content-type'] ??= 'text/plain;charset=utf-8';
  delete headers['transfer-encoding'];
  delete headers['connection'];
  headers['content-length'] = String(body.length);
  if (Array.isArray(given.cookies)) response.setHeader('set-cookie', given.cookies.map(String));
  response.writeHead(status, headers).end(body);
}

function corsHeaders(cors: Cors, origin: string): Record<string, string> {
  const any = cors.allowOrigins.includes('*');
  if (!any && !cors.allowOrigins.includes(origin)) return {};
  return {
    'access-control-allow-origin': any && !cors.allowCredentials ? '*' : origin,
    ...(any ? {} : { vary: 'origin' }),
    ...(cors.allowCredentials ? { 'access-control-allow-credentials': 'true' } : {}),
    ...(cors.exposeHeaders.length > 0 ? { 'access-control-expose-headers': cors.exposeHeaders.join(',') } : {}),
  };
}

function preflightHeaders(cors: Cors, origin: string): Record<string, string> {
  if (!cors.allowOrigins.includes('*') && !cors.allowOrigins.includes(origin)) return {};
  return {
    'access-control-allow-methods': cors.allowMethods.join(','),
    'access-control-allow-headers': cors.allowHeaders.join(','),
    ...(cors.maxAge === undefined ? {} : { 'access-control-max-age': String(cors.maxAge) }),
  };
}
