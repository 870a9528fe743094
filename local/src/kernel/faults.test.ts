import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { createFaults, FaultSettings } from './faults';
import type { FaultSource } from './faults';

const times = <T>(n: number, one: () => T): T[] => Array.from({ length: n }, one);
const inForce = (settings: FaultSettings): FaultSource => {
  const faults = createFaults(() => 4711);
  faults.set(settings);
  return faults;
};

describe('faults', () => {
  it('are none until some are put in force, and none after they were ended', () => {
    const faults = createFaults();

    const before = [faults.active, ...times(100, () => faults.strikes('drop', 'here'))];
    const answer = faults.set({ seed: 1, drop: 1 });
    const during = [faults.active, faults.strikes('drop', 'here')];
    const ended = faults.set({});
    const after = [faults.active, ...times(100, () => faults.strikes('drop', 'here'))];

    expect(before).not.toContain(true);
    expect(answer).toEqual({ seed: 1, drop: 1 });
    expect(during).toEqual([true, true]);
    expect(ended).toEqual({});
    expect(after).not.toContain(true);
  });

  it.each([{ seed: 7 }, { delaySeconds: 5 }, { duplicate: 0, crash: 0 }])(
    'are none where none has a chance: %j',
    (none) => {
      const faults = createFaults();

      expect(faults.set(none)).toEqual({});
      expect(faults.active).toBe(false);
    },
  );

  it('tell the seed that was chosen where none was given, and the longest delay of what is held back', () => {
    expect(createFaults(() => 4711).set({ reorder: 0.5 })).toEqual({ seed: 4711, reorder: 0.5, delaySeconds: 60 });
    expect(createFaults().set({ seed: -3, reorder: 0.5, delaySeconds: 2.5 })).toEqual({
      seed: -3,
      reorder: 0.5,
      delaySeconds: 2.5,
    });
  });

  it('strike as often as asked for', () => {
    const faults = inForce({ seed: 1, throttle: 0.2 });

    const struck = times(10_000, () => faults.strikes('throttle', 'here')).filter(Boolean).length;

    // Five standard deviations of what chance would do.
    expect(Math.abs(struck - 2000)).toBeLessThan(200);
    expect(faults.struck()).toEqual({ throttle: struck });
    expect(faults.strikes('drop', 'here')).toBe(false);
  });

  it('are the same from the same seed at each place, whatever happens at the others', () => {
    const others = fc.array(fc.constantFrom('there', 'elsewhere'), { maxLength: 50 });
    fc.assert(
      fc.property(fc.integer(), others, (seed, elsewhere) => {
        const settings = { seed, duplicate: 0.5, reorder: 0.5, crash: 0.5 };
        const [quiet, busy] = [inForce(settings), inForce(settings)];
        const decide = (faults: FaultSource) => [
          faults.strikes('duplicate', 'here'),
          faults.holdBackMs('here'),
          faults.survivedPoints('here'),
          faults.oneOf('here', ['a', 'b', 'c']),
        ];

        const alone = times(10, () => decide(quiet));
        const among = times(10, () => {
          for (const place of elsewhere) decideElsewhere(busy, place);
          return decide(busy);
        });

        expect(among).toEqual(alone);
      }),
    );
  });

  it('begin anew when they are put in force again, and are others from another seed', () => {
    const faults = createFaults();
    const run = (seed: number) => {
      faults.set({ seed, drop: 0.5 });
      return times(64, () => faults.strikes('drop', 'here'));
    };

    const [first, again, other] = [run(1), run(1), run(2)];

    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
    expect(faults.struck()).toEqual({ drop: other.filter(Boolean).length });
  });

  it('hold back by more than nothing, and never longer than asked for', () => {
    const faults = inForce({ seed: 1, reorder: 1, delaySeconds: 3 });

    const delays = times(1000, () => faults.holdBackMs('here'));

    expect(Math.min(...delays)).toBeGreaterThan(0);
    expect(Math.max(...delays)).toBeLessThanOrEqual(3000);
    expect(Math.max(...delays) - Math.min(...delays)).toBeGreaterThan(2900);
  });

  it('cut a handler off anywhere: at its beginning as well as late', () => {
    const faults = inForce({ seed: 1, crash: 1 });

    const points = new Set(times(1000, () => faults.survivedPoints('here')));

    for (let point = 0; point < 15; point += 1) expect(points).toContain(point);
    expect(inForce({ seed: 1, drop: 1 }).survivedPoints('here')).toBeUndefined();
  });
});

const decideElsewhere = (faults: FaultSource, place: string) => {
  faults.strikes('duplicate', place);
  faults.holdBackMs(place);
  faults.survivedPoints(place);
};

describe('what is asked for', () => {
  it.each<[object, string]>([
    [{ duplicate: 1.1 }, 'duplicate'],
    [{ reorder: -0.1 }, 'reorder'],
    [{ drop: '0.5' }, 'drop'],
    [{ throttle: null }, 'throttle'],
    [{ crash: true }, 'crash'],
    [{ dropAws: 2 }, 'dropAws'],
    [{ seed: 1.5 }, 'seed'],
    [{ seed: 'x' }, 'seed'],
    [{ delaySeconds: 0 }, 'delaySeconds'],
    [{ delaySeconds: 100_000 }, 'delaySeconds'],
  ])('makes no sense, and the fault is named: %j', (asked, name) => {
    const parsed = FaultSettings.safeParse(asked);

    expect(parsed.error?.issues.map(({ path }) => path)).toEqual([[name]]);
  });

  it('has no name that is unknown', () => {
    const parsed = FaultSettings.safeParse({ explode: 0.5 });

    expect(parsed.error?.issues).toMatchObject([{ code: 'unrecognized_keys', keys: ['explode'] }]);
  });
});
