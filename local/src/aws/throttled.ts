import type { Faults } from '../kernel/faults';
import type { AwsCall } from './call';
import { AwsError } from './types';
import type { WireResponse } from './types';
import { fieldsOfBody, jsonAnswer, jsonError, xmlError } from './wire';

const JSON_10 = 'application/x-amz-json-1.0';
const JSON_11 = 'application/x-amz-json-1.1';
const RATE_EXCEEDED = new AwsError('ThrottlingException', 'Rate exceeded');

/** Answers a call as its service does where it takes no more just now: nothing was done, and another try may succeed. */
export function throttledAnswer(call: AwsCall, body: string, oneOf: Faults['oneOf']): WireResponse {
  switch (call.service) {
    case 'dynamodb':
      return dynamodb(call, body, oneOf);
    case 'sqs':
      return jsonError(new AwsError('RequestThrottled', 'The request was denied due to request throttling.'), JSON_10, {
        'x-amzn-query-error': 'RequestThrottled;Sender',
      });
    case 'events':
      return events(call, body, oneOf);
    case 'scheduler':
      return jsonError(new AwsError('ThrottlingException', 'Rate exceeded', 429), 'application/json');
    case 'secretsmanager':
    case 'ssm':
      return jsonError(RATE_EXCEEDED, JSON_11);
    case 'ses':
      return xmlError(new AwsError('Throttling', 'Maximum sending rate exceeded.'));
    case 'sns':
      return xmlError(new AwsError('Throttled', 'Rate exceeded', 429));
    case 'sts':
      return xmlError(new AwsError('Throttling', 'Rate exceeded'));
    default:
      return call.service satisfies never;
  }
}

/** A transaction may also find one of its items in the hands of another, which the engine behind never lets happen. */
function dynamodb({ operation }: AwsCall, body: string, oneOf: Faults['oneOf']): WireResponse {
  const way = oneOf<'TransactionConflict' | 'ProvisionedThroughputExceededException' | 'ThrottlingException'>(
    `dynamodb ${operation}`,
    operation === 'TransactWriteItems'
      ? ['TransactionConflict', 'ProvisionedThroughputExceededException', 'ThrottlingException']
      : ['ProvisionedThroughputExceededException', 'ThrottlingException'],
  );
  switch (way) {
    case 'TransactionConflict': {
      const items = fieldsOfBody(body).objects('TransactItems') ?? [];
      const codes = items.map((_, index) => (index === 0 ? 'TransactionConflict' : 'None'));
      return jsonAnswer(
        {
          __type: 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException',
          // As DynamoDB spells it: a capital for this exception alone.
          Message: `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes.join(', ')}]`,
          CancellationReasons: codes.map((Code) =>
            Code === 'None' ? { Code } : { Code, Message: 'Transaction is ongoing for the item' },
          ),
        },
        JSON_10,
        400,
      );
    }
    case 'ProvisionedThroughputExceededException':
      return jsonError(
        new AwsError(
          `com.amazonaws.dynamodb.v20120810#${way}`,
          'The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API.',
        ),
        JSON_10,
      );
    case 'ThrottlingException':
      return jsonError(
        new AwsError(`com.amazon.coral.availability#${way}`, 'Rate of requests exceeds the allowed throughput.'),
        JSON_10,
      );
    default:
      return way satisfies never;
  }
}

/** EventBridge refuses the call, or takes it with 200 and refuses its entries. */
function events({ operation }: AwsCall, body: string, oneOf: Faults['oneOf']): WireResponse {
  const way = operation === 'PutEvents' ? oneOf('events PutEvents', ['call', 'entries']) : 'call';
  if (way === 'call') return jsonError(RATE_EXCEEDED, JSON_11);
  const entries = fieldsOfBody(body).objects('Entries') ?? [];
  return jsonAnswer(
    {
      FailedEntryCount: entries.length,
      Entries: entries.map(() => ({ ErrorCode: 'ThrottlingException', ErrorMessage: 'Rate exceeded' })),
    },
    JSON_11,
  );
}
