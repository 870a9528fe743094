import * as z from 'zod';

/** The parameters of one kind of webhook, and where Twilio documents them. */
export interface WebhookSchema {
  readonly documentation: string;
  /** Strict: a parameter that is not listed is a fault. Twilio may add some without notice: read its webhooks by `schema.loose()`. */
  readonly schema: z.ZodObject;
}

const DOCS = 'https://www.twilio.com/docs/voice';

const sid = (prefix: string) => z.string().regex(new RegExp(`^${prefix}[0-9a-fA-F]{32}$`));
const number = z.string().regex(/^\+[1-9]\d{6,14}$/);
const seconds = z.string().regex(/^\d+$/);
const trueOrFalse = z.enum(['true', 'false']);
const timestamp = z
  .string()
  .regex(/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} \+0000$/);
const place = z.string().optional();
const answeredBy = z.enum([
  'human',
  'machine_start',
  'machine_end_beep',
  'machine_end_silence',
  'machine_end_other',
  'fax',
  'unknown',
]);
const ended = ['completed', 'busy', 'failed', 'no-answer', 'canceled'] as const;

/** What every request about a call carries. */
const call = {
  CallSid: sid('CA'),
  AccountSid: sid('AC'),
  ApiVersion: z.literal('2010-04-01'),
  Direction: z.enum(['inbound', 'outbound-api', 'outbound-dial']),
  CallStatus: z.enum(['queued', 'initiated', 'ringing', 'in-progress', ...ended]),
  From: number,
  To: number,
  Caller: number,
  Called: number,
  FromCity: place,
  FromState: place,
  FromZip: place,
  FromCountry: place,
  ToCity: place,
  ToState: place,
  ToZip: place,
  ToCountry: place,
  CallerCity: place,
  CallerState: place,
  CallerZip: place,
  CallerCountry: place,
  CalledCity: place,
  CalledState: place,
  CalledZip: place,
  CalledCountry: place,
  ParentCallSid: sid('CA').optional(),
  AnsweredBy: answeredBy.optional(),
};

/** What every event of a room carries. */
const conference = {
  ConferenceSid: sid('CF'),
  FriendlyName: z.string().min(1),
  AccountSid: sid('AC'),
  SequenceNumber: seconds,
  Timestamp: timestamp,
};
const participant = {
  ...conference,
  CallSid: sid('CA'),
  ParticipantLabel: z.string().max(128).optional(),
  Muted: trueOrFalse,
  Hold: trueOrFalse,
  Coaching: trueOrFalse,
  EndConferenceOnExit: trueOrFalse,
  StartConferenceOnEnter: trueOrFalse,
};

