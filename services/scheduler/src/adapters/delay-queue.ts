import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { assertMayAct } from '@appointments/runtime';
import type { WakeUp } from '../domain/wake-up';
import { bodyOf } from './wake-up-message';

/** The queue whose delays are precise to the second. */
export function delayQueue(client: SQSClient, queueUrl: string) {
  return async (wakeUp: WakeUp, delaySeconds: number): Promise<void> => {
    assertMayAct('delaying a wake-up');
    await client.send(
      new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: bodyOf(wakeUp), DelaySeconds: delaySeconds }),
    );
  };
}
