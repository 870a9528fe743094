import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startDatabase, type DatabaseEngine } from './engine';

const WRITERS = 6;
const ITEMS = 25;

let folder: string;
let engine: DatabaseEngine;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'engine-'));
  engine = await startDatabase({
    folder,
    templateFile: join(__dirname, '../../assets/dynamodb.db'),
    environment: {},
    onExit: () => undefined,
  });
  await engine.call('DynamoDB_20120810.CreateTable', {
    TableName: 'one',
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
  });
});
afterAll(async () => {
  await engine.stop();
  rmSync(folder, { recursive: true });
});

/** Sends a write and is gone before it is answered. */
const abandonedWrite = (keys: readonly string[]) =>
  new Promise<void>((resolve) => {
    const body = JSON.stringify({
      TransactItems: keys.map((pk) => ({
        Put: { TableName: 'one', Item: { pk: { S: pk } } },
      })),
    });
    const socket = connect(engine.address?.port ?? 0, engine.address?.host);
    socket.write(
      [
        'POST / HTTP/1.1',
        'host: engine',
        'content-type: application/x-amz-json-1.0',
        'x-amz-target: DynamoDB_20120810.TransactWriteItems',
        'x-amz-date: 20260101T000000Z',
        'authorization: AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host;x-amz-date, Signature=0',
        `content-length: ${body.length}`,
        '',
        body,
      ].join('\r\n'),
      () => {
        socket.destroy();
        resolve();
      },
    );
  });

const keysThere = async () => {
  const answer = (await engine.call('DynamoDB_20120810.Scan', { TableName: 'one', Select: 'COUNT' })) as {
    Count: number;
  };
  return answer.Count;
};

describe('the database engine', () => {
  it('has done, once it is drained, whatever it will do of writes whose sender is gone', async () => {
    for (let round = 0; round < 40; round++) {
      await Promise.all(
        Array.from({ length: WRITERS }, (_, writer) =>
          abandonedWrite(Array.from({ length: ITEMS }, (__, n) => `${round} ${writer} ${n}`)),
        ),
      );
      await engine.drained();
      const drained = await keysThere();
      await engine.drained();

      expect(await keysThere()).toBe(drained);
    }
    // It does do some of them: not those whose end it heard of first.
    expect(await keysThere()).toBeGreaterThan(0);
  });
});
