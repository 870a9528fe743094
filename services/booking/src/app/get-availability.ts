import { createHash } from 'node:crypto';
import { checked, invalidRequest, type HttpAnswer, type HttpRequest } from '@appointments/runtime';
import { zoneNamed } from '@appointments/runtime/zones';
import { agentsMeant, type Agents } from './agents';
import { slotBody } from './answers';
import { daysAsked } from './days';
import { freeBetween, type ClaimedBetween } from './nearest';
import { AvailabilityQuery } from './schemas';

export interface GetAvailabilityPorts {
  readonly agents: Agents;
  readonly claimedBetween: ClaimedBetween;
  readonly now: () => Date;
}

/** Answers the free slots of some days, each with the offset of the zone asked for; nothing where the asker knows them already. */
export function getAvailability({ agents, claimedBetween, now }: GetAvailabilityPorts) {
  return async ({ query, headers }: HttpRequest): Promise<HttpAnswer> => {
    const meant = await agentsMeant(agents, query['agentId']);
    const days = daysAsked(query);
    const { timeZone, holdId } = checked(AvailabilityQuery, query, [...meant.faults, ...days.faults]);
    const zone = zoneNamed(timeZone);
    if (!zone) throw invalidRequest([]);
    const { start, end } = days.spanIn(zone);
    const slots = await freeBetween({ agents: meant.agents, now: now().getTime(), holdId }, start, end, claimedBetween);
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
