import { createHash, randomUUID } from 'node:crypto';
import type { Collection, Kernel } from '../kernel/types';
import { ACCOUNT_ID, AwsError, REGION } from './types';
import type { MessageAttribute, Queues, QueueSpec, ReceivedMessage, StoredMessage } from './types';

/** AWS's limit of a message with its attributes, in bytes. */
export const MAX_MESSAGE_BYTES = 1_048_576;
const DEFAULT_VISIBILITY_SECONDS = 30;
const DEFAULT_RETENTION_SECONDS = 345_600;
const MAX_DELAY_SECONDS = 900;

/** What is sent: written once, never changed, so that a receive does not write the body again. */
interface SentRecord {
  readonly id: string;
  /** The second of a message that a fault delivers twice: of the same id, with a life of its own. */
  readonly copy?: true;
  /** By a fault, not by a delay that anyone asked for. */
  readonly heldBack?: true;
  readonly body: string;
  readonly sentAt: number;
  readonly visibleAt: number;
  /** Receives in the queues it lay in before this one: AWS goes on counting in the dead-letter queue. */
  readonly receivedBefore: number;
  readonly firstReceivedAt?: number;
  readonly messageAttributes?: Record<string, MessageAttribute>;
  readonly traceHeader?: string;
  readonly deadLetterSourceArn?: string;
  readonly lastError?: string;
}

/** What receives, releases and visibility changes alter; absent until the first receive in this queue. */
interface ReceiptRecord {
  readonly visibleAt: number;
  readonly receives: number;
  readonly firstReceivedAt: number;
  readonly lastError?: string;
}

interface Message {
  readonly sent: SentRecord;
  receipt: ReceiptRecord | undefined;
  /** Set while a function holds it: no visibility time-out runs before it is released. */
  heldSeconds: number | undefined;
  disarm: (() => void) | undefined;
}

interface Queue {
  spec: QueueSpec;
  readonly name: string;
  readonly arn: string;
  readonly declaredAt: number;
  readonly messages: Map<string, Message>;
  /** In the order in which they became visible. */
  readonly visible: Map<string, Message>;
  readonly listeners: (() => void)[];
  readonly arrivals: ((message: StoredMessage) => void)[];
  readonly waiters: Set<() => void>;
  readonly kept: Collection<SentRecord>;
  readonly receipts: Collection<ReceiptRecord>;
  endBusy: (() => void) | undefined;
  telling: boolean;
}

export interface OutgoingMessage {
  readonly body: string;
  readonly delaySeconds?: number | undefined;
  readonly messageAttributes?: Record<string, MessageAttribute> | undefined;
  readonly traceHeader?: string | undefined;
  /** A fault of the delivery to this queue holds it back for so long, whatever its delay. */
  readonly heldBackMs?: number | undefined;
}

/** What the other services of this folder and the wire need of the queues beyond `Queues`. */
export interface QueueEngine extends Queues {
  /** Puts a message without waiting for the disk: the caller awaits `flushed` once for all it put. */
  readonly enqueue: (
    nameOrUrlOrArn: string,
    message: OutgoingMessage,
  ) => { readonly messageId: string; readonly md5OfBody: string };
  readonly exists: (nameOrUrlOrArn: string) => boolean;
  /** Runs `ready` as soon as all these queues are declared; at once when they are. */
  readonly whenDeclared: (namesOrArns: readonly string[], ready: () => void) => void;
  readonly changeVisibility: (nameOrUrlOrArn: string, receiptHandle: string, seconds: number) => void;
  readonly purge: (nameOrUrlOrArn: string) => void;
  readonly urlOf: (nameOrUrlOrArn: string) => string;
  readonly attributes: (nameOrUrlOrArn: string) => Record<string, string>;
  /** Messages that wait for the functions which work the queue off; 0 where nobody does. */
  readonly backlog: (nameOrUrlOrArn: string) => number;
  /** The queue and what lies in it are gone. */
  readonly forget: (nameOrUrlOrArn: string) => void;
  /** Resolves `true` when a message has become visible, `false` after so many real milliseconds. */
  readonly waitVisible: (nameOrUrlOrArn: string, realMs: number) => Promise<boolean>;
}

