import { createHash } from 'node:crypto';
import type { Store } from '../kernel/types';
import type { QueueEngine } from './sqs';
import { MAX_MESSAGE_BYTES } from './sqs';
import { AwsError } from './types';
import type { MessageAttribute, ReceivedMessage } from './types';
import type { Fields } from './wire';

/** The old names of errors that SDKs made for the query protocol still look for, in `x-amzn-query-error`. */
const QUERY_CODES: Readonly<Record<string, string>> = {
  QueueDoesNotExist: 'AWS.SimpleQueueService.NonExistentQueue',
  InvalidParameterValueException: 'InvalidParameterValue',
  MissingRequiredParameterException: 'MissingParameter',
  TooManyEntriesInBatchRequest: 'AWS.SimpleQueueService.TooManyEntriesInBatchRequest',
  EmptyBatchRequest: 'AWS.SimpleQueueService.EmptyBatchRequest',
  BatchEntryIdsNotDistinct: 'AWS.SimpleQueueService.BatchEntryIdsNotDistinct',
  BatchRequestTooLong: 'AWS.SimpleQueueService.BatchRequestTooLong',
};

/** The error's name in the query protocol. */
export const queryCodeOf = (code: string) => QUERY_CODES[code] ?? code;

const invalid = (message: string) => new AwsError('InvalidParameterValueException', message);

function required(fields: Fields, name: string): string {
  const value = fields.text(name);
  if (value === undefined || value === '') {
    throw new AwsError('MissingRequiredParameterException', `The request must contain the parameter ${name}.`);
  }
  return value;
}

function within(fields: Fields, name: string, least: number, most: number): number | undefined {
  const value = fields.number(name);
  if (value === undefined) return undefined;
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw invalid(
    `Value ${value} for parameter ${name} is invalid. Reason: Must be between ${least} and ${most}, if provided.`,
  );
}

function attributesOf(fields: Fields | undefined): Record<string, MessageAttribute> {
  const names = fields?.names() ?? [];
  if (names.length > 10) throw invalid('Number of message attributes exceeds the allowed maximum 10.');
  const found: Record<string, MessageAttribute> = {};
  for (const name of names) {
    const member = fields?.object(name);
    const dataType = member?.text('DataType') ?? '';
    const text = member?.text('StringValue');
    const binary = member?.text('BinaryValue');
    if (!/^(String|Number|Binary)(\..+)?$/.test(dataType)) {
      throw invalid(
        `The type of message (user) attribute '${name}' is invalid. You must use only the following supported type prefixes: Binary, Number, String.`,
      );
    }
    const value = dataType.startsWith('Binary') ? binary : text;
    if (value === undefined || value === '') {
      throw invalid(`Message (user) attribute '${name}' must contain a non-empty value of type '${dataType}'.`);
    }
    found[name] = {
      DataType: dataType,
      ...(dataType.startsWith('Binary') ? { BinaryValue: value } : { StringValue: value }),
    };
  }
  return found;
}

/** The digest of message attributes as AWS defines it; `undefined` when there are none. */
export function md5OfAttributes(attributes: Readonly<Record<string, MessageAttribute>>): string | undefined {
  const names = Object.keys(attributes).toSorted();
  if (names.length === 0) return undefined;
  const digest = createHash('md5');
  const add = (bytes: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    digest.update(length).update(bytes);
  };
  for (const name of names) {
    const { DataType = '', StringValue, BinaryValue } = attributes[name] ?? {};
    add(Buffer.from(name));
    add(Buffer.from(DataType));
    digest.update(Buffer.from([BinaryValue === undefined ? 1 : 2]));
    add(BinaryValue === undefined ? Buffer.from(StringValue ?? '') : Buffer.from(BinaryValue, 'base64'));
  }
  return digest.digest('hex');
}

const asked = (patterns: readonly string[], name: string) =>
  patterns.some(
    (pattern) =>
      pattern === 'All' || pattern === name || (pattern.endsWith('.*') && name.startsWith(pattern.slice(0, -2))),
  );

