import type { VirtualMs } from '../kernel/types';

/** The one account and region of the laptop cloud. */
export const ACCOUNT_ID = '000000000000';
export const REGION = 'us-east-1';

/** An AWS error as its SDK reads it: `code` becomes the exception's name. */
export class AwsError extends Error {
  override readonly name = 'AwsError';
  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
  ) {
    super(message);
  }
}

export interface MessageAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  readonly BinaryValue?: string;
}

export interface QueueSpec {
  readonly name: string;
  /** @default 30 */
  readonly visibilityTimeoutSeconds?: number;
  /** @default 345600 (four days) */
  readonly retentionSeconds?: number;
  /** @default 0 */
  readonly delaySeconds?: number;
  readonly redrive?: { readonly deadLetterTargetArn: string; readonly maxReceiveCount: number };
}

export interface ReceivedMessage {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly md5OfBody: string;
  readonly attributes: Record<string, string>;
  readonly messageAttributes: Record<string, MessageAttribute>;
}

/** One message that lies in a queue, as `/_local/dead-letters` wants it. */
export interface StoredMessage {
  readonly id: string;
  readonly body: string;
  readonly sentAt: VirtualMs;
  readonly visibleAt: VirtualMs;
  readonly receiveCount: number;
  readonly messageAttributes: Record<string, MessageAttribute>;
}

export interface Queues {
  /** Declares a queue of the templates; messages kept from an earlier run are found again. Sends before it are refused. */
  readonly declare: (spec: QueueSpec) => { readonly arn: string; readonly url: string };
  readonly arnOf: (nameOrUrlOrArn: string) => string;
  /** Resolves once the message is on disk. Used by rules, schedules, SNS and the wire alike. */
  readonly send: (
    nameOrUrlOrArn: string,
    message: {
      readonly body: string;
      readonly delaySeconds?: number;
      readonly messageAttributes?: Record<string, MessageAttribute>;
    },
  ) => Promise<{ readonly messageId: string; readonly md5OfBody: string }>;
  /**
   * Takes up to `max` visible messages and hides them; synchronous, empty when nothing is visible.
   * With `held: true` the visibility time-out does not begin to run before `release` (a function holds them).
   */
  readonly receive: (
    nameOrUrlOrArn: string,
    max: number,
    options?: { readonly held?: boolean; readonly visibilityTimeoutSeconds?: number },
  ) => ReceivedMessage[];
  readonly remove: (nameOrUrlOrArn: string, receiptHandle: string) => Promise<void>;
  /** Starts the visibility time-out of a held message: it comes back, or goes to the dead-letter queue, when that has passed. `error` is kept as the last reason. */
  readonly release: (nameOrUrlOrArn: string, receiptHandle: string, error?: string) => void;
  /** Calls `listener` (never synchronously inside `send`) whenever messages of the queue have become visible; queues with a listener keep the cloud busy while a message is visible. */
  readonly onVisible: (nameOrUrlOrArn: string, listener: () => void) => void;
  /** Tells of each message that arrives in a queue, by send or by redrive: dead-letter alarms listen here. */
  readonly onArrival: (nameOrUrlOrArn: string, listener: (message: StoredMessage) => void) => void;
  readonly list: () => readonly {
    readonly name: string;
    readonly arn: string;
    readonly url: string;
    readonly isDeadLetterQueue: boolean;
  }[];
  readonly messages: (nameOrUrlOrArn: string) => readonly StoredMessage[];
  /** The last error with which a function failed on the message, if any. */
  readonly lastErrorOf: (messageId: string) => string | undefined;
}

export interface BusEvent {
  readonly id: string;
  readonly source: string;
  readonly 'detail-type': string;
  readonly time: string;
  readonly region: string;
  readonly account: string;
  readonly resources: readonly string[];
  readonly detail: unknown;
  readonly 'replay-name'?: string;
}

