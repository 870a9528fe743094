import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Asked, IdempotentCallOptions, Operation } from './call';
import { NoAnswerError, ProblemError } from './errors';
import { transport, type Attempt, type KeptAnswer, type StaffToken, type TransportSettings } from './transport';

const READ: Operation = {
  id: 'getThing',
  method: 'GET',
  path: '/things/{thingId}',
  query: ['from', 'limit', 'dryRun'],
  headers: { ifMatch: 'if-match' },
  authorisation: 'nobody',
  idempotent: false,
  conditional: true,
};
const MAKE: Operation = {
  ...READ,
  id: 'makeThing',
  method: 'POST',
  path: '/things',
  query: [],
  headers: {},
  idempotent: true,
  conditional: false,
};
const CHANGE: Operation = { ...MAKE, id: 'changeThing', idempotent: false };
const REPLACE: Operation = { ...CHANGE, id: 'replaceThing', method: 'PUT' };

interface Sent {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

type Scripted = Response | Error | 'silence';

/** The client over a network that gives these answers, one after the other. */
function over(answers: readonly Scripted[], settings: Partial<TransportSettings> = {}, staffToken?: StaffToken) {
  const sent: Sent[] = [];
  const waits: number[] = [];
  const attempts: Attempt[] = [];
  let keys = 0;
  const call = transport(
    {
      baseUrl: 'https://book.example.com/',
      onAttempt: (attempt) => void attempts.push(attempt),
      fetch: async (url, init) => {
        const answer = answers[sent.length];
        const { method = '', headers, body } = init;
        sent.push({
          url,
          method,
          headers: headers as Record<string, string>,
          body: typeof body === 'string' ? body : undefined,
        });
        if (answer === 'silence') {
          return new Promise((_, reject) => init.signal?.addEventListener('abort', () => reject(init.signal?.reason)));
        }
        if (answer === undefined) throw new Error('asked once too often');
        if (answer instanceof Error) throw answer;
        return answer;
      },
      ...settings,
    },
    staffToken,
    {
      wait: async (milliseconds, signal) => {
        waits.push(milliseconds);
        signal?.throwIfAborted();
      },
      random: () => 1,
      now: () => Date.parse('2026-12-01T15:00:00Z'),
      newKey: () => `key-${++keys}`,
    },
  );
  const failure = (operation: Operation, asked: Asked = {}, options?: IdempotentCallOptions): Promise<unknown> =>
    call(operation, asked, options).then(
      (answer) => ({ answered: answer }),
      (error: unknown) => error,
    );
  return { call, failure, sent, waits, attempts };
}

const ok = (body: unknown = { fine: true }, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status: 200, headers: { 'x-request-id': 'req-1', ...headers } });
const problem = (status: number, slug: string, more: object = {}, headers: Record<string, string> = {}) =>
  new Response(
    JSON.stringify({
      type: `https://book.example.com/problems/${slug}`,
      title: 'No',
      status,
      errors: [{ path: 'name', message: 'is required' }],
      requestId: 'req-2',
      ...more,
    }),
    { status, headers },
  );
const unreachable = () => new TypeError('fetch failed');
const thing = { parameters: { thingId: 'thg_1' } };

