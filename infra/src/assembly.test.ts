import { describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConsumerManifest } from '@appointments/events/documents';
import { STAFF_ROUTES } from './constructs/staff-function';

interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
}
interface Template {
  readonly Resources: Record<string, Resource>;
  readonly Outputs?: Record<string, { readonly Export?: unknown }>;
}

/** What `npm run synth` wrote: the very templates that deploy and that the laptop runs. */
const folder = join(__dirname, '../cdk.out');
if (!existsSync(folder)) throw new Error('There is no assembly: run "npm run synth" first.');
const stacks = readdirSync(folder)
  .filter((file) => file.endsWith('.template.json'))
  .map((file) => ({
    name: file.replace('.template.json', ''),
    template: JSON.parse(readFileSync(join(folder, file), 'utf8')) as Template,
  }));

const resources = (template: Template, type: string) =>
  Object.entries(template.Resources).filter(([, resource]) => resource.Type === type);
const referred = (value: unknown): string[] =>
  [...JSON.stringify(value).matchAll(/"(?:Fn::GetAtt":\["|Ref":")([^"]+)"/g)].map((match) => match[1] ?? '');

const runbook = readFileSync(join(__dirname, '../../docs/runbook.md'), 'utf8');

describe.each(stacks)('$name', ({ name, template }) => {
  const service = name.split('-').at(-1) ?? '';

  it('exports nothing: services find shared things by parameter', () => {
    expect(Object.values(template.Outputs ?? {}).filter((output) => output.Export !== undefined)).toEqual([]);
  });

  it('brings no function that is not ours', () => {
    expect(Object.values(template.Resources).filter((resource) => resource.Type.startsWith('Custom::'))).toEqual([]);
    for (const [, lambda] of resources(template, 'AWS::Lambda::Function'))
      expect(lambda.Properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'] });
  });

  it('gives every queue that is worked off a dead-letter queue, and every dead-letter queue an alarm', () => {
    const queues = resources(template, 'AWS::SQS::Queue');
    const alarmed = resources(template, 'AWS::CloudWatch::Alarm').flatMap(([, alarm]) =>
      referred(alarm.Properties['Dimensions']),
    );
    const worked = new Set(
      resources(template, 'AWS::Lambda::EventSourceMapping').flatMap(([, mapping]) =>
        referred(mapping.Properties['EventSourceArn']),
      ),
    );
    for (const [id, queue] of queues) {
      const redrive = queue.Properties['RedrivePolicy'];
      if (worked.has(id)) expect(redrive).toMatchObject({ maxReceiveCount: 5 });
      if (redrive === undefined) {
        expect(alarmed).toContain(id);
        expect(queue.Properties['MessageRetentionPeriod']).toBe(14 * 86_400);
      } else {
        expect(queue.Properties['MessageRetentionPeriod']).toBe(4 * 86_400);
      }
    }
  });

  it('gives every alarm an action and a heading of the runbook', () => {
    for (const [, alarm] of resources(template, 'AWS::CloudWatch::Alarm')) {
      expect(alarm.Properties['AlarmActions']).toHaveLength(1);
      const heading = /Runbook: docs\/runbook\.md, "([^"]+)"/.exec(String(alarm.Properties['AlarmDescription']))?.[1];
      expect(runbook.split('\n')).toContain(`## ${heading}`);
    }
  });

  it('keeps a message hidden for six times its function’s timeout', () => {
    for (const [, mapping] of resources(template, 'AWS::Lambda::EventSourceMapping')) {
      const queue = template.Resources[referred(mapping.Properties['EventSourceArn'])[0] ?? ''];
      const lambda = template.Resources[referred(mapping.Properties['FunctionName'])[0] ?? ''];
      if (queue?.Type !== 'AWS::SQS::Queue') continue;
      expect(queue.Properties['VisibilityTimeout']).toBe(6 * Number(lambda?.Properties['Timeout']));
      expect(mapping.Properties['FunctionResponseTypes']).toEqual(['ReportBatchItemFailures']);
    }
  });

  it('lets every rule’s target fail into a dead-letter queue', () => {
    for (const [, rule] of resources(template, 'AWS::Events::Rule')) {
      for (const target of rule.Properties['Targets'] as { DeadLetterConfig?: unknown }[])
        expect(target.DeadLetterConfig).toBeDefined();
    }
  });

  it('retries its outbox without limit and reports failures item by item', () => {
    for (const [, mapping] of resources(template, 'AWS::Lambda::EventSourceMapping')) {
      if (mapping.Properties['StartingPosition'] === undefined) continue;
      expect(mapping.Properties).toMatchObject({
        MaximumRetryAttempts: -1,
        BisectBatchOnFunctionError: true,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
      });
    }
  });

  it('allows no role everything: neither every action nor every resource of a service of ours', () => {
    for (const [id, policy] of resources(template, 'AWS::IAM::Policy')) {
      const statements = (
        policy.Properties['PolicyDocument'] as { Statement: { Action: string | string[]; Resource: unknown }[] }
      ).Statement;
      for (const { Action, Resource } of statements) {
        const actions = [Action].flat();
        expect(actions.filter((action) => action.endsWith(':*'))).toEqual([]);
        // Tracing, texting and lists have no resource to name (AWS's service authorization reference).
        const needsNone = actions.every((action) =>
          /^(xray:|sns:(Publish|CheckIfPhoneNumberIsOptedOut)$|ses:|dynamodb:ListStreams$|scheduler:ListSchedules$)/.test(
            action,
          ),
        );
        if (Resource === '*' && !needsNone) throw new Error(`${id} allows ${actions.join(', ')} on everything`);
      }
    }
  });

  it('lets nobody else publish as itself', () => {
    if (service === 'platform') return;
    const publishes = resources(template, 'AWS::IAM::Policy').some(([, policy]) =>
      JSON.stringify(policy).includes('events:PutEvents'),
    );
    const statements = resources(template, 'AWS::Events::EventBusPolicy').map(
      ([, policy]) => policy.Properties['Statement'],
    );
    expect(statements).toHaveLength(publishes ? 1 : 0);
    for (const statement of statements) {
      expect(statement).toMatchObject({
        Effect: 'Deny',
        Action: 'events:PutEvents',
        Condition: { 'ForAnyValue:StringEquals': { 'events:source': `appointments.${service}` } },
      });
    }
  });
});

