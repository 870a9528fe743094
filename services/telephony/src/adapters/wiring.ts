import { documentClient, queueClient, readConfig, type ConsumePorts } from '@appointments/runtime';
import * as z from 'zod';
import { decideWith, type DecidePorts } from '../app/decide';
import { DEFAULT_POLICY } from '../domain/policy';
import { projectionsIn } from './projections';
import { sessionsIn } from './sessions';

const TableConfig = z.object({ TABLE_NAME: z.string() });
const QueueConfig = z.object({ QUEUE_URL: z.string(), DEAD_LETTER_QUEUE_URL: z.string() });

export const now = (): Date => new Date();

/** The table's ports, as every function but the publisher needs them. */
export function tablePorts() {
  const { TABLE_NAME } = readConfig(TableConfig);
  const ports: DecidePorts = {
    sessions: sessionsIn(documentClient(), TABLE_NAME),
    projections: projectionsIn(documentClient(), TABLE_NAME),
    policy: DEFAULT_POLICY,
    now,
  };
  return { ...ports, decide: decideWith(ports) };
}

/** The ports of a function that works off its own queue. */
export function queuePorts(): ConsumePorts {
  const config = readConfig(QueueConfig);
  return {
    queues: queueClient(),
    queueUrl: config.QUEUE_URL,
    deadLetterQueueUrl: config.DEAD_LETTER_QUEUE_URL,
    now,
  };
}
