import { GetCommand, PutCommand, TransactWriteCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { cancellationCodes, isConditionFailed } from '@appointments/runtime';
import type { LineStore } from '../app/line';
import { IDLE_LINE, type Line } from '../domain/line';

/** Longer than a message can come back from a dead-letter queue: what was counted is not counted again. */
const KEEP_BILL_SECONDS = 30 * 24 * 3600;
const KEY = { pk: 'line', sk: 'line' };

/** The account's line as one item of the service's table, which is taken at its word; each bill leaves an item of its own. */
export function lineIn(client: DynamoDBDocumentClient, table: string, now: () => Date): LineStore {
  const put = (line: Line, expected: number) => ({
    TableName: table,
    Item: { ...KEY, kind: 'line', line, revision: expected + 1 },
    ...(expected === 0
      ? { ConditionExpression: 'attribute_not_exists(pk)' }
      : { ConditionExpression: 'revision = :expected', ExpressionAttributeValues: { ':expected': expected } }),
  });
  const putBill = (id: string) => ({
    TableName: table,
    Item: {
      pk: `bill#${id}`,
      sk: 'bill',
      kind: 'bill',
      expiresAt: Math.floor(now().getTime() / 1000) + KEEP_BILL_SECONDS,
    },
    ConditionExpression: 'attribute_not_exists(pk)',
  });

  return {
    load: async () => {
      const { Item } = await client.send(new GetCommand({ TableName: table, Key: KEY, ConsistentRead: true }));
      return Item
        ? { line: Item['line'] as Line, revision: Number(Item['revision']) }
        : { line: IDLE_LINE, revision: 0 };
    },

    write: async (line, expected) => {
      try {
        await client.send(new PutCommand(put(line, expected)));
        return 'written';
      } catch (error) {
        if (isConditionFailed(error)) return 'contended';
        throw error;
      }
    },

    writeBill: async (id, line, expected) => {
      try {
        await client.send(
          new TransactWriteCommand({ TransactItems: [{ Put: put(line, expected) }, { Put: putBill(id) }] }),
        );
        return 'written';
      } catch (error) {
        const [ofLine, ofBill] = cancellationCodes(error) ?? [];
        if (ofBill === 'ConditionalCheckFailed') return 'known';
        if ([ofLine, ofBill].some((code) => code === 'ConditionalCheckFailed' || code === 'TransactionConflict'))
          return 'contended';
        throw error;
      }
    },
  };
}
