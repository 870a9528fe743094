import { checked, cursorAt, pageOf, PageQuery, type HttpAnswer, type HttpRequest } from '@appointments/runtime';
import type * as z from 'zod';
import { staffAgentBody, type StaffAgentsAnswer } from './agent-schemas';
import type { Agents } from './agents';
import { privately } from './answers';

/** Answers the roster, whoever is not active included, in the order of the ids. */
export function listStaffAgents({ all }: Pick<Agents, 'all'>) {
  return async ({ query }: HttpRequest): Promise<HttpAnswer> => {
    const { limit, cursor } = checked(PageQuery, query);
    const { items, next } = pageOf(await all(), ({ agentId }) => agentId, limit, cursorAt(cursor));
    const body: z.infer<typeof StaffAgentsAnswer> = {
      agents: items.map(staffAgentBody),
      ...(next !== undefined && { next }),
    };
    return privately(body);
  };
}
