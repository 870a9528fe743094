import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { tableItems } from '@appointments/runtime';
import type { Projections } from '../app/ports';
import type { Agent, Appointment } from '../domain/projection';

/** An appointment that nobody spoke of for so long is over, and its particulars are forgotten. */
const KEEP_SECONDS = 40 * 24 * 3600;

const keyOf = (appointmentId: string) => ({ pk: `appointment#${appointmentId}`, sk: 'appointment' });
const agentKey = (agentId: string) => ({ pk: `agent#${agentId}`, sk: 'agent' });

/** Appointments and agents as items of the service's table, which are taken at their word. */
export function projectionsIn(client: DynamoDBDocumentClient, table: string): Projections {
  const items = tableItems(client, table);
  return {
    load: async (appointmentId) => {
      const item = await items.get(keyOf(appointmentId));
      return item && { appointment: item['appointment'] as Appointment, revision: Number(item['writes']) };
    },

    write: async (appointment, expected, now) => {
      const { state } = appointment;
      const keepFrom = Math.max(now.getTime(), state?.startsAt ?? 0);
      return items.write({
        Put: {
          Item: {
            ...keyOf(appointment.appointmentId),
            kind: 'appointment',
            appointment,
            writes: expected + 1,
            // What transactions check stands at the top, where conditions are short.
            stateVersion: state?.version ?? 0,
            cancelled: state?.cancelled ?? false,
            expiresAt: Math.floor(keepFrom / 1000) + KEEP_SECONDS,
          },
          ...(expected === 0
            ? { ConditionExpression: 'attribute_not_exists(pk)' }
            : { ConditionExpression: 'writes = :expected', ExpressionAttributeValues: { ':expected': expected } }),
        },
      });
    },

    loadAgent: async (agentId) => (await items.get(agentKey(agentId)))?.['agent'] as Agent | undefined,

    writeAgent: async (agent) => {
      // Where it is refused a newer word is there already.
      await items.write({
        Put: {
          Item: { ...agentKey(agent.agentId), kind: 'agent', agent, agentVersion: agent.agentVersion },
          ConditionExpression: 'attribute_not_exists(pk) or agentVersion < :version',
          ExpressionAttributeValues: { ':version': agent.agentVersion },
        },
      });
    },
  };
}
