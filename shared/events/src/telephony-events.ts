import * as z from 'zod';
import { defineEvent, words } from './define-event';
import { about, aboutAppointment, exampleAbout, Instant, LEGS, Version } from './fields';

const source = 'appointments.telephony';

const CallSessionId = () => z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
const exampleSession = 'cs_01JDXK3Q6Z8V4T2M9R7W5Y1N0C_1';
const bySession = (data: { callSessionId: string }) => [data.callSessionId];

export const AgentAnswered = /* @__PURE__ */ defineEvent({
  source,
  detailType: 'AgentAnswered',
  version: 1,
  description: 'The agent took the call; the client is phoned next.',
  data: () =>
    z.object({ ...aboutAppointment(), callSessionId: CallSessionId(), attempt: Version(), answeredAt: Instant() }),
  key: (data) => [data.callSessionId, data.attempt],
  about,
  example: () => ({
    ...exampleAbout,
    callSessionId: exampleSession,
    attempt: 1,
    answeredAt: '2026-12-01T15:00:09.000Z',
  }),
});

const AttemptCounts = () => z.object({ agent: z.int().nonnegative(), client: z.int().nonnegative() });

export const CallConnected = /* @__PURE__ */ defineEvent({
  source,
  detailType: 'CallConnected',
  version: 1,
  description: 'Agent and client are talking to each other.',
  data: () =>
    z.object({
      ...aboutAppointment(),
      callSessionId: CallSessionId(),
      attempts: AttemptCounts(),
      connectedAt: Instant(),
      skewSeconds: z.number(),
    }),
  key: bySession,
  about,
  example: () => ({
    ...exampleAbout,
    callSessionId: exampleSession,
    attempts: { agent: 1, client: 2 },
    connectedAt: '2026-12-01T15:00:41.000Z',
    skewSeconds: 41,
  }),
});

export const ENDED_BY = ['agent', 'client', 'limit'] as const;

export const CallCompleted = /* @__PURE__ */ defineEvent({
  source,
  detailType: 'CallCompleted',
  version: 1,
  description: 'The conversation took place and has ended.',
  data: () =>
    z.object({
      ...aboutAppointment(),
      callSessionId: CallSessionId(),
      durationSeconds: z.int().nonnegative(),
      endedBy: words(ENDED_BY),
    }),
  key: bySession,
  about,
  example: () => ({ ...exampleAbout, callSessionId: exampleSession, durationSeconds: 1260, endedBy: 'client' }),
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

export const CallFailed = /* @__PURE__ */ defineEvent({
  source,
  detailType: 'CallFailed',
  version: 1,
  description: 'The call did not come about, and nothing more is tried.',
  data: () =>
    z.object({
      ...aboutAppointment(),
      callSessionId: CallSessionId(),
      leg: words(LEGS).nullable(),
      reason: words(CALL_FAILURES),
      attempts: z.array(
        z.object({
          leg: words(LEGS),
          n: z.int().positive(),
          outcome: words(ATTEMPT_OUTCOMES),
          startedAt: Instant(),
          ringSeconds: z.number().nonnegative(),
        }),
      ),
    }),
  key: bySession,
  about,
  example: () => ({
    ...exampleAbout,
    callSessionId: exampleSession,
    leg: 'agent',
    reason: 'agent-unreachable',
    attempts: [
      { leg: 'agent', n: 1, outcome: 'no-answer', startedAt: '2026-12-01T15:00:00.000Z', ringSeconds: 25 },
      { leg: 'agent', n: 2, outcome: 'busy', startedAt: '2026-12-01T15:00:45.000Z', ringSeconds: 0 },
      { leg: 'agent', n: 3, outcome: 'no-input', startedAt: '2026-12-01T15:01:25.000Z', ringSeconds: 3 },
    ],
  }),
});
