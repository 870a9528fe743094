import * as z from 'zod';
import { readConfig } from '@appointments/runtime';
import { Email, Name, Phone } from '../app/schemas';
import type { Agent } from '../domain/agent';
import { parseWorkingHours } from '../domain/working-hours';
import { zoneNamed } from '@appointments/runtime/zones';

/** Sixty days ahead can be booked. */
const HORIZON_DAYS = 60;

const Environment = z.object({
  AGENT_NAME: Name,
  AGENT_PHONE: Phone,
  AGENT_EMAIL: Email,
  AGENT_TIME_ZONE: z.string().transform((name, context) => {
    const zone = zoneNamed(name);
    if (zone) return zone;
    context.addIssue({ code: 'custom', message: 'must be the IANA name of a time zone, like Europe/Berlin' });
    return z.NEVER;
  }),
  WORKING_HOURS: z.string().transform((text, context) => {
    const parsed = parseWorkingHours(text);
    if (parsed.ok) return parsed.hours;
    context.addIssue({ code: 'custom', message: parsed.fault });
    return z.NEVER;
  }),
  SLOT_MINUTES: z.coerce.number().int().min(5).max(240).multipleOf(5),
  MINIMUM_NOTICE_MINUTES: z.coerce
    .number()
    .int()
    .min(0)
    .max(60 * 24 * HORIZON_DAYS),
});

/** The names of the variables that {@link configuredAgent} reads. */
export const ROSTER_VARIABLES = Object.keys(Environment.shape);

/** The agent of the environment, whom every appointment is with while there are no others. @throws ConfigurationError naming every fault */
export function configuredAgent(environment: Readonly<Record<string, string | undefined>> = process.env): Agent {
  const config = readConfig(Environment, environment);
  return {
    agentId: 'agt_default',
    version: 0,
    name: config.AGENT_NAME,
    email: config.AGENT_EMAIL,
    phone: config.AGENT_PHONE,
    zone: config.AGENT_TIME_ZONE,
    workingHours: config.WORKING_HOURS,
    exceptions: new Map(),
    slotMinutes: config.SLOT_MINUTES,
    bufferBeforeMinutes: 0,
    bufferAfterMinutes: 0,
    minimumNoticeMinutes: config.MINIMUM_NOTICE_MINUTES,
    horizonDays: HORIZON_DAYS,
    active: true,
  };
}
