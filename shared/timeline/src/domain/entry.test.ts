import { describe, expect, it } from '@jest/globals';
import { ALL_EVENTS, AppointmentCancelled, AppointmentCreated, CallFailed } from '@appointments/events';
import { entryOf, type Envelope } from './entry';

const envelope = (event: (typeof ALL_EVENTS)[number], detail: Envelope['detail']): Envelope => ({
  source: event.source,
  'detail-type': event.detailType,
  time: '2026-12-01T15:00:01Z',
  detail,
});
const example = (event: (typeof ALL_EVENTS)[number]) => structuredClone(event.example) as unknown as Envelope['detail'];

describe('an event on the timeline', () => {
  it.each(ALL_EVENTS.map((event) => [event.detailType, event] as const))(
    '%s is kept under what it is about, without anything personal',
    (_, event) => {
      const entry = entryOf(envelope(event, example(event)));

      expect(entry).toMatchObject({
        about: event.example.metadata.correlationId,
        eventId: event.example.metadata.eventId,
        occurredAt: event.example.metadata.occurredAt,
        acceptedAt: '2026-12-01T15:00:01Z',
      });
      expect(entry.fault).toBeUndefined();
      for (const own of ['Ada Client', 'Alex Morgan', 'ada@example.com', 'alex@example.com', '+1202555'])
        expect(JSON.stringify(entry)).not.toContain(own);
    },
  );

  it('keeps when the appointment is and in whose clock, which are nobody’s secrets', () => {
    expect(entryOf(envelope(AppointmentCreated, example(AppointmentCreated))).data).toMatchObject({
      startsAt: '2026-12-01T15:00:00.000Z',
      timeZone: 'Europe/Berlin',
      localStart: { client: '2026-12-01T16:00:00+01:00', agent: '2026-12-01T10:00:00-05:00' },
      client: { locale: 'en', smsConsent: false },
      agent: { agentId: 'agt_default', timeZone: 'America/New_York' },
    });
  });

  it('keeps the attempts of a call that failed', () => {
    expect(entryOf(envelope(CallFailed, example(CallFailed))).data['attempts']).toHaveLength(3);
  });

  it('forgets what a person typed as the reason', () => {
    const detail = example(AppointmentCancelled);
    Object.assign(detail['data'] as object, { reason: 'My mother Ada is ill' });

    expect(JSON.stringify(entryOf(envelope(AppointmentCancelled, detail)))).not.toContain('mother');
  });

  it('drops a field that the contract does not know, for nobody knows whether it is personal', () => {
    const detail = example(AppointmentCreated);
    Object.assign(detail['data'] as object, { nickname: 'Countess' });

    const entry = entryOf(envelope(AppointmentCreated, detail));

    expect(JSON.stringify(entry)).not.toContain('Countess');
    expect(entry.fault).toBeUndefined();
  });

  it('that breaks its contract is kept without its data, and says which field is wrong', () => {
    const detail = example(AppointmentCreated);
    Object.assign(detail['data'] as object, { startsAt: 'soon' });

    expect(entryOf(envelope(AppointmentCreated, detail))).toMatchObject({
      data: {},
      fault: expect.stringContaining('data.startsAt'),
    });
  });

  it('of a later version is kept without its data, and says so', () => {
    const detail = example(AppointmentCreated);
    detail.metadata.eventVersion = 2;

    expect(entryOf(envelope(AppointmentCreated, detail))).toMatchObject({
      eventVersion: 2,
      data: {},
      fault: expect.stringContaining('eventVersion'),
    });
  });

  it('of a name that is not known here is kept without its data, and says so', () => {
    const unknown = { ...envelope(AppointmentCreated, example(AppointmentCreated)), 'detail-type': 'AppointmentPaid' };

    expect(entryOf(unknown)).toMatchObject({
      detailType: 'AppointmentPaid',
      data: {},
      fault: 'no contract of this name from this source is known',
    });
  });

  it('of a known name that another source says is not taken for the known one', () => {
    const forged = { ...envelope(AppointmentCreated, example(AppointmentCreated)), source: 'appointments.crm' };

    expect(entryOf(forged).data).toEqual({});
  });
});
