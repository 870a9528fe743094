import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { jsonRoute, type LinkKeys } from '@appointments/runtime';
import { newAppointmentId, newHoldId } from '../src/adapters/ids';
import type { AppointmentStore } from '../src/adapters/appointment-store';
import { phoneRulesFrom } from '../src/adapters/phone-rules';
import { configuredAgent } from '../src/adapters/roster';
import {
  amendAppointment,
  cancelAppointment,
  client,
  rescheduleAppointment,
  staff,
} from '../src/app/change-appointment';
import { confirmAppointment } from '../src/app/confirm-appointment';
import { createAppointment } from '../src/app/create-appointment';
import { explainProblem } from '../src/app/explain-problem';
import { getAppointment } from '../src/app/get-appointment';
import { getAvailability } from '../src/app/get-availability';
import { holdSlot, releaseHold } from '../src/app/hold-slot';
import type { BookingLimits } from '../src/app/limits';
import { listAgents } from '../src/app/list-agents';
import type { Agents } from '../src/app/agents';
import { reResolveAppointment } from '../src/app/re-resolve-appointment';
import { PRESENT_RULES, type ZoneRules } from '../src/domain/re-resolve';
import { mustBeDocumented, operationNamed } from './document';
import { getStaffAppointment, listStaffAppointments } from '../src/app/staff-appointments';
import type { Agent } from '../src/domain/agent';
import type { Proof } from '../src/domain/proof';

export const ENVIRONMENT = {
  AGENT_NAME: 'Alex Morgan',
  AGENT_PHONE: '+12025550100',
  AGENT_EMAIL: 'alex@example.com',
  AGENT_TIME_ZONE: 'America/New_York',
  WORKING_HOURS: 'Mon-Sun 09:00-17:00',
  SLOT_MINUTES: '30',
  MINIMUM_NOTICE_MINUTES: '0',
  ALLOWED_COUNTRIES: 'US',
};

export const KEYS: LinkKeys = { kid: 'k1', key: 'a key of at least thirty-two letters' };

export interface Asked {
  readonly body?: unknown;
  /** Sent as it is, instead of `body`. */
  readonly raw?: string;
  readonly headers?: Record<string, string>;
  readonly token?: string;
  readonly query?: Record<string, string>;
  /** Where the request comes from. */
  readonly sourceIp?: string;
}

/** What a test may have otherwise than it is. */
export interface Differing {
  readonly environment?: Partial<Record<keyof typeof ENVIRONMENT, string>>;
  readonly agents?: Agents;
  readonly limits?: Partial<BookingLimits>;
  readonly formMinimumSeconds?: number;
  readonly toProve?: readonly Proof[];
  /** By which appointments are resolved again. */
  readonly rules?: ZoneRules;
  /** Whether answers are read and held to the document, which takes about as long as giving them. @default true */
  readonly isRead?: boolean;
}

export interface Answered {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly text: string;
  // Whatever JSON the API answers with; tests look into it.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly json: any;
}

