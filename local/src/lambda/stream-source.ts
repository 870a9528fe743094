import { REGION } from '../aws/types';
import type { Faults } from '../kernel/faults';
import type { Clock, Collection, Timers, Busy } from '../kernel/types';
import { failedItems } from './batch-response';

/** A record as the database engine gives it; `dynamodb` holds keys and images. */
export interface StreamRecord {
  readonly eventID: string;
  readonly eventName: string;
  readonly eventVersion: string;
  readonly dynamodb: {
    readonly SequenceNumber: string;
    readonly Keys: unknown;
    readonly NewImage?: unknown;
    readonly OldImage?: unknown;
    readonly [name: string]: unknown;
  };
}

/** What lies in a table's stream after a sequence number (all of it after `undefined`), oldest first. */
export type ReadStream = (afterSequenceNumber: string | undefined, limit: number) => Promise<readonly StreamRecord[]>;

export interface StreamSourceSpec {
  /** Names the mapping in the store: its checkpoint must outlive the process. */
  readonly id: string;
  readonly tableName: string;
  readonly streamArn: string;
  readonly functionArn: string;
  /** @default 100, as on AWS */
  readonly batchSize?: number;
  readonly reportsBatchItemFailures: boolean;
  readonly bisects: boolean;
  /** Which images the table's stream carries: the engine's own carries both. @default NEW_AND_OLD_IMAGES */
  readonly viewType?: string;
  /** @default -1: without limit */
  readonly maximumRetryAttempts?: number;
  readonly onFailure?: (message: string) => Promise<unknown>;
  readonly filters: readonly ((event: unknown) => boolean)[];
}

export interface StreamSource {
  /** Records may have come: reads until nothing is left. The cloud is busy from this call until then. */
  readonly wake: () => void;
  readonly stop: () => void;
}

/** One read takes many batches: an empty read costs a millisecond too. */
const READ_LIMIT = 1000;
const LONGEST_RETRY_MS = 60_000;

interface Batch {
  readonly records: readonly StreamRecord[];
  readonly attempts: number;
  /** A fault held it back before; it is not held back again. */
  readonly heldBack?: true;
}

/**
 * Feeds a function from a table's stream, in order. What fails is retried after 1, 2, 4 … 60 s of virtual time and
 * holds up what follows, as a shard does. A MODIFY that changed nothing is dropped: AWS writes no record for it.
 */
export function connectStream(
  spec: StreamSourceSpec,
  ports: {
    readonly clock: Clock;
    readonly timers: Timers;
    readonly busy: Busy;
    readonly checkpoints: Collection<string>;
    readonly read: ReadStream;
    /** Whether a read brings all there is up to its limit, so that after a shorter one nothing is left. @default false: until one is empty */
    readonly readsAll?: boolean;
    readonly invoke: (event: unknown) => Promise<unknown>;
    readonly faults: Faults;
    readonly onError: (what: string, error: unknown) => void;
  },
): StreamSource {
  const what = `stream of ${spec.tableName}`;
  const batchSize = spec.batchSize ?? 100;
  const maximumRetryAttempts = spec.maximumRetryAttempts ?? -1;
  /** Read and not yet done, oldest first; `seen` is the last sequence number read. */
  let batches: Batch[] = [];
  let seen = ports.checkpoints.get(spec.id);
  let state: 'idle' | 'running' | 'waiting' = 'idle';
  let dirty = false;
  let mayHoldMore = true;
  let stopped = false;
  let failuresInARow = 0;

  const checkpoint = (sequenceNumber: string | undefined) => {
    if (sequenceNumber !== undefined && ports.checkpoints.get(spec.id) !== sequenceNumber) {
      ports.checkpoints.put(spec.id, sequenceNumber);
    }
  };

  /** Reads on; false when that was all there is. */
  const readMore = async (): Promise<boolean> => {
    const records = await ports.read(seen, READ_LIMIT);
    seen = records.at(-1)?.dynamodb.SequenceNumber ?? seen;
    const wanted = records
      .filter(changesSomething)
      .map((record) => asViewed(record, spec.viewType))
      .filter((record) => passes(record, spec));
    for (let from = 0; from < wanted.length; from += batchSize) {
      batches.push({ records: wanted.slice(from, from + batchSize), attempts: 0 });
    }
    if (batches.length === 0) checkpoint(seen);
    return ports.readsAll === true ? records.length === READ_LIMIT : records.length > 0;
  };

  /** Hands over the first batch; false when it, or the rest of it, must wait for its retry. */
  const handOver = async (batch: Batch): Promise<boolean> => {
    const failedFrom = await firstFailure(batch);
    batches.shift();
    const left = batch.records.slice(failedFrom);
    if (left.length === 0) {
      failuresInARow = 0;
      checkpoint(batches.length === 0 ? seen : batch.records.at(-1)?.dynamodb.SequenceNumber);
      return true;
    }
    checkpoint(batch.records[failedFrom - 1]?.dynamodb.SequenceNumber);
    const attempts = batch.attempts + 1;
    if (failedFrom === 0 && spec.bisects && left.length > 1) {
      // A split does not use up an attempt, as on AWS.
      const half = Math.ceil(left.length / 2);
      batches.unshift(
        { records: left.slice(0, half), attempts: batch.attempts },
        { records: left.slice(half), attempts: batch.attempts },
      );
    } else if (maximumRetryAttempts >= 0 && attempts > maximumRetryAttempts) {
      await spec.onFailure?.(giveUpMessage(left, attempts, spec, ports.clock.now()));
      checkpoint(batches.length === 0 ? seen : left.at(-1)?.dynamodb.SequenceNumber);
      failuresInARow = 0;
      return true;
    } else {
      batches.unshift({ records: left, attempts });
    }
    failuresInARow = failedFrom > 0 ? 1 : failuresInARow + 1;
    return false;
  };

  /** The index of the first record that is not done; the length when all are. */
  const firstFailure = async ({ records }: Batch): Promise<number> => {
    const hand = () =>
      ports.invoke({ Records: records.map((record) => toEventRecord(record, spec, ports.clock.now())) });
    let result: unknown;
    try {
      result = await hand();
      // As when the answer to the first got lost: what counts is the second.
      if (ports.faults.active && ports.faults.strikes('duplicate', what)) result = await hand();
    } catch {
      // The function's own log holds what it threw; the batch is retried.
      return 0;
    }
    if (!spec.reportsBatchItemFailures) return records.length;
    const failed = failedItems(result, new Set(records.map(({ dynamodb }) => dynamodb.SequenceNumber)));
    if (failed === 'all') return 0;
    const first = records.findIndex(({ dynamodb }) => failed.has(dynamodb.SequenceNumber));
    return first < 0 ? records.length : first;
  };

  const wait = (delayMs: number, kind: 'retry' | 'held-back') => {
    state = 'waiting';
    ports.timers.arm({
      at: ports.clock.now() + delayMs,
      kind,
      what: kind === 'retry' ? `retry of the ${what}` : `what is held back of the ${what}`,
      run: () => {
        state = 'idle';
        run();
      },
    });
  };
  const waitForRetry = () => wait(Math.min(LONGEST_RETRY_MS, 1000 * 2 ** (failuresInARow - 1)), 'retry');

  /** A shard keeps its order, so what is held back holds up what follows; true when it is to wait. */
  const isHeldBack = (batch: Batch): boolean => {
    if (!ports.faults.active || batch.heldBack === true || failuresInARow > 0) return false;
    const delayMs = ports.faults.holdBackMs(what);
    if (delayMs === 0) return false;
    batches[0] = { ...batch, heldBack: true };
    wait(delayMs, 'held-back');
    return true;
  };

  const drain = async () => {
    for (;;) {
      const batch = batches[0];
      if (stopped) return;
      if (batch !== undefined) {
        if (isHeldBack(batch)) return;
        if (await handOver(batch)) continue;
        waitForRetry();
        return;
      }
      if (!mayHoldMore && !dirty) {
        state = 'idle';
        return;
      }
      // Cleared before the read: a write answered while it is under way is looked for once more.
      dirty = false;
      mayHoldMore = true;
      mayHoldMore = await readMore();
    }
  };

  const run = () => {
    if (state !== 'idle' || stopped) return;
    state = 'running';
    const end = ports.busy.begin(what);
    drain()
      .catch((error: unknown) => {
        if (stopped) return;
        ports.onError(what, error);
        failuresInARow += 1;
        waitForRetry();
      })
      .finally(end);
  };

  return {
    wake: () => {
      dirty = true;
      run();
    },
    stop: () => {
      stopped = true;
    },
  };
}

