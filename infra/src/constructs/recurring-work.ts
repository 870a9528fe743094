import { aws_events as events, aws_events_targets as targets } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { WorkQueue, type WorkQueueProps } from './work-queue';

export interface RecurringWorkProps extends WorkQueueProps {
  readonly schedule: events.Schedule;
}

/**
 * Work that is begun by the clock: rule → queue → function. One message is worked on at a time or nearly so, and what a run
 * leaves over it puts on its own queue.
 */
export class RecurringWork extends WorkQueue {
  constructor(scope: Construct, id: string, props: RecurringWorkProps) {
    const { batchSize = 1, maxConcurrency = 2 } = props;
    super(scope, id, { ...props, batchSize, maxConcurrency });
    new events.Rule(this, 'Rule', {
      schedule: props.schedule,
      targets: [new targets.SqsQueue(this.queue, { deadLetterQueue: this.deadLetterQueue })],
    });
  }
}
