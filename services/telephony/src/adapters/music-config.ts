import * as z from 'zod';

/** Ours, served beside the webhooks. */
const OWN_MUSIC = '/hold-music.wav';
const WebAddress = z.url({ protocol: /^https?$/ }).max(500);

/** What is played to whoever waits: our own music, or any address that Twilio reaches. */
export const MusicConfig = z.object({
  HOLD_MUSIC_URL: z
    .string()
    .default(OWN_MUSIC)
    .refine((url) => url === OWN_MUSIC || WebAddress.safeParse(url).success, 'must be the address of a sound file'),
});
