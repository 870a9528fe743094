import { ListQueuesCommand, ReceiveMessageCommand, type Message, type SQSClient } from '@aws-sdk/client-sqs';
import type { DeadLetter } from '../doctor/evidence';
import { kindOf } from '../doctor/dead-letters';

/** Messages of one queue that are looked at. A queue with more has a fault that is no single appointment's. */
const LOOKED_AT = 200;
/** Seconds for which a message that was looked at is hidden, so that the next receive brings others. */
const HIDDEN_SECONDS = 10;

/**
 * The messages in the dead-letter queues of a stage that speak of `about`. Looking hides them for ten seconds and counts as a
 * receive, which changes nothing: nobody works these queues off, and they give up nothing.
 */
export async function deadLettersOf(queues: SQSClient, stage: string, about: string): Promise<readonly DeadLetter[]> {
  const urls = await deadLetterQueues(queues, stage);
  const found = await Promise.all(urls.map((url) => messagesIn(queues, url)));
  return found
    .flatMap((messages, index) =>
      messages.flatMap((message) => {
        const body = message.Body ?? '';
        return body.includes(about) ? [letterOf(message, body, nameOf(urls[index] ?? ''))] : [];
      }),
    )
    .toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

/** They are named by CloudFormation: after the stack and the construct, which calls them dead letters. */
async function deadLetterQueues(queues: SQSClient, stage: string): Promise<readonly string[]> {
  const found: string[] = [];
  let NextToken: string | undefined;
  do {
    const page = await queues.send(
      new ListQueuesCommand({ QueueNamePrefix: `appointments-${stage}-`, MaxResults: 1000, NextToken }),
    );
    found.push(...(page.QueueUrls ?? []));
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return found.filter((url) => /DeadLetters/.test(nameOf(url)));
}

async function messagesIn(queues: SQSClient, QueueUrl: string): Promise<readonly Message[]> {
  const found = new Map<string, Message>();
  while (found.size < LOOKED_AT) {
    const { Messages = [] } = await queues.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: 10,
        VisibilityTimeout: HIDDEN_SECONDS,
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: ['ApproximateReceiveCount', 'SentTimestamp'],
      }),
    );
    const before = found.size;
    for (const message of Messages) found.set(message.MessageId ?? '', message);
    if (found.size === before) break;
  }
  return [...found.values()];
}

function letterOf(message: Message, body: string, queue: string): DeadLetter {
  const reason =
    message.MessageAttributes?.['reason']?.StringValue ?? message.MessageAttributes?.['ERROR_MESSAGE']?.StringValue;
  return {
    queue,
    at: new Date(Number(message.Attributes?.['SentTimestamp'] ?? 0)).toISOString(),
    ...(reason !== undefined && { reason }),
    receiveCount: Number(message.Attributes?.['ApproximateReceiveCount'] ?? 0),
    ...kindOf(body),
  };
}

function nameOf(url: string): string {
  return url.split('/').at(-1) ?? url;
}
