import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { compare, isDifferent, lineDifferences, told } from './difference';
import type { Effect } from './effects';

const AT = Date.UTC(2026, 11, 1, 15);
const mail = (more: Partial<Effect> = {}): Effect => ({
  kind: 'mail',
  at: AT,
  to: 'ada@example.com',
  title: 'Confirmed',
  body: 'Hello Ada\nSee you\nGoodbye',
  ...more,
});
const event = (data: object, more: Partial<Effect> = {}): Effect => ({
  kind: 'event',
  at: AT,
  to: 'telephony',
  title: 'CallConnected',
  body: JSON.stringify(data, undefined, 2),
  data,
  ...more,
});
const verdicts = (compared: ReturnType<typeof compare>) => compared.map(({ is }) => is);

describe('what is done now beside what was done then', () => {
  it('is the same where it is the same, within a minute', () => {
    expect(verdicts(compare([mail()], [mail({ at: AT + 59_000 })]))).toEqual(['same']);
  });

  it('differs by what it says, by when, and says in which lines', () => {
    const [changed, late] = [
      compare([mail()], [mail({ title: 'Booked', body: 'Hello Ada\nSee you soon\nGoodbye' })]),
      compare([mail()], [mail({ at: AT + 120_000 })]),
    ];

    expect(changed).toMatchObject([
      { is: 'differs', lines: ['- Confirmed', '+ Booked', '- See you', '+ See you soon'] },
    ]);
    expect(late).toMatchObject([{ is: 'differs', lines: ['- at 2026-12-01 15:00:00Z', '+ at 2026-12-01 15:02:00Z'] }]);
  });

  it('is gone, new, or of a kind that nobody kept', () => {
    const text = mail({ kind: 'text', to: '+12025550123' });

    expect(verdicts(compare([mail()], []))).toEqual(['gone']);
    expect(verdicts(compare([], [mail()]))).toEqual(['new']);
    expect(verdicts(compare([], [mail(), text], (kind) => kind === 'mail'))).toEqual(['new', 'unknown']);
  });

  it('is laid beside what is most like it, and no two beside one', () => {
    const [one, two] = [mail({ title: 'One' }), mail({ title: 'Two' })];

    expect(compare([one, two], [two, mail({ title: 'Three' })])).toMatchObject([
      { is: 'same', before: two, now: two },
      { is: 'differs', before: one },
    ]);
    expect(verdicts(compare([one], [one, one]))).toEqual(['same', 'new']);
  });

  it('is not another event for seconds that passed otherwise, but for anything else', () => {
    const data = {
      callSessionId: 'cs',
      connectedAt: '2026-12-01T15:00:01.100Z',
      skewSeconds: 1.2,
      attempts: { agent: 1 },
    };
    const near = { ...data, connectedAt: '2026-12-01T15:00:02.000Z', skewSeconds: 0.2 };

    expect(verdicts(compare([event(data)], [event(near)]))).toEqual(['same']);
    expect(compare([event(data)], [event({ ...near, attempts: { agent: 2 } })])).toMatchObject([
      { is: 'differs', lines: ['-     "agent": 1', '+     "agent": 2'] },
    ]);
    expect(compare([event(data)], [event({ ...near, leg: 'agent' })])).toMatchObject([{ is: 'differs' }]);
  });

  it('whatever it is, is told once: nothing is left out, nothing twice', () => {
    const effect = fc.record({
      kind: fc.constantFrom('mail' as const, 'text' as const, 'dial' as const),
      at: fc.integer({ min: AT, max: AT + 300_000 }),
      to: fc.constantFrom('a', 'b'),
      title: fc.constantFrom('x', 'y'),
      body: fc.constantFrom('1', '2'),
    });
    fc.assert(
      fc.property(fc.array(effect, { maxLength: 8 }), fc.array(effect, { maxLength: 8 }), (before, now) => {
        const compared = compare(before, now);

        const sorted = (effects: readonly (Effect | undefined)[]) =>
          effects.flatMap((one) => (one ? [JSON.stringify(one)] : [])).toSorted((a, b) => a.localeCompare(b));
        expect(sorted(compared.map((one) => one.before))).toEqual(sorted(before));
        expect(sorted(compared.map((one) => one.now))).toEqual(sorted(now));
        expect(isDifferent(compare(before, before))).toBe(false);
      }),
    );
  });
});

describe('the lines of a difference', () => {
  it('lead from the one text to the other', () => {
    const text = fc
      .array(fc.constantFrom('a', 'b', 'c', ''), { minLength: 1, maxLength: 12 })
      .map((lines) => lines.join('\n'));
    fc.assert(
      fc.property(text, text, (before, now) => {
        const lines = lineDifferences(before, now);

        const count = (all: readonly string[]) => {
          const counts: Record<string, number> = {};
          for (const line of all) counts[line] = (counts[line] ?? 0) + 1;
          return counts;
        };
        const rest = before.split('\n');
        for (const line of lines.filter((one) => one.startsWith('- '))) rest.splice(rest.indexOf(line.slice(2)), 1);
        const made = [...rest, ...lines.filter((one) => one.startsWith('+ ')).map((line) => line.slice(2))];
        expect(count(made)).toEqual(count(now.split('\n')));
        if (before === now) expect(lines).toEqual([]);
      }),
    );
  });
});

describe('the comparison, to be read', () => {
  it('has a sign before each, its lines below, and the sum', () => {
    const compared = compare(
      [mail(), mail({ to: 'b@example.com' })],
      [mail({ body: 'Hello Ada\nGoodbye' }), event({}, { at: AT + 1 })],
    );

    expect(told(compared)).toEqual([
      '  ~ 2026-12-01 15:00:00Z  mail to ada@example.com: Confirmed',
      '        - See you',
      '  - 2026-12-01 15:00:00Z  mail to b@example.com: Confirmed',
      '  + 2026-12-01 15:00:00Z  CallConnected, published by telephony',
      '',
      '1 ~ otherwise · 1 - no more · 1 + for the first time',
    ]);
  });

  it('of nothing says so', () => {
    expect(told([]).join('')).toBe('Nothing was done then, and nothing would be now.');
  });
});
