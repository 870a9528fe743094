import { Match, type Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { named as namedIn, stackTemplate } from '../test/stack-template';
import { SchedulerStack } from './scheduler-stack';
import type { Stage } from './stage';

const HANDLERS = [
  'publish-outbox',
  'plan-wake-ups',
  'hand-over',
  'wake-up',
  'sweep-wake-ups',
  'compare-schedules',
  'staff-wake-ups',
];

const templateWith = (configured: Partial<Stage> = {}) =>
  stackTemplate(SchedulerStack, 'scheduler', HANDLERS, configured);

let template: Template;

beforeAll(() => {
  template = templateWith();
});

const named = (type: string, prefix: string) => namedIn(template, type, prefix);
const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
const queue = (prefix: string) => named('AWS::SQS::Queue', prefix);
const statementsOf = (rolePrefix: string): { Action: unknown; Resource: unknown; Condition?: unknown }[] => {
  const role = named('AWS::IAM::Role', rolePrefix);
  return Object.values(template.findResources('AWS::IAM::Policy'))
    .filter((policy) => JSON.stringify(policy.Properties.Roles) === JSON.stringify([{ Ref: role }]))
    .flatMap((policy) => policy.Properties.PolicyDocument.Statement);
};
const actionsOf = (rolePrefix: string): string[] =>
  statementsOf(rolePrefix)
    .flatMap((statement) => statement.Action as string | string[])
    .toSorted();

describe('the scheduler stack', () => {
  it('hears bookings, moves and cancellations, and no replay but one meant for real', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['appointments.booking'],
        'detail-type': ['AppointmentCreated', 'AppointmentRescheduled', 'AppointmentCancelled'],
        'replay-name': [{ exists: false }, { prefix: 'for-real-' }],
      },
      Targets: [
        Match.objectLike({
          Arn: arnOf(queue('PlanWakeUpsQueue')),
          DeadLetterConfig: { Arn: arnOf(queue('PlanWakeUpsDeadLetters')) },
        }),
      ],
    });
  });

  it.each(['PlanWakeUps', 'HandOver', 'WakeUp', 'Sweep', 'Compare'])(
    '%s gives up into a dead-letter queue that alarms',
    (name) => {
      const deadLetters = queue(`${name}DeadLetters`);

      template.hasResourceProperties('AWS::SQS::Queue', {
        RedrivePolicy: { deadLetterTargetArn: arnOf(deadLetters), maxReceiveCount: 5 },
      });
      template.hasResourceProperties('AWS::CloudWatch::Alarm', {
        Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [deadLetters, 'QueueName'] } }],
        AlarmActions: [Match.anyValue()],
      });
    },
  );

  it('lets EventBridge Scheduler take its role for this group of schedules only, and send to the hand-over only', () => {
    template.hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Statement: [
          {
            Action: 'sts:AssumeRole',
            Effect: 'Allow',
            Principal: { Service: 'scheduler.amazonaws.com' },
            Condition: {
              StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
              ArnEquals: { 'aws:SourceArn': arnOf(named('AWS::Scheduler::ScheduleGroup', 'Schedules')) },
            },
          },
        ],
      },
    });
    expect(statementsOf('ScheduleRole')).toEqual([
      {
        Action: 'sqs:SendMessage',
        Effect: 'Allow',
        Resource: [arnOf(queue('HandOverQueue')), arnOf(queue('HandOverDeadLetters'))],
      },
    ]);
  });

  it.each(['PlanWakeUps', 'Compare'])('lets %s pass that role to EventBridge Scheduler and to nobody else', (name) => {
    expect(statementsOf(`${name}FunctionServiceRole`)).toContainEqual({
      Action: 'iam:PassRole',
      Effect: 'Allow',
      Resource: arnOf(named('AWS::IAM::Role', 'ScheduleRole')),
      Condition: { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } },
    });
  });

  it('names each schedule function its group, role and queues', () => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: {
        Variables: Match.objectLike({
          SCHEDULE_ROLE_ARN: arnOf(named('AWS::IAM::Role', 'ScheduleRole')),
          HAND_OVER_QUEUE_ARN: arnOf(queue('HandOverQueue')),
          SCHEDULE_DEAD_LETTER_QUEUE_ARN: arnOf(queue('HandOverDeadLetters')),
          WAKE_UP_QUEUE_URL: { Ref: queue('WakeUpQueue') },
          SCHEDULE_GROUP_NAME: Match.anyValue(),
        }),
      },
    });
  });

  const EVERY_QUEUE_FUNCTION = [
    'sqs:ChangeMessageVisibility',
    'sqs:DeleteMessage',
    'sqs:GetQueueAttributes',
    'sqs:GetQueueUrl',
    'sqs:ReceiveMessage',
    'sqs:SendMessage',
    'xray:PutTelemetryRecords',
    'xray:PutTraceSegments',
  ];

  it.each([
    [
      'PlanWakeUps',
      [
        'dynamodb:PutItem',
        'dynamodb:Query',
        'dynamodb:UpdateItem',
        'iam:PassRole',
        'scheduler:CreateSchedule',
        'scheduler:DeleteSchedule',
      ],
    ],
    ['HandOver', ['dynamodb:UpdateItem']],
    ['Sweep', ['dynamodb:Query', 'dynamodb:UpdateItem']],
    [
      'Compare',
      [
        'dynamodb:DeleteItem',
        'dynamodb:GetItem',
        'dynamodb:PutItem',
        'dynamodb:Query',
        'dynamodb:UpdateItem',
        'iam:PassRole',
        'scheduler:CreateSchedule',
        'scheduler:DeleteSchedule',
        'scheduler:GetSchedule',
        'scheduler:ListSchedules',
      ],
    ],
    ['WakeUp', ['dynamodb:ConditionCheckItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem']],
  ])('%s may do exactly what it does', (name, own) => {
    const allowed = [...new Set(actionsOf(`${name}FunctionServiceRole`))];

    expect(allowed).toEqual([...EVERY_QUEUE_FUNCTION, ...own].toSorted());
  });

  it('lets functions touch the schedules of this group alone; lists know no such limit', () => {
    const ofGroup = (statement: { Action: unknown }) => JSON.stringify(statement.Action).includes('scheduler:');
    for (const name of ['PlanWakeUps', 'Compare']) {
      for (const statement of statementsOf(`${name}FunctionServiceRole`).filter(ofGroup)) {
        if (statement.Action === 'scheduler:ListSchedules') expect(statement.Resource).toBe('*');
        else expect(JSON.stringify(statement.Resource)).toMatch(/:schedule\/scheduler-Schedules-\w+\/\*"/);
      }
    }
  });

  it('finds open wake-ups by their day and time in an index that what is settled is not in', () => {
    template.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
      GlobalSecondaryIndexes: [
        {
          IndexName: 'by-due-time',
          KeySchema: [
            { AttributeName: 'dueDay', KeyType: 'HASH' },
            { AttributeName: 'dueAt', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    });
  });

  it.each([
    ['Sweep', 'rate(5 minutes)'],
    ['Compare', 'cron(17 3 * * ? *)'],
  ])('begins %s by the clock, one message at a time', (name, ScheduleExpression) => {
    template.hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression,
      State: 'ENABLED',
      Targets: [
        Match.objectLike({
          Arn: arnOf(queue(`${name}Queue`)),
          DeadLetterConfig: { Arn: arnOf(queue(`${name}DeadLetters`)) },
        }),
      ],
    });
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      EventSourceArn: arnOf(queue(`${name}Queue`)),
      BatchSize: 1,
      ScalingConfig: { MaximumConcurrency: 2 },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
  });

  it('alarms when sweeps have stopped, which sends no metric at all', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'AWS/Lambda',
      MetricName: 'Invocations',
      Dimensions: [{ Name: 'FunctionName', Value: { Ref: named('AWS::Lambda::Function', 'SweepFunction') } }],
      Period: 900,
      Statistic: 'Sum',
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
      AlarmDescription: Match.stringLikeRegexp('Runbook: docs/runbook.md, "Sweeps silent"'),
    });
  });

  it('alarms when the table and the schedule group have parted', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'Appointments',
      MetricName: 'DriftFound',
      Dimensions: [{ Name: 'service', Value: 'scheduler' }],
      Statistic: 'Sum',
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'notBreaching',
      AlarmDescription: Match.stringLikeRegexp('Runbook: docs/runbook.md, "Schedules drifted"'),
    });
  });

  it.each([
    [{}, '24h,1h'],
    [{ reminders: '1d@wall' }, '1d@wall'],
  ])('reminds as the stage %j says: %s', (configured, REMINDERS) => {
    templateWith(configured).hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: Match.objectLike({ REMINDERS, HAND_OVER_QUEUE_ARN: Match.anyValue() }) },
    });
  });
});
