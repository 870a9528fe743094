import { describe, expect, it } from '@jest/globals';
import { failedItems } from './batch-response';

const known = new Set(['a', 'b']);

describe('the answer of a handler that reports failed items', () => {
  it('names the items that failed', () => {
    expect(failedItems({ batchItemFailures: [{ itemIdentifier: 'b' }] }, known)).toEqual(new Set(['b']));
  });

  it.each([[[]], [null], [undefined], [{}], ['text'], [{ batchItemFailures: [] }], [{ batchItemFailures: null }]])(
    'is a success when it is %j',
    (result) => {
      expect(failedItems(result, known)).toEqual(new Set());
    },
  );

  it.each([
    [{ batchItemFailures: [{ itemIdentifier: 'unknown' }] }],
    [{ batchItemFailures: [{ itemIdentifier: 'a' }, { itemIdentifier: '' }] }],
    [{ batchItemFailures: [{}] }],
    [{ batchItemFailures: ['a'] }],
    [{ batchItemFailures: 'a' }],
  ])('fails the whole batch when it makes no sense: %j', (result) => {
    expect(failedItems(result, known)).toBe('all');
  });
});
