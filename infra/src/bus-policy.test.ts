import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { busStatements, may, OWN_ACCOUNT, type Statement } from '../test/iam';
import { platformTemplate, stackTemplate } from '../test/stack-template';
import { BookingStack } from './booking-stack';
import { NotificationsStack } from './notifications-stack';
import { SchedulerStack } from './scheduler-stack';
import { TelephonyStack } from './telephony-stack';

const LISTED = '222222222222';
const UNLISTED = '333333333333';
const BUS = `arn:aws:events:us-east-1:${OWN_ACCOUNT}:event-bus/appointments-dev`;
const RULE = `arn:aws:events:us-east-1:${OWN_ACCOUNT}:rule/appointments-dev/theirs`;
const QUEUE = `arn:aws:sqs:us-east-1:${LISTED}:crm`;
const SOURCES = ['booking', 'scheduler', 'telephony', 'notifications'].map((service) => `appointments.${service}`);

const platform = (subscriberAccounts: string[]) => platformTemplate({ subscriberAccounts });
const handlersOf = (service: string) =>
  readdirSync(join(__dirname, `../../services/${service}/src/handlers`))
    .filter((file) => /\.tsx?$/.test(file) && !/\.test\.tsx?$/.test(file))
    .map((file) => file.replace(/\.tsx?$/, ''));
const services = Object.entries({
  booking: stackTemplate(BookingStack, 'booking', handlersOf('booking')),
  scheduler: stackTemplate(SchedulerStack, 'scheduler', handlersOf('scheduler')),
  telephony: stackTemplate(TelephonyStack, 'telephony', handlersOf('telephony')),
  notifications: stackTemplate(NotificationsStack, 'notifications', handlersOf('notifications')),
}).map(([service, template]) => ({ service, statements: busStatements(service, template, BUS) }));
/** A service that publishes nothing needs no statement. */
const publishing = services.filter(({ statements }) => statements.length > 0);
/** The policy that the stacks make together. */
const policyWith = (accounts: string[]): Statement[] => [
  ...busStatements('platform', platform(accounts), BUS),
  ...services.flatMap(({ statements }) => statements),
];

const role = (account: string, name = 'deploy') => `arn:aws:iam::${account}:role/${name}`;
const putRule = (account: string, source: readonly string[] | undefined, creator?: string) => ({
  principal: role(account),
  action: 'events:PutRule',
  resource: RULE,
  context: { ...(source && { 'events:source': source }), ...(creator && { 'events:creatorAccount': creator }) },
});
const putTargets = (account: string, targets: readonly string[], creator = account) => ({
  principal: role(account),
  action: 'events:PutTargets',
  resource: RULE,
  context: { 'events:TargetArn': targets, 'events:creatorAccount': creator },
});
const publish = (principal: string, source: string | readonly string[]) => ({
  principal,
  action: 'events:PutEvents',
  resource: BUS,
  context: { 'events:source': source },
});
const TENDING = ['Describe', 'Enable', 'Disable', 'Delete']
  .map((verb) => `events:${verb}Rule`)
  .concat('events:ListTargetsByRule', 'events:RemoveTargets');

