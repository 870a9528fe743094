import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

function binary(): string | undefined {
  const told = process.env['DYNOXIDE_BIN'];
  if (told) return told;
  const installed = join(__dirname, '../../../node_modules/@dynoxide/linux-x64/dynoxide');
  return existsSync(installed) ? installed : undefined;
}

/** Whether the database engine is here; says in one line when it is not. In CI it must be. */
export function engineIsHere(): boolean {
  if (binary()) return true;
  if (process.env['CI'] === 'true') throw new Error('The database engine @dynoxide/linux-x64 is not installed.');
  process.stderr.write(
    'Skipped: the tests over the real database engine, because @dynoxide/linux-x64 is not installed.\n',
  );
  return false;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

export interface TableIndex {
  readonly name: string;
  readonly partitionKey: string;
  readonly sortKey: string;
}

export interface Engine {
  readonly client: DynamoDBDocumentClient;
  /** Makes a table of a service's shape, with these indexes, and answers its name. */
  readonly table: (indexes?: readonly TableIndex[]) => Promise<string>;
  readonly stop: () => Promise<void>;
}

/** The database engine of the laptop, in memory, on a port of its own. */
export async function startEngine(): Promise<Engine> {
  const file = binary();
  if (!file) throw new Error('the database engine is not here');
  const port = await freePort();
  const child: ChildProcess = spawn(file, ['--host', '127.0.0.1', '--port', String(port)], { stdio: 'ignore' });
  const raw = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    // The SDK's own retries are the wait until the engine answers.
    maxAttempts: 10,
  });
  await raw.send(new ListTablesCommand({}));
  let tables = 0;
  return {
    client: DynamoDBDocumentClient.from(raw, { marshallOptions: { removeUndefinedValues: true } }),
    table: async (indexes = []) => {
      const TableName = `service-${++tables}`;
      await raw.send(
        new CreateTableCommand({
          TableName,
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: [
            { AttributeName: 'pk', AttributeType: 'S' },
            { AttributeName: 'sk', AttributeType: 'S' },
            ...indexes.flatMap(({ partitionKey, sortKey }) => [
              { AttributeName: partitionKey, AttributeType: 'S' as const },
              { AttributeName: sortKey, AttributeType: 'S' as const },
            ]),
          ],
          KeySchema: [
            { AttributeName: 'pk', KeyType: 'HASH' },
            { AttributeName: 'sk', KeyType: 'RANGE' },
          ],
          ...(indexes.length > 0 && {
            GlobalSecondaryIndexes: indexes.map(({ name, partitionKey, sortKey }) => ({
              IndexName: name,
              KeySchema: [
                { AttributeName: partitionKey, KeyType: 'HASH' as const },
                { AttributeName: sortKey, KeyType: 'RANGE' as const },
              ],
              Projection: { ProjectionType: 'ALL' as const },
            })),
          }),
        }),
      );
      return TableName;
    },
    stop: async () => {
      raw.destroy();
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await gone;
    },
  };
}
