import { readConfig } from '@appointments/runtime';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import * as z from 'zod';
import { FALLBACK_DOCUMENT, waitDocument } from '../adapters/documents';
import { VoiceConfig } from '../adapters/documents-config';
import { MusicConfig } from '../adapters/music-config';
import { addresses } from '../app/addresses';
import music from '../../assets/hold-music.wav';

const config = readConfig(z.object({ WEBHOOK_BASE_URL: z.url(), ...VoiceConfig.shape, ...MusicConfig.shape }));

const xml = (body: string): APIGatewayProxyStructuredResultV2 => ({
  statusCode: 200,
  // Twilio keeps what it may, so that a waiting agent does not depend on us.
  headers: { 'content-type': 'text/xml; charset=utf-8', 'cache-control': 'public, max-age=3600' },
  body,
});

const wait = xml(
  waitDocument({
    addresses: addresses(config.WEBHOOK_BASE_URL),
    musicUrl: config.HOLD_MUSIC_URL,
    agentLocale: config.AGENT_LOCALE,
    brand: config.BRAND_NAME,
  }),
);
const sorry = xml(FALLBACK_DOCUMENT);
const audio: APIGatewayProxyStructuredResultV2 = {
  statusCode: 200,
  headers: { 'content-type': 'audio/x-wav', 'cache-control': 'public, max-age=86400' },
  body: Buffer.from(music).toString('base64'),
  isBase64Encoded: true,
};

/** What is the same for everybody, needs no table and no signature, and is there when all else fails. */
// oxlint-disable-next-line require-await -- Lambda hands a promise back
export async function handler(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> {
  switch (event.rawPath) {
    case '/wait':
      return wait;
    case '/hold-music.wav':
      return audio;
    case '/sorry':
      return sorry;
    default:
      return { statusCode: 404 };
  }
}
