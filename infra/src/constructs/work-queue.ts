import {
  aws_cloudwatch as cloudwatch,
  aws_lambda_event_sources as sources,
  aws_sqs as sqs,
  Duration,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { RunbookAlarm } from './runbook-alarm';
import { ServiceFunction, type ServiceFunctionProps } from './service';

/** AWS asks for six times the function's timeout as the queue's visibility timeout (services-sqs-configure). */
const VISIBILITY_FACTOR = 6;
/** Five receives in all before a message goes to the dead-letter queue (AWS asks for at least five). */
const MAX_RECEIVES = 5;

export interface WorkQueueProps extends ServiceFunctionProps {
  /** A heading of docs/runbook.md for the dead-letter alarm. */
  readonly runbook: string;
  /** Messages a function takes at once. @default 10 */
  readonly batchSize?: number;
  /** Batches that are worked on at a time; two at least. @default as many as come */
  readonly maxConcurrency?: number;
}

/** A queue, the function that works it off message by message, its dead-letter queue, and the alarm on that. */
export class WorkQueue extends Construct {
  readonly queue: sqs.Queue;
  readonly deadLetterQueue: sqs.Queue;
  readonly function: ServiceFunction;

  constructor(scope: Construct, id: string, props: WorkQueueProps) {
    super(scope, id);
    const {
      service,
      runbook,
      batchSize = 10,
      maxConcurrency,
      timeout = Duration.seconds(10),
      environment = {},
    } = props;

    this.deadLetterQueue = new sqs.Queue(this, 'DeadLetters', { retentionPeriod: Duration.days(14), enforceSSL: true });
    this.queue = new sqs.Queue(this, 'Queue', {
      visibilityTimeout: Duration.seconds(timeout.toSeconds() * VISIBILITY_FACTOR),
      retentionPeriod: Duration.days(4),
      enforceSSL: true,
      deadLetterQueue: { queue: this.deadLetterQueue, maxReceiveCount: MAX_RECEIVES },
    });
    this.function = new ServiceFunction(this, 'Function', {
      ...props,
      timeout,
      environment: {
        QUEUE_URL: this.queue.queueUrl,
        DEAD_LETTER_QUEUE_URL: this.deadLetterQueue.queueUrl,
        ...environment,
      },
    });
    this.function.addEventSource(
      new sources.SqsEventSource(this.queue, { batchSize, maxConcurrency, reportBatchItemFailures: true }),
    );
    // The function puts back what must wait, and parks what will never succeed.
    this.queue.grantSendMessages(this.function);
    this.deadLetterQueue.grantSendMessages(this.function);

    new RunbookAlarm(this, `${id}-dead-letters`, {
      metric: this.deadLetterQueue.metricApproximateNumberOfMessagesVisible({
        statistic: cloudwatch.Stats.MAXIMUM,
        period: Duration.minutes(1),
      }),
      threshold: 1,
      description: `Messages that ${service.name} could not handle (${id}) lie in its dead-letter queue.`,
      runbook,
      topic: service.alertTopic,
    });
  }
}
