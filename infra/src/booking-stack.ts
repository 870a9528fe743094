import {
  aws_apigatewayv2 as apigateway,
  aws_apigatewayv2_authorizers as authorizers,
  aws_apigatewayv2_integrations as integrations,
  aws_cloudwatch as cloudwatch,
  aws_iam as iam,
  CfnOutput,
  Duration,
} from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { AgentAnswered, CallCompleted, CallConnected, CallFailed } from '@appointments/events';
import { limitRoutes } from './constructs/route-limits';
import { RunbookAlarm } from './constructs/runbook-alarm';
import { ServiceFunction } from './constructs/service';
import { STAFF_ROUTES, STAFF_SCOPE, StaffIntegration } from './constructs/staff-function';
import { ServiceTable } from './constructs/service-table';
import { Subscription } from './constructs/subscription';
import { sharedParameter } from './parameters';
import { ServiceStack, type ServiceStackProps } from './service-stack';

interface RouteFunction {
  /** The handler's file, which names the function. */
  readonly handler: string;
  readonly routes: readonly `${'GET' | 'POST' | 'PUT'} /${string}`[];
  /** What of the table it may do: `dynamodb:<action>`. */
  readonly table?: readonly string[];
  /** Whether it signs or verifies manage links. */
  readonly links?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
}

const METHODS: Readonly<Record<string, apigateway.HttpMethod>> = {
  GET: apigateway.HttpMethod.GET,
  POST: apigateway.HttpMethod.POST,
  PUT: apigateway.HttpMethod.PUT,
};

