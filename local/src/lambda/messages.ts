import type { Address } from '../dynamodb/engine';

/** What the main thread and a worker say to each other. */
export interface InvokeMessage {
  readonly id: number;
  readonly requestId: string;
  /** The event as JSON. */
  readonly event: string;
  /** Real milliseconds since the epoch at which the worker is ended. */
  readonly deadlineMs: number;
  /** Faults are in force: nothing is asked straight of the database engine. */
  readonly faulty?: true;
  /** Of an invocation that a fault cuts off: how many points of its run it survives. */
  readonly survives?: number;
}

export interface FailureReport {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace: readonly string[];
}

export type WorkerMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed-to-load'; readonly error: FailureReport }
  /** The function has written to these tables, without the main thread having seen it. */
  | { readonly kind: 'wrote'; readonly tables: ReadonlySet<string> | 'all' }
  | { readonly kind: 'output'; readonly stream: 'stdout' | 'stderr'; readonly text: string }
  | { readonly kind: 'result'; readonly id: number; readonly result: string }
  | { readonly kind: 'error'; readonly id: number; readonly error: FailureReport };

/** Handed to the worker when it starts. */
export interface WorkerStart {
  readonly clock: SharedArrayBuffer;
  /** The folder of the function's code. */
  readonly folder: string;
  /** As in the template: `index.handler`. */
  readonly handler: string;
  readonly functionName: string;
  readonly functionArn: string;
  readonly memoryMb: number;
  /** Where the function's calls to DynamoDB go, and where they are led instead. */
  readonly database?: {
    readonly endpoint: Address;
    readonly engine: Address;
    /** Counts the writes that are sent and whose end the main thread has not heard of, also those of a thread that has ended. */
    readonly underWay: Int32Array;
  };
}
