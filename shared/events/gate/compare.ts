import type { SchemaNode } from '../src/documents';

/** What became of a place of a schema: `breaks` whoever relies on what was released, `adds` what they may ignore. */
export interface Change {
  readonly kind: 'breaks' | 'adds';
  /** From the event's detail, like `data.client.phone`. */
  readonly path: string;
  /** What happened to it, to be read after its path. */
  readonly what: string;
}

/** Words about a schema that no value is held to. */
const SAYINGS = new Set(['$schema', '$id', 'title', 'description', 'examples', 'default']);
const COMPARED = new Set([
  'type',
  'enum',
  'anyOf',
  'properties',
  'required',
  'additionalProperties',
  'items',
  'minimum',
  'exclusiveMinimum',
  'maximum',
  'exclusiveMaximum',
  'x-personal',
  'x-meaning',
]);

/**
 * What changed between two schemas of one event. What is narrower, or gone, or newly asked for, breaks: archived events would
 * be refused, or a reader would find nothing where something was. What is wider, or optional and new, adds.
 */
export function compareSchemas(before: SchemaNode, after: SchemaNode, path = ''): readonly Change[] {
  const was = withoutNull(before);
  const is = withoutNull(after);
  return [
    ...nullability(was.isNullable, is.isNullable, path),
    ...types(was.node, is.node, path),
    ...marks(was.node, is.node, path),
    ...words(was.node, is.node, path),
    ...bounds(was.node, is.node, path),
    ...rest(was.node, is.node, path),
    ...fields(was.node, is.node, path),
    ...(was.node.items && is.node.items ? compareSchemas(was.node.items, is.node.items, `${path}[]`) : []),
  ];
}

const breaks = (path: string, what: string): Change => ({ kind: 'breaks', path, what });
const adds = (path: string, what: string): Change => ({ kind: 'adds', path, what });

/** zod writes what may be null as one of two forms; what is said of the field stands beside them. */
function withoutNull(node: SchemaNode): { readonly node: SchemaNode; readonly isNullable: boolean } {
  const { anyOf, ...around } = node;
  const forms = anyOf?.filter(({ type }) => type !== 'null') ?? [];
  const [form] = forms;
  if (!anyOf || !form || forms.length !== 1 || forms.length === anyOf.length) return { node, isNullable: false };
  return { node: { ...form, ...around }, isNullable: true };
}

function nullability(was: boolean, is: boolean, path: string): readonly Change[] {
  if (was === is) return [];
  return [breaks(path, is ? 'may be null and never was' : 'is never null and might be')];
}

function types(was: SchemaNode, is: SchemaNode, path: string): readonly Change[] {
  const [before, after] = [JSON.stringify(was.type), JSON.stringify(is.type)];
  const forms = [JSON.stringify(was.anyOf), JSON.stringify(is.anyOf)];
  if (before !== after) return [breaks(path, `is of type ${after ?? 'any'} and was of type ${before ?? 'any'}`)];
  return forms[0] === forms[1] ? [] : [breaks(path, 'has other forms than it had')];
}

function marks(was: SchemaNode, is: SchemaNode, path: string): readonly Change[] {
  const changes: Change[] = [];
  const isPersonal = is['x-personal'] === true;
  if ((was['x-personal'] === true) !== isPersonal)
    changes.push(breaks(path, isPersonal ? 'is personal data and was not' : 'is no longer marked as personal data'));
  const [meant, means] = [was['x-meaning'], is['x-meaning']];
  if (meant !== means) changes.push(breaks(path, `means ${told(means)} and meant ${told(meant)}`));
  return changes;
}

const told = (value: unknown) => (typeof value === 'string' ? `"${value}"` : (JSON.stringify(value) ?? 'nothing'));

function words(was: SchemaNode, is: SchemaNode, path: string): readonly Change[] {
  if (!was.enum && !is.enum) return [];
  if (!is.enum) return [adds(path, 'takes any word now')];
  if (!was.enum) return [breaks(path, `takes no words but ${is.enum.map(told).join(', ')} and took any`)];
  const gone = was.enum.filter((word) => !is.enum?.includes(word));
  const added = is.enum.filter((word) => !was.enum?.includes(word));
  return [
    ...(gone.length > 0 ? [breaks(path, `no longer takes ${gone.map(told).join(', ')}`)] : []),
    ...(added.length > 0 ? [adds(path, `takes ${added.map(told).join(', ')} too`)] : []),
  ];
}

