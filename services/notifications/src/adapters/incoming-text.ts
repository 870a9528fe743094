import { E164 } from '@appointments/runtime';
import * as z from 'zod';
import type { IncomingText } from '../app/heed-text';

/** What AWS End User Messaging writes to the topic of a two-way number (its user guide, "two-way SMS message payload"). */
const Payload = z.object({ originationNumber: z.string().regex(E164), messageBody: z.string() });

/** A notification of SNS as its subscribed queue gets it. Only that topic may write to the queue, so no signature is checked. */
export const IncomingTextMessage = z
  .object({ Type: z.literal('Notification'), Message: z.string(), Timestamp: z.iso.datetime() })
  .transform(({ Message, Timestamp }, context): IncomingText => {
    const payload = Payload.safeParse(jsonOf(Message));
    if (!payload.success) {
      context.addIssue({ code: 'custom', path: ['Message'], message: 'not a text message of a two-way number' });
      return z.NEVER;
    }
    return { from: payload.data.originationNumber, text: payload.data.messageBody, at: Timestamp };
  });

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
