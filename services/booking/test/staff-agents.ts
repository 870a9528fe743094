import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { OutgoingEvent } from '@appointments/events';
import { jsonRoutes, jsonRoute } from '@appointments/runtime';
import type { AgentStore } from '../src/adapters/agents';
import { phoneRulesFrom } from '../src/adapters/phone-rules';
import { configuredAgent } from '../src/adapters/roster';
import { listStaffAgents } from '../src/app/list-staff-agents';
import { putAgent } from '../src/app/put-agent';
import type { Agent } from '../src/domain/agent';
import { ENVIRONMENT, type Answered } from './api';
import { mustBeDocumented, operationAt } from './document';

export const CONFIGURED = configuredAgent(ENVIRONMENT);

export interface MemoryAgents extends AgentStore {
  /** What went into the outbox, in order. */
  readonly events: OutgoingEvent[];
}

/** Agents in memory, which refuse what the database refuses. */
export function memoryAgents(configured: Agent = CONFIGURED): MemoryAgents {
  const stored = new Map<string, Agent>();
  const events: OutgoingEvent[] = [];
  const all = () => new Map([[configured.agentId, configured], ...stored]);
  return {
    events,
    find: async (agentId) => all().get(agentId),
    all: async () => [...all().values()].toSorted((a, b) => (a.agentId < b.agentId ? -1 : 1)),
    save: async ({ before, agent, event }) => {
      if ((stored.get(agent.agentId)?.version ?? 0) !== before) return 'overtaken';
      stored.set(agent.agentId, agent);
      events.push(event);
      return 'saved';
    },
  };
}

export interface AskedPut {
  readonly query?: Record<string, string>;
  readonly headers?: Record<string, string>;
  /** Sent as it is, instead of the body. */
  readonly raw?: string;
}

/** The staff's routes on agents as API Gateway would call them behind its authorizer, over any store. */
export function staffAgentsApi({ find, all, save }: AgentStore, now: () => Date, defaults: Agent = CONFIGURED) {
  const problemBase = 'https://book.example.com/problems';
  const judgePhone = phoneRulesFrom(ENVIRONMENT);
  const route = jsonRoutes({
    'GET /staff/agents': jsonRoute({ problemBase }, listStaffAgents({ all })),
    'PUT /staff/agents/{agentId}': jsonRoute(
      { problemBase, subject: 'agentId', body: 'required' },
      putAgent({ find, save, defaults, judgePhone, now }),
    ),
  });
  let requests = 0;
  const ask = async (routeKey: string, event: Record<string, unknown>): Promise<Answered> => {
    const answer = await route({
      version: '2.0',
      routeKey,
      rawPath: '/',
      headers: {},
      requestContext: { requestId: `req-${++requests}`, http: { method: 'ANY' } },
      isBase64Encoded: false,
      ...event,
    } as unknown as APIGatewayProxyEventV2);
    const answered = { status: answer.statusCode ?? 0, headers: answer.headers ?? {}, text: answer.body ?? '' };
    mustBeDocumented(operationAt(routeKey), typeof event['body'] === 'string' ? event['body'] : undefined, answered);
    // oxlint-disable-next-line typescript/no-unsafe-assignment
    return { ...answered, json: JSON.parse(answered.text) };
  };
  return {
    list: (query: Record<string, string> = {}) => ask('GET /staff/agents', { queryStringParameters: query }),
    put: (agentId: string, body: unknown, { query, headers, raw }: AskedPut = {}) =>
      ask('PUT /staff/agents/{agentId}', {
        pathParameters: { agentId },
        queryStringParameters: query,
        headers: { 'content-type': 'application/json', ...headers },
        body: raw ?? JSON.stringify(body),
      }),
  };
}

/** All that must be said of an agent. */
export const ANNA = {
  name: 'Anna Berg',
  email: 'anna@example.com',
  phone: '+12025550101',
  timeZone: 'Europe/Berlin',
};
