import { Match, type Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { named as namedIn, stackTemplate } from '../test/stack-template';
import { TelephonyStack } from './telephony-stack';

const HANDLERS = [
  'answer-call',
  'dial',
  'on-appointment-changed',
  'on-call-due',
  'project-appointment',
  'publish-outbox',
  'record-status',
  'staff-calls',
  'wait-music',
  'wake-session',
];

let template: Template;

beforeAll(() => {
  template = stackTemplate(TelephonyStack, 'telephony', HANDLERS);
});

const named = (type: string, prefix: string) => namedIn(template, type, prefix);
const queue = (prefix: string) => named('AWS::SQS::Queue', prefix);
const environmentOf = (prefix: string): Record<string, unknown> =>
  template.findResources('AWS::Lambda::Function')[named('AWS::Lambda::Function', prefix)]?.['Properties'].Environment
    .Variables;
const actionsOf = (functionName: string): string[] => {
  const role = named('AWS::IAM::Role', `${functionName}ServiceRole`);
  const actions = Object.values(template.findResources('AWS::IAM::Policy'))
    .filter((policy) => JSON.stringify(policy['Properties'].Roles) === JSON.stringify([{ Ref: role }]))
    .flatMap((policy) => policy['Properties'].PolicyDocument.Statement as { Action: string | string[] }[])
    .flatMap((statement) => statement.Action)
    .filter((action) => !action.startsWith('xray:'));
  return [...new Set(actions)].toSorted();
};
const consuming = ['sqs:ChangeMessageVisibility', 'sqs:DeleteMessage', 'sqs:ReceiveMessage'];
const reading = ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'];
const only = (actions: readonly string[], service: string) => actions.filter((action) => action.startsWith(service));

describe('the telephony stack', () => {
  it('fills its projection from replays too', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['appointments.booking'],
        'detail-type': [
          'AppointmentCreated',
          'AppointmentRescheduled',
          'AppointmentAmended',
          'AppointmentCancelled',
          'AgentChanged',
        ],
        'replay-name': Match.absent(),
      },
    });
  });

  it.each([
    ['appointments.scheduler', ['CallDue']],
    ['appointments.booking', ['AppointmentRescheduled', 'AppointmentCancelled']],
  ])('acts on events of %s in a replay only when that was meant', (source, detailTypes) => {
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: [source],
        'detail-type': detailTypes,
        'replay-name': [{ exists: false }, { prefix: 'for-real-' }],
      },
    });
  });

  it.each(['Dial', 'WakeSession', 'ProjectAppointment', 'OnCallDue', 'OnAppointmentChanged'])(
    'parks what %s cannot handle after five receives, for a fortnight, with an alarm',
    (construct) => {
      const deadLetters = queue(`${construct}DeadLetters`);

      template.hasResourceProperties('AWS::SQS::Queue', {
        RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': [deadLetters, 'Arn'] }, maxReceiveCount: 5 },
      });
      expect(template.findResources('AWS::SQS::Queue')[deadLetters]?.['Properties']).toMatchObject({
        MessageRetentionPeriod: 1_209_600,
      });
      template.hasResourceProperties('AWS::CloudWatch::Alarm', {
        AlarmName: `telephony-${construct}-dead-letters`,
        AlarmActions: [Match.anyValue()],
        AlarmDescription: Match.stringLikeRegexp('Runbook: docs/runbook.md'),
        Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [deadLetters, 'QueueName'] } }],
      });
    },
  );

  it('makes the dialler invisible for six times as long as it may work', () => {
    expect(template.findResources('AWS::SQS::Queue')[queue('DialQueue')]?.['Properties']).toMatchObject({
      VisibilityTimeout: 180,
    });
  });

  it('leads every webhook to its function and no other', () => {
    const routes = Object.values(template.findResources('AWS::ApiGatewayV2::Route')).map(({ Properties }) => [
      Properties.RouteKey,
      Properties.Target['Fn::Join'][1][1].Ref,
    ]);
    const targetOf = (what: string) =>
      Object.keys(template.findResources('AWS::ApiGatewayV2::Integration')).find((id) => id.includes(what));

    expect(Object.fromEntries(routes)).toEqual({
      'POST /calls/{sessionId}/{leg}/{attempt}/answer': targetOf('AnswerCallIntegration'),
      'POST /calls/{sessionId}/{leg}/{attempt}/key': targetOf('AnswerCallIntegration'),
      'POST /calls/{sessionId}/{leg}/{attempt}/dialled': targetOf('AnswerCallIntegration'),
      'POST /calls/{sessionId}/{leg}/{attempt}/status': targetOf('RecordStatusIntegration'),
      'POST /calls/{sessionId}/{leg}/{attempt}/conference': targetOf('RecordStatusIntegration'),
      'GET /wait': targetOf('WaitMusicIntegration'),
      'GET /hold-music.wav': targetOf('WaitMusicIntegration'),
      'GET /sorry': targetOf('WaitMusicIntegration'),
    });
  });

  it('knows its own address for signatures, and the name of the secret but never the secret', () => {
    const api = named('AWS::ApiGatewayV2::Api', 'Api');
    for (const fn of ['DialFunction', 'AnswerCall', 'RecordStatus']) {
      expect(environmentOf(fn)).toMatchObject({
        WEBHOOK_BASE_URL: { 'Fn::GetAtt': [api, 'ApiEndpoint'] },
        TWILIO_SECRET_NAME: 'appointments/dev/twilio',
      });
    }
    template.hasResourceProperties('AWS::SecretsManager::Secret', { Name: 'appointments/dev/twilio' });
  });

  it('gives what is said to the functions that say it: ours, unless the stage has other words', () => {
    const ours = { BRAND_NAME: 'Appointments', AGENT_LOCALE: 'en' };

    expect(environmentOf('AnswerCall')).toMatchObject({ ...ours, AGENT_GREETING: '[]', CLIENT_GREETING: '[]' });
    expect(environmentOf('DialFunction')).toMatchObject(ours);
    expect(environmentOf('WaitMusic')).toMatchObject({ ...ours, HOLD_MUSIC_URL: '/hold-music.wav' });
  });

  it('gives greetings, music and language of the stage, within what AWS allows', () => {
    // As long as two greetings may be.
    const parts = [{ say: 'é'.repeat(594) }];
    const greeting = { url: 'https://operator.example.com/greeting.xml', parts };
    const configured = stackTemplate(TelephonyStack, 'telephony', HANDLERS, {
      brandName: 'é'.repeat(60),
      agent: {
        name: 'Alex',
        phone: '+12025550100',
        email: 'alex@example.com',
        timeZone: 'UTC',
        workingHours: 'Mon-Sun 09:00-17:00',
        locale: 'es',
      },
      // About as long as one that sets everything.
      callPolicy: { everything: 'x'.repeat(600) },
      holdMusicUrl: 'https://sound.example.com/a.mp3',
      greetings: { agent: greeting, client: greeting },
    });
    const environment = (prefix: string) => {
      const id = namedIn(configured, 'AWS::Lambda::Function', prefix);
      return configured.findResources('AWS::Lambda::Function')[id]?.['Properties'].Environment.Variables;
    };
    const answering = environment('AnswerCall');

    expect(answering).toMatchObject({ AGENT_LOCALE: 'es', AGENT_GREETING: JSON.stringify(parts) });
    expect(answering.CLIENT_GREETING).toBe(JSON.stringify(parts));
    expect(environment('WaitMusic')).toMatchObject({ HOLD_MUSIC_URL: 'https://sound.example.com/a.mp3' });
    // References become names and addresses of about this length.
    const bytes = Object.entries(answering).reduce(
      (sum, [name, value]) => sum + name.length + (typeof value === 'string' ? Buffer.byteLength(value) : 120),
      0,
    );
    expect(Buffer.byteLength(JSON.stringify(parts))).toBe(1200);
    expect(bytes).toBeLessThan(4096);
  });

  it('tells every function that decides how calls are tried', () => {
    const deciding = ['DialFunction', 'WakeSessionFunction', 'OnCallDueFunction', 'OnAppointmentChangedFunction'];
    for (const fn of [...deciding, 'AnswerCall', 'RecordStatus'])
      expect(environmentOf(fn)).toMatchObject({ CALL_POLICY: '{}' });
  });

  it('tells the dialler, and nobody else, what the account and a day allow', () => {
    expect(environmentOf('DialFunction')).toMatchObject({
      CALLS_PER_SECOND: '1',
      DAILY_CALLS_PER_AGENT: '200',
      DAILY_CALLS_PER_CLIENT: '6',
      UNPROVEN_APPOINTMENTS_PER_DAY: '2',
      DAILY_SPEND_USD: '500',
      USD_PER_MINUTE: '0.0158',
    });
    expect(environmentOf('AnswerCall')).not.toHaveProperty('CALLS_PER_SECOND');
  });

  it('tells the publisher where the queues of the outbox are', () => {
    expect(environmentOf('StorePublishOutbox')).toMatchObject({
      DIALLER_QUEUE_URL: { Ref: queue('DialQueue') },
      TIMERS_QUEUE_URL: { Ref: queue('WakeSessionQueue') },
    });
  });

  it('lets only the functions that need them read the credentials', () => {
    const readers = ['DialFunction', 'AnswerCall', 'RecordStatus'];
    for (const fn of readers) expect(only(actionsOf(fn), 'secretsmanager:')).toEqual(reading);
    for (const fn of ['WaitMusic', 'WakeSessionFunction', 'OnCallDueFunction', 'ProjectAppointmentFunction'])
      expect(only(actionsOf(fn), 'secretsmanager:')).toEqual([]);
  });

  it.each([
    ['ProjectAppointmentFunction', ['BatchGetItem', 'GetItem', 'PutItem']],
    ['OnCallDueFunction', ['BatchGetItem', 'ConditionCheckItem', 'GetItem', 'PutItem']],
    ['OnAppointmentChangedFunction', ['BatchGetItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query']],
    ['DialFunction', ['BatchGetItem', 'ConditionCheckItem', 'DeleteItem', 'GetItem', 'PutItem', 'UpdateItem']],
    ['WakeSessionFunction', ['BatchGetItem', 'DeleteItem', 'GetItem', 'PutItem']],
    ['AnswerCall', ['BatchGetItem', 'DeleteItem', 'GetItem', 'PutItem']],
    ['RecordStatus', ['BatchGetItem', 'DeleteItem', 'GetItem', 'PutItem']],
    ['WaitMusic', []],
  ])('lets %s do to the table what it does and no more', (fn, actions) => {
    expect(only(actionsOf(fn), 'dynamodb:')).toEqual(actions.map((action) => `dynamodb:${action}`));
  });

  it('lets webhooks talk to no queue: effects go by the outbox', () => {
    for (const fn of ['AnswerCall', 'RecordStatus', 'WaitMusic']) expect(only(actionsOf(fn), 'sqs:')).toEqual([]);
    expect(actionsOf('DialFunction')).toEqual(expect.arrayContaining(consuming));
  });

  it('forbids everybody but its publisher to speak as telephony', () => {
    template.hasResourceProperties('AWS::Events::EventBusPolicy', {
      Statement: Match.objectLike({
        Effect: 'Deny',
        Action: 'events:PutEvents',
        Condition: Match.objectLike({
          'ForAnyValue:StringEquals': { 'events:source': 'appointments.telephony' },
          ArnNotEquals: {
            'aws:PrincipalArn': {
              'Fn::GetAtt': [named('AWS::IAM::Role', 'StorePublishOutboxServiceRole'), 'Arn'],
            },
          },
        }),
      }),
    });
  });

  it.each(['webhook-errors', 'carrier-refusals', 'spend-limit', 'calls-wait'])('pages somebody on %s', (alarm) => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: `telephony-${alarm}`,
      AlarmActions: [Match.anyValue()],
    });
  });
});
