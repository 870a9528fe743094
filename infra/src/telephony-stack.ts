import {
  aws_apigatewayv2 as apigateway,
  aws_apigatewayv2_integrations as integrations,
  aws_cloudwatch as cloudwatch,
  aws_secretsmanager as secretsmanager,
  CfnOutput,
  Duration,
} from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import {
  AgentChanged,
  AppointmentAmended,
  AppointmentCancelled,
  AppointmentCreated,
  AppointmentRescheduled,
  CallDue,
} from '@appointments/events';
import { RunbookAlarm } from './constructs/runbook-alarm';
import { ServiceFunction } from './constructs/service';
import { ServiceTable } from './constructs/service-table';
import { StaffFunction } from './constructs/staff-function';
import { Subscription } from './constructs/subscription';
import { WorkQueue } from './constructs/work-queue';
import { ServiceStack, type ServiceStackProps } from './service-stack';

/** The dialler waits for Twilio ten seconds a request, and may have two to make. */
const DIAL_TIMEOUT = Duration.seconds(30);
/** An agent who is rung so late will not blame the client. */
const LONGEST_CALL_WAIT = Duration.minutes(1);
/** Twilio gives a webhook fifteen seconds at most. */
const WEBHOOK_TIMEOUT = Duration.seconds(10);

