import type { Fault } from '@appointments/runtime';
import type { Agent } from '../domain/agent';
import { AgentId } from './schemas';

/** The agents as they are now: what was answered to a change of theirs is seen by whoever asks after it. */
export interface Agents {
  /** Active or not. */
  readonly find: (agentId: string) => Promise<Agent | undefined>;
  /** All of them in the order of their ids, active or not. */
  readonly all: () => Promise<readonly Agent[]>;
}

/** Those who take appointments. */
export async function activeAgents({ all }: Pick<Agents, 'all'>): Promise<readonly Agent[]> {
  return (await all()).filter(({ active }) => active);
}

/** Whom a request may mean: the agent it names, else everybody who takes appointments; with what is wrong with the name. */
export async function agentsMeant(
  agents: Agents,
  agentId: unknown,
): Promise<{ readonly agents: readonly Agent[]; readonly faults: readonly Fault[] }> {
  const named = AgentId.safeParse(agentId);
  // What its schema refuses is told by the schema; the other faults are still to be found.
  if (!named.success) return { agents: await activeAgents(agents), faults: [] };
  const agent = await agents.find(named.data);
  if (agent?.active) return { agents: [agent], faults: [] };
  const message = agent ? 'takes no appointments at present' : 'is no agent of ours';
  return { agents: agent ? [agent] : await activeAgents(agents), faults: [{ path: 'agentId', message }] };
}
