import addFormats from 'ajv-formats';
import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020';
import * as z from 'zod';
import { openApiDocument } from '../src/app/openapi';

const Members = z.record(z.string(), z.unknown());
const Content = z.looseObject({ schema: Members, examples: Members.default({}) });
const Response = z.looseObject({
  headers: Members.default({}),
  content: z.record(z.string(), Content).optional(),
});
const Described = z.looseObject({
  operationId: z.string(),
  responses: z.record(z.string(), Response),
  requestBody: z.looseObject({ content: z.looseObject({ 'application/json': Content }) }).optional(),
  security: z.array(Members).default([]),
});
const Document = z.looseObject({
  openapi: z.string(),
  paths: z.record(z.string(), z.record(z.string(), Described)),
  components: z.looseObject({
    securitySchemes: Members,
    schemas: z.record(z.string(), Members),
    examples: z.record(z.string(), z.object({ summary: z.string(), value: Members })),
  }),
});

/** The document as it is served, at any address. */
export function served(serverUrl = '/'): unknown {
  return JSON.parse(JSON.stringify(openApiDocument(serverUrl)));
}

export const document = Document.parse(served());

export interface Operation {
  readonly operationId: string;
  /** `POST /appointments/{appointmentId}/cancel` */
  readonly route: string;
  readonly responses: Readonly<Record<string, z.infer<typeof Response>>>;
  /** The schema of its body. */
  readonly body: z.infer<typeof Members> | undefined;
  /** The names of the ways to authorise. */
  readonly security: readonly string[];
}

/** What this service answers itself; the others' tests hold them to what they answer. */
export const OPERATIONS: readonly Operation[] = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item)
    .filter(([, operation]) => operation['x-answered-by'] === undefined)
    .map(([method, { operationId, responses, requestBody, security }]) => ({
      operationId,
      route: `${method.toUpperCase()} ${path}`,
      responses,
      body: requestBody?.content['application/json'].schema,
      security: security.flatMap((choice) => Object.keys(choice)),
    })),
);

export function operationAt(route: string): Operation {
  const found = OPERATIONS.find((operation) => operation.route === route);
  if (!found) throw new Error(`the document has no ${route}`);
  return found;
}

export function operationNamed(operationId: string): Operation {
  const found = OPERATIONS.find((operation) => operation.operationId === operationId);
  if (!found) throw new Error(`the document has no operation ${operationId}`);
  return found;
}

/** The problems that the document says an operation answers with this status. */
export function slugsOf({ responses }: Operation, status: number | string): string[] {
  return Object.keys(responses[status]?.content?.['application/problem+json']?.examples ?? {});
}

// `strictSchema` would refuse OpenAPI's `example`; what stands for a type or a format must still be one.
const ajv = addFormats(new Ajv2020({ allErrors: true, strictSchema: false, strictTypes: false }));
ajv.addSchema({ $id: 'openapi', components: closed(document.components) });
const compiled = new Map<string, ValidateFunction>();

/**
 * Clients are to bear fields that the document does not name, so its answers do not forbid them; our own answers have
 * none. Combined schemas would refuse each other's fields, so they are left open.
 */
function closed(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(closed);
  if (typeof node !== 'object' || node === null) return node;
  const inner = Members.parse(Object.fromEntries(Object.entries(node).map(([name, value]) => [name, closed(value)])));
  const isObject = inner['type'] === 'object' && 'properties' in inner && !('additionalProperties' in inner);
  return isObject ? { ...inner, additionalProperties: false } : inner;
}

/** What is wrong with a value by a schema of the document; nothing where nothing is. */
export function schemaFaults(schema: unknown, value: unknown): string[] {
  const text = JSON.stringify(closed(schema)).replaceAll('"#/components/', '"openapi#/components/');
  const validate = compiled.get(text) ?? ajv.compile(Members.parse(JSON.parse(text)));
  compiled.set(text, validate);
  if (validate(value)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath || '/'} ${message} ${JSON.stringify(params)}`,
  );
}

/** What was taken has to be what the document allows; nothing where it is. */
function requestFaults({ operationId, body }: Operation, sent: unknown): string[] {
  if (!body) return sent === undefined ? [] : [`${operationId} is not documented to take a body`];
  if (sent === undefined) return [];
  return schemaFaults(body, sent).map((fault) => `${operationId} took a body that ${fault}`);
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** What an answer has otherwise than the document says; nothing where it is as documented. */
function answerFaults(operation: Operation, { status, headers, text }: Answer): string[] {
  const response = operation.responses[status];
  if (!response) return [`${operation.operationId} is not documented to answer ${status}: ${text}`];
  const faults: string[] = [];
  const requestId = headers['x-request-id'];
  if (typeof requestId !== 'string' || requestId === '') faults.push('has no x-request-id');
  for (const name of Object.keys(response.headers)) {
    // A replay alone says that it is one.
    if (name !== 'idempotent-replayed' && headers[name] === undefined) faults.push(`has no ${name}`);
  }
  const [type = ''] = z.string().default('').parse(headers['content-type']).split(';');
  const content = response.content?.[type];
  if (text === '') return response.content ? [...faults, 'has no body'] : faults;
  if (!content) return [...faults, `is ${type}, which is not documented`];
  if (type === 'text/html') return faults;
  const body: unknown = JSON.parse(text);
  faults.push(...schemaFaults(content.schema, body));
  if (type === 'application/problem+json') {
    const slugs = slugsOf(operation, status);
    const { type, status: said, requestId: named } = Members.parse(body);
    if (!slugs.some((slug) => String(type).endsWith(`/problems/${slug}`))) {
      faults.push(`is of type ${String(type)}, and documented are ${slugs.join(', ')}`);
    }
    if (said !== status) faults.push(`says ${String(said)} in its body`);
    if (named !== requestId) faults.push('has another request id in its body than in its header');
  }
  return faults.map((fault) => `${operation.operationId}'s answer ${status} ${fault}: ${text.slice(0, 500)}`);
}

/** Holds what was asked and answered to the document. @throws Error naming all that differs */
export function mustBeDocumented(operation: Operation, sent: string | undefined, answer: Answer): void {
  const faults = [
    ...answerFaults(operation, answer),
    ...(answer.status < 300 ? requestFaults(operation, sent === undefined ? undefined : JSON.parse(sent)) : []),
  ];
  if (faults.length > 0) throw new Error(faults.join('\n'));
}