/** Phones both parties and joins them: sessions in one table, one dialler, the API that Twilio's webhooks reach. */
export class TelephonyStack extends ServiceStack {
  constructor(scope: Construct, id: string, props: ServiceStackProps) {
    super(scope, id, 'telephony', props);
    const { service } = this;
    const { stage } = props;

    const secretName = `appointments/${stage.name}/twilio`;
    // Generated so that there is one; the operator stores the account's own values in it.
    const secret = new secretsmanager.Secret(this, 'Twilio', {
      secretName,
      description: 'The Twilio account: {accountSid, authToken, previousAuthToken?}',
      generateSecretString: {
        secretStringTemplate: JSON.stringify({ accountSid: 'AC00000000000000000000000000000000' }),
        generateStringKey: 'authToken',
        passwordLength: 32,
        excludePunctuation: true,
      },
    });

    const api = new apigateway.HttpApi(this, 'Api', { description: "Twilio's webhooks, the hold music" });
    const policy = { CALL_POLICY: JSON.stringify(stage.callPolicy) };
    const atTwilio = { WEBHOOK_BASE_URL: api.apiEndpoint, TWILIO_SECRET_NAME: secretName, BRAND_NAME: stage.brandName };
    const inAgentsLanguage = { AGENT_LOCALE: stage.agent.locale ?? 'en' };
    // Declared even where there are none: the laptop gives a function only what its template names.
    const greetings = {
      AGENT_GREETING: JSON.stringify(stage.greetings?.agent?.parts ?? []),
      CLIENT_GREETING: JSON.stringify(stage.greetings?.client?.parts ?? []),
    };

    const dialler = new WorkQueue(this, 'Dial', {
      service,
      handler: 'dial',
      timeout: DIAL_TIMEOUT,
      runbook: 'Calls not placed',
      environment: {
        ...atTwilio,
        ...inAgentsLanguage,
        TWILIO_PHONE_NUMBER: stage.twilioPhoneNumber,
        ALLOWED_COUNTRIES: stage.allowedCountries,
        ...policy,
        CALLS_PER_SECOND: String(stage.callsPerSecond),
        DAILY_CALLS_PER_AGENT: String(stage.dailyCallsPerAgent),
        DAILY_CALLS_PER_CLIENT: String(stage.dailyCallsPerClient),
        UNPROVEN_APPOINTMENTS_PER_DAY: String(stage.unprovenAppointmentsPerDay),
        DAILY_SPEND_USD: String(stage.dailySpendUsd),
        USD_PER_MINUTE: String(stage.usdPerMinute),
      },
    });
    const timers = new WorkQueue(this, 'WakeSession', {
      service,
      handler: 'wake-session',
      runbook: 'Call sessions not woken',
      environment: policy,
    });
    const { table } = new ServiceTable(this, 'Store', {
      service,
      queues: { dialler: dialler.queue, timers: timers.queue },
    });
    const onTable = { TABLE_NAME: table.tableName };

    const project = new Subscription(this, 'ProjectAppointment', {
      service,
      handler: 'project-appointment',
      contracts: [AppointmentCreated, AppointmentRescheduled, AppointmentAmended, AppointmentCancelled, AgentChanged],
      kind: 'rebuild',
      runbook: 'Telephony projection not written',
      environment: onTable,
    });
    const onCallDue = new Subscription(this, 'OnCallDue', {
      service,
      handler: 'on-call-due',
      contracts: [CallDue],
      kind: 'acting',
      runbook: 'Calls not started',
      environment: { ...onTable, ...policy },
    });
    const onChanged = new Subscription(this, 'OnAppointmentChanged', {
      service,
      handler: 'on-appointment-changed',
      contracts: [AppointmentRescheduled, AppointmentCancelled],
      kind: 'acting',
      runbook: 'Changed appointments still called',
      environment: { ...onTable, ...policy },
    });
    const answer = new ServiceFunction(this, 'AnswerCall', {
      service,
      handler: 'answer-call',
      timeout: WEBHOOK_TIMEOUT,
      environment: { ...onTable, ...atTwilio, ...inAgentsLanguage, ...greetings, ...policy },
    });
    const record = new ServiceFunction(this, 'RecordStatus', {
      service,
      handler: 'record-status',
      timeout: WEBHOOK_TIMEOUT,
      environment: { ...onTable, WEBHOOK_BASE_URL: api.apiEndpoint, TWILIO_SECRET_NAME: secretName, ...policy },
    });
    const music = new ServiceFunction(this, 'WaitMusic', {
      service,
      handler: 'wait-music',
      memorySize: 256,
      environment: {
        WEBHOOK_BASE_URL: api.apiEndpoint,
        BRAND_NAME: stage.brandName,
        ...inAgentsLanguage,
        HOLD_MUSIC_URL: stage.holdMusicUrl ?? '/hold-music.wav',
      },
    });

    for (const queue of [dialler, timers]) queue.function.addEnvironment('TABLE_NAME', table.tableName);

    // DynamoDB allows a transaction by the actions it is made of.
    const read = ['dynamodb:GetItem', 'dynamodb:BatchGetItem'];
    const decide = [...read, 'dynamodb:PutItem', 'dynamodb:DeleteItem'];
    table.grant(
      new StaffFunction(this, 'StaffCalls', { service, handler: 'staff-calls', environment: onTable }),
      'dynamodb:GetItem',
      'dynamodb:Query',
    );
    table.grant(project.function, ...read, 'dynamodb:PutItem');
    table.grant(onCallDue.function, ...read, 'dynamodb:PutItem', 'dynamodb:ConditionCheckItem');
    table.grant(onChanged.function, ...decide, 'dynamodb:Query');
    table.grant(dialler.function, ...decide, 'dynamodb:ConditionCheckItem', 'dynamodb:UpdateItem');
    for (const fn of [timers.function, answer, record]) table.grant(fn, ...decide);
    for (const fn of [dialler.function, answer, record]) secret.grantRead(fn);

    const routes: readonly [ServiceFunction, readonly (readonly [apigateway.HttpMethod, string])[]][] = [
      [
        answer,
        ['answer', 'key', 'dialled'].map((what) => [
          apigateway.HttpMethod.POST,
          `/calls/{sessionId}/{leg}/{attempt}/${what}`,
        ]),
      ],
      [
        record,
        ['status', 'conference'].map((what) => [
          apigateway.HttpMethod.POST,
          `/calls/{sessionId}/{leg}/{attempt}/${what}`,
        ]),
      ],
      [music, ['/wait', '/hold-music.wav', '/sorry'].map((path) => [apigateway.HttpMethod.GET, path])],
    ];
    for (const [fn, places] of routes) {
      const integration = new integrations.HttpLambdaIntegration(`${fn.node.id}Integration`, fn);
      for (const [method, path] of places) api.addRoutes({ path, methods: [method], integration });
    }

    new RunbookAlarm(this, 'webhook-errors', {
      metric: api.metricServerError({ statistic: cloudwatch.Stats.SUM, period: Duration.minutes(1) }),
      threshold: 3,
      description: "Twilio's webhooks were answered with errors of ours: people on the line may hear an apology.",
      runbook: 'Twilio webhooks fail',
      topic: service.alertTopic,
    });
    const metric = (metricName: string, statistic: string) =>
      new cloudwatch.Metric({
        namespace: 'Appointments',
        metricName,
        dimensionsMap: { service: service.name },
        statistic,
        period: Duration.minutes(1),
      });
    new RunbookAlarm(this, 'spend-limit', {
      metric: metric('CallsOverSpendLimit', cloudwatch.Stats.SUM),
      threshold: 1,
      description:
        'Calls have cost what they may on one day: nobody is dialled before midnight UTC. Bookings and mails go on.',
      runbook: 'Daily spend limit reached',
      topic: service.alertTopic,
    });
    new RunbookAlarm(this, 'calls-wait', {
      metric: metric('CallWait', cloudwatch.Stats.MAXIMUM),
      threshold: LONGEST_CALL_WAIT.toMilliseconds(),
      description:
        'A call waited more than a minute for its turn: more calls are due at once than the account may create.',
      runbook: 'Calls wait their turn',
      topic: service.alertTopic,
    });
    new RunbookAlarm(this, 'carrier-refusals', {
      metric: metric('CarrierRefusals', cloudwatch.Stats.SUM),
      threshold: 1,
      description: 'Twilio refuses calls because of the account or its settings; no further attempt can help.',
      runbook: 'Carrier refuses calls',
      topic: service.alertTopic,
    });
    new CfnOutput(this, 'WebhookUrl', { value: api.apiEndpoint, description: "Where Twilio's webhooks arrive" });
  }
}
