import { createHash } from 'node:crypto';
import { checked, invalidRequest, type Fault, type HttpAnswer, type HttpRequest } from '@appointments/runtime';
import { startOfDate } from '../domain/instants';
import { firstInstantAtOrAfter, zoneNamed } from '@appointments/runtime/zones';
import { agentsMeant, type Agents } from './agents';
import { slotBody } from './answers';
import { freeBetween, type ClaimedBetween } from './nearest';
import { AvailabilityQuery } from './schemas';

const DAY = 24 * 3_600_000;
/** The most days one question may ask for. */
export const MAX_DAYS = 62;

export interface GetAvailabilityPorts {
  readonly agents: Agents;
  readonly claimedBetween: ClaimedBetween;
  readonly now: () => Date;
}

/** Answers the free slots of some days, each with the offset of the zone asked for; nothing where the asker knows them already. */
export function getAvailability({ agents, claimedBetween, now }: GetAvailabilityPorts) {
  return async ({ query, headers }: HttpRequest): Promise<HttpAnswer> => {
    const meant = await agentsMeant(agents, query['agentId']);
    const from = startOfDate(query['from'] ?? '');
    const to = startOfDate(query['to'] ?? '');
    const more: Fault[] = [...meant.faults];
    if (from !== undefined && to !== undefined) {
      if (to < from) more.push({ path: 'to', message: 'must not be before from' });
      if (to - from >= MAX_DAYS * DAY) more.push({ path: 'to', message: `must be at most ${MAX_DAYS} days from from` });
    }
    const { timeZone, holdId } = checked(AvailabilityQuery, query, more);
    const zone = zoneNamed(timeZone);
    if (!zone || from === undefined || to === undefined) throw invalidRequest([]);
    const slots = await freeBetween(
      { agents: meant.agents, now: now().getTime(), holdId },
      firstInstantAtOrAfter(zone, from),
      firstInstantAtOrAfter(zone, to + DAY),
      claimedBetween,
    );
    return unlessKnown(headers['if-none-match'], JSON.stringify({ slots: slots.map((slot) => slotBody(slot, zone)) }));
  };
}

/** 304 for who has this very answer (RFC 9110, 13.1.2); every time it is asked again, since the next minute may change it. */
function unlessKnown(known: string | undefined, text: string): HttpAnswer {
  const etag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 27)}"`;
  const answer = { headers: { 'cache-control': 'no-cache', etag } };
  const tags = known?.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags?.some((tag) => tag === etag || tag === '*')
    ? { status: 304, ...answer }
    : { status: 200, ...answer, text };
}
