import * as z from 'zod';
import { defineEvent, words } from './define-event';
import { about, aboutAppointment, exampleAbout, LEGS } from './fields';

const source = 'appointments.notifications';

export const CHANNELS = ['email', 'sms', 'alert'] as const;

export const NotificationFailed = /* @__PURE__ */ defineEvent({
  source,
  detailType: 'NotificationFailed',
  version: 1,
  description: 'A message did not reach its recipient, and nothing more is tried.',
  data: () =>
    z.object({
      ...aboutAppointment(),
      channel: words(CHANNELS),
      template: z.string().min(1).max(64),
      recipient: words(LEGS).optional(),
      reason: z.string().min(1).max(200),
    }),
  // With the reason: a mail that was rejected, sent again and then bounced has failed twice.
  key: (data) => [
    data.appointmentId,
    data.appointmentVersion,
    data.template,
    data.channel,
    data.recipient ?? 'all',
    data.reason.replace(/[^A-Za-z0-9]+/g, '-').slice(0, 48),
  ],
  about,
  example: () => ({
    ...exampleAbout,
    channel: 'email',
    template: 'confirmation',
    recipient: 'client',
    reason: 'bounced',
  }),
});
