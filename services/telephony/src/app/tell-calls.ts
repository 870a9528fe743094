import { appointmentIdIn, type HttpAnswer, type HttpRequest } from '@appointments/runtime';
import type { Attempt, Leg, Session } from '../domain/session';
import type { Sessions } from './ports';

/** One call to one phone, without the number. Times are ISO, UTC, by our clock; left out where it never came so far. */
export interface AttemptAnswer {
  readonly leg: Leg;
  readonly n: number;
  readonly stage: Attempt['stage'];
  readonly reservedAt: string;
  readonly placedAt?: string;
  readonly rangAt?: string;
  readonly answeredAt?: string;
  readonly acceptedAt?: string;
  readonly acceptedBy?: 'key' | 'amd';
  readonly endedAt?: string;
  readonly ringSeconds?: number;
  readonly wrongKeys?: number;
  /** The carrier's last word, and its SIP code where it gave one. */
  readonly carrierStatus?: string;
  readonly sipCode?: number;
  readonly outcome?: string;
}

/** The call of one version of an appointment, as staff may see it: no names, no numbers. */
export interface CallAnswer {
  readonly callSessionId: string;
  readonly version: number;
  readonly startsAt: string;
  readonly startedAt: string;
  readonly attempts: readonly AttemptAnswer[];
  /** The legs whose phone another call of ours held when it was last looked. */
  readonly waitsFor: readonly { readonly leg: Leg; readonly since: string }[];
  readonly carrierDown: boolean;
  readonly joinedAt?: string;
  readonly ended?: {
    readonly at: string;
    readonly type: 'completed' | 'failed';
    readonly leg?: Leg | null;
    readonly reason?: string;
  };
}

/** Answers staff what became of an appointment's calls, oldest version first. An appointment that was never called has none. */
export function tellCalls({ ofAppointment, load }: Pick<Sessions, 'ofAppointment' | 'load'>) {
  return async (request: HttpRequest): Promise<HttpAnswer> => {
    const appointmentId = appointmentIdIn(request);
    const known = appointmentId === undefined ? [] : await ofAppointment(appointmentId);
    const stored = await Promise.all(known.map(({ sessionId }) => load(sessionId)));
    const calls = stored.flatMap((each) => (each ? [callAnswer(each.session)] : []));
    return { status: 200, headers: { 'cache-control': 'no-store' }, body: { calls } };
  };
}

export function callAnswer(session: Session): CallAnswer {
  const { id, appointmentVersion, startsAt, startedAt, attempts, engaged, carrierDown, joined, terminal } = session;
  return {
    callSessionId: id,
    version: appointmentVersion,
    startsAt: iso(startsAt),
    startedAt: iso(startedAt),
    attempts: attempts.map(attemptAnswer),
    waitsFor: LEGS.flatMap((leg) => {
      const held = engaged[leg];
      return held ? [{ leg, since: iso(held.since) }] : [];
    }),
    carrierDown: carrierDown === true,
    ...(joined && { joinedAt: iso(joined.at) }),
    ...(terminal && {
      ended: {
        at: iso(terminal.at),
        type: terminal.type,
        ...(terminal.type === 'failed' && { leg: terminal.leg, reason: terminal.reason }),
      },
    }),
  };
}

const LEGS: readonly Leg[] = ['agent', 'client'];

function attemptAnswer(attempt: Attempt): AttemptAnswer {
  const { leg, n, stage, reservedAt, claimedAt, rang, answered, humanAt, acceptedBy, endedAt } = attempt;
  const { ringSeconds, wrongKeys, final, outcome } = attempt;
  return {
    leg,
    n,
    stage,
    reservedAt: iso(reservedAt),
    ...(claimedAt !== undefined && { placedAt: iso(claimedAt) }),
    ...(rang && { rangAt: iso(rang.ours) }),
    ...(answered && { answeredAt: iso(answered.ours) }),
    ...(humanAt !== undefined && { acceptedAt: iso(humanAt) }),
    ...(acceptedBy !== undefined && { acceptedBy }),
    ...(endedAt !== undefined && { endedAt: iso(endedAt) }),
    ...(ringSeconds !== undefined && { ringSeconds }),
    ...(wrongKeys !== undefined && { wrongKeys }),
    ...(final && {
      carrierStatus: final.status,
      ...(final.sipCode !== undefined && { sipCode: final.sipCode }),
    }),
    ...(outcome !== undefined && { outcome }),
  };
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
