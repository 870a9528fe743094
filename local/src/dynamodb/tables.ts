import * as z from 'zod';
import { DatabaseError } from './engine';
import type { DatabaseEngine } from './engine';
import type { StreamRecord } from '../lambda/stream-source';

const KeySchema = z.array(z.object({ AttributeName: z.string(), KeyType: z.string() }));
const Attributes = z.array(z.object({ AttributeName: z.string(), AttributeType: z.string() }));
const Index = z.object({ IndexName: z.string(), KeySchema, Projection: z.unknown() });

/** A table of the templates; `Table` and `GlobalTable` alike. */
export interface TableSpec {
  readonly name: string;
  readonly attributeDefinitions: z.infer<typeof Attributes>;
  readonly keySchema: z.infer<typeof KeySchema>;
  readonly globalSecondaryIndexes: readonly z.infer<typeof Index>[];
  readonly localSecondaryIndexes: readonly z.infer<typeof Index>[];
  /** Its stream carries both images, whatever the template's view: only so can a write that changed nothing be told. */
  readonly streams: boolean;
  readonly timeToLiveAttribute?: string;
}

/** The kept table and the template's cannot be reconciled. */
export class TableChangedError extends Error {
  override readonly name = 'TableChangedError';
  constructor(table: string, what: string) {
    super(
      `The kept table ${table} cannot follow its template: ${what}. \`npm start -- --fresh\` forgets what is kept and begins anew.`,
    );
  }
}

const Described = z.object({
  Table: z.object({
    KeySchema,
    AttributeDefinitions: Attributes,
    GlobalSecondaryIndexes: z.array(Index).optional(),
    LocalSecondaryIndexes: z.array(Index).optional(),
    StreamSpecification: z.object({ StreamEnabled: z.boolean(), StreamViewType: z.string().optional() }).optional(),
    LatestStreamArn: z.string().optional(),
  }),
});

/**
 * Makes the table if it is not there; refuses one that was made otherwise. Answers the engine's own stream ARN.
 * `fresh` forgets the table first: an engine that is not ours keeps what our folder no longer does.
 */
