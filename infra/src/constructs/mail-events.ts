import { aws_events as events, aws_events_targets as targets, aws_ses as ses, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { WorkQueue, type WorkQueueProps } from './work-queue';

/** What SES is to tell of, by the names that its events have on the bus. */
const TOLD: Readonly<Record<string, string>> = {
  send: 'Email Sent',
  delivery: 'Email Delivered',
  deliveryDelay: 'Email Delivery Delayed',
  bounce: 'Email Bounced',
  complaint: 'Email Complaint Received',
  reject: 'Email Rejected',
};

/**
 * What becomes of mails: a configuration set, whose events SES can put on the account's default bus alone, and the rule there
 * that takes those of our set: default bus → queue → function. SES delivers them at best effort, in any order.
 */
export class MailEvents extends WorkQueue {
  readonly configurationSetName: string;

  constructor(scope: Construct, id: string, props: WorkQueueProps) {
    super(scope, id, props);
    this.configurationSetName = new ses.CfnConfigurationSet(this, 'ConfigurationSet').ref;
    new ses.CfnConfigurationSetEventDestination(this, 'EventDestination', {
      configurationSetName: this.configurationSetName,
      eventDestination: {
        name: 'default-bus',
        enabled: true,
        matchingEventTypes: Object.keys(TOLD),
        eventBridgeDestination: {
          eventBusArn: Stack.of(this).formatArn({ service: 'events', resource: 'event-bus', resourceName: 'default' }),
        },
      },
    });
    new events.Rule(this, 'Rule', {
      eventPattern: {
        source: ['aws.ses'],
        detailType: Object.values(TOLD),
        detail: { mail: { tags: { 'ses:configuration-set': [this.configurationSetName] } } },
      },
      targets: [new targets.SqsQueue(this.queue, { deadLetterQueue: this.deadLetterQueue })],
    });
  }
}
