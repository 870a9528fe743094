import { aws_events as events, aws_events_targets as targets, Tags } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import {
  patternFor,
  SERVICE_TAG,
  SUBSCRIPTION_TAG,
  type EventContract,
  type SubscriptionKind,
} from '@appointments/events';
import { WorkQueue, type WorkQueueProps } from './work-queue';

export interface SubscriptionProps extends WorkQueueProps {
  /** The events of one purpose. */
  readonly contracts: readonly EventContract[];
  /** `rebuild` hears replays and writes projections only; `acting` sends, dials, publishes or schedules. */
  readonly kind: SubscriptionKind;
}

/** How a service hears the bus: rule → queue → function, with a dead-letter queue, its alarm, and a pattern derived from the contracts. */
export class Subscription extends WorkQueue {
  constructor(scope: Construct, id: string, props: SubscriptionProps) {
    super(scope, id, props);
    const pattern = patternFor(props.contracts, props.kind);
    const rule = new events.Rule(this, 'Rule', {
      eventBus: props.service.bus,
      eventPattern: { source: pattern.source, detailType: pattern['detail-type'] },
      targets: [new targets.SqsQueue(this.queue, { deadLetterQueue: this.deadLetterQueue })],
    });
    // The L2's typed pattern cannot express `replay-name`.
    (rule.node.defaultChild as events.CfnRule).eventPattern = pattern;
    // On the rule itself, so that what replays are sent to cannot be out of date.
    Tags.of(rule).add(SERVICE_TAG, props.service.name);
    Tags.of(rule).add(SUBSCRIPTION_TAG, id);
  }
}
