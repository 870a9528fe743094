import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { ContractViolation, type Detail, type EventContract } from '@appointments/events';
import * as z from 'zod';
import { within, type HandlingContext } from './context';
import { NotYet, PermanentError } from './errors';
import { redactText } from './redact';
import { count, flushMetrics, log } from './telemetry';

/** An event as a consumer sees it, narrowed by `detailType`. */
export type ReceivedEvent<Contract> =
  Contract extends EventContract<infer Name, infer Data>
    ? Detail<Data> & { readonly detailType: Name; readonly replayName?: string | undefined }
    : never;

export interface ConsumePorts {
  readonly queues: SQSClient;
  /** The consumer's own queue, for what cannot be handled yet. */
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  readonly now: () => Date;
}

const Envelope = z.object({
  'detail-type': z.string(),
  source: z.string(),
  detail: z.unknown(),
  'replay-name': z.string().optional(),
});

/** Waits of 1, 2, 4 … 60 seconds (design, "Not yet"). */
export function putBackDelaySeconds(putBacks: number): number {
  return Math.min(60, 2 ** Math.min(putBacks, 6));
}

interface Work {
  readonly context: HandlingContext;
  readonly run: () => Promise<void>;
}

/**
 * Handles a queue that a rule of the bus fills: each record is parsed by its contract and handed to `handle`.
 * A record whose handling throws fails alone; {@link PermanentError} and a broken contract park it; {@link NotYet} puts it back.
 */
export function consume<Contract extends EventContract>(
  contracts: readonly Contract[],
  handle: (event: ReceivedEvent<Contract>) => Promise<void>,
  ports: ConsumePorts,
) {
  return consumeRecords((body) => {
    const envelope = Envelope.safeParse(parseJson(body));
    if (!envelope.success) throw new PermanentError('not an event from the bus');
    const { 'detail-type': detailType, source, detail, 'replay-name': replayName } = envelope.data;
    const contract = contracts.find((candidate) => candidate.detailType === detailType && candidate.source === source);
    if (!contract) throw new PermanentError(`no contract of this consumer is named ${detailType} from ${source}`);
    const parsed = contract.parse(detail);
    return {
      context: {
        correlationId: parsed.metadata.correlationId,
        cause: { eventId: parsed.metadata.eventId, hops: parsed.metadata.hops },
        replayName,
      },
      run: () => handle({ ...parsed, detailType, replayName } as ReceivedEvent<Contract>),
    };
  }, ports);
}

/** Handles a queue of the service's own messages, parsed by `schema`; failures go as in {@link consume}. */
export function consumeMessages<Schema extends z.ZodType>(
  schema: Schema,
  handle: (message: z.infer<Schema>) => Promise<void>,
  ports: ConsumePorts & { readonly contextOf?: (message: z.infer<Schema>) => HandlingContext },
) {
  return consumeRecords((body) => {
    const parsed = schema.safeParse(parseJson(body));
    if (!parsed.success) {
      throw new PermanentError(
        `not a message of this queue: ${parsed.error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.code}`).join('; ')}`,
      );
    }
    return { context: ports.contextOf?.(parsed.data) ?? {}, run: () => handle(parsed.data) };
  }, ports);
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    throw new PermanentError('not JSON', { cause: error });
  }
}

function consumeRecords(read: (body: string) => Work, ports: ConsumePorts) {
  return async (event: SQSEvent): Promise<SQSBatchResponse> => {
    const failures = await Promise.all(event.Records.map((record) => consumeRecord(record, read, ports)));
    flushMetrics();
    return {
      batchItemFailures: failures.flatMap((failed, index) =>
        failed ? [{ itemIdentifier: event.Records[index]?.messageId ?? '' }] : [],
      ),
    };
  };
}

/** Resolves whether the record failed and is to come again. */
async function consumeRecord(record: SQSRecord, read: (body: string) => Work, ports: ConsumePorts): Promise<boolean> {
  let context: HandlingContext = {};
  try {
    const work = read(record.body);
    context = work.context;
    await within(context, work.run);
    return false;
  } catch (error) {
    return within(context, () => settleFailure(record, error, ports));
  }
}

async function settleFailure(record: SQSRecord, error: unknown, ports: ConsumePorts): Promise<boolean> {
  try {
    if (error instanceof PermanentError || error instanceof ContractViolation) {
      await park(record, error.message, ports);
      return false;
    }
    if (error instanceof NotYet) {
      await putBack(record, error, ports);
      return false;
    }
  } catch (sendFailure) {
    log.error('Message could not be put aside and comes again', { error: sendFailure, because: error });
    return true;
  }
  count('RecordsFailed');
  log.error('Message failed and comes again', {
    error,
    messageId: record.messageId,
    receiveCount: record.attributes.ApproximateReceiveCount,
  });
  return true;
}

async function park(record: SQSRecord, reason: string, ports: ConsumePorts): Promise<void> {
  const text = redactText(reason).slice(0, 1000);
  log.error('Message parked', { reason: text, messageId: record.messageId });
  count('RecordsParked');
  await ports.queues.send(
    new SendMessageCommand({
      QueueUrl: ports.deadLetterQueueUrl,
      MessageBody: record.body,
      MessageAttributes: { reason: { DataType: 'String', StringValue: text } },
    }),
  );
}

async function putBack(record: SQSRecord, notYet: NotYet, ports: ConsumePorts): Promise<void> {
  const now = ports.now().getTime();
  const firstSeen = Number(record.messageAttributes['firstSeenAt']?.stringValue ?? now);
  const putBacks = Number(record.messageAttributes['putBacks']?.stringValue ?? 0);
  if (now - firstSeen >= notYet.limitMs) return park(record, notYet.message, ports);
  const DelaySeconds = Math.min(900, notYet.delaySeconds ?? putBackDelaySeconds(putBacks));
  log.info('Message put back', { reason: notYet.message, delaySeconds: DelaySeconds, messageId: record.messageId });
  count('RecordsPutBack');
  await ports.queues.send(
    new SendMessageCommand({
      QueueUrl: ports.queueUrl,
      MessageBody: record.body,
      DelaySeconds,
      MessageAttributes: {
        firstSeenAt: { DataType: 'Number', StringValue: String(firstSeen) },
        putBacks: { DataType: 'Number', StringValue: String(putBacks + 1) },
      },
    }),
  );
}
