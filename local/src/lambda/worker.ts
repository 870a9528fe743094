import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { condemn } from './cut-off';
import { openDatabaseLine } from './database-line';
import type { FailureReport, InvokeMessage, WorkerMessage, WorkerStart } from './messages';

/** What runs in a worker: loads the bundle, calls its handler once per message, one at a time. */
const start = workerData as WorkerStart;
const port = parentPort;
if (port === null) throw new Error('This file runs in a worker only.');
const say = (message: WorkerMessage) => port.postMessage(message);
// Real time: a worker's deadline does not move with the virtual clock.
const realNow = () => performance.timeOrigin + performance.now();

// By the same port as the result, so that the lines of an invocation are there before its answer is.
for (const stream of ['stdout', 'stderr'] as const) {
  process[stream].write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    say({ kind: 'output', stream, text: typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8') });
    const done = rest.at(-1);
    if (typeof done === 'function') process.nextTick(done);
    return true;
  };
}

const database = start.database && openDatabaseLine(start.database, (tables) => say({ kind: 'wrote', tables }));

function report(error: unknown): FailureReport {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') };
}

type Handler = (event: unknown, context: unknown) => unknown;

function load(): Handler {
  const [file = 'index', name = 'handler'] = start.handler.split(/\.(?=[^.]*$)/);
  const path = join(start.folder, file);
  const exported: unknown = createRequire(`${path}.js`)(path);
  if (typeof exported !== 'object' || exported === null) throw new Error(`${start.handler} exports nothing.`);
  const handler: unknown = Reflect.get(exported, name);
  if (typeof handler !== 'function') throw new Error(`${start.handler} is not a function.`);
  return (event, context): unknown => Reflect.apply(handler, undefined, [event, context]);
}

async function answer(handler: Handler, message: InvokeMessage) {
  if (database !== undefined) database.straight = message.faulty !== true;
  const cutOff =
    message.survives === undefined
      ? undefined
      : condemn(message.survives, (where) =>
          say({ kind: 'output', stream: 'stderr', text: `Cut off on purpose ${where}\n` }),
        );
  try {
    cutOff?.point('before its work');
    const result: unknown = await handler(JSON.parse(message.event), {
      functionName: start.functionName,
      functionVersion: '$LATEST',
      invokedFunctionArn: start.functionArn,
      memoryLimitInMB: String(start.memoryMb),
      awsRequestId: message.requestId,
      logGroupName: `/aws/lambda/${start.functionName}`,
      logStreamName: 'local',
      callbackWaitsForEmptyEventLoop: true,
      getRemainingTimeInMillis: () => Math.max(0, Math.round(message.deadlineMs - realNow())),
      done: unsupported,
      fail: unsupported,
      succeed: unsupported,
    });
    cutOff?.now('after its work');
    say({ kind: 'result', id: message.id, result: JSON.stringify(result) ?? 'null' });
  } catch (error) {
    cutOff?.now('after it failed');
    say({ kind: 'error', id: message.id, error: report(error) });
  }
}

function unsupported(): never {
  throw new Error('Handlers return a promise; callbacks are not answered here, nor by nodejs24.x.');
}

try {
  const handler = load();
  port.on('message', (message: InvokeMessage) => void answer(handler, message));
  say({ kind: 'ready' });
} catch (error) {
  say({ kind: 'failed-to-load', error: report(error) });
}
