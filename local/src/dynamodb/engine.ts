import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { copyFileSync, existsSync } from 'node:fs';
import { Agent, request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { createServer } from 'node:net';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { livingProcess, noteProcess } from '../kernel/lock';

/** No database engine on this machine; the message says what would help. */
export class NoDatabaseError extends Error {
  override readonly name = 'NoDatabaseError';
}

/** An error answer of the database engine. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(`${code}: ${message}`);
  }
}

export interface EngineAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** More than it has threads that could have taken up one of ours before something older. */
const CALLS_TO_DRAIN = 8;

/** Where something listens on this machine. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** The DynamoDB-compatible engine, reached over kept connections. */
export interface DatabaseEngine {
  /** Sends a signed request as it came. */
  readonly forward: (headers: IncomingHttpHeaders, body: Buffer) => Promise<EngineAnswer>;
  /** Makes a call of our own. Throws DatabaseError. */
  readonly call: (operation: string, input: unknown) => Promise<unknown>;
  /** Whether GetRecords answers with all records up to its limit, however large they are: ours does, DynamoDB stops at 1 MB. */
  readonly readsAll: boolean;
  /**
   * Resolves when it has done what had come to it before, whoever sent that and whether or not they still wait: it takes up
   * requests as they come, does each whole and writes under one lock, so that some of ours, one after the other, come last.
   */
  readonly drained: () => Promise<void>;
  /** Where functions reach it by themselves; only ours, which never closes a connection that is kept. */
  readonly address?: Address;
  readonly stop: () => Promise<void>;
}

/** Starts the engine on `<folder>/dynamodb.db`, or takes the endpoint that `LOCAL_DYNAMODB_ENDPOINT` names. */
export async function startDatabase(options: {
  readonly folder: string;
  /** An empty file of the engine with the indexes that its stream reads need. */
  readonly templateFile: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Told when the engine ends by itself. */
  readonly onExit: (why: string) => void;
}): Promise<DatabaseEngine> {
  const given = options.environment['LOCAL_DYNAMODB_ENDPOINT'];
  if (given !== undefined && given !== '') {
    const { hostname, port } = new URL(given);
    const client = connect(hostname, Number(port === '' ? 80 : port));
    await untilAnswering(client.call, () => undefined);
    return { ...client, readsAll: false, stop: async () => client.close() };
  }

  const binary = findBinary(options.environment);
  const file = join(options.folder, 'dynamodb.db');
  if (!existsSync(file)) copyFileSync(options.templateFile, file);
  const processFile = join(options.folder, 'dynoxide.pid');
  await endLeftOver(processFile);
  const port = await freePort();
  const command = [...WITH_THIS_PROCESS, binary, '--host', '127.0.0.1', '--port', String(port), '--db-path', file];
  // In a group of its own: Ctrl-C in the terminal is for us, and we end the engine after the last write.
  const child = spawn(command[0] ?? binary, command.slice(1), { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
  if (child.pid !== undefined) noteProcess(processFile, child.pid);
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-2000);
  });
  let ended: string | undefined;
  let stopping = false;
  const exited = new Promise<void>((resolve) => {
    const end = (why: string) => {
      ended ??= why;
      if (!stopping) options.onExit(why);
      resolve();
    };
    child.once('error', (error) => end(`${binary}: ${error.message}`));
    child.once('exit', (code, signal) => end(`the database engine ended (${code ?? signal}) ${said}`.trim()));
  });
  endWithThisProcess(child);

  const client = connect('127.0.0.1', port);
  await untilAnswering(client.call, () => ended);
  return {
    ...client,
    readsAll: true,
    address: { host: '127.0.0.1', port },
    stop: async () => {
      stopping = true;
      client.close();
      child.kill('SIGTERM');
      const limit = setTimeout(() => child.kill('SIGKILL'), 3000);
      await exited;
      clearTimeout(limit);
    },
  };
}

/** Where the kernel offers it, the engine is ended with this process even by a kill that nobody sees. */
const SETPRIV = '/usr/bin/setpriv';
const WITH_THIS_PROCESS = process.platform === 'linux' && existsSync(SETPRIV) ? [SETPRIV, '--pdeathsig', 'TERM'] : [];

