import { consumeMessages } from '@appointments/runtime';
import * as z from 'zod';
import { queuePorts, tablePorts } from '../adapters/wiring';

const WakeUp = z.object({ sessionId: z.string(), appointmentId: z.string(), dueAt: z.iso.datetime() });
const { decide } = tablePorts();

/** A wake-up only wakes: what is due is decided from the state, and one that came in vain changes nothing. */
export const handler = consumeMessages(
  WakeUp,
  async ({ sessionId }) => void (await decide(sessionId, { type: 'wake' }, { refresh: true })),
  { ...queuePorts(), contextOf: ({ appointmentId }) => ({ correlationId: appointmentId }) },
);
