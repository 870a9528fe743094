import { join } from 'node:path';
import * as z from 'zod';
import { compileEventPattern } from '../aws/event-pattern';
import type { AwsServices } from '../aws/types';
import { ensureTable, openStream } from '../dynamodb/tables';
import type { TableStream } from '../dynamodb/tables';
import type { Address, DatabaseEngine } from '../dynamodb/engine';
import { createHttpApi } from '../http/api';
import type { Cors, RouteTarget } from '../http/api';
import type { Authorize } from '../http/authorizer';
import type { RequestListener } from 'node:http';
import type { Route } from '../http/routes';
import type { Kernel } from '../kernel/types';
import { createFunction } from '../lambda/function';
import type { LocalFunction } from '../lambda/function';
import type { Logs } from '../lambda/logs';
import { connectQueue } from '../lambda/queue-source';
import { createTurns } from '../lambda/turns';
import { connectStream } from '../lambda/stream-source';
import type { StreamSource } from '../lambda/stream-source';
import { variablesOf } from './configuration';
import { watchDeadLetters } from './dead-letter-alarms';
import { handlerNameOf } from './handler-names';
import { resolve } from './intrinsics';
import { identify } from './names';
import type { Identity } from './names';
import { AssemblyError, isFrontDoor } from './read';
import { routeLimits } from './route-limits';
import type { Resource, Stack } from './read';
import { tryConfiguration } from './try-configuration';

/** What the templates became. */
export interface Deployment {
  /** The API at the front door, that of the booking stack; `undefined` when no stack has one. */
  readonly frontDoor: RequestListener | undefined;
  /** The other APIs by their places. */
  readonly apis: ReadonlyMap<string, RequestListener>;
  readonly eventBusName: string | undefined;
  /** Records may have come into the streams of these tables. */
  readonly wakeStreams: (tables: ReadonlySet<string> | 'all') => void;
  /** Begins to feed functions: messages and records kept from before included. */
  readonly start: () => void;
  readonly stop: () => Promise<void>;
}

export interface DeployPorts {
  readonly kernel: Kernel & { readonly clock: { readonly shared: SharedArrayBuffer } };
  readonly aws: AwsServices;
  readonly engine: DatabaseEngine;
  readonly logs: Logs;
  readonly authorize: Authorize;
  readonly environment: NodeJS.ProcessEnv;
  /** What an earlier run left behind is forgotten. */
  readonly fresh: boolean;
  /** Where SDKs of functions find AWS. */
  readonly awsEndpoint: string;
  readonly publicUrl: string;
  readonly twilioBaseUrl: string;
  readonly twilioSecret: { readonly accountSid: string; readonly authToken: string };
  readonly servicesFolder: string;
  readonly sharedFolder: string;
  readonly workerFile: string;
  readonly preloadFile: string;
  /** Variables of every function beside the template's: region, credentials, endpoint. */
  readonly functionEnvironment: Readonly<Record<string, string>>;
  /** Where an API other than the front door listens; its port is kept under this name. */
  readonly apiEndpoint: (place: string) => string;
  readonly onError: (what: string, error: unknown) => void;
}

const text = z.string();
const count = z.coerce.number();
const yes = z.union([z.boolean(), z.stringbool()]);
const texts = z.array(text).default([]);

