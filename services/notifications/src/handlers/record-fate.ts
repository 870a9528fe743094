import { SNSClient } from '@aws-sdk/client-sns';
import { consumeMessages, documentClient, queueClient, readConfig, tableItems, traced } from '@appointments/runtime';
import * as z from 'zod';
import { alerts } from '../adapters/alerts';
import { ledger } from '../adapters/ledger';
import { optOuts } from '../adapters/opt-outs';
import { projections } from '../adapters/projections';
import { SesEvent } from '../adapters/ses-events';
import { recordFate } from '../app/record-fate';

const config = readConfig(
  z.object({
    TABLE_NAME: z.string(),
    QUEUE_URL: z.string(),
    DEAD_LETTER_QUEUE_URL: z.string(),
    BRAND_NAME: z.string().min(1),
    ALERT_TOPIC_ARN: z.string(),
  }),
);
const now = () => new Date();
const items = tableItems(documentClient(), config.TABLE_NAME);

export const handler = consumeMessages(
  SesEvent,
  recordFate(
    {
      ...projections(items, now),
      ...ledger(items),
      isKnownToWantNone: optOuts(items, now).isKnownToWantNone,
      raiseAlert: alerts(traced(new SNSClient({ maxAttempts: 1 })), config.ALERT_TOPIC_ARN),
      now,
    },
    { brandName: config.BRAND_NAME },
  ),
  {
    queues: queueClient(),
    queueUrl: config.QUEUE_URL,
    deadLetterQueueUrl: config.DEAD_LETTER_QUEUE_URL,
    now,
    contextOf: ({ slot }) => ({ correlationId: slot.appointmentId }),
  },
);
