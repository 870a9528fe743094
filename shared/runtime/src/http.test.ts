import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import * as z from 'zod';
import { handlingContext } from './context';
import { jsonRoutes, checked, jsonRoute, Problem, type HttpAnswer, type HttpRequest, type RouteOptions } from './http';

const problemBase = 'https://book.example.com/problems/';

interface Sent {
  readonly body?: string;
  readonly headers?: Record<string, string>;
  readonly isBase64Encoded?: boolean;
  readonly appointmentId?: string;
}

async function ask(
  { body, headers, isBase64Encoded = false, appointmentId }: Sent,
  handle: (request: HttpRequest) => HttpAnswer | Promise<HttpAnswer>,
  options: Partial<RouteOptions> = {},
  make = jsonRoute,
) {
  const route = make({ problemBase, ...options }, handle);
  const answer = await route({
    routeKey: 'POST /things',
    rawPath: '/things',
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    pathParameters: appointmentId === undefined ? undefined : { appointmentId },
    requestContext: { requestId: 'req-1', http: { method: 'POST' } },
    body,
    isBase64Encoded,
  } as unknown as APIGatewayProxyEventV2);
  const text = answer.body ?? '';
  return {
    status: answer.statusCode,
    headers: answer.headers ?? {},
    text,
    json: (text && JSON.parse(text)) as unknown,
  };
}

const echo = ({ json }: HttpRequest): HttpAnswer => ({ status: 200, body: { got: json } });
const taken = { body: 'required' } as const;

afterEach(() => {
  jest.restoreAllMocks();
});

