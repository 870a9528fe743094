import * as z from 'zod';

export const TwilioSecret = z.object({
  accountSid: z.string().min(1),
  authToken: z.string().min(1),
  /** The token before the last rotation; accepted until it is removed here. */
  previousAuthToken: z.string().min(1).optional(),
});
export type TwilioSecret = z.infer<typeof TwilioSecret>;
