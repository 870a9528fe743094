import type { Kernel } from '../kernel/types';
import { createEvents } from './events';
import { createScheduler } from './scheduler';
import { createSecrets } from './secrets';
import { createMail, SES_NAMESPACE } from './ses';
import { createTopics, SNS_NAMESPACE } from './sns';
import { createQueues } from './sqs';
import { createSqsWire, queryCodeOf } from './sqs-wire';
import { createParameters } from './ssm';
import { ACCOUNT_ID, AwsError } from './types';
import type { AwsServices, WireRequest, WireResponse } from './types';
import { fieldsOfBody, jsonAnswer, jsonError, xmlAnswer, xmlError } from './wire';
import type { Fields } from './wire';

export interface AwsServicesOptions {
  /** Where SDKs find the services, `http://127.0.0.1:PORT`. Queue URLs begin with it. */
  readonly endpoint: () => string;
  /**
   * The second of its minute at which a schedule fires; AWS promises only the minute.
   * @default 0
   */
  readonly fireAtSecond?: number;
}

interface JsonService {
  readonly contentType: string;
  readonly operations: Readonly<Record<string, (fields: Fields) => unknown>>;
  readonly errorHeaders?: (error: AwsError) => Record<string, string>;
}

interface FormService {
  readonly namespace: string;
  readonly operations: Readonly<Record<string, (form: URLSearchParams) => string | Promise<string>>>;
}

const JSON_10 = 'application/x-amz-json-1.0';
const JSON_11 = 'application/x-amz-json-1.1';

const unknownOperation = (name: string) =>
  new AwsError('UnknownOperationException', `The laptop cloud does not answer ${name}.`);

async function answerJson(service: JsonService, target: string, body: string): Promise<WireResponse> {
  const name = target.slice(target.indexOf('.') + 1);
  try {
    const operation = Object.hasOwn(service.operations, name) ? service.operations[name] : undefined;
    if (operation === undefined) throw unknownOperation(target);
    return jsonAnswer(await operation(fieldsOfBody(body)), service.contentType);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return jsonError(error, service.contentType, service.errorHeaders?.(error));
  }
}

async function answerForm(
  services: Readonly<Record<string, FormService>>,
  form: URLSearchParams,
): Promise<WireResponse> {
  const action = form.get('Action') ?? '';
  try {
    // The version of the API is what tells the services of the query protocol apart.
    const service = services[form.get('Version') ?? ''];
    const operation =
      service !== undefined && Object.hasOwn(service.operations, action) ? service.operations[action] : undefined;
    if (service === undefined || operation === undefined) throw unknownOperation(action);
    return xmlAnswer(action, service.namespace, await operation(form));
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return xmlError(error);
  }
}

/** The AWS services of the laptop cloud, but DynamoDB and Lambda. Signatures are not looked at. */
export function createAwsServices(kernel: Kernel, options: AwsServicesOptions): AwsServices {
  const { endpoint, fireAtSecond = 0 } = options;
  const queues = createQueues(kernel, endpoint);
  const events = createEvents(kernel, queues);
  const scheduler = createScheduler(kernel, queues, fireAtSecond);
  const topics = createTopics(kernel, queues);
  const mail = createMail(kernel, events.emit);
  const secrets = createSecrets(kernel);
  const parameters = createParameters(kernel);

  const jsonServices: Readonly<Record<string, JsonService>> = {
    AmazonSQS: {
      contentType: JSON_10,
      operations: createSqsWire(queues, kernel.store),
      errorHeaders: ({ code, status }) => ({
        'x-amzn-query-error': `${queryCodeOf(code)};${status < 500 ? 'Sender' : 'Receiver'}`,
      }),
    },
    AWSEvents: { contentType: JSON_11, operations: events.operations },
    secretsmanager: { contentType: JSON_11, operations: secrets.operations },
    AmazonSSM: { contentType: JSON_11, operations: parameters.operations },
  };
  const formServices: Readonly<Record<string, FormService>> = {
    '2010-03-31': { namespace: SNS_NAMESPACE, operations: topics.operations },
    '2010-12-01': { namespace: SES_NAMESPACE, operations: mail.operations },
    '2011-06-15': {
      namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
      operations: {
        GetCallerIdentity: () =>
          `<Arn>arn:aws:iam::${ACCOUNT_ID}:root</Arn><UserId>${ACCOUNT_ID}</UserId><Account>${ACCOUNT_ID}</Account>`,
      },
    },
  };

  const handle = async (request: WireRequest): Promise<WireResponse | undefined> => {
    const target = request.headers['x-amz-target'];
    if (target !== undefined) {
      const prefix = target.slice(0, target.indexOf('.'));
      const service = Object.hasOwn(jsonServices, prefix) ? jsonServices[prefix] : undefined;
      return service && answerJson(service, target, request.body);
    }
    if (request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true) {
      const form = new URLSearchParams(request.body);
      return form.has('Action') ? answerForm(formServices, form) : undefined;
    }
    return scheduler.isMine(request.path) ? scheduler.handle(request) : undefined;
  };

  return {
    queues,
    buses: events.buses,
    scheduler: { declareGroup: scheduler.declareGroup },
    topics: topics.topics,
    mail: mail.mail,
    parameters: parameters.parameters,
    secrets: secrets.secrets,
    handle,
  };
}
