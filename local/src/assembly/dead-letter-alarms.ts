import type { Queues } from '../aws/types';
import type { Busy } from '../kernel/types';

export interface DeadLetterAlarm {
  readonly name: string;
  readonly description: string;
  readonly queue: string;
  readonly topicArns: readonly string[];
}

/** Fires once when the queue goes from empty to not empty, and again only after it has been empty. */
export function watchDeadLetters(
  alarm: DeadLetterAlarm,
  ports: {
    readonly queues: Queues;
    readonly publish: (topicArn: string, subject: string, message: string) => Promise<string>;
    readonly busy: Busy;
    readonly onError: (what: string, error: unknown) => void;
  },
): void {
  // What lies there from before was told of before.
  let ringing = ports.queues.messages(alarm.queue).length > 0;
  ports.queues.onArrival(alarm.queue, (arrived) => {
    const others = ports.queues.messages(alarm.queue).some(({ id }) => id !== arrived.id);
    if (ringing && others) return;
    ringing = true;
    const message = `${alarm.description}\nQueue: ${alarm.queue}`.trim();
    for (const topicArn of alarm.topicArns) {
      const what = `alarm ${alarm.name}`;
      ports.busy
        .track(what, ports.publish(topicArn, alarm.name, message))
        .catch((error: unknown) => ports.onError(what, error));
    }
  });
}
