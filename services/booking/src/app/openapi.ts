import { PageQuery } from '@appointments/runtime';
import * as z from 'zod';
import { OPERATIONS_OF_OTHERS } from './operations-of-others.generated';
import { PROBLEM_KINDS, type ProblemSlug } from './problems';
import { AgentBody, StaffAgentAnswer, StaffAgentsAnswer } from './agent-schemas';
import {
  AgentId,
  AgentsAnswer,
  Amend,
  AppointmentAnswer,
  AvailabilityAnswer,
  AvailabilityQuery,
  Cancel,
  ConfirmAppointment,
  ConfirmedAnswer,
  CreateAppointment,
  CreatedAnswer,
  GatewayAnswer,
  HoldAnswer,
  HoldId,
  HoldSlot,
  IdempotencyKey,
  ProblemAnswer,
  ProblemKindAnswer,
  ProblemKindsAnswer,
  Reschedule,
  ReResolve,
  ReResolvedAnswer,
  StaffAppointmentsAnswer,
  StaffAppointmentsQuery,
  StaffAppointmentWithHistoryAnswer,
  StaffReschedule,
} from './schemas';

const BODIES = {
  CreateAppointment,
  Reschedule,
  Cancel,
  Amend,
  ConfirmAppointment,
  HoldSlot,
  StaffReschedule,
  ReResolve,
  PutAgent: AgentBody,
};
const ANSWERS = {
  CreatedAppointment: CreatedAnswer,
  Appointment: AppointmentAnswer,
  ConfirmedAppointment: ConfirmedAnswer,
  Availability: AvailabilityAnswer,
  Agents: AgentsAnswer,
  Hold: HoldAnswer,
  StaffAgent: StaffAgentAnswer,
  StaffAgents: StaffAgentsAnswer,
  StaffAppointmentWithHistory: StaffAppointmentWithHistoryAnswer,
  StaffAppointments: StaffAppointmentsAnswer,
  ReResolved: ReResolvedAnswer,
  Problem: ProblemAnswer,
  ProblemKind: ProblemKindAnswer,
  ProblemKinds: ProblemKindsAnswer,
  GatewayAnswer,
};

const Json = z.record(z.string(), z.unknown());
type Json = z.infer<typeof Json>;
const Fields = z.record(z.string(), Json);

/** The schema alone, and those that it refers to by their ids. */
function schemasOf(schema: z.ZodType) {
  // The input side of answers too, which does not forbid further fields: a client is to bear those that are added.
  const text = JSON.stringify(z.toJSONSchema(schema, { io: 'input', reused: 'inline' }));
  const {
    $schema: _,
    id: _id,
    $defs = {},
    ...main
  } = Json.parse(JSON.parse(text.replaceAll('#/$defs/', '#/components/schemas/')));
  const referred = Object.entries(Fields.parse($defs)).map(([name, { id: _id, ...definition }]) => [name, definition]);
  return { main, referred: Json.parse(Object.fromEntries(referred)) };
}

function schemaOf(schema: z.ZodType): Json {
  return schemasOf(schema).main;
}

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const json = (name: string) => ({ 'application/json': { schema: ref(name) } });

const header = (description: string) => ({ description, schema: { type: 'string' } });

const HEADERS = {
  'x-request-id': header('Names this request in our logs.'),
  'apigw-requestid': header('Names the request where API Gateway itself answers.'),
  'retry-after': header('Seconds after which the same request may succeed.'),
  'www-authenticate': header('How to authorise: by a bearer token.'),
  location: header('The path of the appointment.'),
  etag: header('Names this answer; send it back as `If-None-Match`.'),
  'idempotent-replayed': header('`true` where the answer is that to an earlier request with the same key.'),
};
type HeaderName = keyof typeof HEADERS;

