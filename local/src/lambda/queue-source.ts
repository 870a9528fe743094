import { REGION } from '../aws/types';
import type { MessageAttribute, Queues, ReceivedMessage } from '../aws/types';
import type { Busy } from '../kernel/types';
import { failedItems } from './batch-response';
import { WORKERS_PER_FUNCTION } from './function';
import type { Turns } from './turns';

/**
 * A second batch is handed over only while the first has taken this long in real time: what waits meanwhile goes in one
 * larger batch, which costs less than two small ones in two workers. In a burst of bookings the sender's takes a quarter of a
 * second; with that as the limit here, memory at its highest was 20 MiB more, at the same speed.
 */
const SLOW_BATCH_MS = 500;

export interface QueueSourceSpec {
  readonly queueArn: string;
  /** @default 10, as on AWS */
  readonly batchSize?: number;
  readonly maximumConcurrency?: number;
  readonly reportsBatchItemFailures: boolean;
  /** Events that none of them matches are deleted unseen, as on AWS. */
  readonly filters: readonly ((event: unknown) => boolean)[];
}

/**
 * Feeds a function from a queue: takes what is visible, hands it over in batches, removes what was done and starts the
 * visibility time-out of what failed. The cloud stays busy from before a message is taken until after it is settled.
 */
export function connectQueue(
  spec: QueueSourceSpec,
  ports: {
    readonly queues: Queues;
    readonly busy: Busy;
    readonly turns: Turns;
    readonly invoke: (event: unknown) => Promise<unknown>;
    readonly onError: (what: string, error: unknown) => void;
    /** Calls back once a batch has taken long, in real time; the returned function calls that off. @default after 500 ms */
    readonly whenSlow?: (told: () => void) => () => void;
  },
): () => void {
  const { queues, busy, turns, whenSlow = afterSlowBatch } = ports;
  const limit = Math.min(spec.maximumConcurrency ?? WORKERS_PER_FUNCTION, WORKERS_PER_FUNCTION);
  const what = `queue ${spec.queueArn.split(':').at(-1)}`;
  let inFlight = 0;
  let asking = false;
  let stopped = false;
  let slow = false;
  let endPatience: (() => void) | undefined;

  const began = () => {
    inFlight += 1;
    endPatience ??= whenSlow(() => {
      slow = true;
      pump();
    });
  };

  const ended = () => {
    inFlight -= 1;
    if (inFlight > 0) return;
    endPatience?.();
    endPatience = undefined;
    slow = false;
  };

  const settleBatch = async (messages: readonly ReceivedMessage[]) => {
    let failed: ReadonlySet<string> | 'all';
    let error = 'reported as failed by the function';
    try {
      const result = await ports.invoke({ Records: messages.map((message) => toRecord(message, spec.queueArn)) });
      const ids = new Set(messages.map(({ messageId }) => messageId));
      failed = spec.reportsBatchItemFailures ? failedItems(result, ids) : new Set();
    } catch (thrown) {
      failed = 'all';
      error = thrown instanceof Error ? thrown.message : String(thrown);
    }
    const done = messages.filter(({ messageId }) => failed !== 'all' && !failed.has(messageId));
    for (const message of messages) {
      if (!done.includes(message)) queues.release(spec.queueArn, message.receiptHandle, error);
    }
    await Promise.all(done.map((message) => queues.remove(spec.queueArn, message.receiptHandle)));
  };

  const work = (end: (how?: 'in vain') => void, quiet: () => void) => {
    const received = stopped ? [] : queues.receive(spec.queueArn, spec.batchSize ?? 10, { held: true });
    if (received.length === 0) {
      end('in vain');
      quiet();
      return;
    }
    began();
    const wanted = received.filter((message) => matches(message, spec));
    const unwanted = received.filter((message) => !wanted.includes(message));
    void Promise.all([
      ...unwanted.map((message) => queues.remove(spec.queueArn, message.receiptHandle)),
      ...(wanted.length > 0 ? [settleBatch(wanted)] : []),
    ])
      .catch((error: unknown) => ports.onError(what, error))
      .finally(() => {
        ended();
        end();
        pump();
        quiet();
      });
    // A second batch, where the first is slow.
    pump();
  };

  const pump = () => {
    if (stopped || asking || inFlight >= (slow ? limit : 1)) return;
    asking = true;
    const quiet = busy.begin(what);
    turns.take(spec.queueArn, (end) => {
      asking = false;
      work(end, quiet);
    });
  };

  queues.onVisible(spec.queueArn, pump);
  return () => {
    stopped = true;
    endPatience?.();
  };
}

function afterSlowBatch(told: () => void): () => void {
  const timer = setTimeout(told, SLOW_BATCH_MS).unref();
  return () => clearTimeout(timer);
}

function matches(message: ReceivedMessage, { filters }: QueueSourceSpec): boolean {
  if (filters.length === 0) return true;
  const record = { ...message, body: parseBody(message.body) };
  return filters.some((filter) => filter(record));
}

function parseBody(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

function toRecord(message: ReceivedMessage, queueArn: string) {
  return {
    messageId: message.messageId,
    receiptHandle: message.receiptHandle,
    body: message.body,
    attributes: message.attributes,
    messageAttributes: Object.fromEntries(
      Object.entries(message.messageAttributes).map(([name, attribute]) => [name, toRecordAttribute(attribute)]),
    ),
    md5OfBody: message.md5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: REGION,
  };
}

function toRecordAttribute(attribute: MessageAttribute) {
  return {
    ...(attribute.StringValue === undefined ? {} : { stringValue: attribute.StringValue }),
    ...(attribute.BinaryValue === undefined ? {} : { binaryValue: attribute.BinaryValue }),
    stringListValues: [],
    binaryListValues: [],
    dataType: attribute.DataType,
  };
}