describe('the subscriptions', () => {
  it('are those that the services’ manifests and the catalogue name, handler by handler', () => {
    const services = join(__dirname, '../../services');
    const named = readdirSync(services).flatMap((service) => {
      const file = join(services, service, 'contracts.json');
      const { handlers } = ConsumerManifest.parse(JSON.parse(readFileSync(file, 'utf8')));
      return Object.entries(handlers).map(([handler, events]) => ({
        // As the subscription's construct is named after its handler.
        rule: `${service} ${handler.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase())}`,
        hears: Object.keys(events),
      }));
    });
    const ruled = stacks.flatMap(({ name, template }) =>
      resources(template, 'AWS::Events::Rule').flatMap(([id, { Properties }]) => {
        const pattern = Properties['EventPattern'] as { 'detail-type'?: string[] } | undefined;
        const hears = pattern?.['detail-type'];
        // On the account's default bus are AWS's events, which are no contracts of ours.
        return hears && Properties['EventBusName'] !== undefined
          ? [{ rule: `${name.split('-').at(-1)} ${id.replace(/Rule[0-9A-F]{8}$/, '')}`, hears }]
          : [];
      }),
    );

    const sorted = (rules: typeof named) =>
      rules
        .map(({ rule, hears }) => `${rule}: ${hears.toSorted((a, b) => a.localeCompare(b)).join(', ')}`)
        .toSorted((a, b) => a.localeCompare(b));
    expect(sorted(ruled)).toEqual(sorted(named));
  });

  it('say on their rules whose they are, by which a replay finds them', () => {
    for (const { name, template } of stacks) {
      const rules = resources(template, 'AWS::Events::Rule').filter(
        // What AWS itself tells comes over the default bus, which has no archive of ours.
        ([, rule]) => rule.Properties['EventBusName'] !== undefined,
      );
      for (const [, rule] of rules) {
        expect(rule.Properties['Tags']).toEqual([
          { Key: 'appointments:service', Value: name.endsWith('-platform') ? 'timeline' : name.split('-').at(-1) },
          { Key: 'appointments:subscription', Value: expect.stringMatching(/^[A-Z]\w+$/) },
        ]);
      }
    }
  });

  it('that act hear no replay but those meant for real', () => {
    const acting = stacks.flatMap(({ template }) =>
      resources(template, 'AWS::Events::Rule')
        .filter(
          ([id, rule]) => !/Project|Apply|EveryEvent/.test(id) && rule.Properties['ScheduleExpression'] === undefined,
        )
        // What is on the account's default bus is neither archived nor replayed.
        .filter(([, rule]) => rule.Properties['EventBusName'] !== undefined)
        .map(([, rule]) => (rule.Properties['EventPattern'] as Record<string, unknown> | undefined)?.['replay-name']),
    );

    expect(acting.length).toBeGreaterThan(0);
    for (const replayName of acting) expect(replayName).toEqual([{ exists: false }, { prefix: 'for-real-' }]);
  });
});

describe('a staff route that another service answers', () => {
  const functionsByName = new Map(
    stacks.flatMap(({ name, template }) =>
      resources(template, 'AWS::Lambda::Function').map(([id, { Properties }]) => [
        Properties['FunctionName'],
        { stack: name, id, template },
      ]),
    ),
  );

  it.each(Object.entries(STAFF_ROUTES))(
    '%s leads to a function that its stack makes, and that the API may call',
    (route, { service, handler }) => {
      const found = functionsByName.get(`appointments-dev-${service}-${handler}`);

      expect(found?.stack).toBe(`appointments-dev-${service}`);
      const permissions = resources(found?.template ?? { Resources: {} }, 'AWS::Lambda::Permission').filter(
        ([, { Properties }]) => referred(Properties['FunctionName']).includes(found?.id ?? ''),
      );
      expect(permissions).toHaveLength(1);
      const [method, path = ''] = route.split(' ');
      expect(JSON.stringify(permissions[0]?.[1].Properties['SourceArn'])).toContain(
        `:*/*/${method}${path.replaceAll(/\{[^}]+\}/g, '*')}`,
      );
      const booking = stacks.find(({ name }) => name === 'appointments-dev-booking')?.template ?? { Resources: {} };
      expect(
        resources(booking, 'AWS::ApiGatewayV2::Integration').filter(([, { Properties }]) =>
          JSON.stringify(Properties['IntegrationUri']).includes(`:function:appointments-dev-${service}-${handler}"`),
        ),
      ).toHaveLength(1);
    },
  );
});
