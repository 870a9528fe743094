import { SESClient } from '@aws-sdk/client-ses';
import { SNSClient } from '@aws-sdk/client-sns';
import {
  consume,
  documentClient,
  LinkKeys,
  queueClient,
  readConfig,
  secret,
  tableItems,
  traced,
} from '@appointments/runtime';
import { BrandColor, readableOn } from '@appointments/runtime/brand';
import { DEFAULT_QUIET_HOURS, QuietHoursSetting } from '@appointments/runtime/quiet-hours';
import * as z from 'zod';
import { addresses } from '../adapters/addresses';
import { alerts } from '../adapters/alerts';
import { ledger } from '../adapters/ledger';
import { mailer } from '../adapters/mailer';
import { optOuts } from '../adapters/opt-outs';
import { projections } from '../adapters/projections';
import { texter } from '../adapters/texter';
import { sendMessages, TOLD } from '../app/send-messages';

const config = readConfig(
  z.object({
    TABLE_NAME: z.string(),
    QUEUE_URL: z.string(),
    DEAD_LETTER_QUEUE_URL: z.string(),
    SENDER_EMAIL: z.email('must be an e-mail address'),
    CONFIGURATION_SET: z.string().min(1),
    BRAND_NAME: z.string().min(1),
    BRAND_COLOR: z.preprocess((value) => (value === '' ? undefined : value), BrandColor.optional()),
    AGENT_LOCALE: z.string().min(2).default('en'),
    FOLLOW_UP: z.enum(['true', 'false']).default('false'),
    ALERT_TOPIC_ARN: z.string(),
    PUBLIC_URL: z.url({ protocol: /^https?$/, error: 'must be an address like https://book.example.com' }),
    LINK_KEY_SECRET_NAME: z.string(),
    QUIET_HOURS: QuietHoursSetting.prefault(DEFAULT_QUIET_HOURS),
    SMS_SENDER_ID: z.string().optional(),
    SMS_ORIGINATION_NUMBER: z.string().optional(),
    SMS_MAX_PRICE_USD: z.coerce.number().positive().optional(),
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
const items = tableItems(documentClient(), config.TABLE_NAME);
const numbers = optOuts(items, now);
const topics = traced(new SNSClient({ maxAttempts: 1 }));

export const handler = consume(
  TOLD,
  sendMessages(
    {
      ...projections(items, now),
      ...ledger(items),
      linkKeys: secret(LinkKeys, config.LINK_KEY_SECRET_NAME),
      ...addresses(items),
      sendEmail: mailer(traced(new SESClient({ maxAttempts: 1 })), house, config.CONFIGURATION_SET),
      raiseAlert: alerts(topics, config.ALERT_TOPIC_ARN),
      hasOptedOut: numbers.hasOptedOut(topics),
      isKnownToWantNone: numbers.isKnownToWantNone,
      sendText: texter(topics, {
        senderId: config.SMS_SENDER_ID,
        originationNumber: config.SMS_ORIGINATION_NUMBER,
        maxPriceUsd: config.SMS_MAX_PRICE_USD,
      }),
      now,
    },
    house,
    { followUp: config.FOLLOW_UP === 'true', quietHours: config.QUIET_HOURS },
  ),
  { queues: queueClient(), queueUrl: config.QUEUE_URL, deadLetterQueueUrl: config.DEAD_LETTER_QUEUE_URL, now },
);
