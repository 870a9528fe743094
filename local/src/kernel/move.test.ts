import { afterEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { createBusy } from './busy';
import { createClock } from './clock';
import { createMover, MoveRefusedError } from './move';
import { NotQuietError } from './settle';
import { createTimers } from './timers';
import type { TimerKind } from './types';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.parse('2026-11-22T12:00:00Z');

/** A kernel whose real time stands still, so that only moves change the clock. */
function kernel(limitMs = 60_000) {
  const clock = createClock(0, () => START);
  const busy = createBusy();
  const failures: string[] = [];
  const timers = createTimers(clock, busy, (what) => failures.push(what));
  timers.start();
  running.push(timers);
  const steps: number[] = [];
  const mover = createMover({ clock, busy, timers, limitMs, onStep: () => steps.push(clock.now()) });
  const ran: { readonly what: string; readonly at: number }[] = [];
  const arm = (
    atMs: number,
    what = `t${atMs}`,
    kind: TimerKind = 'delayed-message',
    run: () => void | Promise<void> = () => {},
  ) =>
    timers.arm({
      at: START + atMs,
      kind,
      what,
      run: () => {
        ran.push({ what, at: clock.now() - START });
        return run();
      },
    });
  return { clock, busy, timers, mover, steps, ran, arm, failures };
}

const running: { readonly stop: () => void }[] = [];
afterEach(() => {
  for (const timers of running.splice(0)) timers.stop();
});

/** Work that takes several turns of the event loop, as a function on a socket does. */
const turns = async (n: number) => {
  for (let i = 0; i < n; i++) await new Promise((resolve) => setImmediate(resolve));
};

describe('moving the clock', () => {
  it('stands exactly at the target, and time flows on from there', async () => {
    const { mover, clock } = kernel();

    const moved = await mover.move({ advanceByMs: 90_500 });

    expect(moved).toEqual({ now: START + 90_500, skippedRuns: 0 });
    expect(clock.flowing()).toBe(true);
    expect(clock.now()).toBe(START + 90_500);
  });

  it('runs each timer at its own instant, in order, and no later one', async () => {
    const { mover, arm, ran } = kernel();
    for (const at of [5000, 1000, 3000, 3000, 10_001]) arm(at);

    await mover.move({ advanceByMs: 10_000 });

    expect(ran.map(({ at }) => at)).toEqual([1000, 3000, 3000, 5000]);
  });

  it('lets what a timer set going end before the next instant comes', async () => {
    const { mover, arm, busy, clock } = kernel();
    const seen: [string, number][] = [];
    arm(1000, 'long', 'delayed-message', () =>
      busy.track(
        'work',
        turns(20).then(() => void seen.push(['long', clock.now()])),
      ),
    );
    arm(1001, 'next', 'delayed-message', () => void seen.push(['next', clock.now()]));

    await mover.move({ advanceByMs: 2000 });

    expect(seen).toEqual([
      ['long', START + 1000],
      ['next', START + 1001],
    ]);
  });

  it('runs timers of one instant in the order in which they were armed', async () => {
    const { mover, arm, ran } = kernel();
    for (let n = 0; n < 40; n++) arm(n % 2 === 0 ? 1000 : 2000, `t${n}`);

    await mover.move({ advanceByMs: 2000 });

    const numbers = Array.from({ length: 40 }, (_, n) => n);
    expect(ran.map(({ what }) => what)).toEqual(
      [...numbers.filter((n) => n % 2 === 0), ...numbers.filter((n) => n % 2 === 1)].map((n) => `t${n}`),
    );
  });

  it('also runs what timers arm on the way', async () => {
    const { mover, arm, ran } = kernel();
    arm(1000, 'first', 'delayed-message', async () => {
      await turns(3);
      arm(1500, 'second', 'retry', () => void arm(2000, 'third', 'visibility'));
      arm(500, 'late', 'carrier');
    });

    await mover.move({ advanceByMs: 2000 });

    expect(ran).toEqual([
      { what: 'first', at: 1000 },
      { what: 'late', at: 1000 },
      { what: 'second', at: 1500 },
      { what: 'third', at: 2000 },
    ]);
  });

  it('refuses a target in the past, and a move during a move', async () => {
    const { mover, arm } = kernel();
    let second: unknown;
    arm(1000, 'meanwhile', 'schedule', async () => {
      second = await mover.move({ advanceByMs: 1 }).catch((error: unknown) => error);
    });

    await expect(mover.move({ advanceTo: START - 1 })).rejects.toMatchObject({ name: 'MoveRefusedError', status: 400 });
    await mover.move({ advanceByMs: 1000 });

    expect(second).toMatchObject({ name: 'MoveRefusedError', status: 409 });
  });

  it('names what is busy when the cloud does not come to rest, and lets time flow again', async () => {
    const { mover, busy, clock } = kernel(20);
    const end = busy.begin('function that hangs');

    const failure: unknown = await mover.move({ advanceByMs: 1000 }).catch((error: unknown) => error);

    expect(failure).toBeInstanceOf(NotQuietError);
    expect(failure).toMatchObject({ busyWith: ['function that hangs'] });
    expect(clock.flowing()).toBe(true);
    expect(mover.moving()).toBe(false);
    end();
  });

  it('names a timer that arms itself for now without end', async () => {
    const { mover, timers, clock } = kernel(20);
    const again = () => void timers.arm({ at: clock.now(), kind: 'retry', what: 'endless', run: again });
    again();

    await expect(mover.move({ advanceByMs: 0 })).rejects.toMatchObject({ busyWith: ['due: endless'] });
  });

  it('goes on when a timer fails, and says which', async () => {
    const { mover, arm, ran, failures } = kernel();
    arm(1, 'throws', 'retry', () => {
      throw new Error('as told');
    });
    arm(2, 'rejects', 'retry', () => Promise.reject(new Error('as told')));
    arm(3, 'fine');

    await mover.move({ advanceByMs: 10 });

    expect(ran.map(({ what }) => what)).toEqual(['throws', 'rejects', 'fine']);
    expect(failures).toEqual(['throws', 'rejects']);
  });

  it('tells each instant at which it stood, so that a crash finds the clock there', async () => {
    const { mover, arm, steps } = kernel();
    arm(1000);

    await mover.move({ advanceByMs: 3000 });

    expect(steps).toEqual([START + 1000, START + 3000, START + 3000]);
  });

  it('does not run a timer that was disarmed', async () => {
    const { mover, arm, ran } = kernel();
    const disarm = arm(1000, 'gone');
    arm(999, 'disarms', 'delayed-message', () => disarm());
    arm(1001, 'stays');

    await mover.move({ advanceByMs: 5000 });
    disarm();

    expect(ran.map(({ what }) => what)).toEqual(['disarms', 'stays']);
  });
});

describe('moving to the next wake-up', () => {
  it.each(['schedule', 'delayed-message', 'carrier', 'phone'] as const)('stops at a %s', async (kind) => {
    const { mover, arm, ran } = kernel();
    arm(1000, 'wake-up', kind);
    arm(2000, 'beyond', kind);

    const moved = await mover.move({ toNextWakeUp: true });

    expect(moved.now).toBe(START + 1000);
    expect(ran.map(({ what }) => what)).toEqual(['wake-up']);
  });

  it.each(['recurring', 'visibility', 'retry', 'mail-event'] as const)(
    'runs a %s on the way and does not stop at it',
    async (kind) => {
      const { mover, arm, ran } = kernel();
      arm(500, 'on the way', kind);
      arm(1000, 'wake-up', 'schedule');

      const moved = await mover.move({ toNextWakeUp: true });

      expect(moved.now).toBe(START + 1000);
      expect(ran.map(({ what }) => what)).toEqual(['on the way', 'wake-up']);
    },
  );

  it('stops at one that a retry on the way set earlier', async () => {
    const { mover, arm } = kernel();
    arm(500, 'retry', 'retry', () => void arm(700, 'nearer', 'delayed-message'));
    arm(1000, 'wake-up', 'schedule');

    expect((await mover.move({ toNextWakeUp: true })).now).toBe(START + 700);
  });

  it('is refused with none ahead', async () => {
    const { mover, arm } = kernel();
    arm(500, 'recurring', 'recurring');

    await expect(mover.move({ toNextWakeUp: true })).rejects.toThrow(MoveRefusedError);
  });
});

describe('recurring rules in a long move', () => {
  /** Arms itself anew as a rule does: for the next full period after now. */
  const recurring = ({ timers, clock }: ReturnType<typeof kernel>, periodMs: number, runs: number[]) => {
    const arm = () => {
      const at = Math.floor(clock.now() / periodMs + 1) * periodMs;
      timers.arm({
        at,
        kind: 'recurring',
        what: 'rule',
        run: () => {
          runs.push(clock.now() - START);
          arm();
        },
      });
    };
    arm();
  };

  it('run every time in a move of a day', async () => {
    const k = kernel();
    const runs: number[] = [];
    recurring(k, MINUTE, runs);

    const { skippedRuns } = await k.mover.move({ advanceByMs: 24 * HOUR });

    expect(runs).toHaveLength(24 * 60);
    expect(skippedRuns).toBe(0);
  });

  it('run at most once an hour beyond a day, and the rest is counted', async () => {
    const k = kernel();
    const runs: number[] = [];
    recurring(k, MINUTE, runs);

    const { skippedRuns } = await k.mover.move({ advanceByMs: 48 * HOUR });

    const gaps = runs.slice(1).map((at, index) => at - (runs[index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(HOUR);
    expect(runs.length).toBeGreaterThanOrEqual(47);
    expect(skippedRuns + runs.length).toBe(48 * 60);
  });

  it('go back to their own time when the move is over', async () => {
    const k = kernel();
    const runs: number[] = [];
    recurring(k, MINUTE, runs);
    await k.mover.move({ advanceByMs: 48 * HOUR + 30_000 });
    runs.length = 0;

    await k.mover.move({ advanceByMs: 2 * MINUTE });

    expect(runs).toEqual([48 * HOUR + MINUTE, 48 * HOUR + 2 * MINUTE]);
  });

  it('are left alone when they are rarer', async () => {
    const k = kernel();
    const runs: number[] = [];
    recurring(k, 6 * HOUR, runs);

    const { skippedRuns } = await k.mover.move({ advanceByMs: 48 * HOUR });

    expect(runs).toHaveLength(8);
    expect(skippedRuns).toBe(0);
  });
});

describe('any set of timers and moves', () => {
  const spec = fc.record({
    at: fc.integer({ min: 0, max: 10_000 }),
    turns: fc.integer({ min: 0, max: 3 }),
    disarmed: fc.boolean(),
    /** Timers armed by it, relative to its own instant. */
    children: fc.array(fc.integer({ min: -100, max: 3000 }), { maxLength: 2 }),
  });

  it('runs in order, never early, loses none, and stands exactly at each target', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(spec, { maxLength: 25 }),
        fc.array(fc.integer({ min: 0, max: 4000 }), { minLength: 1, maxLength: 5 }),
        async (specs, moves) => {
          const { mover, clock, timers, busy } = kernel();
          const log: { due: number; at: number }[] = [];
          const armed: number[] = [];
          const arm = (dueMs: number, work: number, children: readonly number[]) => {
            armed.push(dueMs);
            return timers.arm({
              at: START + dueMs,
              kind: 'delayed-message',
              what: 't',
              run: async () => {
                const at = clock.now() - START;
                log.push({ due: dueMs, at });
                await busy.track('work', turns(work));
                for (const child of children) arm(at + child, 0, []);
              },
            });
          };
          for (const { at, turns: work, disarmed, children } of specs) {
            const disarm = arm(at, work, children);
            if (!disarmed) continue;
            disarm();
            armed.splice(armed.indexOf(at), 1);
          }

          let target = 0;
          for (const by of moves) {
            target += by;
            const { now } = await mover.move({ advanceByMs: by });
            expect(now).toBe(START + target);
          }

          expect(log.every(({ due, at }) => at >= due && at <= target)).toBe(true);
          expect(log.map(({ at }) => at)).toEqual(log.map(({ at }) => at).toSorted((a, b) => a - b));
          expect(log.map(({ due }) => due).toSorted((a, b) => a - b)).toEqual(
            armed.filter((due) => due <= target).toSorted((a, b) => a - b),
          );
          timers.stop();
        },
      ),
      { numRuns: 150 },
    );
  });
});
