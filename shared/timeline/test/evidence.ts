import {
  AgentAnswered,
  AppointmentCancelled,
  AppointmentCreated,
  CallCompleted,
  CallConnected,
  CallDue,
  CallFailed,
  ReminderDue,
  type OutgoingEvent,
} from '@appointments/events';
import { entryOf, type Entry } from '../src/domain/entry';
import type { BookedAppointment, Evidence, ToldAttempt, ToldCall, ToldMessage } from '../src/doctor/evidence';

export const ID = 'apt_1';
export const START = '2026-12-01T15:00:00.000Z';
const about = { appointmentId: ID, appointmentVersion: 1 };
const callSessionId = 'cs_1_1';

/** An instant so many seconds after the start. */
export const after = (seconds: number): string => new Date(Date.parse(START) + seconds * 1000).toISOString();

const kept = (event: OutgoingEvent, busSeconds = 0): Entry => {
  const { occurredAt } = event.detail.metadata;
  return entryOf({
    source: event.source,
    'detail-type': event.detailType,
    time: new Date(Math.floor((Date.parse(occurredAt) + busSeconds * 1000) / 1000) * 1000).toISOString(),
    detail: { metadata: event.detail.metadata, data: event.detail.data },
  });
};

export const created = (occurredAt = '2026-11-28T09:00:00.000Z', busSeconds = 1): Entry =>
  kept(
    AppointmentCreated.create(
      { ...AppointmentCreated.example.data, ...about, revision: 1, startsAt: START },
      { occurredAt },
    ),
    busSeconds,
  );
export const cancelled = (cancelledBy: 'client' | 'agent' | 'system'): Entry =>
  kept(
    AppointmentCancelled.create(
      { appointmentId: ID, appointmentVersion: 2, revision: 2, cancelledBy },
      { occurredAt: '2026-11-29T09:00:00.000Z' },
    ),
  );
export const reminderDue = (occurredAt: string): Entry =>
  kept(ReminderDue.create({ ...about, reminder: '24h', startsAt: START }, { occurredAt }));
export const callDue = (seconds = 0): Entry =>
  kept(CallDue.create({ ...about, startsAt: START }, { occurredAt: after(seconds) }));
export const agentAnswered = (seconds: number): Entry =>
  kept(
    AgentAnswered.create(
      { ...about, callSessionId, attempt: 1, answeredAt: after(seconds) },
      { occurredAt: after(seconds) },
    ),
  );
export const connected = (seconds: number): Entry =>
  kept(
    CallConnected.create(
      { ...about, callSessionId, attempts: { agent: 1, client: 1 }, connectedAt: after(seconds), skewSeconds: seconds },
      { occurredAt: after(seconds) },
    ),
  );
export const completed = (seconds: number): Entry =>
  kept(
    CallCompleted.create(
      { ...about, callSessionId, durationSeconds: 1260, endedBy: 'client' },
      { occurredAt: after(seconds) },
    ),
  );
type Failed = (typeof CallFailed.example)['data'];
export const failed = (reason: Failed['reason'], attempts: Failed['attempts'] = [], seconds = 130): Entry =>
  kept(CallFailed.create({ ...about, callSessionId, leg: null, reason, attempts }, { occurredAt: after(seconds) }));

export const attempt = (leg: 'agent' | 'client', n: number, more: Partial<ToldAttempt> = {}): ToldAttempt => ({
  leg,
  n,
  stage: 'ended',
  reservedAt: after((n - 1) * 40),
  placedAt: after((n - 1) * 40),
  ...more,
});

export const call = (attempts: readonly ToldAttempt[], more: Partial<ToldCall> = {}): ToldCall => ({
  callSessionId,
  version: 1,
  startsAt: START,
  startedAt: START,
  attempts: [...attempts],
  waitsFor: [],
  carrierDown: false,
  ...more,
});

export const message = (more: Partial<ToldMessage> = {}): ToldMessage => ({
  version: 1,
  template: 'confirmation',
  channel: 'email',
  recipient: 'client',
  status: 'sent',
  at: '2026-11-28T09:00:02.000Z',
  history: [{ at: '2026-11-28T09:00:02.000Z', status: 'sent' }],
  ...more,
});

export const booked = (more: Partial<BookedAppointment> = {}): BookedAppointment => ({
  version: 1,
  status: 'scheduled',
  startsAt: '2026-12-01T16:00:00+01:00',
  endsAt: '2026-12-01T16:30:00+01:00',
  timeZone: 'Europe/Berlin',
  createdAt: '2026-11-28T09:00:00.000Z',
  client: { smsConsent: false },
  agent: { agentId: 'agt_default', timeZone: 'America/New_York' },
  call: null,
  ...more,
});

export const CALL_WAKE_UP = { version: 1, purpose: 'call', dueAt: START, state: 'said' };

/** Everything known of an appointment; five minutes after its start unless told otherwise. */
export const evidence = (more: Partial<Evidence> = {}): Evidence => ({
  appointmentId: ID,
  now: after(300),
  appointment: booked(),
  events: [created()],
  wakeUps: [CALL_WAKE_UP],
  calls: [],
  messages: [message()],
  deadLetters: [],
  unread: [],
  ...more,
});
