import {
  DeleteRuleCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  type Message,
} from '@aws-sdk/client-sqs';
import { readEnvelope, timeOrder, type Envelope } from './envelope';
import type { Archive, Place } from './place';
import { CannotDo } from './problem';
import { CalledOff, follow, start, type Talk } from './run';
import type { Window } from './window';

/** Which events are meant: of one appointment, of some kinds, or all. */
export interface Wanted {
  readonly appointmentId?: string | undefined;
  readonly events: readonly string[];
  /** Whether the changes of agents come along, which are about no appointment. */
  readonly withAgents?: boolean | undefined;
}

const RECEIVERS = 4;

/** The pattern of a rule that hears the one replay, and of it what is wanted: nobody else's rule, no other time. */
export function sievePattern(name: string, { appointmentId, events, withAgents = false }: Wanted) {
  const ofAppointment = appointmentId === undefined ? undefined : { metadata: { correlationId: [appointmentId] } };
  const kinds = events.length === 0 ? {} : { 'detail-type': [...events] };
  const base = { source: [{ prefix: 'appointments.' }], 'replay-name': [name] };
  if (ofAppointment === undefined) return { ...base, ...kinds };
  if (!withAgents) return { ...base, ...kinds, detail: ofAppointment };
  return { ...base, $or: [{ ...kinds, detail: ofAppointment }, { 'detail-type': ['AgentChanged'] }] };
}

export interface Sifted {
  /** In order of time, each fact once. */
  readonly events: readonly Envelope[];
  /** What is wrong with each event that could not be read. */
  readonly unread: readonly string[];
}

/**
 * Replays the window through a rule and a queue of its own, which are gone afterwards, and gives what came out in order of
 * time: a replay cannot pick events, a rule can. Nothing else hears it.
 */
export async function sift(
  place: Place,
  archive: Archive,
  asked: { readonly name: string; readonly window: Window; readonly wanted: Wanted },
  talk: Talk,
): Promise<Sifted> {
  const { name, window, wanted } = asked;
  const { events, queues, busName } = place;
  const caught = new Map<string, Envelope>();
  const unread: string[] = [];
  try {
    const { RuleArn = '' } = await events.send(
      new PutRuleCommand({
        Name: name,
        EventBusName: busName,
        Description: 'Made by npm run replay or npm run events, and removed by it',
        EventPattern: JSON.stringify(sievePattern(name, wanted)),
      }),
    );
    const QueueUrl = await makeQueue(place, name, RuleArn);
    const { Attributes } = await queues.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
    await events.send(
      new PutTargetsCommand({
        EventBusName: busName,
        Rule: name,
        Targets: [{ Id: 'sieve', Arn: Attributes?.['QueueArn'] ?? '' }],
      }),
    );
    await start(place, archive, { name, window, ruleArns: [RuleArn], description: 'Picks events out of the archive' });
    const empty = async (waitSeconds: number): Promise<number> => {
      const found = await takeAll(place, QueueUrl, waitSeconds);
      for (const message of found) {
        try {
          const envelope = readEnvelope(message.Body ?? '');
          caught.set(envelope.detail.metadata?.eventId ?? envelope.id, envelope);
        } catch (error) {
          if (!(error instanceof CannotDo)) throw error;
          unread.push(error.message);
        }
      }
      return found.length;
    };
    const drain = async () => {
      while ((await empty(0)) > 0 && !talk.interrupted.aborted) talk.progress(`picked ${caught.size}`);
    };
    const ended = await follow(place, name, window, talk, drain);
    if (ended.state === 'CANCELLED') throw new CalledOff(`${name} was called off.`);
    const { quietRounds, quietSeconds } = place.patience;
    for (let quiet = 0; quiet < quietRounds;) quiet = (await empty(quietSeconds)) === 0 ? quiet + 1 : 0;
    return { events: [...caught.values()].toSorted(timeOrder), unread };
  } finally {
    await removeSieve(place, name);
  }
}

/** The queue takes messages from the one rule alone, and is empty after a day should nobody remove it. */
async function makeQueue({ queues }: Place, name: string, ruleArn: string): Promise<string> {
  const [, , , region = '', account = ''] = ruleArn.split(':');
  const partition = ruleArn.split(':')[1] ?? 'aws';
  const { QueueUrl = '' } = await queues.send(
    new CreateQueueCommand({
      QueueName: name,
      Attributes: {
        MessageRetentionPeriod: '86400',
        VisibilityTimeout: '600',
        SqsManagedSseEnabled: 'true',
        Policy: JSON.stringify({
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Principal: { Service: 'events.amazonaws.com' },
              Action: 'sqs:SendMessage',
              Resource: `arn:${partition}:sqs:${region}:${account}:${name}`,
              Condition: { ArnEquals: { 'aws:SourceArn': ruleArn } },
            },
          ],
        }),
      },
    }),
  );
  return QueueUrl;
}

/** What lies in the queue now, taken out; several at a time, since a receive answers ten at most. */
async function takeAll({ queues }: Place, QueueUrl: string, WaitTimeSeconds: number): Promise<Message[]> {
  const rounds = await Promise.all(
    Array.from({ length: RECEIVERS }, async () => {
      const { Messages = [] } = await queues.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds }),
      );
      if (Messages.length === 0) return [];
      await queues.send(
        new DeleteMessageBatchCommand({
          QueueUrl,
          Entries: Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle })),
        }),
      );
      return Messages;
    }),
  );
  return rounds.flat();
}

/** Removes rule and queue, whatever of them there is: also what a command left behind that was cut off. */
export async function removeSieve({ events, queues, busName }: Place, name: string): Promise<void> {
  const unlessGone = async (work: Promise<unknown>): Promise<void> => {
    try {
      await work;
    } catch (error) {
      if (!(error instanceof Error) || !/ResourceNotFound|QueueDoesNotExist|NonExistentQueue/.test(error.name))
        throw error;
    }
  };
  await unlessGone(events.send(new RemoveTargetsCommand({ EventBusName: busName, Rule: name, Ids: ['sieve'] })));
  await unlessGone(events.send(new DeleteRuleCommand({ EventBusName: busName, Name: name })));
  await unlessGone(
    queues
      .send(new GetQueueUrlCommand({ QueueName: name }))
      .then(({ QueueUrl }) => queues.send(new DeleteQueueCommand({ QueueUrl }))),
  );
}
