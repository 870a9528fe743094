import * as z from 'zod';

/** The design's defaults, written out: most functions are told nothing else, and need not build the schema to know them. */
const USUAL = {
  attempts: 3,
  ringSeconds: 20,
  backOffSeconds: [20, 40],
  keySeconds: 8,
  wrongKeys: 2,
  acceptance: { agent: 'keypress', client: 'keypress' },
  agentLeft: 'redial',
  latestStartSeconds: 600,
  engagedLookSeconds: 15,
  longestWaitSeconds: 600,
  timeLimitSeconds: 14_400,
  evidenceSeconds: 10,
  screeningSeconds: 25,
  marginSeconds: 40,
  hardSeconds: 60,
  engagedWatchSeconds: 60,
  repeatSeconds: 20,
  releaseSeconds: 30,
  throttledSeconds: 60,
  sessionSeconds: 1800,
} as const;

/**
 * How a call is tried, as plain data: a policy that could break a promise (more than three rings, a ring time that reaches
 * voicemail) is rejected when it is built, not when it is used.
 */
export function callPolicy() {
  const Seconds = z.number().nonnegative().max(14_400);
  return z
    .strictObject({
      /** Attempts per leg. Three is the most: no phone rings more often for one appointment version. @default 3 */
      attempts: z.int().min(1).max(3).default(USUAL.attempts),
      /** Ring time; below the 25 seconds after which voicemail usually picks up. @default 20 */
      ringSeconds: z.int().min(5).max(25).default(USUAL.ringSeconds),
      /** Waits before the second and the third attempt of a leg. @default 20 and 40 */
      backOffSeconds: z.array(Seconds).default([...USUAL.backOffSeconds]),
      /** How long a person has to press a key. @default 8 */
      keySeconds: z.int().min(3).max(30).default(USUAL.keySeconds),
      /** Other keys than 1 that are forgiven by asking again. @default 2 */
      wrongKeys: z.int().min(0).max(5).default(USUAL.wrongKeys),
      /** What counts as a person on each leg: a 1, what machine detection calls human, or either. @default keypress on both */
      acceptance: z.strictObject({ agent: acceptance('agent'), client: acceptance('client') }).prefault({}),
      /** What happens when the agent leaves before the client has joined. @default redial */
      agentLeft: z.enum(['redial', 'fail']).default(USUAL.agentLeft),
      /** The agent is not dialled later than this after the booked time. @default 600 */
      latestStartSeconds: Seconds.default(USUAL.latestStartSeconds),
      /** How often a session looks whether a phone that is in another call of ours has become free. @default 15 */
      engagedLookSeconds: z.number().min(1).max(300).default(USUAL.engagedLookSeconds),
      /** The longest an agent waits for the client. @default 600 */
      longestWaitSeconds: Seconds.default(USUAL.longestWaitSeconds),
      /** Twilio hangs a leg up after this time; four hours are its own limit. @default 14400 */
      timeLimitSeconds: z.int().min(60).max(14_400).default(USUAL.timeLimitSeconds),
      /** How long after the client's acceptance the conference may take to tell of itself before it is asked. @default 10 */
      evidenceSeconds: z.number().min(1).max(300).default(USUAL.evidenceSeconds),
      /** Greeting and key press, within an attempt's deadline. @default 25 */
      screeningSeconds: Seconds.default(USUAL.screeningSeconds),
      /** Slack for webhooks under way, within an attempt's deadline. @default 40 */
      marginSeconds: Seconds.default(USUAL.marginSeconds),
      /** After an attempt's deadline, how long before one that nobody knows of counts as lost. @default 60 */
      hardSeconds: Seconds.default(USUAL.hardSeconds),
      /** How often an engaged leg is looked at, in case word of its end was lost. @default 60 */
      engagedWatchSeconds: z.number().min(5).max(900).default(USUAL.engagedWatchSeconds),
      /** How often a late attempt is looked for, and a leg that must end is told again. @default 20 */
      repeatSeconds: z.number().min(5).max(900).default(USUAL.repeatSeconds),
      /** How long somebody who is told bad news may take to hear it. @default 30 */
      releaseSeconds: Seconds.default(USUAL.releaseSeconds),
      /** How long an attempt may be put off by a carrier that takes no more calls at the moment. @default 60 */
      throttledSeconds: Seconds.default(USUAL.throttledSeconds),
      /** The session as a whole, until the two are joined. @default 1800 */
      sessionSeconds: Seconds.default(USUAL.sessionSeconds),
    })
    .refine((policy) => policy.backOffSeconds.length >= policy.attempts - 1, {
      path: ['backOffSeconds'],
      message: 'there must be a wait before every further attempt',
    });
}

const acceptance = (leg: 'agent' | 'client') => z.enum(['keypress', 'amd', 'either']).default(USUAL.acceptance[leg]);

export type CallPolicy = z.infer<ReturnType<typeof callPolicy>>;

/** What holds where nothing is said. */
export const DEFAULT_POLICY: CallPolicy = { ...USUAL, backOffSeconds: [...USUAL.backOffSeconds] };