function shown(message: ReceivedMessage, attributeNames: readonly string[], systemNames: readonly string[]) {
  const attributes = Object.fromEntries(
    Object.entries(message.messageAttributes).filter(([name]) => asked(attributeNames, name)),
  );
  const system = Object.fromEntries(Object.entries(message.attributes).filter(([name]) => asked(systemNames, name)));
  const md5 = md5OfAttributes(attributes);
  return {
    MessageId: message.messageId,
    ReceiptHandle: message.receiptHandle,
    MD5OfBody: message.md5OfBody,
    Body: message.body,
    ...(Object.keys(system).length === 0 ? {} : { Attributes: system }),
    ...(md5 === undefined ? {} : { MD5OfMessageAttributes: md5, MessageAttributes: attributes }),
  };
}

/** Answers `AmazonSQS.*` of the JSON protocol; `undefined` for an operation it does not know. */
export function createSqsWire(queues: QueueEngine, store: Store) {
  const enqueue = (queueUrl: string, fields: Fields) => {
    const attributes = attributesOf(fields.object('MessageAttributes'));
    const { messageId, md5OfBody } = queues.enqueue(queueUrl, {
      body: fields.text('MessageBody') ?? '',
      delaySeconds: fields.number('DelaySeconds'),
      messageAttributes: attributes,
      traceHeader: fields.object('MessageSystemAttributes')?.object('AWSTraceHeader')?.text('StringValue'),
    });
    const md5 = md5OfAttributes(attributes);
    return {
      MessageId: messageId,
      MD5OfMessageBody: md5OfBody,
      ...(md5 === undefined ? {} : { MD5OfMessageAttributes: md5 }),
    };
  };

  /** Does each entry by itself: what is wrong with one does not stop the others. */
  const batch = async (fields: Fields, each: (entry: Fields) => object | Promise<object>) => {
    const entries = fields.objects('Entries') ?? [];
    if (entries.length === 0) {
      throw new AwsError('EmptyBatchRequest', 'There should be at least one entry in the request.');
    }
    if (entries.length > 10) {
      throw new AwsError(
        'TooManyEntriesInBatchRequest',
        `Maximum number of entries per request are 10. You have sent ${entries.length}.`,
      );
    }
    const ids = entries.map((entry) => required(entry, 'Id'));
    const twice = ids.find((id, n) => ids.indexOf(id) !== n);
    if (twice !== undefined) throw new AwsError('BatchEntryIdsNotDistinct', `Id ${twice} repeated.`);
    const done = await Promise.all(
      entries.map(async (entry, n) => {
        const Id = ids[n] ?? '';
        try {
          return { Successful: { Id, ...(await each(entry)) } };
        } catch (error) {
          if (!(error instanceof AwsError)) throw error;
          return { Failed: { Id, SenderFault: true, Code: queryCodeOf(error.code), Message: error.message } };
        }
      }),
    );
    const Successful = done.flatMap((one) => one.Successful ?? []);
    const Failed = done.flatMap((one) => one.Failed ?? []);
    return { ...(Successful.length > 0 ? { Successful } : {}), ...(Failed.length > 0 ? { Failed } : {}) };
  };

  const receive = async (fields: Fields) => {
    const queueUrl = required(fields, 'QueueUrl');
    const max = within(fields, 'MaxNumberOfMessages', 1, 10) ?? 1;
    const visibilityTimeoutSeconds = within(fields, 'VisibilityTimeout', 0, 43_200);
    const deadline = performance.now() + (within(fields, 'WaitTimeSeconds', 0, 20) ?? 0) * 1000;
    const take = () =>
      queues.receive(queueUrl, max, visibilityTimeoutSeconds === undefined ? {} : { visibilityTimeoutSeconds });
    let messages = take();
    // Another reader may take what woke this one, so it waits on for the rest of its time.
    while (messages.length === 0) {
      const left = deadline - performance.now();
      if (left <= 0 || !(await queues.waitVisible(queueUrl, left))) break;
      messages = take();
    }
    if (messages.length === 0) return {};
    const names = fields.texts('MessageAttributeNames') ?? [];
    const system = [...(fields.texts('AttributeNames') ?? []), ...(fields.texts('MessageSystemAttributeNames') ?? [])];
    return { Messages: messages.map((message) => shown(message, names, system)) };
  };

  const visibility = (queueUrl: string, fields: Fields) => {
    const handle = required(fields, 'ReceiptHandle');
    const seconds = within(fields, 'VisibilityTimeout', 0, 43_200);
    if (seconds === undefined) {
      throw new AwsError(
        'MissingRequiredParameterException',
        'The request must contain the parameter VisibilityTimeout.',
      );
    }
    queues.changeVisibility(queueUrl, handle, seconds);
  };

  const operations: Readonly<Record<string, (fields: Fields) => unknown>> = {
    SendMessage: async (fields) => {
      const sent = enqueue(required(fields, 'QueueUrl'), fields);
      await store.flushed();
      return sent;
    },
    SendMessageBatch: async (fields) => {
      const queueUrl = required(fields, 'QueueUrl');
      queues.arnOf(queueUrl);
      const bytes = (fields.objects('Entries') ?? []).reduce(
        (sum, entry) => sum + Buffer.byteLength(entry.text('MessageBody') ?? ''),
        0,
      );
      if (bytes > MAX_MESSAGE_BYTES) {
        throw new AwsError(
          'BatchRequestTooLong',
          `Batch requests cannot be longer than ${MAX_MESSAGE_BYTES} bytes. You have sent ${bytes} bytes.`,
        );
      }
      const answer = await batch(fields, (entry) => enqueue(queueUrl, entry));
      await store.flushed();
      return answer;
    },
    ReceiveMessage: receive,
    DeleteMessage: async (fields) => {
      await queues.remove(required(fields, 'QueueUrl'), required(fields, 'ReceiptHandle'));
      return {};
    },
    DeleteMessageBatch: async (fields) => {
      const queueUrl = required(fields, 'QueueUrl');
      queues.arnOf(queueUrl);
      return batch(fields, async (entry) => {
        await queues.remove(queueUrl, required(entry, 'ReceiptHandle'));
        return {};
      });
    },
    ChangeMessageVisibility: async (fields) => {
      visibility(required(fields, 'QueueUrl'), fields);
      await store.flushed();
      return {};
    },
    ChangeMessageVisibilityBatch: async (fields) => {
      const queueUrl = required(fields, 'QueueUrl');
      queues.arnOf(queueUrl);
      const answer = await batch(fields, (entry) => {
        visibility(queueUrl, entry);
        return {};
      });
      await store.flushed();
      return answer;
    },
    /** A queue that is made while the cloud runs is not made again at its next start. */
    CreateQueue: (fields) => {
      const name = required(fields, 'QueueName');
      if (!/^[A-Za-z0-9_-]{1,80}$/.test(name))
        throw invalid('Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length');
      const attributes = fields.object('Attributes');
      const seconds = (attribute: string) => {
        const value = attributes?.text(attribute);
        return value === undefined ? undefined : Number(value);
      };
      const visibilityTimeoutSeconds = seconds('VisibilityTimeout');
      const retentionSeconds = seconds('MessageRetentionPeriod');
      if (!queues.exists(name)) {
        queues.declare({
          name,
          ...(visibilityTimeoutSeconds === undefined ? {} : { visibilityTimeoutSeconds }),
          ...(retentionSeconds === undefined ? {} : { retentionSeconds }),
        });
      }
      return { QueueUrl: queues.urlOf(name) };
    },
    DeleteQueue: async (fields) => {
      queues.forget(required(fields, 'QueueUrl'));
      await store.flushed();
      return {};
    },
    GetQueueUrl: (fields) => ({ QueueUrl: queues.urlOf(required(fields, 'QueueName')) }),
    GetQueueAttributes: (fields) => {
      const names = fields.texts('AttributeNames') ?? [];
      const all = Object.entries(queues.attributes(required(fields, 'QueueUrl')));
      return { Attributes: Object.fromEntries(all.filter(([name]) => names.includes('All') || names.includes(name))) };
    },
    ListQueues: (fields) => {
      const prefix = fields.text('QueueNamePrefix') ?? '';
      const urls = queues.list().flatMap(({ name, url }) => (name.startsWith(prefix) ? [url] : []));
      return urls.length === 0 ? {} : { QueueUrls: urls };
    },
    PurgeQueue: async (fields) => {
      queues.purge(required(fields, 'QueueUrl'));
      await store.flushed();
      return {};
    },
  };
  return operations;
}
