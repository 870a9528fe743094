import { isoInZone, zoneNamed } from '@appointments/runtime/zones';
import type { Entry } from '../domain/entry';
import type { Evidence, ToldMessage, ToldWakeUp, Unread } from './evidence';
import { findings, verdictOf, type Finding } from './reason';
import { attemptInWords, eventInWords, messageInWords, span, statusInWords, wakeUpInWords } from './words';

/** One thing that happened, or is still to come. */
export interface Line {
  /** ISO, UTC. */
  readonly at: string;
  /** The same on both parties' clocks, with the offset; left out where their zone is not known. */
  readonly local: { readonly client?: string; readonly agent?: string };
  readonly kind: 'event' | 'wake-up' | 'call' | 'message' | 'dead-letter';
  readonly what: string;
  /** How much later than promised it was; left out where it was in time or nothing was promised. */
  readonly lateSeconds?: number;
}

/** An appointment's life, and why it went as it did. */
export interface Life {
  readonly appointmentId: string;
  /** ISO, UTC. */
  readonly asOf: string;
  readonly status: string;
  readonly version: number | null;
  /** When it is meant to be, as the newest word has it; ISO, UTC. */
  readonly startsAt: string | null;
  readonly zones: { readonly client: string | null; readonly agent: string | null };
  /** What came of it and the likely reason, in a sentence or two. */
  readonly verdict: string;
  /** Whatever else is not as it should be. */
  readonly findings: readonly Finding[];
  readonly lines: readonly Line[];
  readonly unread: readonly Unread[];
}

/** What was promised is kept within two seconds (design: the agent's phone rings within two seconds after the start). */
const IN_TIME_MS = 2_000;
/** The bus tells in whole seconds when it took an event. */
const ON_THE_BUS_MS = 3_000;
/** A mail that leaves within a minute of its cause is in time. */
const MESSAGE_IN_TIME_MS = 60_000;

/** Tells what happened to an appointment, oldest first, and why. */
export function lifeOf(evidence: Evidence): Life {
  const { appointmentId, now, appointment, events, unread } = evidence;
  const booked = lastBooked(events);
  const zones = {
    client: appointment?.timeZone ?? textOf(booked?.data['timeZone']) ?? null,
    agent: appointment?.agent.timeZone ?? textOf(asRecord(booked?.data['agent'])['timeZone']) ?? null,
  };
  const startsAt = appointment?.startsAt ?? textOf(booked?.data['startsAt']);
  const clocks = clocksOf(zones);
  const lines = [
    ...events.map((event) => eventLine(event, evidence)),
    ...evidence.wakeUps.flatMap((wakeUp) => wakeUpLine(wakeUp)),
    ...evidence.calls.flatMap((call) => callLines(call, events)),
    ...evidence.messages.flatMap((message) => messageLines(message, events)),
    ...evidence.deadLetters.map((letter): Bare => ({
      at: letter.at,
      kind: 'dead-letter',
      place: OVER,
      what: `Given up${letter.what === undefined ? '' : ` (${letter.what})`} in ${letter.queue}: ${letter.reason ?? `received ${letter.receiveCount} times`}`,
    })),
  ];
  return {
    appointmentId,
    asOf: now,
    status: statusOf(evidence),
    version: appointment?.version ?? versionOf(events.findLast(({ data }) => data['appointmentVersion'] !== undefined)),
    startsAt: startsAt === undefined ? null : new Date(startsAt).toISOString(),
    zones,
    verdict: verdictOf(evidence),
    findings: findings(evidence),
    lines: lines
      .toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at) || a.place - b.place)
      .map(({ place: _place, ...line }) => ({ ...line, local: clocks(line.at) })),
    unread,
  };
}

interface Bare extends Omit<Line, 'local'> {
  /** Its place among what happened at the same moment: causes before what they cause. */
  readonly place: number;
}

const PLACES: Readonly<Record<string, number>> = {
  AppointmentCreated: 0,
  AppointmentRescheduled: 0,
  AppointmentAmended: 0,
  AppointmentCancelled: 0,
  ReminderDue: 1,
  CallDue: 1,
  AgentAnswered: 3,
  CallConnected: 6,
  CallCompleted: 7,
  CallFailed: 7,
  NotificationFailed: 9,
};
const AGENT_PHONED = 2;
const CLIENT_PHONED = 4;
const JOINED = 5;
const OVER = 7;
const WRITTEN = 8;

function eventLine(event: Entry, evidence: Evidence): Bare {
  const { occurredAt, acceptedAt } = event;
  const onTheWay = Date.parse(acceptedAt) - Date.parse(occurredAt);
  const late = lateBy(occurredAt, promisedFor(event, evidence), IN_TIME_MS);
  const words = eventInWords(event);
  return {
    at: occurredAt,
    kind: 'event',
    place: PLACES[event.detailType] ?? OVER,
    what: `${words}${onTheWay >= ON_THE_BUS_MS ? ` (told ${span(onTheWay)} later)` : ''}`,
    ...late,
  };
}

/** When an event should have happened, where that is known. */
function promisedFor({ detailType, data }: Entry, { wakeUps }: Evidence): string | undefined {
  if (detailType === 'CallDue') return textOf(data['startsAt']);
  if (detailType !== 'ReminderDue') return undefined;
  return wakeUps.find(
    ({ purpose, version }) =>
      purpose === `reminder-${textOf(data['reminder'])}` && version === data['appointmentVersion'],
  )?.dueAt;
}

