import { E164, NOT_E164, PageQuery } from '@appointments/runtime';
import * as z from 'zod';
import { STATUSES } from '../domain/appointment';
import { readTime, startOfDate } from '../domain/instants';
import { PROOFS } from '../domain/proof';
import { zoneNamed } from '@appointments/runtime/zones';

// Control characters, halves of surrogate pairs and line separators have no place in a name or a note.
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u2028\u2029]/u;
// Neither have marks that turn the writing around: what follows a name would be read backwards.
const TURNS_WRITING = /[\u202a-\u202e\u2066-\u2069]/u;
const VISIBLE = /[^\p{C}\p{Z}]/u;
const UNPRINTABLE_IN_TEXT = /[\p{Cs}\p{Cc}]/u;
const EMAIL =
  /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]$/;

export const said = (must: string) => (issue: { readonly input?: unknown }) =>
  issue.input === undefined ? 'is required' : must;
export const text = () => z.string({ error: said('must be text') });

export const Name = text()
  .trim()
  .min(1, 'must not be empty')
  .max(100, 'must have at most 100 characters')
  .refine((name) => name === '' || VISIBLE.test(name), 'must have at least one visible character')
  .refine((name) => !UNPRINTABLE.test(name) && !TURNS_WRITING.test(name), 'must not contain control characters')
  .meta({ description: 'The name that is said and written to the person.', example: 'Ada Client' });

export const Email = text()
  .max(254, 'must have at most 254 characters')
  .refine((email) => EMAIL.test(email), 'must be an e-mail address, like ada@example.com')
  .meta({ format: 'email', example: 'ada@example.com' });

export const Phone = text()
  .refine((phone) => E164.test(phone), NOT_E164)
  .meta({
    pattern: E164.source,
    description:
      'E.164: a landline, mobile, VoIP or toll-free number in use in one of the countries that we call. Others are refused with what they are: premium-rate, shared-cost, personal and company-wide numbers, pagers, mailboxes, satellite networks, short codes and emergency services.',
    example: '+12025550123',
  });

export const TimeZone = text()
  .max(64, 'must have at most 64 characters')
  .refine((name) => zoneNamed(name) !== undefined, 'must be the IANA name of a time zone, like Europe/Berlin')
  .meta({ description: 'IANA name of a time zone.', example: 'Europe/Berlin' });

export const StartsAt = text()
  .max(40, 'must have at most 40 characters')
  .superRefine((value, context) => {
    const read = readTime(value, undefined);
    if (read.kind === 'not-a-time') {
      context.addIssue({ code: 'custom', message: 'must be an ISO 8601 time, like 2026-12-01T16:00:00+01:00' });
    } else if (read.kind === 'no-offset') {
      context.addIssue({ code: 'custom', message: 'must say its offset from UTC: end it with Z or +01:00' });
    }
  })
  .meta({
    format: 'date-time',
    description:
      'An instant (`Z`), or a local time with an offset, which must be the offset of `timeZone` at that instant. Without an offset it is refused.',
    example: '2026-12-01T16:00:00+01:00',
  });

export const Notes = text()
  .trim()
  .max(2000, 'must have at most 2000 characters')
  .refine(
    (notes) => !UNPRINTABLE_IN_TEXT.test(notes.replace(/[\t\n\r]/g, '')),
    'must not contain control characters other than line breaks and tabs',
  );

export const Reason = text()
  .trim()
  .max(500, 'must have at most 500 characters')
  .refine(
    (reason) => !UNPRINTABLE_IN_TEXT.test(reason.replace(/[\t\n\r]/g, '')),
    'must not contain control characters other than line breaks and tabs',
  );

export const Locale = text()
  .min(2, 'must be a language tag, like en or pt-BR')
  .max(35, 'must have at most 35 characters')
  .refine(isLanguageTag, 'must be a language tag, like en or pt-BR')
  .meta({ description: 'BCP 47 language tag.', example: 'en' });

function isLanguageTag(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}

