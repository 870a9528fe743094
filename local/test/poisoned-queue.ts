import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { CallDue, CallFailed } from '@appointments/events';
import type { SQSEvent } from 'aws-lambda';
import { consume } from '../../shared/runtime/src/index';
import { createEvents } from '../src/aws/events';
import { createQueues } from '../src/aws/sqs';
import type { MessageAttribute, StoredMessage } from '../src/aws/types';
import { openKernel } from '../src/kernel/kernel';
import { connectQueue } from '../src/lambda/queue-source';
import { createTurns } from '../src/lambda/turns';

/** As every queue of the templates has it. */
export const MAX_RECEIVES = 5;
const VISIBILITY_SECONDS = 60;

export type Poison = 'breaks-its-contract' | 'is-no-json' | 'is-unknown' | 'fails-always';
const POISONS: readonly Poison[] = ['breaks-its-contract', 'is-no-json', 'is-unknown', 'fails-always'];

export interface PoisonedRun {
  /** How often each event was handled to its end, by its serial number. */
  readonly handled: ReadonlyMap<number, number>;
  /** How often each event was handed to the function. */
  readonly received: ReadonlyMap<number, number>;
  readonly poison: ReadonlyMap<number, Poison>;
  readonly deadLetters: readonly StoredMessage[];
  readonly left: number;
  /** Real milliseconds from the first event until the last one that can be handled was. */
  readonly goodMs: number;
}

const serialIn = (body: string): number => Number(/serial-(\d+)/.exec(body)?.[1] ?? -1);

/**
 * A queue of the laptop's engine, on disk, before the consumer that every function of the bus has: so many events, of which
 * every `poisonEvery`-th is bad, in one of four ways.
 */
export async function consumePoisonedQueue(events: number, poisonEvery: number): Promise<PoisonedRun> {
  const folder = mkdtempSync(join(tmpdir(), 'poisoned-'));
  const errors: unknown[] = [];
  const kernel = openKernel(folder, { onError: (_, error) => void errors.push(error) });
  try {
    const queues = createQueues(kernel, () => 'http://127.0.0.1');
    const { buses, emit } = createEvents(kernel, queues);
    const dead = queues.declare({ name: 'dead' });
    const work = queues.declare({
      name: 'work',
      visibilityTimeoutSeconds: VISIBILITY_SECONDS,
      redrive: { deadLetterTargetArn: dead.arn, maxReceiveCount: MAX_RECEIVES },
    });
    buses.declareRule({
      name: 'all',
      busName: 'default',
      pattern: { source: [{ prefix: 'appointments.' }] },
      enabled: true,
      targets: [{ id: 't', arn: work.arn }],
    });

    const handled = new Map<number, number>();
    const received = new Map<number, number>();
    const poison = new Map<number, Poison>();
    const count = (map: Map<number, number>, serial: number) => map.set(serial, (map.get(serial) ?? 0) + 1);
    let begunAt = 0;
    let goodMs = 0;

    const client = {
      send: async ({
        input,
      }: {
        input: { QueueUrl: string; MessageBody: string; MessageAttributes?: Record<string, MessageAttribute> };
      }) =>
        queues.send(input.QueueUrl, {
          body: input.MessageBody,
          ...(input.MessageAttributes && { messageAttributes: input.MessageAttributes }),
        }),
    } as unknown as SQSClient;
    const handle = consume(
      [CallDue, CallFailed],
      async ({ data }) => {
        const serial = serialIn(data.appointmentId);
        if (poison.get(serial) === 'fails-always') throw new Error('this one never succeeds');
        count(handled, serial);
        goodMs = performance.now() - begunAt;
      },
      { queues: client, queueUrl: work.url, deadLetterQueueUrl: dead.url, now: () => new Date(kernel.clock.now()) },
    );

    const detailOf = (serial: number) => ({
      ...CallDue.example,
      data: { ...CallDue.example.data, appointmentId: `serial-${serial}` },
    });
    const put = async (serial: number): Promise<void> => {
      const good = {
        source: CallDue.source,
        'detail-type': CallDue.detailType,
        resources: [],
        detail: detailOf(serial),
      };
      const kind =
        serial % poisonEvery === poisonEvery - 1
          ? POISONS[Math.floor(serial / poisonEvery) % POISONS.length]
          : undefined;
      if (kind) poison.set(serial, kind);
      switch (kind) {
        case undefined:
        case 'fails-always':
          return emit(good);
        case 'breaks-its-contract':
          return emit({
            ...good,
            detail: { ...good.detail, data: { appointmentId: `serial-${serial}`, startsAt: 'soon' } },
          });
        case 'is-unknown':
          return emit({ ...good, 'detail-type': 'CallForgotten' });
        case 'is-no-json':
          await queues.send(work.arn, { body: `serial-${serial} {` });
          return undefined;
        default:
          return kind satisfies never;
      }
    };

    kernel.timers.start();
    await Promise.all(Array.from({ length: events }, (_, serial) => put(serial)));
    begunAt = performance.now();
    const stop = connectQueue(
      { queueArn: work.arn, reportsBatchItemFailures: true, filters: [] },
      {
        queues,
        busy: kernel.busy,
        turns: createTurns(),
        invoke: async (event) => {
          for (const { body } of (event as SQSEvent).Records) count(received, serialIn(body));
          return handle(event as SQSEvent);
        },
        onError: (_, error) => void errors.push(error),
      },
    );
    await kernel.quiet();
    await kernel.mover.move({ advanceByMs: (MAX_RECEIVES + 1) * VISIBILITY_SECONDS * 1000 });
    stop();
    if (errors.length > 0) throw new AggregateError(errors, 'the engine failed');
    return {
      handled,
      received,
      poison,
      deadLetters: queues.messages('dead'),
      left: queues.messages('work').length,
      goodMs,
    };
  } finally {
    kernel.timers.stop();
    await kernel.store.close();
    rmSync(folder, { recursive: true });
  }
}
