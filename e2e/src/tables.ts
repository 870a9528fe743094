import { DeleteItemCommand, DynamoDBClient, ListTablesCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { System } from './system';

export type Item = Readonly<Record<string, unknown>>;

/** A service's table from outside, to lose something of it on purpose. */
export interface Tables {
  readonly items: () => Promise<readonly Item[]>;
  readonly remove: (which: (item: Item) => boolean) => Promise<void>;
  readonly close: () => void;
}

export async function tablesOf(system: System, service: string): Promise<Tables> {
  const { body } = await system.request<{ awsEndpoint: string; awsRegion: string }>('GET', '/_local/health');
  const client = new DynamoDBClient({
    endpoint: body.awsEndpoint,
    region: body.awsRegion,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const { TableNames = [] } = await client.send(new ListTablesCommand({}));
  const TableName = TableNames.find((name) => name.includes(`-${service}-`));
  if (TableName === undefined) throw new Error(`${service} has no table`);
  const scan = async () => {
    const found: Record<string, AttributeValue>[] = [];
    let from: Record<string, AttributeValue> | undefined;
    do {
      const page = await client.send(
        new ScanCommand({ TableName, ConsistentRead: true, ...(from && { ExclusiveStartKey: from }) }),
      );
      found.push(...(page.Items ?? []));
      from = page.LastEvaluatedKey;
    } while (from !== undefined);
    return found;
  };
  return {
    items: async () => (await scan()).map((item) => unmarshall(item)),
    remove: async (which) => {
      for (const item of await scan()) {
        if (!which(unmarshall(item)) || !item['pk'] || !item['sk']) continue;
        await client.send(new DeleteItemCommand({ TableName, Key: { pk: item['pk'], sk: item['sk'] } }));
      }
    },
    close: () => client.destroy(),
  };
}
