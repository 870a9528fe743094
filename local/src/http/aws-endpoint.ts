import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { callOf, changesSomething, reachesPeople } from '../aws/call';
import { throttledAnswer } from '../aws/throttled';
import type { AwsServices } from '../aws/types';
import type { DatabaseEngine } from '../dynamodb/engine';
import { tablesWritten } from '../dynamodb/writes';
import type { Faults } from '../kernel/faults';
import type { Busy } from '../kernel/types';
import { readBody, requestUrl } from './http';

/** More than any of the services takes. */
const BODY_LIMIT_BYTES = 20 * 1024 * 1024;

/** The access key that functions are given: their requests are told by it from those from outside. */
export const FUNCTION_ACCESS_KEY = 'LOCALFUNCTION';

/**
 * Answers every AWS SDK: DynamoDB by the engine behind, anything else by the laptop cloud itself. Signatures are never
 * checked. A function's request keeps the cloud busy even when its function is gone, for its effect may yet come. Faults
 * befall functions' requests only.
 */
export function createAwsEndpoint(ports: {
  readonly aws: AwsServices;
  readonly engine: DatabaseEngine;
  readonly busy: Busy;
  readonly faults: Faults;
  readonly wakeStreams: (tables: ReadonlySet<string> | 'all') => void;
  readonly onError: (what: string, error: unknown) => void;
}): RequestListener {
  /** What befalls a call. */
  const fateOf = (request: IncomingMessage, body: Buffer) => {
    const text = body.toString('utf8');
    const call = callOf({
      method: request.method ?? 'GET',
      path: requestUrl(request).pathname,
      headers: headersOf(request),
      body: text,
    });
    if (call === undefined) return {};
    const where = `${call.service} ${call.operation}`;
    if (ports.faults.strikes('throttle', where)) return { throttled: throttledAnswer(call, text, ports.faults.oneOf) };
    return {
      answerIsLost: changesSomething(call) && ports.faults.strikes(reachesPeople(call) ? 'drop' : 'dropAws', where),
    };
  };

  const answer = async (
    request: IncomingMessage,
    response: ServerResponse,
    about: { readonly target: string | undefined; readonly ours: boolean },
  ) => {
    const { target } = about;
    const body = await readBody(request, BODY_LIMIT_BYTES);
    const { throttled, answerIsLost = false } = about.ours && ports.faults.active ? fateOf(request, body) : {};
    if (throttled !== undefined) {
      send(response, throttled.status, throttled.headers, throttled.body);
      return;
    }
    if (target?.startsWith('DynamoDB') === true) {
      const written = tablesWritten(target.slice(target.indexOf('.') + 1), body.toString('utf8'));
      let found;
      try {
        found = await ports.engine.forward(request.headers, body);
      } finally {
        // Before the answer is passed on: whoever has it may rely on the cloud being busy with what it set going. And
        // also when there is no answer: the write may have been done.
        if (written === 'all' || written.size > 0) ports.wakeStreams(written);
      }
      if (answerIsLost) {
        response.destroy();
        return;
      }
      const { connection: _, 'keep-alive': __, 'transfer-encoding': ___, ...headers } = found.headers;
      response.writeHead(found.status, { ...headers, 'content-length': found.body.length }).end(found.body);
      return;
    }
    const url = requestUrl(request);
    const found = await ports.aws.handle({
      method: request.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      headers: headersOf(request),
      body: body.toString('utf8'),
    });
    if (found === undefined) {
      const what = target ?? `${request.method} ${url.pathname}`;
      send(
        response,
        400,
        { 'content-type': 'application/x-amz-json-1.0' },
        JSON.stringify({ __type: 'UnknownOperationException', message: `The laptop cloud does not answer ${what}.` }),
      );
      return;
    }
    if (answerIsLost) response.destroy();
    else send(response, found.status, found.headers, found.body);
  };

  return (request, response) => {
    const header = request.headers['x-amz-target'];
    const target = Array.isArray(header) ? header[0] : header;
    const ours = request.headers.authorization?.includes(`Credential=${FUNCTION_ACCESS_KEY}/`) === true;
    // A function that waits for messages itself is quiet while it waits.
    const end =
      ours && target !== 'AmazonSQS.ReceiveMessage'
        ? ports.busy.begin(`AWS call ${target ?? request.url ?? ''}`)
        : () => undefined;
    answer(request, response, { target, ours })
      .catch((error: unknown) => {
        if (request.destroyed && !request.complete) return;
        ports.onError(`AWS call ${target ?? request.url ?? ''}`, error);
        if (!response.headersSent) {
          send(
            response,
            500,
            { 'content-type': 'application/x-amz-json-1.0' },
            JSON.stringify({ __type: 'InternalServerError', message: 'The laptop cloud failed.' }),
          );
        } else response.destroy();
      })
      .finally(end);
  };
}

function headersOf(request: IncomingMessage): Record<string, string | undefined> {
  const headers: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(request.headers))
    headers[name] = Array.isArray(value) ? value.join(',') : value;
  return headers;
}

function send(response: ServerResponse, status: number, headers: Readonly<Record<string, string>>, body: string) {
  response
    .writeHead(status, { 'x-amzn-requestid': randomUUID(), ...headers, 'content-length': Buffer.byteLength(body) })
    .end(body);
}
