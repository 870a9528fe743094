import type { Agent } from './agent';

const DAY = 24 * 3_600_000;
/** How busy somebody is, is judged by the seven days around a time. */
export const AROUND = 3.5 * DAY;

/** An agent who could take a time, and how many appointments they have around it. */
export interface Candidate {
  readonly agent: Agent;
  readonly booked: number;
}

/**
 * Who is asked first when anybody will do: whoever is booked least. Where that leaves a tie, a hash of the time and the agent
 * decides, so that the same question has the same answer and no agent is always first.
 */
export function fairOrder(candidates: readonly Candidate[], start: number): Agent[] {
  const place = new Map(candidates.map(({ agent }) => [agent.agentId, hash(`${start} ${agent.agentId}`)]));
  const placeOf = ({ agentId }: Agent) => place.get(agentId) ?? 0;
  return candidates
    .toSorted(
      (a, b) =>
        a.booked - b.booked ||
        placeOf(a.agent) - placeOf(b.agent) ||
        (a.agent.agentId < b.agent.agentId ? -1 : a.agent.agentId > b.agent.agentId ? 1 : 0),
    )
    .map(({ agent }) => agent);
}

/** FNV-1a with the last mixing step of MurmurHash3, without which texts that differ in their end alone come out close together. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) value = Math.imul(value ^ byte, 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
