/** The properties of a type that is run: `true` takes anything below; lists are looked through. */
export interface Properties {
  readonly [name: string]: true | Properties;
}

export type ResourceClass =
  /** Has a body here; a property that is not in the list is refused. */
  | { readonly class: 'run'; readonly as: string; readonly properties: Properties }
  /** Has no effect here. */
  | { readonly class: 'noted'; readonly because: string };

const noted = (because: string): ResourceClass => ({ class: 'noted', because });
const run = (as: string, properties: Properties): ResourceClass => ({
  class: 'run',
  as,
  properties: { ...properties, Tags: true },
});

const TABLE: Properties = {
  TableName: true,
  AttributeDefinitions: true,
  KeySchema: true,
  BillingMode: true,
  GlobalSecondaryIndexes: { IndexName: true, KeySchema: true, Projection: true, WarmThroughput: true },
  LocalSecondaryIndexes: { IndexName: true, KeySchema: true, Projection: true },
  StreamSpecification: { StreamViewType: true },
  TimeToLiveSpecification: { AttributeName: true, Enabled: true },
  DeletionProtectionEnabled: true,
  PointInTimeRecoverySpecification: true,
  SSESpecification: true,
  TableClass: true,
};

/**
 * What becomes of each type of resource on a laptop: this table and nothing else decides. A type that is not here is
 * refused. `npm start -- --explain` prints it.
 */
