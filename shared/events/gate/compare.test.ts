import { describe, expect, it } from '@jest/globals';
import Ajv2020 from 'ajv/dist/2020';
import * as fc from 'fast-check';
import type { SchemaNode } from '../src/documents';
import { compareSchemas } from './compare';

const LETTERS = ['a', 'b', 'c', 'd', 'e'] as const;
const optional = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });

/** Without what is undefined, as JSON has it. */
const clean = (node: Record<string, unknown>): SchemaNode => JSON.parse(JSON.stringify(node)) as SchemaNode;

const { schema: schemas } = fc.letrec<{ schema: SchemaNode }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3 },
    fc
      .record({ min: optional(fc.nat(3)), max: optional(fc.integer({ min: 4, max: 8 })) })
      .map(({ min, max }) => clean({ type: 'string', minLength: min, maxLength: max })),
    fc.subarray([...LETTERS], { minLength: 2, maxLength: 4 }).map((words) => clean({ type: 'string', enum: words })),
    fc
      .record({
        type: fc.constantFrom('integer', 'number'),
        minimum: optional(fc.integer({ min: -9, max: 0 })),
        exclusiveMinimum: optional(fc.integer({ min: -9, max: 0 })),
        maximum: optional(fc.integer({ min: 3, max: 9 })),
        exclusiveMaximum: optional(fc.integer({ min: 3, max: 9 })),
      })
      .map(clean),
    fc
      .record({ items: tie('schema'), max: optional(fc.integer({ min: 2, max: 4 })) })
      .map(({ items, max }) => clean({ type: 'array', items, maxItems: max })),
    fc
      .record({ fields: fc.dictionary(fc.constantFrom(...LETTERS), tie('schema')), asked: fc.subarray([...LETTERS]) })
      .map(({ fields, asked }) =>
        clean({
          type: 'object',
          properties: fields,
          required: asked.filter((name) => Object.hasOwn(fields, name)),
          additionalProperties: false,
        }),
      ),
    tie('schema').map((form) => (form.anyOf ? form : clean({ anyOf: [form, { type: 'null' }] }))),
  ),
}));

type Verdict = 'breaks' | 'adds' | 'nothing';
interface Mutant {
  readonly node: SchemaNode;
  readonly verdict: Verdict;
  readonly how: string;
}

/** Every change of one place that the schema can have, and how it is to be judged. */
function mutantsOf(node: SchemaNode): Mutant[] {
  const of = (verdict: Verdict, how: string, changes: Record<string, unknown>): Mutant => ({
    node: clean({ ...node, ...changes }),
    verdict,
    how,
  });
  const { properties = {}, required = [] } = node;
  const own = [
    of('nothing', 'is described otherwise', { description: 'In other words' }),
    of('breaks', 'becomes personal', { 'x-personal': true }),
    of('breaks', 'means something', { 'x-meaning': 'id' }),
  ];
  if (node.type === 'string' && !node.enum) {
    const [min, max] = [Number(node['minLength'] ?? 0), Number(node['maxLength'] ?? Infinity)];
    own.push(
      of('breaks', 'becomes a number', { type: 'number', minLength: undefined, maxLength: undefined }),
      of('breaks', 'is longer', { minLength: min + 1 }),
      of('breaks', 'is shorter', { maxLength: Math.min(max, 9) - 1 }),
      of('breaks', 'has a form', { pattern: '^a' }),
      of('breaks', 'takes words alone', { enum: ['a'] }),
    );
    if (min > 0) own.push(of('adds', 'may be shorter', { minLength: min - 1 }));
    if (max < Infinity) own.push(of('adds', 'may be longer', { maxLength: max + 1 }));
    if (max < Infinity) own.push(of('adds', 'may be of any length', { maxLength: undefined }));
  }
  if (node.enum) {
    own.push(
      of('breaks', 'loses a word', { enum: node.enum.slice(1) }),
      of('adds', 'gets a word', { enum: ['z', ...node.enum] }),
      of('adds', 'takes any word', { enum: undefined }),
      of('nothing', 'has its words in another order', { enum: node.enum.toReversed() }),
    );
  }
  if (node.type === 'integer' || node.type === 'number') {
    own.push(
      of('breaks', 'is of the other type of numbers', { type: node.type === 'integer' ? 'number' : 'integer' }),
      of('breaks', 'is less', { exclusiveMaximum: 2 }),
      of('breaks', 'is more', { minimum: 2 }),
    );
    if (node['maximum'] !== undefined && node['exclusiveMaximum'] === undefined)
      own.push(of('adds', 'may be more', { maximum: Number(node['maximum']) + 1 }));
    if (node['exclusiveMinimum'] !== undefined && node['minimum'] === undefined)
      own.push(
        of('adds', 'may be the bound itself', { exclusiveMinimum: undefined, minimum: node['exclusiveMinimum'] }),
      );
  }
  if (node.type === 'array')
    own.push(of('breaks', 'is never empty', { minItems: 1 }), of('breaks', 'is a shorter list', { maxItems: 1 }));
  if (node.anyOf) {
    own.push(of('breaks', 'is never null', { ...node.anyOf[0], anyOf: undefined }));
  } else if (node.type === 'object') {
    const form = { type: undefined, properties: undefined, required: undefined, additionalProperties: undefined };
    own.push(of('breaks', 'may be null', { ...form, anyOf: [node, { type: 'null' }] }));
  }
  if (node.type === 'object') {
    own.push(
      of('adds', 'has a new optional field', { properties: { ...properties, new: { type: 'string' } } }),
      of('breaks', 'has a new field that must be there', {
        properties: { ...properties, new: { type: 'string' } },
        required: [...required, 'new'],
      }),
      of('adds', 'takes further fields', { additionalProperties: undefined }),
    );
    for (const name of Object.keys(properties)) {
      const { [name]: _, ...others } = properties;
      const isAsked = required.includes(name);
      const rest = required.filter((other) => other !== name);
      own.push(
        of('breaks', `loses ${name}`, { properties: others, required: rest }),
        of('breaks', `${isAsked ? 'may lack' : 'must have'} ${name}`, {
          required: isAsked ? rest : [...required, name],
        }),
      );
    }
  }
  const below = [
    ...Object.entries(properties).flatMap(([name, field]) =>
      mutantsOf(field).map((mutant) => ({
        ...mutant,
        node: clean({ ...node, properties: { ...properties, [name]: mutant.node } }),
      })),
    ),
    ...(node.items
      ? mutantsOf(node.items).map((mutant) => ({ ...mutant, node: clean({ ...node, items: mutant.node }) }))
      : []),
    ...(node.anyOf?.[0]
      ? mutantsOf(node.anyOf[0])
          .filter(({ how }) => how !== 'may be null')
          .map((mutant) => ({ ...mutant, node: clean({ ...node, anyOf: [mutant.node, { type: 'null' }] }) }))
      : []),
  ];
  return [...own, ...below];
}

