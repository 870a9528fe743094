import type { Entry } from '../domain/entry';
import type { ToldAttempt, ToldMessage, ToldWakeUp } from './evidence';

/** `1 s`, `2 min 5 s`, `3 h 20 min`, `2 days 4 h`; never negative. */
export function span(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  const units = [
    ['day', 86_400],
    ['h', 3600],
    ['min', 60],
    ['s', 1],
  ] as const;
  const first = units.findIndex(([, size]) => seconds >= size);
  return units
    .slice(first, first + 2)
    .map(([unit, size], place) => {
      const count = Math.floor((place === 0 ? seconds : seconds % (units[first]?.[1] ?? 1)) / size);
      return count === 0 ? '' : `${count} ${unit === 'day' && count > 1 ? 'days' : unit}`;
    })
    .filter((part) => part !== '')
    .join(' ');
}

/** `nobody answered`: what became of one call, by its outcome. */
const OUTCOMES: Readonly<Record<string, string>> = {
  human: 'taken: 1 was pressed',
  voicemail: 'a voicemail answered',
  fax: 'a fax answered',
  'no-input': 'answered, but 1 was not pressed',
  declined: 'declined',
  busy: 'busy',
  'no-answer': 'nobody answered',
  unreachable: 'the phone could not be reached',
  'invalid-number': 'the carrier says the number is none',
  'rejected-by-policy': 'not allowed by our rules of whom to call',
  'carrier-error': 'the carrier failed',
  'in-another-call': 'the phone was in another call of ours',
  cancelled: 'called off',
  lost: 'nothing was heard of it any more',
};

export function outcomeInWords(outcome: string): string {
  return OUTCOMES[outcome] ?? outcome;
}

const STAGES: Readonly<Record<string, string>> = {
  reserved: 'not yet asked for at the carrier',
  submitted: 'asked for at the carrier, who has not said what became of it',
  live: 'placed, not ringing yet',
  ringing: 'ringing now',
  answered: 'answered, no key pressed yet',
  human: 'taken: 1 was pressed, on the line now',
  ended: 'over',
};

/** One call to one phone in a sentence: how long it rang, which keys, what became of it. */
export function attemptInWords(attempt: ToldAttempt): string {
  const { leg, n, stage, outcome, ringSeconds, wrongKeys, acceptedBy, carrierStatus, sipCode, acceptedAt, endedAt } =
    attempt;
  const facts = [
    outcome === undefined ? (STAGES[stage] ?? stage) : outcomeInWords(outcome),
    ringSeconds !== undefined && ringSeconds > 0 && `rang ${span(ringSeconds * 1000)}`,
    acceptedBy === 'amd' && 'taken for a human by the carrier’s machine detection',
    wrongKeys !== undefined &&
      wrongKeys > 0 &&
      `${wrongKeys === 1 ? 'a wrong key' : `${wrongKeys} wrong keys`} pressed`,
    acceptedAt !== undefined &&
      endedAt !== undefined &&
      `on the line for ${span(Date.parse(endedAt) - Date.parse(acceptedAt))}`,
    outcome !== 'human' &&
      carrierStatus !== undefined &&
      `carrier: ${carrierStatus}${sipCode ? ` (SIP ${sipCode})` : ''}`,
  ];
  return `Call ${n} to the ${leg}: ${facts.filter((fact) => fact !== false).join(', ')}`;
}

const FAILURES: Readonly<Record<string, string>> = {
  'agent-unreachable': 'the agent could not be reached',
  'client-unreachable': 'the client could not be reached',
  'agent-left': 'the agent left before the client came',
  missed: 'it could not begin in time',
  cancelled: 'the appointment was cancelled',
  superseded: 'the appointment was moved',
  timeout: 'nothing more was heard of it',
  'rejected-by-policy': 'our rules forbid the call',
  'carrier-error': 'the carrier refused',
};

export function failureInWords(reason: string): string {
  return FAILURES[reason] ?? reason;
}

/** The reminder's key (`24h`) of a wake-up's purpose. */
function reminderOf(purpose: string): string {
  return purpose.replace(/^reminder-/, '');
}

export function purposeInWords(purpose: string): string {
  return purpose === 'call' ? 'the call' : `the ${reminderOf(purpose)} reminder`;
}

const WAKE_UP_STATES: Readonly<Record<string, string>> = {
  planned: 'is planned',
  'handed-over': 'is on its way',
  said: 'was said',
  withdrawn: 'was withdrawn',
  dropped: 'was dropped: its time had passed',
};

export function wakeUpInWords({ purpose, state }: ToldWakeUp): string {
  return `The wake-up for ${purposeInWords(purpose)} ${WAKE_UP_STATES[state] ?? state}`;
}

const CHANNELS: Readonly<Record<string, string>> = { email: 'e-mail', sms: 'text', alert: 'alert' };

/** `confirmation e-mail to the client`. */
export function messageInWords({
  template,
  channel,
  recipient,
}: Pick<ToldMessage, 'template' | 'channel' | 'recipient'>): string {
  return `${template} ${CHANNELS[channel] ?? channel} to the ${recipient}`;
}

const STATUSES: Readonly<Record<string, string>> = {
  sending: 'is being sent',
  bounced: 'bounced',
  complained: 'was reported as spam',
  failed: 'failed',
  unknown: 'may have been sent or not',
};

/** `was delivered`: what became of a message. */
export function statusInWords(status: string): string {
  return STATUSES[status] ?? `was ${status}`;
}

function text(data: Entry['data'], field: string): string {
  const value = data[field];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '?';
}

/** `2026-12-01 15:00 UTC`. */
function moment(data: Entry['data'], field: string): string {
  const [, day, time] = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)/.exec(text(data, field)) ?? [];
  return day === undefined ? '?' : `${day} ${time} UTC`;
}

const EVENTS: Readonly<Record<string, (data: Entry['data']) => string>> = {
  AppointmentCreated: (data) => `Booked for ${moment(data, 'startsAt')}`,
  AppointmentRescheduled: (data) => `Moved from ${moment(data, 'previousStartsAt')} to ${moment(data, 'startsAt')}`,
  AppointmentAmended: () => 'Particulars changed, the time did not',
  AppointmentCancelled: (data) => `Cancelled by the ${text(data, 'cancelledBy')}`,
  ReminderDue: (data) => `The ${text(data, 'reminder')} reminder is due`,
  CallDue: () => 'The call is due',
  AgentAnswered: (data) => `The agent took call ${text(data, 'attempt')} and waits; the client is phoned next`,
  CallConnected: () => 'Agent and client are talking',
  CallCompleted: (data) =>
    `The conversation is over after ${span(Number(data['durationSeconds'] ?? 0) * 1000)}, ended by ${
      data['endedBy'] === 'limit' ? 'the time limit' : `the ${text(data, 'endedBy')}`
    }`,
  CallFailed: (data) => `The call failed: ${failureInWords(text(data, 'reason'))}`,
  NotificationFailed: (data) =>
    `A message did not reach its recipient: ${messageInWords({
      template: text(data, 'template'),
      channel: text(data, 'channel'),
      recipient: data['recipient'] === undefined ? 'recipient' : text(data, 'recipient'),
    })} (${text(data, 'reason')})`,
};

/** What an event says, in plain words. One that is not known is told by its name. */
export function eventInWords({ detailType, data, fault }: Entry): string {
  if (fault !== undefined) return `${detailType}, which cannot be read: ${fault}`;
  return EVENTS[detailType]?.(data) ?? detailType;
}
