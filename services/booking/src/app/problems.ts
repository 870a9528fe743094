/** What a problem's `type` leads to: the same words for whoever reads the document, an answer or a log line. */
export interface ProblemKind {
  readonly status: number;
  readonly title: string;
  readonly meaning: string;
  /** What a program does about it, or the person who writes it. */
  readonly remedy: string;
  /** Members of an answer of this type beside those that every problem has. */
  readonly example?: Readonly<Record<string, unknown>>;
}

const NEAREST = [
  { startsAt: '2026-12-01T16:30:00+01:00', endsAt: '2026-12-01T17:00:00+01:00' },
  { startsAt: '2026-12-01T15:30:00+01:00', endsAt: '2026-12-01T16:00:00+01:00' },
];

/** Every problem that the API answers with, by the last part of its `type`. What stands here keeps its name for ever. */
export const PROBLEMS = {
  'invalid-request': {
    status: 400,
    title: 'The request cannot be understood as it stands',
    meaning:
      'One or more fields, parameters or headers are missing, unknown, or not what they must be. `errors` names all of them at once: `path` is the field, `message` says what it must be.',
    remedy:
      'Show each message beside its field, or mend the request. The same request again will be refused the same way.',
    example: { errors: [{ path: 'email', message: 'must be an e-mail address, like ada@example.com' }] },
  },
  'no-such-local-time': {
    status: 400,
    title: 'There is no such local time',
    meaning:
      'The offset of `startsAt` is not the one that is in force in `timeZone` at that moment: the clocks skip that time, or the offset belongs to the other half of the year.',
    remedy:
      'Take one of the times in `nearest`, which exist, or send the instant with `Z`. Start times from the availability are always right.',
    example: {
      errors: [
        {
          path: 'startsAt',
          message:
            'is no such local time: this offset is not in force in Europe/Berlin then; written rightly it is 2026-12-01T16:00:00+01:00',
        },
      ],
      nearest: [{ startsAt: '2026-12-01T16:00:00+01:00', endsAt: '2026-12-01T16:30:00+01:00' }],
    },
  },
  'looks-automated': {
    status: 400,
    title: 'This looks as if no person had filled it in',
    meaning:
      '`form` says that a field was filled in which people do not see, or that the form was sent sooner than a person can fill it in.',
    remedy:
      'A form leaves `website` empty and counts its `seconds` honestly. A program that books without a form leaves `form` out.',
    example: { errors: [{ path: 'form.seconds', message: 'must be at least 2' }] },
  },
  'not-json': {
    status: 400,
    title: 'The body is not JSON',
    meaning: 'The body says that it is `application/json`, and cannot be parsed as JSON in UTF-8.',
    remedy: 'Mend the program that writes the body. An empty body is no JSON either.',
  },
  'too-large': {
    status: 413,
    title: 'A body may have 65536 bytes at most',
    meaning: 'The body has more than 64 KB.',
    remedy: 'Send less. No honest request comes near it.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'The body must be application/json',
    meaning: 'The request has no body where it needs one, or its `Content-Type` is not `application/json`.',
    remedy: 'Send a JSON body with `Content-Type: application/json`.',
  },
  'token-missing': {
    status: 401,
    title: 'The token of the manage link is missing: send it as "Authorization: Bearer <token>"',
    meaning: 'An appointment is shown and changed only for whoever has its manage token, and the request has none.',
    remedy:
      'Send the `manageToken` that came with the booking as `Authorization: Bearer <manageToken>`. In the link of the confirmation it is what follows the `#`.',
  },
  'no-such-appointment': {
    status: 404,
    title: 'There is no such appointment',
    meaning:
      'There is no appointment of this id, or the token is not that of this appointment, or it is past its time. Which of them it is, is not told to strangers.',
    remedy: 'Take id and token from the newest confirmation. A token is good until 30 days after its appointment.',
  },
  'no-such-hold': {
    status: 404,
    title: 'There is no such hold',
    meaning:
      'What was sent is not the id of a hold. One that has run out or was booked is not among these: it is gone, and releasing it is fine.',
    remedy: 'Take the `holdId` of the answer of `POST /holds`.',
  },
  'slot-taken': {
    status: 409,
    title: 'Somebody else has booked this time',
    meaning: 'The time was free when it was shown, and has been booked since.',
    remedy: 'Offer the times in `nearest`, which are the nearest free ones, five at most, or ask for the availability.',
    example: { errors: [{ path: 'startsAt', message: 'is taken' }], nearest: NEAREST },
  },
  'state-forbids': {
    status: 409,
    title: 'The state of the appointment forbids this change',
    meaning:
      'A call that is going on or over, or an appointment that was called off, can no longer be changed in this way. `state` says where the appointment stands.',
    remedy: 'Read the appointment again and offer what its state allows; a new appointment can always be booked.',
    example: { state: 'completed' },
  },
  'agent-changed': {
    status: 412,
    title: 'This agent has been changed since',
    meaning:
      'The agent has another version than the one that `If-Match` names; `agentVersion` says which. Nothing was written.',
    remedy: 'Read the agent again, make the change to what they are now, and send it with their new version.',
    example: { errors: [{ path: 'If-Match', message: 'is not the version of this agent' }], agentVersion: 4 },
  },
  'idempotency-key-reused': {
    status: 422,
    title: 'This Idempotency-Key was used for another body',
    meaning: 'Within the last 24 hours the same `Idempotency-Key` came with another body, which has been answered.',
    remedy: 'Make a new key for each booking, and keep it only for the repetitions of that very request.',
    example: {
      errors: [{ path: 'Idempotency-Key', message: 'was used for another body within the last 24 hours' }],
    },
  },
  'too-many-bookings': {
    status: 429,
    title: 'Too many bookings in a short time',
    meaning:
      'As many bookings were made with this e-mail address or number today, or from this network in this hour, as may be made. `errors` says which of them it is.',
    remedy: 'Wait as many seconds as `Retry-After` says. Who needs more appointments than that asks the agent.',
    example: { errors: [{ path: 'email', message: 'has as many bookings as one address may make in a day' }] },
  },
  busy: {
    status: 503,
    title: 'Too much is happening to the same thing at once; try again',
    meaning: 'Others changed the same appointment or agent at the same moment, many times in a row. Nothing was done.',
    remedy: 'Send the same request again after the seconds of `Retry-After`.',
  },
  'wrong-code': {
    status: 400,
    title: 'This is not the code that was texted',
    meaning:
      'The `phoneCode` is not that of the appointment’s number, or there is no such appointment. Which of them it is, is not told to strangers.',
    remedy: 'Have the code compared with the text message. After five wrong ones it is no longer taken.',
    example: { errors: [{ path: 'phoneCode', message: 'is not the code that was texted' }] },
  },
  'too-many-attempts': {
    status: 429,
    title: 'Too many wrong codes were sent',
    meaning:
      'Five wrong codes came for the number of this appointment. No code proves it any more, the right one included.',
    remedy: 'Amend the appointment to another number, which gets a code of its own, or book again.',
    example: { errors: [{ path: 'phoneCode', message: 'is no longer taken; another number gets another code' }] },
  },
  'too-many-numbers': {
    status: 429,
    title: 'Codes were texted to as many numbers as one appointment may have',
    meaning: 'The number was changed so often that one more would be the sixth to which a code is texted.',
    remedy: 'Go back to one of the numbers before, or book again.',
    example: { errors: [{ path: 'phone', message: 'cannot be changed to yet another number' }] },
  },
  'no-such-problem': {
    status: 404,
    title: 'There is no such problem',
    meaning: 'A problem type was looked up that this API does not answer with.',
    remedy: 'See the list of all of them at `/problems`.',
  },
  'internal-error': {
    status: 500,
    title: 'Something went wrong on our side',
    meaning: 'The fault is ours, and our operators are alarmed. Whether the request was carried out is not certain.',
    remedy:
      'A GET, and a booking with the same `Idempotency-Key`, may be sent again. If it goes on, tell us the `requestId`: it is in our logs.',
  },
} as const satisfies Readonly<Record<string, ProblemKind>>;

export type ProblemSlug = keyof typeof PROBLEMS;

/** The kinds with their names, in the order in which they are explained. */
export const PROBLEM_KINDS: readonly (ProblemKind & { readonly slug: ProblemSlug })[] = slugs().map((slug) => ({
  ...PROBLEMS[slug],
  slug,
}));

function slugs(): ProblemSlug[] {
  return Object.keys(PROBLEMS).filter(isProblemSlug);
}

export function isProblemSlug(name: string): name is ProblemSlug {
  return Object.hasOwn(PROBLEMS, name);
}
