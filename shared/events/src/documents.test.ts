import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import Ajv from 'ajv';
import AjvDraft4 from 'ajv-draft-04';
import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import {
  asyncApi,
  deliveredExample,
  explainedFields,
  fieldsOf,
  hearersOf,
  jsonSchemaOf,
  meaningOf,
  registryDocument,
  type ConsumerManifest,
  type SchemaNode,
} from './documents';
import { ALL_EVENTS, AppointmentCreated, CallFailed } from './index';

const manifests: readonly ConsumerManifest[] = [
  {
    consumer: 'crm',
    handlers: {
      'take-note': { AppointmentCreated: { version: 1, reads: [] }, CallFailed: { version: 1, reads: [] } },
      'ring-bell': { CallFailed: { version: 1, reads: [] } },
    },
  },
];
const document = asyncApi(ALL_EVENTS, manifests, '1.2.3');
const each = ALL_EVENTS.map((contract) => [contract.detailType, contract] as const);

/** Keywords of our own, which say what a value means and hold it to nothing. */
const OURS = ['x-personal', 'x-meaning', 'x-words'];
/** A validator that refuses keywords it does not know. */
function knowing<Validator extends Ajv | Ajv2020>(validator: Validator): Validator {
  addFormats(validator);
  for (const keyword of OURS) validator.addKeyword(keyword);
  return validator;
}

/** With a field of its data that is not in the contract. */
const withColour = (event: Record<string, unknown>) => {
  const detail = event['detail'] as { data: object };
  return { ...event, detail: { ...detail, data: { ...detail.data, colour: 'blue' } } };
};

describe('what is generated from a contract', () => {
  it.each(each)('%s: its JSON Schema takes the example, and nothing beyond the contract', (_, contract) => {
    const validate = knowing(new Ajv2020({ strict: true, strictRequired: false })).compile(jsonSchemaOf(contract));

    expect(validate(contract.example)).toBe(true);
    expect(validate({ ...contract.example, colour: 'blue' })).toBe(false);
    expect(jsonSchemaOf(contract)['$id']).toBe(`urn:appointments:event:${contract.detailType}:1`);
  });

  it.each(each)(
    '%s: its document for the schema registry is JSON Schema of draft 4 for the delivered event',
    (_, contract) => {
      const { name, content } = registryDocument(contract);
      const validator = knowing(new AjvDraft4({ strict: true, strictRequired: false }));
      const validate = validator.compile(content);

      expect(name).toBe(`${contract.source}@${contract.detailType}`);
      expect(validator.validateSchema(content)).toBe(true);
      expect(validate(deliveredExample(contract))).toBe(true);
      expect(validate(withColour(deliveredExample(contract)))).toBe(true);
      expect(validate({ ...deliveredExample(contract), detail: { ...contract.example, data: {} } })).toBe(false);
      expect(validate({ ...deliveredExample(contract), source: 'somebody.else' })).toBe(false);
      // Draft 4 has no numeric exclusive bounds and no const.
      expect(JSON.stringify(content)).not.toMatch(/"(exclusiveMinimum|exclusiveMaximum)":-?\d|"const":/);
    },
  );

  it.each(each)('%s: says of every field what it means, and of none that is gone', (_, contract) => {
    const paths = fieldsOf(jsonSchemaOf(contract)).map(({ path }) => path);

    expect(paths.filter((path) => meaningOf(contract.detailType, path) === undefined)).toEqual([]);
    expect(explainedFields(contract.detailType).filter((path) => !paths.includes(path))).toEqual([]);
  });

  it('says of a field that may be null once what it means', () => {
    const callFailed = ALL_EVENTS.find(({ detailType }) => detailType === 'CallFailed');
    const { leg } = (callFailed && jsonSchemaOf(callFailed).properties?.['data']?.properties) ?? {};

    expect(leg).toEqual({
      anyOf: [{ type: 'string', enum: ['agent', 'client'] }, { type: 'null' }],
      description: expect.stringMatching(/^On whose side/),
      'x-meaning': 'word',
    });
  });
});

describe('documents for consumers', () => {
  it('bear words and fields that are not known, and name those that are', () => {
    const { content } = registryDocument(CallFailed);
    const validate = knowing(new AjvDraft4({ strict: true, strictRequired: false })).compile(content);
    const { metadata, data } = CallFailed.example;

    expect(
      validate({ ...deliveredExample(CallFailed), detail: { metadata, data: { ...data, reason: 'solar-flare' } } }),
    ).toBe(true);
    expect(JSON.stringify(content)).toContain('"x-words":["agent-unreachable",');
  });

  it('say of an instant that it is in UTC, and of a wall time that it has its offset, in words that no library chose', () => {
    const { startsAt, localStart } = jsonSchemaOf(AppointmentCreated).properties?.['data']?.properties ?? {};

    expect(startsAt).toMatchObject({ format: 'date-time', pattern: 'Z$', 'x-meaning': 'instant' });
    expect(localStart?.properties?.['client']).toMatchObject({ format: 'date-time', 'x-meaning': 'wall-time' });
    expect(localStart?.properties?.['client']?.['pattern']).toBeUndefined();
  });
});

describe('the AsyncAPI document', () => {
  it('is valid by the schema that AsyncAPI publishes', () => {
    const schema = readFileSync(require.resolve('@asyncapi/specs/schemas/3.0.0-without-$id.json'), 'utf8');
    const validator = new Ajv({ strict: false, allErrors: true });
    addFormats(validator);
    const validate = validator.compile(JSON.parse(schema) as object);

    expect([validate(document), validate.errors]).toEqual([true, null]);
    expect(validate({ ...document, channels: { bus: { messages: 12 } } })).toBe(false);
  });

  it('has for every event a message whose payload takes its own example', () => {
    const { messages } = (
      document as {
        components: { messages: Record<string, { payload: SchemaNode; examples: { payload: unknown }[] }> };
      }
    ).components;

    expect(Object.keys(messages)).toEqual(ALL_EVENTS.map(({ detailType }) => detailType));
    for (const { payload, examples } of Object.values(messages)) {
      const validate = knowing(new Ajv({ strict: true, strictRequired: false })).compile(payload);
      expect(examples.map((example) => validate(example.payload))).toEqual([true]);
    }
  });

  it('refers to nothing that is not there', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path = '']) => path);
    const found = references.filter((path) =>
      path.split('/').reduce<unknown>((node, name) => (node as Record<string, unknown> | undefined)?.[name], document),
    );

    expect(references.length).toBeGreaterThan(0);
    expect(found).toEqual(references);
  });

  it('says who publishes and who hears', () => {
    const { operations } = document as { operations: Record<string, { action: string; summary: string }> };
    const heard = Object.entries(operations).filter(([, { action }]) => action === 'receive');

    expect(Object.values(operations).filter(({ action }) => action === 'send')).toHaveLength(ALL_EVENTS.length);
    expect(heard.map(([id, { summary }]) => [id, summary])).toEqual([
      ['crmHearsAppointmentCreated', 'Heard by take-note'],
      ['crmHearsCallFailed', 'Heard by take-note and ring-bell'],
    ]);
    expect(hearersOf('CallDue', manifests)).toEqual([]);
  });
});
