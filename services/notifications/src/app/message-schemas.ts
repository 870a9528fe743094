import * as z from 'zod';
import { FATES } from '../domain/fate';

const At = z.string().meta({ format: 'date-time' });
const Status = z.enum(['sending', ...FATES, 'failed', 'unknown']).meta({
  description:
    '`sending`: not answered for yet. `sent`: taken by the provider. `failed`: not sent, and why is in the history. `unknown`: a text whose answer was lost. The others are what the provider told of an e-mail.',
});

export const Message = z.object({
  version: z.int().min(1).meta({ description: 'The version of the appointment that it tells of.' }),
  template: z.string().meta({ example: 'reminder-24h' }),
  channel: z.enum(['email', 'sms', 'alert']),
  recipient: z.enum(['client', 'agent', 'operators']),
  status: Status,
  at: At.meta({ description: 'Since when it has this status.' }),
  history: z
    .array(
      z.object({
        at: At,
        status: Status,
        reason: z.string().optional().meta({
          description:
            'Why it failed, or the kind of the bounce, the delay or the complaint in the words of the provider.',
          example: 'permanent-general',
        }),
      }),
    )
    .meta({ description: 'Oldest first.' }),
  providerId: z.string().optional().meta({ description: 'The id by which the provider knows it.' }),
});
export type Message = z.infer<typeof Message>;

export const MessagesAnswer = z.object({
  messages: z.array(Message).meta({ description: 'Oldest first.' }),
  next: z.string().optional().meta({ description: 'The `cursor` of the next page; left out on the last.' }),
});
export type MessagesAnswer = z.infer<typeof MessagesAnswer>;
