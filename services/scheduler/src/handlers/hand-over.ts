import { consumeMessages, documentClient, queueClient, readConfig } from '@appointments/runtime';
import * as z from 'zod';
import { delayQueue } from '../adapters/delay-queue';
import { contextOf, WakeUpMessage } from '../adapters/wake-up-message';
import { wakeUpTable } from '../adapters/wake-up-table';
import { handOver } from '../app/hand-over';

const config = readConfig(
  z.object({
    TABLE_NAME: z.string(),
    QUEUE_URL: z.string(),
    DEAD_LETTER_QUEUE_URL: z.string(),
    WAKE_UP_QUEUE_URL: z.string(),
  }),
);
const now = () => new Date();

export const handler = consumeMessages(
  WakeUpMessage,
  handOver({
    ...wakeUpTable(documentClient(), config.TABLE_NAME, now),
    delay: delayQueue(queueClient(), config.WAKE_UP_QUEUE_URL),
    now,
  }),
  {
    queues: queueClient(),
    queueUrl: config.QUEUE_URL,
    deadLetterQueueUrl: config.DEAD_LETTER_QUEUE_URL,
    now,
    contextOf,
  },
);
