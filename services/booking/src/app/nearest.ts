import type { Agent } from '../domain/agent';
import { freeSlots, nearestSlots, piecesOf, slotsBetween, type Slot } from '../domain/slots';

const DAY = 24 * 3_600_000;
const AROUND = 3 * DAY;
/** Five slots beside a taken one are told at most. */
const NEAREST = 5;

/** The pieces of an agent's time that are claimed from `from` to before `to`, in milliseconds since 1970. */
export type ClaimedBetween = (agentId: string, from: number, to: number) => Promise<ReadonlySet<number>>;

/** The agent's free slots that begin from `from` to before `to`, at the cost of one read of the claims in between. */
export async function freeBetween(
  agent: Agent,
  from: number,
  to: number,
  now: number,
  claimedBetween: ClaimedBetween,
): Promise<Slot[]> {
  // Nothing before now or beyond the horizon can be booked, so it is not looked at.
  const slots = freeSlots(
    agent,
    slotsBetween(agent, Math.max(from, now), Math.min(to, now + agent.horizonDays * DAY + 1)),
    new Set(),
    now,
  );
  const first = slots[0];
  const last = slots.at(-1);
  if (!first || !last) return [];
  const start = piecesOf(first, agent)[0] ?? first.start;
  const end = last.end + agent.bufferAfterMinutes * 60_000;
  return freeSlots(agent, slots, await claimedBetween(agent.agentId, start, end), now);
}

/** The free slots nearest to `start`: of the days around it, and of all that can be booked when those have too few. */
export async function nearestFree(
  agent: Agent,
  start: number,
  now: number,
  claimedBetween: ClaimedBetween,
): Promise<Slot[]> {
  const around = await freeBetween(agent, start - AROUND, start + AROUND, now, claimedBetween);
  if (around.length >= NEAREST) return nearestSlots(around, start, NEAREST);
  const all = await freeBetween(agent, now, now + agent.horizonDays * DAY + 1, now, claimedBetween);
  return nearestSlots(all, start, NEAREST);
}
