import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { consume, documentClient, queueClient, readConfig, traced } from '@appointments/runtime';
import * as z from 'zod';
import { delayQueue } from '../adapters/delay-queue';
import { schedules } from '../adapters/schedules';
import { wakeUpTable } from '../adapters/wake-up-table';
import { PLANNED_BY, planWakeUps } from '../app/plan-wake-ups';
import { parseReminders } from '../domain/reminders';

const config = readConfig(
  z.object({
    TABLE_NAME: z.string(),
    QUEUE_URL: z.string(),
    DEAD_LETTER_QUEUE_URL: z.string(),
    WAKE_UP_QUEUE_URL: z.string(),
    SCHEDULE_GROUP_NAME: z.string(),
    SCHEDULE_ROLE_ARN: z.string(),
    HAND_OVER_QUEUE_ARN: z.string(),
    SCHEDULE_DEAD_LETTER_QUEUE_ARN: z.string(),
    /** Offsets before the appointment, like `24h,1h`. */
    REMINDERS: z.string().default(''),
  }),
);
const now = () => new Date();
const table = wakeUpTable(documentClient(), config.TABLE_NAME, now);
const timers = schedules(traced(new SchedulerClient({})), {
  groupName: config.SCHEDULE_GROUP_NAME,
  roleArn: config.SCHEDULE_ROLE_ARN,
  queueArn: config.HAND_OVER_QUEUE_ARN,
  deadLetterQueueArn: config.SCHEDULE_DEAD_LETTER_QUEUE_ARN,
});

export const handler = consume(
  PLANNED_BY,
  planWakeUps(
    { ...table, ...timers, delay: delayQueue(queueClient(), config.WAKE_UP_QUEUE_URL), now },
    parseReminders(config.REMINDERS),
  ),
  { queues: queueClient(), queueUrl: config.QUEUE_URL, deadLetterQueueUrl: config.DEAD_LETTER_QUEUE_URL, now },
);