/** Every kind of webhook that the simulator sends. */
export const webhookSchemas = {
  /** For the document of a call: at its start, or where a Redirect leads. */
  document: { documentation: `${DOCS}/twiml#twilios-request-to-your-application`, schema: z.strictObject(call) },
  /** For the FallbackUrl, after a document failed. */
  fallback: {
    documentation: `${DOCS}/api/call-resource#create-a-call-resource`,
    schema: z.strictObject({ ...call, ErrorCode: seconds, ErrorUrl: z.string() }),
  },
  gather: {
    documentation: `${DOCS}/twiml/gather#action`,
    schema: z.strictObject({
      ...call,
      Digits: z.string().regex(/^[0-9*#]*$/),
      FinishedOnKey: z.string().optional(),
      msg: z.literal('Gather End').optional(),
    }),
  },
  gatherSpeech: {
    documentation: `${DOCS}/twiml/gather#action`,
    schema: z.strictObject({
      ...call,
      SpeechResult: z.string(),
      Confidence: z
        .string()
        .regex(/^[01](\.\d+)?$/)
        .optional(),
      msg: z.literal('Gather End').optional(),
    }),
  },
  dialAction: {
    documentation: `${DOCS}/twiml/dial#action`,
    schema: z.strictObject({
      ...call,
      // `answered` after a conference, which has no call of its own to tell of.
      DialCallStatus: z.enum([...ended, 'answered']),
      DialCallSid: sid('CA').optional(),
      DialCallDuration: seconds.optional(),
      DialBridged: trueOrFalse.optional(),
    }),
  },
  callStatus: {
    documentation: `${DOCS}/api/call-resource#statuscallback`,
    schema: z.strictObject({
      ...call,
      Timestamp: timestamp,
      CallbackSource: z.literal('call-progress-events'),
      SequenceNumber: seconds,
      CallDuration: seconds.optional(),
      Duration: seconds.optional(),
      SipResponseCode: z
        .string()
        .regex(/^\d{3}$/)
        .optional(),
      ErrorCode: seconds.optional(),
    }),
  },
  asyncAmd: {
    documentation: `${DOCS}/answering-machine-detection#asyncamdstatuscallback`,
    schema: z.strictObject({
      CallSid: sid('CA'),
      AccountSid: sid('AC'),
      AnsweredBy: answeredBy,
      MachineDetectionDuration: seconds,
    }),
  },
  conferenceStart: {
    documentation: `${DOCS}/twiml/conference#statuscallbackevent`,
    schema: z.strictObject({ ...conference, StatusCallbackEvent: z.literal('conference-start') }),
  },
  conferenceEnd: {
    documentation: `${DOCS}/twiml/conference#statuscallbackevent`,
    schema: z.strictObject({
      ...conference,
      StatusCallbackEvent: z.literal('conference-end'),
      CallSidEndingConference: sid('CA').optional(),
      ParticipantLabelEndingConference: z.string().optional(),
      ReasonConferenceEnded: z.enum([
        'conference-ended-via-api',
        'participant-with-end-conference-on-exit-left',
        'participant-with-end-conference-on-exit-kicked',
        'last-participant-left',
        'last-participant-kicked',
      ]),
      Reason: z.string().min(1),
    }),
  },
  participant: {
    documentation: `${DOCS}/twiml/conference#statuscallbackevent`,
    schema: z.strictObject({
      ...participant,
      StatusCallbackEvent: z.enum([
        'participant-join',
        'participant-mute',
        'participant-unmute',
        'participant-hold',
        'participant-unhold',
        'participant-modify',
        'participant-speech-start',
        'participant-speech-stop',
      ]),
    }),
  },
  participantLeave: {
    documentation: `${DOCS}/twiml/conference#statuscallbackevent`,
    schema: z.strictObject({
      ...participant,
      StatusCallbackEvent: z.literal('participant-leave'),
      ParticipantCallStatus: z.enum(['in-progress', ...ended]),
      ReasonParticipantLeft: z.enum([
        'conference_ended_via_api',
        'moderator_ended_conference',
        'participant_updated_via_api',
        'participant_hung_up',
        'participant_add_failed',
      ]),
    }),
  },
  announcement: {
    documentation: `${DOCS}/twiml/conference#statuscallbackevent`,
    schema: z.strictObject({
      ...conference,
      StatusCallbackEvent: z.enum(['announcement-end', 'announcement-fail']),
      CallSid: sid('CA').optional(),
      AnnounceUrl: z.url(),
      ReasonAnnouncementFailed: z.string().optional(),
    }),
  },
} as const satisfies Readonly<Record<string, WebhookSchema>>;

export type WebhookKind = keyof typeof webhookSchemas;

/** Which kind of webhook parameters are, by those that only it has. */
export function webhookKindOf(parameters: Readonly<Record<string, string>>): WebhookKind {
  const event = parameters['StatusCallbackEvent'];
  if (event === 'conference-start') return 'conferenceStart';
  if (event === 'conference-end') return 'conferenceEnd';
  if (event === 'participant-leave') return 'participantLeave';
  if (event !== undefined) return event.startsWith('announcement-') ? 'announcement' : 'participant';
  if ('MachineDetectionDuration' in parameters) return 'asyncAmd';
  if ('CallbackSource' in parameters) return 'callStatus';
  if ('DialCallStatus' in parameters) return 'dialAction';
  if ('SpeechResult' in parameters) return 'gatherSpeech';
  if ('Digits' in parameters) return 'gather';
  return 'ErrorUrl' in parameters ? 'fallback' : 'document';
}
