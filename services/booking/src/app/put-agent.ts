import { AgentChanged, type OutgoingEvent } from '@appointments/events';
import { log, Problem, type Fault, type HttpAnswer, type HttpRequest } from '@appointments/runtime';
import type { JudgePhone } from '@appointments/runtime/phone-rules';
import type { Agent } from '../domain/agent';
import { agentFields, readAgent, staffAgentBody, type AgentParticulars } from './agent-schemas';
import type { Agents } from './agents';
import { privately } from './answers';
import { AgentId } from './schemas';

/** `overtaken`: somebody else wrote the agent since they were read. */
export type SaveAgentOutcome = 'saved' | 'overtaken';

export interface PutAgentPorts extends Pick<Agents, 'find'> {
  /** Writes the agent and their event unless somebody wrote them after version `before`: both or neither. */
  readonly save: (
    writing: { readonly before: number; readonly agent: Agent; readonly event: OutgoingEvent },
    now: Date,
  ) => Promise<SaveAgentOutcome>;
  /** What an agent is given where the request leaves it out. */
  readonly defaults: Agent;
  readonly judgePhone: JudgePhone;
  readonly now: () => Date;
}

/** Somebody may write between our read and our write; so often in a row means that something is wrong. */
const TRIES = 10;

/** Writes an agent whole, new or not; what changes nothing is not written and told to nobody. */
export function putAgent(ports: PutAgentPorts) {
  return async (request: HttpRequest): Promise<HttpAnswer> => {
    const { agentId, wanted, version, dryRun } = read(request, ports);
    for (let tried = 0; tried < TRIES; tried++) {
      const now = ports.now();
      const known = await ports.find(agentId);
      const before = known?.version ?? 0;
      if (version !== undefined && version !== before) throw changedSince(before);
      if (known && isSame(known, wanted)) return answered(known);
      const agent = { ...wanted, version: before + 1 };
      if (dryRun) return answered(agent);
      if ((await ports.save({ before, agent, event: eventOf(agent, now) }, now)) === 'saved') {
        log.info('Agent changed', { agentId, agentVersion: agent.version, active: agent.active });
        return answered(agent);
      }
    }
    throw new Problem({
      status: 503,
      slug: 'busy',
      title: 'This agent is being changed by others at the same time; try again',
      headers: { 'retry-after': '1' },
    });
  };
}

function read({ parameters, query, headers, json }: HttpRequest, { defaults, judgePhone }: PutAgentPorts) {
  const agentId = AgentId.safeParse(parameters['agentId']);
  const match = readIfMatch(headers['if-match']);
  const faults: Fault[] = [
    ...(agentId.error?.issues ?? []).map(({ message }) => ({ path: 'agentId', message })),
    ...(match.ok ? [] : [{ path: 'If-Match', message: 'must be the version of an agent in quotes, like "3"' }]),
    ...(['true', 'false', undefined].includes(query['dryRun'])
      ? []
      : [{ path: 'dryRun', message: 'must be true or false' }]),
  ];
  const wanted = readAgent(agentId.data ?? '', json, defaults, judgePhone, faults);
  return {
    agentId: wanted.agentId,
    wanted,
    version: match.ok ? match.version : undefined,
    dryRun: query['dryRun'] === 'true',
  };
}

type ReadIfMatch = { readonly ok: true; readonly version: number | undefined } | { readonly ok: false };

function readIfMatch(header: string | undefined): ReadIfMatch {
  if (header === undefined) return { ok: true, version: undefined };
  const version = /^"(\d{1,15})"$/.exec(header.trim())?.[1];
  return version === undefined ? { ok: false } : { ok: true, version: Number(version) };
}

function changedSince(version: number): Problem {
  return new Problem({
    status: 412,
    slug: 'agent-changed',
    title: version === 0 ? 'Nobody has written this agent yet' : `This agent has version ${version} by now`,
    errors: [{ path: 'If-Match', message: 'is not the version of this agent' }],
    more: { agentVersion: version },
  });
}

function isSame(one: AgentParticulars, other: AgentParticulars): boolean {
  return JSON.stringify(agentFields(one)) === JSON.stringify(agentFields(other));
}

function eventOf(agent: Agent, now: Date): OutgoingEvent {
  const { agentId, version, name, email, phone, zone } = agent;
  return AgentChanged.create(
    { agentId, agentVersion: version, name, email, phone, timeZone: zone.name },
    { occurredAt: now.toISOString() },
  );
}

function answered(agent: Agent): HttpAnswer {
  const answer = privately(staffAgentBody(agent));
  return { ...answer, headers: { ...answer.headers, etag: `"${agent.version}"` } };
}
