import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { gathering } from './gathering';

const all = (asks: readonly unknown[]) => asks.map((_, place) => place);
const fulfilled = <T>(value: T): PromiseSettledResult<T> => ({ status: 'fulfilled', value });

/** A call that answers each number with its double when it is let go. */
function doubling(pick: (asks: readonly number[]) => readonly number[] = all) {
  const calls: (readonly number[])[] = [];
  const gates: (() => void)[] = [];
  const ask = gathering<number, number>(pick, async (asks) => {
    calls.push(asks);
    await new Promise<void>((resolve) => gates.push(resolve));
    return asks.map((n) => fulfilled(2 * n));
  });
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const letGo = async () => {
    while (gates.length === 0) await turn();
    gates.shift()?.();
  };
  return { ask, calls, letGo, turn };
}

describe('gathering', () => {
  it('makes one call of what is asked in one turn', async () => {
    const { ask, calls, letGo } = doubling();

    const answers = Promise.all([1, 2, 3].map(ask));
    await letGo();

    await expect(answers).resolves.toEqual([2, 4, 6]);
    expect(calls).toEqual([[1, 2, 3]]);
  });

  it('takes what is asked while a call is under way into the next', async () => {
    const { ask, calls, letGo, turn } = doubling();

    const first = ask(1);
    while (calls.length === 0) await turn();
    const others = [ask(2), ask(3)];
    await letGo();
    await letGo();

    await expect(Promise.all([first, ...others])).resolves.toEqual([2, 4, 6]);
    expect(calls).toEqual([[1], [2, 3]]);
  });

  it('leaves for the next call what does not fit into this one', async () => {
    const { ask, calls, letGo } = doubling((asks) => all(asks).slice(0, 2));

    const answers = Promise.all([1, 2, 3].map(ask));
    await letGo();
    await letGo();

    await expect(answers).resolves.toEqual([2, 4, 6]);
    expect(calls).toEqual([[1, 2], [3]]);
  });

  it('tells one fault to whom it concerns', async () => {
    const ask = gathering<number, number>(all, (asks) =>
      Promise.resolve(
        asks.map((n) => (n === 2 ? { status: 'rejected', reason: new Error('not this one') } : fulfilled(n))),
      ),
    );

    const answers = await Promise.allSettled([1, 2, 3].map(ask));

    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('tells a fault of the call to all who were in it, and goes on', async () => {
    let calls = 0;
    const ask = gathering<number, number>(all, (asks) => {
      calls += 1;
      return calls === 1 ? Promise.reject(new Error('down')) : Promise.resolve(asks.map(fulfilled));
    });

    const answers = await Promise.allSettled([1, 2].map(ask));

    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(ask(3)).resolves.toBe(3);
  });

  it('tells a fault of picking to all who wait, and goes on', async () => {
    let picks = 0;
    const ask = gathering<number, number>(
      (asks) => {
        picks += 1;
        if (picks === 1) throw new Error('cannot be picked');
        return all(asks);
      },
      (asks) => Promise.resolve(asks.map(fulfilled)),
    );

    const answers = await Promise.allSettled([1, 2].map(ask));

    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(ask(3)).resolves.toBe(3);
  });

  it('answers everybody once and with their own answer, however the calls are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer(), { maxLength: 40 }),
        fc.integer({ min: 1, max: 7 }),
        async (asked, most) => {
          const ask = gathering<number, string>(
            (asks) =>
              all(asks)
                .filter((place) => place % 2 === 0)
                .slice(0, most),
            (asks) => Promise.resolve(asks.map((n) => fulfilled(String(n)))),
          );
          await expect(Promise.all(asked.map(ask))).resolves.toEqual(asked.map(String));
        },
      ),
    );
  });
});
