import * as z from 'zod';
import { AgentBody, StaffAgentAnswer, StaffAgentsAnswer } from './agent-schemas';
import {
  AgentId,
  AgentsAnswer,
  Amend,
  AppointmentAnswer,
  AvailabilityAnswer,
  AvailabilityQuery,
  Cancel,
  CreateAppointment,
  CreatedAnswer,
  HoldAnswer,
  HoldId,
  HoldSlot,
  IdempotencyKey,
  PageQuery,
  ProblemAnswer,
  Reschedule,
  StaffAppointmentsAnswer,
  StaffAppointmentsQuery,
  StaffAppointmentWithHistoryAnswer,
  StaffReschedule,
} from './schemas';

const BODIES = { CreateAppointment, Reschedule, Cancel, Amend, HoldSlot, StaffReschedule, PutAgent: AgentBody };
const ANSWERS = {
  CreatedAppointment: CreatedAnswer,
  Appointment: AppointmentAnswer,
  Availability: AvailabilityAnswer,
  Agents: AgentsAnswer,
  Hold: HoldAnswer,
  StaffAgent: StaffAgentAnswer,
  StaffAgents: StaffAgentsAnswer,
  StaffAppointmentWithHistory: StaffAppointmentWithHistoryAnswer,
  StaffAppointments: StaffAppointmentsAnswer,
  Problem: ProblemAnswer,
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

const REQUEST_ID = { 'x-request-id': { description: 'Names this request in our logs.', schema: { type: 'string' } } };

function answer(description: string, name: string, headers: Json = {}): Json {
  return { description, headers: { ...REQUEST_ID, ...headers }, content: json(name) };
}

function problem(description: string): Json {
  return { description, headers: REQUEST_ID, content: { 'application/problem+json': { schema: ref('Problem') } } };
}

const INVALID = problem('Every fault of the request, in `errors`.');
const STRANGER = {
  '401': problem('The token is missing.'),
  '404': problem('The token does not fit, or there is no such appointment.'),
};
const BODY_FAULTS = {
  '400': INVALID,
  '413': problem('The body has more than 64 KB.'),
  '415': problem('The body is not `application/json`.'),
};

const TOO_MANY = problem('Too much in a short time; `retry-after` says when to try again.');

const ofAppointment = [{ name: 'appointmentId', in: 'path', required: true, schema: { type: 'string' } }];
const secured = [{ manageToken: [] }];
const forStaff = [{ staffToken: [] }];
/** What the API's authorizer answers before any of our functions is asked. */
const NO_STAFF = {
  '401': { description: 'There is no token, or it is not taken.' },
  '403': { description: 'The token has not the scope `staff`.' },
};
const NO_SUCH = { '404': problem('There is no such appointment.') };

function change(
  operationId: string,
  summary: string,
  body: keyof typeof BODIES,
  bodyRequired: boolean,
  by: 'client' | 'staff' = 'client',
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
        ...BODY_FAULTS,
        ...(by === 'staff' ? { ...NO_STAFF, ...NO_SUCH } : STRANGER),
        '409': problem(
          body === 'Reschedule' || body === 'StaffReschedule'
            ? 'The time is taken (`nearest` has free ones), or the state of the appointment forbids it (`state`).'
            : 'The state of the appointment forbids it (`state`).',
        ),
      },
    },
  };
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
        'Books appointments that are kept: at the booked second the agent and then the client are phoned and joined. Errors are `application/problem+json` (RFC 9457) and name every fault at once.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: serverUrl }],
    paths: {
      '/appointments': {
        post: {
          operationId: 'createAppointment',
          summary: 'Books an appointment',
          parameters: [{ name: 'Idempotency-Key', in: 'header', required: false, schema: schemaOf(IdempotencyKey) }],
          requestBody: { required: true, content: json('CreateAppointment') },
          responses: {
            '201': answer('Booked.', 'CreatedAppointment'),
            ...BODY_FAULTS,
            '409': problem('The time is taken; `nearest` has the nearest free ones, five at most.'),
            '422': problem('The Idempotency-Key was used for another body.'),
            '429': TOO_MANY,
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
            '200': answer('Free slots in the order of time, with the offset of the zone asked for.', 'Availability', {
              etag: { description: 'Names this answer.', schema: { type: 'string' } },
            }),
            '304': { description: 'Nothing changed since the answer whose `etag` was sent.', headers: REQUEST_ID },
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
            ...BODY_FAULTS,
            '409': problem('The time is taken; `nearest` has the nearest free ones, five at most.'),
          },
        },
      },
      '/holds/{holdId}/release': {
        post: {
          operationId: 'releaseHold',
          summary: 'Gives a hold back',
          parameters: [{ name: 'holdId', in: 'path', required: true, schema: { type: 'string' } }],
          responses: {
            '204': { description: 'The time is free, or was already.', headers: REQUEST_ID },
            ...BODY_FAULTS,
            '404': problem('No hold has such an id.'),
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
      ),
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
            '200': answer('The agent as they now stand.', 'StaffAgent', {
              etag: { description: 'The `agentVersion`, for `If-Match`.', schema: { type: 'string' } },
            }),
            ...BODY_FAULTS,
            ...NO_STAFF,
            '412': problem('The agent has another version by now (`agentVersion`).'),
            '503': problem('Others change the same agent at the same time; `retry-after` says when to try again.'),
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
      '/openapi.json': {
        get: {
          operationId: 'getOpenApi',
          summary: 'This document',
          responses: {
            '200': { description: 'OpenAPI 3.1.', content: { 'application/json': { schema: { type: 'object' } } } },
          },
        },
      },
    },
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
      schemas: componentSchemas(),
    },
  };
}

function componentSchemas(): Json {
  const all: Json = {};
  for (const [name, schema] of Object.entries(BODIES)) all[name] = schemasOf(schema).main;
  for (const [name, schema] of Object.entries(ANSWERS)) {
    const { main, referred } = schemasOf(schema);
    Object.assign(all, referred, { [name]: main });
  }
  return all;
}
