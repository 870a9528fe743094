import { describe, expect, it } from '@jest/globals';
import { driftOfOpen, driftOfScheduled } from './drift';
import type { AppointmentState, Intent } from './wake-up';

const now = new Date('2026-12-01T12:00:00.000Z');
const planned: Intent = {
  appointmentId: 'apt_1',
  version: 2,
  purpose: 'call',
  dueAt: '2026-12-01T15:00:00.000Z',
  state: 'planned',
};
const current: AppointmentState = {
  version: 2,
  cancelled: false,
  startsAt: planned.dueAt,
  heardAt: '2026-12-01T11:45:00.000Z',
};
const moved: AppointmentState = { ...current, version: 3 };
const cancelled: AppointmentState = { ...current, cancelled: true };
const justHeard = { heardAt: '2026-12-01T11:45:00.001Z' };

describe('a wake-up that has a schedule', () => {
  it('should have it while it is open and its version stands', () => {
    expect(driftOfScheduled(planned, current, now)).toBe('none');
    expect(driftOfScheduled({ ...planned, state: 'handed-over' }, current, now)).toBe('none');
    expect(driftOfScheduled(planned, undefined, now)).toBe('none');
  });

  it('should have none once the appointment was moved or called off', () => {
    expect(driftOfScheduled(planned, moved, now)).toBe('orphan');
    expect(driftOfScheduled(planned, cancelled, now)).toBe('orphan');
    expect(driftOfScheduled({ ...planned, state: 'withdrawn' }, moved, now)).toBe('orphan');
  });

  it('is left alone while a change of its appointment is under way', () => {
    expect(driftOfScheduled(planned, { ...moved, ...justHeard }, now)).toBe('none');
  });

  it.each([
    ['2026-12-01T11:44:59.999Z', 'orphan'],
    ['2026-12-01T11:45:00.000Z', 'none'],
    ['2026-12-01T12:15:00.000Z', 'none'],
    ['2026-12-01T12:15:00.001Z', 'orphan'],
  ])('and was said, being due at %s, is %s: it fires within moments, or has fired just now', (dueAt, drift) => {
    expect(driftOfScheduled({ ...planned, dueAt, state: 'said' }, current, now)).toBe(drift);
  });
});

describe('a wake-up that is open', () => {
  it('should have a schedule', () => {
    expect(driftOfOpen(planned, current, false, now)).toBe('missing');
    expect(driftOfOpen(planned, current, true, now)).toBe('none');
  });

  it('should be open no more once the appointment was moved or called off', () => {
    expect(driftOfOpen(planned, moved, true, now)).toBe('orphan');
    expect(driftOfOpen({ ...planned, state: 'handed-over' }, cancelled, false, now)).toBe('orphan');
  });

  it('is left alone while a change of its appointment is under way, and once it is settled', () => {
    expect(driftOfOpen(planned, { ...current, ...justHeard }, false, now)).toBe('none');
    expect(driftOfOpen({ ...planned, state: 'said' }, moved, false, now)).toBe('none');
  });

  it('needs no schedule once a sweep looks after it, or has', () => {
    expect(driftOfOpen({ ...planned, dueAt: '2026-12-01T12:15:00.000Z' }, current, false, now)).toBe('none');
    expect(driftOfOpen({ ...planned, dueAt: '2026-12-01T12:15:00.001Z' }, current, false, now)).toBe('missing');
    expect(driftOfOpen({ ...planned, state: 'handed-over' }, current, false, now)).toBe('none');
  });
});
