import { openApiPartOf } from '@appointments/runtime/staff-operation';
import * as z from 'zod';

/** What `tellWakeUps` answers. */
export const WakeUpsAnswer = z.object({
  wakeUps: z
    .array(
      z.object({
        version: z.int().positive().meta({ description: 'The version of the appointment that it was planned for.' }),
        purpose: z.string().meta({ description: '`call`, or `reminder-` and the reminder: `reminder-24h`.' }),
        dueAt: z.string().meta({ format: 'date-time' }),
        state: z.string().meta({
          description:
            '`planned`, `handed-over` to the delay queue, `said` on the bus, `withdrawn` by a later version, or `dropped` because its time had passed.',
        }),
      }),
    )
    .meta({ description: 'Soonest first; none where nothing was ever planned.' }),
});

/** What this service answers on the API, as its part of the OpenAPI document. */
export function openApiPart() {
  return openApiPartOf({
    answeredBy: 'scheduler',
    path: '/staff/appointments/{appointmentId}/wake-ups',
    operationId: 'getStaffWakeUps',
    summary: 'When the call and the reminders of an appointment are, or were, due',
    answer: {
      name: 'StaffWakeUps',
      schema: WakeUpsAnswer,
      description: 'What the scheduler knows; an appointment that it does not know has no wake-ups.',
    },
  });
}