/** What was said is told by its event, and when. */
function wakeUpLine(wakeUp: ToldWakeUp): Bare[] {
  if (wakeUp.state === 'said') return [];
  return [
    { at: wakeUp.dueAt, kind: 'wake-up', place: 1, what: `${wakeUpInWords(wakeUp)} (version ${wakeUp.version})` },
  ];
}

function callLines(call: Evidence['calls'][number], events: readonly Entry[]): Bare[] {
  const { startsAt, attempts, joinedAt, ended, version, callSessionId } = call;
  const isTold = events.some(
    ({ detailType, data }) => /^Call(Failed|Completed)$/.test(detailType) && data['callSessionId'] === callSessionId,
  );
  const lines = attempts.map((attempt, index): Bare => {
    const at = attempt.placedAt ?? attempt.reservedAt;
    // Only the first call is promised to a second; those after it follow from what became of it.
    const place = attempt.leg === 'agent' ? AGENT_PHONED : CLIENT_PHONED;
    const late = index === 0 && lateBy(at, startsAt, IN_TIME_MS);
    return { at, kind: 'call', place, what: attemptInWords(attempt), ...late };
  });
  if (joinedAt !== undefined) lines.push({ at: joinedAt, kind: 'call', place: JOINED, what: 'Both are joined' });
  // Where its event has come to the timeline, that tells of the end, and why.
  if (ended !== undefined && !isTold)
    lines.push({ at: ended.at, kind: 'call', place: OVER, what: `The call of version ${version} is over` });
  return lines;
}

/** A message's fates, each a line. */
function messageLines(message: ToldMessage, events: readonly Entry[]): Bare[] {
  const name = messageInWords(message);
  const cause = causeOf(message, events);
  const fates = message.history.length > 0 ? message.history : [{ at: message.at, status: message.status }];
  return fates.map(({ at, status, ...rest }) => ({
    at,
    kind: 'message',
    place: WRITTEN,
    what: `The ${name} ${statusInWords(status)}${'reason' in rest && rest.reason !== undefined ? `: ${rest.reason}` : ''}`,
    ...(status === 'sent' && cause && lateBy(at, cause.occurredAt, MESSAGE_IN_TIME_MS)),
  }));
}

const CAUSES: readonly (readonly [RegExp, string])[] = [
  [/^confirmation/, 'AppointmentCreated'],
  [/^moved|^handed-over/, 'AppointmentRescheduled'],
  [/^cancelled/, 'AppointmentCancelled'],
  [/^reminder/, 'ReminderDue'],
  [/^could-not-connect/, 'CallFailed'],
  [/^follow-up/, 'CallCompleted'],
];

/** The event that a message follows from. A second reminder of one version is measured by none: which of them is not said. */
function causeOf({ template, version }: ToldMessage, events: readonly Entry[]): Entry | undefined {
  const detailType = CAUSES.find(([of]) => of.test(template))?.[1];
  const causes = events.filter(
    (event) => event.detailType === detailType && event.data['appointmentVersion'] === version,
  );
  const named = causes.filter(({ data }) => template.includes(`-${textOf(data['reminder']) ?? '?'}`));
  const [cause, ...others] = named.length > 0 ? named : causes;
  return others.length === 0 ? cause : undefined;
}

function lateBy(at: string, promised: string | undefined, bearableMs: number): { readonly lateSeconds?: number } {
  if (promised === undefined) return {};
  const late = Date.parse(at) - Date.parse(promised);
  return late > bearableMs ? { lateSeconds: Math.round(late / 1000) } : {};
}

function lastBooked(events: readonly Entry[]): Entry | undefined {
  return events
    .filter(({ data }) => data['startsAt'] !== undefined && data['timeZone'] !== undefined)
    .toSorted((a, b) => Number(a.data['revision'] ?? 0) - Number(b.data['revision'] ?? 0))
    .at(-1);
}

const STATUS_OF_EVENT: Readonly<Record<string, string>> = {
  AppointmentCreated: 'scheduled',
  AppointmentRescheduled: 'scheduled',
  AppointmentCancelled: 'cancelled',
  AgentAnswered: 'calling',
  CallConnected: 'connected',
  CallCompleted: 'completed',
  CallFailed: 'failed',
};

/** Booking's word, or where it cannot be had what the events amount to. */
function statusOf({ appointment, events }: Evidence): string {
  const status = appointment?.status;
  if (status !== undefined) return status;
  const last = events.findLast(({ detailType }) => STATUS_OF_EVENT[detailType] !== undefined);
  return (last && STATUS_OF_EVENT[last.detailType]) ?? 'unknown';
}

function versionOf(event: Entry | undefined): number | null {
  const version = event?.data['appointmentVersion'];
  return typeof version === 'number' ? version : null;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function clocksOf(zones: Life['zones']) {
  const client = zoneNamed(zones.client ?? '');
  const agent = zoneNamed(zones.agent ?? '');
  return (at: string): Line['local'] => ({
    ...(client && { client: isoInZone(client, Date.parse(at)) }),
    ...(agent && { agent: isoInZone(agent, Date.parse(at)) }),
  });
}
