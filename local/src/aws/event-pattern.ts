/** The pattern is refused; the message says why, in the words AWS uses for it. */
export class InvalidEventPattern extends Error {
  override readonly name = 'InvalidEventPattern';
  constructor(reason: string, options?: ErrorOptions) {
    super(`Event pattern is not valid. Reason: ${reason}`, options);
  }
}

/**
 * Compiles an EventBridge event pattern, given as JSON text or as a parsed value, into a predicate over parsed events.
 * Lambda's event source mappings filter by the same language. Throws InvalidEventPattern.
 */
export function compileEventPattern(pattern: unknown): (event: unknown) => boolean {
  const alternatives = expand(typeof pattern === 'string' ? readText(pattern) : fromValue(pattern, 0));
  checkComplexity(alternatives);
  const matchers = alternatives.map(compileAlternative);
  const [only] = matchers;
  if (matchers.length === 1 && only !== undefined) return (event) => isObject(event) && only(event);
  return (event) => isObject(event) && matchers.some((matches) => matches(event));
}

// ---- The pattern as a tree. Objects keep every member they were written with, since a repeated key still counts:
// ---- `{"detail": {"a": …}, "detail": {"b": …}}` asks for both.

type Node =
  | { readonly kind: 'object'; readonly members: readonly (readonly [string, Node])[] }
  | { readonly kind: 'array'; readonly items: readonly Node[] }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'literal'; readonly value: boolean | null }
  | { readonly kind: 'unknown' };

/** The nesting AWS's JSON parser accepts by default. */
const MAX_DEPTH = 1000;

function tooDeep(): InvalidEventPattern {
  return new InvalidEventPattern(`Document nesting depth exceeds the maximum allowed (${MAX_DEPTH})`);
}

function fromValue(value: unknown, depth: number): Node {
  if (depth > MAX_DEPTH) throw tooDeep();
  if (typeof value === 'string') return { kind: 'string', value };
  if (typeof value === 'number' && Number.isFinite(value)) return { kind: 'number', value };
  if (typeof value === 'boolean' || value === null) return { kind: 'literal', value };
  if (Array.isArray(value)) return { kind: 'array', items: value.map((item: unknown) => fromValue(item, depth + 1)) };
  if (!isObject(value)) return { kind: 'unknown' };
  const written = Object.entries(value).filter(([, member]) => member !== undefined);
  return { kind: 'object', members: written.map(([key, member]) => [key, fromValue(member, depth + 1)]) };
}

function readText(text: string): Node {
  parseJson(text);
  const tokens = text.match(/"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s"{}[\],:]+/g) ?? [];
  let position = 0;
  const read = (depth: number): Node => {
    if (depth > MAX_DEPTH) throw tooDeep();
    const token = tokens[position++] ?? '';
    if (token === '{') {
      const members: [string, Node][] = [];
      while (tokens[position] !== '}') {
        if (tokens[position] === ',') position++;
        const key = String(parseJson(tokens[position] ?? ''));
        position += 2; // the key and its colon
        members.push([key, read(depth + 1)]);
      }
      position++;
      return { kind: 'object', members };
    }
    if (token === '[') {
      const items: Node[] = [];
      while (tokens[position] !== ']') {
        if (tokens[position] === ',') position++;
        items.push(read(depth + 1));
      }
      position++;
      return { kind: 'array', items };
    }
    return fromValue(parseJson(token), depth);
  };
  return read(0);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InvalidEventPattern(cause instanceof Error ? cause.message : 'Filter is not JSON', { cause });
  }
}

// ---- From the tree to alternatives: `$or` multiplies out, as event-ruler's sub-rules do.

type Leaf = string | number | boolean | null;
type Test = (leaf: Leaf) => boolean;

/** What one field must satisfy: any of these. */
interface Condition {
  readonly exact: ReadonlySet<Leaf>;
  readonly tests: readonly Test[];
  /** Satisfied as well when the field has no leaf at all. */
  readonly absent: boolean;
  readonly wildcards: readonly string[];
}
type Alternative = Map<string, Condition>;

