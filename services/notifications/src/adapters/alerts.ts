import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { Sent } from '../app/deliver';
import type { Alert } from '../domain/alert';
import { outcomeOf } from './mailer';

/** The operators' topic. */
export function alerts(client: SNSClient, topicArn: string) {
  return async ({ subject, message }: Alert): Promise<Sent> => {
    try {
      const { MessageId = '' } = await client.send(
        new PublishCommand({ TopicArn: topicArn, Subject: subject, Message: message }),
      );
      return { is: 'accepted', providerId: MessageId };
    } catch (error) {
      return outcomeOf(error);
    }
  };
}
