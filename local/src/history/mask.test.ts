import { describe, expect, it } from '@jest/globals';
import { ALL_EVENTS, AppointmentCreated, AppointmentRescheduled, NotificationFailed } from '@appointments/events';
import * as fc from 'fast-check';
import { readEnvelope, type Envelope } from './envelope';
import { masked } from './mask';

let serial = 0;
/** An event of the house as it comes off the bus. */
export function onTheBus(detailType: string, change: Record<string, unknown> = {}): Envelope {
  const contract = ALL_EVENTS.find((one) => one.detailType === detailType) ?? AppointmentCreated;
  serial += 1;
  return readEnvelope(
    JSON.stringify({
      id: `e${serial}`,
      source: contract.source,
      'detail-type': detailType,
      account: '000000000000',
      time: '2026-12-01T15:00:00Z',
      region: 'us-east-1',
      resources: [],
      detail: { ...contract.example, data: { ...(contract.example.data as object), ...change } },
    }),
  );
}

const { client, agent } = AppointmentCreated.example.data;

describe('masking', () => {
  it('puts something else in the place of everything that the contract marks, and of nothing else', () => {
    const event = onTheBus('AppointmentCreated', { notes: 'call me at the clinic' });

    const [hidden] = masked([event]);

    expect(hidden).toEqual({
      ...event,
      detail: {
        ...event.detail,
        data: {
          ...event.detail.data,
          client: { ...client, name: 'Person 1', email: 'person1@example.com', phone: '+12025550100' },
          agent: { ...agent, name: 'Person 2', email: 'person2@example.com', phone: '+12025550101' },
          notes: 'Text 1',
        },
      },
    });
  });

  it('gives the same for the same, in whatever event and case it stands', () => {
    const [one, two] = masked([
      onTheBus('AppointmentCreated'),
      onTheBus('AppointmentRescheduled', {
        client: { ...client, email: client.email.toUpperCase() },
        previousAgent: { ...agent, agentId: 'agt_2', localStart: '2026-12-01T10:00:00-05:00' },
      }),
    ]);

    expect(two?.detail.data?.['client']).toEqual(one?.detail.data?.['client']);
    expect(two?.detail.data?.['previousAgent']).toMatchObject({ name: 'Person 2', phone: '+12025550101' });
  });

  it('finds an address or a number also where nobody expects one', () => {
    const [, hidden] = masked([
      onTheBus('AppointmentCreated'),
      onTheBus('NotificationFailed', { reason: `550 ${client.email.toUpperCase()} unknown, not ${client.phone}` }),
    ]);

    expect(hidden?.detail.data?.['reason']).toBe('550 person1@example.com unknown, not +12025550100');
  });

  it('is refused for an event of which nobody knows what is personal', () => {
    const stranger = { ...onTheBus('NotificationFailed'), 'detail-type': 'SomethingElse' };

    expect(() => masked([stranger])).toThrow(/SomethingElse .* cannot be masked: leave it out with --event\./);
  });

  it('leaves no trace of anybody, keeps each apart from each, and the events readable', () => {
    const word = fc.stringMatching(/^[a-z]{6,12}$/);
    const person = fc.record({
      name: word.map((text) => `Zq ${text}`),
      email: word.map((text) => `zq.${text}@zq.example`),
      phone: fc.integer({ min: 4_000_000_000, max: 4_999_999_999 }).map((digits) => `+1${digits}`),
    });
    const people = fc.uniqueArray(person, { minLength: 2, maxLength: 12, selector: ({ email }) => email });
    fc.assert(
      fc.property(people, (persons) => {
        const events = persons.map((one, index) =>
          onTheBus(index % 2 === 0 ? 'AppointmentCreated' : 'AppointmentRescheduled', {
            client: { ...client, ...one },
            agent: { ...agent, ...persons[0] },
          }),
        );

        const hidden = masked(events);

        expect(JSON.stringify(hidden)).not.toMatch(/zq/i);
        const emails = new Set(hidden.map(({ detail }) => Reflect.get(detail.data?.['client'] ?? {}, 'email')));
        expect(emails.size).toBe(persons.length);
        for (const { 'detail-type': name, detail } of hidden) {
          const contract = name === 'AppointmentCreated' ? AppointmentCreated : AppointmentRescheduled;
          expect(contract.check(detail).data.startsAt).toBe(contract.example.data.startsAt);
          expect(contract.check(detail).data.client.phone).toMatch(/^\+1\d{3}55501\d\d$/);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('says so when there are more numbers than there are fictional ones', () => {
    const events = Array.from({ length: 1101 }, (_, n) =>
      onTheBus('AppointmentCreated', { client: { ...client, phone: `+1${4_000_000_000 + n}` }, agent }),
    );

    expect(() => masked(events)).toThrow('narrow the window, or say --appointment');
  });

  it('knows every event of the house', () => {
    const hidden = masked(ALL_EVENTS.map(({ detailType }) => onTheBus(detailType)));

    expect(hidden).toHaveLength(ALL_EVENTS.length);
    expect(JSON.stringify(hidden)).not.toContain(client.email);
    expect(NotificationFailed.personal).toEqual([]);
    expect(AppointmentRescheduled.personal).toContain('previousAgent.phone');
  });
});
