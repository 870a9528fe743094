import { GetCommand, PutCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { isConditionFailed } from '@appointments/runtime';
import type { Projections } from '../app/ports';
import type { Agent, Appointment } from '../domain/projection';

/** An appointment that nobody spoke of for so long is over, and its particulars are forgotten. */
const KEEP_SECONDS = 40 * 24 * 3600;

/** Appointments and agents as items of the service's table, which are taken at their word. */
export function projectionsIn(client: DynamoDBDocumentClient, table: string): Projections {
  return {
    load: async (appointmentId) => {
      const { Item } = await client.send(
        new GetCommand({
          TableName: table,
          Key: { pk: `appointment#${appointmentId}`, sk: 'appointment' },
          ConsistentRead: true,
        }),
      );
      return Item && { appointment: Item['appointment'] as Appointment, revision: Number(Item['writes']) };
    },

    write: async (appointment, expected, now) => {
      const { state } = appointment;
      const keepFrom = Math.max(now.getTime(), state?.startsAt ?? 0);
      try {
        await client.send(
          new PutCommand({
            TableName: table,
            Item: {
              pk: `appointment#${appointment.appointmentId}`,
              sk: 'appointment',
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
          }),
        );
        return true;
      } catch (error) {
        if (isConditionFailed(error)) return false;
        throw error;
      }
    },

    loadAgent: async (agentId) => {
      const { Item } = await client.send(
        new GetCommand({ TableName: table, Key: { pk: `agent#${agentId}`, sk: 'agent' }, ConsistentRead: true }),
      );
      return Item && (Item['agent'] as Agent);
    },

    writeAgent: async (agent) => {
      try {
        await client.send(
          new PutCommand({
            TableName: table,
            Item: {
              pk: `agent#${agent.agentId}`,
              sk: 'agent',
              kind: 'agent',
              agent,
              agentVersion: agent.agentVersion,
            },
            ConditionExpression: 'attribute_not_exists(pk) or agentVersion < :version',
            ExpressionAttributeValues: { ':version': agent.agentVersion },
          }),
        );
      } catch (error) {
        // A newer word is there already.
        if (!isConditionFailed(error)) throw error;
      }
    },
  };
}
