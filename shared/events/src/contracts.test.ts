import { describe, expect, it } from '@jest/globals';
import { ALL_EVENTS, AppointmentCreated, CallFailed, ContractViolation, patternFor, ReminderDue } from './index';
import { jsonSchemaOf } from './json-schema';

const detailOf = (changes: Record<string, unknown>) => ({
  ...AppointmentCreated.example,
  data: { ...AppointmentCreated.example.data, ...changes },
});

describe('every contract', () => {
  it.each(ALL_EVENTS.map((contract) => [contract.detailType, contract] as const))(
    '%s: its example fits it, strictly',
    (_name, contract) => {
      expect(contract.check(JSON.parse(JSON.stringify(contract.example)))).toEqual(contract.example);
    },
  );

  it('has a name of its own', () => {
    expect(new Set(ALL_EVENTS.map((contract) => contract.detailType)).size).toBe(ALL_EVENTS.length);
  });
});

describe('publishing', () => {
  it('refuses a field the contract does not know', () => {
    expect(() => AppointmentCreated.check(detailOf({ colour: 'blue' }))).toThrow(/data: unrecognized_keys \(colour\)/);
  });

  it('refuses an unknown field inside a nested object', () => {
    expect(() =>
      AppointmentCreated.check(detailOf({ client: { ...AppointmentCreated.example.data.client, fax: '1' } })),
    ).toThrow(ContractViolation);
  });

  it('refuses a word outside a closed vocabulary, also inside a list', () => {
    const example = CallFailed.example;
    const broken = {
      ...example,
      data: { ...example.data, attempts: [{ ...example.data.attempts[0], outcome: 'bored' }] },
    };

    expect(() => CallFailed.check(broken)).toThrow(/data.attempts.0.outcome/);
  });

  it('names the fault without repeating the value, which may be personal', () => {
    const attempt = () =>
      AppointmentCreated.check(detailOf({ client: { ...AppointmentCreated.example.data.client, phone: 'Grace 555' } }));

    expect(attempt).toThrow(/data.client.phone/);
    expect(attempt).not.toThrow(/Grace/);
  });

  it('gives the same fact the same id', () => {
    const facts = { occurredAt: '2026-11-30T14:00:00.000Z' };

    const first = ReminderDue.create(ReminderDue.example.data, facts);
    const again = ReminderDue.create(ReminderDue.example.data, { occurredAt: '2026-11-30T14:00:09.000Z' });

    expect(first.detail.metadata.eventId).toBe('ReminderDue:apt_01JDXK3Q6Z8V4T2M9R7W5Y1N0C:1:24h');
    expect(again.detail.metadata.eventId).toBe(first.detail.metadata.eventId);
  });

  it('counts the hops from the first cause', () => {
    const { metadata } = ReminderDue.create(ReminderDue.example.data, {
      occurredAt: '2026-11-30T14:00:00.000Z',
      cause: { eventId: 'AppointmentCreated:x:1', hops: 3 },
    }).detail;

    expect(metadata).toMatchObject({ causationId: 'AppointmentCreated:x:1', hops: 4 });
  });
});

describe('consuming', () => {
  it('drops a field it does not know, at any depth', () => {
    const parsed = AppointmentCreated.parse(
      detailOf({ colour: 'blue', client: { ...AppointmentCreated.example.data.client, fax: '1' } }),
    );

    expect(parsed).toEqual(AppointmentCreated.example);
  });

  it('keeps an unknown word as the string it is', () => {
    const parsed = CallFailed.parse({
      ...CallFailed.example,
      data: { ...CallFailed.example.data, reason: 'solar-flare' },
    });

    expect(parsed.data.reason).toBe('solar-flare');
  });

  it('refuses another major version', () => {
    const other = {
      ...AppointmentCreated.example,
      metadata: { ...AppointmentCreated.example.metadata, eventVersion: 2 },
    };

    expect(() => AppointmentCreated.parse(other)).toThrow(/eventVersion: 2 is not the known version 1/);
  });
});

describe('rules', () => {
  it('of acting subscriptions hear no replay but those meant for real', () => {
    expect(patternFor([ReminderDue, CallFailed], 'acting')).toEqual({
      source: ['appointments.scheduler', 'appointments.telephony'],
      'detail-type': ['ReminderDue', 'CallFailed'],
      'replay-name': [{ exists: false }, { prefix: 'for-real-' }],
    });
  });

  it('of rebuild subscriptions hear replays', () => {
    expect(patternFor([ReminderDue], 'rebuild')).not.toHaveProperty('replay-name');
  });
});

describe('personal data', () => {
  it('is marked wherever it travels', () => {
    expect(AppointmentCreated.personal).toEqual([
      'client.name',
      'client.email',
      'client.phone',
      'agent.name',
      'agent.email',
      'agent.phone',
      'notes',
    ]);
  });

  it('travels in bookings and agent changes only', () => {
    const carriers = ALL_EVENTS.filter((contract) => contract.personal.length > 0).map(
      (contract) => contract.detailType,
    );

    expect(carriers).toEqual([
      'AppointmentCreated',
      'AppointmentRescheduled',
      'AppointmentAmended',
      'AppointmentCancelled',
      'AgentChanged',
    ]);
  });

  it('is marked in the JSON Schema, and vocabularies are listed there', () => {
    const schema = JSON.stringify(jsonSchemaOf(CallFailed));

    expect(schema).toContain('"agent-unreachable"');
    expect(JSON.stringify(jsonSchemaOf(AppointmentCreated))).toContain('"x-personal":true');
  });
});
