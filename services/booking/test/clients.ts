import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  QueryCommand,
  TransactWriteCommand,
  type DynamoDBDocumentClient,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';

export type Action = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

interface Command {
  readonly input: object;
}
type Send = (command: Command) => Promise<unknown>;

/** A client that does what `wrap` makes of each request. */
export function around(
  client: DynamoDBDocumentClient,
  wrap: (command: Command, send: Send) => Promise<unknown>,
): DynamoDBDocumentClient {
  const send = async (command: Command) => client.send(command as QueryCommand);
  return { send: async (command: Command) => wrap(command, send) } as unknown as DynamoDBDocumentClient;
}

/** Numbers from 0 to below 1 that follow from the seed (Mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * Does what is asked at the same time one by one, in an order that `random` draws. So a read may come long before the write
 * that builds on it, and what happened once can be made to happen again.
 */
export function inTurn(client: DynamoDBDocumentClient, random: () => number): DynamoDBDocumentClient {
  const waiting: (() => Promise<void>)[] = [];
  let isRunning = false;
  async function run(): Promise<void> {
    isRunning = true;
    for (;;) {
      // Whoever was answered asks their next question first.
      await new Promise(setImmediate);
      const [next] = waiting.splice(Math.floor(random() * waiting.length), 1);
      if (!next) break;
      await next();
    }
    isRunning = false;
  }
  return around(
    client,
    async (command, send) =>
      new Promise((resolve, reject) => {
        waiting.push(async () => send(command).then(resolve, reject));
        if (!isRunning) void run();
      }),
  );
}

/** How unreliable the database is; each a probability per request. */
export interface Weather {
  /** A transaction is cancelled because it met another one. */
  readonly conflict: number;
  /** A transaction is called cancelled for the same reason, though it was done. */
  readonly doubt: number;
  /** The connection breaks before a request arrives. */
  readonly unsent: number;
  /** The connection breaks before the answer arrives. */
  readonly unanswered: number;
}

export const CALM: Weather = { conflict: 0, doubt: 0, unsent: 0, unanswered: 0 };
/** Every second transaction meets another one. */
export const CROWDED: Weather = { ...CALM, conflict: 0.4, doubt: 0.1 };
export const STORM: Weather = { conflict: 0.3, doubt: 0.1, unsent: 0.02, unanswered: 0.03 };

/** A client over a database and a network in this weather. */
export function inWeather(
  client: DynamoDBDocumentClient,
  weather: Weather,
  random: () => number,
): DynamoDBDocumentClient {
  return around(client, async (command, send) => {
    const chance = (probability: number) => probability > 0 && random() < probability;
    const writes = command instanceof TransactWriteCommand;
    if (chance(weather.unsent)) throw new Error('the connection broke');
    if (writes && chance(weather.conflict)) throw met(command);
    const answer = await send(command);
    if (writes && chance(weather.doubt)) throw met(command);
    if (chance(weather.unanswered)) throw new Error('the connection broke');
    return answer;
  });
}

/** What a transaction is refused with that met another one. */
export function met(command: TransactWriteCommand): TransactionCanceledException {
  const actions = command.input.TransactItems ?? [];
  return new TransactionCanceledException({
    message: 'cancelled',
    $metadata: {},
    CancellationReasons: actions.map((_, place) => ({ Code: place === 0 ? 'TransactionConflict' : 'None' })),
  });
}

/** A client that writes other transactions than it is asked to; what `tamper` answers is done in this order, one after the other. */
export function tampering(
  client: DynamoDBDocumentClient,
  tamper: (actions: readonly Action[]) => readonly (readonly Action[])[],
): DynamoDBDocumentClient {
  return around(client, async (command, send) => {
    if (!(command instanceof TransactWriteCommand)) return send(command);
    let answer: unknown = {};
    for (const TransactItems of tamper(command.input.TransactItems ?? [])) {
      if (TransactItems.length > 0)
        answer = await send(new TransactWriteCommand({ TransactItems: [...TransactItems] }));
    }
    return answer;
  });
}

/** What was asked of the database. */
export interface Usage {
  /** Requests by the name of their command. */
  readonly requests: Readonly<Record<string, number>>;
  /** Items that were looked at. */
  readonly read: number;
  /** Items that were written, deleted or whose condition was checked. */
  readonly written: number;
}

/** A client that counts what is asked of it; `usage` tells it, and begins anew. */
export function counting(client: DynamoDBDocumentClient): {
  readonly client: DynamoDBDocumentClient;
  readonly usage: () => Usage;
} {
  let requests: Record<string, number> = {};
  let read = 0;
  let written = 0;
  return {
    client: around(client, async (command, send) => {
      const name = command.constructor.name.replace(/Command$/, '');
      requests[name] = (requests[name] ?? 0) + 1;
      const answer = (await send(command)) as { readonly ScannedCount?: number; readonly Item?: object } | undefined;
      read += answer?.ScannedCount ?? (answer?.Item ? 1 : 0);
      if (command instanceof TransactWriteCommand) written += command.input.TransactItems?.length ?? 0;
      return answer;
    }),
    usage: () => {
      const usage = { requests, read, written };
      requests = {};
      read = 0;
      written = 0;
      return usage;
    },
  };
}
