import { PageQuery } from '@appointments/runtime';
import * as z from 'zod';
import { MessagesAnswer } from './message-schemas';

const schemaOf = (schema: z.ZodType) => {
  // The input side, which does not forbid further fields: a client is to bear those that are added.
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', reused: 'inline' });
  return rest;
};

const HEADERS = { 'x-request-id': { $ref: '#/components/headers/x-request-id' } };

function problem(description: string, slug: string) {
  return {
    description,
    headers: HEADERS,
    content: {
      'application/problem+json': {
        schema: { $ref: '#/components/schemas/Problem' },
        examples: { [slug]: { $ref: `#/components/examples/${slug}` } },
      },
    },
  };
}

/** What API Gateway answers before our function is asked. */
function fromGateway(description: string) {
  return {
    description,
    headers: { 'apigw-requestid': { $ref: '#/components/headers/apigw-requestid' } },
    content: { 'application/json': { schema: { $ref: '#/components/schemas/GatewayAnswer' } } },
  };
}

function queryParameters() {
  return Object.entries(schemaOf(PageQuery).properties ?? {}).map(([name, schema]) => ({
    name,
    in: 'query',
    required: false,
    schema,
  }));
}

/** What this service answers on the API, as its part of the OpenAPI document: whatever is referred to and not here is the whole's. */
export function openApiPart() {
  return {
    paths: {
      '/staff/appointments/{appointmentId}/messages': {
        get: {
          operationId: 'listStaffMessages',
          'x-answered-by': 'notifications',
          summary: 'Every message of an appointment and what became of it',
          description:
            'E-mails, text messages and alerts to the operators, those that failed or were withheld included. What becomes of an e-mail is told by its provider, usually within seconds; a bounce or a complaint may come days later. An appointment that was booked this very moment may not be known here yet.',
          security: [{ staffToken: [] }],
          parameters: [
            { name: 'appointmentId', in: 'path', required: true, schema: { type: 'string' } },
            ...queryParameters(),
          ],
          responses: {
            '200': {
              description: 'Oldest first.',
              headers: HEADERS,
              content: { 'application/json': { schema: { $ref: '#/components/schemas/StaffMessages' } } },
            },
            '400': problem('Every fault of the request, in `errors`.', 'invalid-request'),
            '401': fromGateway('There is no token, or it is not taken.'),
            '403': fromGateway('The token has not the scope `staff`.'),
            '404': problem('There is no such appointment.', 'no-such-appointment'),
          },
        },
      },
    },
    schemas: { StaffMessages: schemaOf(MessagesAnswer) },
  };
}
