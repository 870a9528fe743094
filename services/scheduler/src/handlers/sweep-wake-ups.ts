import { consumeMessages, documentClient, queueClient, readConfig } from '@appointments/runtime';
import * as z from 'zod';
import { delayQueue } from '../adapters/delay-queue';
import { wakeUpTable } from '../adapters/wake-up-table';
import { goOnSweeping, SweepMessage } from '../adapters/work-messages';
import { sweepWakeUps } from '../app/sweep-wake-ups';

const config = readConfig(
  z.object({
    TABLE_NAME: z.string(),
    QUEUE_URL: z.string(),
    DEAD_LETTER_QUEUE_URL: z.string(),
    WAKE_UP_QUEUE_URL: z.string(),
  }),
);
const now = () => new Date();
const queues = queueClient();

export const handler = consumeMessages(
  SweepMessage,
  sweepWakeUps({
    ...wakeUpTable(documentClient(), config.TABLE_NAME, now),
    delay: delayQueue(queues, config.WAKE_UP_QUEUE_URL),
    goOn: goOnSweeping(queues, config.QUEUE_URL),
    now,
  }),
  { queues, queueUrl: config.QUEUE_URL, deadLetterQueueUrl: config.DEAD_LETTER_QUEUE_URL, now },
);
