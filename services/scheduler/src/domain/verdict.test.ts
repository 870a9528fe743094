import { describe, expect, it } from '@jest/globals';
import { verdictOn } from './verdict';
import type { AppointmentState, Intent, WakeUp } from './wake-up';

const startsAt = '2026-12-01T15:00:00.000Z';
const call: WakeUp = { appointmentId: 'apt_1', version: 2, purpose: 'call', dueAt: startsAt };
const reminder: WakeUp = { ...call, purpose: 'reminder-1h', dueAt: '2026-12-01T14:00:00.000Z' };
const current: AppointmentState = { version: 2, cancelled: false, startsAt };
const handedOver: readonly Intent[] = [{ ...call, state: 'handed-over' }];
const at = (instant: string) => new Date(instant);

describe('a wake-up that arrives', () => {
  it.each([
    ['2026-12-01T14:58:00.000Z', 'early'],
    ['2026-12-01T14:59:58.999Z', 'early'],
    ['2026-12-01T14:59:59.000Z', 'due'],
    ['2026-12-01T15:00:00.000Z', 'due'],
    ['2026-12-02T15:00:00.000Z', 'due'],
    ['2026-12-02T15:00:00.001Z', 'history'],
  ])('for 15:00:00, at %s, is %s', (now, verdict) => {
    expect(verdictOn(call, current, handedOver, at(now)).is).toBe(verdict);
  });

  it('says when the appointment starts as the table knows it', () => {
    expect(verdictOn(call, current, handedOver, at(startsAt))).toEqual({ is: 'due', startsAt });
  });

  it('is stale once the appointment was moved or called off', () => {
    expect(verdictOn(call, { ...current, version: 3 }, handedOver, at(startsAt)).is).toBe('stale');
    expect(verdictOn(call, { ...current, cancelled: true }, handedOver, at(startsAt)).is).toBe('stale');
  });

  it.each(['said', 'withdrawn', 'dropped'] as const)('is settled when it was %s before', (state) => {
    expect(verdictOn(call, current, [{ ...call, state }], at(startsAt)).is).toBe('settled');
  });

  it('is unknown where the table does not know its version', () => {
    expect(verdictOn(call, undefined, [], at(startsAt)).is).toBe('unknown');
    expect(verdictOn(call, { ...current, version: 1 }, [], at(startsAt)).is).toBe('unknown');
    expect(verdictOn(call, { ...current, version: 1, cancelled: true }, [], at(startsAt)).is).toBe('unknown');
  });

  it('is due even where the intent is gone: a call is never dropped', () => {
    expect(verdictOn(call, current, [], at(startsAt)).is).toBe('due');
  });

  it('is due whatever became of the intent of another version, or another purpose', () => {
    const others: readonly Intent[] = [
      { ...call, version: 1, state: 'withdrawn' },
      { ...reminder, state: 'dropped' },
    ];

    expect(verdictOn(call, current, others, at(startsAt)).is).toBe('due');
  });
});

describe('a reminder that arrives', () => {
  const begins = { is: 'too-late', because: 'appointment-begun' };
  const later = { is: 'too-late', because: 'later-reminder-due' };
  const dayBefore: WakeUp = { ...call, purpose: 'reminder-24h', dueAt: '2026-11-30T15:00:00.000Z' };

  it('is too late once its appointment has begun', () => {
    expect(verdictOn(reminder, current, [], at('2026-12-01T14:59:59.999Z')).is).toBe('due');
    expect(verdictOn(reminder, current, [], at(startsAt))).toEqual(begins);
  });

  it.each([
    ['2026-12-01T13:59:59.999Z', { is: 'due', startsAt }],
    ['2026-12-01T14:00:00.000Z', later],
    ['2026-12-01T15:00:00.000Z', begins],
  ])('a day late, at %s, is dropped as soon as the later reminder is due', (now, verdict) => {
    const intents: readonly Intent[] = [
      { ...call, state: 'planned' },
      { ...dayBefore, state: 'planned' },
      { ...reminder, state: 'planned' },
    ];

    expect(verdictOn(dayBefore, current, intents, at(now))).toEqual(verdict);
  });

  it('by text alone never takes the place of one that goes by all ways, but of an earlier text it does', () => {
    const textBefore: WakeUp = { ...call, purpose: 'text-24h', dueAt: '2026-11-29T20:59:00.000Z' };
    const text: WakeUp = { ...call, purpose: 'text-1h', dueAt: '2026-11-30T20:59:00.000Z' };
    const intents: readonly Intent[] = [dayBefore, textBefore, text].map((each) => ({ ...each, state: 'planned' }));
    const then = at('2026-11-30T21:00:00.000Z');

    expect(verdictOn(dayBefore, current, intents, then).is).toBe('due');
    expect(verdictOn(textBefore, current, intents, then)).toEqual(later);
    expect(verdictOn(text, current, intents, then).is).toBe('due');
    // What goes by all ways goes by text too.
    expect(verdictOn(textBefore, current, intents, at('2026-11-30T15:00:00.000Z'))).toEqual(later);
  });

  it('is due though an earlier reminder was never said, nor one of another version', () => {
    const intents: readonly Intent[] = [
      { ...dayBefore, state: 'planned' },
      { ...reminder, version: 1, dueAt: '2026-12-01T14:00:00.500Z', state: 'withdrawn' },
    ];

    expect(verdictOn(reminder, current, intents, at('2026-12-01T14:00:01.000Z')).is).toBe('due');
  });

  it('more than a day late is no history: its appointment lies ahead', () => {
    const weekBefore: WakeUp = { ...call, purpose: 'reminder-7d', dueAt: '2026-11-24T15:00:00.000Z' };

    expect(verdictOn(weekBefore, current, [], at('2026-11-26T15:00:00.000Z')).is).toBe('due');
  });
});
