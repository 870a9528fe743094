import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BrandColor, BrandLogoUrl } from '@appointments/runtime/brand';
import { AllowedCountries, phoneRules } from '@appointments/runtime/phone-rules';
import { DEFAULT_QUIET_HOURS, QuietHoursSetting } from '@appointments/runtime/quiet-hours';
import * as z from 'zod';
import { isSpokenIn, localesIn } from '../../services/telephony/compile-words.mjs';
import { DEFAULT_ROUTE_LIMITS, RouteLimits } from './route-limits';

/** Seen from `src` and from `dist`. */
const WORDS = join(__dirname, '../../services/telephony/words');

const Loop = z.int().min(1).max(3).optional();

/** An operator's own greeting, as `npm run config -- check` keeps it. */
const Greeting = z.strictObject({
  /** Where it came from; it is fetched by that command alone. */
  url: z.url(),
  parts: z
    .array(
      z.union([
        z.strictObject({ say: z.string(), voice: z.string().optional(), language: z.string().optional(), loop: Loop }),
        z.strictObject({ play: z.url(), loop: Loop }),
        z.strictObject({ pause: z.int() }),
      ]),
    )
    // AWS gives all variables of a function 4 KB together.
    .refine((parts) => Buffer.byteLength(JSON.stringify(parts)) <= 1200, 'must be at most 1,200 bytes'),
});

const Fields = z.strictObject({
  /** Where clients reach the booking page; links in mails begin with it. */
  publicUrl: z.url(),
  brandName: z.string().min(1).max(60),
  /** `#rrggbb`. @default the page's own green */
  brandColor: BrandColor.optional(),
  /** An `https:` address or a `data:` URL. @default the page's own icon, and the name in writing */
  brandLogoUrl: BrandLogoUrl.optional(),
  senderEmail: z.email(),
  /** The number that calls come from: bought at, or verified with, Twilio. E.164. */
  twilioPhoneNumber: z.string().regex(/^\+[1-9]\d{6,14}$/),
  /** ISO 3166 codes, separated by commas. */
  allowedCountries: z.string().regex(/^[A-Z]{2}(,[A-Z]{2})*$/),
  agent: z.strictObject({
    name: z.string().min(1).max(100),
    phone: z.string().regex(/^\+[1-9]\d{6,14}$/),
    email: z.email(),
    timeZone: z.string().min(1),
    /** `Mon-Fri 09:00-17:00`, several separated by semicolons. */
    workingHours: z.string().min(1),
    /** The language the agents hear and read. @default en */
    locale: z
      .string()
      .refine(
        (tag) => isSpokenIn(localesIn(WORDS), tag),
        'there are no words in this language in services/telephony/words',
      )
      .optional(),
  }),
  /** How calls are tried, as far as it differs from telephony's defaults (services/telephony/src/domain/policy.ts). */
  callPolicy: z.record(z.string(), z.unknown()).default({}),
  /** Calls that the Twilio account may create in a second: 1 unless Twilio raised it. @default 1 */
  callsPerSecond: z.number().positive().max(1000).default(1),
  /** Calls that one number may have on one UTC day, as an agent's or as a client's. @default 200 and 6 */
  dailyCallsPerAgent: z.int().positive().default(200),
  dailyCallsPerClient: z.int().positive().default(6),
  /** Appointments for which a client's number is called on one UTC day before it has ever accepted a call; 0 is no limit. @default 2 */
  unprovenAppointmentsPerDay: z.int().nonnegative().default(2),
  /** Whether clients must confirm their e-mail address by a link, and their number by a texted code, before they are phoned. @default false */
  confirmEmail: z.boolean().default(false),
  confirmPhone: z.boolean().default(false),
  /** Nobody is dialled any more on a UTC day on which calls have cost so much; 0 is no limit. @default 500 */
  dailySpendUsd: z.number().nonnegative().default(500),
  /**
   * What a minute of one leg costs.
   * @default 0.0158: about $0.014 for a US call and $0.0018 for its place in a conference; see the account's own prices
   */
  usdPerMinute: z.number().nonnegative().default(0.0158),
  /** When clients are reminded, like `24h,1h` or `1d@wall,1h`; `none` is never. Read by services/scheduler/src/domain/reminders.ts. @default 24h,1h */
  reminders: z
    .string()
    .regex(
      /^(none|([1-9]\d{0,3}[mhd]|[1-9]\d{0,2}d@wall)(,([1-9]\d{0,3}[mhd]|[1-9]\d{0,2}d@wall)){0,9})$/,
      'must be offsets like 24h,1h or 1d@wall, or none',
    )
    .default('24h,1h'),
  /** When clients are not texted, by their own clocks: like `21:00-08:00`, or `none`. @default 21:00-08:00, as US law has it */
  quietHours: z
    .string()
    .refine(
      (text) => QuietHoursSetting.safeParse(text).success,
      'must be two different times like 21:00-08:00, or none',
    )
    .default(DEFAULT_QUIET_HOURS),
  /** The name that texts come from, in countries that allow names: up to 11 letters and digits, one of them a letter. */
  smsSenderId: z
    .string()
    .regex(/^(?=.*[A-Za-z])[A-Za-z0-9]{1,11}$/)
    .optional(),
  /** The number that texts come from, in E.164, or a short code. @default one of the account's, as AWS chooses */
  smsOriginationNumber: z
    .string()
    .regex(/^(\+[1-9]\d{6,14}|\d{3,8})$/)
    .optional(),
  /** What one text may cost, all its segments together. @default no limit but the account's */
  smsMaxPriceUsd: z.number().positive().max(10).optional(),
  /** The SNS topic that the operator's two-way number writes to. @default none: AWS alone hears who wants no more texts */
  incomingTextsTopicArn: z
    .string()
    .regex(/^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}$/)
    .optional(),
  /** Whether client and agent are written to once they have talked to each other. @default false */
  followUp: z.boolean().default(false),
  slotMinutes: z.int().min(5).max(240).multipleOf(5),
  minimumNoticeMinutes: z.int().min(0),
  /** How long a time is kept for whoever fills in the form. @default 10 */
  holdMinutes: z.int().min(1).max(60).default(10),
  /** The most bookings with one e-mail address, and with one number, on one UTC day; 0 is no limit. @default 20 */
  bookingsPerAddressPerDay: z.int().nonnegative().default(20),
  bookingsPerNumberPerDay: z.int().nonnegative().default(20),
  /** The most bookings from one network (a /24, or an IPv6 /56) in one hour; 0 is no limit. @default 100 */
  bookingsPerNetworkPerHour: z.int().nonnegative().default(100),
  /** A form of the page that was filled in quicker was filled in by no person; 0 switches it off. @default 2 */
  formMinimumSeconds: z.number().nonnegative().max(60).default(2),
  /** The OIDC provider whose tokens (scope `staff`) open the staff endpoints. */
  staffIssuer: z.url(),
  staffAudience: z.string().min(1),
  /** How many requests each route takes. What is written here stands in the place of the defaults; `{}` is no limit. */
  routeLimits: RouteLimits.default(DEFAULT_ROUTE_LIMITS),
  /**
   * AWS accounts, not our own, whose systems may subscribe to the bus; they never publish on it. A bus's policy holds
   * 10,240 characters, of which an account takes about 200. @default none
   */
  subscriberAccounts: z
    .array(z.string().regex(/^\d{12}$/, 'an AWS account id is twelve digits in quotes'))
    .max(20)
    .refine((accounts) => new Set(accounts).size === accounts.length, 'an account is listed twice')
    .default([]),
  /** What an agent who waits hears. @default our own, served by telephony */
  holdMusicUrl: z
    .url({ protocol: /^https?$/ })
    .max(500)
    .optional(),
  greetings: z.strictObject({ agent: Greeting.optional(), client: Greeting.optional() }).optional(),
});

