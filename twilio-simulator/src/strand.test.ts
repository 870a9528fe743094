import { describe, expect, it } from '@jest/globals';
import type { Strand } from './strand';
import { startStrand } from './strand';

function observed(work: (strand: Strand) => Promise<void>) {
  const faults: unknown[] = [];
  const state = { busy: 0, leastBusy: Number.POSITIVE_INFINITY };
  const begin = () => {
    state.busy += 1;
    let held = true;
    return () => {
      if (held) state.busy -= 1;
      held = false;
    };
  };
  const strand = startStrand(begin, 'work', work, (fault) => faults.push(fault));
  return { strand, state, faults };
}
const turn = () => new Promise(setImmediate);

describe('a strand', () => {
  it('is busy while it works, not while it rests, and busy again before it is told that it woke', async () => {
    let wake: (value: string) => void = () => undefined;
    const heard: string[] = [];
    const { state } = observed(async (strand) => {
      heard.push(
        await strand.rest<string>((wakeUp) => {
          wake = wakeUp;
          return () => heard.push('cleaned up');
        }),
      );
      await turn();
      heard.push('done');
    });

    expect(state.busy).toBe(0);
    wake('woken');
    expect(state.busy).toBe(1);
    expect(heard).toEqual(['cleaned up']);
    wake('again');
    await turn();
    await turn();
    await turn();

    expect(heard).toEqual(['cleaned up', 'woken', 'done']);
    expect(state.busy).toBe(0);
  });

  it('that is cancelled at rest cleans up and ends without a fault', async () => {
    const heard: string[] = [];
    const { strand, state, faults } = observed(async (own) => {
      await own.rest(() => () => heard.push('cleaned up'));
      heard.push('never');
    });

    strand.cancel();
    expect(heard).toEqual(['cleaned up']);
    await turn();

    expect([heard, faults, state.busy]).toEqual([['cleaned up'], [], 0]);
  });

  it('that is cancelled at work stops at its next check or rest', async () => {
    const reached: string[] = [];
    const checks = observed(async (own) => {
      await turn();
      own.check();
      reached.push('checked');
    });
    const rests = observed(async (own) => {
      await turn();
      await own.rest(() => {
        reached.push('rested');
        return () => undefined;
      });
    });

    checks.strand.cancel();
    rests.strand.cancel();
    await turn();
    await turn();

    expect([reached, checks.state.busy, rests.state.busy]).toEqual([[], 0, 0]);
  });

  it('that is woken while it sets up its rest never rested, and cleans up all the same', async () => {
    const heard: string[] = [];
    const { strand, state } = observed(async (own) => {
      heard.push(
        await own.rest<string>((wake) => {
          wake('at once');
          return () => heard.push('cleaned up');
        }),
      );
    });
    await turn();

    expect([heard, strand.rests(), state.busy]).toEqual([['cleaned up', 'at once'], 0, 0]);
  });

  it('hands on a fault of its own', async () => {
    const { state, faults } = observed(() => Promise.reject(new Error('broken')));
    await turn();

    expect([faults, state.busy]).toEqual([[new Error('broken')], 0]);
  });
});
