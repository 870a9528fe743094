import { aws_iam as iam, aws_scheduler as scheduler, Duration, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { AppointmentCancelled, AppointmentCreated, AppointmentRescheduled } from '@appointments/events';
import { ServiceTable } from './constructs/service-table';
import { Subscription } from './constructs/subscription';
import { WorkQueue } from './constructs/work-queue';
import { ServiceStack, type ServiceStackProps } from './service-stack';

/** Owns time: schedule → hand-over queue → function → delay queue → function → outbox → bus. */
export class SchedulerStack extends ServiceStack {
  constructor(scope: Construct, id: string, props: ServiceStackProps) {
    super(scope, id, 'scheduler', props);
    const { service } = this;
    const { table } = new ServiceTable(this, 'Store', { service });
    const environment = { TABLE_NAME: table.tableName };

    const wakeUp = new WorkQueue(this, 'WakeUp', {
      service,
      handler: 'wake-up',
      runbook: 'Wake-ups stuck',
      environment,
    });
    table.grant(
      wakeUp.function,
      'dynamodb:Query',
      'dynamodb:ConditionCheckItem',
      'dynamodb:UpdateItem',
      'dynamodb:PutItem',
    );

    const handOver = new WorkQueue(this, 'HandOver', {
      service,
      handler: 'hand-over',
      runbook: 'Hand-overs stuck',
      environment: { ...environment, WAKE_UP_QUEUE_URL: wakeUp.queue.queueUrl },
    });
    table.grant(handOver.function, 'dynamodb:UpdateItem');
    wakeUp.queue.grantSendMessages(handOver.function);

    const group = new scheduler.ScheduleGroup(this, 'Schedules');
    // The group's ARN, not a schedule's: scoping to schedules can hold their creation to 50 a second.
    const scheduleRole = new iam.Role(this, 'ScheduleRole', {
      description: 'EventBridge Scheduler: hands wake-ups over, and keeps those it could not hand over',
      assumedBy: new iam.ServicePrincipal('scheduler.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': Stack.of(this).account },
          ArnEquals: { 'aws:SourceArn': group.scheduleGroupArn },
        },
      }),
    });
    scheduleRole.addToPolicy(
      new iam.PolicyStatement({
        actions: ['sqs:SendMessage'],
        resources: [handOver.queue.queueArn, handOver.deadLetterQueue.queueArn],
      }),
    );

    const plan = new Subscription(this, 'PlanWakeUps', {
      service,
      handler: 'plan-wake-ups',
      contracts: [AppointmentCreated, AppointmentRescheduled, AppointmentCancelled],
      kind: 'acting',
      runbook: 'Wake-ups not planned',
      timeout: Duration.seconds(20),
      environment: {
        ...environment,
        WAKE_UP_QUEUE_URL: wakeUp.queue.queueUrl,
        SCHEDULE_GROUP_NAME: group.scheduleGroupName,
        SCHEDULE_ROLE_ARN: scheduleRole.roleArn,
        HAND_OVER_QUEUE_ARN: handOver.queue.queueArn,
        // What a schedule could not hand over lies with what the hand-over could not do: one place, one alarm, one redrive.
        SCHEDULE_DEAD_LETTER_QUEUE_ARN: handOver.deadLetterQueue.queueArn,
      },
    });
    table.grant(plan.function, 'dynamodb:Query', 'dynamodb:UpdateItem', 'dynamodb:PutItem');
    wakeUp.queue.grantSendMessages(plan.function);
    plan.function.addToRolePolicy(
      new iam.PolicyStatement({
        actions: ['scheduler:CreateSchedule', 'scheduler:DeleteSchedule'],
        resources: [
          Stack.of(this).formatArn({
            service: 'scheduler',
            resource: 'schedule',
            resourceName: `${group.scheduleGroupName}/*`,
          }),
        ],
      }),
    );
    plan.function.addToRolePolicy(
      new iam.PolicyStatement({
        actions: ['iam:PassRole'],
        resources: [scheduleRole.roleArn],
        conditions: { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } },
      }),
    );
  }
}
