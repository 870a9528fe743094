import { checked, Problem, type HttpAnswer, type HttpRequest } from '@appointments/runtime';
import * as z from 'zod';
import type { Time } from '../domain/appointment';
import type { Hold } from '../domain/claims';
import { isoToSend } from '@appointments/runtime/zones';
import { agentsMeant, type Agents } from './agents';
import { slotTaken } from './answers';
import { inFairOrder } from './choose-agent';
import { nearestFree, type ClaimedBetween } from './nearest';
import { readWithTime } from './requested-time';
import { HoldId, HoldSlot, type HoldAnswer } from './schemas';

export interface HoldPorts {
  readonly agents: Agents;
  /** How long a hold lasts. */
  readonly holdMinutes: number;
  readonly newHoldId: (now: Date) => string;
  /** Writes the hold and its claims, over those of `replaces` where it has them: all or nothing. */
  readonly hold: (hold: Hold, replaces: string | undefined, now: Date) => Promise<'held' | 'slot-taken'>;
  readonly findHold: (holdId: string) => Promise<Hold | undefined>;
  /** Gives a hold's claims back, but for those that `kept` has taken over. */
  readonly releaseHold: (hold: Hold, kept: Hold | undefined) => Promise<void>;
  readonly claimedBetween: ClaimedBetween;
  readonly now: () => Date;
}

const AskedAgent = z.object({ agentId: z.unknown().optional() });

/** Keeps a time for whoever fills in the form. It may be overwritten as soon as it has run out: its end is in every condition. */
export function holdSlot(ports: HoldPorts) {
  return async ({ json }: HttpRequest): Promise<HttpAnswer> => {
    const now = ports.now();
    const meant = await agentsMeant(ports.agents, AskedAgent.safeParse(json).data?.agentId);
    const { body, times } = readWithTime(HoldSlot, json, meant.agents, now, meant.faults);
    const { replaces } = body;
    const holdId = ports.newHoldId(now);
    for (const time of await inFairOrder(times, now.getTime(), replaces, ports.claimedBetween)) {
      const hold = holdOf(holdId, time, now.getTime() + ports.holdMinutes * 60_000);
      if ((await ports.hold(hold, replaces, now)) !== 'held') continue;
      const former = replaces === undefined ? undefined : await ports.findHold(replaces);
      if (former) await ports.releaseHold(former, hold);
      return { status: 201, headers: { 'cache-control': 'no-store' }, body: bodyOf(hold, time) };
    }
    const [first] = times;
    if (!first) throw new Error('a time that nobody offers was refused before');
    const question = { agents: meant.agents, now: now.getTime(), holdId: replaces };
    throw slotTaken(await nearestFree(question, first.slot.start, ports.claimedBetween), first.clientZone);
  };
}

function holdOf(holdId: string, { slot, agent }: Time, until: number): Hold {
  return {
    holdId,
    agentId: agent.agentId,
    ...slot,
    claimedFrom: slot.start - agent.bufferBeforeMinutes * 60_000,
    claimedTo: slot.end + agent.bufferAfterMinutes * 60_000,
    until,
  };
}

function bodyOf({ holdId, start, end, until }: Hold, { agent, clientZone }: Time): z.infer<typeof HoldAnswer> {
  return {
    holdId,
    agent: { agentId: agent.agentId, name: agent.name },
    startsAt: isoToSend(clientZone, start),
    endsAt: isoToSend(clientZone, end),
    expiresAt: isoToSend(clientZone, until),
  };
}

/** Gives a hold back. Whoever has its id may; one that has run out, or was booked, is gone already, which is as good. */
export function releaseHold(ports: Pick<HoldPorts, 'findHold' | 'releaseHold'>) {
  return async ({ parameters, json }: HttpRequest): Promise<HttpAnswer> => {
    checked(z.strictObject({}), json);
    const holdId = HoldId.safeParse(parameters['holdId']);
    if (!holdId.success) throw new Problem({ status: 404, slug: 'no-such-hold', title: 'There is no such hold' });
    const hold = await ports.findHold(holdId.data);
    if (hold) await ports.releaseHold(hold, undefined);
    return { status: 204, headers: { 'cache-control': 'no-store' } };
  };
}
