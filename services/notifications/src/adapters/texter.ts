import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { Sent } from '../app/deliver';
import type { TextMessage } from '../domain/text-message';
import { outcomeOf } from './mailer';

/** Refusals of a number that trying again does not change: not a number, or its owner wants no texts of ours. */
const REJECTED = new Set([
  'InvalidParameter',
  'InvalidParameterException',
  'InvalidParameterValueException',
  'OptedOutException',
]);

/** Sends by SNS, at once rather than cheaply. The client must not try again by itself: a lost answer may hide a text that went out. */
export function texter(client: SNSClient) {
  return async ({ to, text }: TextMessage): Promise<Sent> => {
    try {
      const { MessageId = '' } = await client.send(
        new PublishCommand({
          PhoneNumber: to,
          Message: text,
          MessageAttributes: { 'AWS.SNS.SMS.SMSType': { DataType: 'String', StringValue: 'Transactional' } },
        }),
      );
      return { is: 'accepted', providerId: MessageId };
    } catch (error) {
      // The provider's own words may hold the number.
      if (error instanceof Error && REJECTED.has(error.name)) return { is: 'rejected', reason: error.name };
      return outcomeOf(error);
    }
  };
}
