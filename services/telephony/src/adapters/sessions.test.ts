import { describe, expect, it } from '@jest/globals';
import type { DynamoDBDocumentClient, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { newSession } from '../domain/session';
import { sessionsIn } from './sessions';

const now = new Date('2026-12-01T15:00:00Z');
const session = newSession({
  id: 'cs_1_1',
  appointmentId: 'apt_1',
  appointmentVersion: 1,
  startsAt: now.getTime(),
  startedAt: now.getTime(),
  agent: { name: 'Alex', phone: '+12025550100' },
  client: { name: 'Ada', phone: '+12025550123' },
});
const wanted = {
  session,
  expected: 0,
  outbox: [{ pk: 'outbox#1', sk: 'outbox', kind: 'outbox', to: 'bus', body: '{}', expiresAt: 1 }],
  hold: ['+12025550100'],
  free: ['+12025550144'],
  onlyWhileCurrent: true,
} as const;

/** DynamoDB's answer to a transaction: taken, or cancelled with a code for each item. */
function table(answer?: readonly string[] | Error) {
  const sent: TransactWriteCommand['input'][] = [];
  const client = {
    send: (command: TransactWriteCommand) => {
      sent.push(command.input);
      if (answer === undefined) return Promise.resolve({});
      if (answer instanceof Error) return Promise.reject(answer);
      const error = Object.assign(new Error('cancelled'), {
        name: 'TransactionCanceledException',
        CancellationReasons: answer.map((Code) => ({ Code })),
      });
      return Promise.reject(error);
    },
  } as unknown as DynamoDBDocumentClient;
  return { sessions: sessionsIn(client, 'table'), sent };
}

describe('the write of a session', () => {
  it('is one transaction: the session, its place, the appointment’s word, held and freed phones, the outbox', async () => {
    const { sessions, sent } = table();

    expect(await sessions.write(wanted, now)).toBe('written');
    const keys = (sent[0]?.TransactItems ?? []).map((item) => {
      const [action] = Object.keys(item);
      const { Item, Key } = Object.values(item)[0] as unknown as Partial<
        Record<'Item' | 'Key', { pk: string; sk: string }>
      >;
      const at = Item ?? Key;
      return `${action} ${at?.pk} ${at?.sk}`;
    });
    expect(keys).toEqual([
      'Put session#cs_1_1 session',
      'Put appointment#apt_1 session#00000001',
      'ConditionCheck appointment#apt_1 appointment',
      'Put phone#+12025550100 held',
      'Delete phone#+12025550144 held',
      'Put outbox#1 outbox',
    ]);
  });

  it.each<[string, readonly string[], unknown]>([
    ['another wrote first', ['ConditionalCheckFailed', 'None', 'None', 'None'], 'contended'],
    ['another is writing now', ['TransactionConflict', 'None', 'None', 'None'], 'contended'],
    ['the appointment has changed', ['None', 'None', 'ConditionalCheckFailed', 'None'], 'overtaken'],
    [
      'the appointment has changed and all else failed too',
      ['ConditionalCheckFailed', 'None', 'ConditionalCheckFailed', 'ConditionalCheckFailed'],
      'overtaken',
    ],
    ['the phone is held', ['None', 'None', 'None', 'ConditionalCheckFailed'], { engaged: '+12025550100' }],
  ])('says so when %s', async (_, codes, result) => {
    expect(await table(codes).sessions.write(wanted, now)).toEqual(result);
  });

  it.each([
    ['throttling', ['ThrottlingError', 'None', 'None', 'None']],
    ['a fault of the database', new Error('InternalServerError')],
  ])('fails, to be tried again, on %s', async (_, answer) => {
    await expect(table(answer).sessions.write(wanted, now)).rejects.toThrow();
  });
});
