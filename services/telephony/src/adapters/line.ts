import { GetCommand, TransactWriteCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { cancellationCodes } from '@appointments/runtime';
import type { LineStore } from '../app/line';
import { IDLE_LINE, type Line } from '../domain/line';

/** Longer than a message can come back from a dead-letter queue: what was counted is not counted again. */
const KEEP_BILL_SECONDS = 30 * 24 * 3600;
const KEY = { pk: 'line', sk: 'line' };

/** The account's line as one item of the service's table, which is taken at its word; each bill leaves an item of its own. */
export function lineIn(client: DynamoDBDocumentClient, table: string, now: () => Date): LineStore {
  return {
    load: async () => {
      const { Item } = await client.send(new GetCommand({ TableName: table, Key: KEY, ConsistentRead: true }));
      return Item
        ? { line: Item['line'] as Line, revision: Number(Item['revision']) }
        : { line: IDLE_LINE, revision: 0 };
    },

    write: async (line, expected, billId) => {
      try {
        await client.send(
          new TransactWriteCommand({
            TransactItems: [
              {
                Put: {
                  TableName: table,
                  Item: { ...KEY, kind: 'line', line, revision: expected + 1 },
                  ...(expected === 0
                    ? { ConditionExpression: 'attribute_not_exists(pk)' }
                    : {
                        ConditionExpression: 'revision = :expected',
                        ExpressionAttributeValues: { ':expected': expected },
                      }),
                },
              },
              ...(billId === undefined
                ? []
                : [
                    {
                      Put: {
                        TableName: table,
                        Item: {
                          pk: `bill#${billId}`,
                          sk: 'bill',
                          kind: 'bill',
                          expiresAt: Math.floor(now().getTime() / 1000) + KEEP_BILL_SECONDS,
                        },
                        ConditionExpression: 'attribute_not_exists(pk)',
                      },
                    },
                  ]),
            ],
          }),
        );
        return 'written';
      } catch (error) {
        const [ofLine, ofBill] = cancellationCodes(error) ?? [];
        if (ofBill === 'ConditionalCheckFailed') return 'known';
        if (ofLine !== undefined && [ofLine, ofBill].some(isContention)) return 'contended';
        throw error;
      }
    },
  };
}

function isContention(code: string | undefined): boolean {
  return code === 'ConditionalCheckFailed' || code === 'TransactionConflict';
}