/** Takes appointments: the public API and the page, the table of appointments and claimed time, telephony's word on the calls. */
export class BookingStack extends ServiceStack {
  constructor(scope: Construct, id: string, props: ServiceStackProps) {
    super(scope, id, 'booking', props);
    const { service } = this;
    const { stage } = props;
    const { table } = new ServiceTable(this, 'Store', {
      service,
      indexes: [{ name: 'by-agent', partitionKey: 'agentId', sortKey: 'agenda' }],
    });
    const onTable = { TABLE_NAME: table.tableName };

    const applyCallEvents = new Subscription(this, 'ApplyCallEvents', {
      service,
      handler: 'apply-call-events',
      contracts: [AgentAnswered, CallConnected, CallCompleted, CallFailed],
      kind: 'rebuild',
      runbook: 'Call events not applied',
      environment: onTable,
    });
    table.grant(applyCallEvents.function, 'dynamodb:GetItem', 'dynamodb:PutItem');

    const publicUrl = sharedParameter(this, stage.name, 'public-url');
    const linkKeyName = sharedParameter(this, stage.name, 'link-key-secret-name');
    const linkKeyArn = sharedParameter(this, stage.name, 'link-key-secret-arn');
    const roster = {
      AGENT_NAME: stage.agent.name,
      AGENT_PHONE: stage.agent.phone,
      AGENT_EMAIL: stage.agent.email,
      AGENT_TIME_ZONE: stage.agent.timeZone,
      WORKING_HOURS: stage.agent.workingHours,
      SLOT_MINUTES: String(stage.slotMinutes),
      MINIMUM_NOTICE_MINUTES: String(stage.minimumNoticeMinutes),
    };
    const toProve = { CONFIRM_EMAIL: String(stage.confirmEmail), CONFIRM_PHONE: String(stage.confirmPhone) };
    const allowedCountries = { ALLOWED_COUNTRIES: stage.allowedCountries };
    // DynamoDB allows a transaction by the actions it is made of.
    const change = ['dynamodb:Query', 'dynamodb:PutItem'];
    const changeClaims = [...change, 'dynamodb:DeleteItem'];
    const functions: readonly RouteFunction[] = [
      {
        handler: 'create-appointment',
        routes: ['POST /appointments'],
        table: ['dynamodb:GetItem', 'dynamodb:UpdateItem', ...changeClaims],
        links: true,
        environment: {
          ...roster,
          ...allowedCountries,
          ...toProve,
          BOOKINGS_PER_ADDRESS: String(stage.bookingsPerAddressPerDay),
          BOOKINGS_PER_NUMBER: String(stage.bookingsPerNumberPerDay),
          BOOKINGS_PER_NETWORK: String(stage.bookingsPerNetworkPerHour),
          FORM_MINIMUM_SECONDS: String(stage.formMinimumSeconds),
        },
      },
      {
        handler: 'get-availability',
        routes: ['GET /availability', 'GET /agents'],
        table: ['dynamodb:GetItem', 'dynamodb:Query'],
        environment: roster,
      },
      {
        handler: 'hold-slot',
        routes: ['POST /holds', 'POST /holds/{holdId}/release'],
        table: ['dynamodb:GetItem', ...changeClaims],
        environment: { ...roster, HOLD_MINUTES: String(stage.holdMinutes) },
      },
      {
        handler: 'get-appointment',
        routes: ['GET /appointments/{appointmentId}'],
        table: ['dynamodb:Query'],
        links: true,
      },
      {
        handler: 'reschedule-appointment',
        routes: ['POST /appointments/{appointmentId}/reschedule'],
        table: ['dynamodb:GetItem', ...changeClaims, 'dynamodb:ConditionCheckItem'],
        links: true,
        environment: roster,
      },
      {
        handler: 'cancel-appointment',
        routes: ['POST /appointments/{appointmentId}/cancel'],
        table: changeClaims,
        links: true,
      },
      {
        handler: 'amend-appointment',
        routes: ['POST /appointments/{appointmentId}/amend'],
        table: change,
        links: true,
        environment: { ...allowedCountries, ...toProve },
      },
      {
        handler: 'confirm-appointment',
        routes: ['POST /appointments/{appointmentId}/confirm'],
        table: ['dynamodb:GetItem', 'dynamodb:PutItem'],
        links: true,
      },
      {
        handler: 'staff-appointments',
        routes: [
          'GET /staff/appointments',
          'GET /staff/appointments/{appointmentId}',
          'POST /staff/appointments/{appointmentId}/reschedule',
          'POST /staff/appointments/{appointmentId}/cancel',
          'POST /staff/appointments/{appointmentId}/re-resolve',
        ],
        table: ['dynamodb:GetItem', ...changeClaims, 'dynamodb:ConditionCheckItem'],
        environment: roster,
      },
      {
        handler: 'staff-agents',
        routes: ['GET /staff/agents', 'PUT /staff/agents/{agentId}'],
        table: ['dynamodb:GetItem', ...change],
        environment: { ...roster, ...allowedCountries },
      },
      { handler: 'get-openapi', routes: ['GET /openapi.json'] },
      { handler: 'explain-problem', routes: ['GET /problems', 'GET /problems/{slug}'] },
      {
        handler: 'serve-page',
        routes: ['GET /', 'GET /manage/{id}', 'GET /confirm/{id}', 'GET /assets/{proxy+}'],
        environment: {
          BRAND_NAME: stage.brandName,
          BRAND_COLOR: stage.brandColor ?? '',
          BRAND_LOGO_URL: stage.brandLogoUrl ?? '',
          FORM_MINIMUM_SECONDS: String(stage.formMinimumSeconds),
          ...allowedCountries,
        },
      },
    ];

    const api = new apigateway.HttpApi(this, 'Api', { apiName: `appointments-${stage.name}` });
    const staff = new authorizers.HttpJwtAuthorizer('StaffAuthorizer', stage.staffIssuer, {
      jwtAudience: [stage.staffAudience],
    });
    const made = new Map<string, apigateway.HttpRoute>();
    for (const { handler, routes, table: actions = [], links = false, environment = {} } of functions) {
      const name = handler
        .split('-')
        .map((word) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`)
        .join('');
      const fn = new ServiceFunction(this, name, {
        service,
        handler,
        environment: {
          PUBLIC_URL: publicUrl,
          ...(actions.length > 0 && onTable),
          ...(links && { LINK_KEY_SECRET_NAME: linkKeyName }),
          ...environment,
        },
      });
      if (actions.length > 0) table.grant(fn, ...actions);
      if (links) {
        fn.addToRolePolicy(
          new iam.PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [linkKeyArn] }),
        );
      }
      const integration = new integrations.HttpLambdaIntegration(`${name}Integration`, fn);
      for (const route of routes) {
        const [method = '', path = '/'] = route.split(' ');
        const added = api.addRoutes({
          path,
          methods: [METHODS[method] ?? apigateway.HttpMethod.GET],
          integration,
          ...(path.startsWith('/staff/') && { authorizer: staff, authorizationScopes: [STAFF_SCOPE] }),
        });
        for (const one of added) made.set(route, one);
      }
    }
    for (const [route, answeredBy] of Object.entries(STAFF_ROUTES)) {
      const [, path = ''] = route.split(' ');
      const [added] = api.addRoutes({
        path,
        methods: [apigateway.HttpMethod.GET],
        integration: new StaffIntegration(`${answeredBy.handler}Integration`, stage, answeredBy),
        authorizer: staff,
        authorizationScopes: [STAFF_SCOPE],
      });
      if (added) made.set(route, added);
    }
    limitRoutes(api, made, stage.routeLimits);

    new RunbookAlarm(this, 'api-errors', {
      metric: api.metricServerError({ statistic: cloudwatch.Stats.SUM, period: Duration.minutes(1) }),
      threshold: 1,
      description: 'The public API answered with an error of ours.',
      runbook: 'Public API fails',
      topic: service.alertTopic,
    });
    new RunbookAlarm(this, 'zone-rules-old', {
      metric: new cloudwatch.Metric({
        namespace: 'Appointments',
        metricName: 'ZoneRulesOld',
        dimensionsMap: { service: service.name },
        statistic: cloudwatch.Stats.SUM,
        // Each start of a function counts: an alarm a day says it often enough.
        period: Duration.days(1),
      }),
      threshold: 1,
      description: 'Wall times are resolved with rules that have probably been superseded: some may be an hour wrong.',
      runbook: 'Zone rules are old',
      topic: service.alertTopic,
    });
    new CfnOutput(this, 'ApiUrl', { value: api.apiEndpoint, description: 'Where the public API and the page answer' });
  }
}
