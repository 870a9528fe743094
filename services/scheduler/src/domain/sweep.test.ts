import { describe, expect, it } from '@jest/globals';
import { careFor, sweepAt } from './sweep';
import type { Intent } from './wake-up';

const planned: Intent = {
  appointmentId: 'apt_1',
  version: 1,
  purpose: 'call',
  dueAt: '2026-12-01T15:00:00.000Z',
  state: 'planned',
};

describe('a sweep', () => {
  it('looks at what is due within fifteen minutes, and back to the day before', () => {
    expect(sweepAt(new Date('2026-12-01T15:00:00.000Z'))).toEqual({
      until: '2026-12-01T15:15:00.000Z',
      days: ['2026-11-30', '2026-12-01'],
    });
  });

  it('looks at tomorrow too when the day ends within fifteen minutes', () => {
    expect(sweepAt(new Date('2026-12-31T23:45:00.000Z'))).toEqual({
      until: '2027-01-01T00:00:00.000Z',
      days: ['2026-12-30', '2026-12-31', '2027-01-01'],
    });
  });

  it.each([
    ['2026-12-01T14:44:59.999Z', 'planned', 'nothing'],
    ['2026-12-01T14:45:00.000Z', 'planned', 'hand-over'],
    ['2026-12-01T15:00:00.000Z', 'planned', 'hand-over'],
    ['2026-12-02T14:00:00.000Z', 'planned', 'hand-over'],
    ['2026-12-01T14:45:00.000Z', 'handed-over', 'nothing'],
    ['2026-12-01T15:00:59.999Z', 'handed-over', 'nothing'],
    ['2026-12-01T15:01:00.000Z', 'handed-over', 'wake'],
    ['2026-12-01T15:01:00.000Z', 'said', 'nothing'],
    ['2026-12-01T15:01:00.000Z', 'withdrawn', 'nothing'],
    ['2026-12-01T15:01:00.000Z', 'dropped', 'nothing'],
  ] as const)('at %s does for what is due at 15:00 and %s: %s', (now, state, care) => {
    expect(careFor({ ...planned, state }, new Date(now))).toBe(care);
  });
});
