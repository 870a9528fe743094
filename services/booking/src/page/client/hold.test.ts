import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Answer } from './api';
import { holder, type Hold, type Holding } from './hold';
import type { Problem } from './problem';

const MINUTE = 60_000;
const at = (time: string) => ({ startsAt: `2026-12-01T${time}:00Z`, endsAt: `2026-12-01T${time}:30Z` });
const wish = (time: string, agentId?: string) => ({ slot: at(time), timeZone: 'UTC', agentId });
const refusal = (kind: Problem['kind']): Answer<Hold> => ({
  ok: false,
  problem: { slug: '', status: 409, kind, message: '', fieldErrors: {}, nearest: [] },
});

/** A server that keeps times for ten minutes and answers when it is told to; a clock; a timer that is run by hand. */
function world() {
  let now = Date.parse('2026-12-01T08:00:00Z');
  let made = 0;
  let timer: { readonly run: () => void; readonly at: number } | undefined;
  const seen: Holding[] = [];
  const standing = new Map<string, string>();
  const waiting: (() => void)[] = [];
  const refused = new Map<string, Problem['kind']>();
  const released: string[] = [];
  const inTurn = <T>(work: () => T) => new Promise<T>((resolve) => waiting.push(() => resolve(work())));
  const held = holder({
    take: ({ slot }, replaces) =>
      inTurn((): Answer<Hold> => {
        const kind = refused.get(slot.startsAt);
        if (kind !== undefined) return refusal(kind);
        const holdId = `hld_${(made += 1)}`;
        if (replaces !== undefined) standing.delete(replaces);
        standing.set(holdId, slot.startsAt);
        return {
          ok: true,
          value: { holdId, startsAt: slot.startsAt, expiresAt: new Date(now + 10 * MINUTE).toISOString() },
        };
      }),
    release: (holdId) =>
      inTurn(() => {
        standing.delete(holdId);
        released.push(holdId);
      }),
    now: () => new Date(now),
    later: (run, ms) => {
      timer = { run, at: now + ms };
      return () => {
        timer = undefined;
      };
    },
    onChange: (holding) => seen.push(holding),
  });
  const settle = async () => {
    for (let turn = 0; turn < 20; turn += 1) {
      await Promise.resolve();
      waiting.shift()?.();
    }
  };
  return {
    held,
    settle,
    standing,
    refused,
    released,
    seen,
    last: () => seen.at(-1),
    pass: (minutes: number) => {
      now += minutes * MINUTE;
      if (timer !== undefined && timer.at <= now) timer.run();
    },
    sleep: (minutes: number) => {
      now += minutes * MINUTE;
    },
  };
}

