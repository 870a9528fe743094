import { parentPort, workerData } from 'node:worker_threads';
import { BatchGetItemCommand, DynamoDBClient, QueryCommand, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { SendRawEmailCommand, SESClient } from '@aws-sdk/client-ses';

/** What a worker of `calls-alone.ts` does, `bookings` of it at once. */
export type Job = 'create' | 'publish' | 'send';

const { endpoint, job } = workerData as { readonly endpoint: string; readonly job: Job };
const options = { region: 'us-east-1', endpoint, credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' } };
const database = new DynamoDBClient(options);
const bus = new EventBridgeClient(options);
const mail = new SESClient(options);

/** An item of a KB, as an appointment is. */
const Item = Object.fromEntries(
  Array.from({ length: 20 }, (_, n) => [`attribute${n}`, { S: 'as long as a name or a time' }]),
);
const EVENT = { EventBusName: 'bench', Source: 'bench', DetailType: 'Bench', Detail: JSON.stringify(Item) };
/** A mail in two parts with a calendar, as it is sent. */
const MESSAGE = Buffer.alloc(12 * 1024, 'a line of a mail that somebody reads\r\n');

const times = <T>(count: number, one: T): T[] => Array.from({ length: count }, () => one);
const write = (items: number) =>
  database.send(new TransactWriteItemsCommand({ TransactItems: times(items, { Put: { TableName: 'bench', Item } }) }));

/** As counted in a burst: what a booking asks of AWS until its mails are accepted. */
const jobs: Readonly<Record<Job, (bookings: number) => Promise<unknown>>> = {
  create: async () => {
    await database.send(
      new QueryCommand({
        TableName: 'bench',
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: 'bench' } },
      }),
    );
    // The appointment, its event, and the steps of the grid it claims.
    await write(9);
  },
  publish: (bookings) => bus.send(new PutEventsCommand({ Entries: times(bookings, EVENT) })),
  send: async (bookings) => {
    const Keys = Array.from({ length: bookings * 2 }, (_, n) => ({ pk: { S: `key ${n}` } }));
    await database.send(new BatchGetItemCommand({ RequestItems: { bench: { Keys } } }));
    await write(bookings * 2);
    await Promise.all(
      times(bookings * 2, undefined).map(() =>
        mail.send(
          new SendRawEmailCommand({
            Source: 'bench@example.com',
            Destinations: ['bench@example.com'],
            RawMessage: { Data: MESSAGE },
          }),
        ),
      ),
    );
    await write(bookings * 2);
  },
};

parentPort?.on('message', (bookings: number) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  void jobs[job](bookings).then(() => parentPort?.postMessage('done'));
});