export const AgentId = text()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be the id of an agent')
  .meta({ example: 'agt_default' });

const Day = text()
  .refine((day) => startOfDate(day) !== undefined, 'must be a day of the calendar, like 2026-12-01')
  .meta({ format: 'date', example: '2026-12-01' });

const Consent = z
  .boolean({ error: said('must be true or false') })
  .meta({ description: 'Whether text messages may be sent.' });

const Wording = text().trim().min(1, 'must not be empty').max(500, 'must have at most 500 characters');

const CallConsent = z
  .union([z.boolean(), z.strictObject({ wording: Wording })], {
    error: said('must be true, false or {"wording": "what was agreed to"}'),
  })
  .meta({
    description:
      'That the client agrees to be phoned; kept with the time, and with the wording that was agreed to where it is given.',
  });

export const HoldId = text()
  .regex(/^hld_[0-9A-Za-z]{1,64}$/, 'must be the id of a hold')
  .meta({ description: 'From `POST /holds`.', example: 'hld_01JDXK3Q6Z8V4T2M9R7W5Y1N0C' });

const Form = z
  .strictObject({
    website: z.string().max(500).optional(),
    seconds: z.number().nonnegative().optional(),
  })
  .meta({
    description:
      'What a form knows of who filled it in: `website`, a field that people do not see, and the `seconds` from its opening to its sending. What looks automated is refused.',
  });

export const AN_OBJECT = 'must be a JSON object';

export const CreateAppointment = z.strictObject(
  {
    name: Name,
    email: Email,
    phone: Phone,
    startsAt: StartsAt,
    timeZone: TimeZone.meta({ description: "IANA name of the client's time zone." }),
    agentId: AgentId.optional().meta({
      description: 'Without it: whoever is free, the one with the fewest appointments first.',
    }),
    notes: Notes.optional(),
    smsConsent: Consent.optional(),
    callConsent: CallConsent.optional(),
    locale: Locale.optional(),
    holdId: HoldId.optional(),
    form: Form.optional(),
  },
  AN_OBJECT,
);

export const Reschedule = z.strictObject({ startsAt: StartsAt, timeZone: TimeZone }, AN_OBJECT);

export const HoldSlot = z.strictObject(
  {
    startsAt: StartsAt,
    timeZone: TimeZone,
    agentId: AgentId.optional(),
    replaces: HoldId.optional().meta({ description: 'The hold that this one takes the place of; it is given back.' }),
  },
  AN_OBJECT,
);

export const StaffReschedule = Reschedule.extend({
  agentId: AgentId.optional().meta({ description: 'The agent who takes it over. Without it: the one who has it.' }),
});

export const Cancel = z.strictObject({ reason: Reason.optional() }, AN_OBJECT);

export const ReResolve = z.strictObject(
  {
    dryRun: z
      .boolean({ error: said('must be true or false') })
      .default(false)
      .meta({ description: 'Only says what would become of it.' }),
  },
  AN_OBJECT,
);

export const Amend = z.strictObject(
  {
    name: Name.optional(),
    email: Email.optional(),
    phone: Phone.optional(),
    notes: Notes.optional(),
    smsConsent: Consent.optional(),
  },
  AN_OBJECT,
);

export const ConfirmAppointment = z
  .strictObject(
    {
      emailToken: text()
        .max(200, 'must have at most 200 characters')
        .optional()
        .meta({ description: 'From the link in the mail that asks for the confirmation of an address.' }),
      phoneCode: text()
        .regex(/^\d{6}$/, 'must be the six digits of the text message')
        .optional()
        .meta({ description: 'From the text message.', example: '012345' }),
    },
    AN_OBJECT,
  )
  .refine(({ emailToken, phoneCode }) => (emailToken === undefined) !== (phoneCode === undefined), {
    message: 'must have either emailToken or phoneCode',
  })
  .meta({ description: 'One proof at a time: exactly one of the two.' });

