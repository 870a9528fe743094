// Prints the CRM's contacts, each with the last appointment and its outcome: `npm run contacts`, with AWS credentials and
// `--table <name>` for a deployed stack, or with `--laptop http://localhost:3000` for the laptop cloud (its default).
import { parseArgs } from 'node:util';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
const { values } = parseArgs({
  options: { table: { type: 'string' }, laptop: { type: 'string', default: 'http://localhost:3000' } },
});

async function laptop(url) {
  const health = await fetch(`${url}/_local/health`).catch(() => undefined);
  if (!health?.ok) throw new Error(`Nothing runs at ${url}: npm start -- --with examples/crm-sync`);
  const { awsEndpoint, awsRegion } = await health.json();
  const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };
  const client = new DynamoDBClient({ endpoint: awsEndpoint, region: awsRegion, credentials });
  const { TableNames = [] } = await client.send(new ListTablesCommand({}));
  const table = TableNames.find((name) => name.startsWith('crm-sync-Contacts'));
  if (table === undefined) throw new Error(`${url} runs without the CRM: npm start -- --with examples/crm-sync`);
  return { client, table };
}

try {
  const { client, table } = values.table
    ? { client: new DynamoDBClient(), table: values.table }
    : await laptop(values.laptop);
  const last = new Map();
  const pages = paginateScan(
    { client: DynamoDBDocumentClient.from(client) },
    { TableName: table, IndexName: 'by-contact' },
  );
  for await (const { Items = [] } of pages)
    for (const entry of Items)
      if (!(last.get(entry.contact)?.startsAt >= entry.startsAt)) last.set(entry.contact, entry);
  if (last.size === 0) console.log('No contacts yet.');
  for (const { name, email, startsAt, status, outcome } of last.values())
    console.log(`${name} <${email}>  ${startsAt}  ${status}${outcome ? `, ${outcome}` : ''}`);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
