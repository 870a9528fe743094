import { describe, expect, it } from '@jest/globals';
import { resolve } from './intrinsics';

const references = {
  ref: (id: string) => `ref:${id}`,
  getAtt: (id: string, attribute: string) => `att:${id}.${attribute}`,
};
const resolved = (value: unknown) => resolve(value, references, 'stack: Thing');

describe('intrinsic functions', () => {
  it.each([
    [{ Ref: 'Queue' }, 'ref:Queue'],
    [{ Ref: 'AWS::Region' }, 'us-east-1'],
    [{ 'Fn::GetAtt': ['Queue', 'Arn'] }, 'att:Queue.Arn'],
    [{ 'Fn::GetAtt': 'Queue.Arn' }, 'att:Queue.Arn'],
    [{ 'Fn::Join': ['-', ['a', { Ref: 'B' }, 1]] }, 'a-ref:B-1'],
    [{ 'Fn::Split': ['/', { Ref: 'a/b' }] }, ['ref:a', 'b']],
    [{ 'Fn::Select': [1, { 'Fn::Split': ['/', { Ref: 'a/b' }] }] }, 'b'],
    [{ 'Fn::Select': ['0', ['x', 'y']] }, 'x'],
    [{ 'Fn::Sub': 'cdk-${AWS::AccountId}-${AWS::Region}' }, 'cdk-000000000000-us-east-1'],
    [{ 'Fn::Sub': '${Queue.Arn} ${Bus} ${!Literal}' }, 'att:Queue.Arn ref:Bus ${Literal}'],
    [{ 'Fn::Sub': ['${own} ${Bus}', { own: { Ref: 'X' } }] }, 'ref:X ref:Bus'],
  ])('%j is resolved', (value, expected) => {
    expect(resolved(value)).toEqual(expected);
  });

  it('are resolved at any depth, and everything else stays as it is', () => {
    expect(resolved({ a: [{ Ref: 'X' }, 1, null, true], b: { c: { 'Fn::GetAtt': ['Y', 'Z'] } } })).toEqual({
      a: ['ref:X', 1, null, true],
      b: { c: 'att:Y.Z' },
    });
  });

  it('are refused with their place when the laptop cloud does not know them', () => {
    expect(() => resolved({ Name: { 'Fn::ImportValue': 'x' } })).toThrow('stack: Thing.Name: Fn::ImportValue');
  });
});
