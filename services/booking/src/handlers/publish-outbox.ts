import {
  AgentChanged,
  AppointmentAmended,
  AppointmentCancelled,
  AppointmentCreated,
  AppointmentRescheduled,
} from '@appointments/events';
import { busClient, publish, publishOutbox, queueClient, readConfig } from '@appointments/runtime';
import * as z from 'zod';
import { now } from '../adapters/settings';

const { EVENT_BUS_NAME, DEAD_LETTER_QUEUE_URL } = readConfig(
  z.object({ EVENT_BUS_NAME: z.string().min(1), DEAD_LETTER_QUEUE_URL: z.url() }),
);

export const handler = publishOutbox({
  contracts: [AppointmentCreated, AppointmentRescheduled, AppointmentAmended, AppointmentCancelled, AgentChanged],
  publish: publish(busClient(), EVENT_BUS_NAME),
  queues: queueClient(),
  queueUrls: {},
  deadLetterQueueUrl: DEAD_LETTER_QUEUE_URL,
  now,
});
