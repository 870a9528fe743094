import { describe, expect, it, jest } from '@jest/globals';
import type { SchedulerClient } from '@aws-sdk/client-scheduler';
import { NotYet, within } from '@appointments/runtime';
import type { WakeUp } from '../domain/wake-up';
import { appointmentIn, scheduleName, scheduleGroup, schedules } from './schedules';
import { bodyOf } from './wake-up-message';

const wakeUp: WakeUp = {
  appointmentId: 'apt_01JDXK3Q6Z8V4T2M9R7W5Y1N0C',
  version: 2,
  purpose: 'call',
  dueAt: '2026-12-01T15:00:00.000Z',
  cause: { eventId: 'AppointmentRescheduled:apt_01JDXK3Q6Z8V4T2M9R7W5Y1N0C:2', hops: 0 },
};
const target = { groupName: 'group', queueArn: 'arn:queue', roleArn: 'arn:role', deadLetterQueueArn: 'arn:dlq' };
const at = '2026-12-01T14:58:00.000Z';

function answering(answer: () => Promise<unknown>) {
  const send = jest.fn<(command: { input: unknown }) => Promise<unknown>>(answer);
  const client = { send } as unknown as SchedulerClient;
  return { send, timers: schedules(client, target), group: scheduleGroup(client, 'group') };
}
const refusing = (name: string) => answering(() => Promise.reject(Object.assign(new Error(name), { name })));

describe('a schedule', () => {
  it('is named from appointment, purpose and version', () => {
    expect(scheduleName(wakeUp)).toBe('apt_01JDXK3Q6Z8V4T2M9R7W5Y1N0C-call-v2');
  });

  it('keeps a name of its own when that would be longer than 64 characters', () => {
    const long = { ...wakeUp, appointmentId: 'a'.repeat(64) };
    const names = [
      scheduleName(long),
      scheduleName({ ...long, version: 3 }),
      scheduleName({ ...long, purpose: 'reminder-24h' }),
    ];

    expect(new Set(names).size).toBe(3);
    for (const name of names) expect(name).toMatch(/^[0-9a-zA-Z-_.]{1,64}$/);
  });

  it('fires once at a UTC second, is deleted then, and keeps what it could not hand over', async () => {
    const { send, timers } = answering(() => Promise.resolve({}));

    await expect(timers.schedule(wakeUp, at)).resolves.toBe(true);

    expect(send.mock.calls[0]?.[0].input).toEqual({
      Name: 'apt_01JDXK3Q6Z8V4T2M9R7W5Y1N0C-call-v2',
      GroupName: 'group',
      ScheduleExpression: 'at(2026-12-01T14:58:00)',
      ScheduleExpressionTimezone: 'UTC',
      FlexibleTimeWindow: { Mode: 'OFF' },
      ActionAfterCompletion: 'DELETE',
      Target: {
        Arn: 'arn:queue',
        RoleArn: 'arn:role',
        Input: JSON.stringify({
          appointmentId: wakeUp.appointmentId,
          version: 2,
          purpose: 'call',
          dueAt: wakeUp.dueAt,
          cause: wakeUp.cause,
        }),
        RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
        DeadLetterConfig: { Arn: 'arn:dlq' },
      },
    });
  });

  it('that is set already is left as it is', async () => {
    await expect(refusing('ConflictException').timers.schedule(wakeUp, at)).resolves.toBe(false);
  });

  it('that is gone already needs no removal', async () => {
    await expect(refusing('ResourceNotFoundException').timers.unschedule(wakeUp)).resolves.toBe(false);
  });

  it('waits when EventBridge Scheduler is throttled', async () => {
    await expect(refusing('ThrottlingException').timers.schedule(wakeUp, at)).rejects.toBeInstanceOf(NotYet);
  });

  it('fails when it cannot be removed, so that the message comes again', async () => {
    await expect(refusing('InternalServerException').timers.unschedule(wakeUp)).rejects.toThrow(
      'InternalServerException',
    );
  });

  it('is not set by a replay', async () => {
    const { send, timers } = answering(() => Promise.resolve({}));

    await expect(within({ replayName: 'rebuild' }, () => timers.schedule(wakeUp, at))).rejects.toThrow(/replay/);
    expect(send).not.toHaveBeenCalled();
  });
});

describe('a schedule’s name', () => {
  it.each([
    ['apt_01JDXK3Q6Z8V4T2M9R7W5Y1N0C-call-v2', 'apt_01JDXK3Q6Z8V4T2M9R7W5Y1N0C'],
    ['a-b-reminder-1d-wall-v12', 'a-b'],
    ['a-b-text-24h-v2', 'a-b'],
    [scheduleName({ ...wakeUp, appointmentId: 'a'.repeat(64) }), undefined],
    ['something-else', undefined],
  ])('%s tells of the appointment %s', (name, appointmentId) => {
    expect(appointmentIn(name)).toBe(appointmentId);
  });
});

describe('the schedule group', () => {
  it('is listed a hundred at a time, from where the last page ended', async () => {
    const { send, group } = answering(() => Promise.resolve({ Schedules: [{ Name: 'one' }], NextToken: 'more' }));

    await expect(group.listSchedules('here')).resolves.toEqual({ names: ['one'], next: 'more' });

    expect(send.mock.calls[0]?.[0].input).toEqual({ GroupName: 'group', MaxResults: 100, NextToken: 'here' });
  });

  it('tells what a schedule would hand over', async () => {
    const holding = (Input: string) => answering(() => Promise.resolve({ Target: { Input } })).group;

    await expect(holding(bodyOf(wakeUp)).handedOverBy('name')).resolves.toEqual(wakeUp);
    await expect(holding('{}').handedOverBy('name')).resolves.toBe('unreadable');
    await expect(holding('no JSON').handedOverBy('name')).resolves.toBe('unreadable');
    await expect(refusing('ResourceNotFoundException').group.handedOverBy('name')).resolves.toBe('gone');
  });

  it('is not looked at for a while when EventBridge Scheduler is throttled', async () => {
    const { group } = refusing('ThrottlingException');

    await expect(group.listSchedules(undefined)).rejects.toBeInstanceOf(NotYet);
    await expect(group.handedOverBy('name')).rejects.toBeInstanceOf(NotYet);
  });
});
