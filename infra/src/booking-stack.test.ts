import { Match, type Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { named as namedIn, stackTemplate } from '../test/stack-template';
import { BookingStack } from './booking-stack';

const ROUTES = [
  'GET /',
  'GET /agents',
  'GET /appointments/{appointmentId}',
  'GET /assets/{proxy+}',
  'GET /availability',
  'GET /confirm/{id}',
  'GET /manage/{id}',
  'GET /openapi.json',
  'POST /appointments',
  'POST /appointments/{appointmentId}/amend',
  'POST /appointments/{appointmentId}/cancel',
  'POST /appointments/{appointmentId}/confirm',
  'POST /appointments/{appointmentId}/reschedule',
  'POST /holds',
  'POST /holds/{holdId}/release',
];
const HTTP_FUNCTIONS = [
  'create-appointment',
  'get-appointment',
  'get-availability',
  'hold-slot',
  'reschedule-appointment',
  'cancel-appointment',
  'amend-appointment',
  'confirm-appointment',
  'get-openapi',
  'serve-page',
];

let template: Template;

beforeAll(() => {
  template = stackTemplate(BookingStack, 'booking', ['publish-outbox', 'apply-call-events', ...HTTP_FUNCTIONS]);
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
  it('answers exactly the routes of the public API and the page, none of them behind an authorizer', () => {
    const routes = Object.values(template.findResources('AWS::ApiGatewayV2::Route'));

    expect(routes.map((route) => route['Properties'].RouteKey as string).toSorted()).toEqual(ROUTES);
    expect(routes.map((route) => route['Properties'].AuthorizationType as string)).toEqual(routes.map(() => 'NONE'));
  });

  it('hands every route to a function by payload 2.0', () => {
    const integrations = Object.values(template.findResources('AWS::ApiGatewayV2::Integration'));

    expect(integrations).toHaveLength(HTTP_FUNCTIONS.length);
    for (const integration of integrations) {
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

  it.each([
    ['GetOpenapi', []],
    ['ServePage', []],
    ['GetAvailability', ['dynamodb:Query']],
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

    expect(told.toSorted()).toEqual(['AmendAppointment', 'CreateAppointment', 'ServePage']);
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