/** Other query parameters are ignored. */
export const AvailabilityQuery = z.object({
  from: Day.meta({ description: 'The first day, in the zone asked for.' }),
  to: Day.meta({ description: 'The last day, included; at most 62 days in all.' }),
  timeZone: TimeZone,
  agentId: AgentId.optional(),
  holdId: HoldId.optional().meta({ description: 'What this hold has counts as free: for whoever has it.' }),
});

export const StaffAppointmentsQuery = PageQuery.extend({
  from: Day.meta({ description: 'The first day, in the zone asked for.' }),
  to: Day.meta({ description: 'The last day, included; at most 62 days in all.' }),
  timeZone: TimeZone.optional().meta({ description: 'Whose days are meant; without it UTC.' }),
  agentId: AgentId.optional().meta({ description: 'Without it: the appointments of all agents.' }),
});

/** 255 printable characters are more than any generator of keys needs. */
export const IdempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/, 'must have 1 to 255 printable ASCII characters without spaces')
  .meta({
    description:
      'The same key with the same body answers the same for 24 hours and makes one appointment; with another body it is refused (422).',
  });

const WithOffset = z.iso.datetime({ offset: true }).meta({ example: '2026-12-01T16:00:00+01:00' });

export const SlotAnswer = z.object({ startsAt: WithOffset, endsAt: WithOffset }).meta({ id: 'Slot' });

export const AvailabilityAnswer = z.object({ slots: z.array(SlotAnswer) });

const agentAnswer = z.object({ agentId: z.string(), name: z.string() });

export const AgentsAnswer = z.object({
  agents: z.array(agentAnswer),
  next: z.string().optional().meta({ description: 'The `cursor` of the next page; left out on the last.' }),
});

export const HoldAnswer = z.object({
  holdId: HoldId,
  agent: agentAnswer,
  startsAt: WithOffset,
  endsAt: WithOffset,
  expiresAt: z.string().meta({ format: 'date-time', description: 'Until then nobody else can book this time.' }),
});

const common = {
  appointmentId: z.string().meta({ example: 'apt_01JDXK3Q6Z8V4T2M9R7W5Y1N0C' }),
  version: z.int().positive().meta({ description: 'Rises on create, reschedule and cancel.' }),
  status: z.enum(STATUSES),
  startsAt: WithOffset,
  endsAt: WithOffset,
  timeZone: z.string(),
  agent: agentAnswer,
  unproven: z.array(z.enum(PROOFS)).optional().meta({
    description:
      'What the client has yet to confirm before anybody is phoned; absent where there is nothing to confirm.',
  }),
};

export const CreatedAnswer = z.object({
  ...common,
  manageUrl: z
    .string()
    .meta({ format: 'uri', description: 'Where the client manages the appointment; keep it secret.' }),
  manageToken: z.string().meta({ description: 'The bearer token of the calls below.' }),
});

export const ConfirmedAnswer = z.object({
  ...common,
  unproven: z.array(z.enum(PROOFS)).meta({ description: 'What the client has yet to confirm; mostly nothing.' }),
});

const clientAnswer = z.object({ name: z.string(), email: z.string(), phone: z.string() });

const callAnswer = z
  .object({
    outcome: z.enum(['completed', 'failed']).nullable(),
    reason: z.string().optional(),
    attempts: z.object({ agent: z.int(), client: z.int() }),
    connectedAt: z.string().optional().meta({ format: 'date-time' }),
    durationSeconds: z.int().optional(),
  })
  .nullable();

const historyAnswer = z.array(
  z.object({
    at: z.string().meta({ format: 'date-time' }),
    type: z.string(),
    version: z.int(),
    text: z.string(),
  }),
);

export const AppointmentAnswer = z.object({
  ...common,
  client: clientAnswer,
  notes: z.string().optional(),
  call: callAnswer,
  history: historyAnswer,
});

