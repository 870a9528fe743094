import { AgentAnswered, CallCompleted, CallConnected, CallFailed } from '@appointments/events';
import { busClient, publish, publishOutbox, queueClient, readConfig } from '@appointments/runtime';
import * as z from 'zod';

const config = readConfig(
  z.object({
    EVENT_BUS_NAME: z.string(),
    DEAD_LETTER_QUEUE_URL: z.string(),
    DIALLER_QUEUE_URL: z.string(),
    TIMERS_QUEUE_URL: z.string(),
  }),
);

export const handler = publishOutbox({
  contracts: [AgentAnswered, CallConnected, CallCompleted, CallFailed],
  publish: publish(busClient(), config.EVENT_BUS_NAME),
  queues: queueClient(),
  queueUrls: { dialler: config.DIALLER_QUEUE_URL, timers: config.TIMERS_QUEUE_URL },
  deadLetterQueueUrl: config.DEAD_LETTER_QUEUE_URL,
  now: () => new Date(),
});