const md5 = (text: string) => createHash('md5').update(text, 'utf8').digest('hex');
const nameIn = (nameOrUrlOrArn: string) =>
  nameOrUrlOrArn.slice(Math.max(nameOrUrlOrArn.lastIndexOf('/'), nameOrUrlOrArn.lastIndexOf(':')) + 1);
const keyOf = ({ id, copy }: SentRecord) => (copy === true ? copyKeyOf(id) : id);
const copyKeyOf = (id: string) => `${id}~copy`;
const handleOf = (key: string, receives: number) => Buffer.from(`${key} ${receives}`).toString('base64url');
const receivesOf = (message: Message) => message.receipt?.receives ?? 0;
const visibleAtOf = (message: Message) => message.receipt?.visibleAt ?? message.sent.visibleAt;
const lastErrorOf = (message: Message) => message.receipt?.lastError ?? message.sent.lastError;

const stored = (message: Message): StoredMessage => ({
  id: message.sent.id,
  body: message.sent.body,
  sentAt: message.sent.sentAt,
  visibleAt: visibleAtOf(message),
  receiveCount: message.sent.receivedBefore + receivesOf(message),
  messageAttributes: message.sent.messageAttributes ?? {},
});

const heldBack = (sent: SentRecord, ms: number): SentRecord =>
  ms === 0 ? sent : { ...sent, visibleAt: sent.visibleAt + ms, heldBack: true };

function bytesOf({ body, messageAttributes }: OutgoingMessage): number {
  let bytes = Buffer.byteLength(body);
  for (const [name, { DataType, StringValue, BinaryValue }] of Object.entries(messageAttributes ?? {})) {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(DataType) + Buffer.byteLength(StringValue ?? '');
    bytes += BinaryValue === undefined ? 0 : Buffer.from(BinaryValue, 'base64').length;
  }
  return bytes;
}

// What XML 1.0 cannot say, SQS does not take. Control characters are the point here.
// oxlint-disable-next-line no-control-regex
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