describe('an account that may subscribe', () => {
  const policy = policyWith([LISTED]);

  it.each([[['appointments.booking']], [['appointments.booking', 'appointments.telephony']], [SOURCES]])(
    'makes a rule that names sources of ours: %j',
    (sources) => {
      expect(may(policy, putRule(LISTED, sources))).toBe(true);
    },
  );

  it.each([
    ['names no source', undefined],
    ['names a foreign source', ['com.example.orders']],
    ['names a foreign source beside ours', ['appointments.booking', 'com.example.orders']],
    ['names a source of AWS', ['aws.s3']],
    ['names what only looks like ours', ['appointments.bookings']],
  ])('makes no rule that %s', (_, sources) => {
    expect(may(policy, putRule(LISTED, sources))).toBe(false);
  });

  it('changes no rule that somebody else made, whoever that was', () => {
    for (const creator of [OWN_ACCOUNT, UNLISTED]) {
      expect(may(policy, putRule(LISTED, SOURCES, creator))).toBe(false);
      expect(may(policy, putTargets(LISTED, [QUEUE], creator))).toBe(false);
    }
    expect(may(policy, putRule(LISTED, SOURCES, LISTED))).toBe(true);
  });

  it('aims its rules at its own account only', () => {
    expect(may(policy, putTargets(LISTED, [QUEUE]))).toBe(true);
    expect(may(policy, putTargets(LISTED, [`arn:aws:sqs:us-east-1:${UNLISTED}:q`]))).toBe(false);
    expect(may(policy, putTargets(LISTED, [`arn:aws:sqs:us-east-1:${OWN_ACCOUNT}:q`]))).toBe(false);
    expect(may(policy, putTargets(LISTED, [QUEUE, `arn:aws:sqs:us-east-1:${UNLISTED}:q`]))).toBe(false);
  });

  it.each(TENDING)('may %s its own rules, and no others', (action) => {
    const ask = (creator: string) =>
      may(policy, {
        principal: role(LISTED),
        action,
        resource: RULE,
        context: { 'events:creatorAccount': creator },
      });

    expect(ask(LISTED)).toBe(true);
    expect(ask(OWN_ACCOUNT)).toBe(false);
  });

  it.each([...SOURCES, 'com.example.crm'])('publishes nothing, not even as %s', (source) => {
    expect(may(policy, publish(role(LISTED), source))).toBe(false);
  });

  it('publishes nothing even where a later statement lets everybody', () => {
    const careless: Statement = { Effect: 'Allow', Principal: { AWS: '*' }, Action: 'events:PutEvents', Resource: BUS };

    expect(may([...policy, careless], publish(role(UNLISTED), 'com.example.crm'))).toBe(true);
    expect(may([...policy, careless], publish(role(LISTED), 'com.example.crm'))).toBe(false);
  });

  it.each(['events:DeleteEventBus', 'events:PutPermission', 'events:StartReplay', 'events:CreateArchive'])(
    'has no %s',
    (action) => {
      for (const resource of [BUS, RULE])
        expect(may(policy, { principal: role(LISTED), action, resource })).toBe(false);
    },
  );

  it('reaches the rules of no other bus', () => {
    const elsewhere = `arn:aws:events:us-east-1:${OWN_ACCOUNT}:rule/another-bus/theirs`;

    expect(may(policy, { ...putRule(LISTED, SOURCES), resource: elsewhere })).toBe(false);
  });
});

describe('an account that is not listed', () => {
  it.each([[[LISTED]], [[]]])('does nothing on the bus, where the list is %j', (accounts) => {
    const policy = policyWith(accounts);

    expect(may(policy, putRule(UNLISTED, SOURCES))).toBe(false);
    expect(may(policy, putTargets(UNLISTED, [`arn:aws:sqs:us-east-1:${UNLISTED}:q`]))).toBe(false);
    expect(may(policy, publish(role(UNLISTED), 'com.example.crm'))).toBe(false);
    for (const action of TENDING)
      expect(may(policy, { principal: role(UNLISTED), action, resource: RULE })).toBe(false);
  });
});

describe.each(publishing)('the source of $service', ({ service, statements }) => {
  const policy = policyWith([LISTED, OWN_ACCOUNT]);
  const publisher = String(statements[0]?.Condition?.['ArnNotEquals']?.['aws:PrincipalArn']);

  it('is its publisher’s alone, in our own account too, and whoever else may subscribe', () => {
    expect(may(policy, publish(publisher, `appointments.${service}`))).toBe(true);
    expect(may(policy, publish(role(OWN_ACCOUNT, 'admin'), `appointments.${service}`))).toBe(false);
    expect(may(policy, publish(role(OWN_ACCOUNT, 'admin'), ['com.example', `appointments.${service}`]))).toBe(false);
    for (const { service: other } of publishing.filter((one) => one.service !== service))
      expect(may(policy, publish(publisher, `appointments.${other}`))).toBe(false);
  });
});

describe('a stage without subscribers', () => {
  it('has no policy of its own on the bus', () => {
    expect(busStatements('platform', platform([]), BUS)).toEqual([]);
  });
});
