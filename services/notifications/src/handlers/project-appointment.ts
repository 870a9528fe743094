import { consume, documentClient, queueClient, readConfig, tableItems } from '@appointments/runtime';
import * as z from 'zod';
import { projections } from '../adapters/projections';
import { PROJECTED, projectAppointment } from '../app/project-appointment';

const config = readConfig(
  z.object({ TABLE_NAME: z.string(), QUEUE_URL: z.string(), DEAD_LETTER_QUEUE_URL: z.string() }),
);
const now = () => new Date();
const items = tableItems(documentClient(), config.TABLE_NAME);

export const handler = consume(PROJECTED, projectAppointment(projections(items, now)), {
  queues: queueClient(),
  queueUrl: config.QUEUE_URL,
  deadLetterQueueUrl: config.DEAD_LETTER_QUEUE_URL,
  now,
});
