import * as z from 'zod';

// What other services answer at staff routes of this API. It is described here, where the API is, and each of them proves in
// its own tests that what it answers is as described.

const Instant = z.string().meta({ format: 'date-time' });
const Party = z.string().meta({ description: '`agent` or `client`.' });

export const StaffWakeUpsAnswer = z.object({
  wakeUps: z
    .array(
      z.object({
        version: z.int().positive().meta({ description: 'The version of the appointment that it was planned for.' }),
        purpose: z.string().meta({ description: '`call`, or `reminder-` and the reminder: `reminder-24h`.' }),
        dueAt: Instant,
        state: z.string().meta({
          description:
            '`planned`, `handed-over` to the delay queue, `said` on the bus, `withdrawn` by a later version, or `dropped` because its time had passed.',
        }),
      }),
    )
    .meta({ description: 'Soonest first; none where nothing was ever planned.' }),
});

export const StaffCallsAnswer = z.object({
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
