import { describe, expect, it } from '@jest/globals';
import {
  AgentChanged,
  AppointmentCancelled,
  AppointmentCreated,
  AppointmentRescheduled,
  CallCompleted,
  CallConnected,
  CallDue,
  CallFailed,
  type EventContract,
} from '@appointments/events';
import { caseOf } from './case';
import { readEnvelope } from './envelope';

const ID = 'apt_1';
const { startsAt, client, agent } = AppointmentCreated.example.data;
let serial = 0;
function told(contract: EventContract, data: object = {}, occurredAt = '2026-11-30T12:00:00.000Z') {
  serial += 1;
  const event = contract.create(
    {
      ...(contract.example.data as object),
      ...('appointmentId' in (contract.example.data as object) && { appointmentId: ID }),
      ...data,
    },
    { occurredAt },
  );
  return readEnvelope(
    JSON.stringify({
      id: `e${serial}`,
      source: event.source,
      'detail-type': event.detailType,
      account: '1',
      time: `${occurredAt.slice(0, 19)}Z`,
      region: 'r',
      detail: event.detail,
    }),
  );
}

describe('a case', () => {
  it('is fed what booking told, and nothing that the system made of it', () => {
    const created = told(AppointmentCreated);
    const due = told(CallDue);

    const subject = caseOf(ID, [created, due, told(AppointmentCreated, { appointmentId: 'apt_2' })]);

    expect(subject.inputs).toEqual([created]);
    expect(subject.published).toEqual([due]);
  });

  it('knows from a call that came about how often nobody took it, and who hung up when', () => {
    const { calls } = caseOf(ID, [
      told(AppointmentCreated),
      told(CallConnected, { attempts: { agent: 1, client: 3 } }),
      told(CallCompleted, { durationSeconds: 90, endedBy: 'client' }),
    ]);

    expect(calls).toEqual([
      {
        version: 1,
        startsAt: Date.parse(startsAt),
        numbers: { agent: agent.phone, client: client.phone },
        manners: { agent: ['accept'], client: ['no-answer', 'no-answer', 'accept'] },
        hangUp: { by: 'client', afterMs: 90_000 },
      },
    ]);
  });

  it('knows from a call that failed how each attempt ended', () => {
    const attempt = { startedAt: startsAt, ringSeconds: 1 };
    const { calls } = caseOf(ID, [
      told(AppointmentCreated),
      told(CallFailed, {
        leg: 'client',
        reason: 'client-unreachable',
        attempts: [
          { ...attempt, leg: 'agent', n: 1, outcome: 'human' },
          { ...attempt, leg: 'client', n: 1, outcome: 'voicemail' },
          { ...attempt, leg: 'client', n: 2, outcome: 'declined' },
          { ...attempt, leg: 'client', n: 3, outcome: 'lost' },
        ],
      }),
    ]);

    expect(calls[0]?.manners).toEqual({ agent: ['accept'], client: ['voicemail', 'decline'] });
  });

  it('rings the number that an agent has by then', () => {
    const { agentId, name, email, timeZone } = agent;
    const { calls } = caseOf(ID, [
      told(AppointmentCreated),
      told(AgentChanged, { agentId, agentVersion: 2, name, email, timeZone, phone: '+12025550177' }),
    ]);

    expect(calls[0]?.numbers.agent).toBe('+12025550177');
  });

  it('rings nobody at a time that was given up before it came', () => {
    const moved = told(AppointmentRescheduled, {
      appointmentVersion: 2,
      revision: 2,
      startsAt: '2026-12-02T15:00:00.000Z',
    });
    const cancelled = told(AppointmentCancelled, { appointmentVersion: 3, revision: 3 });

    expect(caseOf(ID, [told(AppointmentCreated), moved]).calls.map(({ version }) => version)).toEqual([2]);
    expect(caseOf(ID, [told(AppointmentCreated), moved, cancelled]).calls).toEqual([]);
  });

  it('without its beginning is refused with how to get it', () => {
    expect(() => caseOf(ID, [])).toThrow('Of apt_1 there is no event of booking: look at the id, and at the window');
    expect(() => caseOf(ID, [told(AppointmentRescheduled)])).toThrow(
      'its beginning is missing. Begin earlier with --from',
    );
  });
});
