import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { explain, refusals } from './check';
import { readAssembly } from './read';
import type { Stack } from './read';

const stackOf = (resources: Stack['resources']): Stack => ({
  name: 'demo',
  parameters: {},
  resources,
  assetFolders: new Map(),
});

describe('what the laptop cloud refuses', () => {
  it('is a type that is not in the table', () => {
    expect(refusals([stackOf({ Thing: { Type: 'AWS::Kinesis::Stream', Properties: {} } })])).toEqual([
      'demo: Thing is of type AWS::Kinesis::Stream, which does not run on a laptop.',
    ]);
  });

  it('is an unknown property of a type that is run, at any depth', () => {
    const Properties = {
      FifoQueue: true,
      RedrivePolicy: { deadLetterTargetArn: 'x', maxReceiveCount: 3, other: 1 },
    };
    const Rule = {
      Targets: [
        { Id: 'a', Arn: 'b' },
        { Id: 'c', Arn: 'd', Input: '{}' },
      ],
    };

    expect(
      refusals([
        stackOf({
          Queue: { Type: 'AWS::SQS::Queue', Properties },
          Rule: { Type: 'AWS::Events::Rule', Properties: Rule },
        }),
      ]),
    ).toEqual([
      'demo: Queue (AWS::SQS::Queue) has the property FifoQueue, which does not run on a laptop.',
      'demo: Queue (AWS::SQS::Queue) has the property RedrivePolicy.other, which does not run on a laptop.',
      'demo: Rule (AWS::Events::Rule) has the property Targets[].Input, which does not run on a laptop.',
    ]);
  });

  it('is what is there under a condition only', () => {
    const Queue = { Type: 'AWS::SQS::Queue', Properties: {}, Condition: 'InProduction' };

    expect(refusals([stackOf({ Queue })])).toEqual([
      'demo: Queue is there under the condition InProduction, and a laptop decides none.',
    ]);
  });

  it('is a name that two stacks give, for on a laptop they share one account', () => {
    const bus = (Name: unknown) => ({ Bus: { Type: 'AWS::Events::EventBus', Properties: { Name } } });
    const theirs = { ...stackOf(bus('main')), name: 'theirs', app: 'crm' };

    expect(refusals([stackOf(bus('main')), theirs])).toEqual([
      'theirs: Bus (AWS::Events::EventBus) is named main, and so is Bus of demo; on a laptop all apps share one account.',
    ]);
    expect(refusals([stackOf(bus('other')), theirs])).toEqual([]);
    expect(refusals([stackOf(bus(undefined)), { ...theirs, resources: bus(undefined) }])).toEqual([]);
  });

  it('is no property of a type that is only noted', () => {
    expect(refusals([stackOf({ Role: { Type: 'AWS::IAM::Role', Properties: { Anything: 1 } } })])).toEqual([]);
  });
});

describe('an assembly', () => {
  const stacks = readAssembly(join(__dirname, '../../test/fixtures/assembly'));

  it('is taken in the order in which parameters are written and read', () => {
    expect(stacks.map(({ name }) => name)).toEqual(['demo-platform', 'demo-booking', 'demo-mail']);
  });

  it('is explained: what runs, what is noted, what is refused', () => {
    const text = explain(stacks);

    expect(text).toContain('3  AWS::Lambda::EventSourceMapping');
    expect(text).toContain('Nothing in these templates.');
  });
});
