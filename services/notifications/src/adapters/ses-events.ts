import * as z from 'zod';
import type { FateReport } from '../app/record-fate';
import type { Fate } from '../domain/fate';
import { SlotTags } from './ses-tags';

const Instant = z.iso.datetime();
const kind = (...words: readonly string[]) => words.join('-').toLowerCase();

const Mail = z.object({
  timestamp: Instant,
  messageId: z.string().min(1),
  destination: z.tuple([z.string().min(3)]),
  tags: SlotTags,
});

/** The shapes of SES's event publishing (developer guide, "Contents of event data"), as far as they are used. */
const Detail = z
  .discriminatedUnion('eventType', [
    z.object({ eventType: z.literal('Send'), mail: Mail }),
    z.object({ eventType: z.literal('Delivery'), mail: Mail, delivery: z.object({ timestamp: Instant }) }),
    z.object({
      eventType: z.literal('DeliveryDelay'),
      mail: Mail,
      deliveryDelay: z.object({ timestamp: Instant, delayType: z.string() }),
    }),
    z.object({
      eventType: z.literal('Bounce'),
      mail: Mail,
      bounce: z.object({ timestamp: Instant, bounceType: z.string(), bounceSubType: z.string() }),
    }),
    z.object({
      eventType: z.literal('Complaint'),
      mail: Mail,
      complaint: z.object({ timestamp: Instant, complaintFeedbackType: z.string().nullish() }),
    }),
    z.object({ eventType: z.literal('Reject'), mail: Mail, reject: z.object({ reason: z.string() }) }),
  ])
  .transform((detail): FateReport => {
    const { messageId: providerId, destination, tags: slot, timestamp } = detail.mail;
    const [address] = destination;
    const report = (status: Fate['status'], at: string, reason?: string): FateReport => ({
      slot,
      address: bare(address),
      // Written alike, so that instants compare as text.
      fate: { status, at: new Date(at).toISOString(), providerId, ...(reason !== undefined && { reason }) },
    });
    switch (detail.eventType) {
      case 'Send':
        return report('sent', timestamp);
      case 'Delivery':
        return report('delivered', detail.delivery.timestamp);
      case 'DeliveryDelay':
        return report('delayed', detail.deliveryDelay.timestamp, kind(detail.deliveryDelay.delayType));
      case 'Bounce':
        return report('bounced', detail.bounce.timestamp, kind(detail.bounce.bounceType, detail.bounce.bounceSubType));
      case 'Complaint':
        return report(
          'complained',
          detail.complaint.timestamp,
          detail.complaint.complaintFeedbackType ? kind(detail.complaint.complaintFeedbackType) : undefined,
        );
      case 'Reject':
        return report('rejected', timestamp, kind(detail.reject.reason));
      default:
        return detail satisfies never;
    }
  });

/** What SES puts on the default bus about one mail of ours. */
export const SesEvent = z
  .object({ source: z.literal('aws.ses'), 'detail-type': z.string(), detail: Detail })
  .transform(({ detail }) => detail);

/** The address in `Name <address>`; an address alone is itself. */
const bare = (text: string): string => (/<([^<>]*)>\s*$/.exec(text)?.[1] ?? text).trim();
