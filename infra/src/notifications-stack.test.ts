import { Match, type Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { named as namedIn, stackTemplate } from '../test/stack-template';
import { NotificationsStack } from './notifications-stack';

const HANDLERS = [
  'publish-outbox',
  'project-appointment',
  'send-messages',
  'heed-texts',
  'record-fate',
  'list-messages',
];

let template: Template;

beforeAll(() => {
  template = stackTemplate(NotificationsStack, 'notifications', HANDLERS);
});

const named = (type: string, prefix: string) => namedIn(template, type, prefix);
const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
const queue = (prefix: string) => named('AWS::SQS::Queue', prefix);
const parameter = (name: string) => {
  const found = Object.entries(template.findParameters('*')).find(
    ([, value]) => (value as { Default?: string }).Default === `/appointments/dev/${name}`,
  );
  if (!found) throw new Error(`no parameter reads ${name}`);
  return { Ref: found[0] };
};
const statementsOf = (rolePrefix: string): { Action: string | string[]; Resource: unknown; Condition?: unknown }[] => {
  const role = named('AWS::IAM::Role', rolePrefix);
  return Object.values(template.findResources('AWS::IAM::Policy'))
    .filter((policy) => JSON.stringify(policy.Properties.Roles) === JSON.stringify([{ Ref: role }]))
    .flatMap((policy) => policy.Properties.PolicyDocument.Statement);
};
const statementFor = (rolePrefix: string, action: string) =>
  statementsOf(rolePrefix).filter((statement) => [statement.Action].flat().includes(action));

describe('the notifications stack', () => {
  it('rebuilds its projection from replays too', () => {
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
      Targets: [Match.objectLike({ Arn: arnOf(queue('ProjectAppointmentQueue')) })],
    });
  });

  it('sends on no replay but one meant for real', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['appointments.booking', 'appointments.scheduler', 'appointments.telephony'],
        'detail-type': [
          'AppointmentCreated',
          'AppointmentRescheduled',
          'AppointmentAmended',
          'AppointmentCancelled',
          'ReminderDue',
          'CallFailed',
          'CallCompleted',
        ],
        'replay-name': [{ exists: false }, { prefix: 'for-real-' }],
      },
      Targets: [
        Match.objectLike({
          Arn: arnOf(queue('SendMessagesQueue')),
          DeadLetterConfig: { Arn: arnOf(queue('SendMessagesDeadLetters')) },
        }),
      ],
    });
  });

  it.each(['ProjectAppointment', 'SendMessages', 'RecordFate'])(
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

  it('sends as its own sender only', () => {
    expect(statementFor('SendMessagesFunctionServiceRole', 'ses:SendRawEmail')).toEqual([
      expect.objectContaining({ Condition: { StringEquals: { 'ses:FromAddress': 'appointments@example.com' } } }),
    ]);
  });

  it('reads the link key and no other secret', () => {
    expect(statementFor('SendMessagesFunctionServiceRole', 'secretsmanager:GetSecretValue')).toEqual([
      {
        Action: 'secretsmanager:GetSecretValue',
        Effect: 'Allow',
        Resource: parameter('link-key-secret-arn'),
      },
    ]);
  });

  it('publishes to the alert topic and no other, and to telephones', () => {
    expect(statementFor('SendMessagesFunctionServiceRole', 'sns:Publish')).toEqual([
      { Action: 'sns:Publish', Effect: 'Allow', Resource: parameter('alert-topic-arn') },
      {
        Action: 'sns:Publish',
        Effect: 'Allow',
        NotResource: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':sns:*:*:*']] },
      },
    ]);
    expect(statementFor('SendMessagesFunctionServiceRole', 'sns:CheckIfPhoneNumberIsOptedOut')).toHaveLength(1);
  });

  it('tells the sender of texts when they are not wanted, and what they are sent with only where it was chosen', () => {
    const variables = (of: Template) =>
      Object.entries(of.findResources('AWS::Lambda::Function')).find(([id]) =>
        id.startsWith('SendMessagesFunction'),
      )?.[1].Properties.Environment.Variables as Record<string, string>;
    const chosen = stackTemplate(NotificationsStack, 'notifications', HANDLERS, {
      quietHours: '22:00-07:00',
      smsSenderId: 'ACME',
      smsOriginationNumber: '+12025550199',
      smsMaxPriceUsd: 0.05,
    });

    expect(variables(template)['QUIET_HOURS']).toBe('21:00-08:00');
    expect(Object.keys(variables(template)).filter((name) => name.startsWith('SMS_'))).toEqual([]);
    expect(variables(chosen)).toMatchObject({
      QUIET_HOURS: '22:00-07:00',
      SMS_SENDER_ID: 'ACME',
      SMS_ORIGINATION_NUMBER: '+12025550199',
      SMS_MAX_PRICE_USD: '0.05',
    });
  });

  it('hears no texts where there is no two-way number', () => {
    const without = stackTemplate(NotificationsStack, 'notifications', HANDLERS, { incomingTextsTopicArn: undefined });

    without.resourceCountIs('AWS::SNS::Subscription', 0);
  });

  it('hears the topic of the two-way number, and no other, by a queue that gives up into one that alarms', () => {
    const topicArn = 'arn:aws:sns:eu-central-1:123456789012:texts';
    const configured = stackTemplate(NotificationsStack, 'notifications', HANDLERS, {
      incomingTextsTopicArn: topicArn,
    });
    const id = (prefix: string) => namedIn(configured, 'AWS::SQS::Queue', prefix);

    configured.hasResourceProperties('AWS::SNS::Subscription', {
      TopicArn: topicArn,
      Protocol: 'sqs',
      Endpoint: arnOf(id('HeedTextsQueue')),
    });
    configured.hasResourceProperties('AWS::SQS::QueuePolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: 'sqs:SendMessage',
            Effect: 'Allow',
            Principal: { Service: 'sns.amazonaws.com' },
            Condition: { ArnEquals: { 'aws:SourceArn': topicArn } },
          }),
        ]),
      },
    });
    configured.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [id('HeedTextsDeadLetters'), 'QueueName'] } }],
    });
  });

  it('has SES tell of its own mails on the default bus, and hears those of no other', () => {
    const set = { Ref: named('AWS::SES::ConfigurationSet', 'RecordFate') };

    template.hasResourceProperties('AWS::SES::ConfigurationSetEventDestination', {
      ConfigurationSetName: set,
      EventDestination: {
        Enabled: true,
        MatchingEventTypes: ['send', 'delivery', 'deliveryDelay', 'bounce', 'complaint', 'reject'],
        EventBridgeDestination: { EventBusArn: { 'Fn::Join': ['', Match.arrayWith([':event-bus/default'])] } },
      },
    });
    template.hasResourceProperties('AWS::Events::Rule', {
      EventBusName: Match.absent(),
      EventPattern: {
        source: ['aws.ses'],
        'detail-type': [
          'Email Sent',
          'Email Delivered',
          'Email Delivery Delayed',
          'Email Bounced',
          'Email Complaint Received',
          'Email Rejected',
        ],
        detail: { mail: { tags: { 'ses:configuration-set': [set] } } },
      },
      Targets: [
        Match.objectLike({
          Arn: arnOf(queue('RecordFateQueue')),
          DeadLetterConfig: { Arn: arnOf(queue('RecordFateDeadLetters')) },
        }),
      ],
    });
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: Match.objectLike({ CONFIGURATION_SET: set }) },
    });
  });

  it('lets what keeps fates write to the table and alert, and send no mail', () => {
    const actions = statementsOf('RecordFateFunctionServiceRole').flatMap((statement) => statement.Action);

    expect(actions).toContain('dynamodb:UpdateItem');
    expect(actions.filter((action) => /^(ses|events|secretsmanager):/.test(action))).toEqual([]);
    expect(statementFor('RecordFateFunctionServiceRole', 'sns:Publish')).toEqual([
      { Action: 'sns:Publish', Effect: 'Allow', Resource: parameter('alert-topic-arn') },
    ]);
  });

  it.each([
    ['ProjectAppointment', ['BatchGetItem', 'GetItem', 'PutItem', 'UpdateItem']],
    ['SendMessages', ['BatchGetItem', 'DeleteItem', 'GetItem', 'PutItem', 'UpdateItem']],
    ['RecordFate', ['BatchGetItem', 'DeleteItem', 'GetItem', 'PutItem', 'UpdateItem']],
    ['HeedTexts', ['UpdateItem']],
  ])('lets %s do to the table what it does, alone or together, and no more', (name, actions) => {
    const granted = statementsOf(`${name}FunctionServiceRole`).flatMap((statement) => statement.Action);

    expect(granted.filter((action) => action.startsWith('dynamodb:')).toSorted()).toEqual(
      actions.map((action) => `dynamodb:${action}`),
    );
  });

  it('lets what lists messages read the table and nothing else', () => {
    const actions = statementsOf('ListMessagesServiceRole').flatMap((statement) => statement.Action);

    expect(actions.filter((action) => !action.startsWith('xray:'))).toEqual(['dynamodb:Query']);
  });

  it('lets what rebuilds send nothing', () => {
    const actions = statementsOf('ProjectAppointmentFunctionServiceRole').flatMap((statement) => statement.Action);

    expect(actions.filter((action) => /^(ses|sns|events|secretsmanager):/.test(action))).toEqual([]);
  });

  it('tells the sender its topic, base URL and key by parameter', () => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: {
        Variables: Match.objectLike({
          ALERT_TOPIC_ARN: parameter('alert-topic-arn'),
          PUBLIC_URL: parameter('public-url'),
          LINK_KEY_SECRET_NAME: parameter('link-key-secret-name'),
          SENDER_EMAIL: 'appointments@example.com',
          BRAND_NAME: 'Appointments',
          BRAND_COLOR: '',
          AGENT_LOCALE: 'en',
          FOLLOW_UP: 'false',
        }),
      },
    });
  });

  it('tells the sender the colour, the agents’ language and whether to write after a call, as the stage has them', () => {
    const configured = stackTemplate(NotificationsStack, 'notifications', HANDLERS, {
      brandColor: '#7b2d8b',
      followUp: true,
    });

    configured.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: Match.objectLike({ BRAND_COLOR: '#7b2d8b', FOLLOW_UP: 'true' }) },
    });
  });
});
