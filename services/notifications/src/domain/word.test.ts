import { describe, expect, it } from '@jest/globals';
import { AppointmentCreated } from '@appointments/events';
import { partsOfBooking, type Projection } from './projection';
import { isTooLate, wordOnFailure, wordOnTime, type CallFailure } from './word';

const parts = partsOfBooking(AppointmentCreated.example.data);
const known = (version: number, changes: Partial<{ cancelled: boolean; told: number }> = {}): Projection => ({
  state: { version, cancelled: changes.cancelled ?? false },
  particulars: parts.particulars && { ...parts.particulars, version: changes.told ?? version },
});
const failed = (reason: string, version = 1): CallFailure => ({
  version,
  callSessionId: 'cs_1',
  leg: 'agent',
  reason,
  attempts: [],
});
const about = (decision: ReturnType<typeof wordOnTime>) =>
  decision.is === 'say' ? `${decision.word.kind} of ${decision.word.version}` : decision.is;

describe('after a booking, a move or a cancellation', () => {
  it.each([
    [1, known(1), 'confirmation of 1'],
    [2, known(2), 'moved of 2'],
    [2, known(2, { cancelled: true, told: 1 }), 'cancelled of 2'],
  ])('of version %d its own word is said', (version, projection, word) => {
    expect(about(wordOnTime('apt_1', version, projection))).toBe(word);
  });

  it('the later word goes in the place of one overtaken', () => {
    expect(about(wordOnTime('apt_1', 1, known(2)))).toBe('moved of 2');
    expect(about(wordOnTime('apt_1', 1, known(3, { cancelled: true, told: 1 })))).toBe('cancelled of 3');
  });

  it('nothing is said before it is known to whom', () => {
    expect(about(wordOnTime('apt_1', 2, { state: { version: 2, cancelled: true } }))).toBe('not-yet');
    expect(about(wordOnTime('apt_1', 1, {}))).toBe('not-yet');
  });

  it('no new time is told with the old local times', () => {
    expect(about(wordOnTime('apt_1', 2, known(2, { told: 1 })))).toBe('not-yet');
  });
});

describe('after a failed call', () => {
  it('both are told', () => {
    expect(about(wordOnFailure('apt_1', failed('agent-unreachable'), known(1)))).toBe('could-not-connect of 1');
  });

  it('also for a reason this service has never heard of', () => {
    expect(about(wordOnFailure('apt_1', failed('solar-flare'), known(1)))).toBe('could-not-connect of 1');
  });

  it.each(['cancelled', 'superseded'])('nobody is told when it was %s', (reason) => {
    expect(about(wordOnFailure('apt_1', failed(reason), {}))).toBe('silence');
  });

  it('nobody is told once the appointment was moved or called off', () => {
    expect(about(wordOnFailure('apt_1', failed('missed'), known(2)))).toBe('silence');
    expect(about(wordOnFailure('apt_1', failed('missed'), known(1, { cancelled: true })))).toBe('silence');
  });

  it('the word waits for the version that failed', () => {
    expect(about(wordOnFailure('apt_1', failed('missed', 2), known(1)))).toBe('not-yet');
    expect(about(wordOnFailure('apt_1', failed('missed'), {}))).toBe('not-yet');
  });
});

describe('lateness', () => {
  const { particulars } = parts;
  if (!particulars) throw new Error('no particulars');

  it('ends the telling of a time with the appointment', () => {
    expect(isTooLate('confirmation', particulars, new Date('2026-12-01T15:29:59.999Z'))).toBe(false);
    expect(isTooLate('confirmation', particulars, new Date('2026-12-01T15:30:00.000Z'))).toBe(true);
  });

  it('leaves a day more for the telling of a failed call', () => {
    expect(isTooLate('could-not-connect', particulars, new Date('2026-12-02T15:29:59.999Z'))).toBe(false);
    expect(isTooLate('could-not-connect', particulars, new Date('2026-12-02T15:30:00.000Z'))).toBe(true);
  });
});
