import * as z from 'zod';

const Seconds = z.number().nonnegative().max(14_400);

const Acceptance = z.enum(['keypress', 'amd', 'either']).default('keypress');

/**
 * How a call is tried, as plain data: a policy that could break a promise (more than three rings, a ring time that reaches
 * voicemail) is rejected when it is built, not when it is used.
 */
export const CallPolicy = z
  .strictObject({
    /** Attempts per leg. Three is the most: no phone rings more often for one appointment version. @default 3 */
    attempts: z.int().min(1).max(3).default(3),
    /** Ring time; below the 25 seconds after which voicemail usually picks up. @default 20 */
    ringSeconds: z.int().min(5).max(25).default(20),
    /** Waits before the second and the third attempt of a leg. @default 20 and 40 */
    backOffSeconds: z.array(Seconds).default([20, 40]),
    /** How long a person has to press a key. @default 8 */
    keySeconds: z.int().min(3).max(30).default(8),
    /** Other keys than 1 that are forgiven by asking again. @default 2 */
    wrongKeys: z.int().min(0).max(5).default(2),
    /** What counts as a person on each leg: a 1, what machine detection calls human, or either. @default keypress on both */
    acceptance: z.strictObject({ agent: Acceptance, client: Acceptance }).prefault({}),
    /** What happens when the agent leaves before the client has joined. @default redial */
    agentLeft: z.enum(['redial', 'fail']).default('redial'),
    /** The agent is not dialled later than this after the booked time. @default 600 */
    latestStartSeconds: Seconds.default(600),
    /** How often a session looks whether a phone that is in another call of ours has become free. @default 15 */
    engagedLookSeconds: z.number().min(1).max(300).default(15),
    /** The longest an agent waits for the client. @default 600 */
    longestWaitSeconds: Seconds.default(600),
    /** Twilio hangs a leg up after this time; four hours are its own limit. @default 14400 */
    timeLimitSeconds: z.int().min(60).max(14_400).default(14_400),
    /** How long after the client's acceptance the conference may take to tell of itself before it is asked. @default 10 */
    evidenceSeconds: z.number().min(1).max(300).default(10),
    /** Greeting and key press, within an attempt's deadline. @default 25 */
    screeningSeconds: Seconds.default(25),
    /** Slack for webhooks under way, within an attempt's deadline. @default 40 */
    marginSeconds: Seconds.default(40),
    /** After an attempt's deadline, how long before one that nobody knows of counts as lost. @default 60 */
    hardSeconds: Seconds.default(60),
    /** How often an engaged leg is looked at, in case word of its end was lost. @default 60 */
    engagedWatchSeconds: z.number().min(5).max(900).default(60),
    /** How often a late attempt is looked for, and a leg that must end is told again. @default 20 */
    repeatSeconds: z.number().min(5).max(900).default(20),
    /** How long somebody who is told bad news may take to hear it. @default 30 */
    releaseSeconds: Seconds.default(30),
    /** How long an attempt may be put off by a carrier that takes no more calls at the moment. @default 60 */
    throttledSeconds: Seconds.default(60),
    /** The session as a whole, until the two are joined. @default 1800 */
    sessionSeconds: Seconds.default(1800),
  })
  .refine((policy) => policy.backOffSeconds.length >= policy.attempts - 1, {
    path: ['backOffSeconds'],
    message: 'there must be a wait before every further attempt',
  });
export type CallPolicy = z.infer<typeof CallPolicy>;

/** The design's defaults. */
export const DEFAULT_POLICY: CallPolicy = /* @__PURE__ */ CallPolicy.parse({});
