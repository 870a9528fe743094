import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { named as namedIn, stackTemplate } from '../test/stack-template';
import { BookingStack } from './booking-stack';
import { STAFF_ROUTES } from './constructs/staff-function';
import { StageFile, type Stage } from './stage';

const ROUTES = [
  'GET /',
  'GET /agents',
  'GET /appointments/{appointmentId}',
  'GET /assets/{proxy+}',
  'GET /availability',
  'GET /confirm/{id}',
  'GET /manage/{id}',
  'GET /openapi.json',
  'GET /problems',
  'GET /problems/{slug}',
  'GET /staff/agents',
  'GET /staff/appointments',
  'GET /staff/appointments/{appointmentId}',
  ...Object.keys(STAFF_ROUTES),
  'POST /appointments',
  'POST /appointments/{appointmentId}/amend',
  'POST /appointments/{appointmentId}/cancel',
  'POST /appointments/{appointmentId}/confirm',
  'POST /appointments/{appointmentId}/reschedule',
  'POST /holds',
  'POST /holds/{holdId}/release',
  'POST /staff/appointments/{appointmentId}/cancel',
  'POST /staff/appointments/{appointmentId}/re-resolve',
  'POST /staff/appointments/{appointmentId}/reschedule',
  'PUT /staff/agents/{agentId}',
].toSorted();
const HTTP_FUNCTIONS = [
  'create-appointment',
  'get-appointment',
  'get-availability',
  'hold-slot',
  'reschedule-appointment',
  'cancel-appointment',
  'amend-appointment',
  'confirm-appointment',
  'staff-appointments',
  'staff-agents',
  'get-openapi',
  'explain-problem',
  'serve-page',
];

const DEV = JSON.parse(readFileSync(join(__dirname, '../stages/dev.json'), 'utf8')) as { routeLimits: object };

const templateWith = (configured: Partial<Stage> = {}) =>
  stackTemplate(BookingStack, 'booking', ['publish-outbox', 'apply-call-events', ...HTTP_FUNCTIONS], configured);

let template: Template;

beforeAll(() => {
  template = templateWith();
});

const named = (type: string, prefix: string) => namedIn(template, type, prefix);

const actionsOf = (functionName: string): string[] => {
  const role = named('AWS::IAM::Role', `${functionName}ServiceRole`);
  const actions = Object.values(template.findResources('AWS::IAM::Policy'))
    .filter((policy) => JSON.stringify(policy['Properties'].Roles) === JSON.stringify([{ Ref: role }]))
    .flatMap((policy) => policy['Properties'].PolicyDocument.Statement as { Action: string | string[] }[])
    .flatMap((statement) => statement.Action)
    .filter((action) => !action.startsWith('xray:'));
  return [...new Set(actions)].toSorted();
};

