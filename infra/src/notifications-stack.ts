import { type aws_dynamodb as dynamodb, aws_iam as iam, aws_sns as sns, Duration, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import {
  AgentChanged,
  AppointmentAmended,
  AppointmentCancelled,
  AppointmentCreated,
  AppointmentRescheduled,
  CallCompleted,
  CallFailed,
  ReminderDue,
} from '@appointments/events';
import { MailEvents } from './constructs/mail-events';
import { ServiceTable } from './constructs/service-table';
import { StaffFunction } from './constructs/staff-function';
import { Subscription } from './constructs/subscription';
import { WorkQueue } from './constructs/work-queue';
import { sharedParameter } from './parameters';
import { ServiceStack, type ServiceStackProps } from './service-stack';

/** An item, or those that several messages of a batch ask for. */
const READ = ['dynamodb:GetItem', 'dynamodb:BatchGetItem'] as const;

/** Owns messages: a projection that replays may rebuild, and the function that writes to both parties and to the operators. */
export class NotificationsStack extends ServiceStack {
  constructor(scope: Construct, id: string, props: ServiceStackProps) {
    super(scope, id, 'notifications', props);
    const { service } = this;
    const { stage } = props;
    const { table } = new ServiceTable(this, 'Store', { service });
    const environment = { TABLE_NAME: table.tableName };

    const project = new Subscription(this, 'ProjectAppointment', {
      service,
      handler: 'project-appointment',
      contracts: [AppointmentCreated, AppointmentRescheduled, AppointmentAmended, AppointmentCancelled, AgentChanged],
      kind: 'rebuild',
      runbook: 'Notifications behind on appointments',
      environment,
    });
    table.grant(project.function, ...READ, 'dynamodb:PutItem', 'dynamodb:UpdateItem');

    const fates = new MailEvents(this, 'RecordFate', {
      service,
      handler: 'record-fate',
      runbook: 'Fates of mails not kept',
      environment: { ...environment, BRAND_NAME: stage.brandName, ALERT_TOPIC_ARN: service.alertTopic.topicArn },
    });
    table.grant(fates.function, ...READ, 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem');
    service.alertTopic.grantPublish(fates.function);

    const send = new Subscription(this, 'SendMessages', {
      service,
      handler: 'send-messages',
      contracts: [
        AppointmentCreated,
        AppointmentRescheduled,
        AppointmentAmended,
        AppointmentCancelled,
        ReminderDue,
        CallFailed,
        CallCompleted,
      ],
      kind: 'acting',
      runbook: 'Messages not sent',
      timeout: Duration.seconds(20),
      environment: {
        ...environment,
        SENDER_EMAIL: stage.senderEmail,
        CONFIGURATION_SET: fates.configurationSetName,
        BRAND_NAME: stage.brandName,
        BRAND_COLOR: stage.brandColor ?? '',
        AGENT_LOCALE: stage.agent.locale ?? 'en',
        FOLLOW_UP: String(stage.followUp),
        ALERT_TOPIC_ARN: service.alertTopic.topicArn,
        PUBLIC_URL: sharedParameter(this, stage.name, 'public-url'),
        LINK_KEY_SECRET_NAME: sharedParameter(this, stage.name, 'link-key-secret-name'),
        QUIET_HOURS: stage.quietHours,
        ...(stage.smsSenderId !== undefined && { SMS_SENDER_ID: stage.smsSenderId }),
        ...(stage.smsOriginationNumber !== undefined && { SMS_ORIGINATION_NUMBER: stage.smsOriginationNumber }),
        ...(stage.smsMaxPriceUsd !== undefined && { SMS_MAX_PRICE_USD: String(stage.smsMaxPriceUsd) }),
      },
    });
    table.grant(send.function, ...READ, 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem');
    service.alertTopic.grantPublish(send.function);
    send.function.addToRolePolicy(
      new iam.PolicyStatement({
        actions: ['secretsmanager:GetSecretValue'],
        resources: [sharedParameter(this, stage.name, 'link-key-secret-arn')],
      }),
    );
    send.function.addToRolePolicy(
      new iam.PolicyStatement({
        actions: ['sns:Publish'],
        // A telephone number is no resource that could be named: everything but topics is meant.
        notResources: [Stack.of(this).formatArn({ service: 'sns', region: '*', account: '*', resource: '*' })],
      }),
    );
    send.function.addToRolePolicy(
      // SNS knows no resource for it.
      new iam.PolicyStatement({ actions: ['sns:CheckIfPhoneNumberIsOptedOut'], resources: ['*'] }),
    );
    send.function.addToRolePolicy(
      new iam.PolicyStatement({
        actions: ['ses:SendRawEmail'],
        // Any identity, because SES asks for the recipient's too while the account is in its sandbox; the sender is what is held.
        resources: [
          Stack.of(this).formatArn({ service: 'ses', resource: 'identity', resourceName: '*' }),
          Stack.of(this).formatArn({
            service: 'ses',
            resource: 'configuration-set',
            resourceName: fates.configurationSetName,
          }),
        ],
        conditions: { StringEquals: { 'ses:FromAddress': stage.senderEmail } },
      }),
    );
    if (stage.incomingTextsTopicArn !== undefined) this.heedTexts(table, stage.incomingTextsTopicArn);

    table.grant(
      new StaffFunction(this, 'ListMessages', { service, handler: 'list-messages', environment }),
      'dynamodb:Query',
    );
  }

  /** What the operator's two-way number receives: who wants no more texts is sent none. */
  private heedTexts(table: dynamodb.TableV2, topicArn: string): void {
    const heed = new WorkQueue(this, 'HeedTexts', {
      service: this.service,
      handler: 'heed-texts',
      runbook: 'Answers to texts not heeded',
      environment: { TABLE_NAME: table.tableName },
    });
    table.grant(heed.function, 'dynamodb:UpdateItem');
    heed.queue.addToResourcePolicy(
      new iam.PolicyStatement({
        actions: ['sqs:SendMessage'],
        principals: [new iam.ServicePrincipal('sns.amazonaws.com')],
        resources: [heed.queue.queueArn],
        conditions: { ArnEquals: { 'aws:SourceArn': topicArn } },
      }),
    );
    // The topic belongs to the number, not to this system.
    new sns.CfnSubscription(this, 'IncomingTexts', { topicArn, protocol: 'sqs', endpoint: heed.queue.queueArn });
  }
}
