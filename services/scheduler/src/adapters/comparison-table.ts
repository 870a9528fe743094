import {
  DeleteCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  type DynamoDBDocumentClient,
} from '@aws-sdk/lib-dynamodb';
import { isConditionFailed } from '@appointments/runtime';
import * as z from 'zod';
import type { Comparison } from '../app/compare-schedules';
import { DUE_DAYS } from './wake-up-table';

const Key = { pk: 'comparison', sk: 'comparison' };
const DayItem = z.object({ sk: z.string() });
const ComparisonItem = z.object({
  run: z.string(),
  step: z.int(),
  at: z.string(),
  next: z.discriminatedUnion('among', [
    z.object({ among: z.literal('schedules'), token: z.string().optional() }),
    z.object({
      among: z.literal('days'),
      day: z.string().optional(),
      from: z.record(z.string(), z.string()).optional(),
    }),
    z.object({ among: z.literal('nothing') }),
  ]),
  schedules: z.int(),
  wakeUps: z.int(),
  found: z.int(),
  repaired: z.int(),
});

/** Where the comparison stands, and the days it has to go through, in the service's table. */
export function comparisonTable(client: DynamoDBDocumentClient, TableName: string) {
  return {
    async standing(): Promise<Comparison | undefined> {
      const { Item } = await client.send(new GetCommand({ TableName, Key, ConsistentRead: true }));
      return Item && ComparisonItem.parse(Item);
    },

    async keep(comparison: Comparison, before: Comparison | undefined): Promise<boolean> {
      try {
        await client.send(
          new PutCommand({
            TableName,
            Item: { ...Key, ...comparison },
            ...(before === undefined
              ? { ConditionExpression: 'attribute_not_exists(pk)' }
              : {
                  ConditionExpression: 'run = :run AND step = :step',
                  ExpressionAttributeValues: { ':run': before.run, ':step': before.step },
                }),
          }),
        );
        return true;
      } catch (error) {
        if (isConditionFailed(error)) return false;
        throw error;
      }
    },

    async dueDays(): Promise<readonly string[]> {
      const days: string[] = [];
      let ExclusiveStartKey: Record<string, unknown> | undefined;
      do {
        const { Items = [], LastEvaluatedKey } = await client.send(
          new QueryCommand({
            TableName,
            KeyConditionExpression: 'pk = :pk',
            ExpressionAttributeValues: { ':pk': DUE_DAYS },
            ConsistentRead: true,
            ExclusiveStartKey,
          }),
        );
        days.push(...Items.map((item) => DayItem.parse(item).sk));
        ExclusiveStartKey = LastEvaluatedKey;
      } while (ExclusiveStartKey !== undefined);
      return days;
    },

    async forgetDay(day: string): Promise<void> {
      await client.send(new DeleteCommand({ TableName, Key: { pk: DUE_DAYS, sk: day } }));
    },
  };
}
