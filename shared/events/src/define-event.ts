import * as z from 'zod';

/** Eight hops from the first cause are the most an event may be away; beyond them the publisher parks it (AWS stops no loop through EventBridge). */
export const MAX_HOPS = 8;

/** What every event says about itself. The same fact published again carries the same `eventId`. */
const Metadata = () =>
  z.object({
    eventId: z.string().min(1).max(256),
    eventVersion: z.int().positive(),
    occurredAt: z.iso.datetime(),
    correlationId: z.string().min(1).max(128),
    causationId: z.string().min(1).max(256).optional(),
    hops: z.int().nonnegative(),
  });
export type Metadata = z.infer<ReturnType<typeof Metadata>>;

/** The event that caused another: its id and its distance from the first cause. */
export type Cause = Pick<Metadata, 'eventId' | 'hops'>;

export interface Detail<Data> {
  readonly metadata: Metadata;
  readonly data: Data;
}

/** An event on its way to the bus. */
export interface OutgoingEvent<Data = unknown> {
  readonly source: string;
  readonly detailType: string;
  readonly detail: Detail<Data>;
}

export interface EventDefinition<Name extends string, Data extends z.ZodObject> {
  /** `appointments.<service>`: who alone may publish it. */
  readonly source: `appointments.${string}`;
  readonly detailType: Name;
  /** The contract's major version; an added optional field keeps it. */
  readonly version: number;
  /** One sentence in the past or present tense that says what happened. */
  readonly description: string;
  /**
   * Built when first asked for: every function loads every contract, and reads or publishes one or two of them, and a schema
   * takes a tenth of a millisecond for each of its fields.
   */
  readonly data: () => Data;
  /** What makes the fact unique after its name, joined by colons; deterministic. */
  readonly key: (data: z.infer<Data>) => readonly (string | number)[];
  /** What the event is about, for correlation: the appointment's id, or the agent's. */
  readonly about: (data: z.infer<Data>) => string;
  readonly example: () => z.infer<Data>;
}

export interface EventContract<Name extends string = string, Data = unknown> {
  readonly source: string;
  readonly detailType: Name;
  readonly version: number;
  readonly description: string;
  readonly example: Detail<Data>;
  /** What an EventBridge rule matches to hear exactly this event. */
  readonly pattern: { readonly source: readonly [string]; readonly 'detail-type': readonly [Name] };
  /** Builds the event. `occurredAt` is an ISO instant in UTC. */
  create(data: Data, facts: { readonly occurredAt: string; readonly cause?: Cause | undefined }): OutgoingEvent<Data>;
  /** Strict, for publishing: an unknown or missing field, or a word outside a closed vocabulary, throws {@link ContractViolation}. */
  readonly check: (detail: unknown) => Detail<Data>;
  /** Tolerant, for consuming: unknown fields are dropped, unknown words kept; what breaks the contract throws {@link ContractViolation}. */
  readonly parse: (detail: unknown) => Detail<Data>;
  /** What a publisher is held to, as zod has it; `jsonSchemaOf` makes a JSON Schema of it. */
  readonly schema: () => z.ZodType;
  /** Dotted paths below `data` that hold personal data. */
  readonly personal: readonly string[];
}

/** What is wrong at a place of an event, like `data.client.phone` and `invalid_format`. */
export interface Fault {
  readonly path: string;
  readonly fault: string;
}

/** An event that does not fit its contract. The message names paths and faults, never values: they may be personal. */
export class ContractViolation extends Error {
  override readonly name: string = 'ContractViolation';
  constructor(
    readonly detailType: string,
    readonly faults: readonly Fault[],
  ) {
    super(`${detailType}: ${faults.map(({ path, fault }) => `${path}: ${fault}`).join('; ')}`);
  }
}

/** An event of a version that is not known here. It may be whole: whoever published it is newer, or older, than this package. */
export class UnknownVersion extends ContractViolation {
  override readonly name: string = 'UnknownVersion';
  constructor(
    detailType: string,
    readonly given: number,
    readonly known: number,
  ) {
    super(detailType, [{ path: 'metadata.eventVersion', fault: `${given} is not the known version ${known}` }]);
  }
}

/** A closed vocabulary: publishers are held to its words, consumers accept an unknown word as the string it is. */
export function words<const Words extends readonly [string, ...string[]]>(vocabulary: Words) {
  return z.string().meta({ vocabulary }) as unknown as z.ZodType<Words[number] | (string & {}), string>;
}

/** Marks personal data, so that logs and exports redact it. */
export function personal<Schema extends z.ZodType>(schema: Schema): Schema {
  return schema.meta({ 'x-personal': true });
}

const Versioned = /* @__PURE__ */ once(() => z.object({ metadata: z.object({ eventVersion: z.int().positive() }) }));

/**
 * Defines an event once: its type, rule pattern, strict check, tolerant parser and JSON Schema all come from this object.
 * Its calls are marked as pure, so that bundlers leave out the events that nobody imports.
 */
