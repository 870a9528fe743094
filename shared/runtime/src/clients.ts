import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { traced } from './telemetry';

let documents: DynamoDBDocumentClient | undefined;
let queues: SQSClient | undefined;
let buses: EventBridgeClient | undefined;

/** The one DynamoDB client of a function; `undefined` fields are left out. */
export function documentClient(): DynamoDBDocumentClient {
  documents ??= DynamoDBDocumentClient.from(traced(new DynamoDBClient({})), {
    marshallOptions: { removeUndefinedValues: true },
  });
  return documents;
}

/** The one SQS client of a function. */
export function queueClient(): SQSClient {
  queues ??= traced(new SQSClient({}));
  return queues;
}

/** The one EventBridge client of a function. */
export function busClient(): EventBridgeClient {
  buses ??= traced(new EventBridgeClient({}));
  return buses;
}

/** The codes of a cancelled transaction's items, in order (`None` where an item was fine), or `undefined` when `error` is none. */
export function cancellationCodes(error: unknown): readonly string[] | undefined {
  if (!(error instanceof Error) || error.name !== 'TransactionCanceledException') return undefined;
  const reasons = (error as { CancellationReasons?: readonly { Code?: string }[] }).CancellationReasons ?? [];
  return reasons.map((reason) => reason.Code ?? 'None');
}

/** Whether a conditional write was refused by its condition. */
export function isConditionFailed(error: unknown): boolean {
  return error instanceof Error && error.name === 'ConditionalCheckFailedException';
}

/** Whether a write met another that is under way on the same item: nothing was written. */
export function isConflict(error: unknown): boolean {
  if (cancellationCodes(error)?.includes('TransactionConflict')) return true;
  return error instanceof Error && error.name === 'TransactionConflictException';
}
