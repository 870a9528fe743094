import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { compileEventPattern, InvalidEventPattern } from './event-pattern';

interface Case {
  readonly name: string;
  readonly event: unknown;
  readonly pattern: unknown;
  readonly expect: boolean | 'invalid';
  readonly awsError?: string;
  readonly rulerError?: string;
}

const cases = JSON.parse(
  readFileSync(join(__dirname, '../../test/fixtures/event-patterns.json'), 'utf8'),
) as readonly Case[];

const groupOf = ({ name }: Case): string => /^(localstack\/esm|ruler\/\w+|\w+)/.exec(name)?.[0] ?? name;
const groups = [...new Set(cases.map(groupOf))];

function outcome(pattern: unknown, event: unknown): boolean | string {
  try {
    return compileEventPattern(pattern)(event);
  } catch (error) {
    if (error instanceof InvalidEventPattern) return error.message;
    throw error;
  }
}

function expected({ expect: result, awsError, rulerError }: Case): unknown {
  if (result !== 'invalid') return result;
  if (awsError !== undefined) return awsError;
  return rulerError === undefined ? expect.any(String) : `Event pattern is not valid. Reason: ${rulerError}`;
}

const matches = (pattern: unknown, event: unknown): boolean => compileEventPattern(pattern)(event);

const refusal = (pattern: unknown): string => String(outcome(pattern, {}));

describe('recorded cases', () => {
  it('are all there', () => {
    expect(cases).toHaveLength(1008);
  });

  it.each(groups)('of %s come out as recorded, refusals with their reason', (group) => {
    const own = cases.filter((one) => groupOf(one) === group);

    const actual = own.map((one) => ({ name: one.name, outcome: outcome(one.pattern, one.event) }));

    expect(actual).toEqual(own.map((one) => ({ name: one.name, outcome: expected(one) })));
  });

  it.each(groups)('of %s come out the same when the pattern is text', (group) => {
    const own = cases.filter((one) => groupOf(one) === group);

    const actual = own.map((one) => ({ name: one.name, outcome: outcome(JSON.stringify(one.pattern), one.event) }));

    expect(actual).toEqual(own.map((one) => ({ name: one.name, outcome: expected(one) })));
  });
});

describe('patterns as text', () => {
  it('ask for every field of a key written twice', () => {
    const pattern = '{"detail": {"a": ["x"]}, "detail": {"b": ["y"]}}';

    expect(matches(pattern, { detail: { a: 'x', b: 'y' } })).toBe(true);
    expect(matches(pattern, { detail: { b: 'y' } })).toBe(false);
  });

  it('keep the last list of a path written twice', () => {
    const pattern = '{"a": {"b": ["x"]}, "a.b": ["y"], "a": {"b": ["z"]}}';

    expect(matches(pattern, { a: { b: 'z' } })).toBe(true);
    expect(matches(pattern, { a: { b: 'x' } })).toBe(false);
  });

  it('refuse an operator written twice', () => {
    expect(refusal('{"a": [{"prefix": "x", "prefix": "y"}]}')).toMatch('Only one key allowed in match expression');
  });

  it('read escapes, blanks and empty keys', () => {
    expect(matches('\n{ "" : { "q\\"\\u0041" : [ "a\\\\", 1.50 , true ] } }', { '': { 'q"A': 1.5 } })).toBe(true);
  });

  it.each(['', '{', '{"a": [1,]}', '"text"', '7', '[]', 'null'])('%j is refused', (pattern) => {
    expect(refusal(pattern)).toMatch(/^Event pattern is not valid\. Reason: ./);
  });

  it('are refused when nested too deeply, rather than breaking the reader', () => {
    expect(refusal('{"a":'.repeat(200_000) + '["x"]' + '}'.repeat(200_000))).toMatch('nesting depth');
  });
});

describe('arrays of objects', () => {
  const event = {
    people: [
      { name: 'Ann', age: 30 },
      { name: 'Bob', age: 40, nick: 'B' },
    ],
  };

  it('satisfy a pattern only by one and the same element', () => {
    expect(matches({ people: { name: ['Bob'], age: [40] } }, event)).toBe(true);
    expect(matches({ people: { name: ['Ann'], age: [40] } }, event)).toBe(false);
  });

  it('lack a field where the chosen element lacks it', () => {
    expect(matches({ people: { name: ['Ann'], nick: [{ exists: false }] } }, event)).toBe(true);
    expect(matches({ people: { name: ['Bob'], nick: [{ exists: false }] } }, event)).toBe(false);
  });

  it('have a field before an element is chosen, when any element has it', () => {
    expect(matches({ people: { age: [{ exists: false }], name: ['Ann'] } }, event)).toBe(false);
  });

  it('are tried even after a leaf outside them, for what their elements lack', () => {
    const mixed = { tags: ['x', ['x'], { note: 'y' }] };

    expect(matches({ tags: ['x'], 'tags.note': [{ exists: false }] }, mixed)).toBe(true);
    expect(matches({ tags: ['x'], 'tags.note': [{ exists: false }] }, { tags: ['x', { note: 'y' }] })).toBe(false);
  });

  it('bind independent arrays independently', () => {
    const two = { a: [{ x: 1 }, { x: 2, y: 2 }], b: [{ z: 3 }] };

    expect(matches({ a: { x: [2], y: [2] }, b: { z: [3] } }, two)).toBe(true);
    expect(matches({ a: { x: [1], y: [2] }, b: { z: [3] } }, two)).toBe(false);
  });
});

