import { ALL_EVENTS } from '@appointments/events';
import { registryDocument } from '@appointments/events/documents';
import {
  aws_events as events,
  aws_eventschemas as eventschemas,
  aws_iam as iam,
  aws_logs as logs,
  aws_secretsmanager as secretsmanager,
  aws_sns as sns,
  Duration,
  Stack,
  type StackProps,
} from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { SubscriberAccounts } from './constructs/subscriber-accounts';
import { shareParameter } from './parameters';
import type { Stage } from './stage';

export interface PlatformStackProps extends StackProps {
  readonly stage: Stage;
}

/** The bus with its archive and the schemas of its events, and what several services need: the link key, the public base URL, the alert topic. */
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
      eventPattern: { source: events.Match.prefix('appointments.') },
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
