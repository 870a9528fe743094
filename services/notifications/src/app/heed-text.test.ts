import { describe, expect, it } from '@jest/globals';
import { IncomingTextMessage } from '../adapters/incoming-text';
import { heedText } from './heed-text';

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

async function heard(...texts: readonly string[]) {
  const noted: unknown[] = [];
  const heed = heedText({
    note: async (...args) => {
      noted.push(args);
    },
  });
  for (const text of texts) await heed(IncomingTextMessage.parse(notification(text)));
  return noted;
}

describe('a text that comes in', () => {
  it('ends texts to its number, or begins them again, at its own time', async () => {
    expect(await heard('stop.', 'START')).toEqual([
      ['+14255550182', false, '2026-11-22T12:00:00.000Z'],
      ['+14255550182', true, '2026-11-22T12:00:00.000Z'],
    ]);
  });

  it('that says something else changes nothing', async () => {
    expect(await heard('HELP', 'Please cancel my appointment', '')).toEqual([]);
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
