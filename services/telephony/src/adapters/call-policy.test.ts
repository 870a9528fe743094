import { describe, expect, it } from '@jest/globals';
import { readConfig } from '@appointments/runtime';
import * as z from 'zod';
import { DEFAULT_POLICY } from '../domain/policy';
import { CallPolicySetting } from './call-policy';

const read = (text?: string) => readConfig(z.object({ CALL_POLICY: CallPolicySetting }), { CALL_POLICY: text });

describe('how calls are tried', () => {
  it('is by default what the design says', () => {
    expect(read()).toEqual({ CALL_POLICY: DEFAULT_POLICY });
    expect(read('')).toEqual({ CALL_POLICY: DEFAULT_POLICY });
  });

  it('is set by what differs', () => {
    const { CALL_POLICY } = read('{"attempts":2,"backOffSeconds":[5],"acceptance":{"client":"either"}}');

    expect(CALL_POLICY).toMatchObject({
      attempts: 2,
      backOffSeconds: [5],
      acceptance: { agent: 'keypress', client: 'either' },
      ringSeconds: 20,
    });
  });

  it.each([
    ['{"attempts":4}', 'CALL_POLICY: attempts: Too big: expected number to be <=3'],
    ['{"attemps":2}', 'CALL_POLICY: Unrecognized key: "attemps"'],
    ['{"acceptance":{"client":"hope"}}', 'CALL_POLICY: acceptance: client: Invalid option'],
    ['attempts=2', 'CALL_POLICY: Invalid input: expected object, received string'],
  ])('is refused with its fault named: %s', (text, fault) => {
    expect(() => read(text)).toThrow(fault);
  });
});
