import { randomUUID } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import type { Faults } from '../kernel/faults';
import type { Busy } from '../kernel/types';
import type { Address } from '../dynamodb/engine';
import type { FailureReport, InvokeMessage, WorkerMessage, WorkerStart } from './messages';

/** A function as the templates declare it, with everything resolved. */
export interface FunctionSpec {
  readonly name: string;
  readonly arn: string;
  /** The folder that holds its code. */
  readonly folder: string;
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
}

/** The function threw, timed out or could not be loaded. */
export class FunctionError extends Error {
  override readonly name = 'FunctionError';
  constructor(
    readonly functionName: string,
    readonly report: FailureReport,
    readonly timedOut = false,
  ) {
    super(report.errorType === 'Error' ? report.errorMessage : `${report.errorType}: ${report.errorMessage}`);
  }
}

export interface LocalFunction {
  readonly spec: FunctionSpec;
  /** Calls the handler with a JSON event and answers its JSON; keeps the cloud busy meanwhile. Throws FunctionError. */
  readonly invoke: (event: unknown) => Promise<unknown>;
  /** Ends its workers; what is in flight fails. */
  readonly close: () => Promise<void>;
}

/** What the cloud is busy with while a function runs begins so. */
export const FUNCTION_AT_WORK = 'function ';

/** One worker, and a second where one is not enough: two cores run no more at a time, and memory is dear. */
export const WORKERS_PER_FUNCTION = 2;

/**
 * Only for an invocation that has waited this long in real time. A second worker costs 90 ms to start, about 25 MB, and
 * the warmth of the first: 300 bookings at ten at once took 40 % more processor time when it came after 25 ms.
 */
const START_SECOND_AFTER_MS = 250;

/** Real milliseconds after which a second worker with nothing to do is given up: one holds about 25 MB. */
const KEEP_SECOND_IDLE_MS = 5000;

/** Measured with eight workers under load: 202 MB in all instead of 240, at the same speed. */
const YOUNG_GENERATION_MB = 4;

/** Real milliseconds a bundle may take to load, as on AWS before it is tried again. */
const LOAD_LIMIT_MS = 30_000;

interface Invocation {
  readonly event: string;
  /** Real time, from `performance.now()`. */
  readonly since: number;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: FunctionError) => void;
}

interface RunningWorker {
  readonly worker: Worker;
  /** Calls the worker, or says that it is not free. */
  current: { readonly id: number; readonly invocation: Invocation; readonly limit: NodeJS.Timeout } | undefined;
  ready: boolean;
  limit: NodeJS.Timeout | undefined;
  /** How many writes to the database it has sent that we have not heard the end of; shared with it. */
  readonly underWay: Int32Array;
  /** Ends what keeps the cloud busy for writes that the function did not wait for. */
  endWrites: (() => void) | undefined;
  readonly partial: { stdout: string; stderr: string };
}

/** The database engine as functions reach it by themselves. */
export interface Database {
  /** The laptop cloud's, which functions know. */
  readonly endpoint: Address;
  readonly engine: Address;
  /** Told when a function has written to tables. */
  readonly written: (tables: ReadonlySet<string> | 'all') => void;
  /** Resolves when the engine has done what had come to it before, whoever sent that. */
  readonly drained: () => Promise<void>;
}

/** Starts a thread that loads the function's bundle, with the virtual clock before it, and says whether that went well. */
export function startThread(
  spec: FunctionSpec,
  ports: {
    readonly clock: SharedArrayBuffer;
    /** The built worker and the file it loads before anything else. */
    readonly workerFile: string;
    readonly preloadFile: string;
  },
  database?: WorkerStart['database'],
): Worker {
  const workerData: WorkerStart = {
    clock: ports.clock,
    folder: spec.folder,
    handler: spec.handler,
    functionName: spec.name,
    functionArn: spec.arn,
    memoryMb: spec.memoryMb,
    ...(database === undefined ? {} : { database }),
  };
  return new Worker(ports.workerFile, {
    workerData,
    env: { ...spec.environment },
    execArgv: ['--require', ports.preloadFile],
    stdout: true,
    stderr: true,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
  });
}

/** What a thread is told of the database. */
const reachable = ({ endpoint, engine }: Database) => ({ endpoint, engine });

