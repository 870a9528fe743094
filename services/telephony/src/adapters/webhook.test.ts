import { describe, expect, it } from '@jest/globals';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks';
import { callForm, callPathOf, roomForm, verifyWebhook } from './webhook';

const BASE = 'https://calls.example.com';
const PATH = '/calls/cs_1_1/agent/1/status';
const FORM = { AccountSid: 'AC1', CallSid: 'CA1', CallStatus: 'ringing', Timestamp: 'Tue, 01 Dec 2026 15:00:00 +0000' };
const secret = { accountSid: 'AC1', authToken: 'new', previousAuthToken: 'old' };
const verify = verifyWebhook(BASE, () => Promise.resolve(secret));

function request(
  form: Record<string, string>,
  more: {
    token?: string;
    signedPath?: string;
    signedForm?: Record<string, string>;
    base64?: boolean;
    signature?: string;
  } = {},
): APIGatewayProxyEventV2 {
  const body = new URLSearchParams(form).toString();
  const signature =
    more.signature ??
    getExpectedTwilioSignature(more.token ?? 'new', `${BASE}${more.signedPath ?? PATH}`, more.signedForm ?? form);
  return {
    rawPath: PATH,
    rawQueryString: '',
    headers: { 'x-twilio-signature': signature, host: 'evil.example.com' },
    body: more.base64 === true ? Buffer.from(body).toString('base64') : body,
    isBase64Encoded: more.base64 === true,
  } as unknown as APIGatewayProxyEventV2;
}

describe('a webhook', () => {
  it('is heard when it is signed for this very address, whatever the headers say', async () => {
    expect(await verify(request(FORM))).toEqual(FORM);
  });

  it('is heard in base64, as a gateway may hand it on', async () => {
    expect(await verify(request(FORM, { base64: true }))).toEqual(FORM);
  });

  it('is heard with the token before the last rotation', async () => {
    expect(await verify(request(FORM, { token: 'old' }))).toEqual(FORM);
  });

  it.each([
    ['is signed with another token', { token: 'stolen' }],
    ['is signed for another address', { signedPath: '/calls/cs_1_1/agent/2/status' }],
    ['was changed after it was signed', { signedForm: { ...FORM, CallStatus: 'completed' } }],
    ['has an empty signature', { signature: '' }],
    ['has nonsense for a signature', { signature: 'nonsense' }],
  ])('is not heard when it %s', async (_, more) => {
    expect(await verify(request(FORM, more))).toBeUndefined();
  });

  it('is not heard without a signature, or for another account', async () => {
    const unsigned = { ...request(FORM), headers: {} };

    expect(await verify(unsigned)).toBeUndefined();
    expect(await verify(request({ ...FORM, AccountSid: 'AC2' }))).toBeUndefined();
  });
});

describe('the path of a webhook', () => {
  it('says session, leg, attempt and what it is about', () => {
    expect(callPathOf(PATH)).toEqual({ sessionId: 'cs_1_1', leg: 'agent', n: 1, what: 'status' });
  });

  it.each([
    '/',
    '/calls/a/agent/1',
    '/calls/a/boss/1/status',
    '/calls/a/agent/0/status',
    '/calls/a%2F/agent/1/status',
    '/calls/a/agent/1/status/x',
  ])('is refused when it is %s', (path) => {
    expect(callPathOf(path)).toBeUndefined();
  });
});

describe('the form of a webhook', () => {
  it('is read whatever else is in it, and whatever a number or a time looks like', () => {
    expect(callForm().parse({ ...FORM, SipResponseCode: '486', Nonsense: 'x' })).toEqual({
      CallSid: 'CA1',
      CallStatus: 'ringing',
      Digits: '',
      SipResponseCode: 486,
      Timestamp: Date.parse('2026-12-01T15:00:00Z'),
    });
    expect(callForm().parse({ CallSid: 'CA1', SipResponseCode: 'x', Timestamp: 'yesterday' })).toEqual({
      CallSid: 'CA1',
      Digits: '',
    });
  });

  it('names the conference event in our words, and leaves others out', () => {
    expect(
      roomForm().parse({
        ConferenceSid: 'CF1',
        FriendlyName: 'r',
        StatusCallbackEvent: 'participant-join',
        CallSid: 'CA1',
      }),
    ).toMatchObject({
      StatusCallbackEvent: 'join',
    });
    expect(
      roomForm().parse({ ConferenceSid: 'CF1', FriendlyName: 'r', StatusCallbackEvent: 'participant-mute' })
        .StatusCallbackEvent,
    ).toBeUndefined();
  });
});
