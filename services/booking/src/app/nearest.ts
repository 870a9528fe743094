import type { Agent } from '../domain/agent';
import { piecesOfClaims, standing, type Claim } from '../domain/claims';
import { freeSlots, nearestSlots, piecesOf, slotsBetween, type Slot } from '../domain/slots';

const DAY = 24 * 3_600_000;
const AROUND = 3 * DAY;
/** Five slots beside a taken one are told at most. */
const NEAREST = 5;

/** The claims on an agent's time from `from` to before `to` (milliseconds since 1970), holds that ran out among them. */
export type ClaimedBetween = (agentId: string, from: number, to: number) => Promise<readonly Claim[]>;

/** What of the agents' time is asked about. */
export interface Question {
  readonly agents: readonly Agent[];
  readonly now: number;
  /** What this hold has counts as free: its holder asks. */
  readonly holdId?: string | undefined;
}

/** The agent's free slots that begin from `from` to before `to`, at the cost of one read of the claims in between. */
async function freeOf(
  agent: Agent,
  from: number,
  to: number,
  { now, holdId }: Question,
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
  const claims = await claimedBetween(agent.agentId, start, end);
  return freeSlots(agent, slots, piecesOfClaims(standing(claims, now, holdId)), now);
}

/** The slots that any of the agents has free, in the order of time: of those that begin together the shortest. */
export async function freeBetween(
  question: Question,
  from: number,
  to: number,
  claimedBetween: ClaimedBetween,
): Promise<Slot[]> {
  const all = await Promise.all(question.agents.map((agent) => freeOf(agent, from, to, question, claimedBetween)));
  const byStart = new Map<number, Slot>();
  for (const slot of all.flat()) {
    const known = byStart.get(slot.start);
    if (!known || slot.end < known.end) byStart.set(slot.start, slot);
  }
  return [...byStart.values()].toSorted((a, b) => a.start - b.start);
}

/** The free slots nearest to `start`: of the days around it, and of all that can be booked when those have too few. */
export async function nearestFree(question: Question, start: number, claimedBetween: ClaimedBetween): Promise<Slot[]> {
  const around = await freeBetween(question, start - AROUND, start + AROUND, claimedBetween);
  if (around.length >= NEAREST) return nearestSlots(around, start, NEAREST);
  const days = Math.max(0, ...question.agents.map(({ horizonDays }) => horizonDays));
  const all = await freeBetween(question, question.now, question.now + days * DAY + 1, claimedBetween);
  return nearestSlots(all, start, NEAREST);
}