/** Gives a function its body: worker threads that load the bundle with the virtual clock before it. */
export function createFunction(
  spec: FunctionSpec,
  ports: {
    readonly clock: SharedArrayBuffer;
    readonly busy: Busy;
    readonly faults: Faults;
    /** @default what a function asks of its tables goes by the endpoint too */
    readonly database?: Database;
    readonly log: (stream: 'stdout' | 'stderr', text: string) => void;
    /** The built worker and the file it loads before anything else. */
    readonly workerFile: string;
    readonly preloadFile: string;
  },
): LocalFunction {
  const waiting: Invocation[] = [];
  const workers = new Set<RunningWorker>();
  let lastId = 0;
  let closed = false;
  let second: NodeJS.Timeout | undefined;

  const fail = (invocation: Invocation, report: FailureReport, timedOut = false) =>
    invocation.reject(new FunctionError(spec.name, report, timedOut));

  const flushPartial = ({ partial }: RunningWorker) => {
    for (const stream of ['stdout', 'stderr'] as const) {
      if (partial[stream] !== '') ports.log(stream, partial[stream]);
      partial[stream] = '';
    }
  };

  /** Whoever hears of the invocation's end finds the cloud busy until all that it wrote has been answered. */
  const awaitWrites = (running: RunningWorker) => {
    if (Atomics.load(running.underWay, 0) > 0)
      running.endWrites ??= ports.busy.begin(`database writes of ${spec.name}`);
  };

  /** What a thread had sent when it ended may have been done, or be done yet, and nobody hears of it. */
  const afterItsWrites = (running: RunningWorker, ended: Promise<unknown>) => {
    awaitWrites(running);
    const { endWrites } = running;
    if (endWrites === undefined) return;
    void ended
      .then(ports.database?.drained)
      // An engine that answers no more does nothing either.
      .catch(() => undefined)
      .then(() => {
        ports.database?.written('all');
        endWrites();
      });
  };

  const discard = (running: RunningWorker, report: FailureReport, timedOut = false) => {
    if (!workers.delete(running)) return;
    if (running.limit !== undefined) clearTimeout(running.limit);
    flushPartial(running);
    const { current } = running;
    running.current = undefined;
    afterItsWrites(running, running.worker.terminate());
    if (current !== undefined) {
      clearTimeout(current.limit);
      fail(current.invocation, report, timedOut);
    } else if (!running.ready) {
      // It never came up: the one invocation it was started for must not start the next worker without end.
      const invocation = waiting.shift();
      if (invocation !== undefined) fail(invocation, report, timedOut);
    }
    next();
  };

  const call = (running: RunningWorker, invocation: Invocation) => {
    lastId += 1;
    const id = lastId;
    const timeoutMs = spec.timeoutSeconds * 1000;
    const limit = setTimeout(() => {
      const errorMessage = `Task timed out after ${spec.timeoutSeconds.toFixed(2)} seconds`;
      ports.log('stderr', errorMessage);
      discard(running, { errorType: 'Sandbox.Timedout', errorMessage, trace: [] }, true);
    }, timeoutMs);
    clearTimeout(running.limit);
    running.current = { id, invocation, limit };
    const deadlineMs = performance.timeOrigin + performance.now() + timeoutMs;
    const survives = ports.faults.active ? ports.faults.survivedPoints(spec.name) : undefined;
    const message: InvokeMessage = {
      id,
      requestId: randomUUID(),
      event: invocation.event,
      deadlineMs,
      ...(ports.faults.active ? { faulty: true as const } : {}),
      ...(survives === undefined ? {} : { survives }),
    };
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no origin
    running.worker.postMessage(message);
  };

  const output = (running: RunningWorker, stream: 'stdout' | 'stderr', text: string) => {
    const lines = (running.partial[stream] + text).split('\n');
    running.partial[stream] = lines.pop() ?? '';
    for (const line of lines) if (line !== '') ports.log(stream, line);
  };

  const hear = (running: RunningWorker, message: WorkerMessage) => {
    switch (message.kind) {
      case 'ready':
        running.ready = true;
        if (running.limit !== undefined) clearTimeout(running.limit);
        next();
        break;
      case 'failed-to-load':
        ports.log('stderr', `${message.error.errorType}: ${message.error.errorMessage}`);
        discard(running, message.error);
        break;
      case 'wrote':
        ports.database?.written(message.tables);
        if (Atomics.sub(running.underWay, 0, 1) > 1) break;
        running.endWrites?.();
        running.endWrites = undefined;
        break;
      case 'output':
        output(running, message.stream, message.text);
        break;
      case 'result':
      case 'error': {
        const { current } = running;
        if (current?.id !== message.id) break;
        clearTimeout(current.limit);
        running.current = undefined;
        flushPartial(running);
        awaitWrites(running);
        if (message.kind === 'result') current.invocation.resolve(JSON.parse(message.result));
        else fail(current.invocation, message.error);
        next();
        break;
      }
      default:
        message satisfies never;
    }
  };

  const retireLater = (running: RunningWorker) => {
    clearTimeout(running.limit);
    running.limit = setTimeout(() => {
      const free = running.current === undefined && workers.size > 1;
      if (free) discard(running, { errorType: 'Runtime.ExitError', errorMessage: 'Idle', trace: [] });
    }, KEEP_SECOND_IDLE_MS).unref();
  };

  const startWorker = () => {
    const underWay = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    const worker = startThread(spec, ports, ports.database && { ...reachable(ports.database), underWay });
    const running: RunningWorker = {
      worker,
      underWay,
      endWrites: undefined,
      current: undefined,
      ready: false,
      limit: undefined,
      partial: { stdout: '', stderr: '' },
    };
    running.limit = setTimeout(
      () =>
        discard(running, {
          errorType: 'Sandbox.Timedout',
          errorMessage: 'The function did not load in time',
          trace: [],
        }),
      LOAD_LIMIT_MS,
    );
    workers.add(running);
    worker.stdout.resume();
    worker.stderr.resume();
    worker.on('message', (message: WorkerMessage) => hear(running, message));
    worker.on('error', (error) => {
      ports.log('stderr', `Uncaught ${error.name}: ${error.message}`);
      discard(running, { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') });
    });
    worker.on('exit', (code) =>
      discard(running, { errorType: 'Runtime.ExitError', errorMessage: `Runtime exited with code ${code}`, trace: [] }),
    );
  };

  /** True when more wait than the workers that are coming up will take. */
  const moreThanComing = () => waiting.length > [...workers].filter(({ ready }) => !ready).length;

  const next = () => {
    if (closed) return;
    for (const running of workers) {
      if (!running.ready || running.current !== undefined) continue;
      const invocation = waiting.shift();
      if (invocation === undefined) {
        if (workers.size > 1) retireLater(running);
        return;
      }
      call(running, invocation);
    }
    if (waiting.length === 0) return;
    if (workers.size === 0) {
      startWorker();
    } else if (workers.size < WORKERS_PER_FUNCTION && second === undefined && moreThanComing()) {
      const waitedMs = performance.now() - (waiting[0]?.since ?? 0);
      if (waitedMs >= START_SECOND_AFTER_MS) startWorker();
      else {
        second = setTimeout(() => {
          second = undefined;
          // Whoever waits now may have come later than the one this was set for.
          next();
        }, START_SECOND_AFTER_MS - waitedMs);
      }
    }
  };

  return {
    spec,
    invoke: (event) =>
      ports.busy.track(
        `${FUNCTION_AT_WORK}${spec.name}`,
        new Promise<unknown>((resolve, reject) => {
          const invocation: Invocation = { event: JSON.stringify(event), since: performance.now(), resolve, reject };
          if (closed) {
            fail(invocation, {
              errorType: 'Runtime.ExitError',
              errorMessage: 'The laptop cloud is stopping',
              trace: [],
            });
            return;
          }
          waiting.push(invocation);
          next();
        }),
      ),
    close: async () => {
      closed = true;
      clearTimeout(second);
      const report = { errorType: 'Runtime.ExitError', errorMessage: 'The laptop cloud is stopping', trace: [] };
      for (const invocation of waiting.splice(0)) fail(invocation, report);
      const ended = [...workers].map((running) => running.worker.terminate());
      for (const running of workers) discard(running, report);
      await Promise.all(ended);
    },
  };
}