describe('a request', () => {
  it('has its parameters in path, query and headers, and nothing that was not given', async () => {
    const { call, sent } = over([ok()]);

    await call(READ, {
      parameters: { thingId: 'a/b c', from: '2026-12-01', limit: 5, dryRun: true, ifMatch: '"3"', other: 'x' },
    });

    expect(sent).toEqual([
      {
        url: 'https://book.example.com/things/a%2Fb%20c?from=2026-12-01&limit=5&dryRun=true',
        method: 'GET',
        headers: { accept: 'application/json, application/problem+json', 'if-match': '"3"' },
        body: undefined,
      },
    ]);
  });

  it('has its body as JSON', async () => {
    const { call, sent } = over([ok()]);

    await call(CHANGE, { body: { name: 'Ada', notes: undefined } });

    expect(sent).toMatchObject([{ headers: { 'content-type': 'application/json' }, body: '{"name":"Ada"}' }]);
  });

  it.each([{}, { thingId: '' }, { thingId: '.' }, { thingId: '..' }, { thingId: undefined }])(
    'is not made with %j for a part of its path, which would be another path',
    async (parameters) => {
      const { failure, sent } = over([]);

      expect(await failure(READ, { parameters })).toEqual(new TypeError('getThing needs thingId'));
      expect(sent).toEqual([]);
    },
  );

  it('goes to the page’s own origin where no other is named', async () => {
    const { call, sent } = over([ok()], { baseUrl: '' });

    await call(READ, thing);

    expect(sent[0]?.url).toBe('/things/thg_1');
  });

  it('carries the manage token, or the token of the staff, or none', async () => {
    const { call, sent } = over([ok(), ok(), ok()], {}, 'jwt');

    await call({ ...READ, authorisation: 'manage-token' }, { parameters: { thingId: 'x', manageToken: 'v1.token' } });
    await call({ ...READ, authorisation: 'staff' }, { parameters: { thingId: 'x', manageToken: 'v1.token' } });
    await call(READ, { parameters: { thingId: 'x', manageToken: 'v1.token' } });

    expect(sent.map(({ headers }) => headers['authorization'])).toEqual(['Bearer v1.token', 'Bearer jwt', undefined]);
  });

  it('is not made without the token that it needs', async () => {
    const { failure, sent } = over([]);

    expect(await failure({ ...READ, authorisation: 'manage-token' }, thing)).toEqual(
      new TypeError('getThing needs a token'),
    );
    expect(await failure({ ...READ, authorisation: 'staff' }, thing)).toBeInstanceOf(TypeError);
    expect(sent).toEqual([]);
  });

  it('asks for the staff’s token before each attempt', async () => {
    let tokens = 0;
    const { call, sent } = over([problem(503, 'busy'), ok()], {}, async () => `jwt-${++tokens}`);

    await call({ ...READ, authorisation: 'staff' }, thing);

    expect(sent.map(({ headers }) => headers['authorization'])).toEqual(['Bearer jwt-1', 'Bearer jwt-2']);
  });
});

describe('an answer', () => {
  it('is given whole, with fields and words that are not known here', async () => {
    const body = { status: 'a-new-word', added: { later: [1] } };
    const { call } = over([ok(body)]);

    expect(await call(READ, thing)).toEqual(body);
  });

  it('without a body is undefined', async () => {
    const { call } = over([new Response(null, { status: 204 })]);

    expect(await call(CHANGE, { body: {} })).toBeUndefined();
  });

  it('that is not JSON is no answer, and is not asked for again', async () => {
    const { failure, sent } = over([new Response('<html>', { status: 200 })]);

    expect(await failure(READ, thing)).toMatchObject({ name: 'NoAnswerError', reason: 'unreadable' });
    expect(sent).toHaveLength(1);
  });

  it('that refuses is thrown with all that it says', async () => {
    const nearest = [{ startsAt: '2026-12-01T16:30:00+01:00', endsAt: '2026-12-01T17:00:00+01:00' }];
    const { failure } = over([
      problem(409, 'slot-taken', { nearest, state: 'a-new-state', detail: 'Taken.', added: 1 }),
    ]);

    const error = await failure(CHANGE, { body: {} });

    expect(error).toBeInstanceOf(ProblemError);
    expect(error).toMatchObject({
      name: 'ProblemError',
      message: 'changeThing: Taken. (name is required)',
      operationId: 'changeThing',
      slug: 'slot-taken',
      type: 'https://book.example.com/problems/slot-taken',
      status: 409,
      title: 'No',
      detail: 'Taken.',
      errors: [{ path: 'name', message: 'is required' }],
      nearest,
      state: 'a-new-state',
      requestId: 'req-2',
      body: expect.objectContaining({ added: 1 }),
    });
  });

  it.each([
    [401, '{"message":"Unauthorized"}', 'unauthorized', 'Unauthorized'],
    [403, '{"message":"Forbidden"}', 'forbidden', 'Forbidden'],
    [404, '{"message":"Not Found"}', 'not-found', 'Not Found'],
    [418, '<html>', 'http-418', 'The API answered 418'],
    [400, '', 'http-400', 'The API answered 400'],
    [500, '[]', 'internal-error', 'The API answered 500'],
    [500, 'null', 'internal-error', 'The API answered 500'],
  ])('of something before the API (%s %s) has a slug too', async (status, text, slug, title) => {
    const { failure } = over([new Response(text, { status, headers: { 'apigw-requestid': 'gw-1' } })]);

    const error = await failure(CHANGE);

    expect(error).toMatchObject({
      slug,
      title,
      status,
      type: 'about:blank',
      errors: [],
      nearest: [],
      requestId: 'gw-1',
    });
  });

  it('of any form never breaks the reading of a problem', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 400, max: 599 }), fc.jsonValue(), async (status, body) => {
        const { failure } = over([new Response(JSON.stringify(body), { status })], { retries: 0 });

        const error = await failure(READ, thing);

        expect(error).toMatchObject({ name: 'ProblemError', status, errors: expect.any(Array) });
      }),
    );
  });
});

