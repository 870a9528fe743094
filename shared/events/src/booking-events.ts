import * as z from 'zod';
import { defineEvent, personal, words } from './define-event';
import { about, aboutAppointment, exampleAbout, exampleStart, Instant, Version } from './fields';

const source = 'appointments.booking';

const Phone = () => personal(z.string().regex(/^\+[1-9]\d{6,14}$/));
const Email = () => personal(z.string().min(3).max(254));
const Name = () => personal(z.string().min(1).max(100));
const LocalStart = () => z.iso.datetime({ offset: true });

/** What of a client's can be proven to be theirs. */
export const PROOFS = ['email', 'phone'] as const;
const Proofs = () => z.array(words(PROOFS)).optional();

const party = () =>
  z.object({
    agentId: z.string().min(1).max(64),
    name: Name(),
    email: Email(),
    phone: Phone(),
    timeZone: z.string().min(1).max(64),
  });

const particulars = () => ({
  ...aboutAppointment(),
  revision: Version(),
  startsAt: Instant(),
  durationMinutes: z.int().positive(),
  timeZone: z.string().min(1).max(64),
  localStart: z.object({ client: LocalStart(), agent: LocalStart() }),
  tzdb: z.string().min(1).max(32),
  client: z.object({
    name: Name(),
    email: Email(),
    phone: Phone(),
    locale: z.string().min(2).max(35),
    smsConsent: z.boolean(),
  }),
  agent: party(),
  notes: personal(z.string().max(2000)).optional(),
  unproven: Proofs(),
  proven: Proofs(),
});

const exampleParticulars = {
  ...exampleAbout,
  revision: 1,
  startsAt: exampleStart,
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
const byRevision = (data: { appointmentId: string; revision: number }) => [data.appointmentId, data.revision];

export const AppointmentCreated = /* @__PURE__ */ defineEvent({
  source,
  detailType: 'AppointmentCreated',
  version: 1,
  description: 'A client booked an appointment.',
  data: () => z.object(particulars()),
  key: byRevision,
  about,
  example: () => exampleParticulars,
});

export const AppointmentRescheduled = /* @__PURE__ */ defineEvent({
  source,
  detailType: 'AppointmentRescheduled',
  version: 1,
  description: 'An appointment was moved to another time.',
  data: () =>
    z.object({
      ...particulars(),
      previousStartsAt: Instant(),
      // Whom the appointment was with before, and what their clock was to show: only where it is with somebody else now.
      previousAgent: party().extend({ localStart: LocalStart() }).optional(),
    }),
  key: byRevision,
  about,
  example: () => ({
    ...exampleParticulars,
    appointmentVersion: 2,
    revision: 2,
    previousStartsAt: '2026-12-01T14:00:00.000Z',
  }),
});

export const AppointmentAmended = /* @__PURE__ */ defineEvent({
  source,
  detailType: 'AppointmentAmended',
  version: 1,
  description: 'Particulars of an appointment changed, its time did not.',
  data: () => z.object(particulars()),
  key: byRevision,
  about,
  example: () => ({ ...exampleParticulars, revision: 2 }),
});

export const CANCELLED_BY = ['client', 'agent', 'system'] as const;

export const AppointmentCancelled = /* @__PURE__ */ defineEvent({
  source,
  detailType: 'AppointmentCancelled',
  version: 1,
  description: 'An appointment was called off.',
  // What a person typed as the reason may hold anything, so it is redacted like the notes.
  data: () =>
    z.object({
      ...aboutAppointment(),
      revision: Version(),
      cancelledBy: words(CANCELLED_BY),
      reason: personal(z.string().max(500)).optional(),
    }),
  key: byRevision,
  about,
  example: () => ({ ...exampleAbout, appointmentVersion: 2, revision: 2, cancelledBy: 'client' }),
});

export const AgentChanged = /* @__PURE__ */ defineEvent({
  source,
  detailType: 'AgentChanged',
  version: 1,
  description: 'The newest word on an agent: it wins over what an appointment carried.',
  data: () =>
    z.object({
      agentId: z.string().min(1).max(64),
      agentVersion: Version(),
      name: Name(),
      email: Email(),
      phone: Phone(),
      timeZone: z.string().min(1).max(64),
    }),
  key: (data) => [data.agentId, data.agentVersion],
  about: (data) => data.agentId,
  example: () => ({ ...exampleParticulars.agent, agentVersion: 2 }),
});
