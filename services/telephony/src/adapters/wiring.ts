import { documentClient, queueClient, readConfig, type ConsumePorts } from '@appointments/runtime';
import * as z from 'zod';
import { decideWith, type DecidePorts } from '../app/decide';
import { carrierLine, type CarrierLine } from '../app/line';
import { CallPolicySetting } from './call-policy';
import { lineIn } from './line';
import { projectionsIn } from './projections';
import { sessionsIn } from './sessions';

export const now = (): Date => new Date();

/** Whoever lost a write waits a moment of its own, so that the same two do not meet again. */
const pause = (tries: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, Math.random() * LONGEST_PAUSE_MS * 2 ** (tries - 1));
  });
const LONGEST_PAUSE_MS = 20;

/** The table's ports, as every function but the publisher needs them. */
export function tablePorts() {
  const { TABLE_NAME, CALL_POLICY } = readConfig(z.object({ TABLE_NAME: z.string(), CALL_POLICY: CallPolicySetting }));
  const ports: DecidePorts = {
    sessions: sessionsIn(documentClient(), TABLE_NAME),
    projections: projectionsIn(documentClient(), TABLE_NAME),
    policy: CALL_POLICY,
    now,
    pause,
  };
  return { ...ports, decide: decideWith(ports) };
}

/** What all sessions share of the carrier. */
export function linePort(): CarrierLine {
  const config = readConfig(
    z.object({
      TABLE_NAME: z.string(),
      CALLS_PER_SECOND: z.coerce.number('must be a number').positive('must be more than 0').max(1000),
      DAILY_SPEND_USD: z.coerce.number('must be a number').nonnegative('must not be negative'),
      USD_PER_MINUTE: z.coerce.number('must be a number').nonnegative('must not be negative'),
    }),
  );
  return carrierLine({
    store: lineIn(documentClient(), config.TABLE_NAME, now),
    policy: {
      callsPerSecond: config.CALLS_PER_SECOND,
      dailySpendUsd: config.DAILY_SPEND_USD,
      usdPerMinute: config.USD_PER_MINUTE,
    },
    now,
    pause,
  });
}

/** The ports of a function that works off its own queue. */
export function queuePorts(): ConsumePorts {
  const config = readConfig(z.object({ QUEUE_URL: z.string(), DEAD_LETTER_QUEUE_URL: z.string() }));
  return {
    queues: queueClient(),
    queueUrl: config.QUEUE_URL,
    deadLetterQueueUrl: config.DEAD_LETTER_QUEUE_URL,
    now,
  };
}
