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
  const newest = (await projections.loadAgent(particulars.agent.agentId)) ?? particulars.agent;
  return {
    agent: { name: newest.name, phone: newest.phone },
    client: { name: particulars.client.name, phone: particulars.client.phone },
  };
}
