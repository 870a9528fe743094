import * as z from 'zod';
import type { Entry } from '../domain/entry';
import { ToldAttempt, type Evidence, type ToldCall } from './evidence';
import { failureInWords, messageInWords, outcomeInWords, purposeInWords, span } from './words';

/** Something that is not as it should be. */
export interface Finding {
  readonly text: string;
  /** The heading of docs/runbook.md that says what to do. */
  readonly runbook?: string;
}

/** An event takes a second or two through outbox and bus; what takes longer than this is not on its way any more. */
const UNDER_WAY_MS = 60_000;
/** Two seconds are promised. */
const IN_TIME_MS = 2_000;

/** What came of the appointment, and the likely reason, in a sentence or two. */
export function verdictOf(evidence: Evidence): string {
  const { appointment, events, now } = evidence;
  if (!appointment && events.length === 0) {
    return appointment === null
      ? 'No appointment of this id is known. Is it of this stage, and copied whole?'
      : 'Nothing is known of an appointment of this id, but not everything could be read.';
  }
  const version = versionNow(evidence);
  const ended = endOf(evidence, version);
  if (ended?.detailType === 'CallFailed') return failureVerdict(evidence, ended);
  if (ended?.detailType === 'CallCompleted') {
    const late = lateness(evidence, version);
    return `The call took place${late === undefined ? '' : `, ${late}`}: nothing went wrong with it.`;
  }
  const cancelled = events.findLast(({ detailType }) => detailType === 'AppointmentCancelled');
  if (appointment?.status === 'cancelled' || (cancelled && !appointment)) {
    const by = cancelled?.data['cancelledBy'];
    return `It was cancelled${typeof by === 'string' ? ` by the ${by}` : ''}, so nobody is phoned.`;
  }
  const startsAt = startOf(evidence);
  if (startsAt === undefined) return 'When it is to be is not known: its booking is not among what could be read.';
  const wait = Date.parse(startsAt) - Date.parse(now);
  const call = callOf(evidence, version);
  if (call && !call.ended) return openCallVerdict(evidence, call);
  if (wait > 0) return `It is still to come: the call is in ${span(wait)}.`;
  if ((appointment?.unproven ?? []).length > 0)
    return `Nobody is phoned, because the client has not confirmed their ${appointment?.unproven?.join(' and ')}.`;
  return notCalledVerdict(evidence, version, -wait);
}

/** The call should have begun, and telephony has none: where the word of it was lost. */
function notCalledVerdict(evidence: Evidence, version: number | undefined, overdueMs: number): string {
  const { events, wakeUps, unread } = evidence;
  const since = `The call should have begun ${span(overdueMs)} ago`;
  const due = events.find((event) => event.detailType === 'CallDue' && event.data['appointmentVersion'] === version);
  if (due) {
    return unread.some(({ what }) => what === 'calls')
      ? `${since} and was due; what telephony made of it could not be read.`
      : `${since} and was due, but telephony has not started it: see the runbook, “Calls not started”.`;
  }
  const wakeUp = wakeUps.find((each) => each.purpose === 'call' && each.version === version);
  if (wakeUp?.state === 'said')
    return `${since}. The scheduler has said so, but the word has not come to the bus: see the runbook, “Outbox late”.`;
  if (wakeUp)
    return `${since}, but its wake-up ${wakeUp.state === 'planned' ? 'has not fired' : 'is stuck on its way'}: see the runbook, “Wake-ups stuck”.`;
  return unread.some(({ what }) => what === 'wake-ups')
    ? `${since}, and nobody has said it is due; what the scheduler knows could not be read.`
    : `${since}, but the scheduler has no wake-up for it: see the runbook, “Wake-ups not planned”.`;
}

