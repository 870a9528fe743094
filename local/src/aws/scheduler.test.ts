import {
  CreateScheduleCommand,
  DeleteScheduleCommand,
  GetScheduleCommand,
  GetScheduleGroupCommand,
  ListScheduleGroupsCommand,
  ListSchedulesCommand,
  SchedulerClient,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';
import type { CreateScheduleCommandInput } from '@aws-sdk/client-scheduler';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import recorded from '../../test/fixtures/aws-recorded-behaviour.json';
import expressions from '../../test/fixtures/scheduler-expressions.json';
import { startTestCloud } from './test-cloud';
import type { TestCloud } from './test-cloud';

const START = Date.UTC(2026, 11, 1, 15, 0, 30);
const QUEUE_ARN = 'arn:aws:sqs:us-east-1:000000000000:work';

interface Refusal {
  readonly recorded: {
    readonly 'invalid-schedule-expression': { readonly Error: { readonly Code: string; readonly Message: string } };
  };
}

describe('schedules', () => {
  let cloud: TestCloud;
  let scheduler: SchedulerClient;

  beforeEach(async () => {
    cloud = await startTestCloud(START);
    scheduler = new SchedulerClient(cloud.client);
    cloud.services.scheduler.declareGroup('calls');
    cloud.services.queues.declare({ name: 'work' });
    cloud.services.queues.declare({ name: 'dead' });
  });
  afterEach(async () => {
    scheduler.destroy();
    await cloud.stop();
  });

  const input = (more: Partial<CreateScheduleCommandInput> = {}): CreateScheduleCommandInput => ({
    Name: 'call-1',
    GroupName: 'calls',
    ScheduleExpression: 'at(2026-12-01T15:10:45)',
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: { Arn: QUEUE_ARN, RoleArn: 'arn:aws:iam::000000000000:role/scheduler', Input: '{"a":1}' },
    ...more,
  });
  const create = (more: Partial<CreateScheduleCommandInput> = {}) =>
    scheduler.send(new CreateScheduleCommand(input(more)));
  const list = async () =>
    ((await scheduler.send(new ListSchedulesCommand({}))).Schedules ?? []).map(({ Name }) => Name);
  const sent = (queue = 'work') =>
    cloud.services.queues.messages(queue).map(({ body, sentAt }) => [body, new Date(sentAt).toISOString()]);

  it.each(expressions.valid)('takes %s, as AWS does', async (ScheduleExpression) => {
    const { ScheduleArn } = await create({ ScheduleExpression });

    expect(ScheduleArn).toBe('arn:aws:scheduler:us-east-1:000000000000:schedule/calls/call-1');
  });

  it.each(expressions.invalid)('refuses %s, as AWS does', async (ScheduleExpression) => {
    const name = `scheduler/test_scheduler.py::tests_create_schedule_with_invalid_schedule_expression[${ScheduleExpression}]`;
    const found = (recorded.cases as unknown as Record<string, Refusal>)[name]?.recorded['invalid-schedule-expression'];

    await expect(create({ ScheduleExpression })).rejects.toMatchObject({
      name: found?.Error.Code,
      message: found?.Error.Message,
      $metadata: { httpStatusCode: 400 },
    });
    expect(await list()).toEqual([]);
  });

  it.each<[string, Partial<CreateScheduleCommandInput>]>([
    ['a name with other characters', { Name: 'call 1' }],
    ['a name of more than 64', { Name: 'a'.repeat(65) }],
    ['no time window', { FlexibleTimeWindow: undefined }],
    ['a window without its minutes', { FlexibleTimeWindow: { Mode: 'FLEXIBLE' } }],
    ['minutes without a window', { FlexibleTimeWindow: { Mode: 'OFF', MaximumWindowInMinutes: 5 } }],
    ['no role', { Target: { Arn: QUEUE_ARN, RoleArn: undefined } }],
    ['no target', { Target: undefined }],
    ['an unknown zone', { ScheduleExpressionTimezone: 'Mars/Olympus' }],
    ['a target that is no queue', { Target: { Arn: 'arn:aws:lambda:us-east-1:0:function:f', RoleArn: 'arn:role' } }],
    ['an input above 256 KB', { Target: { Arn: QUEUE_ARN, RoleArn: 'arn:role', Input: 'x'.repeat(262_145) } }],
  ])('refuses %s', async (_, wrong) => {
    await expect(create(wrong)).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('fires at the first second of its minute as a wake-up, once, and deletes itself when told to', async () => {
    await create({ ActionAfterCompletion: 'DELETE' });
    const armed = cloud.armed();

    await cloud.advance(3_600_000);

    expect(armed).toMatchObject([{ kind: 'schedule', at: Date.UTC(2026, 11, 1, 15, 10) }]);
    expect(sent()).toEqual([['{"a":1}', '2026-12-01T15:10:00.000Z']]);
    expect(await list()).toEqual([]);
  });

  it('stays listed after its run when it was not told to delete itself, and does not run again', async () => {
    await create();
    await cloud.advance(3_600_000);

    const again = await startTestCloud(START + 3_600_000, cloud.store.kept);
    again.services.queues.declare({ name: 'work' });
    await again.advance(3_600_000);
    const messages = again.services.queues.messages('work');
    await again.stop();

    expect(await list()).toEqual(['call-1']);
    expect(messages).toHaveLength(1);
  });

  it('reads the time in its zone', async () => {
    await create({ ScheduleExpression: 'at(2026-12-01T10:30:00)', ScheduleExpressionTimezone: 'America/New_York' });

    await cloud.advance(3_600_000);

    expect(sent()).toEqual([['{"a":1}', '2026-12-01T15:30:00.000Z']]);
  });

  it('fires at once for a time in the past', async () => {
    await create({ ScheduleExpression: 'at(2022-12-31T23:59:59)' });

    await cloud.advance(0);

    expect(sent()).toEqual([['{"a":1}', '2026-12-01T15:00:30.000Z']]);
  });

  it('fills in what the context names', async () => {
    await create({
      Target: {
        Arn: QUEUE_ARN,
        RoleArn: 'arn:role',
        Input:
          '{"at":"<aws.scheduler.scheduled-time>","of":"<aws.scheduler.schedule-arn>","n":"<aws.scheduler.attempt-number>","x":"<aws.scheduler.other>"}',
      },
    });

    await cloud.advance(3_600_000);

    expect(JSON.parse(sent()[0]?.[0] ?? '')).toEqual({
      at: '2026-12-01T15:10:45Z',
      of: 'arn:aws:scheduler:us-east-1:000000000000:schedule/calls/call-1',
      n: '1',
      x: '<aws.scheduler.other>',
    });
  });

  it('refuses a name that is taken, but not the same request again', async () => {
    await create({ ClientToken: 'token-1' });

    await expect(create({ ClientToken: 'token-1' })).resolves.toMatchObject({
      ScheduleArn: expect.stringContaining('call-1'),
    });
    await expect(create({ ClientToken: 'token-2' })).rejects.toMatchObject({
      name: 'ConflictException',
      $metadata: { httpStatusCode: 409 },
    });
    await expect(
      create({ ClientToken: 'token-1', ScheduleExpression: 'at(2027-01-01T00:00:00)' }),
    ).rejects.toMatchObject({ name: 'ConflictException' });
  });

  it('knows no schedule and no group that does not exist', async () => {
    const Name = 'nothing';
    const notFound = { name: 'ResourceNotFoundException', $metadata: { httpStatusCode: 404 } };

    await expect(scheduler.send(new GetScheduleCommand({ Name }))).rejects.toMatchObject(notFound);
    await expect(scheduler.send(new DeleteScheduleCommand({ Name }))).rejects.toMatchObject(notFound);
    await expect(scheduler.send(new UpdateScheduleCommand(input({ Name })))).rejects.toMatchObject(notFound);
    await expect(scheduler.send(new GetScheduleGroupCommand({ Name }))).rejects.toMatchObject(notFound);
    await expect(create({ GroupName: 'nothing' })).rejects.toMatchObject(notFound);
  });

  it('shows, replaces and deletes a schedule', async () => {
    const where = { Name: 'call-1', GroupName: 'calls' };
    await create({ Description: 'first' });
    const first = await scheduler.send(new GetScheduleCommand(where));
    await scheduler.send(new UpdateScheduleCommand(input({ ScheduleExpression: 'at(2026-12-01T16:00:00)' })));
    const second = await scheduler.send(new GetScheduleCommand(where));
    const armed = cloud.armed();
    await scheduler.send(new DeleteScheduleCommand(where));

    expect(first).toMatchObject({
      ...where,
      State: 'ENABLED',
      Description: 'first',
      ActionAfterCompletion: 'NONE',
      ScheduleExpressionTimezone: 'UTC',
      CreationDate: new Date(START),
      Target: { Arn: QUEUE_ARN, Input: '{"a":1}' },
    });
    expect(second).toMatchObject({ ScheduleExpression: 'at(2026-12-01T16:00:00)' });
    expect(second.Description).toBeUndefined();
    expect(armed).toMatchObject([{ at: Date.UTC(2026, 11, 1, 16) }]);
    expect(cloud.armed()).toEqual([]);
    expect(await list()).toEqual([]);
  });

  it('lists by group, prefix and page', async () => {
    await create({ Name: 'call-1' });
    await create({ Name: 'call-2' });
    await create({ Name: 'reminder-1', GroupName: 'default' });
    const names = async (query: object) => {
      const { Schedules, NextToken } = await scheduler.send(new ListSchedulesCommand(query));
      return [Schedules?.map(({ Name }) => Name), NextToken] as const;
    };

    expect(await names({ GroupName: 'calls' })).toEqual([['call-1', 'call-2'], undefined]);
    expect(await names({ NamePrefix: 'rem' })).toEqual([['reminder-1'], undefined]);
    const [first, NextToken] = await names({ MaxResults: 2 });
    expect(first).toEqual(['call-1', 'call-2']);
    expect(await names({ MaxResults: 2, NextToken })).toEqual([['reminder-1'], undefined]);
    const groups = await scheduler.send(new ListScheduleGroupsCommand({}));
    expect(groups.ScheduleGroups?.map(({ Name }) => Name)).toEqual(['calls', 'default']);
  });

  it('goes on behind the last page, whatever was made and deleted since', async () => {
    for (const Name of ['d', 'b', 'a', 'c']) await create({ Name });
    const page = (NextToken?: string) =>
      scheduler.send(new ListSchedulesCommand({ GroupName: 'calls', MaxResults: 2, NextToken }));

    const first = await page();
    await scheduler.send(new DeleteScheduleCommand({ Name: 'a', GroupName: 'calls' }));
    await create({ Name: 'aa' });
    const second = await page(first.NextToken);

    expect(first.Schedules?.map(({ Name }) => Name)).toEqual(['a', 'b']);
    expect(second.Schedules?.map(({ Name }) => Name)).toEqual(['c', 'd']);
    expect(second.NextToken).toBeUndefined();
    await expect(page('made-up')).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('fires what fell due while nothing ran, once its queue is declared', async () => {
    await create({ ActionAfterCompletion: 'DELETE' });

    const again = await startTestCloud(START + 86_400_000, cloud.store.kept);
    await again.advance(1000);
    again.services.queues.declare({ name: 'work' });
    await again.advance(0);
    const messages = again.services.queues.messages('work').map(({ body }) => body);
    await again.stop();

    expect(messages).toEqual(['{"a":1}']);
  });

  it('leaves what it cannot deliver in its dead-letter queue, and says why', async () => {
    const arn = 'arn:aws:sqs:us-east-1:000000000000:gone';
    await create({
      ActionAfterCompletion: 'DELETE',
      Target: {
        Arn: arn,
        RoleArn: 'arn:role',
        Input: '{"a":1}',
        DeadLetterConfig: { Arn: 'arn:aws:sqs:us-east-1:000000000000:dead' },
      },
    });

    await cloud.advance(3_600_000);

    expect(cloud.services.queues.messages('dead')).toMatchObject([
      {
        body: '{"a":1}',
        messageAttributes: {
          ERROR_CODE: { StringValue: 'QueueDoesNotExist' },
          SCHEDULED_TIME: { StringValue: '2026-12-01T15:10:45Z' },
          TARGET_ARN: { StringValue: arn },
        },
      },
    ]);
    expect(await list()).toEqual([]);
  });

  it('runs a recurring schedule until its end, never as a wake-up, and not while disabled', async () => {
    await create({ ScheduleExpression: 'cron(0/20 * * * ? *)', EndDate: new Date(Date.UTC(2026, 11, 1, 16)) });
    await create({ Name: 'off', ScheduleExpression: 'rate(1 minute)', State: 'DISABLED' });
    const kinds = cloud.armed().map(({ kind }) => kind);

    await cloud.advance(7_200_000);

    expect(kinds).toEqual(['recurring']);
    expect(sent().map(([, at]) => at)).toEqual([
      '2026-12-01T15:20:00.000Z',
      '2026-12-01T15:40:00.000Z',
      '2026-12-01T16:00:00.000Z',
    ]);
  });

  it('answers no path beyond its own', async () => {
    const other = await fetch(`${cloud.endpoint}/tags/x`);
    const unknown = await fetch(`${cloud.endpoint}/schedules/a`, { method: 'PATCH' });

    expect(other.status).toBe(404);
    expect(await unknown.json()).toMatchObject({ __type: 'UnknownOperationException' });
  });
});
