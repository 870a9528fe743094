import * as z from 'zod';
import { defineEvent, personal, words } from './define-event';

const Instant = z.iso.datetime();
const AppointmentId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
const CallSessionId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
const Version = z.int().positive();
const Phone = personal(z.string().regex(/^\+[1-9]\d{6,14}$/));
const Email = personal(z.string().min(3).max(254));
const Name = personal(z.string().min(1).max(100));
const LocalStart = z.iso.datetime({ offset: true });

const aboutAppointment = { appointmentId: AppointmentId, appointmentVersion: Version };

const particulars = {
  ...aboutAppointment,
  revision: Version,
  startsAt: Instant,
  durationMinutes: z.int().positive(),
  timeZone: z.string().min(1).max(64),
  localStart: z.object({ client: LocalStart, agent: LocalStart }),
  tzdb: z.string().min(1).max(32),
  client: z.object({
    name: Name,
    email: Email,
    phone: Phone,
    locale: z.string().min(2).max(35),
    smsConsent: z.boolean(),
  }),
  agent: z.object({
    agentId: z.string().min(1).max(64),
    name: Name,
    email: Email,
    phone: Phone,
    timeZone: z.string().min(1).max(64),
  }),
  notes: personal(z.string().max(2000)).optional(),
};

const exampleParticulars = {
  appointmentId: 'apt_01JDXK3Q6Z8V4T2M9R7W5Y1N0C',
  appointmentVersion: 1,
  revision: 1,
  startsAt: '2026-12-01T15:00:00.000Z',
  durationMinutes: 30,
  timeZone: 'Europe/Berlin',
  localStart: { client: '2026-12-01T16:00:00+01:00', agent: '2026-12-01T10:00:00-05:00' },
  tzdb: '2026f',
  client: { name: 'Ada Client', email: 'ada@example.com', phone: '+12025550123', locale: 'en', smsConsent: false },
  agent: {
    agentId: 'agt_default',
    name: 'Alex Morgan',
    email: 'alex@example.com',
    phone: '+12025550100',
    timeZone: 'America/New_York',
  },
};
const exampleAbout = { appointmentId: exampleParticulars.appointmentId, appointmentVersion: 1 };
const exampleSession = 'cs_01JDXK3Q6Z8V4T2M9R7W5Y1N0C_1';

const booking = 'appointments.booking' as const;
const scheduler = 'appointments.scheduler' as const;
const telephony = 'appointments.telephony' as const;
const notifications = 'appointments.notifications' as const;

const about = (data: { appointmentId: string }) => data.appointmentId;
const byRevision = (data: { appointmentId: string; revision: number }) => [data.appointmentId, data.revision];
const bySession = (data: { callSessionId: string }) => [data.callSessionId];

export const AppointmentCreated = defineEvent({
  source: booking,
  detailType: 'AppointmentCreated',
  version: 1,
  description: 'A client booked an appointment.',
  data: z.object(particulars),
  key: byRevision,
  about,
  example: exampleParticulars,
});

export const AppointmentRescheduled = defineEvent({
  source: booking,
  detailType: 'AppointmentRescheduled',
  version: 1,
  description: 'An appointment was moved to another time.',
  data: z.object({ ...particulars, previousStartsAt: Instant }),
  key: byRevision,
  about,
  example: { ...exampleParticulars, appointmentVersion: 2, revision: 2, previousStartsAt: '2026-12-01T14:00:00.000Z' },
});

export const AppointmentAmended = defineEvent({
  source: booking,
  detailType: 'AppointmentAmended',
  version: 1,
  description: 'Particulars of an appointment changed, its time did not.',
  data: z.object(particulars),
  key: byRevision,
  about,
  example: { ...exampleParticulars, revision: 2 },
});

export const CANCELLED_BY = ['client', 'agent', 'system'] as const;

export const AppointmentCancelled = defineEvent({
  source: booking,
  detailType: 'AppointmentCancelled',
  version: 1,
  description: 'An appointment was called off.',
  // What a person typed as the reason may hold anything, so it is redacted like the notes.
  data: z.object({
    ...aboutAppointment,
    revision: Version,
    cancelledBy: words(CANCELLED_BY),
    reason: personal(z.string().max(500)).optional(),
  }),
  key: byRevision,
  about,
  example: { ...exampleAbout, appointmentVersion: 2, revision: 2, cancelledBy: 'client' },
});

export const AgentChanged = defineEvent({
  source: booking,
  detailType: 'AgentChanged',
  version: 1,
  description: 'The newest word on an agent: it wins over what an appointment carried.',
  data: z.object({
    agentId: z.string().min(1).max(64),
    agentVersion: Version,
    name: Name,
    email: Email,
    phone: Phone,
    timeZone: z.string().min(1).max(64),
  }),
  key: (data) => [data.agentId, data.agentVersion],
  about: (data) => data.agentId,
  example: { ...exampleParticulars.agent, agentVersion: 2 },
});

export const ReminderDue = defineEvent({
  source: scheduler,
  detailType: 'ReminderDue',
  version: 1,
  description: 'The time has come to remind of an appointment.',
  data: z.object({ ...aboutAppointment, reminder: z.string().regex(/^[A-Za-z0-9-]{1,32}$/), startsAt: Instant }),
  key: (data) => [data.appointmentId, data.appointmentVersion, data.reminder],
  about,
  example: { ...exampleAbout, reminder: '24h', startsAt: exampleParticulars.startsAt },
});

