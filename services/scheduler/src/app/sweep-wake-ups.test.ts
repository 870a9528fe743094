import { describe, expect, it } from '@jest/globals';
import type { Intent } from '../domain/wake-up';
import { sweepWakeUps, type RestOfSweep } from './sweep-wake-ups';

const now = new Date('2026-12-01T15:00:00.000Z');
const intent = (appointmentId: string, dueAt: string, state: Intent['state'] = 'planned'): Intent => ({
  appointmentId,
  version: 1,
  purpose: 'call',
  dueAt,
  state,
});

/** A table of so many pages on each day. */
function sweeping(pages: Readonly<Record<string, readonly (readonly Intent[])[]>>) {
  const asked: { readonly day: string; readonly from: string | undefined; readonly until: string | undefined }[] = [];
  const effects: string[] = [];
  const left: RestOfSweep[] = [];
  const sweep = sweepWakeUps({
    openOn: async (day, from, until) => {
      asked.push({ day, from: from?.['page'], until });
      const number = Number(from?.['page'] ?? 0);
      const more = number + 1 < (pages[day]?.length ?? 0);
      return { intents: pages[day]?.[number] ?? [], next: more ? { page: String(number + 1) } : undefined };
    },
    delay: async ({ appointmentId }, delaySeconds) => {
      effects.push(`${appointmentId} delayed by ${delaySeconds}`);
    },
    mark: async ({ appointmentId }, state) => {
      effects.push(`${appointmentId} ${state}`);
    },
    goOn: async (rest) => {
      left.push(rest);
    },
    now: () => now,
  });
  return { sweep, asked, effects, left };
}

describe('a sweep', () => {
  it('asks for what is due today and was yesterday, up to fifteen minutes from now, page by page', async () => {
    const { sweep, asked } = sweeping({ '2026-12-01': [[], [], []] });

    await sweep();

    const until = '2026-12-01T15:15:00.000Z';
    expect(asked).toEqual([
      { day: '2026-11-30', from: undefined, until },
      { day: '2026-12-01', from: undefined, until },
      { day: '2026-12-01', from: '1', until },
      { day: '2026-12-01', from: '2', until },
    ]);
  });

  it('gives the delay queue what is due soon, and only then notes that it has it', async () => {
    const { sweep, effects } = sweeping({ '2026-12-01': [[intent('apt_1', '2026-12-01T15:10:00.500Z')]] });

    await sweep();

    expect(effects).toEqual(['apt_1 delayed by 601', 'apt_1 handed-over']);
  });

  it('wakes at once what is overdue, whether it was handed over or not', async () => {
    const { sweep, effects } = sweeping({
      '2026-11-30': [[intent('apt_1', '2026-11-30T16:00:00.000Z')]],
      '2026-12-01': [[intent('apt_2', '2026-12-01T14:59:00.000Z', 'handed-over')]],
    });

    await sweep();

    expect(effects).toEqual(['apt_1 delayed by 0', 'apt_1 handed-over', 'apt_2 delayed by 0']);
  });

  it('leaves alone what is on its way', async () => {
    const { sweep, effects } = sweeping({
      '2026-12-01': [[intent('apt_1', '2026-12-01T15:05:00.000Z', 'handed-over')]],
    });

    await sweep();

    expect(effects).toEqual([]);
  });

  it('looks at a day that is over no more once nothing was open on it', async () => {
    const { sweep, asked } = sweeping({ '2026-12-01': [[], []] });

    await sweep();
    asked.length = 0;
    await sweep();

    expect(asked.map(({ day, from }) => [day, from])).toEqual([
      ['2026-12-01', undefined],
      ['2026-12-01', '1'],
    ]);
  });

  it('looks again at a day that is over while something is open on it', async () => {
    const { sweep, asked } = sweeping({ '2026-11-30': [[], [intent('apt_1', '2026-11-30T16:00:00.000Z')]] });

    await sweep();
    await sweep();

    expect(asked.map(({ day }) => day)).toEqual([
      '2026-11-30',
      '2026-11-30',
      '2026-12-01',
      '2026-11-30',
      '2026-11-30',
      '2026-12-01',
    ]);
  });

  it('leaves to another run what is more than one can do, and that goes on where it ended', async () => {
    const page = Array.from({ length: 1000 }, (_, n) => intent(`apt_${n}`, '2026-12-01T15:05:00.000Z', 'handed-over'));
    const { sweep, asked, left } = sweeping({ '2026-11-30': [page], '2026-12-01': [page, page, page] });

    await sweep();
    const until = '2026-12-01T15:15:00.000Z';
    expect(left).toEqual([{ until, days: ['2026-12-01'], from: { page: '1' } }]);
    asked.length = 0;
    await sweep(left[0]);

    expect(asked.map(({ day, from }) => [day, from])).toEqual([
      ['2026-12-01', '1'],
      ['2026-12-01', '2'],
    ]);
  });

  it('fails where one of its effects fails, so that it is done again', async () => {
    const sweep = sweepWakeUps({
      openOn: async () => ({ intents: [intent('apt_1', '2026-12-01T15:05:00.000Z')] }),
      delay: () => Promise.reject(new Error('no queue')),
      mark: () => Promise.resolve(),
      goOn: () => Promise.resolve(),
      now: () => now,
    });

    await expect(sweep()).rejects.toThrow('no queue');
  });
});
