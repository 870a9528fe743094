import { consumeMessages, documentClient, queueClient, readConfig } from '@appointments/runtime';
import * as z from 'zod';
import { timelineTable } from '../adapters/timeline-table';
import { entryOf, Envelope } from '../domain/entry';

const config = readConfig(
  z.object({ TABLE_NAME: z.string(), QUEUE_URL: z.string(), DEAD_LETTER_QUEUE_URL: z.string() }),
);
const now = () => new Date();
const table = timelineTable(documentClient(), config.TABLE_NAME);

export const handler = consumeMessages(Envelope, (envelope) => table.keep(entryOf(envelope), now()), {
  queues: queueClient(),
  queueUrl: config.QUEUE_URL,
  deadLetterQueueUrl: config.DEAD_LETTER_QUEUE_URL,
  now,
  contextOf: ({ detail }) => ({ correlationId: detail.metadata.correlationId }),
});
