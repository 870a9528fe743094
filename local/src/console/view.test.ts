import { describe, expect, it } from '@jest/globals';
import {
  ahead,
  faultsOf,
  nextAppointment,
  peopleOf,
  refusalOf,
  shortTime,
  summaryOf,
  toneOf,
  typedInstant,
} from './view';

const event = (detailType: string, data: Record<string, unknown>) => ({
  seq: 1,
  id: 'e',
  time: '2026-12-01T15:00:00Z',
  source: 'appointments.booking',
  detailType,
  detail: { metadata: {}, data },
});

describe('the console', () => {
  it('says which faults are on, how likely they are and how often they struck, and nothing where there are none', () => {
    expect(faultsOf({})).toBe('');
    expect(
      faultsOf({
        seed: 7,
        duplicate: 0.2,
        reorder: 0.125,
        drop: 0,
        crash: 0.05,
        delaySeconds: 60,
        struck: { duplicate: 3, crash: 1 },
      }),
    ).toBe('duplicate 20 % (3 so far), reorder 12.5 % by up to 60 s, crash 5 % (1 so far)');
  });

  it('knows whose a number is from the newest event that named it', () => {
    const people = peopleOf([
      event('AppointmentCreated', {
        client: { name: 'Ada', phone: '+12025550123' },
        agent: { name: 'Alex', phone: '+12025550100' },
      }),
      event('CallDue', { startsAt: '2026-12-01T15:00:00Z' }),
      event('AgentChanged', { name: 'Alexa', phone: '+12025550100' }),
      { ...event('Strange', {}), detail: null },
    ]);

    expect([...people]).toEqual([
      ['+12025550123', { name: 'Ada', role: 'client' }],
      ['+12025550100', { name: 'Alexa', role: 'agent' }],
    ]);
  });

  it('finds the next appointment that still stands', () => {
    const now = Date.parse('2026-12-01T12:00:00Z');
    const created = (appointmentId: string, startsAt: string) =>
      event('AppointmentCreated', { appointmentId, startsAt });
    const events = [
      created('past', '2026-12-01T11:00:00Z'),
      created('gone', '2026-12-01T13:00:00Z'),
      created('moved', '2026-12-01T14:00:00Z'),
      created('stays', '2026-12-01T15:00:00Z'),
      event('AppointmentCancelled', { appointmentId: 'gone' }),
      event('AppointmentRescheduled', { appointmentId: 'moved', startsAt: '2026-12-02T14:00:00Z' }),
    ];

    expect(nextAppointment(events, now)?.appointmentId).toBe('stays');
    expect(nextAppointment([], now)).toBeUndefined();
  });

  it('tells an event in a few words', () => {
    expect(
      summaryOf(event('CallFailed', { leg: 'client', reason: 'client-unreachable', attempts: [{}, {}, {}] })),
    ).toBe('client · client-unreachable · 3 attempts');
    expect(summaryOf(event('CallConnected', { attempts: { agent: 1, client: 2 }, skewSeconds: 4 }))).toBe(
      '4 s after its time',
    );
    expect(summaryOf(event('ReminderDue', { reminder: '1h', channels: ['sms'] }))).toBe('1h · by sms alone');
    expect([toneOf('CallFailed'), toneOf('CallConnected'), toneOf('CallDue')]).toEqual(['bad', 'good', 'plain']);
  });

  it('shows why something was refused, whatever was answered', () => {
    expect(refusalOf(409, '{"title":"The phone cannot do that now","detail":"It is idle."}')).toBe(
      '409: The phone cannot do that now. It is idle',
    );
    expect(refusalOf(503, '{"title":"Not quiet","detail":"After 60 s.","busy":["queue x"]}')).toBe(
      '503: Not quiet. After 60 s. Busy: queue x',
    );
    expect(refusalOf(502, 'Bad gateway')).toBe('502: Bad gateway');
    expect(refusalOf(500, '')).toBe('500: no answer');
  });

  it('writes times in UTC, with the day only where it is another', () => {
    expect(shortTime('2026-12-01T15:00:41.123Z', '2026-12-01T00:00:00Z')).toBe('15:00:41');
    expect(shortTime('2026-12-02T15:00:41.123Z', '2026-12-01T00:00:00Z')).toBe('12-02 15:00:41');
    expect([ahead(0), ahead(61_000), ahead(3 * 3_600_000), ahead(86_400_000 * 2 + 3_600_000)]).toEqual([
      '0 s',
      '1 min 1 s',
      '3 h',
      '2 d 1 h',
    ]);
  });

  it('takes a typed time for UTC unless it says otherwise', () => {
    expect(typedInstant('2026-12-01 15:00')).toBe('2026-12-01T15:00:00.000Z');
    expect(typedInstant('2026-12-01T15:00:30')).toBe('2026-12-01T15:00:30.000Z');
    expect(typedInstant('2026-12-01T15:00:00-05:00')).toBe('2026-12-01T20:00:00.000Z');
    expect([typedInstant('tomorrow'), typedInstant(''), typedInstant('2026-12-01')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
