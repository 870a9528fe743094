import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ApiKey } from './credentials';
import { createCredentials } from './credentials';
import { RestError } from './errors';
import { INVALID_PARAMETER } from './form';
import type { SimulatorPorts } from './ports';
import type { Answer, RestContext } from './rest-context';
import { createRoutes } from './rest-routes';

export interface RestRequest {
  readonly method: string;
  readonly path: string;
}

/**
 * What becomes of a REST request. `throttle` (429), `server-error` (500) and `unavailable` (503) do nothing,
 * `hang` does nothing and never answers; `drop-answer` does the work and closes the connection instead of answering,
 * `error-after` does it and answers 500: after these, the client cannot know.
 */
export type RestFault = (typeof restFaults)[number];
export const restFaults = [
  'pass',
  'throttle',
  'server-error',
  'unavailable',
  'hang',
  'drop-answer',
  'error-after',
] as const;

export interface RestPorts extends RestContext {
  readonly authToken: string;
  readonly apiKeys: readonly ApiKey[];
  readonly fault: (request: RestRequest) => RestFault;
  readonly ports: Pick<SimulatorPorts, 'begin' | 'flushed'>;
  readonly newSid: (prefix: 'RQ') => string;
}

const LARGEST_REQUEST = 1024 * 1024;
const serverError = (): RestError => new RestError(500, 20_500, 'An internal server error has occurred');

/** Twilio's REST API for calls, conferences and participants, as far as it is simulated. */
export function createRestApi(deps: RestPorts): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const route = createRoutes(deps, createCredentials(deps));
  let inFlight = 0;
  return async (incoming, outgoing) => {
    const done = deps.ports.begin('a request to the carrier');
    inFlight += 1;
    try {
      const fault = deps.fault({ method: incoming.method ?? 'GET', path: pathOf(incoming) });
      // The connection stays open until the client has had enough.
      if (fault === 'hang') return;
      const answer = await answerTo(incoming, fault);
      await deps.ports.flushed();
      if (fault === 'drop-answer') outgoing.destroy();
      else write(outgoing, fault === 'error-after' ? refusal(serverError()) : answer);
      answer.afterwards?.();
    } catch {
      // What could not be kept must not be acknowledged: the client sees a broken connection, an unknown outcome.
      outgoing.destroy();
    } finally {
      inFlight -= 1;
      done();
    }
  };

  function write(outgoing: ServerResponse, answer: Answer): void {
    const text = answer.json === null ? '' : JSON.stringify(answer.json);
    outgoing.writeHead(answer.status, {
      'Twilio-Request-Id': deps.newSid('RQ'),
      'Twilio-Concurrent-Requests': String(inFlight),
      ...(answer.json === null ? {} : { 'Content-Type': 'application/json' }),
      ...(answer.status === 401 ? { 'WWW-Authenticate': 'Basic realm="Twilio API"' } : {}),
      ...(answer.status === 204 ? {} : { 'Content-Length': Buffer.byteLength(text) }),
    });
    outgoing.end(text);
  }

  async function answerTo(incoming: IncomingMessage, fault: RestFault): Promise<Answer> {
    try {
      if (fault === 'throttle') throw new RestError(429, 20_429, 'Too Many Requests');
      if (fault === 'server-error') throw serverError();
      if (fault === 'unavailable') throw new RestError(503, 20_503, 'Service unavailable');
      // A path may begin with two slashes, which alone would name a host.
      const url = new URL(`http://carrier${incoming.url ?? '/'}`);
      const request = { method: incoming.method ?? 'GET', path: url.pathname, query: url.searchParams };
      return route(request, incoming.headers.authorization, await bodyOf(incoming));
    } catch (cause) {
      if (cause instanceof RestError) return refusal(cause);
      const why = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
      return refusal(new RestError(500, 20_500, `The simulator failed: ${why}`));
    }
  }
}

/** An error as Twilio's API words it. */
export function refusal({ status, code, message }: RestError): Answer {
  const json = { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status };
  return { status, json };
}

export function pathOf(incoming: IncomingMessage): string {
  return (incoming.url ?? '/').split('?')[0] ?? '/';
}

export async function bodyOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    const bytes: Buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    size += bytes.length;
    if (size > LARGEST_REQUEST) throw new RestError(413, INVALID_PARAMETER, 'The request is too large');
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}