describe('the booking stack', () => {
  it('answers exactly the routes of the public API, of the staff and of the page', () => {
    const routes = Object.values(template.findResources('AWS::ApiGatewayV2::Route'));

    expect(routes.map((route) => route['Properties'].RouteKey as string).toSorted()).toEqual(ROUTES);
  });

  it('asks for a token of scope `staff` on every route of the staff, and on no other', () => {
    const authorizer = named('AWS::ApiGatewayV2::Authorizer', 'ApiStaffAuthorizer');
    const routes = Object.values(template.findResources('AWS::ApiGatewayV2::Route')).map(
      (route) => route['Properties'] as Record<string, unknown> & { RouteKey: string },
    );
    const [ofStaff, others] = [true, false].map((wanted) =>
      routes.filter(({ RouteKey }) => RouteKey.includes(' /staff') === wanted),
    );

    expect(ofStaff?.length).toBeGreaterThan(0);
    for (const route of ofStaff ?? []) {
      expect(route).toMatchObject({
        AuthorizationType: 'JWT',
        AuthorizationScopes: ['staff'],
        AuthorizerId: { Ref: authorizer },
      });
    }
    for (const route of others ?? []) {
      expect(route).toMatchObject({ AuthorizationType: 'NONE' });
      expect(route).not.toHaveProperty('AuthorizerId');
      expect(route).not.toHaveProperty('AuthorizationScopes');
    }
  });

  it('takes the tokens of the stage’s issuer for the stage’s audience, from the Authorization header', () => {
    template.resourceCountIs('AWS::ApiGatewayV2::Authorizer', 1);
    template.hasResourceProperties('AWS::ApiGatewayV2::Authorizer', {
      AuthorizerType: 'JWT',
      IdentitySource: ['$request.header.Authorization'],
      JwtConfiguration: { Issuer: 'https://staff.example.com/', Audience: ['appointments'] },
    });
  });

  it('throttles no route where the stage has no limits', () => {
    const stage = template.findResources('AWS::ApiGatewayV2::Stage')[named('AWS::ApiGatewayV2::Stage', 'ApiDefault')];

    expect(stage?.['Properties']).not.toHaveProperty('RouteSettings');
    expect(stage?.['Properties']).not.toHaveProperty('DefaultRouteSettings');
  });

  it('throttles each route by the stage’s limits, and makes its stage when those routes are there', () => {
    const limited = templateWith({
      routeLimits: {
        default: { ratePerSecond: 100, burst: 200 },
        'POST /appointments': { ratePerSecond: 2.5, burst: 5 },
      },
    });
    const [stage] = Object.values(limited.findResources('AWS::ApiGatewayV2::Stage'));
    const route = Object.entries(limited.findResources('AWS::ApiGatewayV2::Route')).find(
      ([, { Properties }]) => (Properties as { RouteKey: string }).RouteKey === 'POST /appointments',
    );

    expect(stage).toMatchObject({
      Properties: {
        StageName: '$default',
        DefaultRouteSettings: { ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200 },
        RouteSettings: { 'POST /appointments': { ThrottlingRateLimit: 2.5, ThrottlingBurstLimit: 5 } },
      },
    });
    expect(stage?.['DependsOn']).toContain(route?.[0]);
  });

  it('knows every route that is limited where a stage says nothing', () => {
    const { routeLimits: _, ...silent } = DEV;

    expect(() => templateWith({ routeLimits: StageFile.parse(silent).routeLimits })).not.toThrow();
  });

  it('refuses a limit for a route that there is not, naming those that there are', () => {
    const limits = { 'POST /apointments': { ratePerSecond: 1, burst: 1 } };

    expect(() => templateWith({ routeLimits: limits })).toThrow(
      /routeLimits names "POST \/apointments", which is no route .* GET \/, .*POST \/appointments/,
    );
  });

  it('hands every route to a function by payload 2.0', () => {
    const integrations = Object.values(template.findResources('AWS::ApiGatewayV2::Integration'));
    const own = integrations.filter(({ Properties }) => Properties.IntegrationUri['Fn::GetAtt'] !== undefined);

    expect(own).toHaveLength(HTTP_FUNCTIONS.length);
    expect(integrations).toHaveLength(HTTP_FUNCTIONS.length + Object.keys(STAFF_ROUTES).length);
    for (const integration of own) {
      expect(integration['Properties']).toEqual({
        ApiId: { Ref: named('AWS::ApiGatewayV2::Api', 'Api') },
        IntegrationType: 'AWS_PROXY',
        IntegrationUri: { 'Fn::GetAtt': [expect.any(String), 'Arn'] },
        PayloadFormatVersion: '2.0',
      });
    }
  });

  it('hears telephony by a rebuild rule, so that replays move its appointments again', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['appointments.telephony'],
        'detail-type': ['AgentAnswered', 'CallConnected', 'CallCompleted', 'CallFailed'],
        'replay-name': Match.absent(),
      },
    });
  });

  it('gives up on telephony’s events into a dead-letter queue that alarms', () => {
    const deadLetters = named('AWS::SQS::Queue', 'ApplyCallEventsDeadLetters');

    template.hasResourceProperties('AWS::SQS::Queue', {
      RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': [deadLetters, 'Arn'] }, maxReceiveCount: 5 },
    });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [deadLetters, 'QueueName'] } }],
      AlarmActions: [Match.anyValue()],
    });
  });

  it('alarms when the public API answers with an error of ours', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: '5xx',
      Threshold: 1,
      AlarmDescription: Match.stringLikeRegexp('Public API fails'),
      AlarmActions: [Match.anyValue()],
    });
  });

  it('alarms at most once a day while functions start with old zone rules', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'Appointments',
      MetricName: 'ZoneRulesOld',
      Dimensions: [{ Name: 'service', Value: 'booking' }],
      Statistic: 'Sum',
      Period: 86_400,
      Threshold: 1,
      AlarmDescription: Match.stringLikeRegexp('Zone rules are old'),
      AlarmActions: [Match.anyValue()],
    });
  });

  it.each([
    ['GetOpenapi', []],
    ['ExplainProblem', []],
    ['ServePage', []],
    ['GetAvailability', ['dynamodb:GetItem', 'dynamodb:Query']],
    ['StaffAgents', ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query']],
    [
      'StaffAppointments',
      ['dynamodb:ConditionCheckItem', 'dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'],
    ],
    ['GetAppointment', ['dynamodb:Query', 'secretsmanager:GetSecretValue']],
    ['ConfirmAppointment', ['dynamodb:GetItem', 'dynamodb:PutItem', 'secretsmanager:GetSecretValue']],
    ['HoldSlot', ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query']],
    [
      'CreateAppointment',
      [
        'dynamodb:DeleteItem',
        'dynamodb:GetItem',
        'dynamodb:PutItem',
        'dynamodb:Query',
        'dynamodb:UpdateItem',
        'secretsmanager:GetSecretValue',
      ],
    ],
    ['AmendAppointment', ['dynamodb:PutItem', 'dynamodb:Query', 'secretsmanager:GetSecretValue']],
    [
      'CancelAppointment',
      ['dynamodb:DeleteItem', 'dynamodb:PutItem', 'dynamodb:Query', 'secretsmanager:GetSecretValue'],
    ],
    [
      'RescheduleAppointment',
      [
        'dynamodb:ConditionCheckItem',
        'dynamodb:DeleteItem',
        'dynamodb:GetItem',
        'dynamodb:PutItem',
        'dynamodb:Query',
        'secretsmanager:GetSecretValue',
      ],
    ],
  ])('%s may do exactly what it does', (name, allowed) => {
    expect(actionsOf(name)).toEqual(allowed);
  });

  it('gives the link key’s name, never its content, and only to functions that sign or verify', () => {
    const functions = Object.entries(template.findResources('AWS::Lambda::Function'));
    const holders = functions
      .filter(([, fn]) => 'LINK_KEY_SECRET_NAME' in fn['Properties'].Environment.Variables)
      .map(([id]) => id.replace(/[0-9A-F]{8}$/, ''));

    expect(holders.toSorted()).toEqual([
      'AmendAppointment',
      'CancelAppointment',
      'ConfirmAppointment',
      'CreateAppointment',
      'GetAppointment',
      'RescheduleAppointment',
    ]);
  });

  it('tells whose numbers may be called to the functions that take a number, and to the page', () => {
    const functions = Object.entries(template.findResources('AWS::Lambda::Function'));
    const told = functions
      .filter(([, fn]) => fn['Properties'].Environment.Variables.ALLOWED_COUNTRIES === 'US')
      .map(([id]) => id.replace(/[0-9A-F]{8}$/, ''));

    expect(told.toSorted()).toEqual(['AmendAppointment', 'CreateAppointment', 'ServePage', 'StaffAgents']);
  });

  it('tells what clients must prove to the functions that ask them for it: nothing, if not configured', () => {
    const asking = (configured: Template) =>
      Object.entries(configured.findResources('AWS::Lambda::Function')).flatMap(([id, fn]) => {
        const { CONFIRM_EMAIL: email, CONFIRM_PHONE: phone } = fn['Properties'].Environment.Variables;
        return email === undefined ? [] : [`${id.replace(/[0-9A-F]{8}$/, '')} ${email} ${phone}`];
      });
    const handlers = ['publish-outbox', 'apply-call-events', ...HTTP_FUNCTIONS];

    expect(asking(template).toSorted()).toEqual(['AmendAppointment false false', 'CreateAppointment false false']);
    expect(asking(stackTemplate(BookingStack, 'booking', handlers, { confirmPhone: true })).toSorted()).toEqual([
      'AmendAppointment false true',
      'CreateAppointment false true',
    ]);
  });

  it('tells the page its brand and for how long a form must have been open', () => {
    const variablesOf = (stack: Template) =>
      Object.entries(stack.findResources('AWS::Lambda::Function')).find(([id]) => id.startsWith('ServePage'))?.[1][
        'Properties'
      ].Environment.Variables;

    expect(variablesOf(template)).toMatchObject({
      BRAND_NAME: 'Appointments',
      BRAND_COLOR: '',
      BRAND_LOGO_URL: '',
      FORM_MINIMUM_SECONDS: '2',
    });

    const brand = { brandColor: '#7b2d8b', brandLogoUrl: 'https://cdn.example.com/logo.svg' };
    const branded = stackTemplate(
      BookingStack,
      'booking',
      ['publish-outbox', 'apply-call-events', ...HTTP_FUNCTIONS],
      brand,
    );

    expect(variablesOf(branded)).toMatchObject({
      BRAND_COLOR: brand.brandColor,
      BRAND_LOGO_URL: brand.brandLogoUrl,
    });
  });

  it('keeps the agent of the stage where a changed value needs no new bundle', () => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: {
        Variables: Match.objectLike({
          AGENT_NAME: 'Alex Morgan',
          AGENT_TIME_ZONE: 'America/New_York',
          WORKING_HOURS: 'Mon-Sun 09:00-17:00',
          SLOT_MINUTES: '30',
          MINIMUM_NOTICE_MINUTES: '0',
        }),
      },
    });
  });
});
