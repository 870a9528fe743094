import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Service, type ServiceName } from './constructs/service';
import type { Stage } from './stage';

export interface ServiceStackProps extends StackProps {
  readonly stage: Stage;
  /** The folder of `services/`, where the bundles are. */
  readonly servicesFolder: string;
}

/** A stack that deploys one service alone, in any order after the bus's stack. */
export class ServiceStack extends Stack {
  protected readonly service: Service;

  constructor(scope: Construct, id: string, name: ServiceName, props: ServiceStackProps) {
    super(scope, id, props);
    this.service = new Service(this, name, props.stage, props.servicesFolder);
  }
}
