import {
  aws_cloudwatch as cloudwatch,
  aws_cloudwatch_actions as actions,
  aws_dynamodb as dynamodb,
  aws_events as events,
  aws_events_targets as targets,
  aws_iam as iam,
  aws_lambda as lambda,
  aws_lambda_event_sources as sources,
  aws_logs as logs,
  aws_sns as sns,
  aws_sns_subscriptions as subscriptions,
  aws_sqs as sqs,
  CfnOutput,
  DefaultStackSynthesizer,
  Duration,
  Stack,
} from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Config } from './config';
import { heardPattern } from './subscription';

const TIMEOUT = Duration.seconds(10);

export interface CrmSyncStackProps {
  readonly config: Config;
  /** The folder of the bundled handler. */
  readonly bundle: string;
}

/** Rule on the appointments' bus → our bus → rule → queue → function → table. */
export class CrmSyncStack extends Stack {
  constructor(scope: Construct, id: string, { config, bundle }: CrmSyncStackProps) {
    super(scope, id, {
      env: { account: config.account, region: config.region },
      synthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }),
      description: 'Keeps the contacts of the CRM by what happens to appointments',
    });

    const deadLetters = new sqs.Queue(this, 'DeadLetters', { retentionPeriod: Duration.days(14), enforceSSL: true });
    const queue = new sqs.Queue(this, 'Queue', {
      retentionPeriod: Duration.days(4),
      visibilityTimeout: Duration.seconds(TIMEOUT.toSeconds() * 6),
      enforceSSL: true,
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: 5 },
    });

    this.subscribe(config, queue, deadLetters);

    const contacts = new dynamodb.TableV2(this, 'Contacts', {
      partitionKey: { name: 'appointmentId', type: dynamodb.AttributeType.STRING },
      globalSecondaryIndexes: [
        {
          indexName: 'by-contact',
          partitionKey: { name: 'contact', type: dynamodb.AttributeType.STRING },
          sortKey: { name: 'startsAt', type: dynamodb.AttributeType.STRING },
        },
      ],
      timeToLiveAttribute: 'keepUntil',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    });
    const handler = new lambda.Function(this, 'Handler', {
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      code: lambda.Code.fromAsset(bundle),
      handler: 'index.handler',
      timeout: TIMEOUT,
      memorySize: 256,
      environment: { TABLE_NAME: contacts.tableName },
      logGroup: new logs.LogGroup(this, 'Logs', { retention: logs.RetentionDays.ONE_MONTH }),
    });
    new CfnOutput(this, 'ContactsTable', { value: contacts.tableName });
    contacts.grant(handler, 'dynamodb:UpdateItem');
    handler.addEventSource(new sources.SqsEventSource(queue, { reportBatchItemFailures: true }));

    this.tellOf(deadLetters, config);
  }

  /** A rule in another account reaches no queue of ours but by a role of theirs; a bus of ours it reaches by a role of ours. */
  private subscribe(config: Config, queue: sqs.Queue, deadLetters: sqs.Queue): void {
    const bus = new events.EventBus(this, 'Bus', { description: 'What we hear of appointments' });
    const role = new iam.Role(this, 'Crossing', { assumedBy: new iam.ServicePrincipal('events.amazonaws.com') });
    role.addToPolicy(new iam.PolicyStatement({ actions: ['events:PutEvents'], resources: [bus.eventBusArn] }));

    // The L2 takes another account's bus by its name, and would look for it in ours.
    const theirs = new events.CfnRule(this, 'OnTheirBus', {
      description: 'What the CRM hears of appointments',
      eventBusName: config.appointmentsBusArn,
      eventPattern: heardPattern(config),
      targets: [
        {
          id: 'our-bus',
          arn: bus.eventBusArn,
          roleArn: role.roleArn,
          deadLetterConfig: { arn: deadLetters.queueArn },
        },
      ],
    });
    theirs.node.addDependency(role);
    deadLetters.grantSendMessages(
      new iam.ServicePrincipal('events.amazonaws.com', {
        conditions: { ArnEquals: { 'aws:SourceArn': theirs.attrArn } },
      }),
    );

    // Only what that rule chose comes over, so all of it is for the queue.
    new events.Rule(this, 'OnOurBus', {
      eventBus: bus,
      eventPattern: { source: heardPattern(config).source },
      targets: [new targets.SqsQueue(queue, { deadLetterQueue: deadLetters })],
    });
  }

  private tellOf(deadLetters: sqs.Queue, { alarmEmail }: Config): void {
    const topic = new sns.Topic(this, 'Alarms', { enforceSSL: true });
    if (alarmEmail !== undefined) topic.addSubscription(new subscriptions.EmailSubscription(alarmEmail));
    const alarm = new cloudwatch.Alarm(this, 'DeadLettersAlarm', {
      alarmName: `${this.stackName}-dead-letters`,
      alarmDescription:
        'Events on appointments that the CRM could not keep lie in its dead-letter queue: see README.md.',
      metric: deadLetters.metricApproximateNumberOfMessagesVisible({
        statistic: cloudwatch.Stats.MAXIMUM,
        period: Duration.minutes(1),
      }),
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(new actions.SnsAction(topic));
  }
}