function openCallVerdict({ now }: Evidence, call: ToldCall): string {
  if (call.carrierDown)
    return 'The call waits: the carrier takes no calls of the account. See the runbook, “Carrier refuses calls”.';
  const [waits] = call.waitsFor;
  if (waits)
    return `The call waits since ${span(Date.parse(now) - Date.parse(waits.since))}: the ${waits.leg}’s phone is in another call of ours.`;
  if (call.joinedAt !== undefined)
    return `Agent and client have been talking for ${span(Date.parse(now) - Date.parse(call.joinedAt))}.`;
  const last = call.attempts.at(-1);
  return last
    ? `The call is under way: call ${last.n} to the ${last.leg} was begun ${span(Date.parse(now) - Date.parse(last.placedAt ?? last.reservedAt))} ago.`
    : 'The call is under way, and nobody has been phoned yet.';
}

function failureVerdict(evidence: Evidence, failed: Entry): string {
  const reason = String(failed.data['reason']);
  const version = Number(failed.data['appointmentVersion']);
  const attempts = attemptsOf(evidence, failed);
  const of = (leg: string) => attempts.filter((attempt) => attempt.leg === leg);
  const agent = of('agent');
  const client = of('client');
  const late = lateness(evidence, version);
  const what = `The call failed: ${failureInWords(reason)}`;
  switch (reason) {
    case 'agent-unreachable':
      return `${what}. ${tries('agent', agent)} The client was not phoned.`;
    case 'client-unreachable':
      return `${what}. The agent waited. ${tries('client', client)}`;
    case 'agent-left':
      return `${what}. The agent took the call ${times(agent.filter(({ outcome }) => outcome === 'human').length)} and hung up before the client was on the line.${client.length > 0 ? ` ${tries('client', client)}` : ''}`;
    case 'missed':
      return `${what}. ${missedBecause(evidence, version, agent, late)}`;
    case 'cancelled':
    case 'superseded':
      return `${what} while it was under way, so nobody is phoned any more.`;
    case 'carrier-error':
      return `${what}${agent.length + client.length > 0 ? `. ${tries(client.length > 0 ? 'client' : 'agent', client.length > 0 ? client : agent)}` : ''} See the runbook, “Carrier refuses calls”.`;
    case 'rejected-by-policy': {
      const unproven = evidence.appointment?.unproven ?? [];
      return unproven.length > 0
        ? `${what}: the client has not confirmed their ${unproven.join(' and ')}.`
        : `${what} (the number’s kind or country, or its calls of the day). See the runbook, “A call failed”.`;
    }
    default:
      return `${what}.`;
  }
}

/** What kept a call from beginning until it was too late. */
function missedBecause(
  evidence: Evidence,
  version: number,
  agent: readonly Pick<ToldAttempt, 'outcome'>[],
  late: string | undefined,
): string {
  const call = callOf(evidence, version);
  const due = evidence.events.find(
    (event) => event.detailType === 'CallDue' && event.data['appointmentVersion'] === version,
  );
  const dueLate = due && Date.parse(due.occurredAt) - Date.parse(String(due.data['startsAt']));
  if (dueLate !== undefined && dueLate > UNDER_WAY_MS)
    return `The scheduler said only ${span(dueLate)} after the start that it was due: it, or what it runs on, was down. See the runbook, “Wake-ups stuck”.`;
  if (due && call && Date.parse(call.startedAt) - Date.parse(due.occurredAt) > UNDER_WAY_MS)
    return `It was due in time, but telephony took the word only ${span(Date.parse(call.startedAt) - Date.parse(due.occurredAt))} later. See the runbook, “Calls not started”.`;
  if (call?.carrierDown) return 'The carrier took no calls of the account. See the runbook, “Carrier refuses calls”.';
  const [waits] = call?.waitsFor ?? [];
  if (waits) return `The ${waits.leg}’s phone was in another call of ours all the while.`;
  if (agent.some(({ outcome }) => outcome === 'in-another-call'))
    return 'The agent’s phone was in another call of ours.';
  if (agent.length > 0) return `${tries('agent', agent)} There was no time for another.`;
  return late === undefined ? 'Nobody was phoned, and why is not told.' : `It was ${late}.`;
}

