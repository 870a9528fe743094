import type { Agent } from '../domain/agent';

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