/** A value that the schema takes. */
function valuesOf(node: SchemaNode): fc.Arbitrary<unknown> {
  if (node.anyOf) return fc.oneof(fc.constant(null), valuesOf(node.anyOf[0] ?? {}));
  if (node.enum) return fc.constantFrom(...node.enum);
  const numberOf = (name: string, otherwise: number) => Number(node[name] ?? otherwise);
  if (node.type === 'string')
    return fc.string({ minLength: numberOf('minLength', 0), maxLength: numberOf('maxLength', 12) });
  if (node.type === 'integer' || node.type === 'number') {
    const min = Math.max(numberOf('minimum', -20), numberOf('exclusiveMinimum', -20) + 1);
    const max = Math.min(numberOf('maximum', 20), numberOf('exclusiveMaximum', 20) - 1);
    return fc.integer({ min, max });
  }
  if (node.type === 'array') {
    const lengths = { minLength: numberOf('minItems', 0), maxLength: numberOf('maxItems', 3) };
    return fc.array(valuesOf(node.items ?? {}), lengths);
  }
  const fields = Object.entries(node.properties ?? {}).map(([name, field]) => [name, valuesOf(field)] as const);
  return fc.record(Object.fromEntries(fields), { requiredKeys: [...(node.required ?? [])] });
}

const judged = (before: SchemaNode, after: SchemaNode): Verdict => {
  const kinds = new Set(compareSchemas(before, after).map(({ kind }) => kind));
  return kinds.has('breaks') ? 'breaks' : kinds.has('adds') ? 'adds' : 'nothing';
};

describe('a change of a schema', () => {
  it('is found where it narrows, passed where it widens, and not seen where it only says the same otherwise', () => {
    fc.assert(
      fc.property(schemas, (schema) => {
        expect(judged(schema, schema)).toBe('nothing');
        const wrong = mutantsOf(schema)
          .filter(({ node, verdict }) => judged(schema, node) !== verdict)
          .map(({ node, how, verdict }) => ({ how, verdict, found: compareSchemas(schema, node), node }));
        expect(wrong).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  it('that is passed leaves every value valid that was, however many changes come together', () => {
    const ajv = new Ajv2020({ strict: false, addUsedSchema: false });
    const pairs = fc
      .record({ before: schemas, picks: fc.array(fc.nat(), { maxLength: 4 }) })
      .map(({ before, picks }) => {
        const passing = (node: SchemaNode) => mutantsOf(node).filter(({ verdict }) => verdict !== 'breaks');
        const after = picks.reduce((node, pick) => {
          const mutants = passing(node);
          return mutants[pick % mutants.length]?.node ?? node;
        }, before);
        return { before, after };
      });
    fc.assert(
      fc.property(
        pairs.chain(({ before, after }) =>
          fc.record({ before: fc.constant(before), after: fc.constant(after), value: valuesOf(before) }),
        ),
        ({ before, after, value }) => {
          expect(judged(before, after)).not.toBe('breaks');
          expect(ajv.validate(before, value)).toBe(true);
          expect(ajv.validate(after, value)).toBe(true);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('is named with its place', () => {
    const field = (phone: Record<string, unknown>) =>
      clean({
        type: 'object',
        properties: { list: { type: 'array', items: { type: 'object', properties: { phone } } } },
      });

    expect(compareSchemas(field({ type: 'string', maxLength: 9 }), field({ type: 'string', maxLength: 8 }))).toEqual([
      { kind: 'breaks', path: 'list[].phone', what: 'is held to a narrower maxLength' },
    ]);
  });
});