const FunctionProperties = z.object({
  Code: z.object({ S3Key: text }),
  Handler: text,
  Environment: z.object({ Variables: z.record(text, z.coerce.string()) }).default({ Variables: {} }),
  Timeout: count.default(3),
  MemorySize: count.default(128),
});
const MappingProperties = z.object({
  EventSourceArn: text,
  FunctionName: text,
  Enabled: yes.default(true),
  BatchSize: count.optional(),
  FunctionResponseTypes: texts,
  ScalingConfig: z.object({ MaximumConcurrency: count.optional() }).optional(),
  StartingPosition: text.optional(),
  BisectBatchOnFunctionError: yes.default(false),
  MaximumRetryAttempts: count.optional(),
  DestinationConfig: z.object({ OnFailure: z.object({ Destination: text }).optional() }).optional(),
  FilterCriteria: z.object({ Filters: z.array(z.object({ Pattern: text })).default([]) }).default({ Filters: [] }),
});
const QueueProperties = z.object({
  VisibilityTimeout: count.optional(),
  MessageRetentionPeriod: count.optional(),
  DelaySeconds: count.optional(),
  RedrivePolicy: z.object({ deadLetterTargetArn: text, maxReceiveCount: count }).optional(),
});
const RuleProperties = z.object({
  EventBusName: text.default('default'),
  EventPattern: z.unknown().optional(),
  ScheduleExpression: text.optional(),
  State: text.default('ENABLED'),
  Targets: z.array(z.object({ Id: text, Arn: text, DeadLetterConfig: z.object({ Arn: text }).optional() })).default([]),
  Tags: z.array(z.object({ Key: text, Value: text })).default([]),
});
const ArchiveProperties = z.object({
  SourceArn: text,
  EventPattern: z.unknown().optional(),
  RetentionDays: count.default(0),
  Description: text.optional(),
});
const KeySchema = z.array(z.object({ AttributeName: text, KeyType: text }));
const Indexes = z.array(z.object({ IndexName: text, KeySchema, Projection: z.unknown() })).default([]);
const TableProperties = z.object({
  AttributeDefinitions: z.array(z.object({ AttributeName: text, AttributeType: text })),
  KeySchema,
  GlobalSecondaryIndexes: Indexes,
  LocalSecondaryIndexes: Indexes,
  StreamSpecification: z.object({ StreamViewType: text }).optional(),
  TimeToLiveSpecification: z.object({ AttributeName: text.optional(), Enabled: yes }).optional(),
});
const ApiProperties = z.object({
  ProtocolType: z.literal('HTTP'),
  CorsConfiguration: z
    .object({
      AllowOrigins: texts,
      AllowMethods: texts,
      AllowHeaders: texts,
      ExposeHeaders: texts,
      AllowCredentials: yes.default(false),
      MaxAge: count.optional(),
    })
    .optional(),
});
const RouteSettings = z.strictObject({
  ThrottlingRateLimit: count.optional(),
  ThrottlingBurstLimit: count.optional(),
  DetailedMetricsEnabled: yes.optional(),
});
const StageProperties = z.object({
  ApiId: text,
  StageName: z.literal('$default'),
  DefaultRouteSettings: RouteSettings.optional(),
  RouteSettings: z.record(text, RouteSettings).default({}),
});
const RouteProperties = z.object({
  ApiId: text,
  RouteKey: text,
  Target: text,
  AuthorizationType: z.enum(['NONE', 'JWT']).default('NONE'),
  AuthorizationScopes: texts,
  AuthorizerId: text.optional(),
});
const IntegrationProperties = z.object({
  ApiId: text,
  IntegrationType: z.literal('AWS_PROXY'),
  IntegrationUri: text,
  PayloadFormatVersion: z.literal('2.0'),
});
const AuthorizerProperties = z.object({ ApiId: text, AuthorizerType: z.literal('JWT') });
const AlarmProperties = z.object({
  AlarmDescription: text.default(''),
  MetricName: text.optional(),
  Namespace: text.optional(),
  Dimensions: z.array(z.object({ Name: text, Value: text })).default([]),
  AlarmActions: texts,
});
const SubscriptionProperties = z.object({ TopicArn: text, Protocol: text, Endpoint: text });
const EventDestinationProperties = z.object({
  ConfigurationSetName: text,
  EventDestination: z.object({
    Enabled: yes.default(true),
    MatchingEventTypes: z.array(text),
    EventBridgeDestination: z.object({ EventBusArn: z.string().endsWith(':event-bus/default') }),
  }),
});
const ParameterProperties = z.object({ Value: text });
const SecretProperties = z.object({
  SecretString: text.optional(),
  GenerateSecretString: z.record(text, z.unknown()).optional(),
});

interface Declared {
  readonly stack: Stack;
  readonly logicalId: string;
  readonly resource: Resource;
  readonly identity: Identity;
}

