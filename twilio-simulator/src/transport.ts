import * as http from 'node:http';
import * as https from 'node:https';

export interface TransportRequest {
  readonly url: URL;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** Real milliseconds: webhooks cross a real socket whatever the virtual clock does. */
  readonly connectMs: number;
  readonly readMs: number;
}
export interface TransportAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}
export type Transport = (request: TransportRequest) => Promise<TransportAnswer>;

/** No answer: `phase` says whether it failed before (ct) or after (rt) the connection stood. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  constructor(
    readonly phase: 'ct' | 'rt',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Enough to see that a document is over 64 KB; the rest is not read. */
const LARGEST_BODY = 256 * 1024;

/** Webhooks over node's own HTTP, with connections kept open between them. */
export function nodeTransport(): { readonly send: Transport; readonly close: () => void } {
  const agents = { 'http:': new http.Agent({ keepAlive: true }), 'https:': new https.Agent({ keepAlive: true }) };

  const attempt = (wanted: TransportRequest): Promise<TransportAnswer> =>
    new Promise((resolve, reject) => {
      const secure = wanted.url.protocol === 'https:';
      const request = (secure ? https : http).request(wanted.url, {
        method: wanted.method,
        headers: wanted.headers,
        agent: secure ? agents['https:'] : agents['http:'],
      });
      let phase: 'ct' | 'rt' = 'ct';
      const late = (ms: number): NodeJS.Timeout =>
        setTimeout(
          () => request.destroy(new Error(phase === 'ct' ? 'Connection timed out' : 'Response timed out')),
          ms,
        );
      let timer = late(wanted.connectMs);
      const connected = (): void => {
        phase = 'rt';
        clearTimeout(timer);
        timer = late(wanted.readMs);
      };
      const fail = (cause: Error): void => {
        clearTimeout(timer);
        reject(new NoAnswer(phase, cause.message, { cause }));
      };
      request.on('socket', (socket) => {
        if (socket.connecting) socket.once(secure ? 'secureConnect' : 'connect', connected);
        else connected();
      });
      request.on('error', (cause: NodeJS.ErrnoException) => {
        // Almost always a connection that the other side closed while it lay idle: a new one is opened.
        if (request.reusedSocket && cause.code === 'ECONNRESET') {
          clearTimeout(timer);
          resolve(attempt(wanted));
        } else fail(cause);
      });
      request.on('response', (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        const done = (): void => {
          clearTimeout(timer);
          const headers: Record<string, string | undefined> = {};
          for (const [name, value] of Object.entries(response.headers)) {
            headers[name] = Array.isArray(value) ? value.join(', ') : value;
          }
          resolve({ status: response.statusCode ?? 0, headers, body: Buffer.concat(chunks).toString('utf8') });
        };
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          size += chunk.length;
          if (size > LARGEST_BODY) {
            done();
            response.destroy();
          }
        });
        response.on('end', done);
        response.on('error', fail);
      });
      request.end(wanted.body ?? undefined);
    });

  return {
    send: attempt,
    close: () => {
      agents['http:'].destroy();
      agents['https:'].destroy();
    },
  };
}