/** An engine whose process was killed may still hold the file: it is asked to end, and waited for. */
async function endLeftOver(processFile: string): Promise<void> {
  const startedAt = performance.now();
  for (let asked = false; ; asked = true) {
    const pid = livingProcess(processFile);
    if (pid === undefined) return;
    if (!asked) process.kill(pid, 'SIGTERM');
    if (performance.now() - startedAt > 5000) process.kill(pid, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** However else this process ends, its engine ends too. */
function endWithThisProcess(child: ChildProcess) {
  const end = () => child.kill('SIGTERM');
  process.once('exit', end);
  child.once('exit', () => process.removeListener('exit', end));
}

function findBinary(environment: NodeJS.ProcessEnv): string {
  const named = environment['DYNOXIDE_BIN'];
  if (named !== undefined && named !== '') {
    if (existsSync(named)) return named;
    throw new NoDatabaseError(`DYNOXIDE_BIN names ${named}, which is not there.`);
  }
  try {
    const packageFile = createRequire(__filename).resolve('@dynoxide/linux-x64/package.json');
    const installed = join(packageFile, '..', 'dynoxide');
    if (existsSync(installed)) return installed;
  } catch {
    // Not installed: an optional dependency, for linux-x64 only.
  }
  for (const folder of (environment['PATH'] ?? '').split(delimiter)) {
    const file = join(folder, process.platform === 'win32' ? 'dynoxide.exe' : 'dynoxide');
    if (folder !== '' && existsSync(file)) return file;
  }
  throw new NoDatabaseError(
    'No DynamoDB-compatible engine: install dynoxide (set DYNOXIDE_BIN or put it on PATH), or name an endpoint with streams in LOCAL_DYNAMODB_ENDPOINT.',
  );
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

async function untilAnswering(call: DatabaseEngine['call'], ended: () => string | undefined): Promise<void> {
  const startedAt = performance.now();
  for (;;) {
    try {
      await call('DynamoDB_20120810.ListTables', {});
      return;
    } catch (error) {
      const why = ended();
      if (why !== undefined) throw new NoDatabaseError(why);
      if (performance.now() - startedAt > 10_000)
        throw new Error('The database engine does not answer.', { cause: error });
    }
    // Real time and nobody's test: the engine needs about 7 ms to open its port.
    await new Promise((resolve) => setTimeout(resolve, 3));
  }
}

function connect(
  host: string,
  port: number,
): Pick<DatabaseEngine, 'forward' | 'call' | 'drained'> & { readonly close: () => void } {
  const agent = new Agent({ keepAlive: true, maxSockets: 32, noDelay: true });
  const forward = (headers: IncomingHttpHeaders, body: Buffer, mayRepeat = true): Promise<EngineAnswer> =>
    new Promise((resolve, reject) => {
      const outgoing = request(
        {
          host,
          port,
          agent,
          method: 'POST',
          path: '/',
          headers: { ...headers, host: `${host}:${port}`, 'content-length': body.length },
        },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.on('end', () =>
            resolve({ status: incoming.statusCode ?? 500, headers: incoming.headers, body: Buffer.concat(chunks) }),
          );
          incoming.on('error', reject);
        },
      );
      outgoing.on('error', (error) => {
        // A kept connection that the engine closed meanwhile: the request never reached it.
        // oxlint-disable-next-line promise/no-promise-in-callback
        if (outgoing.reusedSocket && mayRepeat) forward(headers, body, false).then(resolve, reject);
        else reject(error);
      });
      outgoing.end(body);
    });

  const call = async (operation: string, input: unknown): Promise<unknown> => {
    const answer = await forward(
      {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': operation,
        'x-amz-date': '20260101T000000Z',
        authorization:
          'AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host;x-amz-date, Signature=0',
      },
      Buffer.from(JSON.stringify(input)),
    );
    const body: unknown = JSON.parse(answer.body.toString('utf8'));
    if (answer.status !== 200) throw toDatabaseError(body);
    return body;
  };

  return {
    forward: (headers, body) => forward(headers, body),
    call,
    drained: async () => {
      for (let n = 0; n < CALLS_TO_DRAIN; n++) await call('DynamoDB_20120810.ListTables', {});
    },
    close: () => agent.destroy(),
  };
}

function toDatabaseError(body: unknown): DatabaseError {
  const member = (name: string): string => {
    const value: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;
    return typeof value === 'string' ? value : '';
  };
  return new DatabaseError(member('__type').split('#').at(-1) ?? 'Unknown', member('message') || member('Message'));
}