function headersOf(names: readonly HeaderName[]): Json {
  const all = [...new Set<HeaderName>(['x-request-id', ...names])];
  return Object.fromEntries(all.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

function answer(description: string, name: string, ...headers: readonly HeaderName[]): Json {
  return { description, headers: headersOf(headers), content: json(name) };
}

const PROBLEM_HEADERS: Readonly<Partial<Record<ProblemSlug, readonly HeaderName[]>>> = {
  busy: ['retry-after'],
  'too-many-bookings': ['retry-after'],
  'token-missing': ['www-authenticate'],
};

/** An answer that is one of these problems; its examples are named after them, and there are no others. */
function problem(description: string, ...slugs: readonly ProblemSlug[]): Json {
  const examples: Json = Object.fromEntries(slugs.map((slug) => [slug, { $ref: `#/components/examples/${slug}` }]));
  const schema = ref('Problem');
  return {
    description,
    headers: headersOf(slugs.flatMap((slug) => PROBLEM_HEADERS[slug] ?? [])),
    content: { 'application/problem+json': { schema, examples } },
  };
}

/** What API Gateway itself may answer, whatever the operation. */
const FROM_GATEWAY: Readonly<Record<string, string>> = {
  '429': 'More requests than this route takes.',
  '500': 'The function failed.',
  '503': 'The function did not answer in time.',
};
const FROM_GATEWAY_HEADERS: Json = { 'apigw-requestid': { $ref: '#/components/headers/apigw-requestid' } };
const TOO_LARGE_FOR_GATEWAY = 'The body has more than 10 MB.';

function fromGateway(description: string): Json {
  return { description, headers: FROM_GATEWAY_HEADERS, content: json('GatewayAnswer') };
}

/** A path's operations with the answers that any of them can give. */
function withCommonAnswers(path: Json): Json {
  return Object.fromEntries(
    Object.entries(path).map(([method, value]) => {
      const operation = Json.parse(value);
      const responses: Json = { ...Json.parse(operation['responses']) };
      responses['500'] ??= problem('The fault is ours.', 'internal-error');
      const gateway = { ...FROM_GATEWAY, ...('requestBody' in operation && { '413': TOO_LARGE_FOR_GATEWAY }) };
      for (const [status, description] of Object.entries(gateway)) {
        const given = Answer.safeParse(responses[status]).data;
        responses[status] = given
          ? {
              ...given,
              description: `${given.description} Or, from API Gateway: ${description}`,
              content: { ...given.content, ...json('GatewayAnswer') },
            }
          : fromGateway(description);
      }
      return [method, { ...operation, responses }];
    }),
  );
}

const Answer = z.looseObject({ description: z.string(), content: z.record(z.string(), z.unknown()) });

const INVALID = problem('Every fault of the request, in `errors`.', 'invalid-request');
const STRANGER = {
  '401': problem('The token is missing.', 'token-missing'),
  '404': problem('The token does not fit, or there is no such appointment.', 'no-such-appointment'),
};

/** What is wrong with a body; `further` are the problems of its content beside those of its form. */
function bodyFaults(...further: readonly ProblemSlug[]): Json {
  return {
    '400': problem('Every fault of the request, in `errors`.', 'invalid-request', ...further, 'not-json'),
    '413': problem('The body has more than 64 KB.', 'too-large'),
    '415': problem('The body is not `application/json`.', 'unsupported-media-type'),
  };
}

const TOO_MANY = problem('Too much in a short time; `retry-after` says when to try again.', 'too-many-bookings');

/** Whoever meets others at the same item several times in a row. */
const BUSY = { '503': problem('Others changed the same at the same moment; the request may be sent again.', 'busy') };

const ofAppointment = [{ name: 'appointmentId', in: 'path', required: true, schema: { type: 'string' } }];
const secured = [{ manageToken: [] }];
const forStaff = [{ staffToken: [] }];
/** What the API's authorizer answers before any of our functions is asked. */
const NO_STAFF = {
  '401': fromGateway('There is no token, or it is not taken.'),
  '403': fromGateway('The token has not the scope `staff`.'),
};
const NO_SUCH = { '404': problem('There is no such appointment.', 'no-such-appointment') };

function change(
  operationId: string,
  summary: string,
  body: keyof typeof BODIES,
  bodyRequired: boolean,
  by: 'client' | 'staff' = 'client',
  more: Json = {},
): Json {
  return {
    post: {
      operationId,
      summary,
      security: by === 'staff' ? forStaff : secured,
      parameters: ofAppointment,
      requestBody: { required: bodyRequired, content: json(body) },
      responses: {
        '200': answer(
          'The appointment as it now stands.',
          by === 'staff' ? 'StaffAppointmentWithHistory' : 'Appointment',
        ),
        ...(by === 'staff' ? { ...NO_STAFF, ...NO_SUCH } : STRANGER),
        ...(body === 'Reschedule' || body === 'StaffReschedule'
          ? {
              ...bodyFaults('no-such-local-time'),
              '409': problem(
                'The time is taken (`nearest` has free ones), or the state of the appointment forbids it (`state`).',
                'slot-taken',
                'state-forbids',
              ),
            }
          : {
              ...bodyFaults(),
              '409': problem('The state of the appointment forbids it (`state`).', 'state-forbids'),
            }),
        ...BUSY,
        ...more,
      },
    },
  };
}

function explained(description: string, name: string): Json {
  const { content, ...rest } = Answer.parse(answer(description, name));
  return { ...rest, content: { ...content, 'text/html': { schema: { type: 'string' } } } };
}

function mapped(change: (path: Json) => Json, paths: Readonly<Record<string, Json>>): Json {
  return Object.fromEntries(Object.entries(paths).map(([path, operations]) => [path, change(operations)]));
}

/** Query parameters as their schema says; `schemas` where one of them refers to a schema by its id. */
function queryParameters(schema: z.ZodType, schemas: Readonly<Record<string, z.ZodType>> = {}): Json[] {
  const query = schemaOf(schema);
  const required = z.array(z.string()).default([]).parse(query['required']);
  return Object.entries(Fields.parse(query['properties'])).map(([name, described]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema: schemas[name] ? schemaOf(schemas[name]) : described,
  }));
}

/** The OpenAPI 3.1 document of the public API, made from the very schemas that check its requests. */
export function openApiDocument(serverUrl: string): Json {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Appointments',
      version: '1.0.0',
      description:
        'Books appointments that are kept: at the booked second the agent and then the client are phoned and joined. Errors are `application/problem+json` (RFC 9457) and name every fault at once; their `type` leads to an explanation.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: serverUrl }],
    paths: mapped(withCommonAnswers, {
      '/appointments': {
        post: {
          operationId: 'createAppointment',
          summary: 'Books an appointment',
          parameters: [{ name: 'Idempotency-Key', in: 'header', required: false, schema: schemaOf(IdempotencyKey) }],
          requestBody: { required: true, content: json('CreateAppointment') },
          responses: {
            '201': answer('Booked.', 'CreatedAppointment', 'location', 'idempotent-replayed'),
            ...bodyFaults('no-such-local-time', 'looks-automated'),
            '409': problem('The time is taken; `nearest` has the nearest free ones, five at most.', 'slot-taken'),
            '422': problem('The Idempotency-Key was used for another body.', 'idempotency-key-reused'),
            '429': TOO_MANY,
            ...BUSY,
          },
        },
      },
      '/availability': {
        get: {
          operationId: 'getAvailability',
          summary: 'The free slots of some days',
          parameters: [
            ...queryParameters(AvailabilityQuery, { agentId: AgentId, holdId: HoldId }),
            { name: 'If-None-Match', in: 'header', required: false, schema: { type: 'string' } },
          ],
          responses: {
            '200': answer(
              'Free slots in the order of time, with the offset of the zone asked for.',
              'Availability',
              'etag',
            ),
            '304': {
              description: 'Nothing changed since the answer whose `etag` was sent.',
              headers: headersOf(['etag']),
            },
            '400': INVALID,
          },
        },
      },
      '/agents': {
        get: {
          operationId: 'listAgents',
          summary: 'With whom appointments can be made',
          parameters: queryParameters(PageQuery),
          responses: {
            '200': answer('Those who take appointments, in the order of their ids.', 'Agents'),
            '400': INVALID,
          },
        },
      },
      '/holds': {
        post: {
          operationId: 'holdSlot',
          summary: 'Keeps a time for a few minutes, while its client fills in the form',
          requestBody: { required: true, content: json('HoldSlot') },
          responses: {
            '201': answer('The time is kept until `expiresAt`; book it with `holdId`.', 'Hold'),
            ...bodyFaults('no-such-local-time'),
            ...BUSY,
            '409': problem('The time is taken; `nearest` has the nearest free ones, five at most.', 'slot-taken'),
          },
        },
      },
      '/holds/{holdId}/release': {
        post: {
          operationId: 'releaseHold',
          summary: 'Gives a hold back',
          parameters: [{ name: 'holdId', in: 'path', required: true, schema: { type: 'string' } }],
          responses: {
            '204': { description: 'The time is free, or was already.', headers: headersOf([]) },
            ...BUSY,
            ...bodyFaults(),
            '404': problem('No hold has such an id.', 'no-such-hold'),
          },
        },
      },
      '/appointments/{appointmentId}': {
        get: {
          operationId: 'getAppointment',
          summary: 'An appointment, its call and its history',
          security: secured,
          parameters: ofAppointment,
          responses: { '200': answer('The appointment as it stands.', 'Appointment'), ...STRANGER },
        },
      },
      '/appointments/{appointmentId}/reschedule': change(
        'rescheduleAppointment',
        'Moves an appointment; from `scheduled` and `failed`',
        'Reschedule',
        true,
      ),
      '/appointments/{appointmentId}/cancel': change(
        'cancelAppointment',
        'Calls an appointment off; from `scheduled` and `calling`',
        'Cancel',
        false,
      ),
      '/appointments/{appointmentId}/amend': change(
        'amendAppointment',
        'Changes particulars of an appointment, not its time; `version` stays',
        'Amend',
        true,
        'client',
        { '429': problem('Codes were texted to as many numbers as one appointment may have.', 'too-many-numbers') },
      ),
      '/appointments/{appointmentId}/confirm': {
        post: {
          operationId: 'confirmAppointment',
          summary: 'Proves that an e-mail address or a number is the client’s, where that is asked for',
          description:
            'Without a manage token: the `emailToken` of the mail and the `phoneCode` of the text message reach their owners alone. What was proven before is answered the same.',
          parameters: ofAppointment,
          requestBody: { required: true, content: json('ConfirmAppointment') },
          responses: {
            '200': answer('What is left to confirm.', 'ConfirmedAppointment'),
            ...bodyFaults('wrong-code'),
            '404': problem('The e-mail token does not fit, or there is no such appointment.', 'no-such-appointment'),
            '409': problem('The state of the appointment forbids it (`state`).', 'state-forbids'),
            '429': problem('Too many wrong codes: the code is good for nothing any more.', 'too-many-attempts'),
            ...BUSY,
          },
        },
      },
      '/staff/agents': {
        get: {
          operationId: 'listStaffAgents',
          summary: 'The roster, whoever is not active included',
          security: forStaff,
          parameters: queryParameters(PageQuery),
          responses: { '200': answer('In the order of their ids.', 'StaffAgents'), '400': INVALID, ...NO_STAFF },
        },
      },
      '/staff/agents/{agentId}': {
        put: {
          operationId: 'putAgent',
          summary: 'Writes an agent whole, new or not',
          description:
            'What is left out is as the configuration has it. A change raises `agentVersion` by one and is published, so that the next call and the next mail use the new number and address; what changes nothing is not written.',
          security: forStaff,
          parameters: [
            { name: 'agentId', in: 'path', required: true, schema: schemaOf(AgentId) },
            {
              name: 'dryRun',
              in: 'query',
              required: false,
              description: 'Checks everything, answers what would be, and writes nothing.',
              schema: { type: 'boolean', default: false },
            },
            {
              name: 'If-Match',
              in: 'header',
              required: false,
              description: 'Writes only over this `agentVersion`; `"0"` only where nobody has written the agent yet.',
              schema: { type: 'string', example: '"3"' },
            },
          ],
          requestBody: { required: true, content: json('PutAgent') },
          responses: {
            '200': answer(
              'The agent as they now stand; `etag` is their `agentVersion`, for `If-Match`.',
              'StaffAgent',
              'etag',
            ),
            ...bodyFaults(),
            ...NO_STAFF,
            '412': problem('The agent has another version by now (`agentVersion`).', 'agent-changed'),
            '503': problem(
              'Others change the same agent at the same time; `retry-after` says when to try again.',
              'busy',
            ),
          },
        },
      },
      '/staff/appointments': {
        get: {
          operationId: 'listStaffAppointments',
          summary: 'The appointments of some days, of one agent or of all, cancelled ones included',
          description:
            'A list that appointments are moved in while it is read may show one of them on two pages, or on none.',
          security: forStaff,
          parameters: queryParameters(StaffAppointmentsQuery, { agentId: AgentId }),
          responses: { '200': answer('Oldest first.', 'StaffAppointments'), '400': INVALID, ...NO_STAFF },
        },
      },
      '/staff/appointments/{appointmentId}': {
        get: {
          operationId: 'getStaffAppointment',
          summary: 'An appointment with both parties, its call and its history',
          security: forStaff,
          parameters: ofAppointment,
          responses: {
            '200': answer('The appointment as it stands.', 'StaffAppointmentWithHistory'),
            ...NO_STAFF,
            ...NO_SUCH,
          },
        },
      },
      '/staff/appointments/{appointmentId}/reschedule': change(
        'rescheduleStaffAppointment',
        "Moves an appointment for its agent, or to another agent, within the agent's hours; from `scheduled` and `failed`",
        'StaffReschedule',
        true,
        'staff',
      ),
      '/staff/appointments/{appointmentId}/cancel': change(
        'cancelStaffAppointment',
        'Calls an appointment off for its agent; from `scheduled` and `calling`',
        'Cancel',
        false,
        'staff',
      ),
      '/staff/appointments/{appointmentId}/re-resolve': {
        post: {
          operationId: 'reResolveStaffAppointment',
          summary: "Resolves an appointment's local times again after a change of the zone rules",
          description:
            "The wall time of the agent's zone is kept. `from` is how the appointment was resolved so far, `to` how the rules of today have it, `appointment` how it stands now. Asked again, nothing changes.",
          security: forStaff,
          parameters: ofAppointment,
          requestBody: { required: false, content: json('ReResolve') },
          responses: {
            '200': answer('What became of it, or would in a dry run.', 'ReResolved'),
            ...bodyFaults(),
            ...NO_STAFF,
            ...NO_SUCH,
            ...BUSY,
          },
        },
      },
      '/openapi.json': {
        get: {
          operationId: 'getOpenApi',
          summary: 'This document',
          responses: {
            '200': {
              description: 'OpenAPI 3.1.',
              headers: headersOf([]),
              content: { 'application/json': { schema: { type: 'object' } } },
            },
          },
        },
      },
      '/problems': {
        get: {
          operationId: 'getProblems',
          summary: 'All types of problems that the API answers with; as a page where HTML is asked for',
          responses: { '200': explained('Every type of problem, in words.', 'ProblemKinds') },
        },
      },
      '/problems/{slug}': {
        get: {
          operationId: 'getProblem',
          summary: 'What a problem type means and what to do about it; as a page where HTML is asked for',
          parameters: [{ name: 'slug', in: 'path', required: true, schema: { type: 'string' } }],
          responses: {
            '200': explained('The type in words.', 'ProblemKind'),
            '404': problem('There is no such type.', 'no-such-problem'),
          },
        },
      },
      ...Object.assign({}, ...OPERATIONS_OF_OTHERS.map(({ paths }) => paths)),
    }),
    components: {
      securitySchemes: {
        manageToken: { type: 'http', scheme: 'bearer', description: 'The `manageToken` of the appointment.' },
        staffToken: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'A token of the configured issuer and audience with the scope `staff`.',
        },
      },
      headers: HEADERS,
      schemas: componentSchemas(),
      examples: Object.fromEntries(PROBLEM_KINDS.map((kind) => [kind.slug, problemExample(kind)])),
    },
  };
}

/** A problem as it is answered. */
function problemExample({ slug, title, status, example }: (typeof PROBLEM_KINDS)[number]): Json {
  const type = `https://book.example.com/problems/${slug}`;
  const errors = [{ path: '', message: title }];
  return { summary: title, value: { type, title, status, errors, ...example, requestId: 'JKJaXmPLvHcESHA=' } };
}

function componentSchemas(): Json {
  const all: Json = {};
  for (const [name, schema] of Object.entries(BODIES)) all[name] = schemasOf(schema).main;
  for (const [name, schema] of Object.entries(ANSWERS)) {
    const { main, referred } = schemasOf(schema);
    Object.assign(all, referred, { [name]: main });
  }
  for (const { schemas } of OPERATIONS_OF_OTHERS) Object.assign(all, schemas);
  return all;
}
