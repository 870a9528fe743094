import { describe, expect, it } from '@jest/globals';
import { IncomingTextMessage } from './incoming-text';

// The payload of AWS's own example ("Example of a two-way SMS message payload", End User Messaging user guide), in a notification of SNS.
const notification = (messageBody: string, more: object = {}) => ({
  Type: 'Notification',
  MessageId: '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324',
  TopicArn: 'arn:aws:sns:us-east-1:123456789012:incoming-texts',
  Message: JSON.stringify({
    originationNumber: '+14255550182',
    destinationNumber: '+12125550101',
    messageKeyword: 'KEYWORD_123456789012',
    messageBody,
    inboundMessageId: 'cae173d2-66b9-564c-8309-21f858e9fb84',
    previousPublishedMessageId: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    ...more,
  }),
  Timestamp: '2026-11-22T12:00:00.000Z',
  SignatureVersion: '1',
});

describe('what the topic of a two-way number writes', () => {
  it('is a text from a number, at the time that it came in', () => {
    expect(IncomingTextMessage.parse(notification('Stop & go'))).toEqual({
      from: '+14255550182',
      text: 'Stop & go',
      at: '2026-11-22T12:00:00.000Z',
    });
  });

  it.each([
    ['no notification', { Type: 'SubscriptionConfirmation' }],
    ['no JSON', { ...notification('STOP'), Message: 'STOP' }],
    ['no number', notification('STOP', { originationNumber: 'ACME' })],
  ])('is refused where it is %s', (_what, body) => {
    const parsed = IncomingTextMessage.safeParse(body);

    expect(parsed.success).toBe(false);
    expect(JSON.stringify(parsed.error?.issues)).not.toContain('STOP');
  });
});
