import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  aws_events as events,
  aws_iam as iam,
  aws_lambda as lambda,
  aws_logs as logs,
  aws_sns as sns,
  Duration,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { sharedParameter } from '../parameters';
import type { Stage } from '../stage';

export type ServiceName = 'booking' | 'scheduler' | 'telephony' | 'notifications' | 'timeline';

/** What the bus's stack makes and every service uses. */
export interface SharedThings {
  readonly bus: events.IEventBus;
  readonly alertTopic: sns.ITopic;
}

/** What every construct of one service's stack shares: its stage, its name, and the shared things. */
export class Service extends Construct {
  readonly bus: events.IEventBus;
  readonly alertTopic: sns.ITopic;

  constructor(
    scope: Construct,
    readonly name: ServiceName,
    readonly stage: Stage,
    /** The folder that the service's own lies in: its bundles are in `<folder>/<name>/dist`. */
    readonly servicesFolder: string,
    /** @default looked up by their parameters, as whoever deploys alone must */
    shared?: SharedThings,
  ) {
    super(scope, 'Service');
    const { bus, alertTopic } = shared ?? this.lookUp();
    this.bus = bus;
    this.alertTopic = alertTopic;
  }

  private lookUp(): SharedThings {
    const { name } = this.stage;
    return {
      bus: events.EventBus.fromEventBusAttributes(this, 'Bus', {
        eventBusName: sharedParameter(this, name, 'bus-name'),
        eventBusArn: sharedParameter(this, name, 'bus-arn'),
        eventBusPolicy: '',
      }),
      alertTopic: sns.Topic.fromTopicArn(this, 'AlertTopic', sharedParameter(this, name, 'alert-topic-arn')),
    };
  }

  get source(): string {
    return `appointments.${this.name}`;
  }
}

export interface ServiceFunctionProps {
  readonly service: Service;
  /** The name of the handler's file, and of its bundle: `services/<service>/dist/<handler>/index.js`. */
  readonly handler: string;
  readonly environment?: Record<string, string>;
  /** @default 10 seconds */
  readonly timeout?: Duration;
  /** MiB. @default 512 */
  readonly memorySize?: number;
  /** Only for what another stack calls by its name. @default made by CloudFormation */
  readonly functionName?: string;
}

/** One bundle of a service as a Lambda function with a role, a log group and the telemetry's environment of its own. */
export class ServiceFunction extends lambda.Function {
  constructor(scope: Construct, id: string, props: ServiceFunctionProps) {
    const {
      service,
      handler,
      environment = {},
      timeout = Duration.seconds(10),
      memorySize = 512,
      functionName,
    } = props;
    const bundle = join(service.servicesFolder, service.name, 'dist', handler);
    if (!existsSync(join(bundle, 'index.js')))
      throw new Error(`${bundle}/index.js is missing: run "npm run build" first.`);
    super(scope, id, {
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      code: lambda.Code.fromAsset(bundle),
      handler: 'index.handler',
      timeout,
      memorySize,
      ...(functionName !== undefined && { functionName }),
      tracing: lambda.Tracing.ACTIVE,
      logGroup: new logs.LogGroup(scope, `${id}Logs`, { retention: logs.RetentionDays.ONE_MONTH }),
      environment: {
        POWERTOOLS_SERVICE_NAME: service.name,
        POWERTOOLS_METRICS_NAMESPACE: 'Appointments',
        LOG_LEVEL: 'INFO',
        ...environment,
      },
    });
  }
}

/** Forbids everybody but `publisher` to put events with the service's source on the bus. */
export function ownSource(scope: Construct, service: Service, publisher: lambda.IFunction): void {
  const role = publisher.role;
  if (!role) throw new Error('the publisher has no role');
  new events.CfnEventBusPolicy(scope, 'OwnSource', {
    eventBusName: service.bus.eventBusName,
    statementId: `only-${service.name}-publishes-as-itself`,
    statement: new iam.PolicyStatement({
      sid: `only-${service.name}-publishes-as-itself`,
      effect: iam.Effect.DENY,
      principals: [new iam.AnyPrincipal()],
      actions: ['events:PutEvents'],
      resources: [service.bus.eventBusArn],
      conditions: {
        'ForAnyValue:StringEquals': { 'events:source': service.source },
        ArnNotEquals: { 'aws:PrincipalArn': role.roleArn },
      },
    }).toJSON() as object,
  });
}
