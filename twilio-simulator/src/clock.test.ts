import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { createClock } from './clock';

const timer = (at: number, run: () => void | Promise<void>) => ({ at, kind: 'carrier' as const, what: 'a test', run });

describe('a clock that stands still', () => {
  it('moves only when it is moved, through every timer in its turn', async () => {
    const clock = createClock({ startAt: 1000, speed: 0 });
    const fired: [string, number][] = [];
    clock.ports.arm(timer(1300, () => void fired.push(['late', clock.now()])));
    clock.ports.arm(
      timer(1100, () => {
        fired.push(['early', clock.now()]);
        clock.ports.arm(timer(1200, () => void fired.push(['between', clock.now()])));
      }),
    );
    const disarm = clock.ports.arm(timer(1150, () => void fired.push(['disarmed', clock.now()])));
    disarm();

    await clock.advance(299);
    const before = [...fired];
    await clock.advance(1);

    expect(before).toEqual([
      ['early', 1100],
      ['between', 1200],
    ]);
    expect(fired.at(-1)).toEqual(['late', 1300]);
    expect(clock.now()).toBe(1300);
  });

  it('stands at each timer until what it set going is over', async () => {
    const clock = createClock({ startAt: 0, speed: 0 });
    const seen: number[] = [];
    clock.ports.arm(
      timer(10, () => {
        const done = clock.ports.begin('work');
        setImmediate(() => {
          seen.push(clock.now());
          done();
        });
      }),
    );

    await clock.advance(50);

    expect(seen).toEqual([10]);
  });

  it('fires every armed timer exactly once and in order, however it is moved', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(50)), fc.array(fc.nat(20), { minLength: 3 }), async (due, steps) => {
        const clock = createClock({ startAt: 0, speed: 0 });
        const fired: number[] = [];
        for (const at of due) clock.ports.arm(timer(at, () => void fired.push(at)));

        for (const ms of steps) await clock.advance(ms);

        const target = steps.reduce((all, ms) => all + ms, 0);
        expect(fired).toEqual(due.filter((at) => at <= target).toSorted((one, other) => one - other));
        expect(clock.now()).toBe(target);
      }),
      { numRuns: 50 },
    );
  });

  it('fires what falls due when it begins to flow', async () => {
    const clock = createClock({ startAt: 0, speed: 0 });
    const fired = new Promise<number>((resolve) => clock.ports.arm(timer(500, () => resolve(clock.now()))));

    clock.setSpeed(1000);

    expect(await fired).toBeGreaterThanOrEqual(500);
    clock.stop();
  });

  it('cannot go back, nor at a speed that makes no sense', async () => {
    const clock = createClock({ speed: 0 });

    await expect(clock.advance(-1)).rejects.toThrow(RangeError);
    expect(() => clock.setSpeed(-1)).toThrow(RangeError);
    expect(() => createClock({ speed: Number.NaN })).toThrow(RangeError);
  });
});
