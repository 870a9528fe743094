import { describe, expect, it } from '@jest/globals';
import type { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { texter } from './texter';

const message = { to: '+12025550123', text: 'Hello' };

function provider(answer: Error | { readonly MessageId: string }) {
  const sent: PublishCommand['input'][] = [];
  const client = {
    send: async (command: PublishCommand) => {
      sent.push(command.input);
      if (answer instanceof Error) throw answer;
      return answer;
    },
  } as unknown as SNSClient;
  return { text: texter(client), sent };
}
const named = (name: string, more: object = {}) => Object.assign(new Error(name), { name, ...more });

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