/** EventBridge refuses patterns whose `$or`s multiply to too many rules; the limit itself is our own choice, no recorded case decides it. */
const MAX_ALTERNATIVES = 1000;

/** event-ruler keeps these for itself, so that a list of match expressions is not mistaken for fields. */
const RESERVED_IN_OR = new Set(
  (
    'exactly equals-ignore-case prefix suffix anything-but exists wildcard numeric cidr = < <= > >= regex not-wildcard ' +
    'not-equals-ignore-case date-after date-on-or-after date-before date-on-or-before in-date-range ' +
    'ip-address-in-range ip-address-not-in-range'
  ).split(' '),
);

function expand(root: Node): Alternative[] {
  if (root.kind !== 'object') throw new InvalidEventPattern('Filter is not an object');
  return expandObject([new Map()], root.members, [], false);
}

function expandObject(
  before: Alternative[],
  members: readonly (readonly [string, Node])[],
  path: readonly string[],
  insideOr: boolean,
): Alternative[] {
  if (members.length === 0) throw new InvalidEventPattern('Empty objects are not allowed');
  let alternatives = before;
  for (const [key, node] of members) {
    if (key === '$or') {
      alternatives = expandOr(alternatives, node, path);
      continue;
    }
    if (insideOr && RESERVED_IN_OR.has(key)) {
      throw new InvalidEventPattern(`${key} is Ruler reserved fieldName which cannot be used inside $or.`);
    }
    if (node.kind === 'object') {
      alternatives = expandObject(alternatives, node.members, [...path, key], insideOr);
    } else if (node.kind === 'array') {
      const condition = compileCondition(node.items);
      // A path named twice keeps what was said last, within its alternative.
      for (const alternative of alternatives) alternative.set([...path, key].join('.'), condition);
    } else {
      throw new InvalidEventPattern(`"${key}" must be an object or an array`);
    }
  }
  return alternatives;
}

function expandOr(before: readonly Alternative[], node: Node, path: readonly string[]): Alternative[] {
  if (node.kind !== 'array') throw new InvalidEventPattern('It must be an Array followed with $or.');
  const after: Alternative[] = [];
  for (const item of node.items) {
    if (item.kind !== 'object') {
      throw new InvalidEventPattern('Only JSON object is allowed in array of $or relationship.');
    }
    const copies = before.map((alternative) => new Map(alternative));
    for (const alternative of expandObject(copies, item.members, path, true)) after.push(alternative);
    if (after.length > MAX_ALTERNATIVES) {
      throw new InvalidEventPattern(`Rule is too complex - $or makes more than ${MAX_ALTERNATIVES} combinations`);
    }
  }
  if (node.items.length < 2) {
    throw new InvalidEventPattern('There must have at least 2 Objects in $or relationship.');
  }
  return after;
}

// ---- The operators.

const ONE_KEY = 'Only one key allowed in match expression';
const TOO_MANY = 'Too many elements in numeric expression';

function compileCondition(items: readonly Node[]): Condition {
  if (items.length === 0) throw new InvalidEventPattern('Empty arrays are not allowed');
  const exact = new Set<Leaf>();
  const tests: Test[] = [];
  const wildcards: string[] = [];
  let absent = false;
  for (const item of items) {
    if (item.kind === 'object') {
      const expression = compileExpression(item.members);
      if (expression.absent === true) absent = true;
      if (expression.test !== undefined) tests.push(expression.test);
      wildcards.push(...(expression.wildcards ?? []));
    } else if (item.kind === 'array' || item.kind === 'unknown') {
      throw new InvalidEventPattern('Match value must be String, number, true, false, or null');
    } else {
      exact.add(item.value);
      // An address equals every other spelling of itself.
      const address = item.kind === 'string' ? parseAddress(item.value) : undefined;
      if (address !== undefined) tests.push(addressBetween(address, address));
    }
  }
  return { exact, tests, absent, wildcards };
}

interface Expression {
  readonly test?: Test;
  readonly absent?: boolean;
  readonly wildcards?: readonly string[];
}