describe('what is safe to repeat', () => {
  it.each([429, 502, 503, 504])('is asked for again after a %s, waiting longer each time', async (status) => {
    const answers = [problem(status, 'busy'), problem(status, 'busy'), problem(status, 'busy'), ok()];
    const { call, sent, waits } = over(answers);

    expect(await call(READ, thing)).toEqual({ fine: true });
    expect(sent).toHaveLength(4);
    expect(waits).toEqual([250, 500, 1000]);
  });

  it('is asked for again where the network failed, and is given up with its cause', async () => {
    const last = unreachable();
    const { failure, sent } = over([unreachable(), unreachable(), unreachable(), last]);

    const error = await failure(READ, thing);

    expect(error).toBeInstanceOf(NoAnswerError);
    expect(error).toMatchObject({ reason: 'network', operationId: 'getThing', cause: last });
    expect(sent).toHaveLength(4);
  });

  it('keeps one key and one body over all attempts, so that it is done once', async () => {
    const { call, sent } = over([unreachable(), problem(503, 'busy'), ok(), ok()]);

    await call(MAKE, { body: { name: 'Ada' } });
    await call(MAKE, { body: { name: 'Ada' } });

    expect(sent.map(({ headers, body }) => [headers['idempotency-key'], body])).toEqual([
      ['key-1', '{"name":"Ada"}'],
      ['key-1', '{"name":"Ada"}'],
      ['key-1', '{"name":"Ada"}'],
      ['key-2', '{"name":"Ada"}'],
    ]);
  });

  it('takes the caller’s key, and tells it where there was no answer', async () => {
    const { failure, sent } = over([unreachable()], { retries: 0 });

    const error = await failure(MAKE, { body: {} }, { idempotencyKey: 'mine' });

    expect(sent[0]?.headers['idempotency-key']).toBe('mine');
    expect(error).toMatchObject({ idempotencyKey: 'mine' });
  });

  it.each([
    ['3', 3000],
    ['Tue, 01 Dec 2026 15:00:05 GMT', 5000],
    ['Tue, 01 Dec 2026 14:00:00 GMT', 250],
    ['soon', 250],
    ['0', 250],
  ])('waits as long as Retry-After (%s) asks for, and never less than usual', async (retryAfter, ms) => {
    const { call, waits } = over([problem(429, 'too-many-bookings', {}, { 'retry-after': retryAfter }), ok()]);

    await call(MAKE, { body: {} });

    expect(waits).toEqual([ms]);
  });

  it('is not waited for where that would take too long: the caller decides', async () => {
    const { failure, waits } = over([problem(429, 'too-many-bookings', {}, { 'retry-after': '3600' })]);

    const error = await failure(MAKE, { body: {} });

    expect(error).toMatchObject({ slug: 'too-many-bookings', retryAfterSeconds: 3600 });
    expect(waits).toEqual([]);
  });

  it.each([400, 401, 404, 409, 422, 500])('is not asked for again after a %s', async (status) => {
    const { failure, sent } = over([problem(status, 'any')]);

    await failure(MAKE, { body: {} });

    expect(sent).toHaveLength(1);
  });
});

describe('what is not safe to repeat', () => {
  it.each([
    ['a change without a key', CHANGE],
    ['a replacement', REPLACE],
  ])('%s is made once, whatever becomes of it', async (_, operation) => {
    const faults = [unreachable(), problem(503, 'busy'), problem(429, 'slow'), 'silence'] as const;
    const made: number[] = [];
    for (const fault of faults) {
      const { failure, sent } = over([fault]);
      await failure(operation, { body: {} }, { timeoutMs: 1 });
      made.push(sent.length);
    }

    expect(made).toEqual([1, 1, 1, 1]);
  });

  it('takes no key, even where one is given', async () => {
    const { call, sent } = over([ok()]);

    await call(CHANGE, { body: {} }, { idempotencyKey: 'mine' });

    expect(sent[0]?.headers).not.toHaveProperty('idempotency-key');
  });
});