/** The routes of the public API as API Gateway would call them, over any store, at any time. */
export function publicApi(
  store: AppointmentStore,
  now: () => Date,
  environment: Partial<Record<keyof typeof ENVIRONMENT, string>> = {},
  { agents, limits, formMinimumSeconds = 0, toProve = [], rules = PRESENT_RULES, isRead = true }: Differing = {},
) {
  const configured = { ...ENVIRONMENT, ...environment };
  const judgePhone = phoneRulesFrom(configured);
  const problemBase = 'https://book.example.com/problems';
  const linkKeys = async () => KEYS;
  const ports = {
    ...store,
    agents: agents ?? fixedAgents([configuredAgent(configured)]),
    limits: { perAddress: 0, perNumber: 0, perNetwork: 0, ...limits },
    formMinimumSeconds,
    toProve,
    rules,
    holdMinutes: 10,
    newHoldId,
    judgePhone,
    linkKeys,
    now,
    newAppointmentId,
    publicUrl: 'https://book.example.com',
  };
  const routes = {
    create: jsonRoute({ problemBase, body: 'required' }, createAppointment(ports)),
    get: jsonRoute({ problemBase }, getAppointment(ports)),
    availability: jsonRoute({ problemBase }, getAvailability(ports)),
    agents: jsonRoute({ problemBase }, listAgents(ports)),
    hold: jsonRoute({ problemBase, body: 'required' }, holdSlot(ports)),
    release: jsonRoute({ problemBase, body: 'optional' }, releaseHold(ports)),
    reschedule: jsonRoute({ problemBase, body: 'required' }, rescheduleAppointment(ports, client(ports))),
    cancel: jsonRoute({ problemBase, body: 'optional' }, cancelAppointment(ports, client(ports))),
    amend: jsonRoute({ problemBase, body: 'required' }, amendAppointment(ports, client(ports))),
    confirm: jsonRoute({ problemBase, body: 'required' }, confirmAppointment(ports)),
    staffList: jsonRoute({ problemBase }, listStaffAppointments(ports)),
    staffGet: jsonRoute({ problemBase }, getStaffAppointment(ports)),
    staffReschedule: jsonRoute({ problemBase, body: 'required' }, rescheduleAppointment(ports, staff)),
    staffCancel: jsonRoute({ problemBase, body: 'optional' }, cancelAppointment(ports, staff)),
    staffReResolve: jsonRoute({ problemBase, body: 'optional' }, reResolveAppointment(ports)),
    problem: jsonRoute({ problemBase }, explainProblem({ problemBase })),
  };
  let requests = 0;
  /** Every answer is held to the OpenAPI document, whatever the test is about. */
  const ask =
    (operationId: string, route: (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2>) =>
    async (id: string | undefined, { body, raw, headers, token, query, sourceIp }: Asked = {}): Promise<Answered> => {
      const text = raw ?? (body === undefined ? undefined : JSON.stringify(body));
      const operation = operationNamed(operationId);
      const answer = await route({
        version: '2.0',
        routeKey: operation.route,
        rawPath: '/',
        rawQueryString: '',
        headers: {
          ...(text !== undefined && { 'content-type': 'application/json' }),
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...headers,
        },
        queryStringParameters: query,
        pathParameters: id === undefined ? undefined : { [parameterIn(operation.route)]: id },
        requestContext: { requestId: `req-${++requests}`, http: { method: 'POST', sourceIp } },
        body: text,
        isBase64Encoded: false,
      } as unknown as APIGatewayProxyEventV2);
      const answered = { status: answer.statusCode ?? 0, headers: answer.headers ?? {}, text: answer.body ?? '' };
      if (!isRead) return { ...answered, json: undefined };
      mustBeDocumented(operation, text, answered);
      // oxlint-disable-next-line typescript/no-unsafe-assignment
      return { ...answered, json: parsed(answered) };
    };
  return {
    create: (asked: Asked) => ask('createAppointment', routes.create)(undefined, asked),
    availability: (query: Record<string, string>, headers: Record<string, string> = {}) =>
      ask('getAvailability', routes.availability)(undefined, { query, headers }),
    agents: (query: Record<string, string> = {}) => ask('listAgents', routes.agents)(undefined, { query }),
    hold: (asked: Asked) => ask('holdSlot', routes.hold)(undefined, asked),
    release: ask('releaseHold', routes.release),
    get: ask('getAppointment', routes.get),
    reschedule: ask('rescheduleAppointment', routes.reschedule),
    cancel: ask('cancelAppointment', routes.cancel),
    amend: ask('amendAppointment', routes.amend),
    confirm: ask('confirmAppointment', routes.confirm),
    problems: (accept?: string) => ask('getProblems', routes.problem)(undefined, accepting(accept)),
    problem: (slug: string, accept?: string) => ask('getProblem', routes.problem)(slug, accepting(accept)),
    /** What staff ask, whom the authorizer has let in before. */
    staff: {
      list: (query: Record<string, string>) => ask('listStaffAppointments', routes.staffList)(undefined, { query }),
      get: (id: string) => ask('getStaffAppointment', routes.staffGet)(id),
      reschedule: (id: string, body: unknown, asked: Asked = { body }) =>
        ask('rescheduleStaffAppointment', routes.staffReschedule)(id, asked),
      cancel: (id: string, body?: unknown, asked: Asked = { body }) =>
        ask('cancelStaffAppointment', routes.staffCancel)(id, asked),
      reResolve: (id: string, body?: unknown, asked: Asked = { body }) =>
        ask('reResolveStaffAppointment', routes.staffReResolve)(id, asked),
    },
  };
}

function parameterIn(route: string): string {
  return /\{(\w+)\}/.exec(route)?.[1] ?? '';
}

function accepting(accept: string | undefined): Asked {
  return accept === undefined ? {} : { headers: { accept } };
}

function parsed({ headers, text }: { readonly headers: Record<string, unknown>; readonly text: string }): unknown {
  const isJson = /json/.test(String(headers['content-type']));
  return text === '' || !isJson ? undefined : JSON.parse(text);
}

export type PublicApi = ReturnType<typeof publicApi>;

/** An agent as the configuration has one, but for this. */
export const someone = (agentId: string, changes: Partial<Agent> = {}): Agent => ({
  ...configuredAgent(ENVIRONMENT),
  agentId,
  name: `Agent ${agentId}`,
  ...changes,
});

/** The weekly hours that a WORKING_HOURS says. */
export const hoursOf = (hours: string) => configuredAgent({ ...ENVIRONMENT, WORKING_HOURS: hours }).workingHours;

/** Agents who never change. */
export function fixedAgents(agents: readonly Agent[]): Agents {
  return {
    find: async (agentId) => agents.find((agent) => agent.agentId === agentId),
    all: async () => agents,
  };
}

/** A good booking for Tuesday 1 December 2026, 16:00 in Berlin, which is 10:00 in New York. */
export const BOOKING = {
  name: 'Ada Client',
  email: 'ada@example.com',
  phone: '+12025550123',
  startsAt: '2026-12-01T16:00:00+01:00',
  timeZone: 'Europe/Berlin',
};

/** Monday 23 November 2026, noon in London. */
export const NOW = new Date('2026-11-23T12:00:00.000Z');