function changesSomething({ eventName, dynamodb }: StreamRecord): boolean {
  return eventName !== 'MODIFY' || !sameJson(dynamodb.NewImage, dynamodb.OldImage);
}

/** Leaves out the images that the table's own stream would not carry. */
function asViewed(record: StreamRecord, viewType = 'NEW_AND_OLD_IMAGES'): StreamRecord {
  const { NewImage, OldImage, ...rest } = record.dynamodb;
  return {
    ...record,
    dynamodb: {
      ...rest,
      ...(NewImage !== undefined && viewType.startsWith('NEW') ? { NewImage } : {}),
      ...(OldImage !== undefined && viewType.includes('OLD') ? { OldImage } : {}),
      StreamViewType: viewType,
    },
  };
}

/** Equality that does not mind the order of members. */
function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && sameJson(Reflect.get(a, key), Reflect.get(b, key)))
  );
}

function passes(record: StreamRecord, { filters }: StreamSourceSpec): boolean {
  return filters.length === 0 || filters.some((filter) => filter(record));
}

function toEventRecord(record: StreamRecord, spec: StreamSourceSpec, now: number) {
  return {
    ...record,
    eventSource: 'aws:dynamodb',
    awsRegion: REGION,
    eventSourceARN: spec.streamArn,
    dynamodb: { ...record.dynamodb, ApproximateCreationDateTime: Math.floor(now / 1000) },
  };
}

/** What AWS sends to the on-failure destination: where the records lie, not what they say. */
function giveUpMessage(
  records: readonly StreamRecord[],
  attempts: number,
  spec: StreamSourceSpec,
  now: number,
): string {
  const at = new Date(now).toISOString();
  return JSON.stringify({
    requestContext: {
      requestId: records[0]?.eventID,
      functionArn: spec.functionArn,
      condition: 'RetryAttemptsExhausted',
      approximateInvokeCount: attempts,
    },
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    version: '1.0',
    timestamp: at,
    DDBStreamBatchInfo: {
      shardId: 'shardId-00000001',
      startSequenceNumber: records[0]?.dynamodb.SequenceNumber,
      endSequenceNumber: records.at(-1)?.dynamodb.SequenceNumber,
      approximateArrivalOfFirstRecord: at,
      approximateArrivalOfLastRecord: at,
      batchSize: records.length,
      streamArn: spec.streamArn,
    },
  });
}
