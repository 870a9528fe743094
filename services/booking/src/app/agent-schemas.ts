import type { Fault } from '@appointments/runtime';
import { checked } from '@appointments/runtime';
import type { JudgePhone } from '@appointments/runtime/phone-rules';
import * as z from 'zod';
import type { Agent } from '../domain/agent';
import {
  daysOffIn,
  exceptionsOf,
  isWithin,
  overridesIn,
  readSpan,
  writeSpan,
  type Override,
} from '../domain/exceptions';
import { startOfDate } from '../domain/instants';
import { parseWindows, parseWorkingHours, writeWindows, writeWorkingHours } from '../domain/working-hours';
import { zoneNamed } from '@appointments/runtime/zones';
import { phoneFaults } from './phone-faults';
import { AN_OBJECT, Email, Name, Phone, said, text, TimeZone } from './schemas';

/** A slot with its buffers takes four hours at most: its five-minute pieces are claimed in one transaction. */
const LONGEST_MINUTES = 240;
const GRID_MINUTES = 5;
const LONGEST_HORIZON_DAYS = 366;
const MOST_DAYS_OFF = 200;
const MOST_OVERRIDES = 366;
const MINUTES_OF_A_DAY = 24 * 60;

export const Zone = TimeZone.transform((name, context) => {
  const zone = zoneNamed(name);
  if (zone) return zone;
  context.addIssue({ code: 'custom', message: 'is no time zone' });
  return z.NEVER;
});

export const Hours = text().transform((hours, context) => {
  const parsed = parseWorkingHours(hours);
  if (parsed.ok) return parsed.hours;
  context.addIssue({ code: 'custom', message: parsed.fault });
  return z.NEVER;
});

const HoursOfADay = text()
  .transform((hours, context) => {
    const windows = parseWindows(hours.replaceAll(/\s/g, ''));
    if (typeof windows !== 'string') return windows;
    context.addIssue({ code: 'custom', message: windows });
    return z.NEVER;
  })
  .meta({
    description: 'The hours of this date in place of those of its weekday.',
    example: '09:00-12:00,13:00-15:00',
  });

export const DaysOff = text()
  .transform((span, context) => {
    const read = readSpan(span);
    if (read.ok) return read.span;
    context.addIssue({ code: 'custom', message: read.fault });
    return z.NEVER;
  })
  .meta({
    description: 'A day, or the first and the last of several, both included.',
    example: '2026-12-24/2027-01-02',
  });

export const OverrideBody = z.strictObject(
  {
    date: text().refine((date) => startOfDate(date) !== undefined, 'must be a day of the calendar, like 2026-12-31'),
    hours: HoursOfADay,
  },
  'must be an object, like {"date": "2026-12-31", "hours": "09:00-12:00"}',
);

function whole(from: number, to: number) {
  const must = `must be a whole number from ${from} to ${to}`;
  return z
    .number({ error: said(must) })
    .int(must)
    .min(from, must)
    .max(to, must);
}

function onGrid(from: number, to: number) {
  const must = `must be a whole number from ${from} to ${to} and a multiple of ${GRID_MINUTES}`;
  return z
    .number({ error: said(must) })
    .int(must)
    .min(from, must)
    .max(to, must)
    .multipleOf(GRID_MINUTES, must);
}

const lengths = {
  slotMinutes: onGrid(GRID_MINUTES, LONGEST_MINUTES).optional(),
  bufferBeforeMinutes: onGrid(0, LONGEST_MINUTES).optional(),
  bufferAfterMinutes: onGrid(0, LONGEST_MINUTES).optional(),
  minimumNoticeMinutes: whole(0, LONGEST_HORIZON_DAYS * MINUTES_OF_A_DAY).optional(),
  horizonDays: whole(1, LONGEST_HORIZON_DAYS).optional(),
};

/** What is left out is as the configuration has it: an agent is written whole. */
export const AgentBody = z.strictObject(
  {
    name: Name,
    email: Email,
    phone: Phone,
    timeZone: Zone,
    workingHours: Hours.optional().meta({
      description: 'As in `WORKING_HOURS`: wall time of the zone, on multiples of five minutes.',
      example: 'Mon-Fri 09:00-12:00,13:00-17:00; Sat 10:00-12:00',
    }),
    daysOff: z
      .array(DaysOff, { error: said('must be a list of days') })
      .max(MOST_DAYS_OFF, `must have at most ${MOST_DAYS_OFF} entries`)
      .optional(),
    overrides: z
      .array(OverrideBody, { error: said('must be a list of dates with their hours') })
      .max(MOST_OVERRIDES, `must have at most ${MOST_OVERRIDES} entries`)
      .optional(),
    ...lengths,
    active: z
      .boolean({ error: said('must be true or false') })
      .optional()
      .meta({ description: 'Whoever is not active takes no new appointments; those that were made stand.' }),
  },
  AN_OBJECT,
);

const Day = z.object({ date: z.string() });

