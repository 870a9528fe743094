import { AppointmentAmended, AppointmentRescheduled } from '@appointments/events';
import { checked, type HttpAnswer, type HttpRequest } from '@appointments/runtime';
import type * as z from 'zod';
import { particularsOf, type Appointment } from '../domain/appointment';
import { standing } from '../domain/claims';
import { reResolve, timeOf, type ReResolution, type ZoneRules } from '../domain/re-resolve';
import { busy, privately, staffAppointmentBody } from './answers';
import { noSuchAppointment } from './authorise';
import type { ChangePorts } from './change-appointment';
import type { ClaimedBetween } from './nearest';
import { ReResolve, type ReResolvedAnswer } from './schemas';
import { appointmentNamed } from './staff-appointments';

export interface ReResolvePorts extends Pick<ChangePorts, 'read' | 'save'> {
  readonly claimedBetween: ClaimedBetween;
  readonly rules: ZoneRules;
  readonly now: () => Date;
}

/** Somebody may write between our read and our write; five times in a row means that something is wrong. */
const TRIES = 5;

/** Resolves an appointment's local times again by the zone rules of today, and tells of it whom it concerns. */
export function reResolveAppointment({ read, save, claimedBetween, rules, now }: ReResolvePorts) {
  return async (request: HttpRequest): Promise<HttpAnswer> => {
    const appointmentId = appointmentNamed(request);
    const { dryRun } = checked(ReResolve, request.json);
    for (let tried = 0; tried < TRIES; tried++) {
      const at = now();
      const told = await read(appointmentId);
      if (!told) throw noSuchAppointment();
      const before = told.appointment;
      const resolution = reResolve(before, rules, at);
      if (!('change' in resolution)) return answer(before, resolution, rules);
      const after = resolution.change.appointment;
      const blockedBy = resolution.outcome === 'moved' ? await inTheWayOf(after, at, claimedBetween) : [];
      if (blockedBy.length > 0) return answer(before, { ...resolution, blockedBy }, rules);
      if (dryRun) return answer(before, resolution, rules);
      const saved = await save({ before, ...writing(before, resolution, at) }, at);
      if (saved === 'saved') return answer(before, resolution, rules, after);
      // Overtaken, or the time was taken just now: what is true by now is found out once more.
    }
    throw busy();
  };
}

type Changed = Extract<ReResolution, { readonly change: unknown }>;

function writing(before: Appointment, { outcome, change }: Changed, at: Date) {
  const particulars = particularsOf(change.appointment);
  const occurred = { occurredAt: at.toISOString() };
  return outcome === 'moved'
    ? {
        change,
        event: AppointmentRescheduled.create({ ...particulars, previousStartsAt: before.startsAt }, occurred),
        claims: 'swap' as const,
      }
    : { change, event: AppointmentAmended.create(particulars, occurred), claims: 'keep' as const };
}

/** Which other appointments and holds have some of the time that an appointment would claim. */
async function inTheWayOf(after: Appointment, now: Date, claimedBetween: ClaimedBetween): Promise<string[]> {
  const [from, to] = [Date.parse(after.claimedFrom), Date.parse(after.claimedTo)];
  const claims = await claimedBetween(after.agent.agentId, from, to);
  const others = standing(claims, now.getTime())
    .filter(({ piece, heldBy }) => piece < to && heldBy !== after.appointmentId)
    .map(({ heldBy }) => heldBy);
  return [...new Set(others)];
}

type Answered = z.infer<typeof ReResolvedAnswer>;

function answer(
  before: Appointment,
  resolution: ReResolution | (Changed & { readonly blockedBy: readonly string[] }),
  { version }: ZoneRules,
  after: Appointment = before,
): HttpAnswer {
  const from = timeOf(before);
  const body = (outcome: Answered['outcome'], more: Partial<Answered>): HttpAnswer =>
    privately({ outcome, ...more, from, to: more.to ?? null, appointment: staffAppointmentBody(after) });
  if (resolution.outcome === 'unchanged') return body('unchanged', { to: { ...from, tzdb: version } });
  if (resolution.outcome === 'not-applicable') return body('not-applicable', { because: resolution.because });
  const { outcome, skipped } = resolution;
  if (outcome === 'conflict') return body('conflict', { because: 'past', skipped, to: resolution.to });
  const to = timeOf(resolution.change.appointment);
  if ('blockedBy' in resolution) {
    return body('conflict', { because: 'taken', skipped, to, blockedBy: [...resolution.blockedBy] });
  }
  return body(outcome, { skipped, to });
}