export async function ensureTable(
  engine: DatabaseEngine,
  spec: TableSpec,
  fresh = false,
): Promise<{ readonly engineStreamArn: string | undefined }> {
  const found = await describe(engine, spec.name);
  if (found !== undefined && fresh) {
    await engine.call('DynamoDB_20120810.DeleteTable', { TableName: spec.name });
  } else if (found !== undefined) {
    compare(spec, found);
    return { engineStreamArn: found.Table.LatestStreamArn };
  }
  await engine.call('DynamoDB_20120810.CreateTable', {
    TableName: spec.name,
    AttributeDefinitions: spec.attributeDefinitions,
    KeySchema: spec.keySchema,
    BillingMode: 'PAY_PER_REQUEST',
    ...(spec.globalSecondaryIndexes.length > 0 ? { GlobalSecondaryIndexes: spec.globalSecondaryIndexes } : {}),
    ...(spec.localSecondaryIndexes.length > 0 ? { LocalSecondaryIndexes: spec.localSecondaryIndexes } : {}),
    ...(spec.streams ? { StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' } } : {}),
  });
  if (spec.timeToLiveAttribute !== undefined) {
    await engine.call('DynamoDB_20120810.UpdateTimeToLive', {
      TableName: spec.name,
      TimeToLiveSpecification: { AttributeName: spec.timeToLiveAttribute, Enabled: true },
    });
  }
  return { engineStreamArn: (await describe(engine, spec.name))?.Table.LatestStreamArn };
}

async function describe(engine: DatabaseEngine, name: string): Promise<z.infer<typeof Described> | undefined> {
  try {
    return Described.parse(await engine.call('DynamoDB_20120810.DescribeTable', { TableName: name }));
  } catch (error) {
    if (error instanceof DatabaseError && error.code === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}

function compare(spec: TableSpec, { Table: kept }: z.infer<typeof Described>) {
  const types = (attributes: z.infer<typeof Attributes>) =>
    new Map(attributes.map((a) => [a.AttributeName, a.AttributeType]));
  const key = (schema: z.infer<typeof KeySchema>, attributes: z.infer<typeof Attributes>) =>
    schema
      .map(({ AttributeName, KeyType }) => `${AttributeName} ${KeyType} ${types(attributes).get(AttributeName)}`)
      .join(', ');
  const indexes = (list: readonly z.infer<typeof Index>[], attributes: z.infer<typeof Attributes>) =>
    list
      .map((index) => `${index.IndexName} (${key(index.KeySchema, attributes)})`)
      .toSorted()
      .join('; ');

  const pairs = [
    ['its key', key(spec.keySchema, spec.attributeDefinitions), key(kept.KeySchema, kept.AttributeDefinitions)],
    [
      'its indexes',
      indexes(spec.globalSecondaryIndexes, spec.attributeDefinitions),
      indexes(kept.GlobalSecondaryIndexes ?? [], kept.AttributeDefinitions),
    ],
    [
      'its local indexes',
      indexes(spec.localSecondaryIndexes, spec.attributeDefinitions),
      indexes(kept.LocalSecondaryIndexes ?? [], kept.AttributeDefinitions),
    ],
    ['its stream', spec.streams ? 'on' : 'off', kept.StreamSpecification?.StreamEnabled === true ? 'on' : 'off'],
  ] as const;
  for (const [what, wanted, is] of pairs) {
    if (wanted !== is)
      throw new TableChangedError(spec.name, `${what} should be ${wanted || 'none'} and is ${is || 'none'}`);
  }
}

const Shards = z.object({
  StreamDescription: z.object({
    Shards: z.array(
      z.object({
        ShardId: z.string(),
        SequenceNumberRange: z.object({ EndingSequenceNumber: z.string().optional() }).optional(),
      }),
    ),
  }),
});
const Iterator = z.object({ ShardIterator: z.string() });
const Records = z.object({
  NextShardIterator: z.string().optional(),
  Records: z.array(
    z.looseObject({
      eventID: z.string(),
      eventName: z.string(),
      eventVersion: z.string(),
      dynamodb: z.looseObject({ SequenceNumber: z.string(), Keys: z.unknown() }),
    }),
  ),
});

/** Reads a table's stream; the engine keeps one shard per table. */
export interface TableStream {
  readonly read: (afterSequenceNumber: string | undefined, limit: number) => Promise<readonly StreamRecord[]>;
  /** The last sequence number there is now. */
  readonly latest: () => Promise<string | undefined>;
}

export function openStream(engine: DatabaseEngine, engineStreamArn: string): TableStream {
  const shard = async () => {
    const { StreamDescription } = Shards.parse(
      await engine.call('DynamoDBStreams_20120810.DescribeStream', { StreamArn: engineStreamArn }),
    );
    return StreamDescription.Shards.at(-1);
  };
  let shardId: string | undefined;
  /** Where the last read ended, so that the next one, as a rule from there, costs one call instead of two. */
  let goOn: { readonly after: string | undefined; readonly iterator: string } | undefined;

  const iteratorAfter = async (after: string | undefined): Promise<string | undefined> => {
    if (goOn !== undefined && goOn.after === after) return goOn.iterator;
    // Without a record there may be no shard yet; with one its name stays.
    shardId ??= (await shard())?.ShardId;
    if (shardId === undefined) return undefined;
    const position =
      after === undefined
        ? { ShardIteratorType: 'TRIM_HORIZON' }
        : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: after };
    const found = await engine.call('DynamoDBStreams_20120810.GetShardIterator', {
      StreamArn: engineStreamArn,
      ShardId: shardId,
      ...position,
    });
    return Iterator.parse(found).ShardIterator;
  };

  return {
    read: async (after, limit) => {
      const iterator = await iteratorAfter(after);
      if (iterator === undefined) return [];
      const answer = await engine.call('DynamoDBStreams_20120810.GetRecords', {
        ShardIterator: iterator,
        Limit: limit,
      });
      const { Records: records, NextShardIterator: next } = Records.parse(answer);
      goOn =
        next === undefined ? undefined : { after: records.at(-1)?.dynamodb.SequenceNumber ?? after, iterator: next };
      return records;
    },
    latest: async () => (await shard())?.SequenceNumberRange?.EndingSequenceNumber,
  };
}
