import { AppointmentCreated, CallCompleted, CallConnected, CallFailed, AgentAnswered } from '@appointments/events';
import * as z from 'zod';
import type { Envelope } from './envelope';
import { CannotDo } from './problem';

/** What a phone of the simulator can be told to do, and declining, which a person does. */
export type Manner = 'accept' | 'answer-silent' | 'no-answer' | 'busy' | 'voicemail' | 'unreachable' | 'decline';

export const LEGS = ['agent', 'client'] as const;
export type Leg = (typeof LEGS)[number];

/** How people behaved when one time of the appointment was called: attempt by attempt, as telephony's events tell it. */
export interface CallScript {
  readonly version: number;
  readonly startsAt: number;
  readonly numbers: Readonly<Record<Leg, string>>;
  readonly manners: Readonly<Record<Leg, readonly Manner[]>>;
  /** Who hung up, and how long after the two were joined; absent where nobody did. */
  readonly hangUp?: { readonly by: Leg; readonly afterMs: number };
}

/** What came from outside the system, and what the system made of it. */
export interface Case {
  readonly appointmentId: string;
  /** What booking told, in order of time: what clients and agents wanted. Everything else follows from it. */
  readonly inputs: readonly Envelope[];
  /** What the other services published then. */
  readonly published: readonly Envelope[];
  readonly calls: readonly CallScript[];
}

/** Whether what happened to an attempt was a person's or a network's doing, and whose manner it then was. */
const MANNERS: Readonly<Record<string, Manner>> = {
  human: 'accept',
  voicemail: 'voicemail',
  fax: 'voicemail',
  'no-input': 'answer-silent',
  declined: 'decline',
  busy: 'busy',
  'no-answer': 'no-answer',
  unreachable: 'unreachable',
  'invalid-number': 'unreachable',
  'carrier-error': 'unreachable',
};

const Numbered = z.object({
  appointmentVersion: z.int(),
  startsAt: z.string(),
  client: z.object({ phone: z.string() }),
  agent: z.object({ agentId: z.string(), phone: z.string() }),
});
const Changed = z.object({ agentId: z.string(), phone: z.string() });

/** Takes an appointment's events apart. @throws {@link CannotDo} where what it began with is missing. */
export function caseOf(appointmentId: string, events: readonly Envelope[]): Case {
  const own = events.filter(
    ({ detail }) => detail.data?.['appointmentId'] === undefined || detail.data['appointmentId'] === appointmentId,
  );
  const inputs = own.filter(({ source }) => source === AppointmentCreated.source);
  const ofAppointment = inputs.filter(({ detail }) => detail.data?.['appointmentId'] === appointmentId);
  if (ofAppointment.length === 0) {
    throw new CannotDo(
      `Of ${appointmentId} there is no event of booking: look at the id, and at the window (--from) if it is older than what was looked through.`,
    );
  }
  if (ofAppointment[0]?.['detail-type'] !== 'AppointmentCreated') {
    throw new CannotDo(
      `The first event of ${appointmentId} here is ${ofAppointment[0]?.['detail-type'] ?? ''} of ${ofAppointment[0]?.time ?? ''}: its beginning is missing. Begin earlier with --from, or bring the whole case (npm run events -- export --appointment ${appointmentId}).`,
    );
  }
  const published = own.filter(({ source }) => source !== AppointmentCreated.source);
  return { appointmentId, inputs, published, calls: scripts(inputs, published) };
}

function scripts(inputs: readonly Envelope[], published: readonly Envelope[]): CallScript[] {
  const newest = new Map<string, string>();
  for (const { 'detail-type': name, detail } of inputs) {
    const changed = name === 'AgentChanged' ? Changed.safeParse(detail.data).data : undefined;
    if (changed) newest.set(changed.agentId, changed.phone);
  }
  const versions = new Map<number, CallScript>();
  for (const { detail } of inputs) {
    const told = Numbered.safeParse(detail.data).data;
    if (!told) continue;
    const { appointmentVersion: version, client, agent } = told;
    versions.set(version, {
      version,
      startsAt: Date.parse(told.startsAt),
      numbers: { agent: newest.get(agent.agentId) ?? agent.phone, client: client.phone },
      ...lived(published.filter((event) => event.detail.data?.['appointmentVersion'] === version)),
    });
  }
  // A time that was given up before it came rang nobody.
  return [...versions.values()].filter(
    ({ version, startsAt }) =>
      !inputs.some(
        ({ time, detail }) =>
          Number(detail.data?.['appointmentVersion'] ?? 0) > version &&
          Date.parse(detail.metadata?.occurredAt ?? time) < startsAt,
      ),
  );
}

/** What the events of one call say of the people. */
function lived(published: readonly Envelope[]): Pick<CallScript, 'manners' | 'hangUp'> {
  const find = <T>(contract: {
    readonly detailType: string;
    readonly parse: (detail: unknown) => { readonly data: T };
  }) => {
    const found = published.find((event) => event['detail-type'] === contract.detailType);
    return found && contract.parse(found.detail).data;
  };
  const [answered, connected, completed, failed] = [
    find(AgentAnswered),
    find(CallConnected),
    find(CallCompleted),
    find(CallFailed),
  ];
  if (failed) {
    const of = (leg: Leg) => failed.attempts.flatMap((one) => (one.leg === leg ? (MANNERS[one.outcome] ?? []) : []));
    return { manners: { agent: of('agent'), client: of('client') } };
  }
  // How the attempts before the one that was taken ended, these events do not tell: most often nobody answered.
  const until = (attempt: number | undefined): Manner[] =>
    attempt === undefined ? [] : [...Array.from({ length: attempt - 1 }, () => 'no-answer' as const), 'accept'];
  const manners = {
    agent: until(connected?.attempts.agent ?? answered?.attempt),
    client: until(connected?.attempts.client),
  };
  const by = LEGS.find((leg) => leg === completed?.endedBy);
  if (!completed || by === undefined) return { manners };
  return { manners, hangUp: { by, afterMs: completed.durationSeconds * 1000 } };
}
