import { flushMetrics, log, readConfig, secret } from '@appointments/runtime';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import * as z from 'zod';
import { documents } from '../adapters/documents';
import { GreetingsConfig, VoiceConfig } from '../adapters/documents-config';
import { TwilioSecret } from '../adapters/twilio-secret';
import { callForm, callPathOf, verifyWebhook } from '../adapters/webhook';
import { tablePorts } from '../adapters/wiring';
import { addresses } from '../app/addresses';
import { answerCall } from '../app/hear-call';

const config = readConfig(
  z.object({
    WEBHOOK_BASE_URL: z.url(),
    TWILIO_SECRET_NAME: z.string(),
    ...VoiceConfig.shape,
    ...GreetingsConfig.shape,
  }),
);
const table = tablePorts();
const verify = verifyWebhook(config.WEBHOOK_BASE_URL, secret(TwilioSecret, config.TWILIO_SECRET_NAME));
const answer = answerCall({
  ...table,
  documents: documents({
    addresses: addresses(config.WEBHOOK_BASE_URL),
    brand: config.BRAND_NAME,
    keySeconds: table.policy.keySeconds,
    agentLocale: config.AGENT_LOCALE,
    greetings: { agent: config.AGENT_GREETING, client: config.CLIENT_GREETING },
  }),
});

/** What Twilio asks while somebody is on the line; an error is answered 500, and Twilio asks again. */
export async function handler(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> {
  const path = callPathOf(event.rawPath);
  if (!path || path.what === 'status' || path.what === 'conference') return { statusCode: 404 };
  const form = await verify(event);
  if (!form) {
    log.warn('Webhook refused: it is not signed by Twilio for this address', { path: event.rawPath });
    return { statusCode: 403 };
  }
  const call = callForm().safeParse(form);
  if (!call.success) return { statusCode: 400 };
  const { sessionId, leg, n, what } = path;
  const document = await answer(what, {
    place: { sessionId, leg, n },
    callSid: call.data.CallSid,
    answeredBy: call.data.AnsweredBy,
    digits: call.data.Digits,
    telling: event.headers['i-twilio-idempotency-token'],
  });
  flushMetrics();
  return { statusCode: 200, headers: { 'content-type': 'text/xml; charset=utf-8' }, body: document };
}
