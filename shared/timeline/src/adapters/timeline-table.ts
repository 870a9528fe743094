import { QueryCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { tableItems } from '@appointments/runtime';
import { Entry } from '../domain/entry';

/** What happened is told for ninety days, three times as long as the archive can replay it. */
const KEEP_SECONDS = 90 * 86_400;

/** The timeline's table: a partition for each appointment, in it one item per event in the order in which they happened. */
export function timelineTable(client: DynamoDBDocumentClient, TableName: string) {
  const items = tableItems(client, TableName);
  return {
    /** Keeps an event; one that is there already stays as it is, however often it is delivered or replayed. */
    keep: async (entry: Entry, now: Date): Promise<void> => {
      await items.write({
        Put: {
          Item: {
            pk: entry.about,
            sk: `${entry.occurredAt}#${entry.eventId}`,
            ...entry,
            expiresAt: Math.floor(now.getTime() / 1000) + KEEP_SECONDS,
          },
          ConditionExpression: 'attribute_not_exists(pk)',
        },
      });
    },

    /** Every event about one appointment, oldest first. */
    read: async (about: string): Promise<readonly Entry[]> => {
      const found: Entry[] = [];
      let from: Record<string, unknown> | undefined;
      do {
        const page = await client.send(
          new QueryCommand({
            TableName,
            KeyConditionExpression: 'pk = :pk',
            ExpressionAttributeValues: { ':pk': about },
            ExclusiveStartKey: from,
            ConsistentRead: true,
          }),
        );
        found.push(...(page.Items ?? []).map((item) => Entry.parse(item)));
        from = page.LastEvaluatedKey;
      } while (from);
      return found;
    },
  };
}
