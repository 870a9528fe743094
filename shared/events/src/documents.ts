import * as z from 'zod';
import type { EventContract } from './define-event';
import { jsonSchemaOf, type SchemaNode } from './json-schema';

// What is generated from the contracts for other systems: nothing of it is needed to publish or to hear an event.
export { fieldsOf, jsonSchemaOf, schemaIdOf, type Field, type SchemaNode } from './json-schema';
export { explainedFields, meaningOf, type Mark, type Meaning } from './meanings';

/** An event as a rule delivers it. */
export function deliveredExample(contract: EventContract): Record<string, unknown> {
  return {
    version: '0',
    id: '6a7e8feb-b491-4cf7-a9f1-bf3703467718',
    'detail-type': contract.detailType,
    source: contract.source,
    account: '123456789012',
    time: contract.example.metadata.occurredAt,
    region: 'us-east-1',
    resources: [],
    detail: contract.example,
  };
}

/** For whoever hears events: fields may be added and words too, and neither is to stop a consumer. */
function tolerant(node: SchemaNode): SchemaNode {
  const { additionalProperties: _additional, enum: words, properties, items, anyOf, ...rest } = node;
  return {
    ...rest,
    ...(words && { 'x-words': words }),
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, tolerant(field)])),
    }),
    ...(items && { items: tolerant(items) }),
    ...(anyOf && { anyOf: anyOf.map(tolerant) }),
  };
}

/** The event as a rule delivers it, EventBridge's own fields included. */
function deliveredSchema(contract: EventContract, draft: 'draft-4' | 'draft-7'): SchemaNode {
  const { $schema: _, $id: __, title, description, ...detail } = jsonSchemaOf(contract, draft);
  const text = { type: 'string' };
  return {
    title,
    description,
    type: 'object',
    required: ['detail-type', 'source', 'time', 'detail'],
    properties: {
      version: text,
      id: text,
      'detail-type': { type: 'string', enum: [contract.detailType] },
      source: { type: 'string', enum: [contract.source] },
      account: text,
      time: { type: 'string', format: 'date-time' },
      region: text,
      resources: { type: 'array', items: text },
      'replay-name': { type: 'string', description: 'There when the event is replayed and not new' },
      detail: tolerant(detail),
    },
  };
}

/** The name and content of an event in EventBridge's schema registry, which takes JSON Schema of draft 4 for whole events. */
export function registryDocument(contract: EventContract): { readonly name: string; readonly content: SchemaNode } {
  return {
    name: `${contract.source}@${contract.detailType}`,
    content: { $schema: 'http://json-schema.org/draft-04/schema#', ...deliveredSchema(contract, 'draft-4') },
  };
}

/** What a consumer reads of which events; generated from what its handlers do. */
export const ConsumerManifest = z.object({
  consumer: z.string(),
  handlers: z.record(
    z.string(),
    z.record(z.string(), z.object({ version: z.int().positive(), reads: z.array(z.string()) })),
  ),
});
export type ConsumerManifest = z.infer<typeof ConsumerManifest>;

/** The services that hear an event, and by which handlers. */
export function hearersOf(detailType: string, manifests: readonly ConsumerManifest[]) {
  return manifests.flatMap(({ consumer, handlers }) => {
    const names = Object.keys(handlers).filter((name) => Object.hasOwn(handlers[name] ?? {}, detailType));
    return names.length > 0 ? [{ consumer, handlers: names }] : [];
  });
}

export const serviceOf = ({ source }: Pick<EventContract, 'source'>): string => source.replace('appointments.', '');

const upper = (word: string) => word.slice(0, 1).toUpperCase() + word.slice(1);

/** An AsyncAPI 3 document of the bus: who publishes and who hears which event. */
export function asyncApi(
  contracts: readonly EventContract[],
  manifests: readonly ConsumerManifest[],
  version: string,
): Record<string, unknown> {
  const ref = ({ detailType }: EventContract) => ({ $ref: `#/channels/bus/messages/${detailType}` });
  const operation = (action: 'send' | 'receive', service: string, contract: EventContract, summary: string) => ({
    action,
    summary,
    tags: [{ name: service }],
    channel: { $ref: '#/channels/bus' },
    messages: [ref(contract)],
  });
  const operations = contracts.flatMap((contract) => [
    [
      `${serviceOf(contract)}Publishes${contract.detailType}`,
      operation('send', serviceOf(contract), contract, contract.description),
    ],
    ...hearersOf(contract.detailType, manifests).map(({ consumer, handlers }) => [
      `${consumer}Hears${upper(contract.detailType)}`,
      operation('receive', consumer, contract, `Heard by ${handlers.join(' and ')}`),
    ]),
  ]);
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Appointments',
      version,
      description:
        'Every event of the house. Others may subscribe to any of them; each source is its own service’s alone to publish.',
      license: { name: 'MIT' },
    },
    defaultContentType: 'application/json',
    channels: {
      bus: {
        address: 'appointments-{stage}',
        title: 'The EventBridge bus of a stage',
        parameters: { stage: { description: 'The name of the stage', examples: ['dev', 'prod'] } },
        messages: Object.fromEntries(
          contracts.map(({ detailType }) => [detailType, { $ref: `#/components/messages/${detailType}` }]),
        ),
      },
    },
    operations: Object.fromEntries(operations),
    components: {
      messages: Object.fromEntries(
        contracts.map((contract) => [
          contract.detailType,
          {
            name: contract.detailType,
            title: contract.detailType,
            summary: contract.description,
            correlationId: { location: '$message.payload#/detail/metadata/correlationId' },
            payload: deliveredSchema(contract, 'draft-7'),
            examples: [{ payload: deliveredExample(contract) }],
          },
        ]),
      ),
    },
  };
}