function compileExpression(members: readonly (readonly [string, Node])[]): Expression {
  const [first] = members;
  if (first === undefined) throw new InvalidEventPattern('Match expression name not found');
  const [operator, operand] = first;
  const expression = compileOperator(operator, operand);
  if (members.length > 1) {
    throw new InvalidEventPattern(operator === 'numeric' || operator === 'anything-but' ? TOO_MANY : ONE_KEY);
  }
  return expression;
}

function compileOperator(operator: string, operand: Node): Expression {
  switch (operator) {
    case 'exactly': {
      const wanted = text(operand, 'exact match pattern must be a string');
      return { test: (leaf) => leaf === wanted };
    }
    case 'prefix':
      return { test: affix('prefix', operand) };
    case 'suffix':
      return { test: affix('suffix', operand) };
    case 'equals-ignore-case':
      return { test: ignoringCase(text(operand, 'equals-ignore-case match pattern must be a string')) };
    case 'wildcard': {
      const wanted = text(operand, 'wildcard match pattern must be a string');
      return { test: wildcard(wanted), wildcards: [wanted] };
    }
    case 'exists':
      if (operand.kind !== 'literal' || operand.value === null) {
        throw new InvalidEventPattern('exists match pattern must be either true or false.');
      }
      return operand.value ? { test: () => true } : { absent: true };
    case 'numeric':
      return { test: numeric(operand) };
    case 'cidr':
      // "prefix" is AWS's own slip.
      return { test: cidr(text(operand, 'prefix match pattern must be a string')) };
    case 'anything-but':
      return anythingBut(operand);
    default:
      throw new InvalidEventPattern(`Unrecognized match type ${operator}`);
  }
}

function text(node: Node, reason: string): string {
  if (node.kind !== 'string') throw new InvalidEventPattern(reason);
  return node.value;
}

function affix(operator: 'prefix' | 'suffix', operand: Node): Test {
  if (operand.kind === 'object') {
    const [first] = operand.members;
    if (first === undefined) {
      throw new InvalidEventPattern(`${operator === 'prefix' ? 'Prefix' : 'Suffix'} expression name not found`);
    }
    if (first[0] !== 'equals-ignore-case') {
      throw new InvalidEventPattern(`Unsupported ${operator} pattern: ${first[0]}`);
    }
    const wanted = text(first[1], 'equals-ignore-case match pattern must be a string');
    if (operand.members.length > 1) throw new InvalidEventPattern(ONE_KEY);
    return ignoringCase(wanted, operator);
  }
  const wanted = text(operand, `${operator} match pattern must be a string`);
  return plainAffix(operator, wanted);
}

function plainAffix(operator: 'prefix' | 'suffix', wanted: string): Test {
  return operator === 'prefix'
    ? (leaf) => typeof leaf === 'string' && leaf.startsWith(wanted)
    : (leaf) => typeof leaf === 'string' && leaf.endsWith(wanted);
}

/** Each character matches its lower or its upper case, which may be longer than itself ("ß" and "SS"). */
function ignoringCase(wanted: string, operator?: 'prefix' | 'suffix'): Test {
  const characters = wanted.split('').map((character) => {
    const [lower, upper] = [character.toLowerCase(), character.toUpperCase()];
    return lower === upper ? escaped(lower) : `(?:${escaped(lower)}|${escaped(upper)})`;
  });
  const start = operator === 'suffix' ? '' : '^';
  const end = operator === 'prefix' ? '' : '$';
  const expression = new RegExp(`${start}${characters.join('')}${end}`);
  return (leaf) => typeof leaf === 'string' && expression.test(leaf);
}

function escaped(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/-]/, '\\$&');
}