/** What a schema cannot see because it is between two fields; those that are wrong by themselves are told by the schema. */
function faultsBetween(json: unknown, defaults: Agent): Fault[] {
  const asked = z.record(z.string(), z.unknown()).safeParse(json).data ?? {};
  const length = (field: keyof typeof lengths) => {
    const parsed = lengths[field].safeParse(asked[field]);
    return parsed.success ? (parsed.data ?? defaults[field]) : 0;
  };
  const list = (field: 'daysOff' | 'overrides') => z.array(z.unknown()).safeParse(asked[field]).data ?? [];
  const spans = list('daysOff').flatMap((span) => DaysOff.safeParse(span).data ?? []);
  const dates = list('overrides').map((override) => Day.safeParse(override).data?.date);

  const faults: Fault[] = [];
  const together = length('slotMinutes') + length('bufferBeforeMinutes') + length('bufferAfterMinutes');
  if (together > LONGEST_MINUTES) {
    const message = `takes ${together} minutes together with the buffers, and may take ${LONGEST_MINUTES}`;
    faults.push({ path: 'slotMinutes', message });
  }
  const horizon = length('horizonDays');
  if (horizon > 0 && length('minimumNoticeMinutes') > horizon * MINUTES_OF_A_DAY) {
    faults.push({ path: 'minimumNoticeMinutes', message: 'is longer than can be booked ahead (horizonDays)' });
  }
  for (const [index, date] of dates.entries()) {
    if (date === undefined) continue;
    const path = `overrides.${index}.date`;
    if (dates.indexOf(date) < index) faults.push({ path, message: 'is overridden twice' });
    if (spans.some((span) => isWithin(span, date))) faults.push({ path, message: 'is a day off' });
  }
  return faults;
}

/** An agent of whom the version is not yet known. */
export type AgentParticulars = Omit<Agent, 'version'>;

/** Reads an agent as staff write them. @throws Problem 400 naming every fault, `more` among them */
export function readAgent(
  agentId: string,
  json: unknown,
  defaults: Agent,
  judgePhone: JudgePhone,
  more: readonly Fault[] = [],
): AgentParticulars {
  const body = checked(AgentBody, json, [...phoneFaults(json, judgePhone), ...faultsBetween(json, defaults), ...more]);
  return {
    agentId,
    name: body.name,
    email: body.email,
    phone: body.phone,
    zone: body.timeZone,
    workingHours: body.workingHours ?? defaults.workingHours,
    exceptions: exceptionsOf(body.daysOff ?? [], overridesOf(body.overrides ?? [])),
    slotMinutes: body.slotMinutes ?? defaults.slotMinutes,
    bufferBeforeMinutes: body.bufferBeforeMinutes ?? defaults.bufferBeforeMinutes,
    bufferAfterMinutes: body.bufferAfterMinutes ?? defaults.bufferAfterMinutes,
    minimumNoticeMinutes: body.minimumNoticeMinutes ?? defaults.minimumNoticeMinutes,
    horizonDays: body.horizonDays ?? defaults.horizonDays,
    active: body.active ?? true,
  };
}

/** A date with its hours, read. */
export function overridesOf(overrides: readonly z.infer<typeof OverrideBody>[]): Override[] {
  return overrides.map(({ date, hours }) => ({ date, windows: hours }));
}

const AgentFields = z.object({
  name: z.string(),
  email: z.string(),
  phone: z.string(),
  timeZone: z.string(),
  workingHours: z.string(),
  daysOff: z.array(z.string()),
  overrides: z.array(z.object({ date: z.string(), hours: z.string() })),
  slotMinutes: z.int(),
  bufferBeforeMinutes: z.int(),
  bufferAfterMinutes: z.int(),
  minimumNoticeMinutes: z.int(),
  horizonDays: z.int().meta({ description: 'How many days ahead can be booked.' }),
  active: z.boolean(),
});

/** An agent as staff see them: what they may write, nothing left out, with the version. */
export const StaffAgentAnswer = z
  .object({
    agentId: z.string().meta({ example: 'agt_anna' }),
    agentVersion: z.int().nonnegative().meta({
      description: 'Rises by one with every change; 0 is the agent of the configuration, whom nobody has changed yet.',
    }),
    ...AgentFields.shape,
  })
  .meta({ id: 'StaffAgent' });

export const StaffAgentsAnswer = z.object({
  agents: z.array(StaffAgentAnswer),
  next: z.string().optional().meta({ description: 'The `cursor` of the next page; left out on the last.' }),
});

/** An agent as staff write them, nothing left out and always in the same words: what reads the same is written the same. */
export function agentFields(agent: AgentParticulars): z.infer<typeof AgentFields> {
  return {
    name: agent.name,
    email: agent.email,
    phone: agent.phone,
    timeZone: agent.zone.name,
    workingHours: writeWorkingHours(agent.workingHours),
    daysOff: daysOffIn(agent.exceptions).map(writeSpan),
    overrides: overridesIn(agent.exceptions).map(({ date, windows }) => ({ date, hours: writeWindows(windows) })),
    slotMinutes: agent.slotMinutes,
    bufferBeforeMinutes: agent.bufferBeforeMinutes,
    bufferAfterMinutes: agent.bufferAfterMinutes,
    minimumNoticeMinutes: agent.minimumNoticeMinutes,
    horizonDays: agent.horizonDays,
    active: agent.active,
  };
}

export function staffAgentBody(agent: Agent): z.infer<typeof StaffAgentAnswer> {
  return { agentId: agent.agentId, agentVersion: agent.version, ...agentFields(agent) };
}
