import {
  appointmentIdIn,
  checked,
  cursorOf,
  invalidRequest,
  keyOf,
  NOT_NEXT,
  type HttpAnswer,
  type HttpRequest,
} from '@appointments/runtime';
import type * as z from 'zod';
import { zoneNamed } from '@appointments/runtime/zones';
import { agendaKey, instantOfKey, mergedAgenda, type ReadAgenda } from './agenda';
import type { Agents } from './agents';
import { privately, staffAppointmentBody, staffBody, type Told } from './answers';
import { noSuchAppointment } from './authorise';
import { daysAsked } from './days';
import { AgentId, StaffAppointmentsQuery, type StaffAppointmentsAnswer } from './schemas';

export interface GetStaffAppointmentPorts {
  readonly read: (appointmentId: string) => Promise<Told | undefined>;
}

/** Answers any appointment to staff, whom the API's authorizer has let in. */
export function getStaffAppointment({ read }: GetStaffAppointmentPorts) {
  return async (request: HttpRequest): Promise<HttpAnswer> => {
    const told = await read(appointmentNamed(request));
    if (!told) throw noSuchAppointment();
    return privately(staffBody(told));
  };
}

/** The id in the path. @throws Problem 404 for what can be no id, so that it never becomes a key of the database */
export function appointmentNamed(request: Pick<HttpRequest, 'parameters'>): string {
  const appointmentId = appointmentIdIn(request);
  if (appointmentId === undefined) throw noSuchAppointment();
  return appointmentId;
}

export interface ListStaffAppointmentsPorts {
  readonly agents: Agents;
  readonly readAgenda: ReadAgenda;
}

/** Answers the appointments of some days, of one agent or of all, cancelled ones too: oldest first, a page at a time. */
export function listStaffAppointments({ agents, readAgenda }: ListStaffAppointmentsPorts) {
  return async ({ query }: HttpRequest): Promise<HttpAnswer> => {
    const days = daysAsked(query);
    const zone = zoneNamed(query['timeZone'] ?? 'UTC');
    const named = AgentId.safeParse(query['agentId']);
    const agent = named.success ? await agents.find(named.data) : undefined;
    const after = query['cursor'] === undefined ? undefined : keyOf(query['cursor']);
    const { limit } = checked(StaffAppointmentsQuery, query, [
      ...days.faults,
      ...(named.success && !agent ? [{ path: 'agentId', message: 'is no agent of ours' }] : []),
      ...(query['cursor'] !== undefined && instantOfKey(after ?? '') === undefined ? [NOT_NEXT] : []),
    ]);
    if (!zone) throw invalidRequest([]);
    const span = days.spanIn(zone);
    const begins = after === undefined ? span.start : (instantOfKey(after) ?? span.start);
    // A cursor of a question about other days would read what was not asked for.
    if (begins < span.start || begins >= span.end) throw invalidRequest([NOT_NEXT]);
    const agentIds = agent ? [agent.agentId] : (await agents.all()).map(({ agentId }) => agentId);
    // One more than is told says whether there is a next page.
    const found = await mergedAgenda(agentIds, { ...span, after }, limit + 1, readAgenda);
    const page = found.slice(0, limit);
    const last = page.at(-1);
    const body: z.infer<typeof StaffAppointmentsAnswer> = {
      appointments: page.map(staffAppointmentBody),
      ...(found.length > page.length && last && { next: cursorOf(agendaKey(last)) }),
    };
    return privately(body);
  };
}
