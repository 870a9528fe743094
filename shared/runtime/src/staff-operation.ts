import * as z from 'zod';

/** A staff endpoint that a service other than booking answers on the public API. */
export interface StaffOperation {
  /** The service that answers it. */
  readonly answeredBy: string;
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  /** What it answers with 200: the schema, its name among the API's schemas, and a sentence. */
  readonly answer: { readonly name: string; readonly schema: z.ZodType; readonly description: string };
  /** @default none */
  readonly query?: z.ZodType;
  /** Whether an appointment that is not known is answered with 404. @default it has nothing */
  readonly knowsAppointments?: boolean;
}

const HEADERS = { 'x-request-id': { $ref: '#/components/headers/x-request-id' } };

/**
 * The part of the OpenAPI document that describes one operation. Booking's build puts the parts together: whatever one refers
 * to and does not have is the whole's.
 */
export function openApiPartOf(operation: StaffOperation) {
  const { answeredBy, path, operationId, summary, description, answer, query, knowsAppointments = false } = operation;
  return {
    paths: {
      [path]: {
        get: {
          operationId,
          'x-answered-by': answeredBy,
          summary,
          ...(description !== undefined && { description }),
          security: [{ staffToken: [] }],
          parameters: [
            { name: 'appointmentId', in: 'path', required: true, schema: { type: 'string' } },
            ...(query ? parametersOf(query) : []),
          ],
          responses: {
            '200': {
              description: answer.description,
              headers: HEADERS,
              content: { 'application/json': { schema: { $ref: `#/components/schemas/${answer.name}` } } },
            },
            ...(query && { '400': problem('Every fault of the request, in `errors`.', 'invalid-request') }),
            '401': fromGateway('There is no token, or it is not taken.'),
            '403': fromGateway('The token has not the scope `staff`.'),
            ...(knowsAppointments && { '404': problem('There is no such appointment.', 'no-such-appointment') }),
          },
        },
      },
    },
    schemas: { [answer.name]: schemaOf(answer.schema) },
  };
}

/** The input side, which does not forbid further fields: a client is to bear those that are added. */
function schemaOf(schema: z.ZodType) {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', reused: 'inline' });
  return rest;
}

function parametersOf(query: z.ZodType) {
  return Object.entries(schemaOf(query).properties ?? {}).map(([name, schema]) => ({
    name,
    in: 'query',
    required: false,
    schema,
  }));
}

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

/** What API Gateway answers before a function is asked. */
function fromGateway(description: string) {
  return {
    description,
    headers: { 'apigw-requestid': { $ref: '#/components/headers/apigw-requestid' } },
    content: { 'application/json': { schema: { $ref: '#/components/schemas/GatewayAnswer' } } },
  };
}