export function defineEvent<const Name extends string, Data extends z.ZodObject>(
  definition: EventDefinition<Name, Data>,
): EventContract<Name, z.infer<Data>> {
  type D = z.infer<Data>;
  const { source, detailType, version, description, data } = definition;
  const tolerant = once(() => z.object({ metadata: Metadata(), data: data() }));
  const strict = once(() => strictly(tolerant()));
  const personal = once(() => personalPaths(data()));

  const read = (schema: z.ZodType, detail: unknown): Detail<D> => {
    const result = schema.safeParse(detail);
    // The version is looked at first: what another one looks like is not this contract's to judge.
    const given = result.success ? (result.data as Detail<D>).metadata.eventVersion : versionIn(detail);
    if (given !== undefined && given !== version) throw new UnknownVersion(detailType, given, version);
    if (!result.success) throw new ContractViolation(detailType, faultsIn(result.error));
    return result.data as Detail<D>;
  };

  const create: EventContract<Name, D>['create'] = (payload, { occurredAt, cause }) => ({
    source,
    detailType,
    detail: {
      metadata: {
        eventId: [detailType, ...definition.key(payload)].join(':'),
        eventVersion: version,
        occurredAt,
        correlationId: definition.about(payload),
        ...(cause && { causationId: cause.eventId }),
        hops: cause ? cause.hops + 1 : 0,
      },
      data: payload,
    },
  });

  const example = once(() => create(definition.example(), { occurredAt: '2026-12-01T15:00:00.000Z' }).detail);

  return {
    source,
    detailType,
    version,
    description,
    get example() {
      return example();
    },
    pattern: { source: [source], 'detail-type': [detailType] },
    create,
    check: (detail) => read(strict(), detail),
    parse: (detail) => read(tolerant(), detail),
    schema: strict,
    get personal() {
      return personal();
    },
  };
}

/** Makes what is asked for when it is first asked for. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

function strictly(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodObject) {
    const shape: Record<string, z.ZodType> = {};
    for (const [key, field] of Object.entries<z.ZodType>(schema.shape)) shape[key] = strictly(field);
    return keepMeta(schema, z.strictObject(shape));
  }
  if (schema instanceof z.ZodArray) return keepMeta(schema, z.array(strictly(schema.element as z.ZodType)));
  if (schema instanceof z.ZodOptional) return strictly(schema.unwrap() as z.ZodType).optional();
  if (schema instanceof z.ZodNullable) return strictly(schema.unwrap() as z.ZodType).nullable();
  const vocabulary = schema.meta()?.['vocabulary'];
  if (Array.isArray(vocabulary)) return z.enum(vocabulary as [string, ...string[]]);
  return schema;
}

function keepMeta(from: z.ZodType, to: z.ZodType): z.ZodType {
  const meta = from.meta();
  return meta ? to.meta(meta) : to;
}

function personalPaths(schema: z.ZodType, path = ''): string[] {
  if (schema.meta()?.['x-personal'] === true) return [path];
  if (schema instanceof z.ZodObject) {
    return Object.entries<z.ZodType>(schema.shape).flatMap(([key, field]) =>
      personalPaths(field, path ? `${path}.${key}` : key),
    );
  }
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable)
    return personalPaths(schema.unwrap() as z.ZodType, path);
  if (schema instanceof z.ZodArray) return personalPaths(schema.element as z.ZodType, `${path}[]`);
  return [];
}

function versionIn(detail: unknown): number | undefined {
  const result = Versioned().safeParse(detail);
  return result.success ? result.data.metadata.eventVersion : undefined;
}

function faultsIn(error: z.ZodError): Fault[] {
  return error.issues.map((issue) => ({
    path: issue.path.join('.') || 'detail',
    fault: issue.code === 'unrecognized_keys' ? `${issue.code} (${issue.keys.join(', ')})` : issue.code,
  }));
}

/** What hears an event. Rebuild subscriptions accept replays and write projections only; acting ones send, dial, publish or schedule. */
export type SubscriptionKind = 'rebuild' | 'acting';

/** Replays whose name begins so are meant to act; only the replay command gives such a name, after asking. */
export const FOR_REAL_PREFIX = 'for-real-';

/** The tags of a rule by which a replay finds the rules of a service: whose it is, and the name of its subscription. */
export const SERVICE_TAG = 'appointments:service';
export const SUBSCRIPTION_TAG = 'appointments:subscription';

/** The pattern of one rule that hears all of `contracts`. */
export function patternFor(contracts: readonly EventContract[], kind: SubscriptionKind) {
  return {
    source: [...new Set(contracts.map((contract) => contract.source))],
    'detail-type': contracts.map((contract) => contract.detailType),
    ...(kind === 'acting' && { 'replay-name': [{ exists: false }, { prefix: FOR_REAL_PREFIX }] }),
  };
}

/** The data of a contract's event. */
export type DataOf<Contract> = Contract extends EventContract<string, infer Data> ? Data : never;
