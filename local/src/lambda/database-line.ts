import { errorMonitor } from 'node:events';
import http from 'node:http';
import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import type { Address } from '../dynamodb/engine';
import { tablesWritten } from '../dynamodb/writes';

export interface DatabaseLine {
  /** Whether calls go straight to the engine, or by the laptop cloud, where faults may befall them. */
  straight: boolean;
}

/**
 * Leads what a thread asks of DynamoDB at the laptop cloud's endpoint straight to the database engine: in a burst of
 * bookings a third more are confirmed in a second than by the main thread, which has all else to answer. The request is the SDK's own
 * and goes over HTTP as before; only its address changes. What does not look like the SDK's goes where it is sent.
 *
 * `underWay` counts the writes that are sent, in memory that outlives the thread; whoever is told of one takes it off again, so
 * that none is lost where the thread ends between its answer and the word of it. `told` is given the
 * tables that a write may have changed, before whoever asked hears of it; also where there is no answer, for the write may
 * have been done.
 */
export function openDatabaseLine(
  where: { readonly endpoint: Address; readonly engine: Address; readonly underWay: Int32Array },
  told: (tables: ReadonlySet<string> | 'all') => void,
): DatabaseLine {
  const { endpoint, engine, underWay } = where;
  const line: DatabaseLine = { straight: false };
  const request = http.request.bind(http) as (
    options: RequestOptions,
    callback?: (incoming: IncomingMessage) => void,
  ) => ClientRequest;

  const straight = (options: RequestOptions, operation: string, callback?: (incoming: IncomingMessage) => void) => {
    let written: ReadonlySet<string> | 'all' = new Set();
    const done = () => {
      const tables = written;
      written = new Set();
      if (tables !== 'all' && tables.size === 0) return;
      told(tables);
    };
    const outgoing = request({ ...options, ...engine, hostname: engine.host }, (incoming) => {
      done();
      callback?.(incoming);
    });
    outgoing.once(errorMonitor, done).once('close', done);
    const end = outgoing.end.bind(outgoing) as (...sent: unknown[]) => ClientRequest;
    outgoing.end = (...sent: unknown[]) => {
      written = tablesWritten(operation, textOf(sent[0]));
      if (written === 'all' || written.size > 0) Atomics.add(underWay, 0, 1);
      return end(...sent);
    };
    return outgoing;
  };

  const instead = (...asked: unknown[]): ClientRequest => {
    const [options, callback] = asked as [RequestOptions, ((incoming: IncomingMessage) => void)?];
    const operation = line.straight ? operationOf(options, endpoint) : undefined;
    return operation === undefined
      ? (Reflect.apply(request, http, asked) as ClientRequest)
      : straight(options, operation, callback);
  };
  Reflect.set(http, 'request', instead);
  return line;
}

/** What a request asks of DynamoDB at the endpoint, told from its options as the SDK gives them. */
function operationOf(options: unknown, endpoint: Address): string | undefined {
  if (typeof options !== 'object' || options === null || options instanceof URL) return undefined;
  const { host, port, headers } = options as RequestOptions;
  if (host !== endpoint.host || Number(port) !== endpoint.port || typeof headers !== 'object') return undefined;
  const target: unknown = Reflect.get(headers, 'x-amz-target');
  return typeof target === 'string' && target.startsWith('DynamoDB_')
    ? target.slice(target.indexOf('.') + 1)
    : undefined;
}

/** A body that was sent in parts before is not seen: its write may have changed any table. */
function textOf(body: unknown): string {
  if (typeof body === 'string') return body;
  return body instanceof Uint8Array ? Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8') : '';
}