/** Gives each resource of the assembly its body. Nothing runs before `start`. */
export async function deploy(stacks: readonly Stack[], ports: DeployPorts): Promise<Deployment> {
  const { aws, kernel } = ports;
  const identities = new Map<Stack, Map<string, Identity>>();
  const declared: Declared[] = [];

  const referencesOf = (stack: Stack) => ({
    ref: (logicalId: string): string => {
      const parameter = Object.hasOwn(stack.parameters, logicalId) ? stack.parameters[logicalId] : undefined;
      if (parameter === undefined) return identityOf(stack, logicalId).ref;
      const name = parameter.Default;
      if (name === undefined)
        throw new AssemblyError(`${stack.name}: the parameter ${logicalId} has no default, and here nobody gives one.`);
      if (!parameter.Type.startsWith('AWS::SSM::Parameter::Value')) return name;
      const value = aws.parameters.get(name);
      if (value === undefined) throw new AssemblyError(`${stack.name}: no stack writes the parameter ${name}.`);
      return value;
    },
    getAtt: (logicalId: string, attribute: string): string => {
      const found = identityOf(stack, logicalId).attributes;
      const value = Object.hasOwn(found, attribute) ? found[attribute] : undefined;
      if (value === undefined)
        throw new AssemblyError(`${stack.name}: ${logicalId} has no attribute ${attribute} on a laptop.`);
      return value;
    },
  });
  const identityOf = (stack: Stack, logicalId: string): Identity => {
    const identity = identities.get(stack)?.get(logicalId);
    if (identity === undefined) throw new AssemblyError(`${stack.name}: nothing is called ${logicalId}.`);
    return identity;
  };
  const propertiesOf = <T>({ stack, logicalId, resource }: Declared, schema: z.ZodType<T>): T => {
    const where = `${stack.name}: ${logicalId}`;
    const parsed = schema.safeParse(resolve(resource.Properties, referencesOf(stack), where));
    if (!parsed.success) throw new AssemblyError(`${where} (${resource.Type}): ${z.prettifyError(parsed.error)}`);
    return parsed.data;
  };
  const ofType = (...types: string[]) => declared.filter(({ resource }) => types.includes(resource.Type));

  for (const stack of stacks) {
    const own = new Map<string, Identity>();
    identities.set(stack, own);
    for (const [logicalId, resource] of Object.entries(stack.resources)) {
      const identity = identify(stack.name, logicalId, resource, {
        queueUrl: (name) => `${ports.awsEndpoint}/000000000000/${name}`,
        apiEndpoint: () => (isFrontDoor(stack) ? ports.publicUrl : ports.apiEndpoint(placeOf(stack, logicalId))),
        secretArn: (name) => declareSecret(stack, logicalId, resource, name, ports),
      });
      own.set(logicalId, identity);
      declared.push({ stack, logicalId, resource, identity });
    }
    // Before the next stack, which may read them.
    for (const each of declared.filter((one) => one.stack === stack && one.resource.Type === 'AWS::SSM::Parameter')) {
      aws.parameters.put(each.identity.name, propertiesOf(each, ParameterProperties).Value);
    }
  }

  let eventBusName: string | undefined;
  const buses = new Set(['default']);
  for (const { stack, identity } of ofType('AWS::Events::EventBus')) {
    aws.buses.declareBus(identity.name);
    buses.add(identity.name);
    if (stack.app === undefined) eventBusName ??= identity.name;
  }
  for (const each of ofType('AWS::SQS::Queue')) {
    const { VisibilityTimeout, MessageRetentionPeriod, DelaySeconds, RedrivePolicy } = propertiesOf(
      each,
      QueueProperties,
    );
    aws.queues.declare({
      name: each.identity.name,
      ...(VisibilityTimeout === undefined ? {} : { visibilityTimeoutSeconds: VisibilityTimeout }),
      ...(MessageRetentionPeriod === undefined ? {} : { retentionSeconds: MessageRetentionPeriod }),
      ...(DelaySeconds === undefined ? {} : { delaySeconds: DelaySeconds }),
      ...(RedrivePolicy === undefined ? {} : { redrive: RedrivePolicy }),
    });
  }
  for (const { identity } of ofType('AWS::SNS::Topic')) aws.topics.declare(identity.name);
  for (const each of ofType('AWS::SNS::Subscription')) {
    const { TopicArn, Protocol, Endpoint } = propertiesOf(each, SubscriptionProperties);
    aws.topics.declare(TopicArn.split(':').at(-1) ?? TopicArn, [{ protocol: Protocol, endpoint: Endpoint }]);
  }
  for (const { identity } of ofType('AWS::SES::ConfigurationSet')) aws.mail.declareConfigurationSet(identity.ref);
  for (const each of ofType('AWS::SES::ConfigurationSetEventDestination')) {
    const { ConfigurationSetName, EventDestination } = propertiesOf(each, EventDestinationProperties);
    if (EventDestination.Enabled)
      aws.mail.declareEventDestination(ConfigurationSetName, EventDestination.MatchingEventTypes);
  }
  for (const { identity } of ofType('AWS::Scheduler::ScheduleGroup')) aws.scheduler.declareGroup(identity.name);

  const streams = new Map<string, TableStream & { readonly viewType: string }>();
  await Promise.all(
    ofType('AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable').map(async (each) => {
      const { name } = each.identity;
      const table = propertiesOf(each, TableProperties);
      const ttl = table.TimeToLiveSpecification;
      const { engineStreamArn } = await ensureTable(
        ports.engine,
        {
          name,
          attributeDefinitions: table.AttributeDefinitions,
          keySchema: table.KeySchema,
          globalSecondaryIndexes: table.GlobalSecondaryIndexes,
          localSecondaryIndexes: table.LocalSecondaryIndexes,
          streams: table.StreamSpecification !== undefined,
          ...(ttl?.Enabled === true && ttl.AttributeName !== undefined
            ? { timeToLiveAttribute: ttl.AttributeName }
            : {}),
        },
        ports.fresh,
      );
      if (engineStreamArn !== undefined && table.StreamSpecification !== undefined) {
        const viewType = table.StreamSpecification.StreamViewType;
        streams.set(name, { ...openStream(ports.engine, engineStreamArn), viewType });
      }
    }),
  );

  const sources: { readonly table: string; readonly source: StreamSource }[] = [];
  const wakeStreams: Deployment['wakeStreams'] = (tables) => {
    for (const { table, source } of sources) if (tables === 'all' || tables.has(table)) source.wake();
  };

  const functions = new Map<string, LocalFunction>();
  const others = new Set<LocalFunction['spec']>();
  for (const each of ofType('AWS::Lambda::Function')) {
    const body = makeFunction(each, propertiesOf(each, FunctionProperties), ports, wakeStreams);
    if (each.stack.app !== undefined) others.add(body.spec);
    functions.set(body.spec.arn, body);
    functions.set(body.spec.name, body);
  }
  await tryConfiguration(
    // What the person at the laptop says is said to our own functions.
    [...new Set(functions.values())].filter(({ spec }) => !others.has(spec)).map(({ spec }) => spec),
    {
      environment: ports.environment,
      clock: kernel.clock.shared,
      workerFile: ports.workerFile,
      preloadFile: ports.preloadFile,
    },
  );
  const functionAt = (where: string, nameOrArn: string): LocalFunction => {
    // An integration may name its function within a longer path of API Gateway's.
    const arn = /arn:aws:lambda:[^:]*:\d*:function:[^:/]+/.exec(nameOrArn)?.[0] ?? nameOrArn;
    const found = functions.get(arn);
    if (found === undefined)
      throw new AssemblyError(`${where} calls ${nameOrArn}, which is no function of these stacks.`);
    return found;
  };

  for (const each of ofType('AWS::Events::Rule')) {
    const rule = propertiesOf(each, RuleProperties);
    // A bus may be named by its ARN.
    const busName = rule.EventBusName.split('/').at(-1) ?? rule.EventBusName;
    if (!buses.has(busName))
      throw new AssemblyError(
        `${each.stack.name}: ${each.logicalId} is a rule of the bus ${rule.EventBusName}, which is not here; there are ${[...buses].join(', ')}.`,
      );
    for (const { Arn } of rule.Targets) {
      if (!/^arn:aws:(sqs:|events:[^:]*:[^:]*:event-bus\/)/.test(Arn))
        throw new AssemblyError(
          `${each.stack.name}: ${each.logicalId} has the target ${Arn}; here rules lead to queues and buses only.`,
        );
    }
    aws.buses.declareRule({
      name: each.identity.name,
      busName,
      ...(rule.EventPattern === undefined ? {} : { pattern: rule.EventPattern }),
      ...(rule.ScheduleExpression === undefined ? {} : { scheduleExpression: rule.ScheduleExpression }),
      enabled: rule.State === 'ENABLED',
      targets: rule.Targets.map(({ Id, Arn, DeadLetterConfig }) => ({
        id: Id,
        arn: Arn,
        ...(DeadLetterConfig === undefined ? {} : { deadLetterArn: DeadLetterConfig.Arn }),
      })),
      tags: Object.fromEntries(rule.Tags.map(({ Key, Value }) => [Key, Value])),
    });
  }
  // After the rules and the queues: a replay that was cut off goes on.
  for (const each of ofType('AWS::Events::Archive')) {
    const { SourceArn, EventPattern, RetentionDays, Description } = propertiesOf(each, ArchiveProperties);
    aws.buses.declareArchive({
      name: each.identity.name,
      busName: SourceArn.split('/').at(-1) ?? SourceArn,
      ...(EventPattern === undefined ? {} : { pattern: EventPattern }),
      retentionDays: RetentionDays,
      ...(Description === undefined ? {} : { description: Description }),
    });
  }

  const turns = createTurns();
  const stops: (() => void)[] = [];
  const starts: (() => void)[] = [];
  const checkpoints = kernel.store.collection<string>('stream-checkpoints');
  for (const each of ofType('AWS::Lambda::EventSourceMapping')) {
    const where = `${each.stack.name}: ${each.logicalId}`;
    const mapping = propertiesOf(each, MappingProperties);
    if (!mapping.Enabled) continue;
    const { invoke, spec } = functionAt(where, mapping.FunctionName);
    const common = {
      ...(mapping.BatchSize === undefined ? {} : { batchSize: mapping.BatchSize }),
      reportsBatchItemFailures: mapping.FunctionResponseTypes.includes('ReportBatchItemFailures'),
      filters: mapping.FilterCriteria.Filters.map(({ Pattern }) => compileEventPattern(JSON.parse(Pattern))),
    };
    if (mapping.EventSourceArn.startsWith('arn:aws:sqs:')) {
      const concurrency = mapping.ScalingConfig?.MaximumConcurrency;
      starts.push(() =>
        stops.push(
          connectQueue(
            {
              ...common,
              queueArn: mapping.EventSourceArn,
              ...(concurrency === undefined ? {} : { maximumConcurrency: concurrency }),
            },
            { queues: aws.queues, busy: kernel.busy, turns, invoke, onError: ports.onError },
          ),
        ),
      );
      continue;
    }
    const table = /:table\/([^/]+)\/stream\//.exec(mapping.EventSourceArn)?.[1] ?? '';
    const stream = streams.get(table);
    if (stream === undefined)
      throw new AssemblyError(`${where} reads ${mapping.EventSourceArn}, which is neither queue nor stream here.`);
    const id = `${each.stack.name}/${each.logicalId}`;
    if (!checkpoints.has(id) && mapping.StartingPosition === 'LATEST') {
      const latest = await stream.latest();
      if (latest !== undefined) checkpoints.put(id, latest);
    }
    const destination = mapping.DestinationConfig?.OnFailure?.Destination;
    const source = connectStream(
      {
        ...common,
        id,
        tableName: table,
        streamArn: mapping.EventSourceArn,
        functionArn: spec.arn,
        viewType: stream.viewType,
        bisects: mapping.BisectBatchOnFunctionError,
        ...(mapping.MaximumRetryAttempts === undefined ? {} : { maximumRetryAttempts: mapping.MaximumRetryAttempts }),
        ...(destination === undefined ? {} : { onFailure: (message: string) => sendTo(aws, destination, message) }),
      },
      {
        clock: kernel.clock,
        timers: kernel.timers,
        busy: kernel.busy,
        checkpoints,
        read: stream.read,
        readsAll: ports.engine.readsAll,
        invoke,
        faults: kernel.faults,
        onError: ports.onError,
      },
    );
    sources.push({ table, source });
    starts.push(source.wake);
    stops.push(source.stop);
  }

  const deadLetterQueues = new Set(
    aws.queues
      .list()
      .filter(({ isDeadLetterQueue }) => isDeadLetterQueue)
      .map(({ name }) => name),
  );
  for (const each of ofType('AWS::CloudWatch::Alarm')) {
    const alarm = propertiesOf(each, AlarmProperties);
    const queue = alarm.Dimensions.find(({ Name }) => Name === 'QueueName')?.Value;
    if (
      alarm.MetricName !== 'ApproximateNumberOfMessagesVisible' ||
      queue === undefined ||
      !deadLetterQueues.has(queue)
    )
      continue;
    watchDeadLetters(
      { name: each.identity.name, description: alarm.AlarmDescription, queue, topicArns: alarm.AlarmActions },
      { queues: aws.queues, publish: aws.topics.publish, busy: kernel.busy, onError: ports.onError },
    );
  }

  const apis = new Map<string, RequestListener>();
  let frontDoor: RequestListener | undefined;
  for (const each of ofType('AWS::ApiGatewayV2::Api')) {
    const listener = makeApi(each);
    if (isFrontDoor(each.stack)) frontDoor = listener;
    else apis.set(placeOf(each.stack, each.logicalId), listener);
  }

  function makeApi(api: Declared): RequestListener {
    const { CorsConfiguration: given } = propertiesOf(api, ApiProperties);
    const cors: Cors | undefined =
      given === undefined
        ? undefined
        : {
            allowOrigins: given.AllowOrigins,
            allowMethods: given.AllowMethods,
            allowHeaders: given.AllowHeaders,
            exposeHeaders: given.ExposeHeaders,
            allowCredentials: given.AllowCredentials,
            maxAge: given.MaxAge,
          };
    // A stack may add routes of its own to the API of another.
    const mine = <T extends { readonly ApiId: string }>(type: string, schema: z.ZodType<T>) =>
      ofType(type)
        .map((each) => ({ each, properties: propertiesOf(each, schema) }))
        .filter(({ properties }) => properties.ApiId === api.identity.ref);
    const [stage] = mine('AWS::ApiGatewayV2::Stage', StageProperties);
    const authorizers = new Set(
      mine('AWS::ApiGatewayV2::Authorizer', AuthorizerProperties).map(({ each }) => each.identity.ref),
    );
    const integrations = new Map(
      mine('AWS::ApiGatewayV2::Integration', IntegrationProperties).map(({ each, properties }) => [
        each.identity.ref,
        functionAt(`${each.stack.name}: ${each.logicalId}`, properties.IntegrationUri),
      ]),
    );
    const declaredRoutes = mine('AWS::ApiGatewayV2::Route', RouteProperties);
    const limitOf = routeLimits(
      stage?.properties,
      declaredRoutes.map(({ properties }) => properties.RouteKey),
      // What the person at the laptop has said is meant for the front door.
      isFrontDoor(api.stack) ? ports.environment : {},
    );
    const routes = declaredRoutes.map(({ each, properties }): Route<RouteTarget> => {
      const target = integrations.get(properties.Target.replace('integrations/', ''));
      if (target === undefined)
        throw new AssemblyError(
          `${each.stack.name}: ${each.logicalId} leads to ${properties.Target}, which is not there.`,
        );
      const jwt = properties.AuthorizationType === 'JWT';
      if (jwt && !authorizers.has(properties.AuthorizerId ?? ''))
        throw new AssemblyError(
          `${each.stack.name}: ${each.logicalId} is guarded by ${properties.AuthorizerId}, which is no authorizer of its API.`,
        );
      const limit = limitOf(properties.RouteKey);
      return {
        routeKey: properties.RouteKey,
        target: {
          invoke: target.invoke,
          ...(jwt ? { authorization: { scopes: properties.AuthorizationScopes } } : {}),
          ...(limit === undefined ? {} : { limit }),
        },
      };
    });
    return createHttpApi(
      { apiId: api.identity.ref, routes, ...(cors === undefined ? {} : { cors }) },
      { clock: kernel.clock, busy: kernel.busy, authorize: ports.authorize },
    );
  }

  return {
    frontDoor,
    apis,
    eventBusName,
    wakeStreams,
    start: () => {
      for (const start of starts) start();
    },
    stop: async () => {
      for (const stop of stops) stop();
      await Promise.all([...new Set(functions.values())].map((body) => body.close()));
    },
  };
}

