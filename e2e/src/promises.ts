import { AGENT, type AlertView, type CallView, type EmailView, type EventView, type System } from './system';

/** A booking that was answered with 201. */
export interface Accepted {
  readonly appointmentId: string;
  readonly email: string;
  readonly phone: string;
}

interface DeadLetter {
  readonly queue: string;
  readonly reason: string | null;
}

const TERMINAL = ['CallCompleted', 'CallFailed'];
/** The quarter of an hour is counted from the claim, which real time parts from the sending. */
const QUARTER_OF_AN_HOUR_MS = 14.5 * 60_000;

/**
 * Looks at the events, calls and messages of a system that has come to rest after its appointments, and tells which of the
 * promises it broke, in words; none where it kept them all.
 */
export async function brokenPromises(
  system: Pick<System, 'list'>,
  accepted: readonly Accepted[],
): Promise<readonly string[]> {
  const [events, calls, emails, alerts, deadLetters] = await Promise.all([
    system.list<EventView>('/_local/events'),
    system.list<CallView>('/_local/calls'),
    system.list<EmailView>('/_local/emails'),
    system.list<AlertView>('/_local/alerts'),
    system.list<DeadLetter>('/_local/dead-letters'),
  ]);
  const broken: string[] = [];
  const idsOf = (appointmentId: string, types: readonly string[]) =>
    // The same fact told twice has the same id: it is one event.
    new Set(
      events
        .filter(
          ({ detailType, detail }) => types.includes(detailType) && detail.data['appointmentId'] === appointmentId,
        )
        .map(({ detail }) => String(detail.metadata['eventId'])),
    );

  for (const { appointmentId, email, phone } of accepted) {
    const say = (what: string) => broken.push(`${appointmentId}: ${what}`);
    const created = idsOf(appointmentId, ['AppointmentCreated']).size;
    if (created !== 1) say(`has ${created} events of its creation`);
    const due = idsOf(appointmentId, ['CallDue']).size;
    if (due !== 1) say(`was due ${due} times`);
    const ends = idsOf(appointmentId, TERMINAL);
    if (ends.size !== 1) say(`has ${ends.size} terminal events: ${[...ends].join(', ')}`);
    if (!emails.some(({ to, subject }) => to.includes(email) && subject.includes('confirmed')))
      say('has no confirmation');

    const isTold = events.some(
      ({ detailType, detail }) =>
        detailType === 'CallFailed' &&
        detail.data['appointmentId'] === appointmentId &&
        !['cancelled', 'superseded'].includes(String(detail.data['reason'])),
    );
    if (isTold && !emails.some(({ to, subject }) => to.includes(email) && subject.includes('could not connect')))
      say('failed, and the client was not told');

    const accepts = events.filter(
      ({ detailType, detail }) => detailType === 'AgentAnswered' && detail.data['appointmentId'] === appointmentId,
    );
    for (const { createdAt, sid } of calls.filter(({ to }) => to === phone)) {
      const hasAccepted = accepts.some(({ detail }) => String(detail.data['answeredAt']) <= createdAt);
      const onTheLine = calls.some((call) => call.to === AGENT && isLiveAt(call, createdAt));
      if (!hasAccepted || !onTheLine) say(`${sid} rang the client with no agent on the line who had accepted`);
    }
  }

  for (const [leg, ofLeg] of grouped(calls, legOf)) {
    if (ofLeg.length > 3) broken.push(`${leg} was rung ${ofLeg.length} times`);
    for (const one of ofLeg) {
      const other = ofLeg.find(
        (call) => call !== one && call.createdAt <= one.createdAt && (call.endedAt ?? 'never') > one.createdAt,
      );
      if (other !== undefined) broken.push(`${leg} had two live calls: ${one.sid}, ${other.sid}`);
    }
  }
  for (const { sid, status, endedAt } of calls) if (endedAt === null) broken.push(`${sid} is still ${status}`);

  for (const [what, same] of grouped(emails, ({ to, subject, text }) => `${to.join()} ${subject} ${text}`)) {
    const times = same.map(({ at }) => Date.parse(at)).toSorted((a, b) => a - b);
    if (times.some((at, index) => at - (times[index - 1] ?? Number.NEGATIVE_INFINITY) < QUARTER_OF_AN_HOUR_MS))
      broken.push(`an e-mail went out ${times.length} times: ${what.slice(0, 80)}`);
  }
  for (const [what, same] of grouped(
    alerts.filter(({ message }) => !message.includes('Queue: ')),
    ({ subject, message }) => `${subject} ${message}`,
  ))
    if (same.length > 1) broken.push(`an alert went out ${same.length} times: ${what.slice(0, 80)}`);

  for (const queue of new Set(deadLetters.map((letter) => letter.queue)))
    if (!alerts.some(({ message }) => message.includes(queue)))
      broken.push(`${queue} holds dead letters, and nobody was told`);
  return broken;
}

function grouped<T>(all: readonly T[], keyOf: (one: T) => string): Map<string, readonly T[]> {
  const groups = new Map<string, readonly T[]>();
  for (const one of all) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one]);
  return groups;
}

const isLiveAt = ({ createdAt, endedAt }: CallView, instant: string) =>
  createdAt <= instant && (endedAt === null || endedAt >= instant);

/** `<session> agent`: the call's own address says whose it is. */
function legOf({ url }: CallView): string {
  return new URL(url).pathname.split('/').slice(2, 4).join(' ');
}