describe('addresses', () => {
  it('equal their other spellings', () => {
    expect(matches({ ip: ['2001:db8::1'] }, { ip: '2001:0DB8:0:0:0:0:0:1' })).toBe(true);
    expect(matches({ ip: [{ cidr: '10.0.0.77/24' }] }, { ip: '10.0.0.1' })).toBe(true);
    expect(matches({ ip: [{ cidr: '10.0.0.0/24' }] }, { ip: '10.0.0.256' })).toBe(false);
    expect(matches({ ip: [{ cidr: '::/0' }] }, { ip: '10.0.0.1' })).toBe(false);
  });

  it.each([
    ['10.0.0.1/32', 'IPv4 mask bits must be < 32'],
    ['::1/128', 'IPv6 mask bits must be < 128'],
    ['10.0.0.1/-1', 'Malformed CIDR, mask bits must not be negative'],
    ['10.0.0.999/8', 'Invalid IP address: 10.0.0.999'],
    ['10.0.0.1/', "Malformed CIDR, one '/' required"],
    ['10.0.0.1/8/8', "Malformed CIDR, one '/' required"],
  ])('%s is refused', (cidr, reason) => {
    expect(refusal({ ip: [{ cidr }] })).toBe(`Event pattern is not valid. Reason: ${reason}`);
  });
});

describe('$or', () => {
  it('multiplies out and is refused beyond a thousand combinations', () => {
    const choice = (key: string, count: number) => ({
      [key]: { $or: Array.from({ length: count }, (_, n) => ({ [`k${n}`]: ['x'] })) },
    });

    expect(refusal({ ...choice('a', 30), ...choice('b', 30) })).toBe('false');
    expect(refusal({ ...choice('a', 40), ...choice('b', 40) })).toMatch('Rule is too complex');
  });
});

describe('wildcards', () => {
  it('are refused when a value could stand at more than ten places of one field at once', () => {
    const tooComplex = 'Rule is too complex - try using fewer wildcard characters';

    expect(refusal({ a: [{ wildcard: '*:*:*:*:*:event-bus/' }] })).toBe('false');
    expect(refusal({ a: [{ wildcard: '*:*:*:*:*:event-bus/*' }] })).toMatch(tooComplex);
    expect(refusal({ a: [{ wildcard: '*:*:*:*:*:event-bus/' }, { wildcard: '*x' }] })).toMatch(tooComplex);
    expect(refusal({ a: [{ wildcard: '*:*:*:*:*:event-bus/' }], b: [{ wildcard: '*x' }] })).toBe('false');
  });

  it.each([
    ['a\\b', 'Invalid escape character at pos 2'],
    ['a\\', 'Invalid escape character at pos 2'],
    ['é**', 'Consecutive wildcard characters at pos 3'],
  ])('%j is refused with the place of the fault in bytes', (wildcard, reason) => {
    expect(refusal({ a: [{ wildcard }] })).toBe(`Event pattern is not valid. Reason: ${reason}`);
  });
});

describe('events that are no objects', () => {
  it.each([undefined, null, 'text', 1, [], [{ a: 'x' }]])('%j never match', (event) => {
    expect(matches({ a: ['x'] }, event)).toBe(false);
    expect(matches({ a: [{ exists: false }] }, event)).toBe(false);
  });
});

