import type { Appointment } from '../domain/projection';
import type { Person } from '../domain/session';
import type { Projections } from './ports';

/** Whom to phone: the newest word on the agent wins over what the appointment carried. */
export async function peopleOf(
  appointment: Appointment,
  projections: Pick<Projections, 'loadAgent'>,
): Promise<{ readonly agent: Person; readonly client: Person } | undefined> {
  const { particulars } = appointment;
  if (!particulars) return undefined;
  const { agentId, ...agent } = particulars.agent;
  const newest = (await projections.loadAgent(agentId)) ?? agent;
  // Its clock is the appointment's matter, and stays.
  return { agent: { ...agent, name: newest.name, phone: newest.phone }, client: particulars.client };
}
