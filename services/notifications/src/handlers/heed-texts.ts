import { consumeMessages, documentClient, queueClient, readConfig, tableItems } from '@appointments/runtime';
import * as z from 'zod';
import { IncomingTextMessage } from '../adapters/incoming-text';
import { optOuts } from '../adapters/opt-outs';
import { heedText } from '../app/heed-text';

const config = readConfig(
  z.object({ TABLE_NAME: z.string(), QUEUE_URL: z.string(), DEAD_LETTER_QUEUE_URL: z.string() }),
);
const now = () => new Date();

export const handler = consumeMessages(
  IncomingTextMessage,
  heedText(optOuts(tableItems(documentClient(), config.TABLE_NAME), now)),
  { queues: queueClient(), queueUrl: config.QUEUE_URL, deadLetterQueueUrl: config.DEAD_LETTER_QUEUE_URL, now },
);