function numeric(operand: Node): Test {
  if (operand.kind !== 'array') throw new InvalidEventPattern('Value of numeric must be an array.');
  const [operatorNode, boundNode, topOperatorNode, topNode, ...more] = operand.items;
  if (operatorNode?.kind !== 'string') {
    throw new InvalidEventPattern(`Invalid member in numeric match: ${written(operatorNode)}`);
  }
  const operator = operatorNode.value;
  if (!['=', '<', '<=', '>', '>='].includes(operator)) {
    throw new InvalidEventPattern(`Unrecognized numeric range operator: ${operator}`);
  }
  const bound = numberAfter(operator === '=' ? 'equals' : operator, boundNode);
  if (operator === '=' || operator === '<' || operator === '<=') {
    if (topOperatorNode !== undefined) throw new InvalidEventPattern(TOO_MANY);
    return compare(operator, bound);
  }
  if (topOperatorNode === undefined) return compare(operator, bound);
  if (topOperatorNode.kind !== 'string') {
    throw new InvalidEventPattern(`Bad value in numeric range: ${written(topOperatorNode)}`);
  }
  const topOperator = topOperatorNode.value;
  if (topOperator !== '<' && topOperator !== '<=') {
    throw new InvalidEventPattern(`Bad numeric range operator: ${topOperator}`);
  }
  const top = numberAfter(topOperator, topNode);
  if (more.length > 0) throw new InvalidEventPattern('Too many terms in numeric range expression');
  if (bound >= top) throw new InvalidEventPattern('Bottom must be less than top');
  const [above, below] = [compare(operator, bound), compare(topOperator, top)];
  return (leaf) => above(leaf) && below(leaf);
}

function compare(operator: string, bound: number): Test {
  switch (operator) {
    case '<':
      return (leaf) => typeof leaf === 'number' && leaf < bound;
    case '<=':
      return (leaf) => typeof leaf === 'number' && leaf <= bound;
    case '>':
      return (leaf) => typeof leaf === 'number' && leaf > bound;
    case '>=':
      return (leaf) => typeof leaf === 'number' && leaf >= bound;
    default:
      return (leaf) => leaf === bound;
  }
}

function numberAfter(operator: string, node: Node | undefined): number {
  if (node?.kind !== 'number') throw new InvalidEventPattern(`Value of ${operator} must be numeric`);
  return node.value;
}

/** The token at which AWS's parser stands when it complains. */
function written(node: Node | undefined): string {
  if (node === undefined) return ']';
  if (node.kind === 'array') return '[';
  if (node.kind === 'object') return '{';
  return node.kind === 'unknown' ? 'undefined' : String(node.value);
}

/** A present leaf that none of the forms matches: a number or null is anything but a string. */
function anythingBut(operand: Node): Expression {
  if (operand.kind === 'object') return anythingButForm(operand.members);
  const items = operand.kind === 'array' ? operand.items : [operand];
  if (operand.kind === 'literal' || operand.kind === 'unknown') {
    throw new InvalidEventPattern('Value of anything-but must be an array or single string/number value.');
  }
  const excluded = new Set<Leaf>();
  const kinds = new Set<Node['kind']>();
  for (const item of items) {
    if (item.kind !== 'string' && item.kind !== 'number') {
      throw new InvalidEventPattern('Inside anything but list, start|null|boolean is not supported.');
    }
    excluded.add(item.value);
    kinds.add(item.kind);
  }
  if (kinds.size !== 1) {
    throw new InvalidEventPattern(
      'Inside anything but list, either all values are number or string, mixed type is not supported',
    );
  }
  return { test: (leaf) => !excluded.has(leaf) };
}

function anythingButForm(members: readonly (readonly [string, Node])[]): Expression {
  const [first] = members;
  if (first === undefined) throw new InvalidEventPattern('Anything-But expression name not found');
  const [form, operand] = first;
  if (form !== 'prefix' && form !== 'suffix' && form !== 'equals-ignore-case' && form !== 'wildcard') {
    throw new InvalidEventPattern(`Unsupported anything-but pattern: ${form}`);
  }
  if (operand.kind === 'object' || operand.kind === 'literal' || operand.kind === 'unknown') {
    throw new InvalidEventPattern('Value of anything-but must be an array or single string/number value.');
  }
  const reason = {
    prefix: 'prefix/suffix match pattern must be a string',
    suffix: 'prefix/suffix match pattern must be a string',
    'equals-ignore-case': 'Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.',
    wildcard: 'wildcard match pattern must be a string',
  }[form];
  const values = (operand.kind === 'array' ? operand.items : [operand]).map((item) => {
    const wanted = text(item, reason);
    if (wanted === '' && (form === 'prefix' || form === 'suffix')) {
      throw new InvalidEventPattern('Null prefix/suffix not allowed');
    }
    return wanted;
  });
  const excluded = values.map((wanted) => {
    if (form === 'wildcard') return wildcard(wanted);
    return form === 'equals-ignore-case' ? ignoringCase(wanted) : plainAffix(form, wanted);
  });
  if (members.length > 1) throw new InvalidEventPattern(TOO_MANY);
  return {
    test: (leaf) => !excluded.some((matches) => matches(leaf)),
    wildcards: form === 'wildcard' ? values : [],
  };
}