interface Bound {
  readonly value: number;
  readonly isExclusive: boolean;
}

const number = (value: unknown) => (typeof value === 'number' ? value : undefined);

/** The bound of numbers on one side; `side` is 1 for the upper and -1 for the lower one, so that less is always narrower. */
function boundOf(node: SchemaNode, side: 1 | -1): Bound {
  const names = side === 1 ? (['maximum', 'exclusiveMaximum'] as const) : (['minimum', 'exclusiveMinimum'] as const);
  const [inclusive, exclusive] = names.map((name) => side * (number(node[name]) ?? side * Infinity));
  const isWhole = node.type === 'integer';
  const strict = (exclusive ?? Infinity) - (isWhole ? 1 : 0);
  const loose = inclusive ?? Infinity;
  return strict <= loose && strict < Infinity
    ? { value: strict, isExclusive: !isWhole }
    : { value: loose, isExclusive: false };
}

const COUNTS = [
  ['minLength', -1],
  ['maxLength', 1],
  ['minItems', -1],
  ['maxItems', 1],
] as const;

function bounds(was: SchemaNode, is: SchemaNode, path: string): readonly Change[] {
  const ofNumbers = ([1, -1] as const).map((side) => {
    const [before, after] = [boundOf(was, side), boundOf(is, side)];
    // Two that are open have no difference that is a number, and the second half decides.
    const order = before.value - after.value || Number(after.isExclusive) - Number(before.isExclusive);
    return { name: side === 1 ? 'maximum' : 'minimum', order };
  });
  const ofCounts = COUNTS.map(([name, side]) => {
    const open = side === 1 ? Infinity : 0;
    const [before, after] = [number(was[name]) ?? open, number(is[name]) ?? open];
    return { name, order: before === after ? 0 : side * (before - after) };
  });
  return [...ofNumbers, ...ofCounts].flatMap(({ name, order }) => {
    if (order === 0) return [];
    return [order > 0 ? breaks(path, `is held to a narrower ${name}`) : adds(path, `is held to a wider ${name}`)];
  });
}

/** Forms of text and whatever else a value is held to: nobody can tell from two of them which one is wider. */
function rest(was: SchemaNode, is: SchemaNode, path: string): readonly Change[] {
  const counts = new Set<string>(COUNTS.map(([name]) => name));
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])].filter(
    (name) => !SAYINGS.has(name) && !COMPARED.has(name) && !counts.has(name),
  );
  return names.flatMap((name) => {
    const [before, after] = [JSON.stringify(was[name]), JSON.stringify(is[name])];
    if (before === after) return [];
    return [
      after === undefined ? adds(path, `is held to no ${name} any more`) : breaks(path, `is held to another ${name}`),
    ];
  });
}

function fields(was: SchemaNode, is: SchemaNode, path: string): readonly Change[] {
  const [before, after] = [was.properties ?? {}, is.properties ?? {}];
  const isAsked = (node: SchemaNode, name: string) => node.required?.includes(name) ?? false;
  const at = (name: string) => (path === '' ? name : `${path}.${name}`);
  const open = (node: SchemaNode) => node.type === 'object' && node.additionalProperties !== false;
  return [
    ...(open(was) === open(is)
      ? []
      : [open(is) ? adds(path, 'takes further fields now') : breaks(path, 'takes no further fields any more')]),
    ...Object.entries(before).flatMap(([name, field]): readonly Change[] => {
      const now = after[name];
      if (!now) return [breaks(at(name), 'was removed')];
      const asked = [isAsked(was, name), isAsked(is, name)] as const;
      return [
        ...(asked[0] && !asked[1] ? [breaks(at(name), 'may be missing and never was')] : []),
        ...(!asked[0] && asked[1] ? [breaks(at(name), 'must be there and was optional')] : []),
        ...compareSchemas(field, now, at(name)),
      ];
    }),
    ...Object.keys(after)
      .filter((name) => !Object.hasOwn(before, name))
      .map((name) =>
        isAsked(is, name) ? breaks(at(name), 'is new and must be there') : adds(at(name), 'is new and optional'),
      ),
  ];
}