describe('time', () => {
  it('ends an attempt that gets no answer, and another is made', async () => {
    const { call, sent } = over(['silence', ok()], { timeoutMs: 1 });

    expect(await call(READ, thing)).toEqual({ fine: true });
    expect(sent).toHaveLength(2);
  });

  it('is told apart from a network that fails', async () => {
    const { failure } = over(['silence'], { timeoutMs: 1, retries: 0 });

    expect(await failure(READ, thing)).toMatchObject({ name: 'NoAnswerError', reason: 'timeout' });
  });

  it('is the caller’s: a signal ends the call with its own reason, and no other attempt is made', async () => {
    const controller = new AbortController();
    let asked = 0;
    const { failure } = over([], {
      fetch: (_, { signal }) => {
        asked += 1;
        return new Promise((_, reject) => {
          signal?.addEventListener('abort', () => reject(new DOMException('This operation was aborted', 'AbortError')));
          controller.abort(new Error('the visitor left'));
        });
      },
    });

    expect(await failure(READ, thing, { signal: controller.signal })).toEqual(new Error('the visitor left'));
    expect(asked).toBe(1);
  });

  it('ends also while waiting, and before the first attempt', async () => {
    const aborted = AbortSignal.abort(new Error('the visitor left'));
    const controller = new AbortController();
    const { failure, sent, waits } = over([problem(503, 'busy')], {
      onAttempt: () => controller.abort(new Error('enough')),
    });

    expect(await failure(READ, thing, { signal: aborted })).toEqual(new Error('the visitor left'));
    expect(sent).toHaveLength(0);
    expect(await failure(READ, thing, { signal: controller.signal })).toEqual(new Error('enough'));
    expect(waits).toHaveLength(1);
  });
});

describe('answers that are kept', () => {
  const kept = () => new Map<string, KeptAnswer>();
  const notModified = () => new Response(null, { status: 304 });

  it('are not sent again while they are what the API would answer', async () => {
    const etags = kept();
    const { call, sent } = over([ok({ n: 1 }, { etag: '"a"' }), notModified(), ok({ n: 2 }, { etag: '"b"' })], {
      etags,
    });

    const answers = [await call(READ, thing), await call(READ, thing), await call(READ, thing)];

    expect(answers).toEqual([{ n: 1 }, { n: 1 }, { n: 2 }]);
    expect(sent.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, '"a"', '"a"']);
    expect([...etags.values()].map(({ etag }) => etag)).toEqual(['"b"']);
  });

  it('are kept for each address alone', async () => {
    const { call, sent } = over([ok({}, { etag: '"a"' }), ok()], { etags: kept() });

    await call(READ, thing);
    await call(READ, { parameters: { thingId: 'other' } });

    expect(sent[1]?.headers).not.toHaveProperty('if-none-match');
  });

  it('are never those that a token opened, nor those of operations that know no ETag', async () => {
    const etags = kept();
    const tagged = () => ok({}, { etag: '"a"' });
    const { call } = over([tagged(), tagged()], { etags }, 'jwt');

    await call({ ...READ, authorisation: 'staff' }, thing);
    await call({ ...READ, conditional: false }, thing);

    expect(etags.size).toBe(0);
  });
});

it('reads a body no longer than an attempt may take', async () => {
  const { failure } = over([], {
    timeoutMs: 1,
    retries: 0,
    fetch: async (_, { signal }) =>
      new Response(
        new ReadableStream({
          start: (controller) => signal?.addEventListener('abort', () => controller.error(new Error('ended'))),
        }),
      ),
  });

  expect(await failure(READ, thing)).toMatchObject({ reason: 'timeout' });
});

it('tells of each attempt by the ids that are in the API’s logs', async () => {
  const { call, attempts } = over([unreachable(), problem(503, 'busy', {}, { 'x-request-id': 'req-9' }), ok()]);

  await call(READ, thing);

  expect(attempts).toEqual([
    { operationId: 'getThing', attempt: 1 },
    { operationId: 'getThing', attempt: 2, status: 503, requestId: 'req-9' },
    { operationId: 'getThing', attempt: 3, status: 200, requestId: 'req-1' },
  ]);
});
