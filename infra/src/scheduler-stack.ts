import type { Construct } from 'constructs';
import { ServiceStack, type ServiceStackProps } from './service-stack';

export class SchedulerStack extends ServiceStack {
  constructor(scope: Construct, id: string, props: ServiceStackProps) {
    super(scope, id, 'scheduler', props);
  }
}
