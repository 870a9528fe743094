import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { generate } from './generate.mjs';

const operation = (more: object = {}) => ({
  operationId: 'getThings',
  summary: 'Things',
  responses: { '200': { content: { 'application/json': { schema: { $ref: '#/components/schemas/Things' } } } } },
  ...more,
});
const document = (more: object = {}, schemas: object = {}) => ({
  paths: { '/things': { get: operation(more) } },
  components: {
    schemas: {
      Things: { type: 'object', properties: { things: { type: 'array', items: { type: 'string' } } } },
      ...schemas,
    },
    examples: { 'not-json': {} },
  },
});
const query = (name: string, more: object = {}) => ({ name, in: 'query', schema: { type: 'string' }, ...more });
const withSchema = (schema: object) => document({}, { Things: { type: 'object', properties: { it: schema } } });

describe('the generated client', () => {
  it('is the committed one: run the build after a change of the API’s document', () => {
    const committed = readFileSync(join(__dirname, 'src/api.generated.ts'), 'utf8');
    const openapi: unknown = JSON.parse(readFileSync(join(__dirname, '../../docs/openapi.json'), 'utf8'));

    expect(generate(openapi)).toBe(committed);
  });

  it.each([
    [{ type: 'string', enum: ['a', "b'"] }, "it?: Open<'a' | 'b\\''>"],
    [{ type: ['string', 'null'] }, 'it?: string | null'],
    [{ anyOf: [{ type: 'integer' }, { type: 'null' }] }, 'it?: number | null'],
    [{ oneOf: [{ const: true }, { type: 'object', properties: { wording: { type: 'string' } } }] }, 'it?: true | {'],
    [
      { type: 'array', items: { anyOf: [{ type: 'string' }, { type: 'number' }] } },
      'it?: readonly (string | number)[]',
    ],
    [{ type: 'object', additionalProperties: { type: 'boolean' } }, 'it?: { readonly [name: string]: boolean }'],
    [{ description: 'Anything.' }, 'it?: unknown'],
    [{ $ref: '#/components/schemas/Things' }, 'it?: Things'],
  ])('has %j as a type', (schema, type) => {
    expect(generate(withSchema(schema))).toContain(`readonly ${type}`);
  });

  it('lets answers have words that are not known yet, and what is asked only those that are', () => {
    const words = { type: 'string', enum: ['a', 'b'] };
    const text = generate(
      document(
        { requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Ask' } } } } },
        {
          Ask: { type: 'object', properties: { word: words } },
          Things: { type: 'object', properties: { word: words } },
        },
      ),
    );

    expect(text).toContain("readonly word?: 'a' | 'b' | undefined;");
    expect(text).toContain("readonly word?: Open<'a' | 'b'>;");
  });

  it('stops at a schema that it does not understand', () => {
    expect(() => generate(withSchema({ type: 'tuple' }))).toThrow('a schema is not understood');
    expect(() => generate(withSchema({ $ref: 'elsewhere.json' }))).toThrow('elsewhere.json is not understood');
    expect(() => generate(document({ operationId: undefined }))).toThrow('get /things has no operationId');
    expect(() => generate(document({ responses: {} }))).toThrow('getThings has no good answer');
  });

  it('reads page after page where an operation takes a cursor and answers with the next', () => {
    const paged = document(
      { parameters: [query('cursor'), query('limit', { schema: { type: 'integer' } })] },
      {
        Things: {
          type: 'object',
          properties: { things: { type: 'array', items: { type: 'string' } }, next: { type: 'string' } },
        },
      },
    );

    expect(generate(paged)).toContain(
      "readonly each: (parameters?: GetThingsParameters, options?: CallOptions) => AsyncIterable<Things['things'][number]>",
    );
    expect(generate(document({ parameters: [query('cursor')] }))).not.toContain('readonly each');
  });

  it('takes headers as parameters, but those that the client sets by itself', () => {
    const headers = ['Idempotency-Key', 'If-None-Match', 'If-Match'];
    const text = generate(
      document({ parameters: headers.map((name) => ({ name, in: 'header', schema: { type: 'string' } })) }),
    );

    expect(text).toContain('getThings: (parameters?: GetThingsParameters, options?: IdempotentCallOptions)');
    expect(text).toContain("headers: { ifMatch: 'if-match' }");
    expect(text).not.toContain('ifNoneMatch');
  });

  it('gives staff’s operations to staff alone, and asks a client of an appointment for the manage token', () => {
    const text = generate({
      paths: {
        '/a': { get: operation({ operationId: 'getA', security: [{ manageToken: [] }] }) },
        '/b': { get: operation({ operationId: 'getB', security: [{ staff: [] }] }) },
      },
      components: document().components,
    });
    const [publicly = '', staff = ''] = text.split('export interface StaffOperations');

    expect(publicly).toContain('readonly getA: (parameters: GetAParameters, options?');
    expect(staff).toContain('readonly getB: (options?');
    expect(publicly.split('export interface PublicOperations')[1]).not.toContain('getB');
  });

  it('answers nothing where there is nothing to answer', () => {
    expect(generate(document({ responses: { '204': { description: 'Done.' } } }))).toContain(
      'readonly getThings: (options?: CallOptions) => Promise<void>;',
    );
  });
});