export interface ArchivedEvent {
  /** Rises by one with every event put on any custom bus. */
  readonly seq: number;
  readonly busName: string;
  readonly event: BusEvent;
}

export interface RuleSpec {
  readonly name: string;
  readonly busName: string;
  readonly pattern?: unknown;
  readonly scheduleExpression?: string;
  readonly enabled: boolean;
  readonly targets: readonly { readonly id: string; readonly arn: string; readonly deadLetterArn?: string }[];
  readonly tags?: Readonly<Record<string, string>>;
}

export interface ArchiveSpec {
  readonly name: string;
  readonly busName: string;
  /** Without one, every event is kept. */
  readonly pattern?: unknown;
  /** 0 keeps for ever. */
  readonly retentionDays: number;
  readonly description?: string;
}

/** What becomes of an event that is filed: `known` is there already, `expired` past what is kept. */
export type Filed = 'filed' | 'known' | 'expired' | 'unfit';

export interface EventBuses {
  readonly declareBus: (name: string) => { readonly arn: string };
  readonly declareRule: (rule: RuleSpec) => { readonly arn: string };
  /** Declares an archive of the templates; what was kept is found again, and a replay that was cut off goes on. */
  readonly declareArchive: (archive: ArchiveSpec) => { readonly arn: string };
  /** Puts events of elsewhere into the bus's archive, and nowhere else; resolves once they are on disk. */
  readonly file: (busName: string, events: readonly BusEvent[]) => Promise<readonly Filed[]>;
  readonly events: (afterSeq?: number) => readonly ArchivedEvent[];
  readonly onEvent: (listener: (event: ArchivedEvent) => void) => () => void;
}

export interface SentEmail {
  readonly id: string;
  readonly at: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  readonly attachments: readonly { readonly filename: string; readonly contentType: string; readonly text: string }[];
  readonly raw: string;
}
export interface SentSms {
  readonly id: string;
  readonly at: string;
  readonly to: string;
  readonly text: string;
}
export interface SentAlert {
  readonly id: string;
  readonly at: string;
  readonly subject: string;
  readonly message: string;
}

/** Everything the wire endpoint answers but DynamoDB, which is proxied. */
export interface AwsServices {
  readonly queues: Queues;
  readonly buses: EventBuses;
  readonly scheduler: { readonly declareGroup: (name: string) => { readonly arn: string } };
  readonly topics: {
    readonly declare: (
      name: string,
      subscriptions?: readonly { readonly protocol: string; readonly endpoint: string }[],
    ) => { readonly arn: string };
    readonly publish: (topicArn: string, subject: string, message: string) => Promise<string>;
    readonly alerts: () => readonly SentAlert[];
    readonly texts: () => readonly SentSms[];
    /** A text comes in from that number. */
    readonly receive: (from: string, message: string) => Promise<void>;
  };
  readonly mail: {
    readonly sent: () => readonly SentEmail[];
    readonly declareConfigurationSet: (name: string) => void;
    /** From now on the events of these types about the set's mails go to the default bus. */
    readonly declareEventDestination: (setName: string, types: readonly string[]) => void;
  };
  readonly parameters: {
    readonly put: (name: string, value: string) => void;
    readonly get: (name: string) => string | undefined;
  };
  readonly secrets: {
    /** Keeps the value of an earlier run; else takes `value`, else generates by the template's GenerateSecretString. */
    readonly declare: (spec: {
      readonly name: string;
      readonly value?: string;
      readonly generate?: Record<string, unknown>;
    }) => { readonly arn: string };
    readonly put: (nameOrArn: string, value: string) => void;
    readonly get: (nameOrArn: string) => string | undefined;
  };
  /** Answers one request of an AWS SDK (SQS, EventBridge, Scheduler, SNS, SES, Secrets Manager, SSM); `undefined` when it is none of them. */
  readonly handle: (request: WireRequest) => Promise<WireResponse | undefined>;
}

export interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}
export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