/** `The agent was phoned 3 times: nobody answered (20 s), busy, nobody answered (20 s).` */
function tries(leg: string, attempts: readonly Pick<ToldAttempt, 'outcome' | 'ringSeconds'>[]): string {
  if (attempts.length === 0) return `The ${leg} was not phoned.`;
  const each = attempts.map(
    ({ outcome, ringSeconds }) =>
      `${outcome === undefined ? 'not known' : outcomeInWords(outcome)}${ringSeconds ? ` (rang ${span(ringSeconds * 1000)})` : ''}`,
  );
  const same = each.length > 1 && new Set(each).size === 1;
  return `The ${leg} was phoned ${times(attempts.length)}: ${same ? `${each[0]} each time` : each.join('; ')}.`;
}

function times(count: number): string {
  return count === 1 ? 'once' : count === 2 ? 'twice' : `${count} times`;
}

const ToldAttempts = z.array(ToldAttempt.pick({ leg: true, outcome: true, ringSeconds: true }));

/** Telephony's own record tells more than the event; where it cannot be had, the event does. */
function attemptsOf(
  { calls }: Evidence,
  failed: Entry,
): readonly Pick<ToldAttempt, 'leg' | 'outcome' | 'ringSeconds'>[] {
  const call = calls.find(({ callSessionId }) => callSessionId === failed.data['callSessionId']);
  if (call) return call.attempts;
  return ToldAttempts.safeParse(failed.data['attempts']).data ?? [];
}

/** Whatever is not as it should be, beside what the verdict says. */
export function findings(evidence: Evidence): readonly Finding[] {
  return [
    ...lostWords(evidence),
    ...latenesses(evidence),
    ...messagesAstray(evidence),
    ...evidence.deadLetters.map(({ queue, what, reason }): Finding => ({
      text: `${what ?? 'A message about it'} was given up and lies in ${queue}${reason === undefined ? '' : `: ${reason}`}.`,
    })),
    ...evidence.events
      .filter(({ fault }) => fault !== undefined)
      .map(({ detailType, fault }): Finding => ({ text: `${detailType} cannot be read here: ${fault}.` })),
  ];
}

/** What one service knows and another should by now. */
function lostWords(evidence: Evidence): readonly Finding[] {
  const { appointment, events, wakeUps, unread, now } = evidence;
  const found: Finding[] = [];
  const settled = (at: string) => Date.parse(now) - Date.parse(at) > UNDER_WAY_MS;
  const unreadable = (what: string) => unread.some((each) => each.what === what);
  const version = versionNow(evidence);
  const ended = endOf(evidence, version);
  if (appointment && ended && settled(ended.occurredAt) && !['completed', 'failed'].includes(appointment.status)) {
    found.push({
      text: `The call is over, but the booking still reads “${appointment.status}”.`,
      runbook: 'Call events not applied',
    });
  }
  if (appointment && events.length === 0 && settled(appointment.createdAt) && !unreadable('events'))
    found.push({ text: 'It is booked, but no event of it has come to the bus.', runbook: 'Outbox late' });
  if (
    appointment?.status === 'scheduled' &&
    settled(lastChange(events) ?? appointment.createdAt) &&
    !unreadable('wake-ups') &&
    !wakeUps.some((wakeUp) => wakeUp.purpose === 'call' && wakeUp.version === version)
  )
    found.push({ text: 'No wake-up is planned for the call.', runbook: 'Wake-ups not planned' });
  for (const wakeUp of wakeUps) {
    if (wakeUp.version !== version || !['planned', 'handed-over'].includes(wakeUp.state)) continue;
    const overdue = Date.parse(now) - Date.parse(wakeUp.dueAt);
    if (overdue > UNDER_WAY_MS)
      found.push({
        text: `The wake-up for ${purposeInWords(wakeUp.purpose)} is ${span(overdue)} overdue.`,
        runbook: 'Wake-ups stuck',
      });
  }
  return found;
}