export const RESOURCE_TYPES: Readonly<Record<string, ResourceClass>> = {
  'AWS::Lambda::Function': run('worker threads with the very bundle that deploys', {
    FunctionName: true,
    Description: true,
    Code: { S3Bucket: true, S3Key: true },
    Handler: true,
    Environment: { Variables: true },
    Timeout: true,
    MemorySize: true,
    Runtime: true,
    Architectures: true,
    Role: true,
    LoggingConfig: true,
    TracingConfig: true,
    ReservedConcurrentExecutions: true,
  }),
  'AWS::Lambda::EventSourceMapping': run('a queue or stream that feeds a function', {
    EventSourceArn: true,
    FunctionName: true,
    Enabled: true,
    BatchSize: true,
    FunctionResponseTypes: true,
    ScalingConfig: { MaximumConcurrency: true },
    StartingPosition: true,
    BisectBatchOnFunctionError: true,
    MaximumRetryAttempts: true,
    DestinationConfig: { OnFailure: { Destination: true } },
    FilterCriteria: { Filters: { Pattern: true } },
  }),
  'AWS::SQS::Queue': run('a queue kept on disk', {
    QueueName: true,
    VisibilityTimeout: true,
    MessageRetentionPeriod: true,
    DelaySeconds: true,
    ReceiveMessageWaitTimeSeconds: true,
    RedrivePolicy: { deadLetterTargetArn: true, maxReceiveCount: true },
    SqsManagedSseEnabled: true,
    KmsMasterKeyId: true,
  }),
  'AWS::Events::EventBus': run('a bus', { Name: true, Description: true, LogConfig: true, DeadLetterConfig: true }),
  'AWS::Events::Rule': run('a rule', {
    Name: true,
    Description: true,
    EventBusName: true,
    EventPattern: true,
    ScheduleExpression: true,
    State: true,
    // The role is what lets a rule put events on another bus.
    Targets: { Id: true, Arn: true, RoleArn: true, DeadLetterConfig: { Arn: true }, RetryPolicy: true },
  }),
  'AWS::Events::Archive': run('every event that fits is kept for its days, and can be replayed', {
    ArchiveName: true,
    SourceArn: true,
    EventPattern: true,
    RetentionDays: true,
    Description: true,
    KmsKeyIdentifier: true,
  }),
  'AWS::DynamoDB::Table': run('a table of the database engine', TABLE),
  'AWS::DynamoDB::GlobalTable': run('a table of the database engine', {
    ...TABLE,
    Replicas: true,
    WriteOnDemandThroughputSettings: true,
  }),
  'AWS::ApiGatewayV2::Api': run('a port on this machine', {
    Name: true,
    Description: true,
    ProtocolType: true,
    CorsConfiguration: {
      AllowOrigins: true,
      AllowMethods: true,
      AllowHeaders: true,
      ExposeHeaders: true,
      AllowCredentials: true,
      MaxAge: true,
    },
  }),
  'AWS::ApiGatewayV2::Stage': run('the stage $default of its API', {
    ApiId: true,
    StageName: true,
    AutoDeploy: true,
    Description: true,
    AccessLogSettings: true,
    DefaultRouteSettings: { ThrottlingRateLimit: true, ThrottlingBurstLimit: true, DetailedMetricsEnabled: true },
    // By the keys of its routes.
    RouteSettings: true,
  }),
  'AWS::ApiGatewayV2::Route': run('a route of its API', {
    ApiId: true,
    RouteKey: true,
    Target: true,
    AuthorizationType: true,
    AuthorizationScopes: true,
    AuthorizerId: true,
    OperationName: true,
  }),
  'AWS::ApiGatewayV2::Integration': run('what a route calls', {
    ApiId: true,
    IntegrationType: true,
    IntegrationUri: true,
    IntegrationMethod: true,
    PayloadFormatVersion: true,
    TimeoutInMillis: true,
    Description: true,
  }),
  'AWS::ApiGatewayV2::Authorizer': run("a check against the laptop's own issuer, in the place of the one named", {
    ApiId: true,
    Name: true,
    AuthorizerType: true,
    IdentitySource: true,
    JwtConfiguration: { Issuer: true, Audience: true },
  }),
  'AWS::Scheduler::ScheduleGroup': run('a group of schedules', { Name: true }),
  'AWS::SNS::Topic': run('a topic; what is published shows under /_local/alerts', {
    TopicName: true,
    DisplayName: true,
    KmsMasterKeyId: true,
  }),
  'AWS::SNS::Subscription': run('a subscription of its topic', { TopicArn: true, Protocol: true, Endpoint: true }),
  'AWS::SES::ConfigurationSet': run('what mails name so that their events are told', {
    Name: true,
    DeliveryOptions: true,
    ReputationOptions: true,
    SendingOptions: { SendingEnabled: true },
    SuppressionOptions: true,
  }),
  'AWS::SES::ConfigurationSetEventDestination': run(
    'events about mails on the default bus, as if each had reached its recipient, or one of the mailbox simulator',
    {
      ConfigurationSetName: true,
      EventDestination: {
        Name: true,
        Enabled: true,
        MatchingEventTypes: true,
        EventBridgeDestination: { EventBusArn: true },
      },
    },
  ),
  'AWS::SSM::Parameter': run('a parameter', { Name: true, Type: true, Value: true, Description: true, Tier: true }),
  'AWS::SecretsManager::Secret': run('a secret kept on disk', {
    Name: true,
    Description: true,
    SecretString: true,
    GenerateSecretString: true,
    KmsKeyId: true,
  }),

  'AWS::CloudWatch::Alarm': noted('but one on a dead-letter queue does fire into its topic'),
  'AWS::CloudWatch::CompositeAlarm': noted('no metrics here'),
  'AWS::CloudWatch::Dashboard': noted('no metrics here'),
  'AWS::IAM::Role': noted('everything may do everything here'),
  'AWS::IAM::Policy': noted('everything may do everything here'),
  'AWS::IAM::ManagedPolicy': noted('everything may do everything here'),
  'AWS::Lambda::Permission': noted('everything may do everything here'),
  'AWS::SQS::QueuePolicy': noted('everything may do everything here'),
  'AWS::SNS::TopicPolicy': noted('everything may do everything here'),
  'AWS::Events::EventBusPolicy': noted('everything may do everything here'),
  'AWS::SecretsManager::ResourcePolicy': noted('everything may do everything here'),
  'AWS::Logs::LogGroup': noted('lines are under /_local/logs'),
  'AWS::Logs::ResourcePolicy': noted('lines are under /_local/logs'),
  'AWS::Logs::Delivery': noted('lines are under /_local/logs'),
  'AWS::Logs::DeliverySource': noted('lines are under /_local/logs'),
  'AWS::Logs::DeliveryDestination': noted('lines are under /_local/logs'),
  'AWS::Logs::MetricFilter': noted('no metrics here'),
  'AWS::EventSchemas::Registry': noted('schemas describe, and stop nothing'),
  'AWS::EventSchemas::Schema': noted('schemas describe, and stop nothing'),
  'AWS::Lambda::Version': noted('one version here'),
  'AWS::Lambda::Alias': noted('one version here'),
  'AWS::CodeDeploy::Application': noted('nothing is shifted gradually here'),
  'AWS::CodeDeploy::DeploymentGroup': noted('nothing is shifted gradually here'),
  'AWS::SES::EmailIdentity': noted('any sender may send here'),
  'AWS::CDK::Metadata': noted('says which constructs were used'),
};

/** The paths of the properties below `given` that the list does not know, as `Targets[].Input`. */
export function unknownProperties(given: unknown, known: Properties, path = ''): string[] {
  if (Array.isArray(given)) return [...new Set(given.flatMap((item) => unknownProperties(item, known, `${path}[]`)))];
  if (typeof given !== 'object' || given === null) return [];
  return Object.entries(given).flatMap(([name, value]) => {
    const here = path === '' ? name : `${path}.${name}`;
    const below = Object.hasOwn(known, name) ? known[name] : undefined;
    if (below === undefined) return [here];
    return below === true ? [] : unknownProperties(value, below, here);
  });
}