/** The literal runs between the asterisks; `\*` and `\\` stand for themselves. */
function wildcardRuns(wanted: string): string[] {
  const runs: string[] = [];
  let run = '';
  // AWS counts bytes, and the opening quote as the first.
  const at = (index: number): number => Buffer.byteLength(wanted.slice(0, index)) + 1;
  for (let index = 0; index < wanted.length; index++) {
    const character = wanted[index] ?? '';
    const next = wanted[index + 1];
    if (character === '*') {
      if (next === '*') throw new InvalidEventPattern(`Consecutive wildcard characters at pos ${at(index)}`);
      runs.push(run);
      run = '';
    } else if (character === '\\') {
      if (next !== '*' && next !== '\\') throw new InvalidEventPattern(`Invalid escape character at pos ${at(index)}`);
      run += next;
      index++;
    } else {
      run += character;
    }
  }
  return [...runs, run];
}

function wildcard(wanted: string): Test {
  const runs = wildcardRuns(wanted);
  const [first = ''] = runs;
  if (runs.length === 1) return (leaf) => leaf === first;
  const last = runs[runs.length - 1] ?? '';
  const inner = runs.slice(1, -1);
  return (leaf) => {
    if (typeof leaf !== 'string' || leaf.length < first.length + last.length) return false;
    if (!leaf.startsWith(first) || !leaf.endsWith(last)) return false;
    // The leftmost place for each run leaves the most room for the next, so nothing need ever be tried again.
    let from = first.length;
    for (const run of inner) {
      const found = leaf.indexOf(run, from);
      if (found < 0) return false;
      from = found + run.length;
    }
    return from <= leaf.length - last.length;
  };
}

// ---- Wildcards that cost too much.

// AWS does not publish its limit; ten is what its recorded answers agree with: it refuses "*:*:*:*:*:event-bus/*",
// which measures 11.
const MAX_COMPLEXITY = 10;
/** Far more than any pattern AWS accepts in length can reach without passing the limit above. */
const MAX_SETS = 20_000;

function checkComplexity(alternatives: readonly Alternative[]): void {
  const checked = new Set<Condition>();
  for (const alternative of alternatives) {
    for (const condition of alternative.values()) {
      if (condition.wildcards.length === 0 || checked.has(condition)) continue;
      checked.add(condition);
      if (isTooComplex(condition.wildcards)) {
        throw new InvalidEventPattern(
          'Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences after a wildcard character',
        );
      }
    }
  }
}

/** Whether some value could match more than MAX_COMPLEXITY beginnings of a field's wildcards at the same moment. */
function isTooComplex(wildcards: readonly string[]): boolean {
  // A state has consumed the beginning of one wildcard; next comes a character, an asterisk or the end.
  const ASTERISK = Symbol('asterisk');
  const END = Symbol('end');
  const comesNext: (string | symbol)[] = [];
  const starts: number[] = [];
  for (const wanted of wildcards) {
    starts.push(comesNext.length);
    for (const [index, run] of wildcardRuns(wanted).entries()) {
      if (index > 0) comesNext.push(ASTERISK);
      comesNext.push(...run.split(''));
    }
    comesNext.push(END);
  }
  /** An asterisk may stand for nothing, so that a beginning before it is one behind it, too. */
  const close = (set: Set<number>): number[] => {
    for (const state of set) if (comesNext[state] === ASTERISK) set.add(state + 1);
    return [...set].toSorted((left, right) => left - right);
  };
  // The asterisk serves as the character that no wildcard names.
  const alphabet = [...new Set(comesNext)].filter((symbol) => symbol !== END);
  const start = close(new Set(starts));
  const pending = [start];
  const seen = new Set([start.join()]);
  for (let set = pending.pop(); set !== undefined; set = pending.pop()) {
    for (const symbol of alphabet) {
      const next = new Set<number>();
      for (const state of set) {
        if (symbol !== ASTERISK && comesNext[state] === symbol) next.add(state + 1);
        if (comesNext[state - 1] === ASTERISK) next.add(state);
      }
      const closed = close(next);
      if (closed.length > MAX_COMPLEXITY) return true;
      const key = closed.join();
      if (closed.length === 0 || seen.has(key)) continue;
      seen.add(key);
      if (seen.size > MAX_SETS) return true;
      pending.push(closed);
    }
  }
  return false;
}