describe('a time that is kept', () => {
  it('is said to be kept until its end, and then to be kept no longer', async () => {
    const { held, settle, last, pass } = world();
    void held.take(wish('10:00'));
    expect(last()).toEqual({ kind: 'asking' });

    await settle();
    expect(last()).toMatchObject({ kind: 'kept', hold: { expiresAt: '2026-12-01T08:10:00.000Z' } });
    pass(9);
    expect(last()).toMatchObject({ kind: 'kept' });
    pass(1);
    expect(last()).toMatchObject({ kind: 'over', hold: { expiresAt: '2026-12-01T08:10:00.000Z' } });
  });

  it('is looked at again after a sleep, in which no timer ran', async () => {
    const { held, settle, last, sleep } = world();
    void held.take(wish('10:00'));
    await settle();

    sleep(30);
    held.look();

    expect(last()).toMatchObject({ kind: 'over' });
  });

  it('takes the place of the one before', async () => {
    const { held, settle, standing } = world();
    void held.take(wish('10:00'));
    await settle();

    void held.take(wish('11:00'));
    await settle();

    expect([...standing.values()]).toEqual([at('11:00').startsAt]);
  });

  it('is given back when the visitor leaves it', async () => {
    const { held, settle, standing, last } = world();
    void held.take(wish('10:00'));
    await settle();

    void held.release();
    await settle();

    expect([standing.size, last()]).toEqual([0, { kind: 'none' }]);
  });

  it('is given back also when the visitor leaves it before the answer has come', async () => {
    const { held, settle, standing, last } = world();
    void held.take(wish('10:00'));
    await Promise.resolve();
    void held.release();
    await settle();

    expect([standing.size, last()]).toEqual([0, { kind: 'none' }]);
  });

  it('is replaced and not given back first where another is chosen before it was', async () => {
    const { held, settle, standing, released } = world();
    void held.take(wish('10:00'));
    await settle();

    void held.release();
    void held.take(wish('11:00'));
    await settle();

    expect([released, [...standing.values()]]).toEqual([[], [at('11:00').startsAt]]);
  });

  it('goes with a booking of that very time, and with no other', async () => {
    const { held, settle } = world();
    void held.take(wish('10:00'));
    const asked = held.idFor(at('10:00'));
    await settle();

    expect([await asked, await held.idFor(at('11:00'))]).toEqual(['hld_1', undefined]);
    expect(await held.idFor({ ...at('10:00'), startsAt: '2026-12-01T11:00:00+01:00' })).toBe('hld_1');
  });

  it('is gone on with after the page was loaded again', async () => {
    const { held, last, pass } = world();
    held.resume({ holdId: 'hld_9', startsAt: at('10:00').startsAt, expiresAt: '2026-12-01T08:04:00Z' });
    expect(last()).toMatchObject({ kind: 'kept' });

    pass(4);

    expect([last()?.kind, await held.idFor(at('10:00'))]).toEqual(['over', 'hld_9']);
  });

  it('is promised no longer when the server has given it away, and is replaced by the next', async () => {
    const { held, settle, standing, last } = world();
    void held.take(wish('10:00'));
    await settle();

    held.withdraw();
    expect(last()).toEqual({ kind: 'none' });
    held.look();
    expect(last()).toEqual({ kind: 'none' });
    void held.take(wish('11:00'));
    await settle();

    expect([...standing.values()]).toEqual([at('11:00').startsAt]);
  });

  it('is let go of when it was booked, and not given back', async () => {
    const { held, settle, last, released } = world();
    void held.take(wish('10:00'));
    await settle();

    held.forget();
    void held.release();
    await settle();

    expect([last(), released, await held.idFor(at('10:00'))]).toEqual([{ kind: 'none' }, [], undefined]);
  });
});

describe('a time that could not be kept', () => {
  it('is told when somebody else has it', async () => {
    const { held, settle, refused, last } = world();
    refused.set(at('10:00').startsAt, 'slot-taken');
    const told = held.take(wish('10:00'));
    await settle();

    expect([(await told)?.kind, last()]).toEqual(['slot-taken', { kind: 'none' }]);
  });

  it.each(['unreachable', 'other', 'invalid'] as const)('is no matter where the answer is %s', async (kind) => {
    const { held, settle, refused, last } = world();
    refused.set(at('10:00').startsAt, kind);
    const told = held.take(wish('10:00'));
    await settle();

    expect([await told, last(), await held.idFor(at('10:00'))]).toEqual([undefined, { kind: 'none' }, undefined]);
  });
});

describe('whatever a visitor does', () => {
  it('leaves at the end one hold at most, of the time chosen last, and none that was given back', async () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('take' as const), time: fc.constantFrom('10:00', '11:00', '12:00') }),
      fc.record({ do: fc.constant('release' as const) }),
      fc.record({ do: fc.constant('settle' as const) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), fc.boolean(), async (steps, isRefused) => {
        const { held, settle, standing, refused, last } = world();
        if (isRefused) refused.set(at('11:00').startsAt, 'slot-taken');
        let chosen: string | undefined;
        for (const one of steps) {
          if (one.do === 'take') {
            chosen = one.time;
            void held.take(wish(one.time));
          } else if (one.do === 'release') {
            chosen = undefined;
            void held.release();
          } else await settle();
        }
        await settle();
        await settle();

        expect(standing.size).toBeLessThanOrEqual(1);
        const isKept = chosen !== undefined && !(isRefused && chosen === '11:00');
        expect(last()?.kind ?? 'none').toBe(isKept ? 'kept' : 'none');
        if (isKept) expect([...standing.values()]).toEqual([at(chosen ?? '').startsAt]);
        if (chosen === undefined) expect(standing.size).toBe(0);
      }),
    );
  });
});