/** What one stage of a deployment is configured with: `infra/stages/<stage>.json`. On a laptop the environment of `npm start` wins over it. */
export const StageFile = Fields.superRefine(({ allowedCountries, agent }, context) => {
  // Booking refuses to start with these: it is better told before anything is deployed.
  const countries = AllowedCountries.safeParse(allowedCountries);
  if (!countries.success) {
    for (const { message } of countries.error.issues)
      context.addIssue({ code: 'custom', path: ['allowedCountries'], message });
    return;
  }
  const verdict = phoneRules(countries.data)(agent.phone);
  if (!verdict.ok) context.addIssue({ code: 'custom', path: ['agent', 'phone'], message: verdict.message });
});

export interface Stage extends z.infer<typeof StageFile> {
  readonly name: string;
}

/** Reads a stage's file. @throws naming the file and every fault in it. */
export function readStage(name: string, folder: string): Stage {
  if (!/^[a-z][a-z0-9]{0,15}$/.test(name))
    throw new Error(
      `A stage's name is a lower-case word of at most 16 letters and digits, not ${JSON.stringify(name)}.`,
    );
  const file = join(folder, `${name}.json`);
  if (!existsSync(file)) throw new Error(`There is no stage ${name}: ${file} is missing.`);
  const parsed = StageFile.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (!parsed.success)
    throw new Error(
      `${file}: ${parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')}`,
    );
  return { name, ...parsed.data };
}