/** Queues with delay, visibility, receive counts and redrive, on the virtual clock and kept in the store. */
export function createQueues(kernel: Kernel, endpoint: () => string): QueueEngine {
  const { clock, timers, busy, store, faults } = kernel;
  const queues = new Map<string, Queue>();
  let waitingForQueues: { readonly missing: Set<string>; readonly ready: () => void }[] = [];

  const queueOf = (nameOrUrlOrArn: string): Queue => {
    const queue = queues.get(nameIn(nameOrUrlOrArn));
    if (queue === undefined) throw new AwsError('QueueDoesNotExist', 'The specified queue does not exist.');
    return queue;
  };
  const urlFor = (queue: Queue) => `${endpoint()}/${ACCOUNT_ID}/${queue.name}`;

  const holdOrEndBusy = (queue: Queue): void => {
    if (queue.visible.size > 0 && queue.listeners.length > 0) {
      queue.endBusy ??= busy.begin(`messages visible in ${queue.name}`);
    } else if (queue.endBusy !== undefined) {
      // Later in this turn, so that who took the last message can first take up a hold of its own.
      queueMicrotask(() => {
        if (queue.visible.size > 0 && queue.listeners.length > 0) return;
        queue.endBusy?.();
        queue.endBusy = undefined;
      });
    }
  };

  const tell = (queue: Queue): void => {
    if (queue.telling || (queue.listeners.length === 0 && queue.waiters.size === 0)) return;
    queue.telling = true;
    queueMicrotask(() => {
      queue.telling = false;
      if (queue.visible.size === 0) return;
      for (const listener of queue.listeners) listener();
      for (const waiter of queue.waiters) waiter();
    });
  };

  const show = (queue: Queue, message: Message): void => {
    message.disarm?.();
    message.disarm = undefined;
    message.heldSeconds = undefined;
    queue.visible.set(keyOf(message.sent), message);
    holdOrEndBusy(queue);
    tell(queue);
  };

  const drop = (queue: Queue, message: Message): void => {
    message.disarm?.();
    message.disarm = undefined;
    const key = keyOf(message.sent);
    queue.messages.delete(key);
    queue.visible.delete(key);
    queue.kept.delete(key);
    if (message.receipt !== undefined) queue.receipts.delete(key);
    holdOrEndBusy(queue);
  };

  const expired = (queue: Queue, message: Message) =>
    message.sent.sentAt + (queue.spec.retentionSeconds ?? DEFAULT_RETENTION_SECONDS) * 1000 <= clock.now();

  const arrive = (queue: Queue, sent: SentRecord): void => {
    const message: Message = { sent, receipt: undefined, heldSeconds: undefined, disarm: undefined };
    queue.messages.set(keyOf(sent), message);
    queue.kept.put(keyOf(sent), sent);
    if (sent.visibleAt <= clock.now()) show(queue, message);
    else hide(queue, message);
    if (queue.arrivals.length === 0) return;
    const end = busy.begin(`a message arrived in ${queue.name}`);
    queueMicrotask(() => {
      const seen = stored(message);
      for (const listener of queue.arrivals) listener(seen);
      end();
    });
  };

  /** As `arrive`, where the deliveries of a queue that a function works off may go wrong. */
  const arriveOrMisbehave = (queue: Queue, sent: SentRecord): void => {
    if (!faults.active || queue.listeners.length === 0) return arrive(queue, sent);
    const where = `queue ${queue.name}`;
    arrive(queue, heldBack(sent, faults.holdBackMs(where)));
    if (faults.strikes('duplicate', where)) arrive(queue, heldBack({ ...sent, copy: true }, faults.holdBackMs(where)));
  };

  const spent = (queue: Queue, message: Message) =>
    queue.spec.redrive !== undefined && receivesOf(message) >= queue.spec.redrive.maxReceiveCount;

  /** The hiding has ended: visible again, or to the dead-letter queue when its receives are spent. */
  const comeBack = (queue: Queue, message: Message): void => {
    const { redrive } = queue.spec;
    const target = redrive && queues.get(nameIn(redrive.deadLetterTargetArn));
    // Without its dead-letter queue it stays: better received once more than lost.
    if (target === undefined || !spent(queue, message)) return show(queue, message);
    const { receipt, sent } = message;
    const error = lastErrorOf(message);
    // First into the one, then out of the other: a journal torn between them holds it twice, never not at all.
    arrive(target, {
      ...sent,
      visibleAt: clock.now(),
      receivedBefore: sent.receivedBefore + receivesOf(message),
      ...(receipt === undefined ? {} : { firstReceivedAt: receipt.firstReceivedAt }),
      deadLetterSourceArn: queue.arn,
      ...(error === undefined ? {} : { lastError: error }),
    });
    drop(queue, message);
  };

  const hide = (queue: Queue, message: Message): void => {
    const delayed = message.receipt === undefined;
    const kind = message.sent.heldBack === true ? 'held-back' : 'delayed-message';
    message.disarm?.();
    message.disarm = timers.arm({
      at: visibleAtOf(message),
      kind: delayed ? kind : 'visibility',
      what: `${delayed ? 'a delayed message' : 'a message out of sight'} in ${queue.name}`,
      run: () => {
        message.disarm = undefined;
        comeBack(queue, message);
      },
    });
  };

  const restore = (queue: Queue): void => {
    for (const id of [...queue.receipts.entries()].map(([key]) => key)) {
      if (!queue.kept.has(id)) queue.receipts.delete(id);
    }
    for (const sent of queue.kept.values()) {
      const message: Message = {
        sent,
        receipt: queue.receipts.get(keyOf(sent)),
        heldSeconds: undefined,
        disarm: undefined,
      };
      queue.messages.set(keyOf(sent), message);
      if (spent(queue, message))
        whenDeclared([queue.spec.redrive?.deadLetterTargetArn ?? ''], () => hide(queue, message));
      else if (visibleAtOf(message) <= clock.now()) show(queue, message);
      else hide(queue, message);
    }
  };

  const whenDeclared = (namesOrArns: readonly string[], ready: () => void): void => {
    const missing = new Set(namesOrArns.map(nameIn).filter((name) => !queues.has(name)));
    if (missing.size === 0) ready();
    else waitingForQueues.push({ missing, ready });
  };

  const declare = (spec: QueueSpec): { readonly arn: string; readonly url: string } => {
    const known = queues.get(spec.name);
    if (known !== undefined) {
      known.spec = spec;
      return { arn: known.arn, url: urlFor(known) };
    }
    const queue: Queue = {
      spec,
      name: spec.name,
      arn: `arn:aws:sqs:${REGION}:${ACCOUNT_ID}:${spec.name}`,
      declaredAt: clock.now(),
      messages: new Map(),
      visible: new Map(),
      listeners: [],
      arrivals: [],
      waiters: new Set(),
      kept: store.collection<SentRecord>(`sqs/${spec.name}`),
      receipts: store.collection<ReceiptRecord>(`sqs-receipts/${spec.name}`),
      endBusy: undefined,
      telling: false,
    };
    queues.set(spec.name, queue);
    restore(queue);
    for (const waiting of waitingForQueues) waiting.missing.delete(spec.name);
    const waitedFor = waitingForQueues.filter(({ missing }) => missing.size === 0);
    waitingForQueues = waitingForQueues.filter(({ missing }) => missing.size > 0);
    for (const { ready } of waitedFor) ready();
    return { arn: queue.arn, url: urlFor(queue) };
  };

  const enqueue = (nameOrUrlOrArn: string, outgoing: OutgoingMessage) => {
    const queue = queueOf(nameOrUrlOrArn);
    const {
      body,
      delaySeconds = queue.spec.delaySeconds ?? 0,
      messageAttributes,
      traceHeader,
      heldBackMs = 0,
    } = outgoing;
    if (body === '') {
      throw new AwsError('MissingRequiredParameterException', 'The request must contain the parameter MessageBody.');
    }
    if (bytesOf(outgoing) > MAX_MESSAGE_BYTES) {
      throw new AwsError(
        'InvalidParameterValueException',
        `One or more parameters are invalid. Reason: Message must be shorter than ${MAX_MESSAGE_BYTES} bytes.`,
      );
    }
    if (FORBIDDEN.test(body)) {
      throw new AwsError('InvalidMessageContents', 'The message contains characters outside the allowed set.');
    }
    if (!Number.isInteger(delaySeconds) || delaySeconds < 0 || delaySeconds > MAX_DELAY_SECONDS) {
      throw new AwsError(
        'InvalidParameterValueException',
        `Value ${delaySeconds} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= ${MAX_DELAY_SECONDS}.`,
      );
    }
    const id = randomUUID();
    const now = clock.now();
    const sent: SentRecord = {
      id,
      body,
      sentAt: now,
      visibleAt: now + delaySeconds * 1000,
      receivedBefore: 0,
      ...(messageAttributes !== undefined && Object.keys(messageAttributes).length > 0 ? { messageAttributes } : {}),
      ...(traceHeader === undefined ? {} : { traceHeader }),
    };
    arriveOrMisbehave(queue, heldBack(sent, heldBackMs));
    return { messageId: id, md5OfBody: md5(body) };
  };

  /** The message a handle stands for; `undefined` when it is gone or was received again since. */
  const held = (queue: Queue, receiptHandle: string): Message | undefined => {
    const [key, receives] = Buffer.from(receiptHandle, 'base64url').toString().split(' ');
    if (key === undefined || receives === undefined || handleOf(key, Number(receives)) !== receiptHandle) {
      throw new AwsError(
        'ReceiptHandleIsInvalid',
        `The input receipt handle "${receiptHandle}" is not a valid receipt handle.`,
      );
    }
    const message = queue.messages.get(key);
    return message !== undefined && receivesOf(message) === Number(receives) ? message : undefined;
  };

  const setReceipt = (queue: Queue, message: Message, receipt: ReceiptRecord): void => {
    message.receipt = receipt;
    queue.receipts.put(keyOf(message.sent), receipt);
  };

  const hideFor = (queue: Queue, message: Message, seconds: number, error?: string): void => {
    if (message.receipt === undefined) return;
    message.heldSeconds = undefined;
    setReceipt(queue, message, {
      ...message.receipt,
      visibleAt: clock.now() + seconds * 1000,
      ...(error === undefined ? {} : { lastError: error }),
    });
    hide(queue, message);
  };

  return {
    declare,
    enqueue,
    whenDeclared,
    exists: (nameOrUrlOrArn) => queues.has(nameIn(nameOrUrlOrArn)),
    arnOf: (nameOrUrlOrArn) => queueOf(nameOrUrlOrArn).arn,
    urlOf: (nameOrUrlOrArn) => urlFor(queueOf(nameOrUrlOrArn)),
    send: async (nameOrUrlOrArn, message) => {
      const sent = enqueue(nameOrUrlOrArn, message);
      await store.flushed();
      return sent;
    },
    receive: (nameOrUrlOrArn, max, options = {}) => {
      const queue = queueOf(nameOrUrlOrArn);
      const seconds =
        options.visibilityTimeoutSeconds ?? queue.spec.visibilityTimeoutSeconds ?? DEFAULT_VISIBILITY_SECONDS;
      const received: ReceivedMessage[] = [];
      const now = clock.now();
      for (const message of queue.visible.values()) {
        if (received.length >= max) break;
        if (expired(queue, message)) {
          drop(queue, message);
          continue;
        }
        const { sent } = message;
        // What a function reports as failed it names by this id: both at once could not be told apart.
        if (received.some(({ messageId }) => messageId === sent.id)) continue;
        queue.visible.delete(keyOf(sent));
        const firstReceivedAt = message.receipt?.firstReceivedAt ?? sent.firstReceivedAt ?? now;
        setReceipt(queue, message, {
          ...message.receipt,
          visibleAt: now + seconds * 1000,
          receives: receivesOf(message) + 1,
          firstReceivedAt,
        });
        if (options.held === true) message.heldSeconds = seconds;
        else hide(queue, message);
        received.push({
          messageId: sent.id,
          receiptHandle: handleOf(keyOf(sent), receivesOf(message)),
          body: sent.body,
          md5OfBody: md5(sent.body),
          attributes: {
            ApproximateReceiveCount: String(sent.receivedBefore + receivesOf(message)),
            SentTimestamp: String(sent.sentAt),
            SenderId: 'AIDAAAAAAAAAAAAAAAAAA',
            ApproximateFirstReceiveTimestamp: String(firstReceivedAt),
            ...(sent.traceHeader === undefined ? {} : { AWSTraceHeader: sent.traceHeader }),
            ...(sent.deadLetterSourceArn === undefined ? {} : { DeadLetterQueueSourceArn: sent.deadLetterSourceArn }),
          },
          messageAttributes: sent.messageAttributes ?? {},
        });
      }
      holdOrEndBusy(queue);
      return received;
    },
    remove: async (nameOrUrlOrArn, receiptHandle) => {
      const queue = queueOf(nameOrUrlOrArn);
      const message = held(queue, receiptHandle);
      if (message !== undefined) drop(queue, message);
      await store.flushed();
    },
    release: (nameOrUrlOrArn, receiptHandle, error) => {
      const queue = queueOf(nameOrUrlOrArn);
      const message = held(queue, receiptHandle);
      if (message?.heldSeconds !== undefined) hideFor(queue, message, message.heldSeconds, error);
    },
    changeVisibility: (nameOrUrlOrArn, receiptHandle, seconds) => {
      const queue = queueOf(nameOrUrlOrArn);
      const message = held(queue, receiptHandle);
      if (message === undefined || queue.visible.has(keyOf(message.sent))) return;
      // What a function holds begins to run out when the function lets go of it.
      if (message.heldSeconds !== undefined) message.heldSeconds = seconds;
      else hideFor(queue, message, seconds);
    },
    purge: (nameOrUrlOrArn) => {
      const queue = queueOf(nameOrUrlOrArn);
      for (const message of queue.messages.values()) drop(queue, message);
    },
    backlog: (nameOrUrlOrArn) => {
      const queue = queueOf(nameOrUrlOrArn);
      return queue.listeners.length === 0 ? 0 : queue.visible.size;
    },
    forget: (nameOrUrlOrArn) => {
      const queue = queueOf(nameOrUrlOrArn);
      for (const message of queue.messages.values()) drop(queue, message);
      queues.delete(queue.name);
    },
    onVisible: (nameOrUrlOrArn, listener) => {
      const queue = queueOf(nameOrUrlOrArn);
      queue.listeners.push(listener);
      holdOrEndBusy(queue);
      if (queue.visible.size > 0) tell(queue);
    },
    onArrival: (nameOrUrlOrArn, listener) => {
      queueOf(nameOrUrlOrArn).arrivals.push(listener);
    },
    waitVisible: async (nameOrUrlOrArn, realMs) => {
      const queue = queueOf(nameOrUrlOrArn);
      if (queue.visible.size > 0) return true;
      return new Promise<boolean>((resolve) => {
        const done = (seen: boolean) => {
          queue.waiters.delete(wake);
          clearTimeout(timer);
          resolve(seen);
        };
        const wake = () => done(true);
        const timer = setTimeout(() => done(false), realMs);
        queue.waiters.add(wake);
      });
    },
    list: () => {
      const targets = new Set([...queues.values()].map(({ spec }) => spec.redrive?.deadLetterTargetArn));
      return [...queues.values()].map((queue) => ({
        name: queue.name,
        arn: queue.arn,
        url: urlFor(queue),
        isDeadLetterQueue: targets.has(queue.arn),
      }));
    },
    messages: (nameOrUrlOrArn) => {
      const queue = queueOf(nameOrUrlOrArn);
      return [...queue.messages.values()].filter((message) => !expired(queue, message)).map(stored);
    },
    lastErrorOf: (messageId) => {
      for (const queue of queues.values()) {
        const message = queue.messages.get(messageId) ?? queue.messages.get(copyKeyOf(messageId));
        if (message !== undefined) return lastErrorOf(message);
      }
      return undefined;
    },
    attributes: (nameOrUrlOrArn) => {
      const queue = queueOf(nameOrUrlOrArn);
      const { spec } = queue;
      const hidden = [...queue.messages.values()].filter(({ sent }) => !queue.visible.has(keyOf(sent)));
      const delayed = hidden.filter(({ receipt }) => receipt === undefined).length;
      return {
        QueueArn: queue.arn,
        ApproximateNumberOfMessages: String(queue.visible.size),
        ApproximateNumberOfMessagesNotVisible: String(hidden.length - delayed),
        ApproximateNumberOfMessagesDelayed: String(delayed),
        CreatedTimestamp: String(Math.floor(queue.declaredAt / 1000)),
        LastModifiedTimestamp: String(Math.floor(queue.declaredAt / 1000)),
        VisibilityTimeout: String(spec.visibilityTimeoutSeconds ?? DEFAULT_VISIBILITY_SECONDS),
        MaximumMessageSize: String(MAX_MESSAGE_BYTES),
        MessageRetentionPeriod: String(spec.retentionSeconds ?? DEFAULT_RETENTION_SECONDS),
        DelaySeconds: String(spec.delaySeconds ?? 0),
        ReceiveMessageWaitTimeSeconds: '0',
        ...(spec.redrive === undefined ? {} : { RedrivePolicy: JSON.stringify(spec.redrive) }),
      };
    },
  };
}
