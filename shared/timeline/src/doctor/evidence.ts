import * as z from 'zod';
import { Entry } from '../domain/entry';

// What the doctor reads. Of the services' answers it takes what it tells, and bears anything beside it: services are
// deployed one by one, and an older or newer one must not stop whoever asks at three in the morning.

const Text = z.string();

/** Booking's answer to staff (`GET /staff/appointments/{appointmentId}`). */
export const BookedAppointment = z.object({
  version: z.number(),
  status: Text,
  /** ISO with the offset of the client's zone. */
  startsAt: Text,
  endsAt: Text,
  timeZone: Text,
  createdAt: Text,
  unproven: z.array(Text).optional(),
  client: z.object({ smsConsent: z.boolean() }),
  agent: z.object({ agentId: Text, timeZone: Text }),
  call: z.object({ outcome: Text.nullable(), reason: Text.optional() }).nullable(),
});
export type BookedAppointment = z.infer<typeof BookedAppointment>;

/** Scheduler's (`GET /staff/appointments/{appointmentId}/wake-ups`). */
export const ToldWakeUp = z.object({
  version: z.number(),
  /** `call`, or `reminder-24h`. */
  purpose: Text,
  /** ISO, UTC. */
  dueAt: Text,
  /** `planned`, `handed-over`, `said`, `withdrawn` or `dropped`. */
  state: Text,
});
export type ToldWakeUp = z.infer<typeof ToldWakeUp>;

/** One call to one phone. Times are ISO, UTC, and left out where it never came so far. */
export const ToldAttempt = z.object({
  leg: Text,
  n: z.number(),
  stage: Text,
  reservedAt: Text,
  placedAt: Text.optional(),
  rangAt: Text.optional(),
  answeredAt: Text.optional(),
  acceptedAt: Text.optional(),
  acceptedBy: Text.optional(),
  endedAt: Text.optional(),
  ringSeconds: z.number().optional(),
  wrongKeys: z.number().optional(),
  /** The carrier's last word on the call. */
  carrierStatus: Text.optional(),
  sipCode: z.number().optional(),
  outcome: Text.optional(),
});
export type ToldAttempt = z.infer<typeof ToldAttempt>;

/** Telephony's (`GET /staff/appointments/{appointmentId}/calls`). */
export const ToldCall = z.object({
  callSessionId: Text,
  version: z.number(),
  startsAt: Text,
  startedAt: Text,
  attempts: z.array(ToldAttempt),
  /** The legs whose phone another call of ours holds. */
  waitsFor: z.array(z.object({ leg: Text, since: Text })),
  carrierDown: z.boolean(),
  joinedAt: Text.optional(),
  ended: z.object({ at: Text, type: Text, leg: Text.nullable().optional(), reason: Text.optional() }).optional(),
});
export type ToldCall = z.infer<typeof ToldCall>;

/** Notifications' (`GET /staff/appointments/{appointmentId}/messages`). */
export const ToldMessage = z.object({
  version: z.number(),
  template: Text,
  channel: Text,
  recipient: Text,
  status: Text,
  at: Text,
  history: z.array(z.object({ at: Text, status: Text, reason: Text.optional() })),
});
export type ToldMessage = z.infer<typeof ToldMessage>;

/** A message that a queue gave up, and that speaks of the appointment. */
export const DeadLetter = z.object({
  queue: Text,
  at: Text,
  reason: Text.optional(),
  receiveCount: z.number(),
  /** What it is: an event's detail-type, or nothing that is known. */
  what: Text.optional(),
});
export type DeadLetter = z.infer<typeof DeadLetter>;

/** What could not be read, and why: the doctor tells what it does not know. */
export const Unread = z.object({ what: Text, why: Text });
export type Unread = z.infer<typeof Unread>;

/** All that is known of one appointment. A part that could not be read is empty, and named in `unread`. */
export const Evidence = z.object({
  appointmentId: Text,
  /** When it was asked; ISO, UTC. */
  now: Text,
  /** `null`: booking knows none of that id. */
  appointment: BookedAppointment.nullable().optional(),
  events: z.array(Entry),
  wakeUps: z.array(ToldWakeUp),
  calls: z.array(ToldCall),
  messages: z.array(ToldMessage),
  deadLetters: z.array(DeadLetter),
  unread: z.array(Unread),
});
export type Evidence = z.infer<typeof Evidence>;