// ---- Addresses, as upper-case hexadecimal digits: 8 of them for IPv4, 32 for IPv6.

const IPV4 = /^\d+\.\d+\.\d+\.\d+$/;
const IPV6 = /^[0-9a-f:]*:[0-9a-f:]*$/i;

function parseAddress(address: string): string | undefined {
  if (IPV4.test(address)) {
    const octets = address.split('.').map(Number);
    if (octets.some((octet) => octet > 255)) return undefined;
    return octets.map((octet) => hex(octet, 2)).join('');
  }
  if (!IPV6.test(address)) return undefined;
  const halves = address.split('::');
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - head.length - tail.length;
  if (halves.length > 2 || (halves.length === 2 ? missing < 1 : missing !== 0)) return undefined;
  const groups = [...head, ...Array.from({ length: missing }, () => '0'), ...tail];
  if (groups.some((group) => group === '' || group.length > 4)) return undefined;
  const digits = groups.map((group) => hex(Number.parseInt(group, 16), 4)).join('');
  // Java reads an IPv4-mapped address as the IPv4 address it holds.
  return digits.startsWith('00000000000000000000FFFF') ? digits.slice(24) : digits;
}

function hex(value: number, width: number): string {
  return value.toString(16).toUpperCase().padStart(width, '0');
}

function addressBetween(bottom: string, top: string): Test {
  return (leaf) => {
    if (typeof leaf !== 'string') return false;
    const address = parseAddress(leaf);
    return address?.length === bottom.length && address >= bottom && address <= top;
  };
}

function cidr(block: string): Test {
  const [address = '', mask = '', ...more] = block.replace(/\/+$/, '').split('/');
  if (!block.includes('/') || block.endsWith('/') || more.length > 0) {
    throw new InvalidEventPattern("Malformed CIDR, one '/' required");
  }
  if (!/^[+-]?\d{1,9}$/.test(mask)) throw new InvalidEventPattern('Malformed CIDR, mask bits must be an integer');
  const bits = Number(mask);
  if (bits < 0) throw new InvalidEventPattern('Malformed CIDR, mask bits must not be negative');
  const digits = parseAddress(address);
  if (digits === undefined) {
    const looksRight = IPV4.test(address) || IPV6.test(address);
    throw new InvalidEventPattern(`${looksRight ? 'Invalid' : 'Nonstandard'} IP address: ${address}`);
  }
  const width = digits.length * 4;
  if (bits >= width) throw new InvalidEventPattern(`IPv${width === 32 ? 4 : 6} mask bits must be < ${width}`);
  const host = (1n << BigInt(width - bits)) - 1n;
  const value = BigInt(`0x${digits}`);
  const spell = (bound: bigint): string => bound.toString(16).toUpperCase().padStart(digits.length, '0');
  return addressBetween(spell(value - (value & host)), spell(value | host));
}

// ---- Matching.

type JsonObject = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Which element of which arrays a leaf lies in. Leaves that stand directly in an array are not bound to their element:
 * only objects and arrays inside an array are.
 */
interface Membership {
  readonly array: readonly unknown[];
  readonly index: number;
  readonly outer: Membership | undefined;
}

interface Found {
  readonly leaf: Leaf;
  readonly membership: Membership | undefined;
}

/** For each step of a path, the keys that may stand there: "a.b" names both `{"a": {"b": …}}` and `{"a.b": …}`. */
type Steps = readonly (readonly { readonly key: string; readonly next: number }[])[];

