import { createHash } from 'node:crypto';
import { CreateScheduleCommand, DeleteScheduleCommand, type SchedulerClient } from '@aws-sdk/client-scheduler';
import { assertMayAct, NotYet, THROTTLED_LIMIT_MS } from '@appointments/runtime';
import type { WakeUp } from '../domain/wake-up';
import { bodyOf } from './wake-up-message';

/** A schedule's name has 64 characters at most (EventBridge Scheduler, CreateSchedule). */
const MAX_NAME = 64;

/** The name of a wake-up's schedule, from appointment, purpose and version: the same wake-up never has two. */
export function scheduleName({ appointmentId, purpose, version }: WakeUp): string {
  const name = `${appointmentId}-${purpose}-v${version}`;
  if (name.length <= MAX_NAME) return name;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 24);
  return `${name.slice(0, MAX_NAME - digest.length - 1)}-${digest}`;
}

export interface ScheduleTarget {
  readonly groupName: string;
  /** The queue that hands over. */
  readonly queueArn: string;
  /** What EventBridge Scheduler may do: send to the queue and to its dead-letter queue. */
  readonly roleArn: string;
  readonly deadLetterQueueArn: string;
}

/** One-time schedules of EventBridge Scheduler, in a group, gone after they fired. */
export function schedules(client: SchedulerClient, target: ScheduleTarget) {
  return {
    async schedule(wakeUp: WakeUp, at: string): Promise<void> {
      assertMayAct('setting a schedule');
      try {
        await client.send(
          new CreateScheduleCommand({
            Name: scheduleName(wakeUp),
            GroupName: target.groupName,
            ScheduleExpression: `at(${at.slice(0, 19)})`,
            ScheduleExpressionTimezone: 'UTC',
            FlexibleTimeWindow: { Mode: 'OFF' },
            ActionAfterCompletion: 'DELETE',
            Target: {
              Arn: target.queueArn,
              RoleArn: target.roleArn,
              Input: bodyOf(wakeUp),
              RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
              DeadLetterConfig: { Arn: target.deadLetterQueueArn },
            },
          }),
        );
      } catch (error) {
        if (named(error, 'ConflictException')) return;
        throw throttledOr(error);
      }
    },

    async unschedule(wakeUp: WakeUp): Promise<void> {
      assertMayAct('removing a schedule');
      try {
        await client.send(new DeleteScheduleCommand({ Name: scheduleName(wakeUp), GroupName: target.groupName }));
      } catch (error) {
        if (named(error, 'ResourceNotFoundException')) return;
        throw throttledOr(error);
      }
    },
  };
}

function named(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}

function throttledOr(error: unknown): unknown {
  return named(error, 'ThrottlingException') || named(error, 'TooManyRequestsException')
    ? new NotYet('EventBridge Scheduler is throttled', THROTTLED_LIMIT_MS)
    : error;
}
