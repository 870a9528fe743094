import { PublishCommand, type MessageAttributeValue, type SNSClient } from '@aws-sdk/client-sns';
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
/** The account's quota is used up. SNS mostly accepts all the same and says so in its delivery log only. */
const SPENT = /quota|spend/i;

/** What texts are sent with, as far as the operator chose. */
export interface TextSettings {
  /** The name they come from, where the country allows names. */
  readonly senderId?: string | undefined;
  /** The number they come from. */
  readonly originationNumber?: string | undefined;
  /** What one of them may cost, all its segments together, in US dollars. */
  readonly maxPriceUsd?: number | undefined;
}

/** Sends by SNS, at once rather than cheaply. The client must not try again by itself: a lost answer may hide a text that went out. */
export function texter(client: SNSClient, { senderId, originationNumber, maxPriceUsd }: TextSettings = {}) {
  const text = (StringValue: string): MessageAttributeValue => ({ DataType: 'String', StringValue });
  const MessageAttributes: Record<string, MessageAttributeValue> = {
    'AWS.SNS.SMS.SMSType': text('Transactional'),
    ...(senderId !== undefined && { 'AWS.SNS.SMS.SenderID': text(senderId) }),
    ...(originationNumber !== undefined && { 'AWS.MM.SMS.OriginationNumber': text(originationNumber) }),
    ...(maxPriceUsd !== undefined && {
      'AWS.SNS.SMS.MaxPrice': { DataType: 'Number', StringValue: maxPriceUsd.toFixed(5) },
    }),
  };
  return async ({ to, text: Message }: TextMessage): Promise<Sent> => {
    try {
      const { MessageId = '' } = await client.send(new PublishCommand({ PhoneNumber: to, Message, MessageAttributes }));
      return { is: 'accepted', providerId: MessageId };
    } catch (error) {
      // The provider's own words may hold the number: what is passed on is a word of ours, or the name of the refusal.
      if (error instanceof Error && isRefusal(error)) {
        if (SPENT.test(error.name) || SPENT.test(error.message)) return { is: 'rejected', reason: 'spend-limit' };
        if (REJECTED.has(error.name)) return { is: 'rejected', reason: error.name };
      }
      return outcomeOf(error);
    }
  };
}

function isRefusal(error: Error & { readonly $fault?: unknown }): boolean {
  return error.$fault === 'client';
}
