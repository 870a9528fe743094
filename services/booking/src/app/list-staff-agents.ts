import { checked, invalidRequest, type HttpAnswer, type HttpRequest } from '@appointments/runtime';
import type * as z from 'zod';
import { staffAgentBody, type StaffAgentsAnswer } from './agent-schemas';
import type { Agents } from './agents';
import { privately } from './answers';
import { AgentId, PageQuery } from './schemas';

/** Answers the roster, whoever is not active included, in the order of the ids. */
export function listStaffAgents({ all }: Pick<Agents, 'all'>) {
  return async ({ query }: HttpRequest): Promise<HttpAnswer> => {
    const { limit, cursor } = checked(PageQuery, query);
    const after = cursor === undefined ? '' : idIn(cursor);
    const rest = (await all()).filter(({ agentId }) => agentId > after);
    const agents = rest.slice(0, limit).map(staffAgentBody);
    const last = agents.at(-1);
    const body: z.infer<typeof StaffAgentsAnswer> = {
      agents,
      ...(rest.length > agents.length && last && { next: Buffer.from(last.agentId).toString('base64url') }),
    };
    return privately(body);
  };
}

/** The id that a page ended with: the next begins after it, whether it is still there or not. */
function idIn(cursor: string): string {
  const id = AgentId.safeParse(Buffer.from(cursor, 'base64url').toString());
  if (!id.success) throw invalidRequest([{ path: 'cursor', message: 'is not the `next` of a page' }]);
  return id.data;
}
