import { describe, expect, it } from '@jest/globals';
import events from '../../test/fixtures/ses-events.json';
import { SesEvent } from './ses-events';

const slot = {
  appointmentId: 'apt_01JDXK3Q6Z8V4T2M9R7W5Y1N0C',
  version: 1,
  template: 'confirmation',
  channel: 'email',
  recipient: 'client',
};
const providerId = 'EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000';

describe('an event of SES', () => {
  it.each([
    ['send', { status: 'sent', at: '2026-11-22T12:00:00.012Z' }],
    ['delivery', { status: 'delivered', at: '2026-11-22T12:00:01.918Z' }],
    ['bounce', { status: 'bounced', at: '2026-11-22T12:00:02.669Z', reason: 'permanent-general' }],
    ['transientBounce', { status: 'bounced', at: '2026-11-22T12:00:02.669Z', reason: 'transient-mailboxfull' }],
    ['complaint', { status: 'complained', at: '2026-11-22T12:10:02.669Z', reason: 'abuse' }],
    ['bareComplaint', { status: 'complained', at: '2026-11-22T12:10:02.669Z' }],
    ['reject', { status: 'rejected', at: '2026-11-22T12:00:00.012Z', reason: 'bad content' }],
    ['deliveryDelay', { status: 'delayed', at: '2026-11-22T12:30:02.012Z', reason: 'transientcommunicationfailure' }],
  ] as const)('%s tells what became of which message', (name, fate) => {
    expect(SesEvent.parse(events[name])).toEqual({
      slot,
      address: 'recipient@example.com',
      fate: { ...fate, providerId },
    });
  });

  it('names the address alone, also where SES wrote a name beside it', () => {
    const { send } = structuredClone(events);
    send.detail.mail.destination = ['Ada Client <ada@example.com>'];

    expect(SesEvent.parse(send).address).toBe('ada@example.com');
  });

  const { tags, ...untagged } = events.send.detail.mail;
  const changed = (change: Record<string, unknown>) => ({ ...events.send, ...change });
  it.each([
    ['comes from elsewhere', changed({ source: 'appointments.booking' })],
    ['is of a kind that was not asked for', changed({ detail: { eventType: 'Open', mail: events.send.detail.mail } })],
    ['is of a mail without tags', changed({ detail: { eventType: 'Send', mail: untagged } })],
    [
      'is of a mail that is not ours',
      changed({
        detail: { eventType: 'Send', mail: { ...untagged, tags: { 'ses:operation': tags['ses:operation'] } } },
      }),
    ],
    [
      'is of two recipients',
      changed({ detail: { eventType: 'Send', mail: { ...untagged, tags, destination: ['a@b.c', 'd@e.f'] } } }),
    ],
    ['lacks its instant', changed({ detail: { ...events.delivery.detail, delivery: {} } })],
  ])('that %s is refused', (_, event) => {
    expect(SesEvent.safeParse(event).success).toBe(false);
  });
});
