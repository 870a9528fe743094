import { aws_ssm as ssm } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** What the bus's stack tells the others by SSM parameter, so that each deploys alone, in any order after it. */
export type SharedParameter =
  | 'bus-name'
  | 'bus-arn'
  | 'alert-topic-arn'
  | 'link-key-secret-name'
  | 'link-key-secret-arn'
  | 'public-url'
  | 'timeline-table';

function parameterName(stage: string, parameter: SharedParameter): string {
  return `/appointments/${stage}/${parameter}`;
}

export function shareParameter(scope: Construct, stage: string, parameter: SharedParameter, value: string): void {
  new ssm.StringParameter(scope, `Share-${parameter}`, {
    parameterName: parameterName(stage, parameter),
    stringValue: value,
  });
}

/** The value of a shared parameter, resolved when the stack is deployed. */
export function sharedParameter(scope: Construct, stage: string, parameter: SharedParameter): string {
  return ssm.StringParameter.valueForStringParameter(scope, parameterName(stage, parameter));
}
