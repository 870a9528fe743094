import * as z from 'zod';
import type { WakeUp } from '../domain/wake-up';

const Key = () => z.string().regex(/^[A-Za-z0-9-]{1,32}$/);
const Purpose = z.union([
  z.literal('call'),
  z.templateLiteral(['reminder-', Key()]),
  z.templateLiteral(['text-', Key()]),
]);

/** A wake-up as it travels in schedules and queues. */
export const WakeUpMessage = z.object({
  appointmentId: z.string().min(1).max(64),
  version: z.int().positive(),
  purpose: Purpose,
  dueAt: z.iso.datetime(),
  cause: z.object({ eventId: z.string(), hops: z.int().nonnegative() }).optional(),
});

/** So that log lines, and the event in the end, name the booking event as their cause. */
export function contextOf(message: z.infer<typeof WakeUpMessage>) {
  return { correlationId: message.appointmentId, cause: message.cause };
}

/** The body that {@link WakeUpMessage} reads. */
export function bodyOf({ appointmentId, version, purpose, dueAt, cause }: WakeUp): string {
  return JSON.stringify({ appointmentId, version, purpose, dueAt, cause } satisfies WakeUp);
}

/** What {@link bodyOf} has written, or `undefined` where it is something else. */
export function readBody(body: string): WakeUp | undefined {
  try {
    return WakeUpMessage.parse(JSON.parse(body));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return undefined;
    throw error;
  }
}
