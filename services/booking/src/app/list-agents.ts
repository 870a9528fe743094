import { checked, cursorAt, pageOf, PageQuery, type HttpAnswer, type HttpRequest } from '@appointments/runtime';
import type * as z from 'zod';
import { activeAgents, type Agents } from './agents';
import type { AgentsAnswer } from './schemas';

/** Answers whom an appointment can be made with. */
export function listAgents({ agents }: { readonly agents: Agents }) {
  return async ({ query }: HttpRequest): Promise<HttpAnswer> => {
    const { limit, cursor } = checked(PageQuery, query);
    const { items, next } = pageOf(await activeAgents(agents), ({ agentId }) => agentId, limit, cursorAt(cursor));
    const body: z.infer<typeof AgentsAnswer> = {
      agents: items.map(({ agentId, name }) => ({ agentId, name })),
      ...(next !== undefined && { next }),
    };
    return { status: 200, headers: { 'cache-control': 'no-cache' }, body };
  };
}
