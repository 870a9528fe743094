import { describe, expect, it } from '@jest/globals';
import { AgentAnswered, CallCompleted, CallConnected, CallFailed } from '@appointments/events';
import * as fc from 'fast-check';
import type { Agent } from './agent';
import {
  afterCallEvent,
  amend,
  book,
  callEntry,
  cancel,
  MAY_AMEND,
  MAY_CANCEL,
  MAY_MOVE,
  move,
  STATUSES,
  type Appointment,
  type CallEvent,
  type Status,
} from './appointment';
import { zoneNamed, type Zone } from '@appointments/runtime/zones';

const now = new Date('2026-11-23T12:00:00.000Z');
const agent: Agent = {
  agentId: 'agt_default',
  version: 0,
  name: 'Alex Morgan',
  email: 'alex@example.com',
  phone: '+12025550100',
  zone: zoneNamed('America/New_York') as Zone,
  workingHours: [],
  slotMinutes: 30,
  bufferBeforeMinutes: 0,
  bufferAfterMinutes: 0,
  minimumNoticeMinutes: 0,
  horizonDays: 60,
  exceptions: new Map(),
  active: true,
};
const clientZone = zoneNamed('Europe/Berlin') as Zone;
const at = (start: string) => ({
  slot: { start: Date.parse(start), end: Date.parse(start) + 1_800_000 },
  agent,
  clientZone,
});
const client = { name: 'Ada', email: 'ada@example.com', phone: '+12025550123', locale: 'en', smsConsent: false };
const booked = book({ appointmentId: 'apt_1', client }, at('2026-12-01T15:00:00Z'), now);

const about = { appointmentId: 'apt_1', appointmentVersion: 1, callSessionId: 'cs_1' };
const answered: CallEvent = { detailType: 'AgentAnswered', data: { ...AgentAnswered.example.data, ...about } };
const connected: CallEvent = { detailType: 'CallConnected', data: { ...CallConnected.example.data, ...about } };
const completed: CallEvent = { detailType: 'CallCompleted', data: { ...CallCompleted.example.data, ...about } };
const failed: CallEvent = { detailType: 'CallFailed', data: { ...CallFailed.example.data, ...about } };

const RANKS: Record<Status, number> = { scheduled: 0, calling: 1, connected: 2, completed: 3, failed: 3, cancelled: 4 };
const after = (appointment: Appointment, ...events: readonly CallEvent[]) =>
  events.reduce((known, event) => afterCallEvent(known, event) ?? known, appointment);

describe('an appointment', () => {
  it.each([
    [[answered], 'calling'],
    [[answered, connected], 'connected'],
    [[answered, connected, completed], 'completed'],
    [[failed], 'failed'],
    [[answered, failed], 'failed'],
    [[completed, connected, answered], 'completed'],
    [[failed, answered], 'failed'],
    [[completed, failed], 'completed'],
    [[failed, completed], 'failed'],
  ])('goes by rank (%#)', (events, status) => {
    expect(after(booked, ...events).status).toBe(status);
  });

  it('never goes backwards, and its version never moves, whatever telephony says in whatever order', () => {
    const event = fc.constantFrom(answered, connected, completed, failed);
    const versioned = fc
      .tuple(event, fc.integer({ min: 1, max: 3 }))
      .map(
        ([{ detailType, data }, appointmentVersion]) =>
          ({ detailType, data: { ...data, appointmentVersion } }) as CallEvent,
      );

    fc.assert(
      fc.property(fc.array(versioned), fc.integer({ min: 1, max: 3 }), (events, version) => {
        let known: Appointment = { ...booked, version };
        for (const one of events) {
          const next = afterCallEvent(known, one);
          if (next) {
            expect(one.data.appointmentVersion).toBe(version);
            expect(RANKS[next.status]).toBeGreaterThanOrEqual(RANKS[known.status]);
            expect(next).toMatchObject({ version, revision: known.revision, writes: known.writes + 1 });
          }
          known = next ?? known;
        }
      }),
    );
  });

  it('knows the same of a completed call in whatever order the events come', () => {
    const orders = fc.shuffledSubarray([answered, connected, completed, answered], { minLength: 4 });

    fc.assert(
      fc.property(orders, (events) => {
        expect(after(booked, ...events).call).toEqual(after(booked, answered, connected, completed).call);
      }),
    );
  });

  it('that was cancelled is moved by no event', () => {
    const gone = { ...cancel(booked, 'client', now).appointment, version: 1 };

    expect(afterCallEvent(gone, failed)).toBeUndefined();
  });

  it('keeps its id and its creation through every change', () => {
    const moved = move(booked, at('2026-12-02T15:00:00Z'), 'client', now).appointment;
    const amended = amend(moved, { name: 'Grace' }, now)?.appointment;
    const { appointment: gone } = cancel(amended ?? moved, 'client', now);

    expect(gone).toMatchObject({
      appointmentId: 'apt_1',
      version: 3,
      revision: 4,
      writes: 4,
      status: 'cancelled',
      createdAt: booked.createdAt,
      firstStartsAt: booked.startsAt,
      client: { name: 'Grace' },
    });
  });

  it('may be moved, cancelled and amended in the states that the API promises', () => {
    const may = (allowed: readonly Status[]) => STATUSES.filter((status) => allowed.includes(status));

    expect(may(MAY_MOVE)).toEqual(['scheduled', 'failed']);
    expect(may(MAY_CANCEL)).toEqual(['scheduled', 'calling']);
    expect(may(MAY_AMEND)).toEqual(['scheduled', 'calling', 'failed']);
  });

  it('has a history without personal data', () => {
    const entries = [
      move(booked, at('2026-12-02T15:00:00Z'), 'client', now).entry,
      cancel(booked, 'client', now).entry,
      amend(booked, { name: 'Grace Hopper', phone: '+12025550199' }, now)?.entry,
      ...[answered, connected, completed, failed].map((event) => callEntry(event, now.toISOString())),
    ];

    expect(JSON.stringify(entries)).not.toMatch(/Grace|Hopper|Ada|Alex|\+1202|@/);
  });
});
