import { describe, expect, it } from '@jest/globals';
import { verdictOn } from './verdict';
import type { AppointmentState, Intent, WakeUp } from './wake-up';

const startsAt = '2026-12-01T15:00:00.000Z';
const call: WakeUp = { appointmentId: 'apt_1', version: 2, purpose: 'call', dueAt: startsAt };
const reminder: WakeUp = { ...call, purpose: 'reminder-1h', dueAt: '2026-12-01T14:00:00.000Z' };
const current: AppointmentState = { version: 2, cancelled: false, startsAt };
const handedOver: Intent = { ...call, state: 'handed-over' };
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

  it('is said when it was said before', () => {
    expect(verdictOn(call, current, { ...call, state: 'said' }, at(startsAt)).is).toBe('said');
  });

  it('is unknown where the table does not know its version', () => {
    expect(verdictOn(call, undefined, undefined, at(startsAt)).is).toBe('unknown');
    expect(verdictOn(call, { ...current, version: 1 }, undefined, at(startsAt)).is).toBe('unknown');
  });

  it('is due even where the intent is gone: a call is never dropped', () => {
    expect(verdictOn(call, current, undefined, at(startsAt)).is).toBe('due');
  });

  it('is too late, being a reminder, once its appointment has begun', () => {
    expect(verdictOn(reminder, current, undefined, at('2026-12-01T14:59:59.999Z')).is).toBe('due');
    expect(verdictOn(reminder, current, undefined, at(startsAt)).is).toBe('too-late');
  });
});