describe('properties', () => {
  const leaf = fc.oneof(
    fc.string({ maxLength: 6 }),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
  );
  const key = fc.constantFrom('a', 'b', 'c', '', 'a.b', '__proto__', 'toString');
  const entries = <T>(value: fc.Arbitrary<T>) =>
    fc.array(fc.tuple(key, value), { minLength: 1, maxLength: 3 }).map((pairs) => Object.fromEntries(pairs) as object);
  const { tree } = fc.letrec<{ tree: unknown; object: object }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      tie('object'),
      fc.array(tie('tree'), { maxLength: 3 }),
    ),
    object: entries(tie('tree')),
  }));
  const event = entries(tree);

  /** A pattern of the leaves of an event, following the first object of each array; undefined when it has none. */
  const patternOf = (value: unknown): unknown => {
    if (Array.isArray(value)) {
      const inner = value.find((item) => typeof item === 'object' && item !== null && patternOf(item) !== undefined);
      const leaves = value.filter((item) => typeof item !== 'object' || item === null);
      return leaves.length > 0 ? [leaves[leaves.length - 1]] : patternOf(inner);
    }
    if (typeof value !== 'object' || value === null) return value === undefined ? undefined : [value];
    const members = Object.entries(value)
      .map(([name, member]) => [name, patternOf(member)] as const)
      .filter(([, member]) => member !== undefined);
    return members.length > 0 ? Object.fromEntries(members) : undefined;
  };

  it('compiling throws nothing but InvalidEventPattern, and matching throws nothing', () => {
    const operators = 'prefix suffix anything-but numeric cidr exists equals-ignore-case wildcard exactly $or a b';
    const operator = fc.constantFrom(...operators.split(' '));
    const anyPattern = fc.letrec<{ node: unknown }>((tie) => ({
      node: fc.oneof(
        { depthSize: 'medium' },
        leaf,
        fc.constantFrom('', '*', '**', '\\', '1.2.3.4/8', '::/1', '=', '<', '>', '>=', '<=', undefined),
        fc.array(tie('node'), { maxLength: 3 }),
        fc.dictionary(operator, tie('node'), { maxKeys: 3 }),
      ),
    })).node;

    fc.assert(
      fc.property(
        fc.oneof(
          anyPattern,
          anyPattern.map((one) => JSON.stringify(one)),
          fc.anything(),
          fc.json(),
        ),
        event,
        (pattern, one) => {
          expect(typeof outcome(pattern, one)).toMatch(/^(boolean|string)$/);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('a pattern of the leaves of an event matches it, parsed or as text', () => {
    fc.assert(
      fc.property(event, (one) => {
        const pattern = patternOf(one);
        fc.pre(pattern !== undefined);

        expect(matches(pattern, one)).toBe(true);
        expect(matches(JSON.stringify(pattern), one)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('anything-but is the complement of exact for a present leaf', () => {
    const values = fc.oneof(
      fc.array(fc.string({ maxLength: 3 }), { minLength: 1, maxLength: 4 }),
      fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 1, maxLength: 4 }),
    );
    // An exact address matches its other spellings, while anything-but compares the text.
    fc.assert(
      fc.property(values, fc.oneof(leaf, fc.integer({ min: -3, max: 3 }), fc.string({ maxLength: 3 })), (list, one) => {
        fc.pre(!list.some((value) => typeof value === 'string' && value.includes(':')));

        expect(matches({ a: [{ 'anything-but': list }] }, { a: one })).toBe(!matches({ a: list }, { a: one }));
        expect(matches({ a: [{ 'anything-but': list }] }, {})).toBe(false);
      }),
    );
  });

  it.each(['prefix', 'suffix', 'equals-ignore-case', 'wildcard'])(
    'anything-but %s is the complement of the operator for a present leaf',
    (operator) => {
      const short = fc.string({ unit: fc.constantFrom('a', 'B', 'b', 'ß'), maxLength: 3 });

      fc.assert(
        fc.property(
          short.filter((text) => text !== ''),
          fc.oneof(short, leaf),
          (text, one) => {
            expect(matches({ a: [{ 'anything-but': { [operator]: text } }] }, { a: one })).toBe(
              !matches({ a: [{ [operator]: text }] }, { a: one }),
            );
          },
        ),
      );
    },
  );

  it('wildcard agrees with a regular expression', () => {
    const part = fc.constantFrom('a', 'b', 'ab', '.', '\\*', '\\\\', '*');
    const subject = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '\\', '\n'), maxLength: 12 });

    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), subject, (parts, value) => {
        const wildcard = parts.filter((one, index) => one !== '*' || parts[index - 1] !== '*');
        const expression = wildcard.map((one) => (one === '*' ? '.*' : one.replace('.', '\\.'))).join('');

        expect(matches({ a: [{ wildcard: wildcard.join('') }] }, { a: value })).toBe(
          new RegExp(`^${expression}$`, 's').test(value),
        );
      }),
      { numRuns: 5000 },
    );
  });

  it('numeric agrees with comparison', () => {
    const number = fc.oneof(fc.integer({ min: -5, max: 5 }), fc.double({ noNaN: true, noDefaultInfinity: true }));

    fc.assert(
      fc.property(number, number, number, (bottom, top, value) => {
        fc.pre(bottom < top);

        expect(matches({ a: [{ numeric: ['>', bottom, '<=', top] }] }, { a: value })).toBe(
          value > bottom && value <= top,
        );
        expect(matches({ a: [{ numeric: ['>=', bottom, '<', top] }] }, { a: value })).toBe(
          value >= bottom && value < top,
        );
        expect(matches({ a: [{ numeric: ['=', bottom] }] }, { a: value })).toBe(value === bottom);
        expect(matches({ a: [bottom] }, { a: value })).toBe(value === bottom);
      }),
    );
  });
});
