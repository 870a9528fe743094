import { describe, expect, it } from '@jest/globals';
import { tablesWritten } from './writes';

describe('the tables that a call writes to', () => {
  it.each([
    ['PutItem', { TableName: 'a', Item: {} }, ['a']],
    ['UpdateItem', { TableName: 'arn:aws:dynamodb:us-east-1:000000000000:table/a', Key: {} }, ['a']],
    [
      'TransactWriteItems',
      { TransactItems: [{ Put: { TableName: 'a' } }, { Delete: { TableName: 'b' } }] },
      ['a', 'b'],
    ],
    ['BatchWriteItem', { RequestItems: { a: [], b: [] } }, ['a', 'b']],
    ['GetItem', { TableName: 'a' }, []],
    ['Query', { TableName: 'a' }, []],
  ])('%s %j: %j', (operation, body, tables) => {
    expect(tablesWritten(operation, JSON.stringify(body))).toEqual(new Set(tables));
  });

  it.each([
    ['ExecuteStatement', '{}'],
    ['BatchWriteItem', 'nonsense'],
    ['PutItem', '{}'],
  ])('may be any when %s does not say plainly', (operation, body) => {
    expect(tablesWritten(operation, body)).toBe('all');
  });
});