/** An API's place: the name under which its port is kept. */
function placeOf(stack: Stack, logicalId: string): string {
  return `api ${stack.name}/${logicalId}`;
}

function declareSecret(
  stack: Stack,
  logicalId: string,
  { Type, Properties }: Resource,
  name: string,
  ports: DeployPorts,
): string {
  const parsed = SecretProperties.safeParse(Properties);
  if (!parsed.success)
    throw new AssemblyError(`${stack.name}: ${logicalId} (${Type}): ${z.prettifyError(parsed.error)}`);
  if (stack.app === undefined && name.endsWith('/twilio')) return declareTwilioSecret(name, ports);
  const { SecretString, GenerateSecretString } = parsed.data;
  return ports.aws.secrets.declare({
    name,
    ...(SecretString === undefined ? {} : { value: SecretString }),
    ...(GenerateSecretString === undefined ? {} : { generate: GenerateSecretString }),
  }).arn;
}

/** Holds the simulator's own credentials, whatever the template says; what was put beside them stays. */
function declareTwilioSecret(name: string, { aws, twilioSecret }: DeployPorts): string {
  const value = JSON.stringify(twilioSecret);
  const { arn } = aws.secrets.declare({ name, value });
  const kept: unknown = JSON.parse(aws.secrets.get(name) ?? '{}');
  const same =
    typeof kept === 'object' &&
    kept !== null &&
    Reflect.get(kept, 'accountSid') === twilioSecret.accountSid &&
    Reflect.get(kept, 'authToken') === twilioSecret.authToken;
  if (!same) aws.secrets.put(name, value);
  return arn;
}

