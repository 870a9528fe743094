import { createHash } from 'node:crypto';
import { ACCOUNT_ID, REGION } from '../aws/types';
import { AssemblyError } from './read';
import type { Resource } from './read';

/** What a resource answers to `Ref` and `Fn::GetAtt`. */
export interface Identity {
  /** Its physical name: kept state is found again by it. */
  readonly name: string;
  readonly ref: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** What names cannot tell: where things listen, and the ARN of a secret. */
export interface Places {
  readonly queueUrl: (name: string) => string;
  readonly apiEndpoint: (logicalId: string) => string;
  readonly secretArn: (name: string) => string;
}

/** The property that gives a type its physical name, and how long that may be on AWS. */
const NAMING: Readonly<Record<string, { readonly property: string; readonly limit: number }>> = {
  'AWS::Lambda::Function': { property: 'FunctionName', limit: 64 },
  'AWS::SQS::Queue': { property: 'QueueName', limit: 80 },
  'AWS::Events::EventBus': { property: 'Name', limit: 256 },
  'AWS::Events::Rule': { property: 'Name', limit: 64 },
  'AWS::Events::Archive': { property: 'ArchiveName', limit: 48 },
  'AWS::DynamoDB::Table': { property: 'TableName', limit: 255 },
  'AWS::DynamoDB::GlobalTable': { property: 'TableName', limit: 255 },
  'AWS::SNS::Topic': { property: 'TopicName', limit: 256 },
  'AWS::Scheduler::ScheduleGroup': { property: 'Name', limit: 64 },
  'AWS::SES::ConfigurationSet': { property: 'Name', limit: 64 },
  'AWS::SSM::Parameter': { property: 'Name', limit: 1011 },
  'AWS::SecretsManager::Secret': { property: 'Name', limit: 512 },
  'AWS::IAM::Role': { property: 'RoleName', limit: 64 },
  'AWS::CloudWatch::Alarm': { property: 'AlarmName', limit: 255 },
  'AWS::Logs::LogGroup': { property: 'LogGroupName', limit: 512 },
};

/** The physical name that the template gives; `undefined` where it gives none, or none that is plain text. */
export function givenName({ Type, Properties }: Resource): string | undefined {
  const property = NAMING[Type]?.property;
  const given = property === undefined ? undefined : Properties[property];
  return typeof given === 'string' ? given : undefined;
}

/** The physical name: the template's, else one made of stack and logical id, the same at each start. */
export function physicalName(stackName: string, logicalId: string, { Type, Properties }: Resource): string {
  const naming = NAMING[Type] ?? { property: 'Name', limit: 255 };
  const given = Properties[naming.property];
  if (typeof given === 'string') return given;
  if (given !== undefined) throw new AssemblyError(`${stackName}: ${logicalId} has a name that is not plain text.`);
  const made = `${stackName}-${logicalId}`;
  if (made.length <= naming.limit) return made;
  return `${made.slice(0, naming.limit - 9)}-${createHash('sha256').update(made).digest('hex').slice(0, 8)}`;
}

/** Ten letters and digits, as API Gateway gives: a stack may name an API of another, so they are no two stacks' the same. */
function apiGatewayId(stackName: string, logicalId: string): string {
  return createHash('sha256').update(`${stackName}/${logicalId}`).digest('hex').slice(0, 10);
}

/** What refers to the resource is answered with this. */
export function identify(stackName: string, logicalId: string, resource: Resource, places: Places): Identity {
  const name = physicalName(stackName, logicalId, resource);
  const arn = (service: string, rest: string) => `arn:aws:${service}:${REGION}:${ACCOUNT_ID}:${rest}`;
  const byName = (attributes: Record<string, string>): Identity => ({ name, ref: name, attributes });
  switch (resource.Type) {
    case 'AWS::Lambda::Function':
      return byName({ Arn: arn('lambda', `function:${name}`) });
    case 'AWS::SQS::Queue': {
      const url = places.queueUrl(name);
      return { name, ref: url, attributes: { Arn: arn('sqs', name), QueueName: name, QueueUrl: url } };
    }
    case 'AWS::Events::EventBus':
      return byName({ Arn: arn('events', `event-bus/${name}`), Name: name });
    case 'AWS::Events::Rule': {
      const bus = resource.Properties['EventBusName'];
      // Another account's bus is named by its ARN.
      const at = typeof bus === 'string' && bus !== 'default' ? `${bus.split('/').at(-1)}/` : '';
      return byName({ Arn: arn('events', `rule/${at}${name}`) });
    }
    case 'AWS::Events::Archive':
      return byName({ Arn: arn('events', `archive/${name}`) });
    case 'AWS::DynamoDB::Table':
    case 'AWS::DynamoDB::GlobalTable':
      return byName({
        Arn: arn('dynamodb', `table/${name}`),
        StreamArn: arn('dynamodb', `table/${name}/stream/local`),
      });
    case 'AWS::ApiGatewayV2::Api': {
      const id = apiGatewayId(stackName, logicalId);
      return { name, ref: id, attributes: { ApiEndpoint: places.apiEndpoint(logicalId), ApiId: id } };
    }
    case 'AWS::ApiGatewayV2::Integration':
    case 'AWS::ApiGatewayV2::Authorizer':
    case 'AWS::ApiGatewayV2::Route': {
      const id = apiGatewayId(stackName, logicalId);
      return { name: id, ref: id, attributes: resource.Type.endsWith('Authorizer') ? { AuthorizerId: id } : {} };
    }
    case 'AWS::ApiGatewayV2::Stage':
      return { name: logicalId, ref: '$default', attributes: {} };
    case 'AWS::Scheduler::ScheduleGroup':
      return byName({ Arn: arn('scheduler', `schedule-group/${name}`) });
    case 'AWS::SNS::Topic':
      return { name, ref: arn('sns', name), attributes: { TopicArn: arn('sns', name), TopicName: name } };
    case 'AWS::SSM::Parameter':
      return byName({});
    case 'AWS::SecretsManager::Secret': {
      const secretArn = places.secretArn(name);
      return { name, ref: secretArn, attributes: { Id: secretArn } };
    }
    case 'AWS::IAM::Role':
      return byName({ Arn: `arn:aws:iam::${ACCOUNT_ID}:role/${name}` });
    case 'AWS::Logs::LogGroup':
      return byName({ Arn: arn('logs', `log-group:${name}:*`) });
    case 'AWS::CloudWatch::Alarm':
      return byName({ Arn: arn('cloudwatch', `alarm:${name}`) });
    default:
      return byName({});
  }
}
