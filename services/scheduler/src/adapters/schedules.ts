import { createHash } from 'node:crypto';
import {
  CreateScheduleCommand,
  DeleteScheduleCommand,
  GetScheduleCommand,
  ListSchedulesCommand,
  type SchedulerClient,
} from '@aws-sdk/client-scheduler';
import { assertMayAct, NotYet, THROTTLED_LIMIT_MS } from '@appointments/runtime';
import type { WakeUp } from '../domain/wake-up';
import { bodyOf, readBody } from './wake-up-message';

/** A schedule's name has 64 characters at most (EventBridge Scheduler, CreateSchedule). */
const MAX_NAME = 64;
/** ListSchedules lists no more at a time. */
const LIST_PAGE = 100;

/** The name of a wake-up's schedule, from appointment, purpose and version: the same wake-up never has two. */
export function scheduleName({ appointmentId, purpose, version }: WakeUp): string {
  const name = `${appointmentId}-${purpose}-v${version}`;
  if (name.length <= MAX_NAME) return name;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 24);
  return `${name.slice(0, MAX_NAME - digest.length - 1)}-${digest}`;
}

/** The appointment that a schedule's name seems to tell of; a name that was cut short tells of none. */
export function appointmentIn(name: string): string | undefined {
  return /^(.+)-(?:call|(?:reminder|text)-[A-Za-z0-9-]+)-v\d+$/.exec(name)?.[1];
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
  const { unschedule } = scheduleGroup(client, target.groupName);
  return {
    unschedule,

    async schedule(wakeUp: WakeUp, at: string): Promise<boolean> {
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
        return true;
      } catch (error) {
        if (named(error, 'ConflictException')) return false;
        throw throttledOr(error);
      }
    },
  };
}

/** What stands in a schedule group, and how it is taken out of it. */
export function scheduleGroup(client: SchedulerClient, groupName: string) {
  async function removeSchedule(name: string): Promise<boolean> {
    assertMayAct('removing a schedule');
    try {
      await client.send(new DeleteScheduleCommand({ Name: name, GroupName: groupName }));
      return true;
    } catch (error) {
      if (named(error, 'ResourceNotFoundException')) return false;
      throw throttledOr(error);
    }
  }

  return {
    removeSchedule,
    unschedule: (wakeUp: WakeUp): Promise<boolean> => removeSchedule(scheduleName(wakeUp)),

    async listSchedules(
      token: string | undefined,
    ): Promise<{ readonly names: readonly string[]; readonly next?: string | undefined }> {
      try {
        const { Schedules = [], NextToken } = await client.send(
          new ListSchedulesCommand({ GroupName: groupName, MaxResults: LIST_PAGE, NextToken: token }),
        );
        return { names: Schedules.flatMap(({ Name }) => Name ?? []), next: NextToken };
      } catch (error) {
        throw throttledOr(error);
      }
    },

    async handedOverBy(name: string): Promise<WakeUp | 'unreadable' | 'gone'> {
      try {
        const { Target } = await client.send(new GetScheduleCommand({ Name: name, GroupName: groupName }));
        return readBody(Target?.Input ?? '') ?? 'unreadable';
      } catch (error) {
        if (named(error, 'ResourceNotFoundException')) return 'gone';
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
