import { openApiPartOf } from '@appointments/runtime/staff-operation';
import * as z from 'zod';

const Instant = z.string().meta({ format: 'date-time' });
const Party = z.string().meta({ description: '`agent` or `client`.' });

/** What `tellCalls` answers. */
export const CallsAnswer = z.object({
  calls: z
    .array(
      z.object({
        callSessionId: z.string(),
        version: z.int().positive().meta({ description: 'The version of the appointment that was called for.' }),
        startsAt: Instant,
        startedAt: Instant,
        attempts: z
          .array(
            z.object({
              leg: Party,
              n: z.int().positive().meta({ description: 'Counts from 1 within the leg.' }),
              stage: z.string().meta({
                description: '`reserved`, `submitted`, `live`, `ringing`, `answered`, `human` (pressed 1) or `ended`.',
              }),
              reservedAt: Instant,
              placedAt: Instant.optional(),
              rangAt: Instant.optional(),
              answeredAt: Instant.optional(),
              acceptedAt: Instant.optional(),
              acceptedBy: z.string().optional().meta({ description: '`key` or `amd`.' }),
              endedAt: Instant.optional(),
              ringSeconds: z.number().optional(),
              wrongKeys: z.int().optional(),
              carrierStatus: z.string().optional().meta({ description: "The carrier's last word on the call." }),
              sipCode: z.int().optional(),
              outcome: z.string().optional(),
            }),
          )
          .meta({ description: 'Every call to a phone, in the order in which they were decided.' }),
        waitsFor: z
          .array(z.object({ leg: Party, since: Instant }))
          .meta({ description: 'The legs whose phone another call of ours held when it was last looked.' }),
        carrierDown: z.boolean().meta({ description: 'The carrier took no call of the account.' }),
        joinedAt: Instant.optional().meta({ description: 'Since when both were on the line.' }),
        ended: z
          .object({
            at: Instant,
            type: z.string().meta({ description: '`completed` or `failed`.' }),
            leg: Party.nullable().optional(),
            reason: z.string().optional(),
          })
          .optional(),
      }),
    )
    .meta({
      description: 'One for each version that was called for, oldest first; none where nobody was ever phoned.',
    }),
});

/** What this service answers on the API, as its part of the OpenAPI document. */
export function openApiPart() {
  return openApiPartOf({
    answeredBy: 'telephony',
    path: '/staff/appointments/{appointmentId}/calls',
    operationId: 'getStaffCalls',
    summary: 'What became of the calls of an appointment, attempt by attempt, without numbers',
    answer: {
      name: 'StaffCalls',
      schema: CallsAnswer,
      description: 'What telephony knows; an appointment that it does not know has no calls.',
    },
  });
}
