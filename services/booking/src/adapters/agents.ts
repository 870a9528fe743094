import { GetCommand, QueryCommand, TransactWriteCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { cancellationCodes, eventItem } from '@appointments/runtime';
import * as z from 'zod';
import { agentFields, DaysOff, Hours, OverrideBody, overridesOf, Zone } from '../app/agent-schemas';
import type { Agents } from '../app/agents';
import type { PutAgentPorts } from '../app/put-agent';
import type { Agent } from '../domain/agent';
import { exceptionsOf } from '../domain/exceptions';

// Names, addresses and numbers are taken as they are: the rules they were checked by may have changed since.
const StoredAgent = z.object({
  agentId: z.string(),
  version: z.number(),
  name: z.string(),
  email: z.string(),
  phone: z.string(),
  timeZone: Zone,
  workingHours: Hours,
  daysOff: z.array(DaysOff),
  overrides: z.array(OverrideBody),
  slotMinutes: z.number(),
  bufferBeforeMinutes: z.number(),
  bufferAfterMinutes: z.number(),
  minimumNoticeMinutes: z.number(),
  horizonDays: z.number(),
  active: z.boolean(),
});

const Version = StoredAgent.pick({ agentId: true, version: true });

/** Reads agents, each version once: what was written at a version never changes, and a roster is read at every request. */
function reader(): (item: unknown) => Agent {
  const read = new Map<string, Agent>();
  return (item) => {
    const { agentId, version } = Version.parse(item);
    const known = read.get(agentId);
    if (known?.version === version) return known;
    const { timeZone, daysOff, overrides, ...fields } = StoredAgent.parse(item);
    const agent = { ...fields, zone: timeZone, exceptions: exceptionsOf(daysOff, overridesOf(overrides)) };
    read.set(agentId, agent);
    return agent;
  };
}

const PARTITION = 'agents';
const keyOf = (agentId: string) => ({ pk: PARTITION, sk: agentId });
/** A transaction that met another one is tried again at once, this many times in all. */
const TRIES = 5;

export interface AgentStore extends Agents {
  readonly save: PutAgentPorts['save'];
}

/**
 * The agents in the service's one table, under one key, each in the words that staff write them in. The agent of the
 * configuration is among them until the table holds one of the same id.
 */
export function agentStore(client: DynamoDBDocumentClient, TableName: string, configured: Agent): AgentStore {
  const agentOf = reader();
  return {
    find: async (agentId) => {
      const { Item } = await client.send(new GetCommand({ TableName, Key: keyOf(agentId), ConsistentRead: true }));
      if (Item) return agentOf(Item);
      return agentId === configured.agentId ? configured : undefined;
    },

    all: async () => {
      const agents: Agent[] = [];
      let ExclusiveStartKey: Record<string, unknown> | undefined;
      do {
        const page = await client.send(
          new QueryCommand({
            TableName,
            KeyConditionExpression: 'pk = :pk',
            ExpressionAttributeValues: { ':pk': PARTITION },
            ConsistentRead: true,
            ...(ExclusiveStartKey && { ExclusiveStartKey }),
          }),
        );
        agents.push(...(page.Items ?? []).map((item) => agentOf(item)));
        ExclusiveStartKey = page.LastEvaluatedKey;
      } while (ExclusiveStartKey);
      if (!agents.some(({ agentId }) => agentId === configured.agentId)) agents.push(configured);
      return agents.toSorted((a, b) => (a.agentId < b.agentId ? -1 : 1));
    },

    save: async ({ before, agent, event }, now) => {
      const { agentId, version } = agent;
      for (let tried = 0; tried < TRIES; tried++) {
        try {
          await client.send(
            new TransactWriteCommand({
              TransactItems: [
                {
                  Put: {
                    TableName,
                    Item: { ...keyOf(agentId), kind: 'agent', agentId, version, ...agentFields(agent) },
                    ...(before === 0
                      ? { ConditionExpression: 'attribute_not_exists(pk)' }
                      : {
                          ConditionExpression: 'version = :before',
                          ExpressionAttributeValues: { ':before': before },
                        }),
                  },
                },
                { Put: { TableName, Item: { ...eventItem(event, now) } } },
              ],
            }),
          );
          return 'saved';
        } catch (error) {
          const codes = cancellationCodes(error);
          if (codes?.includes('ConditionalCheckFailed')) return 'overtaken';
          if (!codes?.includes('TransactionConflict')) throw error;
        }
      }
      // Whoever kept us from it has written by now: it is read again.
      return 'overtaken';
    },
  };
}
