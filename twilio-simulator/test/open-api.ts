import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** As much of OpenAPI's schema language as Twilio's specification uses. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly nullable?: boolean;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
}
interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, Content>> }>>;
}
interface Content {
  readonly schema: Schema;
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
}
interface Specification {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const file = readFileSync(join(__dirname, 'fixtures/twilio-api-v2010-calls.json'), 'utf8');
export const specification = JSON.parse(file) as Specification;

/**
 * Where the specification is laxer or stricter than what Twilio does:
 * no schema names required keys, and the reason a conference ended is null while it runs though its enum says otherwise.
 */
const nullableEnums = new Set(['#/components/schemas/conference_enum_reason_conference_ended']);

const formats: Readonly<Record<string, (value: string) => boolean>> = {
  'date-time-rfc-2822': (value) =>
    /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} \+0000$/.test(value),
  currency: (value) => /^[A-Z]{3}$/.test(value),
  uri: (value) => URL.canParse(value, 'https://api.twilio.com'),
};

/** Every fault of a value against a schema; all documented keys are required and no others allowed. */
export function faults(value: unknown, schema: Schema, path = '$'): string[] {
  if (schema.$ref !== undefined) {
    if (value === null && nullableEnums.has(schema.$ref)) return [];
    const target = specification.components.schemas[schema.$ref.replace('#/components/schemas/', '')];
    return target ? faults(value, target, path) : [`${path}: no schema ${schema.$ref}`];
  }
  if (value === null) return schema.nullable === true ? [] : [`${path}: null`];
  if (schema.enum && !schema.enum.includes(value)) return [`${path}: ${JSON.stringify(value)} is not in the enum`];
  switch (schema.type) {
    case 'object': {
      if (typeof value !== 'object' || Array.isArray(value)) return [`${path}: no object`];
      if (schema.properties === undefined) return [];
      const known = Object.entries(schema.properties);
      const missing = known.filter(([key]) => !(key in value)).map(([key]) => `${path}.${key}: missing`);
      return [
        ...missing,
        ...Object.entries(value).flatMap(([key, item]: [string, unknown]) => {
          const own = schema.properties?.[key];
          return own ? faults(item, own, `${path}.${key}`) : [`${path}.${key}: unknown`];
        }),
      ];
    }
    case 'array':
      return Array.isArray(value)
        ? value.flatMap((item, index) => faults(item, schema.items ?? {}, `${path}[${index}]`))
        : [`${path}: no array`];
    case 'integer':
      return Number.isInteger(value) ? [] : [`${path}: no integer`];
    case 'boolean':
      return typeof value === 'boolean' ? [] : [`${path}: no boolean`];
    case 'string': {
      if (typeof value !== 'string') return [`${path}: no string`];
      const wrong =
        (schema.pattern !== undefined && !new RegExp(schema.pattern).test(value)) ||
        (schema.minLength !== undefined && value.length < schema.minLength) ||
        (schema.maxLength !== undefined && value.length > schema.maxLength) ||
        (schema.format !== undefined && formats[schema.format]?.(value) === false);
      return wrong ? [`${path}: "${value}" does not fit`] : [];
    }
    case undefined:
    default:
      return [];
  }
}

/** The operation a request is for, with the parameters of its path filled in. */
export function operationOf(method: string, path: string): Operation | undefined {
  for (const [template, operations] of Object.entries(specification.paths)) {
    const pattern = new RegExp(`^${template.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+?')}$`);
    if (pattern.test(path)) return operations[method.toLowerCase()];
  }
  return undefined;
}

/** Faults of one exchange: unknown or ill-formed request parameters, an answer that does not fit. */
export function exchangeFaults(exchange: {
  readonly method: string;
  readonly url: string;
  readonly form: URLSearchParams;
  readonly status: number;
  readonly body: string;
}): string[] {
  const { pathname, searchParams } = new URL(exchange.url);
  const operation = operationOf(exchange.method, pathname);
  if (operation === undefined) return [`${exchange.method} ${pathname} is not in the specification`];
  const name = operation.operationId;
  const form = Object.values(operation.requestBody?.content ?? {})[0]?.schema;
  const query = Object.fromEntries(
    (operation.parameters ?? []).filter((one) => one.in === 'query').map((one) => [one.name, one.schema]),
  );
  const sent = [
    ...[...exchange.form.keys()].filter((key) => !form?.properties?.[key]),
    ...[...searchParams.keys()].filter((key) => !query[key]),
  ].map((key) => `${name}: request parameter ${key} is unknown`);
  const missing = (form?.required ?? [])
    .filter((key) => !exchange.form.has(key))
    .map((key) => `${name}: ${key} is missing`);
  const answer = operation.responses[String(exchange.status)];
  if (answer === undefined) return [...sent, ...missing, `${name}: status ${exchange.status}`];
  const schema = Object.values(answer.content ?? {})[0]?.schema;
  const body =
    schema === undefined ? (exchange.body === '' ? [] : ['a body']) : faults(JSON.parse(exchange.body), schema);
  return [...sent, ...missing, ...body.map((fault) => `${name}: ${fault}`)];
}

/** The parameters of an operation's form. */
export function parametersOf(operationId: string): string[] {
  const operation = Object.values(specification.paths)
    .flatMap((operations) => Object.values(operations))
    .find((one) => one.operationId === operationId);
  return Object.keys(Object.values(operation?.requestBody?.content ?? {})[0]?.schema.properties ?? {});
}
