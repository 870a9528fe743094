import { aws_cloudwatch as cloudwatch, aws_cloudwatch_actions as actions, Stack } from 'aws-cdk-lib';
import type { aws_sns as sns } from 'aws-cdk-lib';
import { Construct } from 'constructs';

export interface RunbookAlarmProps {
  readonly metric: cloudwatch.IMetric;
  /** The alarm goes off at this value, and above it. */
  readonly threshold: number;
  /** The alarm goes off below the threshold, and where there is no value at all. @default false */
  readonly below?: boolean;
  /** What is wrong, in one sentence. */
  readonly description: string;
  /** A heading of docs/runbook.md. */
  readonly runbook: string;
  readonly topic: sns.ITopic;
  /** @default 1 */
  readonly evaluationPeriods?: number;
}

/** An alarm that tells somebody, and tells them where to read on. */
export class RunbookAlarm extends Construct {
  constructor(scope: Construct, id: string, props: RunbookAlarmProps) {
    super(scope, id);
    const { evaluationPeriods = 1, below = false } = props;
    const alarm = new cloudwatch.Alarm(this, 'Alarm', {
      alarmName: `${Stack.of(this).stackName}-${id}`,
      alarmDescription: `${props.description} Runbook: docs/runbook.md, "${props.runbook}".`,
      metric: props.metric,
      threshold: props.threshold,
      evaluationPeriods,
      comparisonOperator: below
        ? cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD
        : cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      // A queue that has been empty for a while sends no metrics at all, which is good news; what should happen and does not sends none either.
      treatMissingData: below ? cloudwatch.TreatMissingData.BREACHING : cloudwatch.TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(new actions.SnsAction(props.topic));
  }
}
