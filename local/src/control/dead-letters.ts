import type { AwsServices } from '../aws/types';

/** Every message in a dead-letter queue, oldest first; the reason is our attribute, else AWS's message, else the last error of the function that failed on it. */
export function deadLetters({ queues }: AwsServices) {
  return queues
    .list()
    .filter(({ isDeadLetterQueue }) => isDeadLetterQueue)
    .flatMap(({ name }) =>
      queues.messages(name).map((message) => ({
        queue: name,
        id: message.id,
        sentAt: message.sentAt,
        reason:
          message.messageAttributes['reason']?.StringValue ??
          message.messageAttributes['ERROR_MESSAGE']?.StringValue ??
          queues.lastErrorOf(message.id) ??
          null,
        receiveCount: message.receiveCount,
        body: message.body,
      })),
    )
    .toSorted((a, b) => a.sentAt - b.sentAt)
    .map(({ queue, id, sentAt, reason, receiveCount, body }) => ({
      queue,
      id,
      at: new Date(sentAt).toISOString(),
      reason,
      receiveCount,
      body,
    }));
}
