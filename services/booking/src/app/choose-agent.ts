import { holders, piecesOfClaims, standing } from '../domain/claims';
import { AROUND, fairOrder } from '../domain/choice';
import type { Time } from '../domain/appointment';
import { piecesOf } from '../domain/slots';
import type { ClaimedBetween } from './nearest';

/**
 * Those of the offered times (one per agent, at one start) that are free, in the order in which they are to be tried.
 * One alone is not looked at: writing it tells whether it is free.
 */
export async function inFairOrder(
  times: readonly Time[],
  now: number,
  holdId: string | undefined,
  claimedBetween: ClaimedBetween,
): Promise<readonly Time[]> {
  const [first] = times;
  if (!first || times.length === 1) return times;
  const { start } = first.slot;
  const looked = await Promise.all(
    times.map(async (time) => {
      const { agent, slot } = time;
      const claims = standing(await claimedBetween(agent.agentId, start - AROUND, start + AROUND), now, holdId);
      const taken = piecesOfClaims(claims);
      return {
        agent,
        time,
        booked: holders(claims),
        isFree: piecesOf(slot, agent).every((piece) => !taken.has(piece)),
      };
    }),
  );
  const free = looked.filter(({ isFree }) => isFree);
  return fairOrder(free, start).flatMap(({ agentId }) =>
    free.filter(({ agent }) => agent.agentId === agentId).map(({ time }) => time),
  );
}
