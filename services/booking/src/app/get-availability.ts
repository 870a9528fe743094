import {
  checked,
  faultsOf,
  invalidRequest,
  type Fault,
  type HttpAnswer,
  type HttpRequest,
} from '@appointments/runtime';
import { agentOf, type Roster } from '../domain/agent';
import { startOfDate } from '../domain/instants';
import { firstInstantAtOrAfter, zoneNamed } from '../domain/zones';
import { slotBody } from './answers';
import { freeBetween, type ClaimedBetween } from './nearest';
import { AvailabilityQuery } from './schemas';

const DAY = 24 * 3_600_000;
/** The most days one question may ask for. */
export const MAX_DAYS = 62;

export interface GetAvailabilityPorts {
  readonly roster: Roster;
  readonly claimedBetween: ClaimedBetween;
  readonly now: () => Date;
}

/** Answers the free slots of some days, each with the offset of the zone asked for. */
export function getAvailability({ roster, claimedBetween, now }: GetAvailabilityPorts) {
  return async ({ query }: HttpRequest): Promise<HttpAnswer> => {
    const parsed = AvailabilityQuery.safeParse(query);
    const agent = agentOf(roster, query['agentId']);
    const from = startOfDate(query['from'] ?? '');
    const to = startOfDate(query['to'] ?? '');
    const more: Fault[] = [];
    if (from !== undefined && to !== undefined) {
      if (to < from) more.push({ path: 'to', message: 'must not be before from' });
      if (to - from >= MAX_DAYS * DAY) more.push({ path: 'to', message: `must be at most ${MAX_DAYS} days from from` });
    }
    const { timeZone } = checked(AvailabilityQuery, query, [
      ...more,
      ...(agent || (parsed.error && faultsOf(parsed.error).some((fault) => fault.path === 'agentId'))
        ? []
        : [{ path: 'agentId', message: 'is no agent of ours' }]),
    ]);
    const zone = zoneNamed(timeZone);
    if (!agent || !zone || from === undefined || to === undefined) throw invalidRequest([]);
    const slots = await freeBetween(
      agent,
      firstInstantAtOrAfter(zone, from),
      firstInstantAtOrAfter(zone, to + DAY),
      now().getTime(),
      claimedBetween,
    );
    return {
      status: 200,
      headers: { 'cache-control': 'no-store' },
      body: { slots: slots.map((slot) => slotBody(slot, zone)) },
    };
  };
}