describe('a JSON route', () => {
  it('reads JSON and answers JSON, with the request’s id', async () => {
    const answer = await ask(
      { body: '{"a":1}', headers: { 'content-type': 'application/json; charset=utf-8' } },
      echo,
      taken,
    );

    expect(answer).toMatchObject({
      status: 200,
      json: { got: { a: 1 } },
      headers: { 'content-type': 'application/json', 'x-request-id': 'req-1', 'x-content-type-options': 'nosniff' },
    });
  });

  it('reads a body that API Gateway encoded', async () => {
    const body = Buffer.from('{"a":"ä"}').toString('base64');

    expect((await ask({ body, isBase64Encoded: true }, echo, taken)).json).toEqual({ got: { a: 'ä' } });
  });

  it('reads no body as {} where it is optional, and refuses it where it is required', async () => {
    expect((await ask({}, echo, { body: 'optional' })).json).toEqual({ got: {} });
    expect((await ask({}, echo, taken)).status).toBe(415);
  });

  it.each([
    ['what is not JSON', { body: '{' }, 400, 'not-json'],
    [
      'another content type',
      { body: '{}', headers: { 'content-type': 'application/jsonish' } },
      415,
      'unsupported-media-type',
    ],
    ['a body over 64 KB', { body: 'x'.repeat(65_537) }, 413, 'too-large'],
    ['a body over 64 KB of long characters', { body: 'ä'.repeat(32_769) }, 413, 'too-large'],
  ])('refuses %s before the work begins', async (_, sent, status, slug) => {
    const handle = jest.fn(echo);

    const answer = await ask(sent, handle, taken);

    expect(answer).toMatchObject({
      status,
      headers: { 'content-type': 'application/problem+json', 'x-request-id': 'req-1' },
      json: {
        type: `https://book.example.com/problems/${slug}`,
        status,
        errors: [{ path: '', message: expect.stringMatching(/body/i) }],
        requestId: 'req-1',
      },
    });
    expect(handle).not.toHaveBeenCalled();
  });

  it('takes a body of exactly 64 KB', async () => {
    expect((await ask({ body: `"${'x'.repeat(65_534)}"` }, echo, taken)).status).toBe(200);
  });

  it('names all faults at once, unknown fields by their names, and never a value', async () => {
    const schema = z.strictObject({ name: z.string(), age: z.number().min(1), inner: z.strictObject({}) });

    const answer = await ask(
      { body: JSON.stringify({ name: 7, age: 0, inner: { secret: 'value' }, other: 'secret value' }) },
      ({ json }) => ({ status: 200, body: checked(schema, json, [{ path: 'elsewhere', message: 'is wrong too' }]) }),
      taken,
    );

    expect(answer.json).toMatchObject({ status: 400, type: expect.stringMatching(/\/invalid-request$/) });
    expect((answer.json as { errors: { path: string }[] }).errors.map((fault) => fault.path)).toEqual([
      'name',
      'age',
      'inner.secret',
      'other',
      'elsewhere',
    ]);
    expect(answer.text).not.toContain('value');
  });

  it('tells nothing of an unexpected error but its request id, and logs it without personal data', async () => {
    const level = process.env['POWERTOOLS_LOG_LEVEL'];
    process.env['POWERTOOLS_LOG_LEVEL'] = 'INFO';
    const lines: string[] = [];
    let loud = jsonRoute;
    await jest.isolateModulesAsync(async () => void ({ jsonRoute: loud } = await import('./http')));
    process.env['POWERTOOLS_LOG_LEVEL'] = level;
    jest.spyOn(process.stderr, 'write').mockImplementation((line) => lines.push(String(line)) > 0);

    const answer = await ask(
      { appointmentId: 'apt_1' },
      () => {
        throw new Error('the table is gone, said ada@example.com');
      },
      {},
      loud,
    );

    expect(answer.status).toBe(500);
    expect(answer.json).toEqual({
      type: 'https://book.example.com/problems/internal-error',
      title: 'Something went wrong on our side',
      status: 500,
      errors: [{ path: '', message: 'Something went wrong on our side' }],
      requestId: 'req-1',
    });
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      message: 'Request failed',
      request_id: 'req-1',
      correlation_id: 'apt_1',
      error: { message: 'the table is gone, said [email]' },
    });
  });

  it('answers a problem with members and headers of its own', async () => {
    const answer = await ask({}, () => {
      throw new Problem({
        status: 409,
        slug: 'slot-taken',
        title: 'Taken',
        more: { nearest: [] },
        headers: { 'retry-after': '1' },
      });
    });

    expect(answer.json).toEqual({
      type: 'https://book.example.com/problems/slot-taken',
      title: 'Taken',
      status: 409,
      errors: [{ path: '', message: 'Taken' }],
      nearest: [],
      requestId: 'req-1',
    });
    expect(answer.headers).toMatchObject({ 'retry-after': '1', 'cache-control': 'no-store' });
  });

  it('lets an answer replace a header, however it writes its name', async () => {
    const answer = await ask({}, () => ({ status: 200, headers: { 'Content-Type': 'text/html' }, text: '""' }));

    expect(answer.headers).toEqual({
      'content-type': 'text/html',
      'x-content-type-options': 'nosniff',
      'x-request-id': 'req-1',
    });
  });

  it('handles within the request’s id and the appointment’s, and tells both', async () => {
    const answer = await ask({ appointmentId: 'apt_1' }, () => ({ status: 200, body: handlingContext() }));

    expect(answer.json).toEqual({ requestId: 'req-1', correlationId: 'apt_1' });
    expect(answer.headers).toMatchObject({ 'x-correlation-id': 'apt_1' });
  });

  it('takes what is no id of ours into no header and no log line', async () => {
    const answer = await ask({ appointmentId: '+12025550123' }, () => ({ status: 200, body: handlingContext() }));

    expect(answer.json).toEqual({ requestId: 'req-1' });
    expect(answer.headers).not.toHaveProperty('x-correlation-id');
  });
});

describe('one function for several routes', () => {
  const named = (name: string) => jsonRoute({ problemBase }, () => ({ status: 200, body: { name } }));
  const route = jsonRoutes({ 'GET /things': named('all'), 'GET /things/{id}': named('one') });
  const asked = (routeKey: string) =>
    route({
      routeKey,
      rawPath: '/',
      headers: {},
      requestContext: { requestId: 'req-1', http: { method: 'GET' } },
      isBase64Encoded: false,
    } as unknown as APIGatewayProxyEventV2);

  it('goes by the key of the route, as the template writes it', async () => {
    expect(await asked('GET /things/{id}')).toMatchObject({ body: '{"name":"one"}' });
    expect(await asked('GET /things')).toMatchObject({ body: '{"name":"all"}' });
  });

  it.each(['POST /things', '$default', 'constructor', ''])(
    'fails loudly where the template sends it what it does not answer: %s',
    async (routeKey) => {
      await expect(asked(routeKey)).rejects.toThrow(`this function does not answer ${routeKey}`);
    },
  );
});
