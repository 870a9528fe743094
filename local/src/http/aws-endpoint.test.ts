import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient, GetItemCommand, PutItemCommand, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { CreateScheduleCommand, GetScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SendEmailCommand, SESClient } from '@aws-sdk/client-ses';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createAwsServices } from '../aws';
import { createTestKernel } from '../aws/test-cloud';
import type { FaultSettings } from '../kernel/faults';
import { createAwsEndpoint, FUNCTION_ACCESS_KEY } from './aws-endpoint';

/** The endpoint with its services, and a database that takes and counts everything. */
async function cloud() {
  const test = createTestKernel(Date.UTC(2026, 11, 1, 15));
  const aws = createAwsServices(test.kernel, { endpoint: () => '' });
  aws.queues.declare({ name: 'work' });
  aws.buses.declareBus('main');
  const topic = aws.topics.declare('alerts').arn;
  aws.secrets.declare({ name: 'key', value: 'secret' });
  const forwarded: string[] = [];
  const errors: unknown[] = [];
  const woken: (ReadonlySet<string> | 'all')[] = [];
  const server = createServer(
    createAwsEndpoint({
      aws,
      engine: {
        forward: async (headers) => {
          forwarded.push(String(headers['x-amz-target']).replace('DynamoDB_20120810.', ''));
          return { status: 200, headers: {}, body: Buffer.from('{}') };
        },
        call: () => Promise.reject(new Error('not asked for here')),
        readsAll: true,
        drained: async () => undefined,
        stop: async () => undefined,
      },
      busy: test.kernel.busy,
      faults: test.faults,
      wakeStreams: (tables) => woken.push(tables),
      onError: (_, error) => errors.push(error),
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = (accessKeyId: string, maxAttempts = 1) => ({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'us-east-1',
    credentials: { accessKeyId, secretAccessKey: 'local' },
    maxAttempts,
  });
  return { ...test, aws, topic, forwarded, errors, woken, client, server };
}

let world: Awaited<ReturnType<typeof cloud>>;
beforeEach(async () => {
  world = await cloud();
});
afterEach(async () => {
  world.server.closeAllConnections();
  await new Promise((resolve) => world.server.close(resolve));
});

const Item = { id: { S: '1' } };
const schedule = (): ConstructorParameters<typeof CreateScheduleCommand>[0] => ({
  Name: 'one',
  ScheduleExpression: 'at(2026-12-02T00:00:00)',
  FlexibleTimeWindow: { Mode: 'OFF' },
  Target: { Arn: 'arn:aws:sqs:us-east-1:000000000000:work', RoleArn: 'arn:aws:iam::000000000000:role/r' },
});

/** One call of each service, as an SDK with this key makes it. */
const calls = (key = FUNCTION_ACCESS_KEY, maxAttempts = 1) => {
  const client = world.client(key, maxAttempts);
  return {
    put: () => new DynamoDBClient(client).send(new PutItemCommand({ TableName: 't', Item })),
    get: () => new DynamoDBClient(client).send(new GetItemCommand({ TableName: 't', Key: Item })),
    transact: () =>
      new DynamoDBClient(client).send(
        new TransactWriteItemsCommand({
          TransactItems: [{ Put: { TableName: 't', Item } }, { Put: { TableName: 't', Item: { id: { S: '2' } } } }],
        }),
      ),
    send: () => new SQSClient(client).send(new SendMessageCommand({ QueueUrl: 'http://x/0/work', MessageBody: 'm' })),
    publish: () =>
      new EventBridgeClient(client).send(
        new PutEventsCommand({ Entries: [{ EventBusName: 'main', Source: 's', DetailType: 'd', Detail: '{}' }] }),
      ),
    schedule: () => new SchedulerClient(client).send(new CreateScheduleCommand(schedule())),
    isScheduled: () => new SchedulerClient(client).send(new GetScheduleCommand({ Name: 'one' })),
    mail: () =>
      new SESClient(client).send(
        new SendEmailCommand({
          Source: 'a@example.com',
          Destination: { ToAddresses: ['b@example.com'] },
          Message: { Subject: { Data: 'hello' }, Body: { Text: { Data: 'text' } } },
        }),
      ),
    alert: () => new SNSClient(client).send(new PublishCommand({ TopicArn: world.topic, Message: 'm' })),
    secret: () => new SecretsManagerClient(client).send(new GetSecretValueCommand({ SecretId: 'key' })),
  };
};
type Call = keyof ReturnType<typeof calls>;

const failing = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    (answer) => ({ answered: answer }),
    (error: unknown) => error,
  );
const inForce = (settings: FaultSettings) => void world.faults.set({ seed: 1, ...settings });
const done = () => ({
  database: world.forwarded.length,
  messages: world.aws.queues.messages('work').length,
  events: world.aws.buses.events().length,
  mails: world.aws.mail.sent().length,
  alerts: world.aws.topics.alerts().length,
});
const NOTHING = { database: 0, messages: 0, events: 0, mails: 0, alerts: 0 };

describe('a throttled call', () => {
  it.each<[Call, string]>([
    ['put', 'ProvisionedThroughputExceededException'],
    ['put', 'ThrottlingException'],
    ['get', 'ThrottlingException'],
    ['send', 'RequestThrottled'],
    ['publish', 'ThrottlingException'],
    ['schedule', 'ThrottlingException'],
    ['mail', 'Throttling'],
    ['alert', 'ThrottledException'],
    ['secret', 'ThrottlingException'],
  ])('(%s) is told by the name that its service has for it (%s), and nothing is done', async (call, name) => {
    inForce({ throttle: 1 });

    const names = new Set<unknown>();
    for (let n = 0; n < 12; n += 1) {
      const error = await failing(calls()[call]());
      if (error instanceof Error) names.add(error.name);
    }

    expect(names).toContain(name);
    expect(done()).toEqual(NOTHING);
    expect(world.errors).toEqual([]);
  });

  it('may be a transaction that finds an item in the hands of another', async () => {
    inForce({ throttle: 1 });

    const errors: unknown[] = [];
    for (let n = 0; n < 12; n += 1) errors.push(await failing(calls().transact()));

    expect(errors).toContainEqual(
      expect.objectContaining({
        name: 'TransactionCanceledException',
        CancellationReasons: [
          { Code: 'TransactionConflict', Message: 'Transaction is ongoing for the item' },
          { Code: 'None' },
        ],
      }),
    );
    expect(errors).toContainEqual(expect.objectContaining({ name: 'ThrottlingException' }));
    expect(done()).toEqual(NOTHING);
  });

  it('may be taken with its entries refused, where events are put on a bus', async () => {
    inForce({ throttle: 1 });

    const answers: unknown[] = [];
    for (let n = 0; n < 12; n += 1) answers.push(await failing(calls().publish()));

    expect(answers).toContainEqual({
      answered: expect.objectContaining({
        FailedEntryCount: 1,
        Entries: [{ ErrorCode: 'ThrottlingException', ErrorMessage: 'Rate exceeded' }],
      }),
    });
    expect(done()).toEqual(NOTHING);
  });
});

describe('a call whose answer is lost', () => {
  it.each<[Call, 'mails' | 'alerts']>([
    ['mail', 'mails'],
    ['alert', 'alerts'],
  ])('by `drop` (%s) was carried out, and the connection ends', async (call, what) => {
    inForce({ drop: 1 });

    const error = await failing(calls()[call]());

    expect(error).toMatchObject({ message: expect.stringContaining('socket hang up') });
    expect(done()).toEqual({ ...NOTHING, [what]: 1 });
    expect(world.errors).toEqual([]);
  });

  it.each<[Call, 'database' | 'messages' | 'events']>([
    ['put', 'database'],
    ['send', 'messages'],
    ['publish', 'events'],
  ])('by `dropAws` (%s) was carried out, and the connection ends', async (call, what) => {
    inForce({ dropAws: 1 });

    const error = await failing(calls()[call]());

    expect(error).toMatchObject({ message: expect.stringContaining('socket hang up') });
    expect(done()).toEqual({ ...NOTHING, [what]: 1 });
  });

  it('wakes the streams of the tables it wrote to', async () => {
    inForce({ dropAws: 1 });

    await failing(calls().put());

    expect(world.woken).toEqual([new Set(['t'])]);
  });

  it('is made again by the SDK, so that it is carried out as often as it was tried', async () => {
    inForce({ dropAws: 1 });

    await failing(calls(FUNCTION_ACCESS_KEY, 3).send());

    expect(done()).toEqual({ ...NOTHING, messages: 3 });
  });

  it('is never one that only asked', async () => {
    inForce({ drop: 1, dropAws: 1 });
    await failing(calls().schedule());

    await calls().get();
    await calls().secret();
    expect(await calls().isScheduled()).toMatchObject({ Name: 'one' });
  });
});

describe('nothing befalls a call', () => {
  it.each<[Call, FaultSettings]>([
    ['mail', { dropAws: 1, duplicate: 1, reorder: 1, crash: 1 }],
    ['alert', { dropAws: 1, crash: 1 }],
    ['put', { drop: 1, duplicate: 1, crash: 1 }],
    ['send', { drop: 1, crash: 1 }],
    ['publish', { drop: 1, crash: 1 }],
  ])('(%s) that no fault in force is meant for', async (call, settings) => {
    inForce(settings);

    await calls()[call]();

    expect(Object.values(done()).filter((count) => count > 0)).toEqual([1]);
  });

  it.each<Call>(['put', 'send', 'publish', 'mail', 'alert'])('(%s) that comes from outside', async (call) => {
    inForce({ throttle: 1, drop: 1, dropAws: 1 });

    await calls('somebody')[call]();

    expect(Object.values(done()).filter((count) => count > 0)).toEqual([1]);
    expect(world.faults.struck()).toEqual({});
  });
});
