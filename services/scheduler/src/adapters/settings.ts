import * as z from 'zod';
import type { ScheduleTarget } from './schedules';

/** What a function needs to set schedules. */
export const SCHEDULING = {
  SCHEDULE_GROUP_NAME: z.string(),
  SCHEDULE_ROLE_ARN: z.string(),
  HAND_OVER_QUEUE_ARN: z.string(),
  SCHEDULE_DEAD_LETTER_QUEUE_ARN: z.string(),
};

export function scheduleTarget(config: z.infer<z.ZodObject<typeof SCHEDULING>>): ScheduleTarget {
  return {
    groupName: config.SCHEDULE_GROUP_NAME,
    roleArn: config.SCHEDULE_ROLE_ARN,
    queueArn: config.HAND_OVER_QUEUE_ARN,
    deadLetterQueueArn: config.SCHEDULE_DEAD_LETTER_QUEUE_ARN,
  };
}
