import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import * as z from 'zod';
import { handlingContext, within } from './context';
import { flushMetrics, log } from './telemetry';

/** Bodies above 64 KB are refused. */
export const MAX_BODY_BYTES = 64 * 1024;

/** More faults than any honest request can have are not written out. */
const MAX_FAULTS = 200;

/** One thing wrong with a request, and where: `path` is dotted, or the name of a parameter or header. */
export interface Fault {
  readonly path: string;
  readonly message: string;
}

/** What a route answers with: JSON when `body` is given, else `text` as it is. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** A body that is sent byte for byte; its type is in the headers, `application/json` otherwise. */
  readonly text?: string;
  readonly isBase64Encoded?: boolean;
  /** The appointment that the answer is about, where the path does not name it. */
  readonly correlationId?: string;
}

export interface HttpRequest {
  readonly requestId: string;
  readonly method: string;
  readonly path: string;
  /** Where the request came from, as the gateway saw it. */
  readonly sourceIp: string | undefined;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly parameters: Readonly<Record<string, string | undefined>>;
  /** The parsed body, not yet checked; `undefined` on a route without one. */
  readonly json: unknown;
}

export interface ProblemDetails {
  readonly status: number;
  /** The last part of the problem's `type`. */
  readonly slug: string;
  readonly title: string;
  readonly detail?: string;
  readonly errors?: readonly Fault[];
  /** Members of the problem's own. */
  readonly more?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Ends a request with a problem (RFC 9457): thrown at the edge, where what comes from outside is checked. */
export class Problem extends Error {
  override readonly name = 'Problem';
  constructor(readonly details: ProblemDetails) {
    super(details.title);
  }
}

/** The problem that names every fault of a request. */
export function invalidRequest(errors: readonly Fault[]): Problem {
  return new Problem({
    status: 400,
    slug: 'invalid-request',
    title: 'The request cannot be understood as it stands',
    errors,
  });
}

/** Every fault that zod found, unknown fields by their names. Messages never repeat values. */
export function faultsOf(error: z.ZodError): Fault[] {
  return error.issues.flatMap((issue) => {
    const path = issue.path.map(String);
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        path: [...path, key].join('.').slice(0, 200),
        message: 'is not a known field',
      }));
    }
    return [{ path: path.join('.'), message: issue.message }];
  });
}

/** Parses what came from outside; `more` are faults found beside the schema's. @throws {@link Problem} naming all of them at once. */
export function checked<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  more: readonly Fault[] = [],
): z.infer<Schema> {
  const result = schema.safeParse(value);
  if (result.success && more.length === 0) return result.data;
  throw invalidRequest([...(result.success ? [] : faultsOf(result.error)), ...more]);
}

/** The appointment's id in the path; `undefined` where what stands there can be none, so that it never becomes a key of a database. */
export function appointmentIdIn({ parameters }: Pick<HttpRequest, 'parameters'>): string | undefined {
  const { appointmentId = '' } = parameters;
  return /^[A-Za-z0-9_-]{1,64}$/.test(appointmentId) ? appointmentId : undefined;
}

/** What the types of problems begin with, where clients reach us at `publicUrl`. */
export function problemBaseAt(publicUrl: string): string {
  return `${publicUrl.replace(/\/+$/, '')}/problems`;
}

export interface RouteOptions {
  /** What problem types begin with: `<problemBase>/<slug>`. */
  readonly problemBase: string;
  /** Whether the route takes a JSON body; with `optional` no body at all reads as `{}`. @default none */
  readonly body?: 'required' | 'optional' | 'none';
  /** The path parameter that names the appointment, for the correlation id. @default appointmentId */
  readonly subject?: string;
}

/**
 * A function behind an HTTP API (payload 2.0): reads JSON, answers JSON, and tells every failure as `application/problem+json`.
 * What is thrown unexpectedly is a 500 that says nothing but its request id; the log line says the rest.
 */
