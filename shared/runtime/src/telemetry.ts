import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Tracer } from '@aws-lambda-powertools/tracer';
import { handlingContext } from './context';
import { redact } from './redact';

const logger = new Logger();
const metrics = new Metrics();

type Fields = Readonly<Record<string, unknown>>;

function line(fields: Fields): Record<string, unknown> {
  const { correlationId = appointmentIn(fields), requestId, replayName } = handlingContext();
  return {
    ...(redact(fields) as Record<string, unknown>),
    ...(correlationId !== undefined && { correlation_id: correlationId }),
    ...(requestId !== undefined && { request_id: requestId }),
    ...(replayName !== undefined && { replay_name: replayName }),
  };
}

/** Where nobody said what is handled, as in a webhook, the appointment that a line names is its correlation id. */
function appointmentIn({ appointmentId }: Fields): string | undefined {
  return typeof appointmentId === 'string' ? appointmentId : undefined;
}

/** One structured line; the correlation id is added, personal data masked. */
export const log = {
  debug: (message: string, fields: Fields = {}) => logger.debug(message, line(fields)),
  info: (message: string, fields: Fields = {}) => logger.info(message, line(fields)),
  warn: (message: string, fields: Fields = {}) => logger.warn(message, line(fields)),
  error: (message: string, fields: Fields = {}) => logger.error(message, line(fields)),
};

let unwritten = false;

/** Adds to a metric of this service. */
export function count(metric: string, value = 1): void {
  unwritten = true;
  metrics.addMetric(metric, MetricUnit.Count, value);
}

/** Records how long something took, in milliseconds. */
export function measure(metric: string, milliseconds: number): void {
  unwritten = true;
  metrics.addMetric(metric, MetricUnit.Milliseconds, milliseconds);
}

/** Writes the metrics of this invocation; without any it does nothing. */
export function flushMetrics(): void {
  if (!unwritten) return;
  unwritten = false;
  metrics.publishStoredMetrics();
}

let tracer: Tracer | undefined;

/**
 * The client with its calls traced, where there is something to trace to. The tracer's X-Ray SDK hooks into every promise
 * as soon as it is loaded, which doubles what a call costs: so it is loaded on Lambda only.
 */
export function traced<Client extends object>(client: Client): Client {
  // Lambda sets it; nothing else does.
  if (process.env['AWS_EXECUTION_ENV'] === undefined) return client;
  tracer ??= loadTracer();
  return tracer.captureAWSv3Client(client);
}

function loadTracer(): Tracer {
  const { Tracer: Loaded } = require('@aws-lambda-powertools/tracer') as typeof import('@aws-lambda-powertools/tracer');
  return new Loaded();
}
