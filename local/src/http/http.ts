import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';

/** The body is larger than the reader takes. */
export class BodyTooLargeError extends Error {
  override readonly name = 'BodyTooLargeError';
}

/** Another process listens on the port. */
export class PortTakenError extends Error {
  override readonly name = 'PortTakenError';
  constructor(readonly port: number) {
    super(`Port ${port} is taken. Stop what listens there, or choose another: PORT=${port + 1} npm start`);
  }
}

/** The address a request asks for. Never throws: `//`, which anyone may send, would be taken for an empty host. */
export function requestUrl({ url = '/' }: Pick<IncomingMessage, 'url'>): URL {
  if (url.startsWith('/')) return new URL(`http://localhost${url}`);
  return URL.canParse(url) ? new URL(url) : new URL('http://localhost/');
}

export function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= limitBytes) chunks.push(chunk);
    });
    request.on('end', () => {
      if (bytes > limitBytes) reject(new BodyTooLargeError('The body is too large.'));
      else resolve(Buffer.concat(chunks, bytes));
    });
    request.on('error', reject);
    request.on('close', () => reject(new Error('The request was cut off.')));
  });
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
}

/** An error answer as RFC 9457 has it. */
export function sendProblem(
  response: ServerResponse,
  status: number,
  title: string,
  more: Record<string, unknown> = {},
): void {
  sendJson(
    response,
    status,
    { type: 'about:blank', title, status, ...more },
    { 'content-type': 'application/problem+json' },
  );
}

export interface Listening {
  readonly port: number;
  /** Takes no more requests, and resolves when those under way are answered, at the latest after `limitMs`. */
  readonly close: (limitMs: number) => Promise<void>;
}

/** Listens on one port of the loopback, by IPv4 and, where the machine has it, IPv6; port 0 takes a free one. */
export async function listenOnLoopback(listener: RequestListener, port: number): Promise<Listening> {
  const servers: Server[] = [];
  const open = async (host: string, wanted: number): Promise<number> => {
    // No time-outs on what is under way: a debugger may hold a function for as long as it likes.
    const server = createServer({ keepAliveTimeout: 60_000, requestTimeout: 0, noDelay: true }, listener);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port: wanted, exclusive: true }, resolve);
    });
    servers.push(server);
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : wanted;
  };

  const closeAll = async (limitMs: number) => {
    await Promise.all(
      servers.map(
        (server) =>
          new Promise<void>((resolve) => {
            const limit = setTimeout(() => server.closeAllConnections(), limitMs);
            server.close(() => {
              clearTimeout(limit);
              resolve();
            });
            server.closeIdleConnections();
          }),
      ),
    );
  };

  let taken = port;
  try {
    taken = await open('127.0.0.1', port);
    await open('::1', taken);
  } catch (error) {
    const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
    if (code === 'EADDRINUSE' || code === 'EACCES') {
      await closeAll(0);
      throw new PortTakenError(taken);
    }
    if (servers.length === 0 || (code !== 'EADDRNOTAVAIL' && code !== 'EAFNOSUPPORT')) throw error;
  }
  return { port: taken, close: closeAll };
}