export function jsonRoute(options: RouteOptions, handle: (request: HttpRequest) => Promise<HttpAnswer> | HttpAnswer) {
  const { body = 'none', subject = 'appointmentId' } = options;
  return async (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> => {
    const { requestId } = event.requestContext;
    const parameters = event.pathParameters ?? {};
    const correlationId = idOf(parameters[subject]);
    return within({ requestId, correlationId }, async () => {
      const answer = await answered(options, event, async () =>
        handle({
          requestId,
          method: event.requestContext.http.method,
          path: event.rawPath,
          sourceIp: event.requestContext.http.sourceIp,
          headers: event.headers,
          query: event.queryStringParameters ?? {},
          parameters,
          json: body === 'none' ? undefined : readJson(event, body),
        }),
      );
      flushMetrics();
      return toResult(answer, requestId, answer.correlationId ?? correlationId);
    });
  };
}

type Route = (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2>;

/** One function behind several routes, by their keys as the template writes them (`GET /staff/appointments`). */
export function jsonRoutes(routes: Readonly<Record<string, Route>>): Route {
  return async (event) => {
    const route = Object.hasOwn(routes, event.routeKey) ? routes[event.routeKey] : undefined;
    if (!route) throw new Error(`this function does not answer ${event.routeKey}`);
    return route(event);
  };
}

/** What stands in a path may be anything, a name or a number too: only what looks like an id goes into logs and headers. */
function idOf(parameter: string | undefined): string | undefined {
  return parameter !== undefined && /^[A-Za-z]+_[A-Za-z0-9_-]{1,64}$/.test(parameter) ? parameter : undefined;
}

async function answered(
  options: RouteOptions,
  event: APIGatewayProxyEventV2,
  work: () => Promise<HttpAnswer>,
): Promise<HttpAnswer> {
  try {
    const answer = await work();
    const context = handlingContext();
    within({ ...context, correlationId: answer.correlationId ?? context.correlationId }, () =>
      log.info('Request answered', { route: event.routeKey, status: answer.status }),
    );
    return answer;
  } catch (error) {
    if (error instanceof Problem) {
      log.info('Request refused', {
        route: event.routeKey,
        status: error.details.status,
        problem: error.details.slug,
        faults: error.details.errors?.length,
      });
      return problemAnswer(options.problemBase, error.details, event.requestContext.requestId);
    }
    log.error('Request failed', { route: event.routeKey, error });
    return problemAnswer(
      options.problemBase,
      { status: 500, slug: 'internal-error', title: 'Something went wrong on our side' },
      event.requestContext.requestId,
    );
  }
}

function problemAnswer(base: string, details: ProblemDetails, requestId: string): HttpAnswer {
  const { status, slug, title, detail, errors, more, headers } = details;
  return {
    status,
    headers: { ...headers, 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
    text: JSON.stringify({
      type: `${base.replace(/\/+$/, '')}/${slug}`,
      title,
      status,
      ...(detail !== undefined && { detail }),
      // A caller can always read `errors`: what no field is to blame for stands there under no path.
      errors: (errors ?? [{ path: '', message: detail ?? title }]).slice(0, MAX_FAULTS),
      ...more,
      requestId,
    }),
  };
}

function toResult(
  answer: HttpAnswer,
  requestId: string,
  correlationId: string | undefined,
): APIGatewayProxyStructuredResultV2 {
  const text = answer.text ?? (answer.body === undefined ? '' : JSON.stringify(answer.body));
  return {
    statusCode: answer.status,
    headers: {
      ...(text !== '' && { 'content-type': 'application/json' }),
      'x-content-type-options': 'nosniff',
      ...lowerCased(answer.headers ?? {}),
      'x-request-id': requestId,
      ...(correlationId !== undefined && { 'x-correlation-id': correlationId }),
    },
    body: text,
    ...(answer.isBase64Encoded && { isBase64Encoded: true }),
  };
}

/** HTTP does not tell names apart by their case, an object does: `Content-Type` is to replace `content-type`. */
function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function readJson(event: APIGatewayProxyEventV2, body: 'required' | 'optional'): unknown {
  const bytes = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.length > MAX_BODY_BYTES) {
    throw new Problem({ status: 413, slug: 'too-large', title: `A body may have ${MAX_BODY_BYTES} bytes at most` });
  }
  if (bytes.length === 0 && body === 'optional') return {};
  if (!/^application\/json\s*(;|$)/i.test((event.headers['content-type'] ?? '').trim())) {
    throw new Problem({
      status: 415,
      slug: 'unsupported-media-type',
      title: 'The body must be application/json',
      headers: { accept: 'application/json' },
    });
  }
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch {
    throw new Problem({ status: 400, slug: 'not-json', title: 'The body is not JSON' });
  }
}