function lastChange(events: readonly Entry[]): string | undefined {
  return events.findLast(({ source }) => source === 'appointments.booking')?.occurredAt;
}

function latenesses(evidence: Evidence): readonly Finding[] {
  const versions = new Set(evidence.calls.map(({ version }) => version));
  return [...versions].flatMap((version): Finding[] => {
    const late = lateness(evidence, version);
    return late === undefined ? [] : [{ text: `The call of version ${version} was ${late}.` }];
  });
}

/** `7 s late: …`, with where the time went; `undefined` where the first phone was dialled in time. */
function lateness(evidence: Evidence, version: number | undefined): string | undefined {
  const call = callOf(evidence, version);
  const first = call?.attempts[0];
  if (!call || !first) return undefined;
  const total = Date.parse(first.placedAt ?? first.reservedAt) - Date.parse(call.startsAt);
  if (total <= IN_TIME_MS) return undefined;
  const due = evidence.events.find(
    (event) => event.detailType === 'CallDue' && event.data['appointmentVersion'] === version,
  );
  const dueAt = due && Date.parse(due.occurredAt);
  const parts =
    dueAt === undefined
      ? []
      : [
          { who: 'the scheduler said so late', ms: dueAt - Date.parse(call.startsAt) },
          { who: 'the word was under way', ms: Date.parse(call.startedAt) - dueAt },
          {
            who: 'telephony waited before it dialled',
            ms: Date.parse(first.placedAt ?? first.reservedAt) - Date.parse(call.startedAt),
          },
        ];
  const where = parts.filter(({ ms }) => ms >= 1000).map(({ who, ms }) => `${who} (${span(ms)})`);
  return `${span(total)} late${where.length > 0 ? `: ${where.join(', ')}` : ''}`;
}

const GOOD = new Set(['sent', 'delivered']);
const UNDER_WAY = new Set(['sending', 'delayed']);
const DEAD_ADDRESS = new Set(['bounced', 'complained']);
/** Withheld on purpose: the timeline tells of it, and nothing is to be mended. */
const ON_PURPOSE = new Set(['suppressed-quiet-hours', 'opted-out']);

function messagesAstray({ messages, now }: Evidence): readonly Finding[] {
  return messages.flatMap((message): Finding[] => {
    const { status, at, history } = message;
    if (GOOD.has(status)) return [];
    if (UNDER_WAY.has(status) && Date.parse(now) - Date.parse(at) <= UNDER_WAY_MS) return [];
    const reason = history.findLast((fate) => fate.reason !== undefined)?.reason;
    if (reason !== undefined && ON_PURPOSE.has(reason)) return [];
    return [
      {
        text: `The ${messageInWords(message)} did not arrive: ${status}${reason === undefined ? '' : ` (${reason})`}.`,
        runbook:
          DEAD_ADDRESS.has(status) || reason?.startsWith('address-') ? 'An address takes no mail' : 'Messages not sent',
      },
    ];
  });
}

function versionNow({ appointment, events }: Evidence): number | undefined {
  if (appointment) return appointment.version;
  const versions = events.map(({ data }) => Number(data['appointmentVersion'])).filter(Number.isFinite);
  return versions.length === 0 ? undefined : Math.max(...versions);
}

/** The last word on the call of a version. */
function endOf({ events }: Evidence, version: number | undefined): Entry | undefined {
  return events.findLast(
    ({ detailType, data }) =>
      (detailType === 'CallFailed' || detailType === 'CallCompleted') && data['appointmentVersion'] === version,
  );
}

function callOf({ calls }: Evidence, version: number | undefined): ToldCall | undefined {
  return calls.find((call) => call.version === version);
}

function startOf({ appointment, events }: Evidence): string | undefined {
  if (appointment) return appointment.startsAt;
  const booked = events.findLast(({ data }) => data['startsAt'] !== undefined);
  return booked && String(booked.data['startsAt']);
}