function makeFunction(
  each: Declared,
  properties: z.infer<typeof FunctionProperties>,
  ports: DeployPorts,
  wakeStreams: Deployment['wakeStreams'],
): LocalFunction {
  const { stack, logicalId, identity } = each;
  const hash =
    properties.Code.S3Key.replace(/\.zip$/, '')
      .split('/')
      .at(-1) ?? '';
  const folder = stack.assetFolders.get(hash);
  if (folder === undefined)
    throw new AssemblyError(
      `${stack.name}: ${logicalId} has the code ${properties.Code.S3Key}, which is not in the assembly.`,
    );
  const own = stack.app === undefined;
  const service = own ? (stack.name.split('-').at(-1) ?? stack.name) : stack.name;
  const handlerName = own
    ? handlerNameOf(folder, [join(ports.servicesFolder, service), join(ports.sharedFolder, 'timeline')])
    : undefined;
  // Without the eight letters with which the CDK makes ids differ.
  const name = handlerName ?? logicalId.replace(/[0-9A-F]{8}$/, '');
  const arn = identity.attributes['Arn'] ?? identity.name;
  return createFunction(
    {
      name: identity.name,
      arn,
      folder,
      handler: properties.Handler,
      environment: {
        ...variablesOf(stack, properties.Environment.Variables, ports),
        ...ports.functionEnvironment,
        AWS_LAMBDA_FUNCTION_NAME: identity.name,
        AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(properties.MemorySize),
        AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${identity.name}`,
        AWS_LAMBDA_LOG_STREAM_NAME: 'local',
        LAMBDA_TASK_ROOT: folder,
        _HANDLER: properties.Handler,
      },
      timeoutSeconds: properties.Timeout,
      memoryMb: properties.MemorySize,
    },
    {
      clock: ports.kernel.clock.shared,
      busy: ports.kernel.busy,
      faults: ports.kernel.faults,
      ...(ports.engine.address === undefined
        ? {}
        : {
            database: {
              endpoint: addressOf(ports.awsEndpoint),
              engine: ports.engine.address,
              written: wakeStreams,
              drained: () => ports.engine.drained(),
            },
          }),
      log: (stream, line) => ports.logs.write({ service, function: name, stream, text: line }),
      workerFile: ports.workerFile,
      preloadFile: ports.preloadFile,
    },
  );
}

function addressOf(endpoint: string): Address {
  const { hostname, port } = new URL(endpoint);
  return { host: hostname, port: Number(port) };
}

async function sendTo(aws: AwsServices, destination: string, message: string): Promise<void> {
  if (destination.startsWith('arn:aws:sqs:')) await aws.queues.send(destination, { body: message });
  else await aws.topics.publish(destination, 'A batch was given up', message);
}
