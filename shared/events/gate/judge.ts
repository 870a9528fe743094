import * as z from 'zod';
import type { EventContract } from '../src/define-event';
import { hearersOf, jsonSchemaOf, type ConsumerManifest, type SchemaNode } from '../src/documents';
import { compareSchemas, type Change } from './compare';

const Contract = z.object({
  source: z.string(),
  version: z.int().positive(),
  schema: z.record(z.string(), z.unknown()) as unknown as z.ZodType<SchemaNode>,
});

/** What was promised to others when the package was last released, and how it came to that. */
export const Released = z.object({
  version: z.string(),
  history: z.array(
    z.object({ version: z.string(), changes: z.array(z.object({ event: z.string(), says: z.string() })) }),
  ),
  events: z.record(z.string(), Contract),
});
export type Released = z.infer<typeof Released>;
export type Events = Released['events'];

/** The contracts as they stand, in the form in which they are released. */
export function presentEvents(contracts: readonly EventContract[]): Events {
  return Object.fromEntries(
    contracts.map((contract) => [
      contract.detailType,
      { source: contract.source, version: contract.version, schema: jsonSchemaOf(contract) },
    ]),
  );
}

interface EventChange extends Change {
  readonly event: string;
}

function changesOf(released: Events, present: Events): readonly EventChange[] {
  const gone = Object.entries(released).flatMap(([event, before]): readonly EventChange[] => {
    const after = present[event];
    if (!after) return [{ event, kind: 'breaks', path: '', what: 'was removed' }];
    const beside = `publish ${event}V${after.version} beside it instead`;
    return [
      ...(before.version === after.version
        ? []
        : [
            {
              event,
              kind: 'breaks',
              path: '',
              what: `has version ${after.version} and had ${before.version} (${beside})`,
            } as const,
          ]),
      ...(before.source === after.source
        ? []
        : [
            {
              event,
              kind: 'breaks',
              path: '',
              what: `comes from ${after.source} and came from ${before.source}`,
            } as const,
          ]),
      ...compareSchemas(before.schema, after.schema).map((change) => ({ ...change, event })),
    ];
  });
  const added = Object.keys(present)
    .filter((event) => !Object.hasOwn(released, event))
    .map((event): EventChange => ({ event, kind: 'adds', path: '', what: 'is new' }));
  return [...gone, ...added];
}

export interface Judgement {
  /** One sentence for each change that must not be made: which event and field, what changed, and whom it breaks. */
  readonly breaks: readonly string[];
  /** What may be released, in words; a changeset tells others of it. */
  readonly adds: readonly { readonly event: string; readonly says: string }[];
}

/** Holds the contracts as they stand against those that were released. */
export function judge(released: Events, present: Events, manifests: readonly ConsumerManifest[]): Judgement {
  const changes = changesOf(released, present);
  return {
    breaks: changes
      .filter(({ kind }) => kind === 'breaks')
      .map((change) => `${change.event}: ${sentence(change)}${whom(change, manifests)}.`),
    adds: changes
      .filter(({ kind }) => kind === 'adds')
      .map((change) => ({ event: change.event, says: sentence(change) })),
  };
}

const sentence = ({ path, what }: Change) => (path === '' ? `it ${what}` : `${path} ${what}`);

function whom({ event, path }: EventChange, manifests: readonly ConsumerManifest[]): string {
  const readers = manifests.flatMap(({ consumer, handlers }) => {
    const names = Object.keys(handlers).filter((name) =>
      handlers[name]?.[event]?.reads.some((read) => isWithin(read, path) || isWithin(path, read)),
    );
    return names.length > 0 ? [`${consumer} (${names.join(', ')})`] : [];
  });
  if (readers.length > 0) return `, which breaks ${listed(readers)}, which ${readers.length > 1 ? 'read' : 'reads'} it`;
  const hearers = hearersOf(event, manifests).map(({ consumer }) => consumer);
  const heard = hearers.length > 0 ? `, which breaks the check of ${listed(hearers)} on events of the other form` : '';
  return `${heard}; no consumer here reads it, but other systems may`;
}

/** `a`, `a and b`, `a, b and c`. */
function listed(names: readonly string[]): string {
  return [names.slice(0, -1).join(', '), names.at(-1)].filter((part) => part !== '').join(' and ');
}

/** Whether a field is the one at `path` or below it. */
function isWithin(field: string, path: string): boolean {
  return path === '' || field === path || field.startsWith(`${path}.`) || field.startsWith(`${path}[`);
}
