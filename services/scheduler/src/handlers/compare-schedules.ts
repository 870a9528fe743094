import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { consumeMessages, documentClient, queueClient, readConfig, traced } from '@appointments/runtime';
import * as z from 'zod';
import { comparisonTable } from '../adapters/comparison-table';
import { delayQueue } from '../adapters/delay-queue';
import { appointmentIn, scheduleGroup, scheduleName, schedules } from '../adapters/schedules';
import { SCHEDULING, scheduleTarget } from '../adapters/settings';
import { wakeUpTable } from '../adapters/wake-up-table';
import { CompareMessage, goOnComparing } from '../adapters/work-messages';
import { compareSchedules } from '../app/compare-schedules';

const config = readConfig(
  z.object({
    TABLE_NAME: z.string(),
    QUEUE_URL: z.string(),
    DEAD_LETTER_QUEUE_URL: z.string(),
    WAKE_UP_QUEUE_URL: z.string(),
    ...SCHEDULING,
  }),
);
const now = () => new Date();
const queues = queueClient();
const scheduler = traced(new SchedulerClient({}));

export const handler = consumeMessages(
  CompareMessage,
  compareSchedules({
    ...wakeUpTable(documentClient(), config.TABLE_NAME, now),
    ...comparisonTable(documentClient(), config.TABLE_NAME),
    ...scheduleGroup(scheduler, config.SCHEDULE_GROUP_NAME),
    ...schedules(scheduler, scheduleTarget(config)),
    nameOf: scheduleName,
    appointmentIn,
    delay: delayQueue(queues, config.WAKE_UP_QUEUE_URL),
    goOn: goOnComparing(queues, config.QUEUE_URL),
    now,
  }),
  { queues, queueUrl: config.QUEUE_URL, deadLetterQueueUrl: config.DEAD_LETTER_QUEUE_URL, now },
);
