import type { WireRequest } from './types';

export type Service = 'dynamodb' | 'sqs' | 'events' | 'scheduler' | 'sns' | 'ses' | 'sts' | 'secretsmanager' | 'ssm';

/** What a request of an AWS SDK asks for. */
export interface AwsCall {
  readonly service: Service;
  /** As AWS names it: `PutItem`. */
  readonly operation: string;
}

const BY_TARGET: Readonly<Record<string, Service>> = {
  DynamoDB_20120810: 'dynamodb',
  AmazonSQS: 'sqs',
  AWSEvents: 'events',
  secretsmanager: 'secretsmanager',
  AmazonSSM: 'ssm',
};

/** The query protocol tells its services apart by the versions of their APIs. */
const BY_VERSION: Readonly<Record<string, Service>> = {
  '2010-03-31': 'sns',
  '2010-12-01': 'ses',
  '2011-06-15': 'sts',
};

const SCHEDULER_VERBS: Readonly<Record<string, string>> = {
  GET: 'Get',
  POST: 'Create',
  PUT: 'Update',
  DELETE: 'Delete',
};

/** Tells which call a request is; `undefined` for one that the laptop cloud does not answer. */
export function callOf({ method, path, headers, body }: Omit<WireRequest, 'query'>): AwsCall | undefined {
  const target = headers['x-amz-target'];
  if (target !== undefined) {
    const [prefix = '', operation = ''] = target.split('.');
    const service = Object.hasOwn(BY_TARGET, prefix) ? BY_TARGET[prefix] : undefined;
    return service && { service, operation };
  }
  if (headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true) {
    const form = new URLSearchParams(body);
    const version = form.get('Version') ?? '';
    const service = Object.hasOwn(BY_VERSION, version) ? BY_VERSION[version] : undefined;
    return service && { service, operation: form.get('Action') ?? '' };
  }
  const [, kind = '', name = ''] = path.split('/');
  const noun = kind === 'schedules' ? 'Schedule' : kind === 'schedule-groups' ? 'ScheduleGroup' : undefined;
  if (noun === undefined) return undefined;
  if (method === 'GET' && name === '') return { service: 'scheduler', operation: `List${noun}s` };
  return { service: 'scheduler', operation: `${SCHEDULER_VERBS[method] ?? method}${noun}` };
}

/** Those that reach people, and so cannot take back what they did. */
export function reachesPeople({ service }: AwsCall): boolean {
  return service === 'ses' || service === 'sns';
}

/** Whether something is different after the call: of a mere question the answer can be lost without harm. */
export function changesSomething({ operation }: AwsCall): boolean {
  return !/^(?:Get|List|Describe|Query|Scan|BatchGet|TransactGet|Check|Receive|Test)/.test(operation);
}
