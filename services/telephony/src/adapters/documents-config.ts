import type VoiceResponse from 'twilio/lib/twiml/VoiceResponse';
import * as z from 'zod';
import { isSpoken, SPOKEN } from '../app/words';
import { jsonSetting } from './json-setting';

const NOT_KEPT = 'must be a greeting that "npm run config -- check" has kept';

const text = <Text extends string>() => z.custom<Text>((value) => typeof value === 'string' && value !== '');

/** What an operator's own greeting is made of: their document, as it was checked and kept when it was configured. */
const greetingParts = () => {
  const loop = z.int().min(1).max(3).exactOptional();
  return z.array(
    z.union([
      z.strictObject({
        say: z.string().min(1),
        voice: text<NonNullable<VoiceResponse.SayAttributes['voice']>>().exactOptional(),
        language: text<NonNullable<VoiceResponse.SayAttributes['language']>>().exactOptional(),
        loop,
      }),
      z.strictObject({ play: z.url({ protocol: /^https?$/ }), loop }),
      z.strictObject({ pause: z.int().min(1).max(5) }),
    ]),
    NOT_KEPT,
  );
};

/** An operator's greeting in place of ours; an empty one is none. */
export type Greeting = Readonly<z.infer<ReturnType<typeof greetingParts>>>;

const Greeting = jsonSetting({ text: '[]', value: [] }, greetingParts);

/** The variables of every function that writes what an agent hears. */
export const VoiceConfig = z.object({
  BRAND_NAME: z.string().min(1),
  /** The agents' language; the contracts have none for them. */
  AGENT_LOCALE: z
    .string()
    .default('en')
    .refine(isSpoken, `must be a language there are words in: ${SPOKEN.join(', ')}`),
});

export const GreetingsConfig = z.object({ AGENT_GREETING: Greeting, CLIENT_GREETING: Greeting });
