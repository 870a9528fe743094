import { ALL_EVENTS } from '@appointments/events';
import { registryDocument } from '@appointments/events/documents';
import {
  aws_dynamodb as dynamodb,
  aws_events as events,
  aws_eventschemas as eventschemas,
  aws_events_targets as targets,
  aws_iam as iam,
  aws_logs as logs,
  aws_secretsmanager as secretsmanager,
  aws_sns as sns,
  Duration,
  RemovalPolicy,
  Stack,
  Tags,
  type StackProps,
} from 'aws-cdk-lib';
import { SERVICE_TAG, SUBSCRIPTION_TAG } from '@appointments/events';
import type { Construct } from 'constructs';
import { Service } from './constructs/service';
import { SubscriberAccounts } from './constructs/subscriber-accounts';
import { WorkQueue } from './constructs/work-queue';
import { shareParameter } from './parameters';
import type { Stage } from './stage';

const EVERY_EVENT: events.EventPattern = { source: events.Match.prefix('appointments.') };

export interface PlatformStackProps extends StackProps {
  readonly stage: Stage;
  /** The folder of `shared/`, where the timeline's bundle is. */
  readonly sharedFolder: string;
}

/** The bus with its archive, its timeline and the schemas of its events, and what several services need: the link key, the public base URL, the alert topic. */
export class PlatformStack extends Stack {
  constructor(scope: Construct, id: string, props: PlatformStackProps) {
    super(scope, id, props);
    const { stage } = props;

    const bus = new events.EventBus(this, 'Bus', {
      eventBusName: `appointments-${stage.name}`,
      // Details hold names and numbers: the log says which delivery failed and why, never what was said.
      logConfig: { level: events.Level.ERROR, includeDetail: events.IncludeDetail.NONE },
    });
    this.deliverErrors(bus, stage);
    this.describeEvents(stage);
    // Thirty days: an erasure request is met when its events have aged out of the archive.
    bus.archive('Archive', {
      description: 'Every event of the house, for replays',
      eventPattern: EVERY_EVENT,
      retention: Duration.days(30),
    });

    if (stage.subscriberAccounts.length > 0)
      new SubscriberAccounts(this, 'Subscribers', { bus, accounts: stage.subscriberAccounts });

    const alertTopic = new sns.Topic(this, 'Alerts', { enforceSSL: true });
    const linkKey = new secretsmanager.Secret(this, 'LinkKey', {
      secretName: `appointments/${stage.name}/link-key`,
      description: 'Signs the links with which clients manage their appointments',
      generateSecretString: {
        secretStringTemplate: JSON.stringify({ kid: 'k1' }),
        generateStringKey: 'key',
        passwordLength: 64,
        excludePunctuation: true,
      },
    });

    shareParameter(this, stage.name, 'bus-name', bus.eventBusName);
    shareParameter(this, stage.name, 'bus-arn', bus.eventBusArn);
    shareParameter(this, stage.name, 'alert-topic-arn', alertTopic.topicArn);
    shareParameter(this, stage.name, 'link-key-secret-name', `appointments/${stage.name}/link-key`);
    shareParameter(this, stage.name, 'link-key-secret-arn', linkKey.secretArn);
    shareParameter(this, stage.name, 'public-url', stage.publicUrl);
    const service = new Service(this, 'timeline', stage, props.sharedFolder, { bus, alertTopic });
    shareParameter(this, stage.name, 'timeline-table', this.keepTimeline(service).tableName);
  }

  /** A schema for each event, so that whoever looks for events in the console, or has code generated, finds ours. */
  private describeEvents(stage: Stage): void {
    const registry = new eventschemas.CfnRegistry(this, 'Schemas', {
      registryName: `appointments-${stage.name}`,
      description: 'What every event of the house looks like',
    });
    for (const contract of ALL_EVENTS) {
      const { name, content } = registryDocument(contract);
      new eventschemas.CfnSchema(this, `${contract.detailType}Schema`, {
        registryName: registry.attrRegistryName,
        schemaName: name,
        type: 'JSONSchemaDraft4',
        description: contract.description,
        content: JSON.stringify(content),
      });
    }
  }

  /** Hears every event there is, of contracts yet unknown too, and keeps it without personal data for whoever asks why a call failed. */
  private keepTimeline(service: Service): dynamodb.TableV2 {
    const table = new dynamodb.TableV2(this, 'Timeline', {
      partitionKey: { name: 'pk', type: dynamodb.AttributeType.STRING },
      sortKey: { name: 'sk', type: dynamodb.AttributeType.STRING },
      billing: dynamodb.Billing.onDemand(),
      timeToLiveAttribute: 'expiresAt',
      // Nothing is made of it, and thirty days of it can be replayed: it needs no backup.
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const record = new WorkQueue(this, 'RecordEvent', {
      service,
      handler: 'record-event',
      runbook: 'Timeline has gaps',
      environment: { TABLE_NAME: table.tableName },
    });
    table.grant(record.function, 'dynamodb:PutItem');
    const rule = new events.Rule(this, 'EveryEvent', {
      description: 'Every event of the house, replays too: what is kept already stays as it is',
      eventBus: service.bus,
      eventPattern: EVERY_EVENT,
      targets: [new targets.SqsQueue(record.queue, { deadLetterQueue: record.deadLetterQueue })],
    });
    Tags.of(rule).add(SERVICE_TAG, service.name);
    Tags.of(rule).add(SUBSCRIPTION_TAG, 'RecordEvent');
    return table;
  }

  /** The bus's errors go to a log group of their own. */
  private deliverErrors(bus: events.EventBus, stage: Stage): void {
    const logGroup = new logs.LogGroup(this, 'BusErrors', {
      logGroupName: `/aws/vendedlogs/events/appointments-${stage.name}`,
      retention: logs.RetentionDays.ONE_MONTH,
    });
    logGroup.grantWrite(new iam.ServicePrincipal('delivery.logs.amazonaws.com'));
    const source = new logs.CfnDeliverySource(this, 'BusErrorSource', {
      name: `appointments-${stage.name}-bus-errors`,
      logType: 'ERROR_LOGS',
      resourceArn: bus.eventBusArn,
    });
    const destination = new logs.CfnDeliveryDestination(this, 'BusErrorDestination', {
      name: `appointments-${stage.name}-bus-errors`,
      destinationResourceArn: logGroup.logGroupArn,
    });
    const delivery = new logs.CfnDelivery(this, 'BusErrorDelivery', {
      deliverySourceName: source.name,
      deliveryDestinationArn: destination.attrArn,
    });
    delivery.addResourceDependency(source);
  }
}
