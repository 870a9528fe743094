import * as z from 'zod';
import type { EventContract } from './define-event';
import { meaningOf } from './meanings';

/** A JSON Schema node, as far as this package makes them. */
export interface SchemaNode {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
  readonly enum?: readonly string[];
  readonly description?: string | undefined;
  readonly [keyword: string]: unknown;
}

/**
 * What a publisher is held to, as JSON Schema (2020-12) of the event's detail: closed vocabularies, what each field means
 * (`description`, and in one word `x-meaning`) and personal data (`x-personal`).
 */
export function jsonSchemaOf(
  contract: EventContract,
  target: 'draft-2020-12' | 'draft-7' | 'draft-4' = 'draft-2020-12',
): SchemaNode {
  const schema = z.toJSONSchema(contract.schema(), { io: 'input', target }) as SchemaNode;
  const { $schema, ...rest } = explained(contract, schema, '');
  return { $schema, $id: schemaIdOf(contract), title: contract.detailType, ...rest, description: contract.description };
}

/** How the schema of an event and version is named wherever it stands. */
export function schemaIdOf({ detailType, version }: Pick<EventContract, 'detailType' | 'version'>): string {
  return `urn:appointments:event:${detailType}:${version}`;
}

/** The schema with what is known of every field. */
function explained(contract: EventContract, node: SchemaNode, path: string): SchemaNode {
  const { properties, items, anyOf, ...rest } = node;
  const meaning = path === '' ? undefined : meaningOf(contract.detailType, path);
  return {
    ...rest,
    ...instantForm(rest),
    ...(meaning && { description: meaning.says, 'x-meaning': meaning.is }),
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, field]) => [
          name,
          explained(contract, field, path === '' ? name : `${path}.${name}`),
        ]),
      ),
    }),
    ...(items && { items: explained(contract, items, `${path}[]`) }),
    ...(anyOf && { anyOf: anyOf.map((branch) => withoutMeaning(explained(contract, branch, path))) }),
  };
}

/** Of instants, what `format` does not say: whether they must be in UTC. zod's own pattern is long, and may be put otherwise by its next release. */
function instantForm({ format, pattern }: SchemaNode): SchemaNode {
  if (format !== 'date-time' || typeof pattern !== 'string') return {};
  const takesOffsets = new RegExp(pattern).test('2026-12-01T16:00:00+01:00');
  return { pattern: takesOffsets ? undefined : 'Z$' };
}

/** What is said of a field is said once, and not of each form it may have. */
function withoutMeaning(node: SchemaNode): SchemaNode {
  const sayings = new Set(['description', 'x-meaning']);
  return Object.fromEntries(Object.entries(node).filter(([keyword]) => !sayings.has(keyword)));
}

/** A field of an event: its path from the detail (`data.client.phone`, `data.attempts[].leg`), and its schema. */
export interface Field {
  readonly path: string;
  readonly schema: SchemaNode;
  readonly isRequired: boolean;
}

/** All fields of a schema, groups before what is in them. */
export function fieldsOf(schema: SchemaNode, path = ''): Field[] {
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const at = path === '' ? name : `${path}.${name}`;
    return [{ path: at, schema: field, isRequired: schema.required?.includes(name) ?? false }, ...fieldsOf(field, at)];
  });
  const listed = schema.items ? fieldsOf(schema.items, `${path}[]`) : [];
  return [...own, ...listed, ...(schema.anyOf ?? []).flatMap((branch) => fieldsOf(branch, path))];
}
