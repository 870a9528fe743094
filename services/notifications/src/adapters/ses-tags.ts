import type { MessageTag } from '@aws-sdk/client-ses';
import * as z from 'zod';
import type { Slot } from '../app/deliver';

/** A tag's value holds letters, digits, `_` and `-` alone, 256 at most (SES, MessageTag): other bytes are written `_xx`. */
function encode(text: string): string {
  return [...Buffer.from(text, 'utf8')]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[A-Za-z0-9-]/.test(character) ? character : `_${byte.toString(16).padStart(2, '0')}`;
    })
    .join('');
}

function decode(value: string): string {
  return Buffer.from(
    value.replace(/_([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  ).toString('utf8');
}

const FIELDS = ['appointmentId', 'version', 'template', 'channel', 'recipient', 'about'] as const;

/** The key of the ledger's item, as a mail carries it: an event about the mail brings it back. */
export function tagsOf(slot: Slot): MessageTag[] {
  return FIELDS.flatMap((field) => {
    const value = slot[field];
    return value === undefined ? [] : [{ Name: field, Value: encode(String(value)) }];
  });
}

const Value = z.tuple([z.string().transform(decode)]).transform(([value]) => value);

/** The same read back from the tags of an event, where each tag has a list of values. */
export const SlotTags = z
  .object({
    appointmentId: Value.pipe(z.string().regex(/^[A-Za-z0-9_-]{1,64}$/)),
    version: Value.pipe(z.string().regex(/^[1-9]\d{0,8}$/)).transform(Number),
    template: Value.pipe(z.string().min(1).max(64)),
    channel: Value.pipe(z.enum(['email', 'sms', 'alert'])),
    recipient: Value.pipe(z.enum(['client', 'agent', 'operators'])),
    about: Value.optional(),
  })
  .transform(({ about, ...slot }): Slot => ({ ...slot, ...(about !== undefined && { about }) }));
