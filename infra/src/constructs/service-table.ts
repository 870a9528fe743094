import {
  aws_cloudwatch as cloudwatch,
  aws_dynamodb as dynamodb,
  aws_lambda as lambda,
  aws_lambda_event_sources as sources,
  aws_sqs as sqs,
  Duration,
  RemovalPolicy,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { RunbookAlarm } from './runbook-alarm';
import { ownSource, ServiceFunction, type Service } from './service';

export interface ServiceTableProps {
  readonly service: Service;
  /** Further indexes of the table, by `gsi1pk`-like attribute names. @default none */
  readonly indexes?: readonly { readonly name: string; readonly partitionKey: string; readonly sortKey?: string }[];
  /** Queues of the service that its outbox may send to, by the name that outbox items use. @default none */
  readonly queues?: Readonly<Record<string, sqs.IQueue>>;
}

/**
 * A service's one table (`pk`, `sk`, time to live in `expiresAt`) and its outbox: new items of kind `outbox` are carried by
 * `publish-outbox` to the bus and to the service's own queues. Infrastructure errors are retried without limit; an alarm tells when that lasts.
 */
export class ServiceTable extends Construct {
  readonly table: dynamodb.TableV2;
  readonly publisher: ServiceFunction;

  constructor(scope: Construct, id: string, props: ServiceTableProps) {
    super(scope, id);
    const { service, indexes = [], queues = {} } = props;
    this.table = new dynamodb.TableV2(this, 'Table', {
      partitionKey: { name: 'pk', type: dynamodb.AttributeType.STRING },
      sortKey: { name: 'sk', type: dynamodb.AttributeType.STRING },
      billing: dynamodb.Billing.onDemand(),
      timeToLiveAttribute: 'expiresAt',
      dynamoStream: dynamodb.StreamViewType.NEW_IMAGE,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true, recoveryPeriodInDays: 30 },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
      globalSecondaryIndexes: indexes.map((index) => ({
        indexName: index.name,
        partitionKey: { name: index.partitionKey, type: dynamodb.AttributeType.STRING },
        ...(index.sortKey && { sortKey: { name: index.sortKey, type: dynamodb.AttributeType.STRING } }),
      })),
    });

    const deadLetters = new sqs.Queue(this, 'OutboxDeadLetters', {
      retentionPeriod: Duration.days(14),
      enforceSSL: true,
    });
    this.publisher = new ServiceFunction(this, 'PublishOutbox', {
      service,
      handler: 'publish-outbox',
      timeout: Duration.seconds(30),
      environment: {
        EVENT_BUS_NAME: service.bus.eventBusName,
        DEAD_LETTER_QUEUE_URL: deadLetters.queueUrl,
        ...Object.fromEntries(Object.entries(queues).map(([name, queue]) => [queueUrlVariable(name), queue.queueUrl])),
      },
    });
    this.publisher.addEventSource(
      new sources.DynamoEventSource(this.table, {
        startingPosition: lambda.StartingPosition.TRIM_HORIZON,
        batchSize: 100,
        bisectBatchOnError: true,
        reportBatchItemFailures: true,
        retryAttempts: -1,
        filters: [
          lambda.FilterCriteria.filter({ eventName: ['INSERT'], dynamodb: { NewImage: { kind: { S: ['outbox'] } } } }),
        ],
      }),
    );
    service.bus.grantPutEventsTo(this.publisher);
    deadLetters.grantSendMessages(this.publisher);
    for (const queue of Object.values(queues)) queue.grantSendMessages(this.publisher);
    ownSource(this, service, this.publisher);

    new RunbookAlarm(this, 'outbox-dead-letters', {
      metric: deadLetters.metricApproximateNumberOfMessagesVisible({
        statistic: cloudwatch.Stats.MAXIMUM,
        period: Duration.minutes(1),
      }),
      threshold: 1,
      description: `Events of ${service.name} broke their contract or ran in a loop, and were not published.`,
      runbook: 'Outbox dead letters',
      topic: service.alertTopic,
    });
    new RunbookAlarm(this, 'outbox-late', {
      metric: this.publisher.metric('IteratorAge', {
        statistic: cloudwatch.Stats.MAXIMUM,
        period: Duration.minutes(1),
      }),
      threshold: 60_000,
      description: `The outbox of ${service.name} is more than a minute behind.`,
      runbook: 'Outbox late',
      topic: service.alertTopic,
    });
  }
}

/** The environment variable in which `publish-outbox` finds the URL of the queue that outbox items call `name`. */
export function queueUrlVariable(name: string): string {
  return `${name.replaceAll('-', '_').toUpperCase()}_QUEUE_URL`;
}
