import * as z from 'zod';
import { defineEvent, words } from './define-event';
import { about, aboutAppointment, exampleAbout, exampleStart, Instant } from './fields';
import { CHANNELS } from './notification-events';

const source = 'appointments.scheduler';

export const ReminderDue = /* @__PURE__ */ defineEvent({
  source,
  detailType: 'ReminderDue',
  version: 1,
  description: 'The time has come to remind of an appointment.',
  data: () =>
    z.object({
      ...aboutAppointment(),
      reminder: z.string().regex(/^[A-Za-z0-9-]{1,32}$/),
      startsAt: Instant(),
      channels: z.array(words(CHANNELS)).min(1).optional(),
    }),
  key: (data) => [data.appointmentId, data.appointmentVersion, data.reminder, ...(data.channels ?? [])],
  about,
  example: () => ({ ...exampleAbout, reminder: '24h', startsAt: exampleStart }),
});

export const CallDue = /* @__PURE__ */ defineEvent({
  source,
  detailType: 'CallDue',
  version: 1,
  description: 'The booked second has come: the agent is to be phoned.',
  data: () => z.object({ ...aboutAppointment(), startsAt: Instant() }),
  key: (data) => [data.appointmentId, data.appointmentVersion],
  about,
  example: () => ({ ...exampleAbout, startsAt: exampleStart }),
});
