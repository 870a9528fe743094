import {
  aws_cloudwatch as cloudwatch,
  aws_events as events,
  aws_iam as iam,
  aws_scheduler as scheduler,
  Duration,
  Stack,
} from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { AppointmentCancelled, AppointmentCreated, AppointmentRescheduled } from '@appointments/events';
import { RecurringWork } from './constructs/recurring-work';
import { RunbookAlarm } from './constructs/runbook-alarm';
import { ServiceTable } from './constructs/service-table';
import { Subscription } from './constructs/subscription';
import { StaffFunction } from './constructs/staff-function';
import { WorkQueue } from './constructs/work-queue';
import { ServiceStack, type ServiceStackProps } from './service-stack';

/** What a run does takes seconds; a minute is for a table or a scheduler that answers slowly. */
const RUN_TIMEOUT = Duration.minutes(1);
/** Three sweeps. */
const SILENT_AFTER = Duration.minutes(15);

/** Owns time: schedule → hand-over queue → function → delay queue → function → outbox → bus. Sweeps and a comparison see to it that nothing is lost. */
export class SchedulerStack extends ServiceStack {
  constructor(scope: Construct, id: string, props: ServiceStackProps) {
    super(scope, id, 'scheduler', props);
    const { service } = this;
    const { table } = new ServiceTable(this, 'Store', {
      service,
      // Sparse: what is settled is in it no more.
      indexes: [{ name: 'by-due-time', partitionKey: 'dueDay', sortKey: 'dueAt' }],
    });
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

    const scheduling = {
      SCHEDULE_GROUP_NAME: group.scheduleGroupName,
      SCHEDULE_ROLE_ARN: scheduleRole.roleArn,
      HAND_OVER_QUEUE_ARN: handOver.queue.queueArn,
      // What a schedule could not hand over lies with what the hand-over could not do: one place, one alarm, one redrive.
      SCHEDULE_DEAD_LETTER_QUEUE_ARN: handOver.deadLetterQueue.queueArn,
    };
    const mayScheduleBy = (fn: iam.IGrantable, ...actions: readonly string[]) => {
      const ofGroup = Stack.of(this).formatArn({
        service: 'scheduler',
        resource: 'schedule',
        resourceName: `${group.scheduleGroupName}/*`,
      });
      fn.grantPrincipal.addToPrincipalPolicy(new iam.PolicyStatement({ actions: [...actions], resources: [ofGroup] }));
      fn.grantPrincipal.addToPrincipalPolicy(
        new iam.PolicyStatement({
          actions: ['iam:PassRole'],
          resources: [scheduleRole.roleArn],
          conditions: { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } },
        }),
      );
    };

    const plan = new Subscription(this, 'PlanWakeUps', {
      service,
      handler: 'plan-wake-ups',
      contracts: [AppointmentCreated, AppointmentRescheduled, AppointmentCancelled],
      kind: 'acting',
      runbook: 'Wake-ups not planned',
      timeout: Duration.seconds(20),
      environment: {
        ...environment,
        ...scheduling,
        WAKE_UP_QUEUE_URL: wakeUp.queue.queueUrl,
        REMINDERS: props.stage.reminders,
        QUIET_HOURS: props.stage.quietHours,
      },
    });
    table.grant(plan.function, 'dynamodb:Query', 'dynamodb:UpdateItem', 'dynamodb:PutItem');
    wakeUp.queue.grantSendMessages(plan.function);
    mayScheduleBy(plan.function, 'scheduler:CreateSchedule', 'scheduler:DeleteSchedule');

    const sweep = new RecurringWork(this, 'Sweep', {
      service,
      handler: 'sweep-wake-ups',
      schedule: events.Schedule.rate(Duration.minutes(5)),
      runbook: 'Sweeps fail',
      timeout: RUN_TIMEOUT,
      environment: { ...environment, WAKE_UP_QUEUE_URL: wakeUp.queue.queueUrl },
    });
    table.grant(sweep.function, 'dynamodb:Query', 'dynamodb:UpdateItem');
    wakeUp.queue.grantSendMessages(sweep.function);

    const compare = new RecurringWork(this, 'Compare', {
      service,
      handler: 'compare-schedules',
      schedule: events.Schedule.cron({ hour: '3', minute: '17' }),
      runbook: 'Schedules not compared',
      timeout: RUN_TIMEOUT,
      environment: { ...environment, ...scheduling, WAKE_UP_QUEUE_URL: wakeUp.queue.queueUrl },
    });
    table.grant(
      compare.function,
      'dynamodb:DeleteItem',
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'dynamodb:UpdateItem',
    );
    wakeUp.queue.grantSendMessages(compare.function);
    mayScheduleBy(compare.function, 'scheduler:CreateSchedule', 'scheduler:DeleteSchedule', 'scheduler:GetSchedule');
    // Lists cannot be allowed for one group alone.
    compare.function.addToRolePolicy(
      new iam.PolicyStatement({ actions: ['scheduler:ListSchedules'], resources: ['*'] }),
    );

    table.grant(
      new StaffFunction(this, 'StaffWakeUps', { service, handler: 'staff-wake-ups', environment }),
      'dynamodb:Query',
    );

    new RunbookAlarm(this, 'sweeps-silent', {
      metric: sweep.function.metricInvocations({ statistic: cloudwatch.Stats.SUM, period: SILENT_AFTER }),
      threshold: 1,
      below: true,
      description: 'Nobody has looked for lost wake-ups for a quarter of an hour: one that is lost stays lost.',
      runbook: 'Sweeps silent',
      topic: service.alertTopic,
    });
    new RunbookAlarm(this, 'drift-found', {
      metric: new cloudwatch.Metric({
        namespace: 'Appointments',
        metricName: 'DriftFound',
        dimensionsMap: { service: service.name },
        statistic: cloudwatch.Stats.SUM,
        period: Duration.minutes(5),
      }),
      threshold: 1,
      description:
        'Schedules were missing, or there were some that nobody needs: the table and the schedule group had parted.',
      runbook: 'Schedules drifted',
      topic: service.alertTopic,
    });
  }
}
