import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { readConfig, type Config } from '../src/config';
import { CrmSyncStack } from '../src/stack';

const CONFIG = join(__dirname, '../config');
const HEARD = [
  'AppointmentCreated',
  'AppointmentRescheduled',
  'AppointmentAmended',
  'AppointmentCancelled',
  'CallCompleted',
  'CallFailed',
];

let folder: string;
beforeAll(() => {
  process.env['CDK_VALIDATION'] = 'false';
  folder = mkdtempSync(join(tmpdir(), 'crm-'));
  writeFileSync(join(folder, 'index.js'), '// the handler');
});
afterAll(() => rmSync(folder, { recursive: true }));

const templateOf = (more: Partial<Config> = {}) =>
  Template.fromStack(
    new CrmSyncStack(new App(), 'crm-sync', {
      config: { ...readConfig('production', CONFIG), ...more },
      bundle: folder,
    }),
  );
const idOf = (template: Template, type: string, prefix: string) =>
  Object.keys(template.findResources(type)).find((id) => id.startsWith(prefix)) ?? '';
const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });

describe('the stack', () => {
  it('asks the appointments’ bus for six events, and leads them to a bus of its own by a role of its own', () => {
    const template = templateOf();
    const deadLetters = idOf(template, 'AWS::SQS::Queue', 'DeadLetters');
    const role = idOf(template, 'AWS::IAM::Role', 'Crossing');
    const bus = idOf(template, 'AWS::Events::EventBus', 'Bus');

    template.hasResourceProperties('AWS::Events::Rule', {
      EventBusName: 'arn:aws:events:eu-central-1:123456789012:event-bus/appointments-production',
      EventPattern: {
        source: ['appointments.booking', 'appointments.telephony'],
        'detail-type': HEARD,
        'replay-name': [{ exists: false }],
      },
      Targets: [
        { Id: 'our-bus', Arn: arnOf(bus), RoleArn: arnOf(role), DeadLetterConfig: { Arn: arnOf(deadLetters) } },
      ],
      // Stack tags would ask for a right that the bus's owner does not give.
      Tags: Match.absent(),
    });
    template.hasResourceProperties('AWS::IAM::Policy', {
      Roles: [{ Ref: role }],
      PolicyDocument: { Statement: [{ Action: 'events:PutEvents', Effect: 'Allow', Resource: arnOf(bus) }] },
    });
  });

  it('hears what is replayed only where its configuration says so', () => {
    const onTheirBus = (template: Template) =>
      template.findResources('AWS::Events::Rule')['OnTheirBus']?.['Properties'].EventPattern as object;

    expect(onTheirBus(templateOf())).toHaveProperty('replay-name', [{ exists: false }]);
    expect(onTheirBus(templateOf({ hearReplays: true }))).not.toHaveProperty('replay-name');
  });

  it('lets what goes wrong anywhere end in one dead-letter queue that alarms', () => {
    const template = templateOf();
    const deadLetters = idOf(template, 'AWS::SQS::Queue', 'DeadLetters');
    const topic = idOf(template, 'AWS::SNS::Topic', 'Alarms');

    for (const rule of Object.values(template.findResources('AWS::Events::Rule')))
      expect(rule['Properties'].Targets).toEqual([
        expect.objectContaining({ DeadLetterConfig: { Arn: arnOf(deadLetters) } }),
      ]);
    template.hasResourceProperties('AWS::SQS::Queue', {
      RedrivePolicy: { deadLetterTargetArn: arnOf(deadLetters), maxReceiveCount: 5 },
      VisibilityTimeout: 60,
    });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [deadLetters, 'QueueName'] } }],
      AlarmActions: [{ Ref: topic }],
    });
    template.hasResourceProperties('AWS::SNS::Subscription', { Endpoint: 'crm-team@example.com' });
    // Only the two rules may put what they could not deliver there.
    template.hasResourceProperties('AWS::SQS::QueuePolicy', {
      Queues: [{ Ref: deadLetters }],
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: 'Allow',
            Principal: { Service: 'events.amazonaws.com' },
            Condition: { ArnEquals: { 'aws:SourceArn': arnOf('OnTheirBus') } },
          }),
        ]),
      },
    });
  });

  it('lets its handler write entries, and do nothing else', () => {
    const template = templateOf();
    const role = idOf(template, 'AWS::IAM::Role', 'Handler');
    const actions = Object.values(template.findResources('AWS::IAM::Policy'))
      .filter((policy) => JSON.stringify(policy['Properties'].Roles) === JSON.stringify([{ Ref: role }]))
      .flatMap((policy) => policy['Properties'].PolicyDocument.Statement as { Action: string | string[] }[])
      .flatMap(({ Action }) => Action)
      .filter((action) => !action.startsWith('sqs:'));

    expect(actions).toEqual(['dynamodb:UpdateItem']);
  });

  it('forgets what it keeps', () => {
    templateOf().hasResourceProperties('AWS::DynamoDB::GlobalTable', {
      TimeToLiveSpecification: { AttributeName: 'keepUntil', Enabled: true },
    });
  });
});

describe('a configuration', () => {
  const production = readConfig('production', CONFIG);
  const configured = (changes: object) => {
    writeFileSync(join(folder, 'test.json'), JSON.stringify({ ...production, ...changes }));
    return readConfig('test', folder);
  };

  it('is that of the laptop, or of production, or of whatever file there is', () => {
    expect(readConfig('laptop', CONFIG).appointmentsBusArn).toBe(
      'arn:aws:events:us-east-1:000000000000:event-bus/appointments-dev',
    );
    expect(configured({ hearReplays: true })).toEqual({ ...production, hearReplays: true });
  });

  it.each([
    [{ account: '12345' }, 'account: an AWS account id is twelve digits in quotes'],
    [{ appointmentsBusArn: 'appointments-dev' }, "appointmentsBusArn: an event bus's ARN, as its owner gives it"],
    [{ region: 'us-east-1' }, "region: must be the bus's region: a rule is made where its bus is"],
    [{ colour: 'blue' }, 'colour'],
  ])('is refused by file and field: %j', (changes, fault) => {
    expect(() => configured(changes)).toThrow(join(folder, 'test.json'));
    expect(() => configured(changes)).toThrow(fault);
  });
});
