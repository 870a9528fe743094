import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { consume, documentClient, queueClient, readConfig, traced } from '@appointments/runtime';
import { DEFAULT_QUIET_HOURS, QuietHoursSetting } from '@appointments/runtime/quiet-hours';
import * as z from 'zod';
import { delayQueue } from '../adapters/delay-queue';
import { schedules } from '../adapters/schedules';
import { SCHEDULING, scheduleTarget } from '../adapters/settings';
import { wakeUpTable } from '../adapters/wake-up-table';
import { PLANNED_BY, planWakeUps } from '../app/plan-wake-ups';
import { parseReminders } from '../domain/reminders';

const config = readConfig(
  z.object({
    TABLE_NAME: z.string(),
    QUEUE_URL: z.string(),
    DEAD_LETTER_QUEUE_URL: z.string(),
    WAKE_UP_QUEUE_URL: z.string(),
    ...SCHEDULING,
    QUIET_HOURS: QuietHoursSetting.prefault(DEFAULT_QUIET_HOURS),
    REMINDERS: z
      .string()
      .default('24h,1h')
      .transform((list, context) => {
        try {
          return parseReminders(list);
        } catch (error) {
          context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) });
          return z.NEVER;
        }
      }),
  }),
);
const now = () => new Date();
const table = wakeUpTable(documentClient(), config.TABLE_NAME, now);
const timers = schedules(traced(new SchedulerClient({})), scheduleTarget(config));

export const handler = consume(
  PLANNED_BY,
  planWakeUps(
    { ...table, ...timers, delay: delayQueue(queueClient(), config.WAKE_UP_QUEUE_URL), now },
    { reminders: config.REMINDERS, quietHours: config.QUIET_HOURS },
  ),
  { queues: queueClient(), queueUrl: config.QUEUE_URL, deadLetterQueueUrl: config.DEAD_LETTER_QUEUE_URL, now },
);
