import { SESClient } from '@aws-sdk/client-ses';
import { SNSClient } from '@aws-sdk/client-sns';
import { consume, documentClient, LinkKeys, queueClient, readConfig, secret, traced } from '@appointments/runtime';
import { BrandColor, readableOn } from '@appointments/runtime/brand';
import * as z from 'zod';
import { alerts } from '../adapters/alerts';
import { ledger } from '../adapters/ledger';
import { mailer } from '../adapters/mailer';
import { projections } from '../adapters/projections';
import { texter } from '../adapters/texter';
import { sendMessages, TOLD } from '../app/send-messages';

const config = readConfig(
  z.object({
    TABLE_NAME: z.string(),
    QUEUE_URL: z.string(),
    DEAD_LETTER_QUEUE_URL: z.string(),
    SENDER_EMAIL: z.email('must be an e-mail address'),
    BRAND_NAME: z.string().min(1),
    BRAND_COLOR: z.preprocess((value) => (value === '' ? undefined : value), BrandColor.optional()),
    AGENT_LOCALE: z.string().min(2).default('en'),
    FOLLOW_UP: z.enum(['true', 'false']).default('false'),
    ALERT_TOPIC_ARN: z.string(),
    PUBLIC_URL: z.url({ protocol: /^https?$/, error: 'must be an address like https://book.example.com' }),
    LINK_KEY_SECRET_NAME: z.string(),
  }),
);
const now = () => new Date();
const color = config.BRAND_COLOR;
const house = {
  brandName: config.BRAND_NAME,
  senderEmail: config.SENDER_EMAIL,
  publicUrl: config.PUBLIC_URL,
  agentLocale: config.AGENT_LOCALE,
  accent: color === undefined ? undefined : { color, on: readableOn(color) },
};
const documents = documentClient();
const topics = traced(new SNSClient({ maxAttempts: 1 }));

export const handler = consume(
  TOLD,
  sendMessages(
    {
      ...projections(documents, config.TABLE_NAME, now),
      ...ledger(documents, config.TABLE_NAME),
      linkKeys: secret(LinkKeys, config.LINK_KEY_SECRET_NAME),
      sendEmail: mailer(traced(new SESClient({ maxAttempts: 1 })), house),
      raiseAlert: alerts(topics, config.ALERT_TOPIC_ARN),
      sendText: texter(topics),
      now,
    },
    house,
    { followUp: config.FOLLOW_UP === 'true' },
  ),
  { queues: queueClient(), queueUrl: config.QUEUE_URL, deadLetterQueueUrl: config.DEAD_LETTER_QUEUE_URL, now },
);
