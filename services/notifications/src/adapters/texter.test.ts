import { describe, expect, it } from '@jest/globals';
import type { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { texter, type TextSettings } from './texter';

const named = (name: string, more: object = {}) => Object.assign(new Error(name), { name, ...more });
const message = { to: '+12025550123', text: 'Hello' };

function provider(answer: Error | { readonly MessageId: string }, settings?: TextSettings) {
  const sent: PublishCommand['input'][] = [];
  const client = {
    send: async (command: PublishCommand) => {
      sent.push(command.input);
      if (answer instanceof Error) throw answer;
      return answer;
    },
  } as unknown as SNSClient;
  return { text: texter(client, settings), sent };
}
describe('a text message', () => {
  it('goes to its number alone, as one that is waited for', async () => {
    const { text, sent } = provider({ MessageId: 'm-1' });

    expect(await text(message)).toEqual({ is: 'accepted', providerId: 'm-1' });
    expect(sent).toEqual([
      {
        PhoneNumber: '+12025550123',
        Message: 'Hello',
        MessageAttributes: { 'AWS.SNS.SMS.SMSType': { DataType: 'String', StringValue: 'Transactional' } },
      },
    ]);
  });

  it('goes from the name or the number that was chosen, and costs no more than it may', async () => {
    const { text, sent } = provider(
      { MessageId: 'm-1' },
      { senderId: 'ACME', originationNumber: '+12025550199', maxPriceUsd: 0.05 },
    );

    await text(message);

    expect(sent[0]?.MessageAttributes).toEqual({
      'AWS.SNS.SMS.SMSType': { DataType: 'String', StringValue: 'Transactional' },
      'AWS.SNS.SMS.SenderID': { DataType: 'String', StringValue: 'ACME' },
      'AWS.MM.SMS.OriginationNumber': { DataType: 'String', StringValue: '+12025550199' },
      'AWS.SNS.SMS.MaxPrice': { DataType: 'Number', StringValue: '0.05000' },
    });
  });

  it.each([
    named('ServiceQuotaExceededException', { $fault: 'client' }),
    named('InvalidParameter', { $fault: 'client', message: 'Monthly spend limit reached for +12025550123' }),
  ])('that the account may not pay for any more is refused as such, in words of ours', async (error) => {
    expect(await provider(error).text(message)).toEqual({ is: 'rejected', reason: 'spend-limit' });
  });

  it.each(['InvalidParameter', 'InvalidParameterException', 'OptedOutException'])(
    'that is refused for good is not tried again: %s',
    async (name) => {
      expect(await provider(named(name, { $fault: 'client' })).text(message)).toEqual({ is: 'rejected', reason: name });
    },
  );

  it('that is throttled is tried later', async () => {
    expect(await provider(named('ThrottledException')).text(message)).toEqual({ is: 'throttled' });
  });

  it('that was refused for a reason that may pass was not sent', async () => {
    const error = named('AuthorizationErrorException', { $fault: 'client' });

    expect(await provider(error).text(message)).toEqual({ is: 'not-sent', cause: error });
  });

  it('whose answer was lost may have been sent', async () => {
    await expect(provider(named('TimeoutError')).text(message)).rejects.toThrow('TimeoutError');
  });
});
