import { consume, documentClient, queueClient, readConfig } from '@appointments/runtime';
import * as z from 'zod';
import { appointmentStore } from '../adapters/appointment-store';
import { now, tableName } from '../adapters/settings';
import { APPLIED, applyCallEvent } from '../app/apply-call-event';

const { QUEUE_URL, DEAD_LETTER_QUEUE_URL } = readConfig(
  z.object({ QUEUE_URL: z.url(), DEAD_LETTER_QUEUE_URL: z.url() }),
);
const { find, record } = appointmentStore(documentClient(), tableName());

export const handler = consume(APPLIED, applyCallEvent({ find, record }), {
  queues: queueClient(),
  queueUrl: QUEUE_URL,
  deadLetterQueueUrl: DEAD_LETTER_QUEUE_URL,
  now,
});