export const CallDue = defineEvent({
  source: scheduler,
  detailType: 'CallDue',
  version: 1,
  description: 'The booked second has come: the agent is to be phoned.',
  data: z.object({ ...aboutAppointment, startsAt: Instant }),
  key: (data) => [data.appointmentId, data.appointmentVersion],
  about,
  example: { ...exampleAbout, startsAt: exampleParticulars.startsAt },
});

export const AgentAnswered = defineEvent({
  source: telephony,
  detailType: 'AgentAnswered',
  version: 1,
  description: 'The agent took the call; the client is phoned next.',
  data: z.object({ ...aboutAppointment, callSessionId: CallSessionId, attempt: Version, answeredAt: Instant }),
  key: (data) => [data.callSessionId, data.attempt],
  about,
  example: { ...exampleAbout, callSessionId: exampleSession, attempt: 1, answeredAt: '2026-12-01T15:00:09.000Z' },
});

const AttemptCounts = z.object({ agent: z.int().nonnegative(), client: z.int().nonnegative() });

export const CallConnected = defineEvent({
  source: telephony,
  detailType: 'CallConnected',
  version: 1,
  description: 'Agent and client are talking to each other.',
  data: z.object({
    ...aboutAppointment,
    callSessionId: CallSessionId,
    attempts: AttemptCounts,
    connectedAt: Instant,
    skewSeconds: z.number(),
  }),
  key: bySession,
  about,
  example: {
    ...exampleAbout,
    callSessionId: exampleSession,
    attempts: { agent: 1, client: 2 },
    connectedAt: '2026-12-01T15:00:41.000Z',
    skewSeconds: 41,
  },
});

export const ENDED_BY = ['agent', 'client', 'limit'] as const;

export const CallCompleted = defineEvent({
  source: telephony,
  detailType: 'CallCompleted',
  version: 1,
  description: 'The conversation took place and has ended.',
  data: z.object({
    ...aboutAppointment,
    callSessionId: CallSessionId,
    durationSeconds: z.int().nonnegative(),
    endedBy: words(ENDED_BY),
  }),
  key: bySession,
  about,
  example: { ...exampleAbout, callSessionId: exampleSession, durationSeconds: 1260, endedBy: 'client' },
});

export const ATTEMPT_OUTCOMES = [
  'human',
  'voicemail',
  'fax',
  'no-input',
  'declined',
  'busy',
  'no-answer',
  'unreachable',
  'invalid-number',
  'rejected-by-policy',
  'carrier-error',
  'in-another-call',
  'cancelled',
  'lost',
] as const;

export const CALL_FAILURES = [
  'agent-unreachable',
  'client-unreachable',
  'agent-left',
  'missed',
  'cancelled',
  'superseded',
  'timeout',
  'rejected-by-policy',
  'carrier-error',
] as const;

export const LEGS = ['agent', 'client'] as const;

export const CallFailed = defineEvent({
  source: telephony,
  detailType: 'CallFailed',
  version: 1,
  description: 'The call did not come about, and nothing more is tried.',
  data: z.object({
    ...aboutAppointment,
    callSessionId: CallSessionId,
    leg: words(LEGS).nullable(),
    reason: words(CALL_FAILURES),
    attempts: z.array(
      z.object({
        leg: words(LEGS),
        n: z.int().positive(),
        outcome: words(ATTEMPT_OUTCOMES),
        startedAt: Instant,
        ringSeconds: z.number().nonnegative(),
      }),
    ),
  }),
  key: bySession,
  about,
  example: {
    ...exampleAbout,
    callSessionId: exampleSession,
    leg: 'agent',
    reason: 'agent-unreachable',
    attempts: [
      { leg: 'agent', n: 1, outcome: 'no-answer', startedAt: '2026-12-01T15:00:00.000Z', ringSeconds: 25 },
      { leg: 'agent', n: 2, outcome: 'busy', startedAt: '2026-12-01T15:00:45.000Z', ringSeconds: 0 },
      { leg: 'agent', n: 3, outcome: 'no-input', startedAt: '2026-12-01T15:01:25.000Z', ringSeconds: 3 },
    ],
  },
});

export const CHANNELS = ['email', 'sms', 'alert'] as const;

export const NotificationFailed = defineEvent({
  source: notifications,
  detailType: 'NotificationFailed',
  version: 1,
  description: 'A message did not reach its recipient, and nothing more is tried.',
  data: z.object({
    ...aboutAppointment,
    channel: words(CHANNELS),
    template: z.string().min(1).max(64),
    recipient: words(LEGS).optional(),
    reason: z.string().min(1).max(200),
  }),
  key: (data) => [data.appointmentId, data.appointmentVersion, data.template, data.channel, data.recipient ?? 'all'],
  about,
  example: { ...exampleAbout, channel: 'email', template: 'confirmation', recipient: 'client', reason: 'bounced' },
});

/** Every event of the house, in the order of an appointment's life. */
export const ALL_EVENTS = [
  AppointmentCreated,
  AppointmentRescheduled,
  AppointmentAmended,
  AppointmentCancelled,
  AgentChanged,
  ReminderDue,
  CallDue,
  AgentAnswered,
  CallConnected,
  CallCompleted,
  CallFailed,
  NotificationFailed,
] as const;
