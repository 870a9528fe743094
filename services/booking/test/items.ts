import { ScanCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** Everything in a table, page after page. */
export async function allItems(client: DynamoDBDocumentClient, TableName: string): Promise<Record<string, unknown>[]> {
  const all: Record<string, unknown>[] = [];
  let ExclusiveStartKey: Record<string, unknown> | undefined;
  do {
    const page = await client.send(
      new ScanCommand({ TableName, ConsistentRead: true, ...(ExclusiveStartKey && { ExclusiveStartKey }) }),
    );
    all.push(...(page.Items ?? []));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
  return all;
}

/** What of a table is of that kind. */
export async function itemsOfKind(
  client: DynamoDBDocumentClient,
  table: string,
  kind: string,
): Promise<Record<string, unknown>[]> {
  return (await allItems(client, table)).filter((item) => item['kind'] === kind);
}