function stepsOf(path: string): Steps {
  const parts = path.split('.');
  return parts.map((_, from) =>
    parts.slice(from).map((_, length) => ({
      key: parts.slice(from, from + length + 1).join('.'),
      next: from + length + 1,
    })),
  );
}

function collect(value: unknown, steps: Steps, at: number, membership: Membership | undefined, found: Found[]): void {
  if (Array.isArray(value)) {
    const array: readonly unknown[] = value;
    for (let index = 0; index < array.length; index++) {
      const element = array[index];
      if (typeof element === 'object' && element !== null) {
        collect(element, steps, at, { array, index, outer: membership }, found);
      } else if (at === steps.length && isLeaf(element)) {
        found.push({ leaf: element, membership });
      }
    }
  } else if (isObject(value)) {
    const keys = steps[at];
    if (keys === undefined) return;
    for (const { key, next } of keys) {
      if (Object.hasOwn(value, key)) collect(value[key], steps, next, membership, found);
    }
  } else if (at === steps.length && isLeaf(value)) {
    found.push({ leaf: value, membership });
  }
}

function isLeaf(value: unknown): value is Leaf {
  return value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** What both say together, or `null` when they speak of different elements of one array. */
function join(soFar: Membership | undefined, added: Membership | undefined): Membership | undefined | null {
  let joined = soFar;
  for (let one = added; one !== undefined; one = one.outer) {
    let known = soFar;
    while (known !== undefined && known.array !== one.array) known = known.outer;
    if (known === undefined) joined = { array: one.array, index: one.index, outer: joined };
    else if (known.index !== one.index) return null;
  }
  return joined;
}

interface Field {
  readonly steps: Steps;
  readonly absent: boolean;
  readonly matches: Test;
}

function compileAlternative(alternative: Alternative): (event: JsonObject) => boolean {
  // event-ruler walks the fields by name, and what is absent depends on the array elements chosen before.
  const fields: readonly Field[] = [...alternative]
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([path, { exact, tests, absent }]) => ({ steps: stepsOf(path), absent, matches: anyOf(exact, tests) }));
  return (event) => {
    const candidates: (readonly Found[])[] = [];
    let bound = false;
    for (const { steps, absent, matches } of fields) {
      const found: Found[] = [];
      collect(event, steps, 0, undefined, found);
      // A leaf outside all arrays of objects is there whatever is chosen.
      const absentSomewhere = absent && found.every(({ membership }) => membership !== undefined);
      if (!absentSomewhere && !found.some(({ leaf }) => matches(leaf))) return false;
      bound ||= found.some(({ membership }) => membership !== undefined);
      candidates.push(found);
    }
    // Without objects in arrays every field stands on its own.
    if (!bound) return true;
    return satisfiable(fields, candidates, 0, undefined);
  };
}

function anyOf(exact: ReadonlySet<Leaf>, tests: readonly Test[]): Test {
  const [only] = tests;
  if (only === undefined) return (leaf) => exact.has(leaf);
  if (tests.length === 1) return (leaf) => exact.has(leaf) || only(leaf);
  return (leaf) => exact.has(leaf) || tests.some((test) => test(leaf));
}

/** Whether the fields from `at` on can be met by leaves that do not contradict the array elements chosen so far. */
function satisfiable(
  fields: readonly Field[],
  candidates: readonly (readonly Found[])[],
  at: number,
  soFar: Membership | undefined,
): boolean {
  const field = fields[at];
  const found = candidates[at];
  if (field === undefined || found === undefined) return true;
  let present = false;
  let unboundTried = false;
  for (const { leaf, membership } of found) {
    const joined = join(soFar, membership);
    if (joined === null) continue;
    present = true;
    // A leaf that binds nothing new leads where the last such leaf led.
    if (joined === soFar && unboundTried) continue;
    if (!field.matches(leaf)) continue;
    if (joined === soFar) unboundTried = true;
    if (satisfiable(fields, candidates, at + 1, joined)) return true;
  }
  return !present && field.absent && satisfiable(fields, candidates, at + 1, soFar);
}
