import * as z from 'zod';
import { LinkKeys, readConfig, secret } from '@appointments/runtime';

export const now = (): Date => new Date();

/** The table of this service. */
export function tableName(): string {
  return readConfig(z.object({ TABLE_NAME: z.string().min(1) })).TABLE_NAME;
}

/** Where clients reach us; links and problem types begin with it. */
export function publicUrl(): string {
  return readConfig(
    z.object({
      PUBLIC_URL: z.url({ protocol: /^https?$/, error: 'must be an address like https://book.example.com' }),
    }),
  ).PUBLIC_URL.replace(/\/+$/, '');
}

export function problemBase(): string {
  return `${publicUrl()}/problems`;
}

/** Reads the key that signs manage links, and keeps it for five minutes. */
export function linkKeys(): () => Promise<LinkKeys> {
  const { LINK_KEY_SECRET_NAME } = readConfig(z.object({ LINK_KEY_SECRET_NAME: z.string().min(1) }));
  return secret(LinkKeys, LINK_KEY_SECRET_NAME);
}