/** What staff see of an appointment beyond what its client sees. */
export const StaffAppointmentAnswer = z
  .object({
    ...common,
    revision: z.int().positive().meta({ description: 'Rises on every change by people, amendments included.' }),
    createdAt: z.string().meta({ format: 'date-time' }),
    durationMinutes: z.int(),
    localStart: z
      .object({ client: WithOffset, agent: WithOffset })
      .meta({ description: "The start as it was agreed on, in the client's and in the agent's zone." }),
    tzdb: z.string().meta({ description: 'The version of the zone rules that it was agreed on with.' }),
    client: clientAnswer.extend({ locale: z.string(), smsConsent: z.boolean() }),
    agent: agentAnswer.extend({ email: z.string(), phone: z.string(), timeZone: z.string() }),
    notes: z.string().optional(),
    callConsent: z
      .object({ at: z.string().meta({ format: 'date-time' }), wording: z.string() })
      .optional()
      .meta({ description: 'That the client agreed to be phoned: when, and to which words.' }),
    call: callAnswer,
  })
  .meta({ id: 'StaffAppointment' });

export const StaffAppointmentsAnswer = z.object({
  appointments: z.array(StaffAppointmentAnswer).meta({ description: 'Oldest first, cancelled ones too.' }),
  next: z.string().optional().meta({ description: 'The `cursor` of the next page; left out on the last.' }),
});

export const StaffAppointmentWithHistoryAnswer = StaffAppointmentAnswer.extend({ history: historyAnswer });

const resolvedTime = z
  .object({
    startsAt: z.string().meta({ format: 'date-time' }),
    localStart: z.object({ client: WithOffset, agent: WithOffset }),
    tzdb: z.string(),
  })
  .meta({ id: 'ResolvedTime' });

export const ReResolvedAnswer = z.object({
  outcome: z.enum(['unchanged', 'amended', 'moved', 'conflict', 'not-applicable']).meta({
    description:
      "`amended`: only the client's clocks show another time. `moved`: the agent's wall time is at another instant. `conflict`: it would be, but nothing was changed.",
  }),
  because: z.enum(['taken', 'past', 'status', 'newer-rules', 'unknown-zone']).optional().meta({
    description:
      'Of a conflict: the new time is `taken` or `past`. Where it does not apply: the appointment is `past` or of another `status` than `scheduled`, was made with `newer-rules`, or is in an `unknown-zone`.',
  }),
  skipped: z.boolean().optional().meta({
    description: "Whether the agent's wall time does not exist any more: the end of the gap is taken.",
  }),
  blockedBy: z.array(z.string()).optional().meta({ description: 'Whose the new time is: appointments and holds.' }),
  from: resolvedTime,
  to: resolvedTime.nullable(),
  appointment: StaffAppointmentAnswer,
});

export const ProblemAnswer = z.object({
  type: z.string().meta({ format: 'uri', description: 'Stable; compare its last part.' }),
  title: z.string(),
  status: z.int(),
  detail: z.string().optional(),
  errors: z
    .array(z.object({ path: z.string(), message: z.string() }))
    .meta({ description: 'Every fault of the request; `path` is empty where no field is to blame.' }),
  nearest: z.array(SlotAnswer).optional().meta({ description: 'The nearest slots: free ones, or times that exist.' }),
  state: z.enum(STATUSES).optional().meta({ description: 'The state that forbids the change.' }),
  agentVersion: z.int().optional().meta({ description: 'The version that the agent has by now.' }),
  requestId: z.string(),
});

/** What a problem's `type` leads to. */
export const ProblemKindAnswer = z.object({
  type: z.string().meta({ format: 'uri' }),
  slug: z.string().meta({ example: 'slot-taken' }),
  status: z.int(),
  title: z.string(),
  meaning: z.string(),
  remedy: z.string().meta({ description: 'What to do about it.' }),
});

export const ProblemKindsAnswer = z.object({ problems: z.array(ProblemKindAnswer.meta({ id: 'ProblemKind' })) });

/** What API Gateway itself answers, before or instead of a function. */
export const GatewayAnswer = z.object({ message: z.string().meta({ example: 'Service Unavailable' }) });
