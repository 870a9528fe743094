import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { assertMayAct } from '@appointments/runtime';
import * as z from 'zod';
import type { CompareOrder } from '../app/compare-schedules';
import type { RestOfSweep } from '../app/sweep-wake-ups';

/** What a recurring rule puts on a queue. */
const Recurring = z.object({ 'detail-type': z.literal('Scheduled Event'), time: z.iso.datetime() });

/** A sweep begins with the rule's event, or goes on with the rest that a run has left. */
export const SweepMessage = z.union([
  Recurring.transform((): RestOfSweep | undefined => undefined),
  z.object({
    until: z.iso.datetime(),
    days: z.array(z.iso.date()),
    from: z.record(z.string(), z.string()).optional(),
  }),
]);

/** A comparison begins with the rule's event, by whose time it is named, or goes on. */
export const CompareMessage = z.union([
  Recurring.transform(({ time }): CompareOrder => ({ run: time, begins: true })),
  z.object({ goOn: z.iso.datetime() }).transform(({ goOn }): CompareOrder => ({ run: goOn, begins: false })),
]);

/** Leaves the rest of a sweep to the next run. */
export function goOnSweeping(client: SQSClient, queueUrl: string) {
  return async (rest: RestOfSweep): Promise<void> => {
    assertMayAct('sweeping');
    await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(rest) }));
  };
}

/** Has a comparison gone on with in a second. */
export function goOnComparing(client: SQSClient, queueUrl: string) {
  return async (run: string): Promise<void> => {
    assertMayAct('comparing');
    await client.send(
      new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify({ goOn: run }), DelaySeconds: 1 }),
    );
  };
}
